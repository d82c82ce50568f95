//! usersCreate, and its seven fields for hashes of other systems.

use serde_json::{Value, json};

use crate::support::{PASSWORD, TestApp};

/// Any combination is a user, also none, and a password alone.
#[tokio::test]
async fn everything_but_the_id_is_optional() {
    let app = TestApp::new().await;
    let server = app.server();
    let all = json!({
        "userId": "ada", "email": "Ada@Example.com", "phone": "+12065550100", "password": PASSWORD,
        "name": "Ada",
    });

    let user = server.run("usersCreate", all).await.field();
    for new in [json!({}), json!({"password": PASSWORD}), json!({"phone": "+12065550101"})] {
        let mut new = new;
        new["userId"] = json!("unique()");
        let created = server.run("usersCreate", new.clone()).await.field();
        assert_eq!(created["_id"].as_str().unwrap().len(), 20, "{new}");
        assert_eq!(created["email"], "", "{new}");
    }

    assert_eq!(user["_id"], "ada");
    assert_eq!(user["email"], "ada@example.com");
    assert_eq!(user["phone"], "+12065550100");
    assert_eq!(user["name"], "Ada");
    assert_eq!([&user["emailVerification"], &user["phoneVerification"]], [false, false]);
    assert_eq!(user["status"], true);
    assert_eq!(user["labels"], json!([]));
    assert_eq!(user["passwordUpdate"], "2026-11-23T12:00:00.000+00:00");
    assert_eq!(user["hash"], "argon2");
    // Not for this key.
    assert_eq!(user["password"], "");
    assert_eq!(user["hashOptions"], json!({"type": "argon2"}));
    assert_eq!(app.count_messages("ada@example.com").await, 0);
    app.sign_in("ada@example.com").await;
}

/// The policies for signing up are not for servers, those for passwords are.
#[tokio::test]
async fn policies_for_sign_ups_do_not_apply() {
    let app = TestApp::new().await;
    let server = app.server();

    for (argument, value) in [
        ("userId", "$ada"),
        ("email", "no address"),
        ("email", ""),
        ("phone", "12065550100"),
        ("phone", ""),
        ("password", "short"),
        ("password", ""),
        ("name", ""),
    ] {
        let mut new = json!({"userId": "ada"});
        new[argument] = json!(value);
        let answer = server.run("usersCreate", new).await;
        assert_eq!(answer.error(), "general_argument_invalid 400", "{argument}: {value}");
        assert_eq!(answer.argument(), argument, "{value}");
    }
}

#[tokio::test]
async fn a_taken_id_address_or_number_is_a_conflict() {
    let app = TestApp::new().await;
    let server = app.server();
    let ada = json!({"userId": "ada", "email": "ada@example.com", "phone": "+12065550100"});
    server.run("usersCreate", ada).await.data();

    for taken in [
        json!({"userId": "ada"}),
        json!({"userId": "eve", "email": "ADA@example.com"}),
        json!({"userId": "eve", "phone": "+12065550100"}),
    ] {
        let answer = server.run("usersCreate", taken.clone()).await;
        assert_eq!(answer.error(), "user_already_exists 409", "{taken}");
    }
    let gone = server.run("usersGet", json!({"userId": "eve"})).await;
    assert_eq!(gone.error(), "user_not_found 404");
}

/// The next holder of an id reads nothing of the last one's log.
#[tokio::test]
async fn an_id_that_was_free_again_has_a_new_log() {
    let app = TestApp::new().await;
    let server = app.server();
    server.run("usersCreate", json!({"userId": "ada", "name": "The first"})).await.data();
    server.run("usersDelete", json!({"userId": "ada"})).await.data();

    server.run("usersCreate", json!({"userId": "ada"})).await.data();

    let log = server.run("usersListLogs", json!({"userId": "ada"})).await.field();
    assert_eq!(log["total"], 1);
    assert_eq!(log["logs"][0]["event"], "user.create");
}

/// The seven fields, each with a published hash.
fn hashed() -> [(&'static str, Value, &'static str); 7] {
    [
        (
            "usersCreateArgon2User",
            json!({"password": "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA"}),
            "argon2",
        ),
        (
            "usersCreateBcryptUser",
            json!({"password": "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}),
            "bcrypt",
        ),
        ("usersCreateMD5User", json!({"password": "5f4dcc3b5aa765d61d8327deb882cf99"}), "md5"),
        (
            "usersCreatePHPassUser",
            json!({"password": "$P$984478476IagS59wHZvyQMArzfx58u."}),
            "phpass",
        ),
        (
            "usersCreateSHAUser",
            json!({"password": "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8", "passwordVersion": "sha1"}),
            "sha",
        ),
        (
            "usersCreateScryptUser",
            json!({
                "password": "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
                "passwordSalt": "SodiumChloride", "passwordCpu": 16384, "passwordMemory": 8, "passwordParallel": 1,
                "passwordLength": 64,
            }),
            "scrypt",
        ),
        (
            "usersCreateScryptModifiedUser",
            json!({
                "password": "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
                "passwordSalt": "42xEC+ixf3L2lw==", "passwordSaltSeparator": "Bw==",
                "passwordSignerKey": "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
            }),
            "scryptMod",
        ),
    ]
}

#[tokio::test]
async fn a_user_is_created_with_a_hash_of_another_system() {
    let app = TestApp::new().await;
    let server = app.guest().with_key("ak_hashes");
    for (field, mut new, hash) in hashed() {
        new["userId"] = json!(hash);
        new["email"] = json!(format!("{hash}@example.com"));

        let user = server.run(field, new.clone()).await.field();
        let read = app.server().run("usersGet", json!({"userId": hash})).await.field();

        assert_eq!(user["hash"], hash, "{field}");
        assert_eq!(user["hashOptions"]["type"], hash, "{field}");
        assert_eq!(user["passwordUpdate"], "2026-11-23T12:00:00.000+00:00", "{field}");
        if hash != "scryptMod" {
            assert_eq!(user["password"], new["password"], "{field}");
        }
        // Another key reads no hash, and nothing of its salt.
        assert_eq!([&read["password"], &read["hash"]], ["", hash], "{field}");
        assert_eq!(read["hashOptions"], json!({"type": hash}), "{field}");
    }
    // A list shows the same as the user alone.
    let one = json!({"queries": [r#"{"method":"equal","attribute":"email","values":["md5@example.com"]}"#]});
    for (key, password) in [("ak_hashes", "5f4dcc3b5aa765d61d8327deb882cf99"), ("ak_server", "")] {
        let list = app.guest().with_key(key).run("usersList", one.clone()).await.field();
        assert_eq!(list["users"][0]["password"], password, "{key}");
    }
    for (email, password) in [("md5@example.com", "password"), ("sha@example.com", "password")] {
        app.user_with(email, password).await;
    }
}

#[tokio::test]
async fn a_malformed_hash_is_refused_when_it_is_imported() {
    let app = TestApp::new().await;
    let server = app.server();
    for (field, mut new, _) in hashed() {
        new["userId"] = json!("ada");
        new["email"] = json!("ada@example.com");
        let mut malformed = new.clone();
        malformed["password"] = json!("no such hash");
        new["email"] = json!("no address");

        for (answer, argument) in [
            (server.run(field, malformed).await, "password"),
            (server.run(field, new).await, "email"),
        ] {
            assert_eq!(answer.error(), "general_argument_invalid 400", "{field}");
            assert_eq!(answer.argument(), argument, "{field}");
        }
    }
    let gone = server.run("usersGet", json!({"userId": "ada"})).await;
    assert_eq!(gone.error(), "user_not_found 404");
}
