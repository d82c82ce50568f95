//! The trace of an attempt to send a message. It has no address.

use entity::message;
use entity::message::State;
use opentelemetry::KeyValue;
use sea_orm::ActiveEnum;

use crate::app::App;
use crate::metrics::channel_name;
use crate::trace;

/// Makes an attempt at a message in a span, if traces are exported.
pub(super) async fn around(
    app: &App,
    message: &message::Model,
    attempt: impl Future<Output = State>,
) {
    let scope = app.traces.as_ref().map(|traces| traces.begin_job("send"));
    let state = trace::within(scope.clone(), attempt).await;
    let Some(scope) = scope else { return };
    let channel = channel_name(message.channel);
    scope.rename(|| format!("send {channel}"));
    scope.set(|| {
        vec![
            KeyValue::new("accountd.message.channel", channel),
            KeyValue::new("accountd.message.id", message.id.as_str().to_owned()),
            KeyValue::new("accountd.message.kind", message.kind.clone()),
            KeyValue::new("accountd.message.attempt", i64::from(message.attempts.get())),
            KeyValue::new("accountd.message.state", state.to_value()),
            KeyValue::new("accountd.project", message.project_id.as_str().to_owned()),
        ]
    });
    match state {
        State::Queued | State::Failed => scope.fail("not_delivered", true),
        State::Delivered | State::Expired | State::Dropped => {}
    }
    scope.end();
}
