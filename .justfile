# Lists the recipes.
default:
    @just --list

# The whole check, exactly as CI runs it.
check:
    .ci/run

# The tests that take long, with the figures of docs/security-model.md.
slow:
    .ci/slow

# Tests on SQLite.
test *arguments:
    cargo test --workspace {{arguments}}

# Rewrites what is generated: the SDL, the OpenAPI description, the tables of errors and settings, the lists of policies and routes,
# and the words of messages.
update:
    UPDATE=1 INSTA_UPDATE=always cargo test --lib --test it -- schema policy rest::routes the_messages_are_these metrics::files

# Takes the pictures of the documents anew.
pictures:
    .ci/pictures

# Builds the book and checks links and ids.
book:
    .ci/book

# Finds misspelled words; `just typos --write-changes` mends them.
typos *arguments:
    .ci/typos {{arguments}}

# The dependency audit.
audit:
    .ci/audit

# Starts real servers and breaks things.
faults *arguments:
    .ci/faults {{arguments}}

# Fuzzes each target for some seconds.
fuzz *arguments:
    .ci/fuzz {{arguments}}

# Asks a started server whatever the schema admits.
robustness *arguments:
    .ci/robustness {{arguments}}

# Measures the server next to a bare one.
bench *scenarios:
    bench/run {{scenarios}}
