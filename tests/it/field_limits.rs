//! Limits of fields by the settings: what holds, where it is shown, and which settings are refused.

use std::time::Duration;

use accountd::config::Audience;
use accountd::schema::Schema;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Answer, Caller, LIMITS_OF_DEV, PASSWORD, Server, TestApp, accountd};

const REFUSED: &str = "general_rate_limit_exceeded 429";

fn somebody(email: &str) -> Value {
    json!({"userId": "unique()", "email": email, "password": PASSWORD})
}

/// Signs up somebody new, and answers what came of it.
async fn sign_up(caller: &Caller, name: &str) -> Answer {
    caller.run("accountCreate", somebody(&format!("{name}@example.com"))).await
}

/// Tries a wrong password.
async fn guess(caller: &Caller, email: &str) -> String {
    let wrong = json!({"email": email, "password": "nope nope"});
    caller.run("accountCreateEmailPasswordSession", wrong).await.error()
}

fn limit_headers(answer: &Answer) -> [&str; 3] {
    ["ratelimit-limit", "x-ratelimit-remaining", "ratelimit-reset"].map(|name| answer.header(name))
}

/// A limit of the settings takes the place of the declared one: in GraphQL and REST together, in headers and answers.
#[tokio::test]
async fn a_limit_of_the_settings_applies_and_is_reported() {
    let setting = "limits.fields.accountCreate = [{ limit = 3, window = '10m', per = ['ip'] }]";
    let app = TestApp::with(setting).await;
    let guest = app.guest();

    let first = sign_up(&guest, "a").await;
    let second = guest.rest("POST", "/v1/account", somebody("b@example.com")).await;
    let third = sign_up(&guest, "c").await;
    let fourth = sign_up(&guest, "d").await;
    let fifth = guest.rest("POST", "/v1/account", somebody("e@example.com")).await;

    assert_eq!(
        (first.error(), second.status.as_u16(), third.error()),
        ("ok".into(), 201, "ok".into())
    );
    assert_eq!(limit_headers(&first), ["3", "2", "600"]);
    assert_eq!(limit_headers(&second), ["3", "1", "600"]);
    let quota = &third.json()["extensions"]["rateLimit"]["accountCreate"];
    assert_eq!(quota, &json!({"limit": 3, "remaining": 0, "reset": 600}));
    assert_eq!((fourth.error(), fifth.status.as_u16()), (REFUSED.to_owned(), 429));
    assert_eq!(fifth.header("retry-after"), "600");
    // Others go on: another network, another project, another field.
    assert_eq!(sign_up(&app.guest(), "f").await.error(), "ok");
    let other = guest.clone().with("x-appwrite-project", "other");
    assert_eq!(sign_up(&other, "g").await.error(), "ok");
    let anonymous = guest.query("mutation { accountCreateAnonymousSession { _id } }").await;
    assert_eq!((anonymous.error().as_str(), limit_headers(&anonymous)[0]), ("ok", "50"));
    app.advance(Duration::from_mins(10));
    assert_eq!(sign_up(&guest, "h").await.error(), "ok");
}

/// An empty list lifts the limits of a field; another may limit one that declares none.
#[tokio::test]
async fn limits_can_be_lifted_and_added() {
    let app = TestApp::with(
        "limits.fields.accountCreate = []\n\
         limits.fields.accountGet = [{ limit = 2, window = 60, per = ['user'] }]",
    )
    .await;
    let guest = app.guest();
    for n in 0..12 {
        let answer = sign_up(&guest, &n.to_string()).await;
        assert_eq!((answer.error().as_str(), limit_headers(&answer)[0]), ("ok", ""));
    }
    let ada = app.user("ada@example.com").await;
    let bob = app.user("bob@example.com").await;
    let get = async |caller: &Caller| caller.query("{ me: accountGet { _id } }").await.error();

    for expected in ["ok", "ok", REFUSED] {
        assert_eq!(get(&ada).await, expected);
    }
    assert_eq!(get(&bob).await, "ok");
}

/// Entries hold together: a short window within a long one, and one for each address.
#[tokio::test]
async fn several_entries_apply_together() {
    let app = TestApp::with(
        "[limits.fields]\naccountCreateRecovery = [\n\
         { limit = 2, window = '1m', per = ['email'] }, { limit = 3, window = '1h', per = ['email'] },\n\
         { limit = 5, window = '1h', per = ['ip'] }]",
    )
    .await;
    let guest = app.guest();
    let recover = async |name: &str| {
        let email = format!("{name}@example.com");
        guest
            .run("accountCreateRecovery", json!({"email": email, "url": "https://example.com"}))
            .await
            .error()
    };

    for expected in ["ok", "ok", REFUSED] {
        assert_eq!(recover("ada").await, expected);
    }
    app.advance(Duration::from_mins(1));
    for expected in ["ok", REFUSED] {
        assert_eq!(recover("ada").await, expected);
    }
    for (name, expected) in [("bob", "ok"), ("carl", "ok"), ("dora", REFUSED)] {
        assert_eq!(recover(name).await, expected, "{name}");
    }
}

/// An entry with `guesses` counts failed calls only, and a right password empties it. Fields share a quota by its name.
#[tokio::test]
async fn failed_calls_are_counted_apart_and_shared() {
    let entry =
        "[{ limit = 2, window = '1h', per = ['email'], guesses = true, shared = 'signIn' }]";
    let app = TestApp::with(&format!(
        "limits.fields.accountCreateEmailPasswordSession = {entry}\n\
         limits.fields.accountCreateEmailSession = {entry}"
    ))
    .await;
    app.sign_up("ada@example.com").await;
    let right = json!({"email": "ada@example.com", "password": PASSWORD});

    assert_eq!(guess(&app.guest(), "ada@example.com").await, "user_invalid_credentials 401");
    for _ in 0..5 {
        let answer = app.guest().run("accountCreateEmailSession", right.clone()).await;
        assert_eq!(answer.error(), "ok");
    }
    for expected in ["user_invalid_credentials 401", "user_invalid_credentials 401", REFUSED] {
        assert_eq!(guess(&app.guest(), "ada@example.com").await, expected);
    }
    let later_name = app.guest().run("accountCreateEmailSession", right).await;
    assert_eq!(later_name.error(), REFUSED);
    assert_eq!(guess(&app.guest(), "bob@example.com").await, "user_invalid_credentials 401");
}

/// A `userId` that is written like somebody's network uses up nothing of that network's.
#[tokio::test]
async fn keys_of_different_kinds_are_counted_apart() {
    let app = TestApp::with(
        "limits.fields.accountUpdateRecovery = [{ limit = 2, window = '1h', per = ['userId'] }, \
         { limit = 3, window = '1h', per = ['ip'] }]",
    )
    .await;
    let confirm = async |caller: &Caller, id: &str| {
        let values =
            json!({"userId": id, "secret": "x", "password": PASSWORD, "passwordAgain": PASSWORD});
        caller.run("accountUpdateRecovery", values).await.error()
    };
    let victim = app.guest_at([192, 0, 2, 9].into());
    for _ in 0..2 {
        confirm(&app.guest(), "192.0.2.9").await;
    }

    for id in ["a", "b", "c"] {
        assert_eq!(confirm(&victim, id).await, "user_invalid_token 401");
    }
    assert_eq!(confirm(&victim, "d").await, REFUSED);
}

/// The SDL, the descriptions and OpenAPI show what holds.
#[tokio::test]
async fn descriptions_show_the_limits_that_apply() {
    let app = TestApp::with(
        "limits.fields.accountCreate = [{ limit = 100, window = '2d', per = ['ip', 'email'] }]\n\
         limits.fields.accountCreateRecovery = []",
    )
    .await;
    let get = async |path: &str| {
        app.guest().request(Request::get(path).body(Body::empty()).unwrap()).await
    };

    let sdl = get("/v1/schema.graphql").await.text;
    let openapi = get("/v1/openapi.json").await.json();
    let document = "{ __type(name: \"Mutation\") { fields { name description } } }";
    let fields = app.guest().query(document).await.data()["__type"]["fields"].clone();
    let description = |name: &str| {
        let mut fields = fields.as_array().unwrap().iter();
        fields.find(|field| field["name"] == name).unwrap()["description"].to_string()
    };

    assert!(sdl.contains("@rateLimit(limit: 100, window: 172800, per: [IP, EMAIL])"), "{sdl}");
    let line = "- Limit: 100 calls in 2 days for each network and `email`";
    assert!(description("accountCreate").contains(line), "{}", description("accountCreate"));
    let recovery = description("accountCreateRecovery");
    assert!(!recovery.contains("Limit:") && !recovery.contains("rate_limit"), "{recovery}");
    let post = |path: &str| openapi["paths"][path]["post"].clone();
    assert_eq!(
        post("/v1/account")["x-rateLimits"],
        json!([{"limit": 100, "windowSeconds": 172_800, "per": ["ip", "email"], "failedCallsOnly": false}])
    );
    let recovery = post("/v1/account/recovery");
    assert!(recovery.get("x-rateLimits").is_none() && recovery["responses"].get("429").is_none());
    assert_eq!(Schema::of(&app.app.config, Audience::Client).unwrap().sdl(), sdl);
}

/// `accountd schema` prints the limits of the settings, also those of variables, which win over the file.
#[test]
fn the_printed_schema_has_the_limits_of_the_settings() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("accountd.toml");
    let text = "limits.fields.accountCreate = [{ limit = 77, window = '1h', per = ['ip'] }]\n\
                limits.fields.accountGet = [{ limit = 78, window = '1h', per = ['ip'] }]";
    std::fs::write(&file, text).unwrap();
    let print = |environment: &[(&str, &str)]| {
        let arguments = ["schema", "--config", file.to_str().unwrap()];
        let output = accountd(folder.path(), &arguments, environment).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let holds =
        |sdl: &str, limit: u32| sdl.contains(&format!("(limit: {limit}, window: 3600, per: [IP])"));

    let of_file = print(&[]);
    assert!(holds(&of_file, 77) && holds(&of_file, 78), "{of_file}");
    let list = "[{ limit = 79, window = \"1h\", per = [\"ip\"] }]";
    let table = format!("{{ accountCreate = {list} }}");
    for (name, value) in [
        ("ACCOUNTD_LIMITS__FIELDS__ACCOUNTCREATE", list),
        ("ACCOUNTD_LIMITS__FIELDS__accountCreate", list),
        ("ACCOUNTD_LIMITS__FIELDS", &table),
    ] {
        let sdl = print(&[(name, value)]);
        assert!(!holds(&sdl, 77) && holds(&sdl, 78) && holds(&sdl, 79), "{name} {sdl}");
    }
    let error = print(&[("ACCOUNTD_LIMITS__FIELDS__ACCOUNTCREATE", "100")]);
    assert!(
        error.contains("ACCOUNTD_LIMITS__FIELDS__ACCOUNTCREATE: limits.fields.ACCOUNTCREATE: not"),
        "{error}"
    );
}

/// A limit that isn't for a call leaves it alone, also if there is no other.
#[tokio::test]
async fn a_limit_for_other_calls_limits_nothing() {
    let strangers = "[{ limit = 2, window = '1h', per = ['emailFromNewIp'], guesses = true }]";
    let setting = format!("limits.fields.accountCreateEmailPasswordSession = {strangers}");
    let app = TestApp::with(&setting).await;
    let home = app.guest();
    home.run("accountCreate", somebody("ada@example.com")).await.data();

    for _ in 0..4 {
        assert_eq!(guess(&home, "ada@example.com").await, "user_invalid_credentials 401");
    }
    for expected in ["user_invalid_credentials 401", "user_invalid_credentials 401", REFUSED] {
        assert_eq!(guess(&app.guest(), "ada@example.com").await, expected);
    }
}

const WRONG: &str = r#"
listen = "127.0.0.1:0"
[limits.fields]
accountCraete = []
accountGet = [{ limit = 0, window = "0s", per = ["email", "ips"] }, { limit = 10001, window = "1 hour" }]
accountCreate = [{ limit = 1, window = 60, per = ["user", "ip", "IP"], shared = "a b" }]
accountCreateRecovery = [{ limit = 1, window = "1m", per = ["ip", "email"] }, { limit = 2, window = 60, per = ["email", "ip"] }]
usersGot = []
"#;

/// Everything that is wrong with the limits is reported at once, by `config check` and by both starts.
#[test]
fn wrong_limits_are_refused_at_once() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("accountd.toml");
    std::fs::write(&file, WRONG).unwrap();
    let error_of = |command: &[&str]| {
        let mut output =
            accountd(folder.path(), command, &[("ACCOUNTD_CONFIG", file.to_str().unwrap())]);
        let output = output.output().unwrap();
        assert!(!output.status.success());
        let text = String::from_utf8(output.stderr).unwrap();
        let lines = text.lines().filter(|line| line.contains("limits."));
        lines.map(|line| line.replace("accountd: ", "")).collect::<Vec<_>>().join("\n")
    };

    let checked = error_of(&["config", "check"]);

    assert_eq!(error_of(&["serve"]), checked);
    assert_eq!(error_of(&["dev"]), checked);
    insta::assert_snapshot!(checked, @r#"
    limits.fields.accountCraete: there is no such field. Did you mean `accountCreate`, `accountDelete` or `accountCreateJWT`?
    limits.fields.accountCreate[0].per: `user`: the field can be called without a user
    limits.fields.accountCreate[0].per: `IP` comes twice
    limits.fields.accountCreate[0].shared: not 1 to 64 letters and digits
    limits.fields.accountCreateRecovery[1]: counts the same as another entry, in the same window
    limits.fields.accountGet[0].limit: not 1 to 10000 (an empty list lifts all limits)
    limits.fields.accountGet[0].window: not 1 second to 30 days, such as 90, "90s", "10m", "1h" or "7d"
    limits.fields.accountGet[0].per: `email`: the field has no argument `email`
    limits.fields.accountGet[0].per: `ips` is none of ip, email, emailFromNewIp, phone, user, userId, knownIp, guessable
    limits.fields.accountGet[1].limit: not 1 to 10000 (an empty list lifts all limits)
    limits.fields.accountGet[1].window: not 1 second to 30 days, such as 90, "90s", "10m", "1h" or "7d"
    limits.fields.accountGet[1].per: at least one of ip, email, emailFromNewIp, phone, user, userId, knownIp, guessable
    limits.fields.usersGot: there is no such field. Did you mean `usersGet` or `usersList`?
    "#);
}

/// Settings that open an account to guesses, or leave a way around, are warned of.
#[tokio::test]
async fn limits_that_protect_accounts_are_not_lifted_silently() {
    let warnings = async |settings: &str| {
        let app = TestApp::with(settings).await;
        Schema::of(&app.app.config, Audience::Client).unwrap().warnings().join("\n")
    };
    let ip = "[{ limit = 5, window = '1h', per = ['ip'] }]";

    let lifted = warnings(&format!("limits.fields.accountCreateEmailPasswordSession = {ip}")).await;
    let kept =
        format!("[{{ limit = 5, window = '1h', per = ['email'], guesses = true }}, {}", &ip[1..]);
    let kept = format!(
        "limits.fields.accountCreateEmailPasswordSession = {kept}\nlimits.fields.accountCreateEmailSession = {kept}"
    );

    insta::assert_snapshot!(lifted, @r#"
    limits.fields.accountCreateEmailPasswordSession lifts the limit of failed calls that protects accounts: passwords can be guessed as often as the rest allows; keep an entry such as { limit = 100, window = "1h", per = ["emailFromNewIp"], guesses = true }
    limits.fields.accountCreateEmailPasswordSession is set, and fields that declare the same limits keep theirs, so that callers may go there: set limits.fields.accountCreateEmailSession, too
    "#);
    assert_eq!(warnings(&kept).await, "");
    assert_eq!(warnings(&format!("limits.fields.accountCreate = {ip}")).await, "");
}

/// C-44: under `accountd dev` sixty sign-ups in an hour pass, and the schema shows why; `serve` keeps the ten.
#[test]
fn limits_of_a_development_server_are_wide() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path());
    let other_folder = TempDir::new().unwrap();
    let strict = Server::serve(other_folder.path(), &[]);
    let sign_up = |server: &Server, n: usize| {
        let document = format!(
            "mutation {{ accountCreate(userId: \"unique()\", email: \"{n}@example.com\", password: \"{PASSWORD}\") {{ _id }} }}"
        );
        server.post("", &document)
    };

    for n in 0..60 {
        let answer = sign_up(&server, n);
        assert!(answer.get("errors").is_none(), "{n} {answer}");
        assert_eq!(answer["extensions"]["rateLimit"]["accountCreate"]["limit"], 1_000);
    }
    for _ in 0..10 {
        // The address is refused, and the call counts.
        sign_up(&strict, 0);
    }
    let refused = &sign_up(&strict, 0)["errors"][0]["extensions"];
    assert_eq!((&refused["code"], refused.get("hint")), (&json!(429), None));
    drop(strict);
    let log = std::fs::read_to_string(other_folder.path().join("log.txt")).unwrap();
    assert!(log.contains("\"setting\":\"limits.fields.accountCreate\""), "{log}");
}

/// C-44: a limit that is reached in development names its setting, in GraphQL and REST; the developer's own limits hold.
#[tokio::test]
async fn the_hint_of_a_refused_call_names_the_setting() {
    let dev = TestApp::with(LIMITS_OF_DEV).await;
    assert_eq!(limit_headers(&sign_up(&dev.guest(), "a").await)[0], "1000");
    let setting = "limits.fields.accountCreate = [{ limit = 1, window = '1h', per = ['ip'] }]";
    let hint = "This limit is set by limits.fields.accountCreate.";
    for (app, hint) in [
        (TestApp::with(setting).await, json!(hint)),
        (TestApp::in_production(setting).await, Value::Null),
    ] {
        let guest = app.guest();
        assert_eq!(sign_up(&guest, "a").await.error(), "ok");

        let graphql = sign_up(&guest, "b").await;
        let rest = guest.rest("POST", "/v1/account", somebody("c@example.com")).await;

        assert_eq!((graphql.error().as_str(), rest.status.as_u16()), (REFUSED, 429));
        assert_eq!(graphql.json()["errors"][0]["extensions"]["hint"], hint);
        assert_eq!(rest.json()["hint"], hint);
    }
}
