//! What a connection keeps.

use sea_orm::DbBackend;
use sea_orm::sea_query::Value;

use crate::db::postgres::{Postgres, Role};

use super::*;

/// A statement with as many values, all of which are 1.
fn with_values(count: usize) -> Statement {
    let parameters: Vec<_> = (1..=count).map(|n| format!("${n}")).collect();
    let sql = format!("SELECT 1 AS one WHERE 1 IN ({})", parameters.join(", "));
    Statement::from_sql_and_values(DbBackend::Postgres, sql, vec![Value::from(1); count])
}

/// How many prepared statements the connection has.
async fn prepared(lease: &mut Lease) -> i64 {
    let count = "SELECT count(*) AS prepared FROM pg_prepared_statements WHERE statement LIKE 'SELECT 1 AS one%'";
    let count = Statement::from_string(DbBackend::Postgres, count);
    lease.query_one(count).await.unwrap().unwrap().try_get("", "prepared").unwrap()
}

/// Statements with many values aren't kept, whichever way they are run (on PostgreSQL).
#[tokio::test]
async fn statements_with_many_values_are_not_kept() {
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else { return };
    let postgres = Postgres::prepare(&server, Role::Primary).unwrap();
    let mut lease = postgres.lease().await.unwrap();

    for count in [MAX_PREPARED_VALUES + 1, 1_000, 10_000] {
        assert_eq!(lease.query_all(with_values(count)).await.unwrap().len(), 1);
        assert!(lease.query_one(with_values(count)).await.unwrap().is_some());
        lease.execute(with_values(count)).await.unwrap();
    }
    assert_eq!(prepared(&mut lease).await, 0);

    for count in [1, MAX_PREPARED_VALUES] {
        assert_eq!(lease.query_all(with_values(count)).await.unwrap().len(), 1);
        lease.execute(with_values(count)).await.unwrap();
    }
    assert_eq!(prepared(&mut lease).await, 2);
}
