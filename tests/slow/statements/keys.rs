//! Lookups of the database itself, which no plan shows: the rows that refer to one that is deleted.

use sea_orm::{DatabaseConnection, DbBackend};

use super::texts;
use crate::support::TestApp;

/// Each foreign key has an index that begins with its columns, so that no deletion of a user reads a whole table.
#[tokio::test]
async fn each_foreign_key_has_an_index() {
    let app = TestApp::new().await;
    let db = app.outside().await;

    let (keys, unindexed) = match db.get_database_backend() {
        DbBackend::Postgres => of_postgres(&db).await,
        _ => of_sqlite(&db).await,
    };

    assert!(keys > 5, "{keys} foreign keys");
    assert_eq!(unindexed, Vec::<String>::new());
}

async fn of_postgres(db: &DatabaseConnection) -> (usize, Vec<String>) {
    const KEYS: &str = "SELECT conrelid::regclass::text FROM pg_constraint k WHERE contype = 'f'";
    // In any order: all of them are compared with `=`.
    let unindexed = format!(
        "{KEYS} AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indpred IS NULL \
         AND (SELECT array_agg(c ORDER BY c) FROM unnest(k.conkey) c) = \
         (SELECT array_agg(c ORDER BY c) FROM unnest((i.indkey::int2[])[0:cardinality(k.conkey) - 1]) c))"
    );
    (texts(db, KEYS).await.len(), texts(db, &unindexed).await)
}

async fn of_sqlite(db: &DatabaseConnection) -> (usize, Vec<String>) {
    let tables = texts(db, "SELECT name FROM sqlite_master WHERE type = 'table'").await;
    let (mut keys, mut unindexed) = (0, Vec::new());
    for table in tables {
        let columns = format!(
            "SELECT group_concat(\"from\") FROM (SELECT * FROM pragma_foreign_key_list('{table}') ORDER BY id, \"from\") \
             GROUP BY id"
        );
        let of_indexes = format!("SELECT name FROM pragma_index_list('{table}') WHERE partial = 0");
        let indexes = texts(db, &of_indexes).await;
        for key in texts(db, &columns).await {
            keys += 1;
            let count = key.split(',').count();
            let mut has_index = false;
            for index in &indexes {
                let of_index = format!(
                    "SELECT coalesce(name, '') FROM pragma_index_info('{index}') ORDER BY seqno LIMIT {count}"
                );
                let mut first = texts(db, &of_index).await;
                first.sort();
                has_index |= first.join(",") == key;
            }
            if !has_index {
                unindexed.push(format!("{table} ({key})"));
            }
        }
    }
    (keys, unindexed)
}
