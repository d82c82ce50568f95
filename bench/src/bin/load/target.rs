//! The two servers: how each is asked, and how a user comes to be signed in.

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;

use anyhow::Context;
use clap::ValueEnum;
use serde_json::{json, Value};

use crate::connection::Connection;
use crate::scenario::{request, Scenario, Work, MARK};

/// Sessions of the user while measuring: as many as a user can have, so that signing in ends one each time.
const SESSIONS: usize = 10;
/// What a browser sends.
const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/139.0.0.0 Safari/537.36";

const CREATE: &str = include_str!("../../../../schema/operations/accountCreate.graphql");
const SIGN_IN: &str =
    include_str!("../../../../schema/operations/accountCreateEmailPasswordSession.graphql");
const CREATE_JWT: &str = include_str!("../../../../schema/operations/accountCreateJWT.graphql");
const GET: &str = include_str!("../../../../schema/operations/accountGet.graphql");
const LIST_SESSIONS: &str =
    include_str!("../../../../schema/operations/accountListSessions.graphql");
const UPDATE_PREFS: &str = include_str!("../../../../schema/operations/accountUpdatePrefs.graphql");

/// A server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// The server that is measured.
    Accountd,
    /// The program that it is measured by.
    Bare,
}

/// Who signs in.
#[derive(Debug)]
pub(crate) struct User {
    /// The e-mail address.
    pub(crate) email: String,
    /// The password.
    pub(crate) password: String,
}

/// Signs the user in, ten times, and prepares the requests of the scenario.
pub(crate) async fn set_up(
    target: Target,
    address: SocketAddr,
    scenario: Scenario,
    user: User,
) -> anyhow::Result<Work> {
    let User { email, password } = &user;
    let mut connection = Connection::open(address).await?;
    if target == Target::Accountd {
        let variables =
            json!({ "userId": "ada", "email": email, "password": password, "name": "Ada" });
        ask(&mut connection, address, "/v1/graphql", &[], &graphql(CREATE, variables)).await?;
    }
    let login = json!({ "email": email, "password": password });
    let (path, sign_in) = match target {
        Target::Accountd => ("/v1/graphql", graphql(SIGN_IN, login)),
        Target::Bare => ("/sign-in", login),
    };
    let mut secret = String::new();
    for _ in 0..SESSIONS {
        let session = ask(&mut connection, address, path, &[], &sign_in).await?;
        secret = text(&session, "secret")?;
    }
    let (path, body) = match target {
        Target::Accountd => ("/v1/graphql", graphql(CREATE_JWT, json!({}))),
        Target::Bare => ("/jwt", json!({})),
    };
    let shown = [("x-appwrite-session", secret.as_str())];
    let jwt = text(&ask(&mut connection, address, path, &shown, &body).await?, "jwt")?;

    let (path, body) = measured(target, scenario, sign_in);
    let expected = match scenario {
        Scenario::Get => format!("\"email\":\"{email}\""),
        Scenario::ListSessions => format!("\"total\":{SESSIONS}"),
        Scenario::UpdatePrefs => MARK.to_owned(),
        Scenario::SignIn => format!("\"providerUid\":\"{email}\""),
    };
    let jwt = [("x-appwrite-jwt", jwt.as_str())];
    let shown: &[_] = if scenario == Scenario::SignIn { &[] } else { &jwt };
    Ok(Work {
        head: head(address, path, shown),
        body: body.to_string(),
        expected,
        made: AtomicU64::new(0),
    })
}

/// Where a scenario's requests go, and their bodies.
fn measured(target: Target, scenario: Scenario, sign_in: Value) -> (&'static str, Value) {
    let prefs = json!({ "prefs": format!("{{\"theme\":\"dark\",\"seen\":\"{MARK}\"}}") });
    match (target, scenario) {
        (Target::Accountd, Scenario::Get) => ("/v1/graphql", graphql(GET, json!({}))),
        (Target::Accountd, Scenario::ListSessions) => {
            ("/v1/graphql", graphql(LIST_SESSIONS, json!({})))
        }
        (Target::Accountd, Scenario::UpdatePrefs) => ("/v1/graphql", graphql(UPDATE_PREFS, prefs)),
        (Target::Accountd, Scenario::SignIn) => ("/v1/graphql", sign_in),
        (Target::Bare, Scenario::Get) => ("/get", json!({})),
        (Target::Bare, Scenario::ListSessions) => ("/sessions", json!({})),
        (Target::Bare, Scenario::UpdatePrefs) => ("/prefs", prefs),
        (Target::Bare, Scenario::SignIn) => ("/sign-in", sign_in),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "variables are always made on the spot")]
fn graphql(document: &str, variables: Value) -> Value {
    json!({ "query": document, "variables": variables })
}

fn head(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> String {
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nuser-agent: {USER_AGENT}\r\n\
         accept: application/json\r\ncontent-type: application/json\r\n",
    );
    for (name, value) in headers {
        // Writing to a text can't fail.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head
}

/// Asks one thing of the set-up, and answers its JSON.
async fn ask(
    connection: &mut Connection,
    address: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> anyhow::Result<Value> {
    let request = request(&head(address, path, headers), &body.to_string());
    let answer = connection.ask(&request).await?;
    let json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let failed = answer.status != 200 || json.get("errors").is_some();
    anyhow::ensure!(!failed, "{path}: {}", String::from_utf8_lossy(&answer.body));
    // GraphQL's one field, or the bare answer itself.
    let field = json.get("data").and_then(|data| data.as_object()?.values().next()).cloned();
    Ok(field.unwrap_or(json))
}

fn text(json: &Value, key: &str) -> anyhow::Result<String> {
    let text = json.get(key).and_then(Value::as_str);
    Ok(text.with_context(|| format!("the set-up got no {key}: {json}"))?.to_owned())
}
