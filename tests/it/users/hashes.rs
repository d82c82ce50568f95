//! Password hashes of other systems: users sign in with them, and get one of the server's own.

use argon2::{Argon2, Params, PasswordHasher as _};
use entity::{ProjectId, UserId, user};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use serde_json::{Value, json};

use crate::support::{TestApp, none};

const SIGN_IN: &str = "accountCreateEmailPasswordSession";

/// A password and its hash, of each kind.
const HASHES: [(&str, &str); 9] = [
    (
        "appwrite",
        "$argon2i$v=19$m=20,t=3,p=2$YXBwd3JpdGU$A/54i238ed09ZR4NwlACU5XnkjNBZU9QeOEuhjLiexI",
    ),
    (
        "password",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    ),
    ("correctbatteryhorsestapler", "$2b$04$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie"),
    ("appwrite", "$md5$144fa7eaa4904e8ee120651997f70dcc"),
    // Also shorter than a new password may be.
    ("abc", "$sha$v=sha512/256$53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"),
    ("appwrite", "$P$Br387rwferoKN7uwHZqNMu98q3U8RO."),
    ("test1", "$H$9aaaaaSXBjgypwqm.JsMssPLiS8YQ00"),
    (
        "password",
        "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA",
    ),
    (
        "appwrite",
        "$firebase-scrypt$ln=14,r=8,p=1$UxLMreBr6tYyjQ$Bw$DXIxNfGNPT/4Equl5EZdpM90ZZ7eFJXq9n4PtO52h/meumr4RY0RvJLEzxqVpi/E2avIesrv5P3OZJQW0hpYgA",
    ),
];
const EMAIL: &str = "ada@example.com";

/// Signs `ada` up, and stores a hash for her as an import does.
async fn import(app: &TestApp, hash: &str) -> user::Model {
    let user = json!({"userId": "ada", "email": EMAIL, "password": "another password"});
    app.guest().run("accountCreate", user).await.data();
    let mut ada = find(app).await.into_active_model();
    ada.password_hash = Set(Some(hash.to_owned()));
    ada.update(&app.outside().await).await.unwrap()
}

async fn find(app: &TestApp) -> user::Model {
    let key = (ProjectId::new("default"), UserId::new("ada"));
    let found = user::Entity::find_by_id(key).one(&app.outside().await).await;
    found.unwrap().unwrap()
}

fn credentials(password: &str) -> Value {
    json!({"email": EMAIL, "password": password})
}

/// PW-1: each kind signs in, and at the first sign-in becomes the server's own; nothing else of the user changes.
#[tokio::test]
async fn hashes_of_other_systems_sign_in_and_are_replaced() {
    for (password, hash) in HASHES {
        let app = TestApp::new().await;
        let imported = import(&app, hash).await;

        let wrong = app.guest().run(SIGN_IN, credentials("nope nope")).await;
        assert_eq!(wrong.error(), "user_invalid_credentials 401", "{hash}");
        assert_eq!(find(&app).await.password_hash, imported.password_hash, "{hash}");
        let first = app.user_with(EMAIL, password).await;

        let renewed = find(&app).await;
        let stored = renewed.password_hash.clone().unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}: {stored}");
        assert_eq!(
            (imported.signed_in_at(), renewed.signed_in_at()),
            (None, Some(app.clock.now()))
        );
        let unchanged = user::Model {
            password_hash: imported.password_hash.clone(),
            accessed_at: imported.accessed_at,
            ..renewed
        };
        assert_eq!(unchanged, imported, "{hash}");
        let second = app.user_with(EMAIL, password).await;
        assert_eq!(find(&app).await.password_hash.unwrap(), stored, "{hash}");
        for session in [first, second] {
            assert_eq!(session.run("accountGet", none()).await.field()["email"], EMAIL);
        }
        let wrong = app.guest().run(SIGN_IN, credentials("nope nope")).await;
        assert_eq!(wrong.error(), "user_invalid_credentials 401", "{hash}");
    }
}

/// Several devices may sign in at once: one replaces the hash, and the others are right as well.
#[tokio::test(flavor = "multi_thread")]
async fn concurrent_sign_ins_replace_a_hash_once() {
    let app = TestApp::new().await;
    import(&app, HASHES[3].1).await;

    let sign_ins = (0..6).map(|_| {
        let guest = app.guest();
        tokio::spawn(async move { guest.run(SIGN_IN, credentials("appwrite")).await.error() })
    });
    for sign_in in sign_ins.collect::<Vec<_>>() {
        assert_eq!(sign_in.await.unwrap(), "ok");
    }
}

/// The current password is shown against an imported hash. A new one replaces it, a new address doesn't.
#[tokio::test]
async fn an_imported_hash_is_a_current_password() {
    for (password, hash) in HASHES {
        let app = TestApp::new().await;
        import(&app, hash).await;
        let ada = app.user_with(EMAIL, password).await;
        let mut row = find(&app).await.into_active_model();
        row.password_hash = Set(Some(hash.to_owned()));
        row.update(&app.outside().await).await.unwrap();

        let email = |password: &str| json!({"email": "ada@example.org", "password": password});
        let wrong = ada.run("accountUpdateEmail", email("nope nope")).await;
        assert_eq!(wrong.error(), "user_invalid_credentials 401", "{hash}");
        let changed = ada.run("accountUpdateEmail", email(password)).await;
        assert_eq!(changed.field()["email"], "ada@example.org", "{hash}");
        assert_eq!(find(&app).await.password_hash.unwrap(), hash);
        let new = json!({"password": "a new password", "oldPassword": password});
        ada.run("accountUpdatePassword", new).await.data();
        let stored = find(&app).await.password_hash.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}: {stored}");
    }
}

/// EN-2, EN-4: an imported hash and an unknown address read alike, and cost one turn each.
#[tokio::test]
async fn an_imported_hash_reads_like_an_unknown_address() {
    let app = TestApp::new().await;
    import(&app, HASHES[3].1).await;
    let attempt = async |email: &str| {
        let before = app.app.passwords.hashes();
        let variables = json!({"email": email, "password": "nope nope"});
        let mut answer = app.guest().run(SIGN_IN, variables).await.json();
        answer.as_object_mut().unwrap().remove("extensions");
        (answer, app.app.passwords.hashes() - before)
    };

    let (unknown, cost) = attempt("bob@example.com").await;

    assert_eq!(cost, 1);
    assert_eq!(attempt(EMAIL).await, (unknown, 1));
}

/// PW-1: our own hashes with other parameters are replaced as well, cheaper or more expensive ones.
#[tokio::test]
async fn hashes_with_old_parameters_are_replaced() {
    for settings in ["m=16,t=1,p=1", "m=8,t=2,p=1", "m=16,t=1,p=2"] {
        let app = TestApp::new().await;
        import(&app, &own_hash("appwrite", settings)).await;

        app.user_with(EMAIL, "appwrite").await;

        let stored = find(&app).await.password_hash.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{stored}");
    }
}

/// A hash as a server with other parameters made it.
fn own_hash(password: &str, settings: &str) -> String {
    let argon2 = Argon2::from(settings.parse::<Params>().unwrap());
    argon2.hash_password_with_salt(password.as_bytes(), b"sixteen bytes...").unwrap().to_string()
}
