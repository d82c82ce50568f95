//! Passkeys.

use serde_json::{Value, json};

use crate::support::{Answer, Authenticator, Caller, Made, TestApp, none};

mod counters;
mod last_way_in;
mod lifetime;
mod limits;
mod management;
mod planted;
mod race;
mod registration;
mod servers;
mod sign_in;
mod wrong;

const INVALID: &str = "user_passkey_invalid 401";
const SPENT: &str = "user_invalid_token 401";

/// Signs up without an address.
async fn anonymous(app: &TestApp) -> Caller {
    let guest = app.guest();
    let session = guest.run("accountCreateAnonymousSession", none()).await.field();
    guest.with_session(session["secret"].as_str().unwrap())
}

/// A challenge to add a passkey.
async fn begin_adding(caller: &Caller) -> Value {
    caller.run("accountCreatePasskey", none()).await.field()
}

/// Sends the response to a challenge to add a passkey.
async fn finish_adding(caller: &Caller, challenge: &Value, credential: Value) -> Answer {
    let variables = json!({
        "passkeyId": challenge["passkeyId"],
        "challengeId": challenge["_id"],
        "credential": credential,
    });
    caller.run("accountUpdatePasskeyVerification", variables).await
}

/// Adds a passkey of `device`.
async fn add(caller: &Caller, device: &mut Authenticator) -> Value {
    let challenge = begin_adding(caller).await;
    let credential = device.create(&challenge["publicKey"]);
    finish_adding(caller, &challenge, credential).await.field()
}

/// A challenge to sign in.
async fn begin(caller: &Caller) -> Value {
    caller.run("accountCreatePasskeyToken", none()).await.field()
}

/// Sends the response to a challenge to sign in.
async fn finish(caller: &Caller, challenge: &Value, credential: &Value) -> Answer {
    let variables = json!({"challengeId": challenge["_id"], "credential": credential});
    caller.run("accountCreatePasskeySession", variables).await
}

/// Signs in with the newest passkey of `device`.
async fn sign_in(caller: &Caller, device: &mut Authenticator) -> Answer {
    sign_in_with(caller, device, |_| {}).await
}

/// Signs in, with what `change` makes wrong.
async fn sign_in_with(
    caller: &Caller,
    device: &mut Authenticator,
    change: impl FnOnce(&mut Made),
) -> Answer {
    let challenge = begin(caller).await;
    let credential = device.get_with(&challenge["publicKey"], change);
    finish(caller, &challenge, &credential).await
}
