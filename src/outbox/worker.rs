//! The worker: sends messages from the outbox, and retries.
//!
//! Several instances may work on one outbox. A worker claims a message by postponing its due time, so that
//! it is sent again if the worker dies.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use entity::message::{Channel, State};
use entity::{Timestamp, message};
use futures_util::future::join_all;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait, Iterable, QueryFilter};
use tokio::select;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{info, warn};

use crate::app::App;
use crate::db::batch;
use crate::error::{Error, Result};
use crate::limiter::Quota;
use crate::message::Kind;

mod lane;
mod span;

use lane::{Lane, claim};

/// How many messages of a lane are sent at once, so that a slow recipient doesn't block others.
const CONCURRENCY: usize = 8;
/// How often the outbox is polled without a notification.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long a response has the processor to itself before its message is handled.
const HEAD_START: Duration = Duration::from_millis(20);
/// The pause before the second attempt; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause between two attempts.
const MAX_PAUSE: Duration = Duration::from_mins(15);
/// The longest pause between two attempts to send an event.
const MAX_EVENT_PAUSE: Duration = Duration::from_hours(1);
/// How many alerts of one kind an address gets in an hour. Sign-up doesn't verify addresses, so alerts could
/// be used to harass someone.
const ALERTS_PER_HOUR: u32 = 10;
/// How long the state of a finished message is kept.
const RETENTION: Duration = Duration::from_hours(7 * 24);
/// How long that of a finished event is kept: there may be one for every sign-in.
const EVENT_RETENTION: Duration = Duration::from_hours(1);

/// Sends messages until the server stops or another App takes over, then finishes those being sent.
pub async fn run(app: App) {
    join_all(Lane::all(&app.config).iter().map(|lane| run_lane(&app, lane))).await;
}

async fn run_lane(app: &App, lane: &Lane) {
    let mut under_way = JoinSet::new();
    while !app.is_done() {
        while under_way.len() >= CONCURRENCY {
            under_way.join_next().await;
        }
        // Registered before the query, so that no notification is missed.
        let queued = app.db.message_queued();
        match claim(app, Some(lane)).await {
            Ok(Some(message)) => {
                let app = app.clone();
                under_way.spawn(async move { attempt(&app, message).await });
                continue;
            }
            Ok(None) => {}
            Err(error) => {
                // A new message doesn't end the pause: with a full disk, there would be one retry after
                // another.
                warn!("the outbox can't be worked on: {error:#}");
                sleep(INTERVAL).await;
                continue;
            }
        }
        select! {
            // Not while the response is being sent: the timing would reveal who gets a message (EN-3).
            () = queued => sleep(HEAD_START).await,
            () = sleep(INTERVAL) => {}
        }
    }
    // A panic in one must not cut off the others.
    while under_way.join_next().await.is_some() {}
}

/// Sends everything that is due, one after the other.
pub async fn deliver_due(app: &App) -> Result<()> {
    while let Some(message) = claim(app, None).await? {
        attempt(app, message).await;
    }
    Ok(())
}

/// Erases messages that were never to be sent and rejected ones that have expired, and deletes finished ones after a
/// while.
pub async fn purge(app: &App, now: Timestamp) -> Result<()> {
    // Channels and states by name, so that the index is used.
    let mut states = vec![State::Dropped];
    if !app.messages.keeps_contents {
        states.push(State::Failed);
    }
    let is_useless = Condition::any()
        .add(message::Column::State.eq(State::Dropped))
        .add(message::Column::ExpiresAt.lte(now));
    message::Entity::update_many()
        .col_expr(message::Column::Sealed, Expr::value(""))
        .filter(message::Column::Channel.is_in(Channel::iter()))
        .filter(message::Column::State.is_in(states))
        .filter(is_useless)
        .filter(message::Column::Sealed.ne(""))
        .exec(app.db.writer())
        .await?;
    // No worker finishes those of a webhook that is no longer configured.
    message::Entity::update_many()
        .col_expr(message::Column::State, Expr::value(State::Expired))
        .col_expr(message::Column::Sealed, Expr::value(""))
        .col_expr(message::Column::DueAt, Expr::value(now))
        .filter(message::Column::Channel.eq(Channel::Webhook))
        .filter(message::Column::State.eq(State::Queued))
        .filter(message::Column::ExpiresAt.lte(now))
        .exec(app.db.writer())
        .await?;
    let finished = |channels: &[Channel], retention| {
        let states = [State::Delivered, State::Failed, State::Expired, State::Dropped];
        Condition::all()
            .add(message::Column::Channel.is_in(channels.iter().copied()))
            .add(message::Column::State.is_in(states))
            .add(message::Column::DueAt.lt(now - retention))
    };
    let old = [
        finished(&[Channel::Mail, Channel::Sms], RETENTION),
        finished(&[Channel::Webhook], EVENT_RETENTION),
    ];
    for old in old {
        batch::delete::<message::Entity>(app.db.writer(), message::Column::Id, old).await?;
    }
    Ok(())
}

/// Makes one attempt at a claimed message, as a trace of its own.
async fn attempt(app: &App, message: message::Model) {
    span::around(app, &message, try_to_send(app, &message)).await;
}

/// Makes one attempt at a claimed message, and stores the result. If that fails, the message is due again
/// later.
async fn try_to_send(app: &App, message: &message::Model) -> State {
    // In this order, so that time between the two lines counts.
    let began = Instant::now();
    let now = app.clock.now();
    let deadline = began.checked_add(message.expires_at.since(now)).unwrap_or(began);
    let outcome = if message.expires_at <= now {
        Ok(State::Expired)
    } else if !is_welcome(app, message, now).await {
        Ok(State::Dropped)
    } else {
        // The first clock stops while the machine sleeps.
        let is_over = || Instant::now() >= deadline || app.clock.now() >= message.expires_at;
        let sent = before(deadline, is_over, app.messages.send(message, now)).await;
        sent.map_or(Ok(State::Expired), |sent| sent.map(|()| State::Delivered))
    };
    let noted = match &outcome {
        Ok(state) => finish(app, message, *state, "").await,
        Err(error) if error.is_final(message.attempts.get()) => {
            finish(app, message, State::Failed, &error.to_string()).await
        }
        Err(error) => postpone(app, message, &error.to_string()).await,
    };
    let result = match &outcome {
        Ok(state) => *state,
        Err(error) if error.is_final(message.attempts.get()) => State::Failed,
        Err(_) => State::Queued,
    };
    app.metrics.count_message(message.channel, result);
    // Without address and content, because this is logged.
    let (id, kind, attempts) = (message.id.as_str(), message.kind.as_str(), message.attempts.get());
    match outcome {
        Ok(state) => info!(id, kind, attempts, state = state.to_value(), "message"),
        Err(error) => {
            let setting = match message.channel {
                Channel::Mail => "mail.url",
                Channel::Sms => "sms.url",
                Channel::Webhook => "projects.webhooks",
            };
            warn!(id, kind, attempts, setting, "message not delivered: {error}");
        }
    }
    if let Err(error) = noted {
        warn!(id, "the state of a message can't be noted: {error:#}");
    }
    result
}

/// Runs `work` until `deadline`, or until it `is_over`. After that, none of its steps runs, even if the
/// process was frozen or the machine slept.
async fn before<T>(
    deadline: Instant,
    is_over: impl Fn() -> bool,
    work: impl Future<Output = T>,
) -> Option<T> {
    let mut work = pin!(work);
    let mut expired = pin!(sleep_until(deadline));
    poll_fn(|context| {
        // The timer may not have noticed yet.
        if is_over() || expired.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        work.as_mut().poll(context).map(Some)
    })
    .await
}

/// Whether to send a message: not the eleventh alert of its kind to an address in an hour. Kinds are counted
/// separately, so that an alert about a new password can't be suppressed by ten sign-ins.
async fn is_welcome(app: &App, message: &message::Model, now: Timestamp) -> bool {
    if message.attempts.get() > 1 || !Kind::is_alert(&message.kind) {
        return true;
    }
    let quota = Quota {
        key: format!("{}/alerts/{}/{}", message.project_id, message.kind, message.recipient),
        limit: ALERTS_PER_HOUR,
        window: Duration::from_hours(1),
    };
    // If in doubt, one alert too many.
    let charged = app.limiter.enforce(&[quota], now, "the outbox").await;
    !matches!(charged, Err(Error::GeneralRateLimitExceeded { .. }))
}

/// Marks a message as finished. Except in development, its content is erased, unless it was rejected: the operator may
/// send it again until it expires.
async fn finish(app: &App, message: &message::Model, state: State, error: &str) -> Result<()> {
    let mut change = message::Entity::update_many()
        .col_expr(message::Column::State, Expr::value(state))
        .col_expr(message::Column::DueAt, Expr::value(app.clock.now()))
        .col_expr(message::Column::Error, Expr::value(error));
    let is_needed = state == State::Failed && message.expires_at > app.clock.now();
    if !app.messages.keeps_contents && !is_needed {
        change = change.col_expr(message::Column::Sealed, Expr::value(""));
    }
    change.filter(message::Column::Id.eq(message.id.clone())).exec(app.db.writer()).await?;
    Ok(())
}

/// Schedules the next attempt: the pause doubles, plus or minus a quarter, so that retries spread out.
async fn postpone(app: &App, message: &message::Model, error: &str) -> Result<()> {
    let doublings = u32::try_from(message.attempts.get().saturating_sub(1)).unwrap_or(0);
    let longest = match message.channel {
        Channel::Mail | Channel::Sms => MAX_PAUSE,
        Channel::Webhook => MAX_EVENT_PAUSE,
    };
    let pause = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(doublings)).min(longest);
    let [spread] = app.random.bytes::<1>();
    let pause = pause.mul_f64(0.75 + f64::from(spread) / 512.0);
    message::Entity::update_many()
        .col_expr(message::Column::DueAt, Expr::value(app.clock.now() + pause))
        .col_expr(message::Column::Error, Expr::value(error))
        .filter(message::Column::Id.eq(message.id.clone()))
        .exec(app.db.writer())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use tokio::task::yield_now;

    use super::*;

    /// C-41: a process that is frozen in the middle of sending takes no further step once the message has expired.
    #[tokio::test]
    async fn nothing_is_done_after_the_deadline() {
        let sent = AtomicBool::new(false);
        let deadline = Instant::now().checked_add(Duration::from_millis(20)).unwrap();

        let is_over = || Instant::now() >= deadline;
        let outcome = before(deadline, is_over, async {
            yield_now().await;
            std::thread::sleep(Duration::from_millis(50));
            yield_now().await;
            sent.store(true, Ordering::Relaxed);
        });

        assert_eq!(outcome.await, None);
        assert!(!sent.into_inner());
        let soon = Instant::now().checked_add(Duration::from_mins(1)).unwrap();
        assert_eq!(before(soon, || false, async { 7 }).await, Some(7));
    }
}
