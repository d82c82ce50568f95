//! Gives the words of users what lists are filtered by most, and adds each two words of a user as a pair, so that a frequent
//! word is counted together with a flag or another frequent word without a look at the rows of users.
//!
//! A pair is in one row: a blank, the first letter of the word that comes first, the other word, and the first word, ` a
//! lovelace ada`. Two words of which one begins with the other are no pair, the id is in pairs with labels only, and the number
//! in none. No word begins with a blank, so neither servers of the last release nor searches for one word find pairs. No word
//! but that of a label begins with `label:` anymore.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, Statement};

use crate::m20261129_000004_search_users as words;
use crate::online::{add_column, change_in_short, drop_unfinished, fill_users};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The columns of `users` that the words have, too. They are null until the words of a user are filled in.
const FLAGS: [&str; 3] = ["enabled", "email_verified", "phone_verified"];

/// The columns whose change changes words.
const CHANGING: [&str; 10] = [
    "project_id",
    "id",
    "created_at",
    "name",
    "email",
    "phone",
    "labels",
    "enabled",
    "email_verified",
    "phone_verified",
];

/// The most words that are paired, the id included. A user with more has no pairs, but the word ` `, and is looked at in each search for several
/// words.
const MAX_PAIRED: u32 = 21;

/// How many users are filled in at a time on PostgreSQL. Their rows are locked meanwhile.
const BATCH: u32 = 500;

/// The primary key of the words while it is built.
const KEY: &str = "user_words_covering_key";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for flag in FLAGS {
            let column = ColumnDef::new(flag).boolean().null().take();
            add_column(manager, "user_words", column).await?;
        }
        let db = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            change_in_short(manager, &triggers(DbBackend::Postgres)).await?;
            fill_postgres(manager).await?;
            // Words of names that look like labels.
            db.execute_unprepared("DELETE FROM user_words WHERE enabled IS NULL").await?;
            return cover(manager).await;
        }
        for statement in [triggers(DbBackend::Sqlite), fill_sqlite().to_vec()].concat() {
            db.execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let (before, fill) = match backend {
            DbBackend::Postgres => (
                words::on_postgres(),
                "INSERT INTO user_words (project_id, word, created_at, user_id) \
                 SELECT project_id, word, created_at, id \
                 FROM users, words_of_user(id, email, phone, name, labels) AS word",
            ),
            // The trigger fills them.
            _ => (words::on_sqlite(), "UPDATE users SET name = name"),
        };
        let db = manager.get_connection();
        for statement in [&words::drop_triggers(backend)[..], &before].concat() {
            db.execute_unprepared(&statement).await?;
        }
        db.execute_unprepared("DELETE FROM user_words").await?;
        if backend == DbBackend::Postgres {
            db.execute_unprepared(
                "ALTER TABLE user_words DROP CONSTRAINT user_words_pkey, \
                 ADD PRIMARY KEY (project_id, word, created_at, user_id)",
            )
            .await?;
        }
        for flag in FLAGS {
            let change = Table::alter().table("user_words").drop_column(flag).take();
            manager.alter_table(change).await?;
        }
        db.execute_unprepared(fill).await.map(drop)
    }
}

/// Replaces the triggers.
fn triggers(backend: DbBackend) -> Vec<String> {
    let create = match backend {
        DbBackend::Postgres => on_postgres(),
        _ => on_sqlite(),
    };
    [&words::drop_triggers(backend)[..], &create].concat()
}

/// The words of a user that are paired, separated by blanks: the address, the words of the name, and the labels. `row` comes
/// before the names of columns, `bytes` behind what is made lower. Only words of labels begin like those.
fn paired(row: &str, bytes: &str) -> String {
    let name = words::without(format!("{row}name"), &words::AROUND_WORDS);
    let parts = words::without(name.clone(), &words::IN_WORDS);
    let texts = format!("' ' || coalesce({row}email, '') || ' ' || {name} || ' ' || {parts}");
    let labels = words::labels(row);
    format!("replace(lower(({texts}){bytes}), ' label:', ' label;') || {labels}")
}

/// Which of the words are pairs, as `one` and `other`. The id is in pairs with labels only.
fn are_pair(bytes: &str, position: &str) -> String {
    format!(
        "one.word{bytes} < other.word{bytes} AND {position}(other.word, one.word) <> 1 \
         AND (NOT one.is_id OR other.word LIKE 'label:%') AND (NOT other.is_id OR one.word LIKE 'label:%')"
    )
}

/// The columns of the words, and their values in the row of a user.
fn columns(row: &str) -> (String, String) {
    let of_row = |column: &str| format!("{row}{column}");
    let names = ["project_id", "word", "created_at", "user_id"];
    let names = names.into_iter().chain(FLAGS).collect::<Vec<_>>().join(", ");
    let key = [of_row("project_id"), "word".to_owned(), of_row("created_at"), of_row("id")];
    let values = key.into_iter().chain(FLAGS.map(of_row)).collect::<Vec<_>>().join(", ");
    (names, values)
}

/// Selects the words of a user, whose columns come after `row`.
fn words_on_sqlite(row: &str) -> String {
    // As JSON arrays: `["ada","lovelace"]`.
    let list = |words: &str| format!("'[' || replace(json_quote({words}), ' ', '\",\"') || ']'");
    let (paired, list) = (paired(row, ""), list("words"));
    let are_pair = are_pair("", "instr");
    format!(
        "WITH texts(words) AS MATERIALIZED (SELECT {paired}), \
         parts(word, is_id) AS MATERIALIZED (SELECT DISTINCT value, FALSE FROM texts, json_each({list}) WHERE value <> '' \
         UNION ALL SELECT lower({row}id), TRUE) \
         SELECT word FROM parts UNION SELECT {row}phone WHERE {row}phone <> '' \
         UNION SELECT ' ' || substr(one.word, 1, 1) || ' ' || other.word || ' ' || one.word \
         FROM parts AS one, parts AS other \
         WHERE (SELECT count(*) FROM parts) <= {MAX_PAIRED} \
         AND {are_pair} \
         UNION SELECT ' ' WHERE (SELECT count(*) FROM parts) > {MAX_PAIRED}"
    )
}

fn on_sqlite() -> Vec<String> {
    let (columns, values) = columns("NEW.");
    let insert = format!(
        "INSERT OR IGNORE INTO user_words ({columns}) SELECT {values} FROM ({});",
        words_on_sqlite("NEW.")
    );
    let delete = format!(
        "DELETE FROM user_words WHERE project_id = OLD.project_id AND created_at = OLD.created_at \
         AND user_id = OLD.id AND word IN ({});",
        words_on_sqlite("OLD.")
    );
    let changing = CHANGING.join(", ");
    let changed = CHANGING.map(|column| format!("OLD.{column} IS NOT NEW.{column}")).join(" OR ");
    vec![
        format!("CREATE TRIGGER users_words_insert AFTER INSERT ON users BEGIN {insert} END"),
        format!(
            "CREATE TRIGGER users_words_update AFTER UPDATE OF {changing} ON users WHEN {changed} \
             BEGIN {delete} {insert} END"
        ),
        format!("CREATE TRIGGER users_words_delete AFTER DELETE ON users BEGIN {delete} END"),
    ]
}

/// Fills the words of all users anew, in the order of their key.
fn fill_sqlite() -> [String; 2] {
    let (columns, values) = columns("users.");
    let values = values.replace(" word,", " words.value,");
    let words = words_on_sqlite("users.");
    [
        "DELETE FROM user_words".to_owned(),
        format!(
            "INSERT INTO user_words ({columns}) SELECT {values} \
             FROM users, json_each((SELECT json_group_array(word) FROM ({words}))) AS words ORDER BY 1, 2, 3, 4"
        ),
    ]
}

fn on_postgres() -> Vec<String> {
    let bytes = " COLLATE \"C\"";
    let (paired, are_pair) = (paired("", bytes), are_pair(bytes, "strpos"));
    let of = |row: &str| {
        format!(
            "words_of_user({row}.id, {row}.email, {row}.phone, {row}.name, {row}.labels) AS word"
        )
    };
    let changed = CHANGING.map(|column| format!("OLD.{column} IS DISTINCT FROM NEW.{column}"));
    let changed = changed.join(" OR ");
    let (columns, values) = columns("NEW.");
    let flags = excluded();
    let trigger = |change: &str, rows: &str| {
        format!("CREATE TRIGGER users_words_{change} {rows} EXECUTE FUNCTION users_words()")
    };
    vec![
        format!(
            "CREATE OR REPLACE FUNCTION words_of_user(id text, email text, phone text, name text, labels text) \
             RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$ \
             WITH texts AS MATERIALIZED (SELECT {paired} AS words), \
             parts AS MATERIALIZED (SELECT DISTINCT word, FALSE AS is_id \
             FROM texts, unnest(string_to_array(words, ' ')) AS word WHERE word <> '' \
             UNION ALL SELECT lower(id{bytes}), TRUE) \
             SELECT word FROM parts UNION SELECT phone WHERE phone <> '' \
             UNION SELECT ' ' || substr(one.word, 1, 1) || ' ' || other.word || ' ' || one.word \
             FROM parts AS one, parts AS other \
             WHERE (SELECT count(*) FROM parts) <= {MAX_PAIRED} \
             AND {are_pair} \
             UNION SELECT ' ' WHERE (SELECT count(*) FROM parts) > {MAX_PAIRED} $$"
        ),
        // A plan that was made when the table was small must not read all of it later.
        format!(
            "CREATE OR REPLACE FUNCTION users_words() RETURNS trigger LANGUAGE plpgsql \
             SET enable_seqscan = off AS $$ BEGIN \
             IF TG_OP <> 'INSERT' THEN DELETE FROM user_words WHERE project_id = OLD.project_id \
             AND created_at = OLD.created_at AND user_id = OLD.id AND word = ANY (ARRAY(SELECT word FROM {})); END IF; \
             IF TG_OP <> 'DELETE' THEN INSERT INTO user_words ({columns}) \
             SELECT {values} FROM {} \
             ON CONFLICT (project_id, word, created_at, user_id) DO UPDATE SET {flags}; END IF; \
             RETURN NULL; END $$",
            of("OLD"),
            of("NEW")
        ),
        trigger("insert", "AFTER INSERT ON users FOR EACH ROW"),
        trigger("update", &format!("AFTER UPDATE ON users FOR EACH ROW WHEN ({changed})")),
        trigger("delete", "AFTER DELETE ON users FOR EACH ROW"),
    ]
}

/// The flags of a row that is there already.
fn excluded() -> String {
    FLAGS.map(|flag| format!("{flag} = EXCLUDED.{flag}")).join(", ")
}

/// Fills the words a few users at a time. The rows are locked, so that a change waits, and then replaces the words. Users whose
/// id has the flags have all of them: a retried migration goes on where it has failed.
async fn fill_postgres(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let (columns, values) = columns("batch.");
    let flags = excluded();
    let fill = format!(
        "WITH batch AS (SELECT * FROM users \
         WHERE (project_id, id) > ($1, $2) AND (SELECT user_words.enabled FROM user_words \
         WHERE user_words.project_id = users.project_id AND word = lower(users.id COLLATE \"C\") \
         AND user_words.created_at = users.created_at AND user_id = users.id) IS NULL \
         ORDER BY project_id, id LIMIT {BATCH} FOR NO KEY UPDATE), \
         filled AS (INSERT INTO user_words ({columns}) \
         SELECT {values} FROM batch, words_of_user(id, email, phone, name, labels) AS word \
         ON CONFLICT (project_id, word, created_at, user_id) DO UPDATE SET {flags}) \
         SELECT project_id, id FROM batch ORDER BY project_id DESC, id DESC LIMIT 1"
    );
    fill_users(manager, &fill).await
}

/// Gives the primary key of the words the flags, so that they are read without the table. A partitioned table can't exchange
/// its key without a long lock: `docs/operating/growth.md` says how to do it by hand.
async fn cover(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let done = Statement::from_string(
        DbBackend::Postgres,
        "SELECT 1 FROM pg_index JOIN pg_class ON pg_class.oid = indrelid WHERE indrelid = 'user_words'::regclass \
         AND indisprimary AND (indnatts > indnkeyatts OR relkind = 'p')",
    );
    let db = manager.get_connection();
    if db.query_one_raw(done).await?.is_some() {
        return Ok(());
    }
    drop_unfinished(manager, KEY).await?;
    db.execute_unprepared(&format!(
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {KEY} \
         ON user_words (project_id, word, created_at, user_id) INCLUDE ({})",
        FLAGS.join(", ")
    ))
    .await?;
    let exchange = format!(
        "ALTER TABLE user_words DROP CONSTRAINT user_words_pkey, \
         ADD CONSTRAINT user_words_pkey PRIMARY KEY USING INDEX {KEY}"
    );
    change_in_short(manager, &[exchange]).await
}
