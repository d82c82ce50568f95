//! The security log, as its user reads it.

use async_graphql::{Context, Object, SimpleObject};
use entity::security_log;

use crate::account::types::Agent;
use crate::client::{Client, country};
use crate::error::{Error, Result};
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;
use crate::graphql::scalars::DateTime;

mod list;
pub mod page;

use page::{MAX_PAGE, Page};

/// Reads the security log.
#[derive(Debug, Default)]
pub struct LogQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl LogQuery {
    /// Answers the latest security events of the signed-in user, newest first.
    ///
    /// Errors: `general_query_invalid`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::get::apply("/v1/account/logs")
    )]
    async fn account_list_logs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which page: `limit(n)`, 1 to 5000, 25 when left out, and `offset(n)`; \
                          or `{\"method\":\"limit\",\"values\":[n]}`.")]
        queries: Option<Vec<Option<String>>>,
    ) -> Result<Option<LogList>> {
        let page = Page::read(&queries.unwrap_or_default())?;
        if ctx.request().count_rows(page.limit) > MAX_PAGE {
            let problem = "ask for more than 5000 events with the other fields of this operation.";
            return Err(Error::argument("queries", problem));
        }
        let caller = ctx.caller().await?;
        let caller = caller.signed_in()?;
        let logs = list::page(ctx.app(), caller, page).await?;
        let wants_total = ctx.look_ahead().field("total").exists();
        let total = if wants_total { list::count(ctx.app(), caller).await? } else { 0 };
        let logs = logs.into_iter().map(|log| Log::new(log, ctx.client())).collect();
        Ok(Some(LogList { total, logs }))
    }
}

/// A page of the security log.
#[derive(Clone, Debug, SimpleObject)]
pub struct LogList {
    /// How many events the log holds in all.
    total: u64,
    /// The events of the page, newest first.
    logs: Vec<Log>,
}

/// One security event.
#[derive(Clone, Debug, SimpleObject)]
pub struct Log {
    /// What happened, as `session.create`.
    event: String,
    /// The user concerned.
    user_id: async_graphql::ID,
    /// The user's e-mail address at that time.
    user_email: String,
    /// The user's name at that time.
    user_name: String,
    /// Who acted: `default` for the user.
    mode: &'static str,
    /// The address that the call came from.
    ip: String,
    /// When it happened.
    time: DateTime,
    /// The operating system, the client and the device.
    #[graphql(flatten)]
    agent: Agent,
    /// The country of the address, as ISO 3166-1 alpha-2 in lower case; `--` when unknown.
    country_code: String,
    /// The country's name, or the word for an unknown one, in the language of `X-Appwrite-Locale` or `Accept-Language`.
    country_name: String,
}

impl Log {
    /// The event as its user reads it.
    pub(super) fn new(log: security_log::Model, client: &Client) -> Self {
        Self {
            event: public_name(log.event),
            user_id: log.user_id.map_or_else(String::new, |id| id.to_string()).into(),
            user_email: log.user_email,
            user_name: log.user_name,
            mode: "default",
            ip: log.ip,
            time: log.created_at.into(),
            agent: Agent::of(&log.user_agent),
            country_name: country::name(&log.country_code, &client.languages).to_owned(),
            country_code: log.country_code,
        }
    }
}

/// The event as the document names it: the log tells apart what of a user was updated.
fn public_name(event: String) -> String {
    let updates_user = event.starts_with("user.update.");
    if updates_user { "user.update".to_owned() } else { event }
}
