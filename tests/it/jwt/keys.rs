//! The keys of JWTs: how they are made, rotated and dropped.

use std::time::Duration;

use accountd::crypto::jwt::{LEAD, RETIREMENT};
use entity::{ProjectId, SigningKeyId, signing_key};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, IntoActiveModel};
use serde_json::json;
use sha2::Sha256;

use super::*;
use crate::support::{PASSWORD, none};

const DAY: Duration = Duration::from_hours(24);
const REFUSED: &str = "user_jwt_invalid 401";

/// Signs in at a guest's address, whatever was done before.
async fn jwt_of_ada(app: &TestApp) -> String {
    let sign_in = json!({"email": "ada@example.com", "password": PASSWORD});
    let guest = app.guest();
    let session = guest.run("accountCreateEmailPasswordSession", sign_in).await.field();
    guest.with_session(session["secret"].as_str().unwrap()).jwt().await
}

/// Stores a key, as another server does.
async fn insert(app: &TestApp, row: signing_key::Model) {
    let row = signing_key::Entity::insert(row.into_active_model());
    row.exec_without_returning(app.app.db.writer()).await.unwrap();
}

/// A token of HS256, as who has the master secret makes it.
fn by_master_secret(app: &TestApp, claims: &Value) -> String {
    let secret = app.keys().derive("jwt");
    let kid: String = accountd::crypto::sha256_hex(secret).chars().take(16).collect();
    let header = format!(r#"{{"typ":"JWT","alg":"HS256","kid":"{kid}"}}"#);
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", encode(&header), encode(&claims.to_string()));
    let mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap().chain_update(&message);
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// The secret of a new user's session, and a JWT. A restart needs that nobody else has a handle to the server.
async fn signed_in(app: &TestApp) -> (String, String) {
    let ada = app.user("ada@example.com").await;
    (ada.session().to_owned(), ada.jwt().await)
}

/// Each project has its own key, stored so that a copy of the database doesn't give it away.
#[tokio::test]
async fn a_new_project_has_a_key_that_signs_at_once() {
    let app = TestApp::new().await;
    let jwt = app.user("ada@example.com").await.jwt().await;

    let rows = rows(&app).await;

    let projects: Vec<_> = rows.iter().map(|row| row.project_id.as_str()).collect();
    assert_eq!(projects.len(), 2, "{projects:?}");
    assert_eq!(key_id(&jwt), stolen(&app, "default").await.0);
    assert_ne!(key_id(&jwt), stolen(&app, "other").await.0);
    for row in rows {
        assert_eq!(row.algorithm, "ES256");
        assert!(row.private_key.starts_with("1."), "{}", row.private_key);
    }
}

/// Old clients read `userId`, `sessionId` and `exp`, in three parts that fit into a header.
#[tokio::test]
async fn every_algorithm_makes_tokens_for_clients() {
    for (algorithm, longest) in [("ES256", 800), ("EdDSA", 800), ("RS256", 1100), ("HS256", 700)] {
        let app = TestApp::with(&format!("jwt.algorithm = \"{algorithm}\"")).await;
        let ada = app.user("ada@example.com").await;

        let jwt = ada.jwt().await;

        assert_eq!(answered(&app, &jwt).await, "ok");
        assert_eq!(answered(&app, &jwt).await, "ok", "when its signature is known");
        let (header, claims) = decoded(&jwt);
        assert!(header.contains(&format!("\"alg\":\"{algorithm}\"")), "{header}");
        assert_eq!(claims["sessionId"], ada.session_id().await.as_str());
        assert_eq!(claims["userId"], claims["sub"]);
        assert!(claims["exp"].is_u64() && claims["aud"] == "default", "{claims}");
        assert!(jwt.len() < longest, "{algorithm}: {}", jwt.len());
        let rows = rows(&app).await.len();
        assert_eq!(rows, if algorithm == "HS256" { 0 } else { 2 });
    }
}

/// A project may sign in another way than the others.
#[tokio::test]
async fn a_project_has_its_own_algorithm() {
    let settings =
        "jwt.algorithm = \"HS256\"\n[[projects]]\nid = \"shop\"\njwt.algorithm = \"EdDSA\"\n";
    let app = TestApp::with(settings).await;

    let rows = rows(&app).await;

    let keys: Vec<_> =
        rows.iter().map(|row| (row.project_id.as_str(), row.algorithm.as_str())).collect();
    assert_eq!(keys, [("shop", "EdDSA")]);
}

/// SJ-8: a key is published before it signs, and verifies until the last of its tokens has expired; then it is gone, and
/// nobody who has it makes a token.
#[tokio::test]
async fn a_key_is_rotated_by_age_and_no_token_is_lost() {
    let app = TestApp::new().await;
    app.sign_up("ada@example.com").await;
    let old = key_id(&jwt_of_ada(&app).await);
    let (_, thief) = stolen(&app, "default").await;
    app.advance(DAY * 90 - LEAD - Duration::from_secs(1));
    keep(&app).await;
    assert_eq!(rows(&app).await.len(), 2);

    app.advance(Duration::from_secs(1));
    keep(&app).await;
    keep(&app).await;

    // The next key of each project is published, and the old one signs.
    assert_eq!(rows(&app).await.len(), 4);
    assert_eq!(key_id(&jwt_of_ada(&app).await), old);
    app.advance(LEAD - Duration::from_secs(1));
    keep(&app).await;
    let last = jwt_of_ada(&app).await;
    assert_eq!(key_id(&last), old);
    app.advance(Duration::from_secs(1));
    keep(&app).await;
    let first = jwt_of_ada(&app).await;
    let new = key_id(&first);
    assert_ne!(new, old);
    assert_eq!([answered(&app, &last).await, answered(&app, &first).await], ["ok", "ok"]);
    app.advance(Duration::from_secs(899));
    keep(&app).await;
    assert_eq!(answered(&app, &last).await, "ok");

    app.advance(RETIREMENT - Duration::from_secs(899));
    let (_, claims) = decoded(&jwt_of_ada(&app).await);
    let header = format!(r#"{{"typ":"JWT","alg":"ES256","kid":"{old}"}}"#);
    let forged = signed(&header, &claims.to_string(), &thief);
    assert_eq!(answered(&app, &forged).await, REFUSED);
    keep(&app).await;
    let left: Vec<_> = rows(&app).await.into_iter().map(|row| row.id.to_string()).collect();
    assert!(left.len() == 2 && left.contains(&new), "{left:?}");
    assert_eq!(answered(&app, &forged).await, REFUSED);
    assert_eq!(key_id(&jwt_of_ada(&app).await), new);
}

/// A change of the algorithm is a rotation. Both keys are published meanwhile.
#[tokio::test]
async fn another_algorithm_begins_when_others_know_its_key() {
    let app = TestApp::new().await;
    let (session, before) = signed_in(&app).await;

    let app = app.restarted_with("jwt.algorithm = \"EdDSA\"").await;

    assert_eq!(answered(&app, &before).await, "ok");
    let ada = app.guest().with_session(&session);
    assert!(decoded(&ada.jwt().await).0.contains("ES256"));
    app.advance(LEAD);
    assert!(decoded(&ada.jwt().await).0.contains("EdDSA"));
    keep(&app).await;
    assert_eq!(rows(&app).await.len(), 4);
}

/// An upgrade: tokens that were signed with the key of the master secret are valid, and servers of the older release
/// verify what this one signs.
#[tokio::test]
async fn a_project_with_users_signs_as_before_for_two_hours() {
    let app = TestApp::with("jwt.algorithm = \"HS256\"").await;
    let (session, before) = signed_in(&app).await;
    assert!(rows(&app).await.is_empty());

    let app = app.restarted_with("").await;

    let ada = app.guest().with_session(&session);
    assert_eq!(answered(&app, &before).await, "ok");
    assert!(decoded(&ada.jwt().await).0.contains("HS256"));
    app.advance(LEAD - Duration::from_secs(1));
    let last = ada.jwt().await;
    assert!(decoded(&last).0.contains("HS256"));
    app.advance(Duration::from_secs(1));
    let first = ada.jwt().await;
    assert!(decoded(&first).0.contains("ES256"));
    assert_eq!([answered(&app, &last).await, answered(&app, &first).await], ["ok", "ok"]);
    // From then on the key of the master secret makes no tokens here.
    app.advance(RETIREMENT);
    let claims = decoded(&ada.jwt().await).1;
    let forged = by_master_secret(&app, &claims);
    assert_eq!(decoded(&forged).0, decoded(&last).0);
    assert_eq!(answered(&app, &forged).await, REFUSED);
}

/// SJ-8: a token of a key that another server has just created is verified at once.
#[tokio::test]
async fn an_unknown_key_is_looked_up() {
    let app = TestApp::new().await;
    let [one, two, three] = app.three().await;
    let ada = one.user("ada@example.com").await;
    assert_eq!(answered(&two, &ada.jwt().await).await, "ok");
    one.advance(DAY * 90 - LEAD);
    keep(&one).await;
    one.advance(LEAD);

    let jwt = jwt_of_ada(&one).await;

    for app in [&two, &three, &one] {
        assert_eq!(answered(app, &jwt).await, "ok");
    }
}

/// Revokes like the command line in an emergency: the row is deleted, and servers see it when they look.
#[tokio::test]
async fn a_dropped_key_verifies_nothing() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let jwt = ada.jwt().await;
    assert_eq!(answered(&app, &jwt).await, "ok");
    signing_key::Entity::delete_many().exec(app.app.db.writer()).await.unwrap();

    keep(&app).await;

    assert_eq!(answered(&app, &jwt).await, REFUSED);
    assert_eq!(ada.run("accountGet", none()).await.error(), "ok");
}

/// Ends keys like a restore: the keys of the backup are ended, and new ones sign at once, since others look for unknown keys.
#[tokio::test]
async fn keys_that_were_ended_have_successors_at_once() {
    let app = TestApp::new().await;
    let (session, jwt) = signed_in(&app).await;
    signing_key::Entity::update_many()
        .col_expr(signing_key::Column::PrivateKey, Expr::value(""))
        .exec(app.app.db.writer())
        .await
        .unwrap();

    let app = app.restarted().await;

    assert_eq!(answered(&app, &jwt).await, REFUSED);
    let ada = app.guest().with_session(&session);
    let new = ada.jwt().await;
    assert!(decoded(&new).0.contains("ES256"));
    assert_eq!(answered(&app, &new).await, "ok");
    app.advance(RETIREMENT);
    keep(&app).await;
    assert_eq!(rows(&app).await.len(), 2);
}

/// While servers are replaced one by one, an older one creates the key again that a change to HS256 has deleted.
#[tokio::test]
async fn a_change_to_hs256_is_not_undone_by_older_servers() {
    let app = TestApp::new().await;
    let (session, _) = signed_in(&app).await;
    let created = rows(&app).await;
    let app = app.restarted_with("jwt.algorithm = \"HS256\"").await;
    assert!(rows(&app).await.is_empty());
    for row in created {
        insert(&app, signing_key::Model { created_at: app.app.clock.now(), ..row }).await;
    }

    keep(&app).await;

    let jwt = app.guest().with_session(&session).jwt().await;
    assert!(decoded(&jwt).0.contains("HS256"));
    assert_eq!(answered(&app, &jwt).await, "ok");
    app.advance(RETIREMENT);
    keep(&app).await;
    assert!(rows(&app).await.is_empty());
}

/// A key that can't be read signs nothing, so it ends no other one.
#[tokio::test]
async fn a_key_has_no_successor_that_cannot_be_read() {
    let app = TestApp::new().await;
    let (session, before) = signed_in(&app).await;
    let mut rows = rows(&app).await;
    rows.retain(|row| row.project_id.as_str() == "default");
    let next = signing_key::Model {
        id: SigningKeyId::new("unreadable"),
        active_at: app.app.clock.now() + LEAD,
        ..rows.pop().unwrap()
    };
    insert(&app, next).await;
    app.advance(LEAD + RETIREMENT);

    keep(&app).await;

    let jwt = app.guest().with_session(&session).jwt().await;
    assert_eq!(key_id(&jwt), key_id(&before));
    assert_eq!(answered(&app, &jwt).await, "ok");
}

/// The master secret alone is not enough to make a token, also when the project has just lost its keys.
#[tokio::test]
async fn a_dropped_key_does_not_bring_hs256_back() {
    let app = TestApp::new().await;
    let claims = decoded(&app.user("ada@example.com").await.jwt().await).1;
    signing_key::Entity::delete_many().exec(app.app.db.writer()).await.unwrap();
    keep(&app).await;

    let forged = by_master_secret(&app, &claims);

    assert_eq!(answered(&app, &forged).await, REFUSED);
    let app = app.restarted().await;
    assert_eq!(answered(&app, &forged).await, REFUSED);
}

/// A read that has failed counts for nobody who waits for it: they would refuse what is valid.
#[tokio::test]
async fn keys_that_could_not_be_read_are_an_error() {
    let app = TestApp::new().await;
    let (header, claims) = decoded(&app.user("ada@example.com").await.jwt().await);
    let mut header: Value = serde_json::from_str(&header).unwrap();
    header["kid"] = "x".repeat(43).into();
    let key = stolen(&app, "default").await.1;
    let unknown = signed(&header.to_string(), &claims.to_string(), &key);
    let project = ProjectId::new("default");
    let verify = || {
        let app = &app.app;
        app.jwt.verify_newest(&app.db, &unknown, &project, app.clock.now())
    };
    assert_eq!(verify().await.unwrap(), None);
    let rename = "ALTER TABLE signing_keys RENAME TO signing_keys_gone";
    app.app.db.writer().execute_unprepared(rename).await.unwrap();

    let (one, other) = tokio::join!(verify(), verify());

    assert!(one.is_err() && other.is_err());
}

/// Servers that start at once make one key for each project.
#[tokio::test]
async fn servers_that_start_together_agree_on_one_key() {
    let app = TestApp::new().await;
    let [one, two, _] = app.three().await;

    assert_eq!(rows(&app).await.len(), 2);
    one.advance(DAY * 90);
    let (first, second) = tokio::join!(async { keep(&one).await }, async { keep(&two).await });
    let _: ((), ()) = (first, second);
    keep(&one).await;

    assert_eq!(rows(&app).await.len(), 4);
}

/// A row that can't be decrypted signs nothing, and is replaced.
#[tokio::test]
async fn a_row_of_another_place_is_no_key() {
    let app = TestApp::new().await;
    let before = rows(&app).await;
    signing_key::Entity::update_many()
        .col_expr(signing_key::Column::PrivateKey, Expr::value(before[0].private_key.clone()))
        .exec(app.app.db.writer())
        .await
        .unwrap();

    keep(&app).await;

    // Of the rows with one private key, that key's own is read; the other project gets a new one.
    let after = rows(&app).await;
    let (project, id) = (&before[1].project_id, &before[1].id);
    assert_eq!(after.len(), 3);
    let ring = app.app.jwt.ring(project).unwrap();
    assert!(ring.keys(app.app.clock.now()).all(|(key, _)| key.key.id != id.as_str()));
}
