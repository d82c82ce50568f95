//! Sign-ins, sessions, passwords, messages and rate limits.

use super::family::{Family, Kind, Sample};
use crate::app::App;
use crate::metrics::channel_name;
use crate::outbox::backlog;

/// Reads them.
pub(super) async fn read(app: &App) -> Vec<Family> {
    [sign_ins(app), passwords(app), rate_limits(app), messages(app).await]
        .into_iter()
        .flatten()
        .collect()
}

fn sign_ins(app: &App) -> Vec<Family> {
    let counts = app.metrics.sign_ins.counts();
    vec![
        Family::new(
            Kind::Counter,
            "accountd_sign_ins",
            &["method", "outcome"],
            "Sign-ins; pending ones lack a second factor, and succeed once it was shown",
        )
        .with_all(counts.map(|(labels, count)| (*labels, Sample::Whole(count)))),
        Family::new(
            Kind::Counter,
            "accountd_sessions_opened",
            &[],
            "Sessions that were opened, also those that lack a second factor",
        )
        .with([], Sample::Whole(app.metrics.sessions_opened.get())),
        Family::new(
            Kind::Counter,
            "accountd_sessions_ended",
            &[],
            "Sessions that users, servers, operators or a change of the account have ended",
        )
        .with([], Sample::Whole(app.metrics.sessions_ended.get())),
    ]
}

fn passwords(app: &App) -> Vec<Family> {
    let passwords = &app.passwords;
    let gauge = |name, help, count: usize| {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        Family::new(Kind::Gauge, name, &[], help).with([], Sample::Whole(count))
    };
    let counter = |name, help, count| {
        Family::new(Kind::Counter, name, &[], help).with([], Sample::Whole(count))
    };
    vec![
        counter("accountd_password_hashes", "Passwords hashed or verified", passwords.hashes()),
        counter(
            "accountd_password_hashes_refused",
            "Passwords that were refused with 503, because too many were waiting",
            passwords.refused(),
        ),
        gauge(
            "accountd_password_hashes_running",
            "Passwords being hashed or verified",
            passwords.running(),
        ),
        gauge(
            "accountd_password_hashes_waiting",
            "Passwords that wait for their turn",
            passwords.waiting(),
        ),
    ]
}

fn rate_limits(app: &App) -> Vec<Family> {
    let usage = app.limiter.usage();
    let outcomes =
        [("allowed", &usage.allowed), ("refused", &usage.refused), ("failed", &usage.failed)];
    let store = app.limiter.store_name();
    vec![
        Family::new(
            Kind::Counter,
            "accountd_limiter_calls",
            &["store", "outcome"],
            "Calls charged to rate limits; for failed ones the server could not decide",
        )
        .with_all(outcomes.map(|(name, counter)| ([store, name], Sample::Whole(counter.get())))),
        Family::new(
            Kind::Counter,
            "accountd_limiter_fallbacks",
            &[],
            "Calls that the process has decided within its share, because Redis did not answer in time",
        )
        .with([], Sample::Whole(usage.fallbacks.get())),
    ]
}

async fn messages(app: &App) -> Vec<Family> {
    let mut due = Family::new(
        Kind::Gauge,
        "accountd_outbox_due",
        &["channel"],
        "Messages whose next attempt is due, in the whole database; without values while it doesn't answer",
    );
    let mut oldest = Family::new(
        Kind::Gauge,
        "accountd_outbox_oldest_seconds",
        &["channel"],
        "For how long the oldest due message has waited for its attempt; 0 while all wait for their next one",
    );
    let mut undelivered = Family::new(
        Kind::Gauge,
        "accountd_outbox_undelivered_seconds",
        &["channel"],
        "Age of the oldest message that was tried, and is neither delivered nor given up",
    );
    for backlog in backlog::read(app).await {
        let channel = channel_name(backlog.channel);
        due = due.with([channel], Sample::Whole(backlog.due));
        oldest = oldest.with([channel], Sample::Real(backlog.oldest.as_secs_f64()));
        let age = backlog.undelivered.as_secs_f64();
        undelivered = undelivered.with([channel], Sample::Real(age));
    }
    let attempts = app.metrics.messages.counts();
    let attempts = Family::new(
        Kind::Counter,
        "accountd_messages",
        &["channel", "outcome"],
        "Attempts to send a message, by its state afterwards; queued ones are tried again",
    )
    .with_all(attempts.map(|(labels, count)| (*labels, Sample::Whole(count))));
    vec![attempts, due, oldest, undelivered]
}
