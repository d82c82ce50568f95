//! The first hour of a developer: what is printed, logged and shown before anything is configured.

use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{Answer, PASSWORD, Server, TestApp, accountd, exchange};

/// Everything that a server has logged, once it has ended.
fn log_of(server: Server, folder: &Path) -> String {
    server.stop();
    std::fs::read_to_string(folder.join("log.txt")).unwrap()
}

/// Asks for the status as a page does.
fn ask_as_page(server: &Server, headers: &str) -> String {
    let body = r#"{"query":"{ accountStatus { _id } }"}"#;
    let request = format!(
        "POST /v1/graphql HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        server.address,
        body.len()
    );
    exchange(&server.address, &request).unwrap()
}

fn port(server: &Server) -> &str {
    server.address.rsplit_once(':').unwrap().1
}

/// C-43: all that `accountd dev` prints leads to `localhost`, whose cookies pages on other ports get.
#[test]
fn a_development_server_is_printed_as_localhost() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path());
    let url = format!("http://localhost:{}", port(&server));

    let log = log_of(server, folder.path());

    assert!(log.contains(&format!("listening on {url}\n")), "{log}");
    for path in ["/", "/v1/graphql", "/inbox"] {
        assert!(log.contains(&format!(": {url}{path}\n")), "{path} {log}");
    }
    assert!(!log.contains("127.0.0.1"), "{log}");
}

/// C-43: a page on `localhost` that calls `127.0.0.1` finds the reason in the log, once, and in the answer.
#[test]
fn a_cookie_that_cannot_come_is_explained() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path());
    let port = port(&server).to_owned();

    let cross = "Origin: http://localhost:5173\r\nSec-Fetch-Site: cross-site\r\n";
    let explained = ask_as_page(&server, cross);
    ask_as_page(&server, cross);
    ask_as_page(&server, "Origin: http://localhost:5173\r\nSec-Fetch-Site: same-site\r\n");

    assert!(explained.contains("another site than the server"), "{explained}");
    let log = log_of(server, folder.path());
    let hint = format!("call http://localhost:{port} instead");
    assert_eq!(log.matches(&hint).count(), 1, "{log}");
}

/// C-43: an error of a guest explains that, too; in production it doesn't.
#[tokio::test]
async fn the_error_of_such_a_guest_has_a_hint() {
    for (app, hints) in [(TestApp::new().await, true), (TestApp::in_production("").await, false)] {
        for (site, part) in [("cross-site", "another site"), ("same-site", "\"include\"")] {
            let page = app.guest().with("sec-fetch-site", site);

            let answer = page.query("{ accountGet { _id } }").await;

            assert_eq!(answer.error(), "general_unauthorized_scope 401");
            let hint = &answer.json()["errors"][0]["extensions"]["hint"];
            assert_eq!(hint.as_str().is_some_and(|hint| hint.contains(part)), hints, "{hint}");
        }
    }
}

/// C-46: projects of a file leave `localhost` and the printed API key in place, which is the same after a restart.
#[test]
fn a_development_server_has_a_key_and_its_own_platforms() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("accountd.toml");
    std::fs::write(&file, "[[projects]]\nid = 'default'\nplatforms = ['app.test']\n").unwrap();
    let settings = [("ACCOUNTD_CONFIG", file.to_str().unwrap())];
    let key_of = |log: &str| {
        let (_, key) = log.rsplit_once("for X-Appwrite-Key: ").unwrap();
        key.lines().next().unwrap().to_owned()
    };

    let first = key_of(&log_of(Server::start_with(folder.path(), &settings), folder.path()));
    let server = Server::start_with(folder.path(), &settings);
    let admitted = ask_as_page(&server, "Origin: http://localhost:5173\r\n");
    let header = format!("Origin: http://localhost:5173\r\nX-Appwrite-Key: {first}");
    let credentials = format!("email: \"ada@example.com\", password: \"{PASSWORD}\"");
    let sign_up = format!("mutation {{ accountCreate(userId: \"ada\", {credentials}) {{ _id }} }}");
    server.post_as(&header, &sign_up);
    let sign_in =
        format!("mutation {{ accountCreateEmailPasswordSession({credentials}) {{ secret }} }}");
    let signed_in = server.post_as(&header, &sign_in);

    assert!(admitted.contains("access-control-allow-origin: http://localhost:5173"), "{admitted}");
    // A page alone gets no secret.
    let secret = signed_in["data"]["accountCreateEmailPasswordSession"]["secret"].as_str();
    assert!(secret.is_some_and(|secret| !secret.is_empty()), "{signed_in}");
    assert_eq!(key_of(&log_of(server, folder.path())), first);
}

/// C-46: a page that is refused is logged once, with the setting that admits it, in development and in production.
#[test]
fn a_refused_page_is_logged_once_with_the_setting_that_admits_it() {
    for start in [Server::start_with, Server::serve] {
        let folder = TempDir::new().unwrap();
        let server = start(folder.path(), &[]);

        for _ in 0..3 {
            let refused = ask_as_page(&server, "Origin: https://shop.example.org\r\n");
            assert!(!refused.contains("access-control-allow-origin"), "{refused}");
        }

        let log = log_of(server, folder.path());
        let setting = "ACCOUNTD_PLATFORMS=shop.example.org";
        assert_eq!(log.matches(setting).count(), 1, "{log}");
    }
}

async fn get(app: &TestApp, path: &str, host: &str) -> Answer {
    let request = Request::get(path).header("host", host).body(Body::empty()).unwrap();
    app.guest().request(request).await
}

/// C-47: in development `/` leads everywhere, with lines to copy for the address that it was opened by.
#[tokio::test]
async fn the_start_page_leads_everywhere() {
    let app = TestApp::new().await;

    let page = get(&app, "/", "127.0.0.1:4711").await;

    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let links: Vec<&str> = page.text.split("href=\"/").skip(1).collect();
    assert_eq!(links.len(), 6);
    for link in links {
        let path = format!("/{}", link.split('"').next().unwrap());
        let request = Request::get(&path).header("host", "localhost").header("accept", "text/html");
        let answer = app.guest().request(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    assert_eq!(page.text.matches("http://localhost:4711/v1").count(), 2, "{}", page.text);
    assert!(page.text.contains("=&gt;") && !page.text.contains("<script"), "{}", page.text);
    let phone = get(&app, "/", "192.168.1.5:8080").await;
    assert!(phone.text.contains("http://192.168.1.5:8080/v1/graphql"), "{}", phone.text);
    let hostile = get(&app, "/", "<b>:1").await;
    assert!(hostile.text.contains("http://localhost:8080/v1/graphql"), "{}", hostile.text);
}

/// C-47: in production `/` says what this is, and nothing else.
#[tokio::test]
async fn production_names_itself_at_its_root() {
    let app = TestApp::in_production("").await;

    let root = get(&app, "/", "accounts.example.com").await;

    assert_eq!(root.text, "This is accountd, an account server.\n");
    assert_eq!(root.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(get(&app, "/start.css", "localhost").await.status, 404);
}

/// C-47, C-45: the README shows the lines of the start page, and no two samples use one address with two passwords.
#[test]
fn samples_do_not_collide() {
    let root = env!("CARGO_MANIFEST_DIR");
    let read = |path: &str| std::fs::read_to_string(format!("{root}/{path}")).unwrap();
    let readme = read("README.md");

    assert!(readme.contains(&format!("```js\n{}```", read("src/http/start/fetch.js"))));
    let passwords = [readme, read("docs/quick-start.md")].concat().replace('\\', "");
    let passwords = passwords.split("password: \"").skip(1).map(|rest| rest.split('"').next());
    let passwords: Vec<_> = passwords.flatten().collect();
    assert!(passwords.iter().all(|it| [PASSWORD, "a new password"].contains(it)), "{passwords:?}");
    // Only the quick start changes a password; everything else has addresses of its own.
    for sample in [
        "README.md",
        "src/http/start/fetch.js",
        "src/http/start/sdk.js",
        "src/http/graphiql/tabs.js",
    ] {
        assert!(!read(sample).contains("ada@example.com"), "{sample}");
    }
}

/// C-48: `serve` and `config check` warn of a project that no page can call, and name the variable that mends it.
#[test]
fn a_project_without_platforms_is_warned_of() {
    let folder = TempDir::new().unwrap();
    let database = format!("sqlite://{}/accountd.db", folder.path().display());
    let complete = [
        ("ACCOUNTD_DATABASE__URL", database.as_str()),
        ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
        ("ACCOUNTD_MAIL__URL", "none:"),
        ("ACCOUNTD_MASTER_SECRET", crate::support::MASTER_SECRET),
    ];
    let check = |more: &[(&str, &str)]| {
        let environment = [&complete, more].concat();
        let output = accountd(folder.path(), &["config", "check"], &environment).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let log = |settings: &[(&str, &str)]| {
        let folder = TempDir::new().unwrap();
        log_of(Server::serve(folder.path(), settings), folder.path())
    };
    let platforms = [("ACCOUNTD_PLATFORMS", "app.example.com, *.example.org")];
    let warning = "projects.default.platforms is empty";

    let checked = check(&[]);

    assert!(checked.contains(warning) && checked.contains("ACCOUNTD_PLATFORMS"), "{checked}");
    assert_eq!(check(&platforms), "the configuration is valid\n");
    assert!(log(&[]).contains(warning));
    assert!(!log(&platforms).contains("platforms"));
}

/// C-50: with the headers of the sample each visitor has limits of their own; without them, the site has them once.
#[tokio::test]
async fn a_server_that_renders_pages_passes_its_visitors_on() {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let app = TestApp::new().await;
    let sample = include_str!("../../docs/sdks.md");
    for header in ["X-Forwarded-For", "X-Forwarded-User-Agent"] {
        assert!(sample.contains(&format!(".addHeader('{header}', ")), "{header}");
    }
    let site = app.guest().with("x-appwrite-key", "ak_forward");
    let sign_up = async |visitor: Option<u8>| {
        let caller = match visitor {
            Some(n) => site.clone().with("X-Forwarded-For", &format!("198.51.100.{n}")),
            None => site.clone(),
        };
        let email = format!("{}@example.com", NEXT.fetch_add(1, Ordering::Relaxed));
        let user = json!({"userId": "unique()", "email": email, "password": PASSWORD});
        caller.run("accountCreate", user).await.error()
    };

    for visitor in 1..=12 {
        assert_eq!(sign_up(Some(visitor)).await, "ok");
    }
    for _ in 0..10 {
        assert_eq!(sign_up(None).await, "ok");
    }
    assert_eq!(sign_up(None).await, "general_rate_limit_exceeded 429");
}

/// `accountd dev --listen` lets the network in: with a warning, and without the inbox.
#[test]
fn the_network_is_let_in_where_the_setting_allows_it() {
    let folder = TempDir::new().unwrap();
    let refused = accountd(folder.path(), &["dev"], &[("ACCOUNTD_LISTEN", "0.0.0.0:0")]).output();
    let refused = String::from_utf8(refused.unwrap().stderr).unwrap();

    let server = Server::start_as(folder.path(), &["dev", "--listen", "0.0.0.0:0"], &[]);
    let local = ask_as_page(&server, "Origin: http://localhost:5173\r\n");
    let log = log_of(server, folder.path());

    assert!(refused.contains("accountd dev --listen 0.0.0.0:0"), "{refused}");
    assert!(local.contains("access-control-allow-origin"), "{local}");
    assert!(log.contains("everybody on the network can call this server"), "{log}");
}

/// Mails are for browsers of the machine itself, also where the network is let in.
#[tokio::test]
async fn the_network_does_not_read_the_inbox() {
    let open = TestApp::with("listen = '0.0.0.0:8080'").await;
    let query = "{ devInbox { to } }";

    for (ip, answer) in [("10.0.0.9", "general_bad_request 400"), ("127.0.0.1", "ok")] {
        let caller = open.guest_at(ip.parse().unwrap()).with("host", "localhost:8080");
        let page = Request::get("/inbox").body(Body::empty()).unwrap();
        let page = caller.clone().request(page).await;

        assert_eq!(caller.query(query).await.error(), answer, "{ip}");
        assert_eq!(page.status == 200, answer == "ok", "{ip}");
    }
}

/// Where the server listens at one address of the network, that is the name of its machine.
#[tokio::test]
async fn one_address_of_the_network_is_its_machine() {
    let open = TestApp::with("listen = '192.168.1.5:8080'").await;
    for (ip, host, is_local) in [
        ("192.168.1.5", "192.168.1.5:8080", true),
        ("192.168.1.9", "192.168.1.5:8080", false),
        ("192.168.1.9", "localhost:8080", false),
        ("192.168.1.5", "192.168.1.9:8080", false),
        ("192.168.1.5", "evil.example", false),
    ] {
        let caller = open.guest_at(ip.parse().unwrap()).with("host", host);
        let page = Request::get("/inbox").body(Body::empty()).unwrap();
        assert_eq!(caller.request(page).await.status == 200, is_local, "{ip} {host}");
    }
}
