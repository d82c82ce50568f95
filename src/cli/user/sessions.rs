//! Lists and ends sessions.

use clap::Args;
use serde_json::{Value, json};

use crate::cli::operator::{Operator, Table, cell, time};

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
        let sessions = page.pointer("/sessions").and_then(Value::as_array);
        let sessions = sessions.map(Vec::as_slice).unwrap_or_default();
        format!("{}\n{} sessions", table(sessions), sessions.len())
    })
}

impl EndSessions {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let id = operator.find_user(&self.user).await?;
        let (done, text) = if let Some(session) = self.session {
            let variables = json!({ "userId": id, "sessionId": session });
            let done = operator.call("usersDeleteSession", variables).await?;
            (done, format!("ended the session {session} of {id}"))
        } else {
            let done = operator.call("usersDeleteSessions", json!({ "userId": id })).await?;
            (done, format!("ended all sessions of {id}"))
        };
        operator.print(&done, || text)
    }
}

fn table(sessions: &[Value]) -> Table {
    let headings = ["ID", "PROVIDER", "CREATED", "EXPIRES", "IP", "COUNTRY", "CLIENT", "SYSTEM"];
    let mut table = Table::new(&headings);
    for session in sessions {
        table.add([
            cell(session, "/_id"),
            cell(session, "/provider"),
            time(session, "/_createdAt"),
            time(session, "/expire"),
            cell(session, "/ip"),
            cell(session, "/countryCode"),
            cell(session, "/clientName"),
            cell(session, "/osName"),
        ]);
    }
    table
}
