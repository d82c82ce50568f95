//! Events for webhooks.

use std::time::Duration;

use entity::{ProjectId, Timestamp};
use serde::Serialize;

use crate::error::Result;

/// How long an event may be delivered.
pub(super) const TTL: Duration = Duration::from_hours(24);

/// The name of the event that `accountd webhook test` sends.
pub const TEST_EVENT: &str = "test";

/// An event for one webhook.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// The project.
    pub project: &'a ProjectId,
    /// The id of the webhook.
    pub webhook: &'a str,
    /// The name.
    pub name: &'static str,
    /// The JSON that is sent.
    pub body: String,
}

/// The actor of an event.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EventActor<'a> {
    /// As the security log names it; `system` is the server itself.
    pub kind: &'a str,
    /// The name of the API key; empty for others.
    pub name: &'a str,
}

impl EventActor<'_> {
    /// The server itself, which deletes abandoned users.
    pub const SYSTEM: Self = Self { kind: "system", name: "" };
}

/// The JSON of an event, in the form of Standard Webhooks.
#[derive(Serialize)]
struct Body<'a, D> {
    r#type: &'a str,
    timestamp: String,
    project: &'a ProjectId,
    actor: EventActor<'a>,
    data: &'a D,
}

impl<'a> Event<'a> {
    /// An event that `actor` has caused at `now`. `data` is what it happened to.
    pub fn new(
        (project, webhook): (&'a ProjectId, &'a str),
        name: &'static str,
        now: Timestamp,
        actor: EventActor<'_>,
        data: &impl Serialize,
    ) -> Result<Self> {
        let body = Body { r#type: name, timestamp: now.to_string(), project, actor, data };
        let body = serde_json::to_string(&body).map_err(anyhow::Error::from)?;
        Ok(Self { project, webhook, name, body })
    }
}
