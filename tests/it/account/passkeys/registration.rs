//! Adding a passkey.

use serde_json::json;

use super::{add, anonymous, begin_adding, finish_adding, sign_in};
use crate::support::{Authenticator, TestApp, none};

/// The options ask for a discoverable passkey of a device that verifies the user, and for no attestation.
#[tokio::test]
async fn the_options_are_webauthns_json() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;

    let challenge = begin_adding(&user).await;

    let options = &challenge["publicKey"];
    assert_eq!(options["rp"], json!({"id": "example.com", "name": "Default"}));
    assert_eq!(options["user"]["name"], "ada@example.com");
    assert_eq!(options["user"]["displayName"], "ada@example.com");
    assert_eq!(options["user"]["id"].as_str().unwrap().len(), 22);
    assert_eq!(options["challenge"].as_str().unwrap().len(), 43);
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["timeout"], 300_000);
    assert_eq!(options["excludeCredentials"], json!([]));
    let selection = json!({
        "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
    });
    assert_eq!(options["authenticatorSelection"], selection);
    let algorithms: Vec<_> = options["pubKeyCredParams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["alg"].clone())
        .collect();
    assert_eq!(algorithms, [-7, -8, -257]);
    assert_eq!(challenge["expire"], "2026-11-23T12:05:00.000+00:00");
    assert_eq!(challenge["_createdAt"], "2026-11-23T12:00:00.000+00:00");
}

#[tokio::test]
async fn a_passkey_is_added_and_listed() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    let variables = json!({"passkeyId": "phone-1", "name": "My phone"});
    let challenge = user.run("accountCreatePasskey", variables).await.field();
    assert_eq!(challenge["passkeyId"], "phone-1");
    let before = user.run("accountListPasskeys", none()).await.field();
    assert_eq!(before["total"], 0, "one that is being added is not listed");

    let credential = device.create(&challenge["publicKey"]);
    let passkey = finish_adding(&user, &challenge, credential).await.field();

    let expected = json!({
        "_id": "phone-1", "_createdAt": "2026-11-23T12:00:00.000+00:00",
        "_updatedAt": "2026-11-23T12:00:00.000+00:00", "name": "My phone", "accessedAt": null,
        "device": "", "synced": true, "backedUp": true,
    });
    assert_eq!(passkey, expected);
    let list = user.run("accountListPasskeys", none()).await.field();
    assert_eq!(list, json!({"total": 1, "passkeys": [expected]}));
    let one = user.run("accountGetPasskey", json!({"passkeyId": "phone-1"})).await.field();
    assert_eq!(one, expected);
    let mail = app.newest("ada@example.com").await;
    assert_eq!(mail["kind"], "passkey_added");
    let logs = user.run("accountListLogs", none()).await.field();
    assert_eq!(logs["logs"][0]["event"], "passkey.create");
}

/// The user handle is the same for all passkeys of a user, and for no other user's; a device that has one isn't asked again.
#[tokio::test]
async fn the_next_passkey_knows_of_the_first() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    let [one, two] = [begin_adding(&user).await, begin_adding(&user).await];
    let handle = one["publicKey"]["user"]["id"].clone();
    assert_eq!(two["publicKey"]["user"]["id"], handle);
    let credential = device.create(&one["publicKey"]);
    let id = credential["id"].clone();
    finish_adding(&user, &one, credential).await.data();

    let next = begin_adding(&user).await;

    let excluded = json!([{"type": "public-key", "id": id, "transports": ["internal", "hybrid"]}]);
    assert_eq!(next["publicKey"]["excludeCredentials"], excluded);
    assert_eq!(next["publicKey"]["user"]["id"], handle);
    let other = begin_adding(&anonymous(&app).await).await;
    assert_ne!(other["publicKey"]["user"]["id"], handle);
}

/// Windows Hello on older machines has RSA, some security keys have Ed25519.
#[tokio::test]
async fn all_offered_algorithms_sign_in() {
    let app = TestApp::new().await;
    for algorithm in [-7, -8, -257] {
        let user = anonymous(&app).await;
        let mut device = Authenticator { algorithm, ..Authenticator::synced() };
        add(&user, &mut device).await;

        let session = sign_in(&app.guest(), &mut device).await.field();

        assert_eq!(session["provider"], "passkey", "{algorithm}");
        let broken =
            super::sign_in_with(&app.guest(), &mut device, |it| it.breaks_signature = true).await;
        assert_eq!(broken.error(), super::INVALID, "{algorithm}");
    }
}

/// Some browsers keep the attestation that a key makes of itself, although none was asked for.
#[tokio::test]
async fn an_attestation_by_the_key_itself_is_checked() {
    let app = TestApp::new().await;
    for (algorithm, breaks, expected) in
        [(-7, false, "ok"), (-8, false, "ok"), (-257, false, "ok"), (-7, true, super::INVALID)]
    {
        let user = anonymous(&app).await;
        let mut device = Authenticator { algorithm, ..Authenticator::bound() };
        let challenge = begin_adding(&user).await;
        let credential = device.create_with(&challenge["publicKey"], |it| {
            it.format = "packed";
            it.statement = vec![("alg".into(), algorithm.into())];
            it.attests = true;
            it.breaks_signature = breaks;
        });

        let answer = finish_adding(&user, &challenge, credential).await;

        assert_eq!(answer.error(), expected, "{algorithm}");
    }
}

/// By REST as by the reference, with `$id`.
#[tokio::test]
async fn rest_has_the_reference_s_routes() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator { aaguid: *b"Proton\x50assProton", ..Authenticator::synced() };
    let challenge = user.rest("POST", "/v1/account/passkeys", json!({})).await;
    assert_eq!(challenge.status, 201);
    let challenge = challenge.json();
    let credential = device.create(&challenge["publicKey"]);
    let path = format!("/v1/account/passkeys/{}", challenge["passkeyId"].as_str().unwrap());

    let body = json!({"credential": credential});
    let added = user.rest("PUT", &format!("{path}/verification"), body).await;

    assert_eq!(added.status, 200, "{}", added.text);
    assert_eq!(added.json()["$id"], challenge["passkeyId"]);
    assert_eq!(added.json()["name"], "Proton Pass");
    assert_eq!(added.json()["accessedAt"], "");
    let renamed = user.rest("PATCH", &path, json!({"name": "Laptop"})).await.json();
    assert_eq!(renamed["name"], "Laptop");
    let list = user.rest("GET", "/v1/account/passkeys?total=false", json!(null)).await.json();
    assert_eq!((&list["total"], &list["passkeys"][0]["name"]), (&json!(0), &json!("Laptop")));

    let guest = app.guest();
    let begun = guest.rest("POST", "/v1/account/tokens/passkey", json!({})).await;
    assert_eq!(begun.status, 201);
    let begun = begun.json();
    assert_eq!(begun["passkeyId"], "");
    let credential = device.get(&begun["publicKey"]);
    let body = json!({"challengeId": begun["$id"], "credential": credential});
    let token = guest.rest("PUT", "/v1/account/tokens/passkey", body).await;
    assert_eq!(token.status, 201, "{}", token.text);
    let token = token.json();
    let body = json!({"userId": token["userId"], "secret": token["secret"]});
    let session = guest.rest("POST", "/v1/account/sessions/token", body).await;
    assert_eq!(session.status, 201, "{}", session.text);
    assert_eq!(session.json()["provider"], "passkey");
    let gone = user.rest("DELETE", &path, json!({})).await;
    assert_eq!(gone.status, 204, "{}", gone.text);
}
