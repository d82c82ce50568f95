//! Requests that foreign pages make with the cookies of their visitors.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::support::{Caller, PASSWORD, TestApp, none, operation};

const JSON: (&str, &str) = ("content-type", "application/json");
const EVIL: (&str, &str) = ("origin", "https://evil.example");

/// NW-9: none of these changes the name of the account whose cookie it carries.
#[tokio::test]
async fn no_cross_site_shape_changes_anything() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user("ada@example.com").await;
    let cookie = format!("a_session_default={}", ada.session());
    let document = "mutation { accountUpdateName(name: \"Eve\") { name } }";
    let json = json!({ "query": document }).to_string();
    let encoded: String = url::form_urlencoded::byte_serialize(document.as_bytes()).collect();
    let form = format!("query={encoded}");
    let wrapped = json!({"query": {"query": document}}).to_string();
    let batch = format!("[{json}]");
    let boundary = format!(
        "--b\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{json}\r\n--b--\r\n"
    );
    let types = [
        "text/plain",
        "text/plain; charset=utf-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "application/graphql",
        "application/octet-stream",
        "text/plain, application/json",
        "application/json-seq",
    ];
    let mut shapes: Vec<(Vec<(&str, &str)>, String)> = Vec::new();
    // What a form or a script without a preflight can send, with a fitting body, from a foreign and from a listed page.
    for content_type in types {
        let body = match content_type {
            "application/x-www-form-urlencoded" => form.clone(),
            "multipart/form-data; boundary=b" => boundary.clone(),
            _ => json.clone(),
        };
        shapes.push((vec![("content-type", content_type), EVIL], body.clone()));
        shapes.push((vec![("content-type", content_type), ("origin", "http://localhost")], body));
    }
    shapes.push((vec![EVIL], json.clone()));
    // What a preflight should have kept from coming.
    for origin in [
        "https://evil.example",
        "null",
        "",
        "https://localhost.evil.example",
        "https://evilexample.com",
        "https://other.example.com",
        "http://app.example.com@evil.example",
        "file://",
        "localhost",
    ] {
        shapes.push((vec![JSON, ("origin", origin)], json.clone()));
    }
    shapes.push((vec![JSON, EVIL, ("origin", "http://localhost")], json.clone()));
    for site in ["cross-site", "same-site", "unknown"] {
        shapes.push((vec![JSON, ("sec-fetch-site", site)], json.clone()));
    }
    shapes.push((vec![JSON, EVIL, ("x-sdk-graphql", "true")], wrapped));
    shapes.push((vec![JSON, EVIL], batch));
    assert!(shapes.len() >= 30, "{}", shapes.len());

    for path in ["/v1/graphql", "/v1/graphql/mutation"] {
        for (headers, body) in &shapes {
            let mut request = Request::post(path).header("cookie", &cookie);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = app.guest().request(request.body(body.clone().into()).unwrap()).await;
            assert!(!answer.text.contains("Eve"), "{headers:?}: {}", answer.text);
            assert!(answer.status.is_client_error(), "{headers:?}: {}", answer.status);
        }
    }
    let by_get = Request::get(format!("/v1/graphql?{form}")).header("cookie", &cookie);
    let by_get = app.guest().request(by_get.body(Body::empty()).unwrap()).await;
    assert_eq!(by_get.status, 405);
    assert_eq!(ada.run("accountGet", none()).await.field()["name"], "");
}

/// NW-9: the app's own pages, and clients that are no pages, change state with a cookie; a header is never held against a page.
#[tokio::test]
async fn listed_pages_act_with_cookies() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user("ada@example.com").await;
    let cookie = format!("a_session_default={}", ada.session());
    let by_cookie = || app.guest().with("cookie", &cookie);
    let name = json!({"name": "Ada"});

    for (header, value) in [
        ("origin", "http://localhost:3000"),
        ("origin", "https://APP.example.com"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "none"),
        ("user-agent", "curl/8"),
    ] {
        let caller = by_cookie().with(header, value);
        assert_eq!(caller.run("accountUpdateName", name.clone()).await.error(), "ok", "{value}");
    }
    let stranger = ada.with("origin", "https://evil.example");
    assert_eq!(stranger.run("accountUpdateName", name).await.error(), "ok");
    let refused = by_cookie().with("origin", "https://evil.example");
    let body = json!({"query": operation("accountGet")});
    let answer = refused.send(&body).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json()["type"], "general_unknown_origin");
}

/// Where the server is reached by HTTPS, a platform's page that came in the clear may have been written by anybody.
#[tokio::test]
async fn pages_in_the_clear_act_for_nobody() {
    let app = TestApp::with("public_url = \"https://accounts.example.com\"").await;
    let ada = app.user("ada@example.com").await;
    let rename = async |origin: &str| {
        let cookie = format!("a_session_default={}", ada.session());
        let caller = app.guest().with("cookie", &cookie).with("origin", origin);
        caller.run("accountUpdateName", json!({"name": origin})).await
    };

    let in_the_clear = rename("http://app.example.com").await;

    assert_eq!(in_the_clear.header("access-control-allow-origin"), "");
    assert_eq!(in_the_clear.status, 403);
    assert_eq!(rename("https://app.example.com").await.error(), "ok");
    assert_eq!(rename("http://localhost").await.error(), "ok");
}

const OTHER: &str = "https://other.example.com";

/// NW-9: once a request names its project, only that project's pages read the answer. A page of another one also gets no
/// cookie: it could sign its visitor in as somebody else.
#[tokio::test]
async fn pages_of_another_project_are_not_admitted() {
    let app = TestApp::new().await;
    app.sign_up("ada@example.com").await;
    let page = |origin: &str| app.guest().with("origin", origin);
    let health = json!({"query": "{ __typename }"});
    let allowed = async |caller: Caller| {
        caller.send(&health).await.header("access-control-allow-origin").to_owned()
    };

    assert_eq!(allowed(page(OTHER)).await, "");
    assert_eq!(allowed(page(OTHER).with("x-appwrite-project", "other")).await, OTHER);
    assert_eq!(allowed(page("https://app.example.com")).await, "https://app.example.com");
    let app_page = page("https://app.example.com").with("x-appwrite-project", "other");
    assert_eq!(allowed(app_page).await, "");
    // The project isn't known.
    assert_eq!(allowed(page(OTHER).with("x-appwrite-project", "nope")).await, OTHER);
    for native in ["appwrite-android://com.example.app", "appwrite-ios://com.example.app"] {
        assert_eq!(allowed(page(native)).await, native);
    }
    let preflight = Request::options("/v1/graphql").header("origin", OTHER);
    let preflight = app.guest().request(preflight.body(Body::empty()).unwrap()).await;
    assert_eq!(preflight.header("access-control-allow-origin"), OTHER);

    let sign_in = json!({"email": "ada@example.com", "password": PASSWORD});
    let planted = page(OTHER).run("accountCreateEmailPasswordSession", sign_in.clone()).await;
    assert_eq!(planted.error(), "general_bad_request 400");
    assert_eq!(planted.cookies(), [""; 0]);
    let by_rest = page(OTHER).rest("POST", "/v1/account/sessions/email", sign_in.clone()).await;
    assert_eq!((by_rest.status.as_u16(), by_rest.cookies().len()), (400, 0));
    let own = page("https://app.example.com");
    let own = own.run("accountCreateEmailPasswordSession", sign_in).await;
    assert_eq!(own.cookies().len(), 1);
}

/// A page of the project named in a URL is admitted, and no other.
#[tokio::test]
async fn the_project_may_be_in_the_query() {
    let app = TestApp::new().await;
    let get = async |uri: &str| {
        let request = Request::get(uri).header("origin", OTHER).body(Body::empty()).unwrap();
        let answer = app.guest().request(request).await;
        answer.header("access-control-allow-origin").to_owned()
    };

    assert_eq!(get("/v1/account?project=other").await, OTHER);
    assert_eq!(get("/v1/account?project=default").await, "");
    assert_eq!(get("/v1/account").await, "");
}
