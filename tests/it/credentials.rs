//! Tests of every credential, valid and invalid.

use serde_json::json;

use crate::support::{PASSWORD, TestApp, none};

mod clock;

/// N-01, N-02: without a credential.
#[tokio::test]
async fn a_guest_is_refused() {
    let app = TestApp::new().await;
    for guest in [
        app.guest(),
        app.guest().with_jwt(""),
        app.guest().with_jwt("   "),
        app.guest().with("authorization", "Bearer "),
        app.guest().with("authorization", "Basic YTpi"),
        app.guest().with_session(""),
    ] {
        let answer = guest.run("accountGet", none()).await;

        assert_eq!(answer.status, 200);
        assert_eq!(answer.error(), "general_unauthorized_scope 401");
        assert!(answer.json()["data"]["accountGet"].is_null());
    }
}

#[tokio::test]
async fn every_way_of_showing_a_session_works() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let jwt = ada.jwt().await;
    let secret = ada.session().to_owned();
    let fallback = json!({"a_session_default": secret}).to_string();
    for caller in [
        app.guest().with_session(&secret),
        app.guest().with("cookie", &format!("x=y; a_session_default={secret}")),
        app.guest().with("x-fallback-cookies", &fallback),
        app.guest().with_jwt(&jwt),
        app.guest().with("authorization", &format!("Bearer {jwt}")),
        // Several that name the same session are fine.
        app.guest().with_jwt(&jwt).with_session(&secret).with("x-fallback-cookies", &fallback),
        // One that counts for nothing doesn't spoil one that does.
        app.guest().with_jwt(&jwt).with_session("garbage"),
    ] {
        assert_eq!(caller.run("accountGet", none()).await.field()["email"], "ada@example.com");
    }
}

/// N-13, N-09: two that disagree are refused everywhere.
#[tokio::test]
async fn two_sessions_at_once_are_refused() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let bob = app.user("bob@example.com").await;
    let cookie = format!("a_session_default={}", bob.session());
    let both = app.guest().with_jwt(&ada.jwt().await).with("cookie", &cookie);
    let two_jwts = app.guest().with_jwt(&ada.jwt().await).with_jwt(&bob.jwt().await);

    for operation in ["accountGet", "accountCreateAnonymousSession"] {
        assert_eq!(both.run(operation, none()).await.error(), "user_jwt_and_cookie_set 403");
    }
    assert_eq!(two_jwts.run("accountGet", none()).await.error(), "user_jwt_invalid 401");
}

/// A request with more credentials than a client needs is refused before one of them is looked up.
#[tokio::test]
async fn too_many_credentials_are_refused() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let cookies = |count: usize| {
        let others: String = (1..count).map(|n| format!("a_session_default=x{n}; ")).collect();
        app.guest().with("cookie", &format!("{others}a_session_default={}", ada.session()))
    };

    assert_eq!(cookies(4).run("accountGet", none()).await.error(), "ok");
    for operation in ["accountGet", "accountCreateAnonymousSession"] {
        let refused = cookies(5).run(operation, none()).await;
        assert_eq!(refused.error(), "user_jwt_and_cookie_set 403");
    }
}

#[tokio::test]
async fn a_bad_credential_makes_a_guest_of_open_fields() {
    let app = TestApp::new().await;
    for caller in [app.guest().with_jwt("garbage"), app.guest().with_session("garbage")] {
        let answer = caller.run("accountCreateAnonymousSession", none()).await;
        assert_eq!(answer.error(), "ok");
    }
}

#[tokio::test]
async fn developers_see_the_cause() {
    let app = TestApp::new().await;

    let answer = app.guest().with_jwt("garbage").run("accountGet", none()).await;

    let hint = &answer.json()["errors"][0]["extensions"]["hint"];
    assert!(hint.as_str().unwrap().contains("malformed"), "{hint}");
}

/// SJ-9: a secret that the client makes up is never adopted.
#[tokio::test]
async fn made_up_secrets_are_invalid() {
    let app = TestApp::new().await;
    let id = app.sign_up("ada@example.com").await;
    let made_up = {
        use base64::Engine;
        let json = json!({"id": id, "secret": "0".repeat(64)}).to_string();
        base64::engine::general_purpose::STANDARD.encode(json)
    };
    let caller = app.guest().with_session(&made_up);

    let sign_in = json!({"email": "ada@example.com", "password": crate::support::PASSWORD});
    let session = caller.run("accountCreateEmailSession", sign_in).await.field();

    assert_ne!(session["secret"], made_up);
    assert_eq!(caller.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
}

/// SJ-1, SJ-2, N-03, N-04, N-05, N-06, N-07, N-08: forged and mistyped tokens.
mod forged {
    use accountd::crypto::keys::Keys;
    use accountd::crypto::sha256_hex;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use hmac::{Hmac, KeyInit, Mac};
    use serde_json::Value;
    use sha2::{Sha256, Sha512};

    use super::*;

    /// The algorithm of the key that the tests can derive. `tests/it/jwt` has the others.
    const HS256: &str = "jwt.algorithm = \"HS256\"";

    fn keys(app: &TestApp) -> Keys {
        Keys::new(app.app.config.read_master_secret().unwrap().expose().as_bytes())
    }

    fn encode(text: &str) -> String {
        URL_SAFE_NO_PAD.encode(text)
    }

    fn signed(header: &str, claims: &str, key: &[u8]) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        let mac = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(&message);
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    fn decoded(jwt: &str) -> (String, Value) {
        let mut parts = jwt.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
        let header = String::from_utf8(parts.next().unwrap()).unwrap();
        (header, serde_json::from_slice(&parts.next().unwrap()).unwrap())
    }

    #[tokio::test]
    async fn no_forged_token_is_accepted() {
        let app = TestApp::with(HS256).await;
        let ada = app.user("ada@example.com").await;
        let jwt = ada.jwt().await;
        let key = keys(&app).derive("jwt");
        let (header, claims) = decoded(&jwt);
        let claims = claims.to_string();
        let (head, rest) = jwt.split_once('.').unwrap();
        let (body, signature) = rest.split_once('.').unwrap();
        // The helper makes what the server makes: else nothing below would prove anything.
        let honest = app.guest().with_jwt(&signed(&header, &claims, &key));
        assert_eq!(honest.run("accountGet", none()).await.error(), "ok");

        let kid = sha256_hex(key)[..16].to_owned();
        let mut forged = vec![
            format!("{head}.{body}"),
            format!("{head}.{body}."),
            format!("{head}.{body}.{signature}."),
            format!("{head}.{body}.{}", &signature[..20]),
            format!("{head}..{signature}"),
            format!(".{body}.{signature}"),
            format!("{head}.{}.{signature}", body.replacen('M', "N", 1)),
            format!("{jwt}{jwt}"),
            format!("{head}.{head}.{body}.{signature}.{signature}"),
            jwt.to_uppercase(),
            "a.b.c".to_owned(),
            "..".to_owned(),
            "....".to_owned(),
            format!("{head}.{body}.{signature}="),
            format!("{head}.{body}.{signature}%00"),
            format!("{head}.{body}.{}", signature.chars().rev().collect::<String>()),
            format!("{head}.{}.{signature}", encode("{}")),
            format!("Bearer.{jwt}"),
            "x".repeat(64 * 1024),
            signed(&header, &claims, b"secret"),
            signed(&header, &claims, b""),
            signed(&header, &claims, &keys(&app).derive("code")),
            signed(&header, &format!("[{claims}]"), &key),
            signed(&header, "", &key),
            signed(&header, "null", &key),
        ];
        for alg in [
            "none", "None", "NONE", "nOnE", "HS384", "HS512", "RS256", "ES256", "EdDSA", "hs256",
            "",
        ] {
            let header = json!({"typ": "JWT", "alg": alg, "kid": kid}).to_string();
            forged.push(signed(&header, &claims, &key));
            forged.push(format!("{}.{body}.", encode(&header)));
        }
        for (name, value) in [
            ("kid", json!("other")),
            ("kid", json!("../../dev/null")),
            ("kid", json!("' OR 1=1 --")),
            ("kid", json!(null)),
            ("jku", json!("https://evil.test/keys")),
            ("x5u", json!("https://evil.test")),
            ("jwk", json!({"kty": "oct", "k": "AAAA"})),
            ("crit", json!(["exp"])),
            ("zip", json!("DEF")),
            ("typ", json!("at+jwt")),
            ("typ", json!(null)),
            ("cty", json!("JWT")),
            ("b64", json!(false)),
        ] {
            let mut changed: Value = serde_json::from_str(&header).unwrap();
            changed[name] = value;
            forged.push(signed(&changed.to_string(), &claims, &key));
        }
        let hs512 = {
            let header = json!({"typ": "JWT", "alg": "HS512", "kid": kid}).to_string();
            let message = format!("{}.{body}", encode(&header));
            let mac = Hmac::<Sha512>::new_from_slice(&key).unwrap().chain_update(&message);
            format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
        };
        forged.push(hs512);
        let duplicated = claims.replacen('{', "{\"sub\":\"eve\",", 1);
        forged.push(signed(&header, &duplicated, &key));

        assert!(forged.len() >= 60, "{}", forged.len());
        for token in forged {
            let answer = app.guest().with_jwt(&token).run("accountGet", none()).await;
            assert_eq!(answer.error(), "user_jwt_invalid 401", "{token:.120}");
        }
    }

    /// SJ-2, N-07: every claim is needed, and of its type.
    #[tokio::test]
    async fn no_mistyped_claim_is_accepted() {
        let app = TestApp::with(HS256).await;
        let ada = app.user("ada@example.com").await;
        let key = keys(&app).derive("jwt");
        let (header, claims) = decoded(&ada.jwt().await);
        let wrong = [
            json!(null),
            json!([]),
            json!({}),
            json!(-1),
            json!(1.5),
            json!(true),
            json!("9999999999"),
        ];
        for claim in ["exp", "iat", "sub", "sid", "aud", "userId", "sessionId"] {
            let mut missing = claims.clone();
            missing.as_object_mut().unwrap().remove(claim);
            let mut variants = vec![missing.to_string()];
            for value in &wrong {
                let mut changed = claims.clone();
                changed[claim] = value.clone();
                variants.push(changed.to_string());
            }
            let old = claims[claim].to_string();
            let huge = claims.to_string().replacen(
                &format!("\"{claim}\":{old}"),
                &format!("\"{claim}\":1e400"),
                1,
            );
            variants.push(huge);
            for claims in variants {
                let token = signed(&header, &claims, &key);
                let answer = app.guest().with_jwt(&token).run("accountGet", none()).await;
                assert_eq!(answer.error(), "user_jwt_invalid 401", "{claims}");
            }
        }
    }

    /// C-37, SJ-3: a server whose clock is fast, or a thief of the key, makes nothing that counts from further ahead than a
    /// minute, or for longer than a JWT of this server.
    #[tokio::test]
    async fn a_token_from_the_future_or_for_too_long_is_refused() {
        let app = TestApp::with(HS256).await;
        let ada = app.user("ada@example.com").await;
        let key = keys(&app).derive("jwt");
        let (header, claims) = decoded(&ada.jwt().await);
        let now = claims["iat"].as_i64().unwrap();
        for (ahead, lives, expected) in [
            (0, 900, "ok"),
            (60, 900, "ok"),
            (-800, 900, "ok"),
            (61, 900, "user_jwt_invalid 401"),
            (86_400, 900, "user_jwt_invalid 401"),
            (0, 901, "user_jwt_invalid 401"),
            (0, 86_400, "user_jwt_invalid 401"),
            (-86_000, 86_400, "user_jwt_invalid 401"),
            (30, 0, "user_jwt_invalid 401"),
            (30, -10, "user_jwt_invalid 401"),
        ] {
            let mut claims = claims.clone();
            claims["iat"] = json!(now + ahead);
            claims["exp"] = json!(now + ahead + lives);
            let token = signed(&header, &claims.to_string(), &key);

            let answer = app.guest().with_jwt(&token).run("accountGet", none()).await;
            assert_eq!(answer.error(), expected, "{ahead} {lives}");
        }
    }

    /// SJ-7: a token signed with the right key for another project is refused.
    #[tokio::test]
    async fn a_token_is_bound_to_its_project() {
        let app = TestApp::with(HS256).await;
        let ada = app.jwt_user("ada@example.com").await.with("x-appwrite-project", "other");

        assert_eq!(ada.run("accountGet", none()).await.error(), "user_jwt_invalid 401");
    }
}

/// A document may sign in as another user and end the session of its cookie: the browser keeps the new one.
#[tokio::test]
async fn a_deletion_does_not_follow_a_new_cookie() {
    let app = TestApp::new().await;
    app.sign_up("ada@example.com").await;
    app.sign_up("bob@example.com").await;
    let sign_in = format!(
        "accountCreateEmailSession(email: \"bob@example.com\", password: \"{PASSWORD}\") {{ userId }}"
    );
    let sign_out = "accountDeleteSession(sessionId: \"current\") { status }";
    for document in [
        json!({"query": format!("mutation {{ {sign_in} {sign_out} }}")}),
        json!({"query": format!("mutation {{ {sign_out} {sign_in} }}")}),
        json!([{"query": format!("mutation {{ {sign_in} }}")}, {"query": format!("mutation {{ {sign_out} }}")}]),
    ] {
        let ada = app.sign_in("ada@example.com").await;
        let cookie = format!("a_session_default={}", ada.session());
        let page = app.guest().with("cookie", &cookie).with("origin", "http://localhost");

        let answer = page.send(&document).await;

        assert!(!answer.text.contains("errors"), "{}", answer.text);
        let [cookie] = answer.cookies()[..] else { panic!("{document}: {:?}", answer.cookies()) };
        assert!(!cookie.contains("Max-Age=0"), "{cookie}");
    }
}
