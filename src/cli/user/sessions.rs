//! Lists and ends sessions.

use anyhow::ensure;
use clap::Args;
use serde_json::{Value, json};

use crate::cli::operator::{Operator, Table, cell, counted, country, time};

#[derive(Args, Debug)]
pub(super) struct EndSessions {
    /// The user's id, e-mail address or phone number
    user: String,
    /// End only the session with this id
    #[arg(long, value_name = "ID")]
    session: Option<String>,
}

/// Lists a user's sessions.
pub(super) async fn list(operator: &mut Operator, user: &str) -> anyhow::Result<()> {
    let id = operator.find_user(user).await?;
    let page = operator.call("usersListSessions", json!({ "userId": id })).await?;
    operator.print(&page, || {
        let sessions = rows(&page);
        format!("{}\n{}", table(sessions), counted(sessions.len(), "session"))
    })
}

impl EndSessions {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let id = operator.find_user(&self.user).await?;
        let page = operator.call("usersListSessions", json!({ "userId": id })).await?;
        let sessions = rows(&page);
        let (done, text) = if let Some(session) = self.session {
            let is_there = sessions.iter().any(|row| cell(row, "/_id") == session);
            ensure!(is_there, "{id} has no session {session}");
            let variables = json!({ "userId": id, "sessionId": session });
            let done = operator.call("usersDeleteSession", variables).await?;
            (done, format!("ended the session {session} of {id}"))
        } else {
            let done = operator.call("usersDeleteSessions", json!({ "userId": id })).await?;
            (done, format!("ended {} of {id}", counted(sessions.len(), "session")))
        };
        operator.print(&done, || text)
    }
}

fn rows(page: &Value) -> &[Value] {
    let sessions = page.pointer("/sessions").and_then(Value::as_array);
    sessions.map(Vec::as_slice).unwrap_or_default()
}

fn table(sessions: &[Value]) -> Table {
    let headings =
        ["ID", "PROVIDER", "CREATED (UTC)", "EXPIRES (UTC)", "IP", "COUNTRY", "CLIENT", "SYSTEM"];
    let mut table = Table::new(&headings);
    for session in sessions {
        table.add([
            cell(session, "/_id"),
            cell(session, "/provider"),
            time(session, "/_createdAt"),
            time(session, "/expire"),
            cell(session, "/ip"),
            country(session),
            cell(session, "/clientName"),
            cell(session, "/osName"),
        ]);
    }
    table
}
