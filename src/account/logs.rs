//! The security log, as its user reads it.

use async_graphql::{Context, Object, SimpleObject};
use entity::security_log::ActorKind;
use entity::{UserKey, security_log};

use crate::account::types::Agent;
use crate::client::{Client, country};
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;
use crate::graphql::scalars::DateTime;
use crate::query::page::Page;

mod list;

/// Reads the security log.
#[derive(Debug, Default)]
pub struct LogQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl LogQuery {
    /// Returns the signed-in user's security events, newest first.
    ///
    /// Errors: `general_query_invalid`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::get::apply("/v1/account/logs")
    )]
    async fn account_list_logs(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The page: `limit(n)` (1 to 5000, default 25) and `offset(n)`, or as JSON: \
                          `{\"method\":\"limit\",\"values\":[n]}`."
        )]
        queries: Option<Vec<Option<String>>>,
    ) -> Result<Option<LogList>> {
        let page = Page::read(&queries.unwrap_or_default())?;
        let caller = ctx.caller().await?;
        Ok(Some(read(ctx, &caller.signed_in()?.user.key(), page).await?))
    }
}

/// Reads a page of a user's log, and the total if it is selected.
pub(crate) async fn read(ctx: &Context<'_>, user: &UserKey, page: Page) -> Result<LogList> {
    ctx.request().budget.take_rows("queries", page.limit)?;
    let logs = list::page(ctx.app(), user, page).await?;
    let wants_total = ctx.look_ahead().field("total").exists();
    let total = if wants_total { list::count(ctx.app(), user).await? } else { 0 };
    let logs = logs.into_iter().map(|log| Log::new(log, ctx.client())).collect();
    Ok(LogList { total, logs })
}

/// A page of the security log.
#[derive(Clone, Debug, SimpleObject)]
pub struct LogList {
    /// How many events the log has in total.
    pub(crate) total: u64,
    /// The events on this page, newest first.
    logs: Vec<Log>,
}

/// An event of the security log.
#[derive(Clone, Debug, SimpleObject)]
pub struct Log {
    /// What happened, for example `session.create`.
    event: String,
    /// The same in detail: where `event` is `user.update`, what was changed, for example `user.update.status`.
    detail: String,
    /// The id of the user it is about.
    user_id: async_graphql::ID,
    /// The user's e-mail address at that time; empty if `mode` is `admin`.
    user_email: String,
    /// The user's name at that time. If `mode` is `admin`, the name of the API key, or `operator`.
    user_name: String,
    /// Who acted: `default` means the user, `admin` a server of the project or an operator.
    mode: &'static str,
    /// The IP address of the client; empty if it was an operator on the server's machine.
    ip: String,
    /// When it happened.
    time: DateTime,
    /// The operating system, the client and the device.
    #[graphql(flatten)]
    agent: Agent,
    /// The country of the IP address: ISO 3166-1 alpha-2 in lower case; `--` if unknown.
    country_code: String,
    /// The country's name, or the word for "unknown", in the language of `X-Appwrite-Locale` or
    /// `Accept-Language`.
    country_name: String,
}

impl Log {
    /// The event as its user reads it.
    pub(crate) fn new(log: security_log::Model, client: &Client) -> Self {
        let (mode, user_email, user_name) = match ActorKind::parse(&log.actor_kind) {
            Some(ActorKind::Key) => ("admin", String::new(), log.actor_name),
            Some(ActorKind::Operator) => ("admin", String::new(), "operator".to_owned()),
            Some(ActorKind::Guest | ActorKind::User) | None => {
                ("default", log.user_email, log.user_name)
            }
        };
        let is_on_machine = ActorKind::parse(&log.actor_kind) == Some(ActorKind::Operator);
        Self {
            event: public_name(&log.event).to_owned(),
            detail: log.event,
            user_id: log.user_id.map_or_else(String::new, |id| id.to_string()).into(),
            user_email,
            user_name,
            mode,
            ip: if is_on_machine { String::new() } else { log.ip },
            time: log.created_at.into(),
            agent: Agent::of(&log.user_agent),
            country_name: country::name(&log.country_code, &client.languages).to_owned(),
            country_code: log.country_code,
        }
    }
}

/// The event's public name. The log distinguishes what was updated of a user, the Account API document
/// doesn't.
fn public_name(event: &str) -> &str {
    let updates_user = event.starts_with("user.update.");
    if updates_user { "user.update" } else { event }
}
