//! The line of a request that comes through the operator's socket.

use serde_json::json;

use super::fields;
use crate::support::{Log, TestApp, none};

/// It names the operator, and no address.
#[tokio::test]
async fn a_request_of_the_operator_has_no_address() {
    let app = TestApp::new().await;
    let log = Log::json("info");

    app.guest().operator().run("usersList", none()).await.field();

    let line = log.take_request();
    assert_eq!(
        fields(&line, &["caller", "client", "fields", "project"]),
        json!(["operator", null, "usersList", "default"])
    );
}
