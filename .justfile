# The whole check, exactly as CI runs it.
check:
    bash .ci/run

# Tests on SQLite.
test:
    cargo test --workspace

# Rewrites what is generated: the SDL and the list of policies.
update:
    UPDATE=1 INSTA_UPDATE=always cargo test --test it -- schema policy

# The load programs, a table of ratios.
bench:
    bash bench/run
