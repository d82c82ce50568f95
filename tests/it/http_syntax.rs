//! HTTP as clients, browsers and proxies speak it: media types, bytes in headers, spellings of paths, methods.

use axum::body::Body;
use axum::http::{HeaderValue, Request};
use serde_json::{Value, json};

use crate::support::{Answer, Browser, Caller, Provider, Socket, TestApp, none, operation};

const ADA: &str = "ada@example.com";

async fn send(caller: &Caller, method: &str, path: &str, headers: &[(&str, &[u8])]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, HeaderValue::from_bytes(value).unwrap());
    }
    caller.request(request.body(Body::empty()).unwrap()).await
}

async fn get(caller: &Caller, path: &str) -> Answer {
    send(caller, "GET", path, &[]).await
}

/// C-10: a body is read by its parsed media type, and a refusal says what to send instead.
#[tokio::test]
async fn bodies_are_refused_with_the_reason() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let rename = json!({"query": operation("accountUpdateName"), "variables": {"name": "Eve"}});
    for (name, value, reason) in [
        ("content-type", "application/json;q=1, text/plain", "`Content-Type: application/json`"),
        ("content-type", "application/json, application/json", "`Content-Type: application/json`"),
        ("content-type", "application/json; charset=utf-16", "UTF-8"),
        ("content-type", "multipart/form-data; boundary=x", "multipart"),
        ("content-encoding", "gzip", "`Content-Encoding`"),
    ] {
        for (method, path, body) in [
            ("POST", "/v1/graphql", &rename),
            ("PATCH", "/v1/account/name", &json!({"name": "Eve"})),
        ] {
            let mut request = Request::builder().method(method).uri(path).header(name, value);
            if name != "content-type" {
                request = request.header("content-type", "application/json");
            }
            let answer = ada.request(request.body(body.to_string().into()).unwrap()).await;

            assert_eq!(answer.request_error(), "415 general_argument_invalid", "{path} {value}");
            assert!(answer.json()["message"].as_str().unwrap().contains(reason), "{}", answer.text);
            let admitted = if name == "content-encoding" { "identity" } else { "" };
            assert_eq!(answer.header("accept-encoding"), admitted);
        }
    }
    assert_eq!(get(&ada, "/v1/account").await.json()["name"], "");
}

/// C-11: other cookies are nobody's business, whatever bytes they have; several headers and quotation marks are fine.
#[tokio::test]
async fn a_cookie_counts_beside_any_others() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let session = format!("a_session_default={}", ada.session());
    let quoted = format!("a_session_default=\"{}\"", ada.session());
    let utf8 = format!("name=Jürgen; {session}");
    let latin1 = [b"name=J\xfcrgen; ", session.as_bytes(), b"; last=\xff"].concat();
    for cookies in [
        vec![utf8.as_bytes()],
        vec![&latin1],
        vec![b"name=J\xfcrgen", session.as_bytes()],
        vec![session.as_bytes(), b"\xfe=\xff"],
        vec![quoted.as_bytes()],
    ] {
        let headers: Vec<_> = cookies.iter().map(|cookie| ("cookie", *cookie)).collect();

        let rest = send(&app.guest(), "GET", "/v1/account", &headers).await;
        let query = "/v1/graphql?query=%7BaccountGet%7Bemail%7D%7D";
        let graphql = send(&app.guest(), "GET", query, &headers).await;

        assert_eq!(rest.json()["email"], ADA, "{cookies:?}: {}", rest.text);
        assert_eq!(graphql.field()["email"], ADA, "{cookies:?}");
    }
    let mut socket = Socket::open(&app, &[("cookie", &utf8)]).await.unwrap();
    socket.send_message(&json!({"type": "connection_init"})).await;
    assert_eq!(socket.receive().await["type"], "connection_ack");
    socket.subscribe("1", "{ accountGet { email } }").await;
    assert_eq!(socket.receive().await["payload"]["data"]["accountGet"]["email"], ADA);
}

/// C-11: a browser comes back from a provider with any other cookies.
#[tokio::test]
async fn a_sign_in_with_a_provider_bears_other_cookies() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    let mut browser = Browser::new(app.guest()).with_cookie("Name", "Jürgen");

    let landed = browser.sign_in(&provider, "fake").await;

    assert_eq!(landed.path(), "/in", "{landed}");
    assert!(!browser.session().is_empty());
}

/// C-11: odd bytes in any header that is read stop no request, and hide nobody behind a proxy.
#[tokio::test]
async fn odd_bytes_in_headers_stop_nothing() {
    let app = TestApp::with("trusted_proxies = ['10.0.0.0/8']").await;
    let ada = app.user(ADA).await;
    for name in [
        "user-agent",
        "accept",
        "accept-language",
        "accept-encoding",
        "referer",
        "if-none-match",
        "forwarded",
        "x-appwrite-locale",
        "x-fallback-cookies",
        "x-forwarded-for",
        "x-forwarded-user-agent",
        "x-other",
    ] {
        for value in [b"caf\xc3\xa9".as_slice(), b"caf\xe9 \xff\x80"] {
            let answer = send(&ada, "GET", "/v1/account", &[(name, value)]).await;
            assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        }
    }
    let proxied = b"caf\xe9, 203.0.113.9".as_slice();
    let path = "/v1/account/sessions/anonymous";
    let headers = [("x-forwarded-for", proxied), ("user-agent", b"curl/8 caf\xe9")];
    let session = send(&app.guest(), "POST", path, &headers).await.json();
    assert_eq!((&session["ip"], &session["clientName"]), (&json!("203.0.113.9"), &json!("curl")));
    // What could be a credential of somebody's is refused as one.
    for (name, kind) in [
        ("x-appwrite-session", "general_unauthorized_scope"),
        ("x-appwrite-jwt", "user_jwt_invalid"),
        ("x-appwrite-key", "user_unauthorized"),
    ] {
        let refused = send(&app.guest(), "GET", "/v1/account", &[(name, b"\xff")]).await;
        assert_eq!(refused.request_error(), format!("401 {kind}"));
    }
    // A page may write its own address in UTF-8; an origin never is.
    let own = [("origin", b"http://caf\xe9.example".as_slice())];
    let cookie = format!("a_session_default={}", ada.session());
    let refused = send(&app.guest().with("cookie", &cookie), "GET", "/v1/account", &own).await;
    assert_eq!(refused.request_error(), "403 general_unknown_origin");
}

/// C-12: empty segments and needless encoding don't count, without a redirect; upper and lower case do.
#[tokio::test]
async fn paths_are_read_as_they_are_meant() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    for path in [
        "/v1//account",
        "/v1/account/",
        "//v1/account",
        "/v1/account//?project=default",
        "/v1/%61ccount",
        "/v1/graphql/?query=%7BaccountGet%7Bemail%7D%7D",
        "//v1//graphql?query=%7BaccountGet%7Bemail%7D%7D",
    ] {
        let answer = get(&ada, path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert!(answer.text.contains(ADA), "{path}: {}", answer.text);
    }
    for path in ["/health/live/", "/health//ready", "/metrics/", "/v1/schema.graphql/", "//inbox/"]
    {
        assert_eq!(get(&app.guest(), path).await.status, 200, "{path}");
    }
    for (path, kind) in [
        ("/v1/account/sessions/oauth2/nobody/?success=x", "general_argument_invalid"),
        ("/V1/account", "general_route_not_found"),
        ("/v1/Account", "general_route_not_found"),
        ("/v1%2Faccount", "general_route_not_found"),
        ("/v1/account/nothing/", "general_route_not_found"),
    ] {
        let answer = get(&ada, path).await;
        assert_ne!(answer.status, 200, "{path}");
        let is_unknown = answer.json()["type"] == "general_route_not_found";
        assert_eq!(is_unknown, kind == "general_route_not_found", "{path}: {}", answer.text);
    }
    let body = json!({"query": "{ __typename }"}).to_string();
    let post = Request::post("/v1/graphql/mutation/").header("content-type", "application/json");
    assert_eq!(ada.request(post.body(body.into()).unwrap()).await.status, 200);
    let deleted = send(&ada, "DELETE", "/v1/account//sessions/current/", &[]).await;
    assert_eq!(deleted.status, 204);
}

/// C-12: a limit counts a route under each of its spellings, and CORS answers for each.
#[tokio::test]
async fn limits_and_cors_know_each_spelling() {
    let app = TestApp::new().await;
    let guest = app.guest();
    let spellings = ["/v1/account/sessions/anonymous", "/v1//account/sessions/anonymous/"];
    let mut last = 0;
    for count in 0..200 {
        last = send(&guest, "POST", spellings[count % 2], &[]).await.status.as_u16();
        if last != 201 {
            break;
        }
    }
    assert_eq!(last, 429);
    for path in spellings {
        assert_eq!(send(&guest, "POST", path, &[]).await.status, 429, "{path}");
        let headers = [
            ("origin", b"http://localhost:3000".as_slice()),
            ("access-control-request-method", b"POST"),
        ];
        let preflight = send(&guest, "OPTIONS", path, &headers).await;
        assert_eq!(preflight.header("access-control-allow-origin"), "http://localhost:3000");
    }
}

/// C-12: the page at the endpoint finds its files also where the address ends with a slash.
#[tokio::test]
async fn the_page_finds_its_files() {
    let app = TestApp::new().await;
    for (path, base) in [("/v1/graphql", "/v1/"), ("/v1/graphql/", "/v1/graphql/")] {
        let page = send(&app.guest(), "GET", path, &[("accept", b"text/html")]).await;
        let file = page.text.split('"').find(|text| text.ends_with("/boot.js")).unwrap();

        let base = url::Url::parse("http://localhost").unwrap().join(base).unwrap();
        let file = base.join(file).unwrap();

        assert_eq!(get(&app.guest(), file.path()).await.status, 200, "{file}");
    }
}

/// C-14: the cookie of a new session counts, and not what the web SDK has kept of an older one.
#[tokio::test]
async fn the_cookie_counts_before_the_fallback() {
    let app = TestApp::new().await;
    let older = app.user(ADA).await;
    let newer = app.sign_in(ADA).await;
    let cookie = |secret: &str| format!("a_session_default={secret}");
    let fallback = json!({"a_session_default": older.session()}).to_string();
    let browser =
        |value: &str| app.guest().with("cookie", value).with("x-fallback-cookies", &fallback);
    let both = browser(&cookie(newer.session()));
    let id = async |caller: &Caller| {
        get(caller, "/v1/account/sessions/current").await.json()["$id"].clone()
    };
    let (old_id, new_id) = (id(&older).await, id(&newer).await);

    assert_eq!(id(&both).await, new_id);
    assert_eq!(id(&browser("other=x")).await, old_id);
    assert_eq!(id(&browser(&cookie("garbage"))).await, old_id);
    assert_eq!(id(&browser(&cookie(""))).await, old_id);
    let with_jwt = app.guest().with_jwt(&newer.jwt().await);
    assert_eq!(id(&with_jwt.with("x-fallback-cookies", &fallback)).await, new_id);

    let signed_out = send(&both, "DELETE", "/v1/account/sessions/current", &[]).await;

    assert_eq!(signed_out.status, 204, "{}", signed_out.text);
    assert!(signed_out.cookies()[0].contains("Max-Age=0"));
    // A session that has ended stays so for who shows it, and takes no other's place.
    assert_eq!(both.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
    assert_eq!(id(&older).await, old_id);
}

/// HEAD has the headers of GET, OPTIONS returns the methods, and what doesn't exist is an error in JSON.
#[tokio::test]
async fn methods_are_answered_as_they_are_meant() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;

    let head = send(&ada, "HEAD", "/v1/account", &[]).await;
    let body = get(&ada, "/v1/account").await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
    assert_eq!(head.header("content-length"), body.text.len().to_string());
    assert_eq!(head.header("content-type"), body.header("content-type"));
    assert_eq!(send(&ada, "HEAD", "/v1/nothing", &[]).await.status, 404);
    for (path, allowed) in [
        ("/v1/account", "DELETE,GET,HEAD,OPTIONS,POST"),
        ("/v1/account/name/", "OPTIONS,PATCH"),
        ("/v1/graphql", "GET,HEAD,OPTIONS,POST"),
        ("/v1/graphql/mutation", "OPTIONS,POST"),
        ("/health/live", "GET,HEAD,OPTIONS"),
    ] {
        let options = send(&ada, "OPTIONS", path, &[]).await;
        let mut methods: Vec<_> = options.header("allow").split(',').map(str::trim).collect();
        methods.sort_unstable();
        assert_eq!((options.status.as_u16(), options.text.as_str()), (204, ""), "{path}");
        assert_eq!(methods.join(","), allowed, "{path}");
        let refused = send(&ada, "PUT", path, &[]).await;
        assert_eq!(refused.request_error(), "405 general_not_implemented", "{path}");
        let without = options.header("allow").trim_end_matches(",OPTIONS").to_owned();
        assert_eq!(refused.header("allow"), without, "{path}");
    }
    for (method, path) in [("OPTIONS", "/v1/nothing"), ("POST", "/nothing"), ("GET", "/v1")] {
        let unknown = send(&ada, method, path, &[]).await;
        assert_eq!(unknown.request_error(), "404 general_route_not_found", "{method} {path}");
        assert_eq!(unknown.header("content-type"), "application/json");
    }
    assert_eq!(send(&ada, "OPTIONS", "*", &[]).await.status, 204);
    assert_eq!(ada.rest("GET", "/v1/account", Value::Null).await.json()["email"], ADA);
}
