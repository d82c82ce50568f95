//! The provider `dev` of `accountd dev`: the whole way of a browser, on a real port.

use std::collections::BTreeMap;
use std::net::UdpSocket;

use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use crate::support::Server;

const SUCCESS: &str = "http://localhost:5173/in";

/// A browser that follows no redirect by itself.
struct Visitor {
    http: Client,
    base: String,
    jar: BTreeMap<String, String>,
}

impl Visitor {
    fn new(server: &Server) -> Self {
        // Whoever came first has installed the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        let base = format!("http://{}", server.address.replace("127.0.0.1", "localhost"));
        Self { http, base, jar: BTreeMap::new() }
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) }
    }

    fn keep(&mut self, response: Response) -> Response {
        for cookie in response.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            self.jar.insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
        }
        response
    }

    fn cookies(&self) -> String {
        let pairs = self.jar.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    async fn get(&mut self, path: &str) -> Response {
        let request = self.http.get(self.url(path)).header("cookie", self.cookies());
        let response = request.send().await.unwrap();
        self.keep(response)
    }

    /// Sends a form of the provider's page.
    async fn post(&mut self, url: &str, form: &str) -> Response {
        let request = self.http.post(url).header("origin", self.base.clone());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = request.body(form.to_owned()).send().await.unwrap();
        self.keep(response)
    }

    /// Signs in at the provider with a form of its page: where the browser ends.
    async fn sign_in(&mut self, kind: &str, form: &str) -> Url {
        let path = format!("/v1/account/{kind}/oauth2/dev?success={SUCCESS}&failure={SUCCESS}/not");
        let there = location(&self.get(&path).await);
        let page = self.get(there.as_str()).await;
        assert_eq!(page.status(), 200);
        let back = location(&self.post(there.as_str(), form).await);
        location(&self.get(back.as_str()).await)
    }

    /// The account of the session.
    async fn account(&mut self) -> Value {
        json(self.get("/v1/account").await).await
    }
}

fn location(response: &Response) -> Url {
    let location = response.headers().get("location");
    location.unwrap_or_else(|| panic!("{response:?}")).to_str().unwrap().parse().unwrap()
}

async fn json(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

fn start(folder: &TempDir) -> Server {
    Server::start_with(folder.path(), &[("ACCOUNTD_LIMITS__RATES", "false")])
}

/// A project that is closed has the browser of somebody new land on the failure page, with a sentence for people.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_project_lands_on_the_failure_page() {
    let folder = TempDir::new().unwrap();
    let settings = "[[projects]]\nid = \"default\"\nsign_up = \"closed\"\n";
    std::fs::write(folder.path().join("accountd.toml"), settings).unwrap();
    let command = ["--config", "accountd.toml", "dev"];
    let server = Server::start_as(folder.path(), &command, &[("ACCOUNTD_LIMITS__RATES", "false")]);
    let mut visitor = Visitor::new(&server);

    let end = visitor.sign_in("sessions", "name=Ada&email=ada@example.com&verified=on").await;

    assert_eq!(end.path(), "/in/not");
    let (_, error) = end.query_pairs().find(|(name, _)| name == "error").unwrap();
    let error: Value = serde_json::from_str(&error).unwrap();
    assert_eq!((&error["type"], &error["code"]), (&json!("user_count_exceeded"), &json!(501)));
    assert_eq!(error["message"], "Sign-up is closed: only existing users can sign in.");
    assert_eq!(visitor.get("/").await.status(), 200);
}

/// One click signs in as anybody: with an address that is verified or not, or with none, and with a refresh token or without.
#[tokio::test(flavor = "multi_thread")]
async fn one_click_signs_in_as_anybody() {
    let folder = TempDir::new().unwrap();
    let server = start(&folder);
    for (form, email, verified) in [
        ("name=Ada&email=ada@example.com&verified=on&refresh=on", "ada@example.com", true),
        ("name=Ada&email=grace@example.com", "", false),
        ("name=Ada", "", false),
        ("name=Ada&email=+bob@example.com+&verified=on", "bob@example.com", true),
    ] {
        let mut visitor = Visitor::new(&server);

        let end = visitor.sign_in("sessions", form).await;

        assert_eq!(end.as_str(), SUCCESS);
        let account = visitor.account().await;
        assert_eq!((&account["name"], &account["email"]), (&json!("Ada"), &json!(email)), "{form}");
        assert_eq!(account["emailVerification"], verified, "{form}");
        let session = json(visitor.get("/v1/account/sessions/current").await).await;
        assert_eq!(session["provider"], "dev");
        let has_refresh_token = session["providerRefreshToken"] != "";
        assert_eq!(has_refresh_token, form.contains("refresh"), "{form}");
        let mut again = Visitor::new(&server);
        again.sign_in("sessions", form).await;
        assert_eq!(again.account().await["$id"], account["$id"], "{form}");
    }
}

/// It works by each address that the server is set to listen at: another one of loopback, and one of the network.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_where_the_server_listens() {
    let network = UdpSocket::bind("0.0.0.0:0").unwrap();
    // Nothing is sent: what matters is which of this machine's addresses leads there.
    let network = network.connect("192.0.2.1:9").and_then(|()| network.local_addr());
    let network = network.ok().map(|address| address.ip().to_string());
    for ip in ["127.0.0.2".to_owned()].into_iter().chain(network) {
        let folder = TempDir::new().unwrap();
        let command = ["dev", "--listen", &format!("{ip}:0")];
        let server = Server::start_as(folder.path(), &command, &[]);
        assert!(server.address.starts_with(&ip), "{}", server.address);
        let mut visitor = Visitor::new(&server);

        visitor.sign_in("sessions", "name=Ada&email=ada@example.com&verified=on").await;

        assert_eq!(visitor.account().await["email"], "ada@example.com", "{ip}");
        assert_eq!(visitor.get("/inbox").await.status(), 200, "{ip}");
    }
}

/// A proxy that the environment names is for the way out, not for what this machine is itself.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_not_looked_for_at_a_proxy() {
    let folder = TempDir::new().unwrap();
    let names =
        ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
    let settings = names.map(|name| (name, "http://127.0.0.1:1"));
    let server = Server::start_with(folder.path(), &settings);
    let mut visitor = Visitor::new(&server);

    visitor.sign_in("sessions", "name=Ada&email=ada@example.com&verified=on").await;

    assert_eq!(visitor.account().await["email"], "ada@example.com");
}

/// Tokens are renewed, also after the server was restarted.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_renewed_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let server = start(&folder);
    let mut visitor = Visitor::new(&server);
    visitor.sign_in("sessions", "name=Ada&email=ada@example.com&verified=on&refresh=on").await;
    let before = json(visitor.get("/v1/account/sessions/current").await).await;
    server.stop();
    let server = start(&folder);
    let mut again = Visitor::new(&server);
    again.jar = visitor.jar;

    let url = again.url("/v1/account/sessions/current");
    let request = again.http.patch(url).header("cookie", again.cookies());
    let request = request.header("content-type", "application/json").body("{}");
    let after = json(request.send().await.unwrap()).await;

    assert_eq!(after["provider"], "dev", "{after}");
    assert_ne!(after["providerAccessToken"], before["providerAccessToken"]);
    assert_ne!(after["providerRefreshToken"], "");
}

/// Whoever denies lands at the page for failures; an app gets a token by the URL that GraphQL answers.
#[tokio::test(flavor = "multi_thread")]
async fn it_denies_and_serves_apps() {
    let folder = TempDir::new().unwrap();
    let server = start(&folder);
    let mut visitor = Visitor::new(&server);

    let end = visitor.sign_in("sessions", "deny=on").await;

    assert!(end.as_str().starts_with("http://localhost:5173/in/not?error="), "{end}");
    assert!(end.as_str().contains("user_oauth2_unauthorized"), "{end}");
    let document = format!(
        "{{ accountCreateOAuth2Token(provider: \"dev\", success: \"{SUCCESS}\") {{ url }} }}"
    );
    let url = tokio::task::block_in_place(|| server.field("", &document))["url"].clone();
    let there = location(&visitor.get(url.as_str().unwrap()).await);
    let back =
        location(&visitor.post(there.as_str(), "name=Ada&email=ada@example.com&verified=on").await);
    let end = location(&visitor.get(back.as_str()).await);
    let query: BTreeMap<_, _> = end.query_pairs().into_owned().collect();
    let document = format!(
        "mutation {{ accountCreateSession(userId: \"{}\", secret: \"{}\") {{ provider }} }}",
        query["userId"], query["secret"]
    );
    let session = tokio::task::block_in_place(|| server.field("", &document));
    assert_eq!(session["provider"], "dev");
}

/// It is a real provider: it checks clients, callbacks, codes and verifiers, and stays on this machine.
#[tokio::test(flavor = "multi_thread")]
async fn it_checks_what_a_provider_checks() {
    let folder = TempDir::new().unwrap();
    let server = start(&folder);
    let mut visitor = Visitor::new(&server);
    let there = location(&visitor.get("/v1/account/sessions/oauth2/dev").await);
    for (from, to) in [
        ("response_type=code", "response_type=token"),
        ("client_id=dev", "client_id=other"),
        ("callback%2Fdev%2Fdefault", "callback%2Fdev%2F..%2Fx"),
        ("redirect_uri=http%3A%2F%2Flocalhost", "redirect_uri=http%3A%2F%2Fevil.test"),
        ("scope=openid", "scope=email"),
        ("code_challenge_method=S256", "code_challenge_method=plain"),
    ] {
        let changed = there.as_str().replace(from, to);
        assert_ne!(changed, there.as_str());
        assert_eq!(visitor.get(&changed).await.status(), 400, "{to}");
        assert_eq!(visitor.post(&changed, "name=Eve").await.status(), 400, "{to}");
    }
    let back = location(&visitor.post(there.as_str(), "name=Ada").await);
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let redirect =
        there.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
    let token = format!("{}/dev/provider/token", visitor.base);
    for (secret, verifier, expected) in [
        ("other", "x", "invalid_client"),
        ("dev", "x", "invalid_grant"),
        // The wrong verifier has used it up.
        ("dev", "x", "invalid_grant"),
    ] {
        let form = format!(
            "grant_type=authorization_code&client_id=dev&client_secret={secret}&code={code}&redirect_uri={redirect}&code_verifier={verifier}"
        );
        let refused = visitor.post(&token, &form).await;
        assert!(refused.status().is_client_error());
        assert_eq!(json(refused).await["error"], expected);
    }
    for host in ["evil.test", "192.168.0.7:8080"] {
        let request = visitor.http.get(there.clone()).header("host", host);
        assert_eq!(request.send().await.unwrap().status(), 403, "{host}");
    }
    let foreign = visitor.http.post(there.clone()).header("origin", "https://evil.test");
    let foreign = foreign.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(foreign.body("name=Eve").send().await.unwrap().status(), 403);
    let page = visitor.get(there.as_str()).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{policy}");
    let text = page.text().await.unwrap();
    assert!(!text.contains("=\"http") && !text.contains("<script"), "{text}");
    let userinfo = format!("{}/dev/provider/userinfo", visitor.base);
    assert_eq!(visitor.get(&userinfo).await.status(), 401);
}

/// `serve` has no such provider, and neither has a server for developers that is reached from elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn only_developers_on_their_machine_have_it() {
    let folder = TempDir::new().unwrap();
    let server = Server::serve(folder.path(), &[]);
    assert_absent(&server).await;
    let folder = TempDir::new().unwrap();
    let settings = [("ACCOUNTD_PUBLIC_URL", "https://tunnel.example.com")];
    assert_absent(&Server::start_with(folder.path(), &settings)).await;
}

async fn assert_absent(server: &Server) {
    let mut visitor = Visitor::new(server);
    for path in ["/dev/provider", "/dev/provider/authorize", "/dev/provider/keys"] {
        assert_eq!(visitor.get(path).await.status(), 404, "{path}");
    }
    let refused = visitor.get("/v1/account/sessions/oauth2/dev").await;
    assert_eq!(json(refused).await["type"], "project_provider_unsupported");
}

/// C-28: the log says which member of which answer was refused, and what was expected.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_names_member_and_subject() {
    let provider = crate::support::Provider::start().await;
    let folder = TempDir::new().unwrap();
    let issuer = provider.issuer();
    let server = Server::start_with(
        folder.path(),
        &[
            ("ACCOUNTD_PROVIDERS__FAKE__KIND", "oidc"),
            ("ACCOUNTD_PROVIDERS__FAKE__ISSUER", &issuer),
            ("ACCOUNTD_PROVIDERS__FAKE__CLIENT_ID", "client\n"),
            // C-25: from a file, with a line break.
            ("ACCOUNTD_PROVIDERS__FAKE__CLIENT_SECRET", "client's secret\n"),
        ],
    );
    let mut visitor = Visitor::new(&server);
    let path = format!("/v1/account/sessions/oauth2/fake?failure={SUCCESS}");
    let there = location(&visitor.get(&path).await);

    // Its tokens have ended long ago by this server's clock.
    let end = location(&visitor.get(provider.agree(&there).as_str()).await);

    assert!(end.as_str().contains("user_oauth2_provider_error"), "{end}");
    server.stop();
    let log = std::fs::read_to_string(folder.path().join("log.txt")).unwrap();
    assert!(log.contains("a provider failed: ID token: `exp` is "), "{log}");
    assert!(
        log.contains(
            "the provider `dev`, which signs in as any user with one click: http://localhost:"
        ),
        "{log}"
    );
    let shown = provider.authorizations().concat();
    assert_eq!(
        shown,
        format!("Basic {}", {
            use base64::Engine;
            base64::engine::general_purpose::STANDARD.encode("client:client%27s+secret")
        })
    );
}
