//! Creates the words by which users are searched: of each user the id, the address, the number, the words of the name, and
//! the labels. Triggers keep them, so that servers of the last release and programs of others keep them, too.
//!
//! It is a plain index of words instead of a full-text index: a search by the beginning of a word reads no more of it than it
//! needs, in one project, and by the same rules on both databases. An FTS5 table would refer to users by row numbers, which
//! `VACUUM INTO` changes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Characters that separate the words of a name, beside blanks, as SQL.
pub(crate) const AROUND_WORDS: [&str; 6] = ["','", "'('", "')'", "'\"'", "'\u{a0}'", "'\u{3000}'"];
/// Characters that also separate the parts of a word, as SQL: `jean-luc` is found by `jean-l`, `jean` and `luc`.
pub(crate) const IN_WORDS: [&str; 6] = ["'-'", "'.'", "''''", "'’'", "'/'", "'_'"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = match manager.get_database_backend() {
            DbBackend::Postgres => [vec![TABLE_ON_POSTGRES.to_owned()], on_postgres()],
            _ => [vec![TABLE_ON_SQLITE.to_owned()], on_sqlite()],
        };
        for statement in statements.concat() {
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for drop in drop_triggers(manager.get_database_backend()) {
            db.execute_unprepared(&drop).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            for function in ["users_words()", "words_of_user(text, text, text, text, text)"] {
                db.execute_unprepared(&format!("DROP FUNCTION IF EXISTS {function}")).await?;
            }
        }
        manager.drop_table(Table::drop().table("user_words").if_exists().take()).await
    }
}

const TABLE_ON_SQLITE: &str = "CREATE TABLE user_words (project_id varchar NOT NULL, word varchar NOT NULL, \
    created_at integer NOT NULL, user_id varchar NOT NULL, PRIMARY KEY (project_id, word, created_at, user_id)) WITHOUT ROWID";

const TABLE_ON_POSTGRES: &str = "CREATE TABLE user_words (project_id varchar NOT NULL, \
    word varchar COLLATE \"C\" NOT NULL, created_at bigint NOT NULL, user_id varchar NOT NULL, \
    PRIMARY KEY (project_id, word, created_at, user_id))";

/// Drops the triggers.
pub(crate) fn drop_triggers(backend: DbBackend) -> [String; 3] {
    let table = match backend {
        DbBackend::Postgres => " ON users",
        _ => "",
    };
    ["insert", "update", "delete"]
        .map(|change| format!("DROP TRIGGER IF EXISTS users_words_{change}{table}"))
}

/// A text with a blank in place of each separator, as SQL.
pub(crate) fn without(text: String, separators: &[&str]) -> String {
    separators.iter().fold(text, |text, separator| format!("replace({text}, {separator}, ' ')"))
}

/// All words of a user, separated by blanks. `row` comes before the names of columns, `bytes` behind what is made lower.
fn words(row: &str, bytes: &str) -> String {
    let name = without(format!("{row}name"), &AROUND_WORDS);
    let parts = without(name.clone(), &IN_WORDS);
    format!(
        "lower(({row}id || ' ' || coalesce({row}email, '') || ' ' || coalesce({row}phone, '') || ' ' \
         || {name} || ' ' || {parts}){bytes}) || {}",
        labels(row)
    )
}

/// The words for the labels of a user, with a blank before each.
pub(crate) fn labels(row: &str) -> String {
    format!(
        "replace(replace(replace(replace({row}labels, '[]', ''), '[\"', ' label:'), '\",\"', ' label:'), '\"]', '')"
    )
}

/// The triggers.
pub(crate) fn on_sqlite() -> Vec<String> {
    // A JSON array of the words: `["ada","lovelace"]`.
    let words = |row: &str| {
        format!("json_each('[' || replace(json_quote({}), ' ', '\",\"') || ']')", words(row, ""))
    };
    let insert = format!(
        "INSERT OR IGNORE INTO user_words (project_id, word, created_at, user_id) \
         SELECT DISTINCT NEW.project_id, value, NEW.created_at, NEW.id FROM {} WHERE value <> '';",
        words("NEW.")
    );
    let delete = format!(
        "DELETE FROM user_words WHERE project_id = OLD.project_id AND created_at = OLD.created_at \
         AND user_id = OLD.id AND word IN (SELECT value FROM {});",
        words("OLD.")
    );
    let columns = "project_id, id, created_at, name, email, phone, labels";
    vec![
        format!("CREATE TRIGGER users_words_insert AFTER INSERT ON users BEGIN {insert} END"),
        format!(
            "CREATE TRIGGER users_words_update AFTER UPDATE OF {columns} ON users BEGIN {delete} {insert} END"
        ),
        format!("CREATE TRIGGER users_words_delete AFTER DELETE ON users BEGIN {delete} END"),
    ]
}

/// The functions and triggers.
pub(crate) fn on_postgres() -> Vec<String> {
    let words = words("", " COLLATE \"C\"");
    let of = |row: &str| {
        format!(
            "words_of_user({row}.id, {row}.email, {row}.phone, {row}.name, {row}.labels) AS word"
        )
    };
    let changed = ["project_id", "id", "created_at", "name", "email", "phone", "labels"]
        .map(|column| format!("OLD.{column} IS DISTINCT FROM NEW.{column}"))
        .join(" OR ");
    vec![
        format!(
            "CREATE OR REPLACE FUNCTION words_of_user(id text, email text, phone text, name text, labels text) \
             RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$ \
             SELECT DISTINCT word FROM unnest(string_to_array({words}, ' ')) AS word WHERE word <> '' $$"
        ),
        format!(
            "CREATE OR REPLACE FUNCTION users_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF TG_OP <> 'INSERT' THEN DELETE FROM user_words WHERE project_id = OLD.project_id \
             AND created_at = OLD.created_at AND user_id = OLD.id AND word IN (SELECT word FROM {}); END IF; \
             IF TG_OP <> 'DELETE' THEN INSERT INTO user_words (project_id, word, created_at, user_id) \
             SELECT NEW.project_id, word, NEW.created_at, NEW.id FROM {} ON CONFLICT DO NOTHING; END IF; \
             RETURN NULL; END $$",
            of("OLD"),
            of("NEW")
        ),
        "CREATE TRIGGER users_words_insert AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION users_words()"
            .to_owned(),
        format!(
            "CREATE TRIGGER users_words_update AFTER UPDATE ON users FOR EACH ROW WHEN ({changed}) \
             EXECUTE FUNCTION users_words()"
        ),
        "CREATE TRIGGER users_words_delete AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION users_words()"
            .to_owned(),
    ]
}
