//! Credentials and secrets under a clock that jumps.

use std::time::Duration;

use accountd::clock::Clock;
use serde_json::{Value, json};

use crate::support::{PASSWORD, TestApp, none};

const HOUR: Duration = Duration::from_hours(1);
const YEAR: Duration = Duration::from_hours(366 * 24);
const REFUSED: &str = "general_unauthorized_scope 401";

/// A change of a clock.
type Jump = fn(&Clock, Duration);

async fn ask(app: &TestApp, session: &str) -> String {
    app.guest().with_session(session).run("accountGet", none()).await.error()
}

/// AV-9: a clock that is set an hour ahead, or back, or both, ends no session; a JWT made meanwhile counts.
#[tokio::test]
async fn no_session_is_lost() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let early = ada.jwt().await;
    let (ahead, back): (Jump, Jump) = (Clock::set_ahead, Clock::set_back);
    for jump in [ahead, back, back, ahead, ahead, back] {
        jump(&app.clock, HOUR);

        assert_eq!(ada.run("accountGet", none()).await.error(), "ok");
        let jwt = app.guest().with_jwt(&ada.jwt().await);
        assert_eq!(jwt.run("accountGet", none()).await.error(), "ok");
    }

    let jwt = app.guest().with_jwt(&early);
    assert_eq!(jwt.run("accountGet", none()).await.error(), "ok");
    app.advance(Duration::from_secs(905));
    app.clock.set_back(HOUR);
    assert_eq!(jwt.run("accountGet", none()).await.error(), "user_jwt_invalid 401");
    assert_eq!(ada.run("accountGet", none()).await.error(), "ok");
}

/// AV-9: a session that was shown after its end stays ended when the clock is set back, across a restart, too.
#[tokio::test]
async fn an_expired_session_stays_expired() {
    let app = TestApp::new().await;
    let ended = app.user("ada@example.com").await.session().to_owned();
    app.advance(YEAR);
    assert_eq!(ask(&app, &ended).await, REFUSED);

    app.clock.set_back(YEAR);
    assert_eq!(ask(&app, &ended).await, REFUSED);
    let app = app.restarted().await;

    assert_eq!(ask(&app, &ended).await, REFUSED);
    let live = app.sign_in("ada@example.com").await.session().to_owned();
    assert_eq!(ask(&app, &live).await, "ok");
    // What has expired only by a clock that was set ahead comes back with it.
    app.clock.set_ahead(YEAR);
    assert_eq!(ask(&app, &live).await, REFUSED);
    app.clock.set_back(YEAR);
    assert_eq!(ask(&app, &live).await, "ok");
}

/// OT-7, AV-9: a secret that was shown too late is gone: a clock that is set back revives it in no process, whether time
/// passed or the clock had only been set ahead.
#[tokio::test]
async fn an_expired_secret_stays_expired() {
    let late: [Jump; 2] = [Clock::advance, Clock::set_ahead];
    for late in late {
        let app = TestApp::with("limits.rates = false").await;
        app.sign_up("ada@example.com").await;
        let ask = async |app: &TestApp, email: &str| {
            let variables = json!({"email": email, "url": "https://app.example.com/"});
            app.guest().run("accountCreateRecovery", variables).await.data();
            app.newest(email).await
        };
        let update = async |app: &TestApp, message: &Value| {
            let variables = json!({
                "userId": message["userId"], "secret": message["secret"],
                "password": PASSWORD, "passwordAgain": PASSWORD,
            });
            app.guest().run("accountUpdateRecovery", variables).await.error()
        };

        let message = ask(&app, "ada@example.com").await;
        late(&app.clock, HOUR);
        assert_eq!(update(&app, &message).await, "user_invalid_token 401");
        app.clock.set_back(HOUR);
        assert_eq!(update(&app, &message).await, "user_invalid_token 401");
        let app = app.restarted().await;

        assert_eq!(update(&app, &message).await, "user_invalid_token 401");
        // Others count as before.
        app.sign_up("bob@example.com").await;
        let message = ask(&app, "bob@example.com").await;
        assert_eq!(update(&app, &message).await, "ok");
    }
}
