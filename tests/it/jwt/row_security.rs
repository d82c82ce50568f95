//! Row-level security in PostgreSQL by the claims of a template, in the steps that `PostgREST` documents. `PostgREST` itself
//! isn't started: no registry has it.

use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::JwkSet;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, Statement,
    TransactionTrait,
};
use serde_json::json;

use super::jsonwebtoken_crate::{published, verified};
use super::*;
use crate::support::PASSWORD;

/// The template of docs/tokens.md.
const SHOP: &str = r#"
[[projects]]
id = "shop"
[projects.jwt.templates.postgrest.claims]
role = "app_user"
user_id = "{{user.id}}"
"#;

/// An API's tables. The policies are those of docs/tokens.md: of `PostgREST`, and of Supabase with its function `auth.jwt`.
/// Roles are of the whole server, so an earlier test may have made them.
const TABLES: &str = "
DO $$ BEGIN
  CREATE ROLE app_user NOLOGIN;
  CREATE ROLE anon NOLOGIN;
  CREATE ROLE authenticator NOINHERIT LOGIN;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT app_user, anon TO authenticator;
CREATE SCHEMA auth;
CREATE FUNCTION auth.jwt() RETURNS jsonb STABLE LANGUAGE sql AS $$
  SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb
$$;
CREATE SCHEMA api;
CREATE TABLE api.notes (owner text NOT NULL, body text NOT NULL);
ALTER TABLE api.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON api.notes
  USING (owner = current_setting('request.jwt.claims', true)::json->>'user_id');
CREATE TABLE api.photos (owner text NOT NULL, body text NOT NULL);
ALTER TABLE api.photos ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON api.photos USING (owner = auth.jwt()->>'sub');
GRANT USAGE ON SCHEMA api, auth TO app_user;
GRANT SELECT, INSERT ON api.notes, api.photos TO app_user;
";

/// The steps of `PostgREST` for a request: the token is verified with the keys, and its claims count until the end of the
/// transaction; without a token the role is `anon`. None if the token isn't valid.
async fn begin(
    db: &DatabaseConnection,
    keys: &JwkSet,
    token: Option<&str>,
) -> Option<DatabaseTransaction> {
    let claims = match token {
        Some(token) => verified(token, keys, Algorithm::ES256, ("shop", "shop"))?,
        None => json!({}),
    };
    let role = claims["role"].as_str().unwrap_or("anon").to_owned();
    let tx = db.begin().await.unwrap();
    let set = "SELECT set_config('role', $1, true), set_config('request.jwt.claims', $2, true)";
    let values = [role.into(), claims.to_string().into()];
    tx.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, set, values))
        .await
        .unwrap();
    Some(tx)
}

/// The texts in a table that a request sees, or why it sees none.
async fn texts(tx: &impl ConnectionTrait, table: &str) -> Result<Vec<String>, String> {
    let query = format!("SELECT body FROM api.{table} ORDER BY body");
    let rows = tx.query_all_raw(Statement::from_string(DbBackend::Postgres, query)).await;
    let rows = rows.map_err(|error| error.to_string())?;
    Ok(rows.iter().map(|row| row.try_get("", "body").unwrap()).collect())
}

async fn insert(tx: &impl ConnectionTrait, table: &str, owner: &str, text: &str) -> String {
    let insert = format!("INSERT INTO api.{table} VALUES ('{owner}', '{text}')");
    tx.execute_unprepared(&insert).await.map_or_else(|error| error.to_string(), |_| "ok".to_owned())
}

/// A token of a user of the shop, from the template or not.
async fn token_of(app: &TestApp, user: &str, template: Value) -> String {
    let guest = app.guest().with("x-appwrite-project", "shop");
    let email = format!("{user}@example.com");
    let sign_up = json!({"userId": user, "email": email, "password": PASSWORD});
    // It exists when it asks for a second token.
    guest.run("accountCreate", sign_up).await;
    let sign_in = json!({"email": email, "password": PASSWORD});
    let session = guest.run("accountCreateEmailPasswordSession", sign_in).await.field();
    let user = guest.with_session(session["secret"].as_str().unwrap());
    let made = user.run("accountCreateJWT", template).await.field();
    made["jwt"].as_str().unwrap().to_owned()
}

/// Each user sees and writes their own rows, by a token of the template, and nobody's without one.
#[tokio::test]
async fn a_template_decides_which_rows_a_user_sees() {
    let app = TestApp::with(SHOP).await;
    let db = app.outside().await;
    if db.get_database_backend() != DbBackend::Postgres {
        return;
    }
    db.execute_unprepared(TABLES).await.unwrap();
    // From here on with the rights of `PostgREST` only.
    db.execute_unprepared("SET SESSION AUTHORIZATION authenticator").await.unwrap();
    let keys = published(&app, "shop").await;
    let template = json!({"template": "postgrest"});
    let ada = token_of(&app, "ada", template.clone()).await;
    let eve = token_of(&app, "eve", template).await;

    for (token, user) in [(&ada, "ada"), (&eve, "eve")] {
        let tx = begin(&db, &keys, Some(token)).await.unwrap();
        for table in ["notes", "photos"] {
            assert_eq!(insert(&tx, table, user, &format!("of {user}")).await, "ok");
        }
        tx.commit().await.unwrap();
    }

    for table in ["notes", "photos"] {
        for (token, user) in [(&ada, "ada"), (&eve, "eve")] {
            let tx = begin(&db, &keys, Some(token)).await.unwrap();
            assert_eq!(texts(&tx, table).await, Ok(vec![format!("of {user}")]), "{table}");
            let refused = insert(&tx, table, "bob", "forged").await;
            assert!(refused.contains("row-level security"), "{refused}");
            tx.rollback().await.unwrap();
        }
        // Neither without a token nor with one that names no role, and not on a connection that another request has used.
        let plain = token_of(&app, "ada", json!({})).await;
        for token in [None, Some(plain.as_str())] {
            let tx = begin(&db, &keys, token).await.unwrap();
            let refused = texts(&tx, table).await.unwrap_err();
            assert!(refused.contains("permission denied"), "{refused}");
            tx.rollback().await.unwrap();
        }
        assert!(texts(&db, table).await.unwrap_err().contains("permission denied"));
    }
}

/// An invalid token, or one of another project, gets no transaction.
#[tokio::test]
async fn a_token_of_another_project_gets_no_role() {
    let app = TestApp::with(SHOP).await;
    let db = app.outside().await;
    let keys = published(&app, "shop").await;
    let ada = token_of(&app, "ada", json!({"template": "postgrest"})).await;
    let other = app.user("ada@example.com").await.jwt().await;
    let (head, rest) = ada.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    let eve = decoded(&ada).1.to_string().replace("ada", "eve");
    let forged = format!("{head}.{}.{signature}", URL_SAFE_NO_PAD.encode(eve));

    for token in [other, forged] {
        assert!(begin(&db, &keys, Some(&token)).await.is_none());
    }
}
