//! Fills the tables of PostgreSQL, so that it plans as with many users.

use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::{SMALL, texts};

/// Columns that have a few values.
const FEW_VALUES: [&str; 7] = ["state", "channel", "kind", "provider", "issuer", "event", "factor"];

/// Puts so many rows into each table that grows.
pub(super) async fn fill(db: &DatabaseConnection, rows: u32) {
    // Neither foreign keys nor triggers: each table is filled by itself.
    db.execute_unprepared("SET session_replication_role = replica").await.unwrap();
    let tables = texts(
        db,
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' \
         AND table_name NOT LIKE 'seaql%' ORDER BY 1",
    )
    .await;
    for table in tables.iter().filter(|table| SMALL.iter().all(|(small, _)| small != table)) {
        let columns = texts(
            db,
            &format!(
                "SELECT column_name || ' ' || is_nullable || ' ' || data_type FROM information_schema.columns \
                 WHERE table_name = '{table}' AND is_identity = 'NO' AND is_generated = 'NEVER' \
                 AND column_default IS NULL OR table_name = '{table}' AND column_default NOT LIKE 'nextval%'"
            ),
        )
        .await;
        let (names, values): (Vec<_>, Vec<_>) = columns
            .iter()
            .map(|column| {
                let [name, is_nullable, kind]: [_; 3] =
                    column.splitn(3, ' ').collect::<Vec<_>>().try_into().unwrap();
                (format!("\"{name}\""), value(table, name, kind, is_nullable == "YES"))
            })
            .unzip();
        let insert = format!(
            "INSERT INTO {table} ({}) SELECT {} FROM generate_series(1, {rows}) i",
            names.join(", "),
            values.join(", ")
        );
        db.execute_unprepared(&insert).await.unwrap_or_else(|error| panic!("{insert}: {error}"));
    }
    db.execute_unprepared("SET session_replication_role = DEFAULT").await.unwrap();
    db.execute_unprepared("VACUUM ANALYZE").await.unwrap();
}

/// The value of a column in the row `i`.
fn value(table: &str, column: &str, kind: &str, is_nullable: bool) -> String {
    match (column, kind) {
        ("project_id", _) => "'default'".to_owned(),
        // Some rows belong to nobody, where that is possible.
        ("user_id", _) if is_nullable => "CASE WHEN i % 10 > 0 THEN 'user' || i END".to_owned(),
        // `users.id` is `user1`, and so is each `user_id`.
        ("id", "text" | "character varying") => format!("'{}' || i", table.trim_end_matches('s')),
        (name, "text" | "character varying") if FEW_VALUES.contains(&name) => {
            format!("'{name}' || i % 5")
        }
        (name, "text" | "character varying") => {
            format!("'{}' || i", name.trim_end_matches("_id"))
        }
        (_, "bigint") => "1795435200000 + i".to_owned(),
        (_, "integer" | "smallint") => "i % 5".to_owned(),
        (_, "boolean") => "i % 2 = 0".to_owned(),
        (_, "bytea") => "decode(md5(i::text), 'hex')".to_owned(),
        (name, kind) => panic!("{table}.{name}: {kind}"),
    }
}
