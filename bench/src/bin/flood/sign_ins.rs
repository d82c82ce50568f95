//! The flood: an open model, in which nobody waits for anybody.

use std::time::{Duration, Instant};

use anyhow::ensure;
use bench::connection::Connection;
use bench::request::request;
use bench::user::User;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::interval;

use crate::Arguments;

/// How the sign-ins went.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    /// How many were answered with a session.
    pub(crate) signed_in: u32,
    /// How many were refused, since too many wait.
    pub(crate) refused: u32,
}

/// Sends sign-ins for the time, each on a connection that is free or new.
pub(crate) async fn send(arguments: Arguments, time: Duration) -> anyhow::Result<Answered> {
    let mut answered = Answered::default();
    let mut waiting = JoinSet::new();
    let mut free: Vec<Connection> = Vec::new();
    let mut ticks = interval(Duration::from_secs_f64(1.0 / f64::from(arguments.rate)));
    let users = (0..arguments.users).cycle();
    let begun = Instant::now();
    for user in users.take_while(|_| begun.elapsed() < time) {
        ticks.tick().await;
        while let Some(done) = waiting.try_join_next() {
            free.push(answered.count(done?)?);
        }
        let connection = match free.pop() {
            Some(connection) => connection,
            None => Connection::open(arguments.address).await?,
        };
        waiting.spawn(sign_in(connection, sign_in_request(&arguments, User(user))));
    }
    while let Some(done) = waiting.join_next().await {
        answered.count(done?)?;
    }
    Ok(answered)
}

fn sign_in_request(arguments: &Arguments, user: User) -> Vec<u8> {
    let document =
        include_str!("../../../../schema/operations/accountCreateEmailPasswordSession.graphql");
    let variables = json!({ "email": user.email(), "password": arguments.password });
    let body = json!({ "query": document, "variables": variables }).to_string();
    request(arguments.address, "POST /v1/graphql", &[("accept", "application/json")], &body)
}

/// Signs in, and answers whether that was refused; anything else fails.
async fn sign_in(
    mut connection: Connection,
    request: Vec<u8>,
) -> anyhow::Result<(Connection, bool)> {
    let answer = connection.ask(&request).await?;
    let text = String::from_utf8_lossy(&answer.body);
    let refused = text.contains("\"code\":503");
    ensure!(refused || text.contains("\"providerUid\""), "status {}: {text}", answer.status);
    Ok((connection, refused))
}

impl Answered {
    /// Counts an answer, and gives its connection back.
    fn count(&mut self, done: anyhow::Result<(Connection, bool)>) -> anyhow::Result<Connection> {
        let (connection, refused) = done?;
        let counter = if refused { &mut self.refused } else { &mut self.signed_in };
        *counter = counter.saturating_add(1);
        Ok(connection)
    }
}
