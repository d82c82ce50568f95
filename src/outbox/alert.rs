//! Alerts users by mail of changes to their account, so that a takeover doesn't go unnoticed (DL-8).

use std::time::Duration;

use chrono::DateTime;
use entity::{MessageId, Timestamp, message, user};

use crate::app::App;
use crate::client::{Client, country, user_agent};
use crate::error::Result;
use crate::message::{Draft, Kind, Values};

/// How long an alert may be delivered.
const TTL: Duration = Duration::from_hours(24);

/// Composes an alert for the outbox, without storing it.
pub fn compose_alert(
    app: &App,
    kind: Kind,
    user: &user::Model,
    client: &Client,
) -> Result<Option<message::Model>> {
    let id = app.messages.next_id(app.clock.now(), &app.random);
    compose_as(app, id, kind, user, client)
}

/// Composes an alert that is sent only at `due`, unless it is deleted by its `id` before.
pub fn schedule_alert(
    app: &App,
    (kind, id, due): (Kind, MessageId, Timestamp),
    user: &user::Model,
    client: &Client,
) -> Result<Option<message::Model>> {
    let alert = compose_as(app, id, kind, user, client)?;
    Ok(alert.map(|alert| message::Model { due_at: due, expires_at: due + TTL, ..alert }))
}

fn compose_as(
    app: &App,
    id: MessageId,
    kind: Kind,
    user: &user::Model,
    client: &Client,
) -> Result<Option<message::Model>> {
    let Some(email) = user.email.as_deref() else { return Ok(None) };
    if app.messages.check_mail().is_err() {
        return Ok(None);
    }
    let device = device(&client.user_agent);
    let country = match client.country_code.as_str() {
        "--" => "",
        code => country::name(code, &client.languages),
    };
    let values = Values {
        name: &user.name,
        time: &format_time(app.clock.now()),
        device: &device,
        ip: &client.ip.to_string(),
        country,
        ..Values::default()
    };
    let draft = Draft { kind, to: email, deliverable: true, values, ttl: TTL };
    app.messages.compose_as((id, app.clock.now()), client, &draft, &app.random).map(Some)
}

/// Describes a device in any language: `Firefox, Windows`.
fn device(header: &str) -> String {
    let agent = user_agent::parse(header);
    match (agent.client_name.as_str(), agent.os_name.as_str()) {
        ("", os) => os.to_owned(),
        (client, "") => client.to_owned(),
        (client, os) => format!("{client}, {os}"),
    }
}

/// A point in time, for people.
fn format_time(time: Timestamp) -> String {
    let time = DateTime::from_timestamp_millis(time.millis()).unwrap_or_default();
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}
