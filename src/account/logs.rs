//! The security log, as its user reads it.

use std::sync::{Arc, OnceLock};

use async_graphql::{Context, SimpleObject};
use entity::security_log::ActorKind;
use entity::{UserId, UserKey, security_log};

use crate::account::types::OfClient;
use crate::client::user_agent::UserAgent;
use crate::client::{Client, country, user_agent};
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;
use crate::graphql::row::{Field, Id, Object, Rows, fields, object};
use crate::graphql::scalars::DateTime;
use crate::query::page::Page;

mod list;

/// Reads the security log.
#[derive(Debug, Default)]
pub struct LogQuery;

#[async_graphql::Object(guard = "Policy::of(\"Query\")")]
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
        #[graphql(desc = "Whether `total` is counted; by default it is.")] total: Option<bool>,
    ) -> Result<Option<LogList>> {
        let page = Page::read(&queries.unwrap_or_default())?;
        let caller = ctx.caller().await?;
        let counted = total != Some(false);
        Ok(Some(read(ctx, &caller.signed_in()?.user.key(), page, counted).await?))
    }
}

/// Reads a page of a user's log, and the total if it is `counted` and selected.
pub(crate) async fn read(
    ctx: &Context<'_>,
    user: &UserKey,
    page: Page,
    counted: bool,
) -> Result<LogList> {
    ctx.request().read_limit.charge_rows("queries", page.limit)?;
    let newest = list::newest(ctx.app(), user).await?;
    let db = ctx.app().db.lists();
    let logs = list::page(&db, user, newest, page).await?;
    let wants_total = counted && ctx.look_ahead().field("total").exists();
    let total = if wants_total { list::count(&db, user, newest).await? } else { 0 };
    let logs = logs.into_iter().map(|log| Log::new(log, ctx.client())).collect();
    Ok(LogList { total, logs })
}

/// A page of the security log.
#[derive(Clone, Debug, SimpleObject)]
pub struct LogList {
    /// How many events the log has in total; 0 if `total` is false.
    pub(crate) total: u64,
    /// The events on this page, newest first.
    logs: Rows<Log>,
}

/// An event of the security log in a response.
#[derive(Clone, Debug)]
pub struct Log {
    row: security_log::Model,
    /// Whose languages it is in.
    client: Arc<Client>,
    agent: OnceLock<Arc<UserAgent>>,
}

impl Object for Log {
    const NAME: &'static str = "Log";
    const DESCRIPTION: &'static str = "An event of the security log.";
    const FIELDS: &'static [&'static [Field<Self>]] = &[
        fields! {
            /// What happened, for example `session.create`.
            event: &str = |it| public_name(&it.row.event);
            /// What happened, in more detail: if `event` is `user.update`, what was changed, for example
            /// `user.update.status`.
            detail: &str = |it| &it.row.event;
            /// The id of the user it is about.
            userId: Id<'_> = |it| Id(it.row.user_id.as_ref().map_or("", UserId::as_str));
            /// The user's e-mail address at that time; empty if `mode` is `admin`.
            userEmail: &str = |it| if it.is_by_admin() { "" } else { &it.row.user_email };
            /// The user's name at that time. If `mode` is `admin`, the name of the API key, or `operator`.
            userName: &str = |it| match it.actor() {
                Some(ActorKind::Key) => &it.row.actor_name,
                Some(ActorKind::Operator) => "operator",
                Some(ActorKind::Guest | ActorKind::User) | None => &it.row.user_name,
            };
            /// Who acted: `default` means the user, `admin` a server of the project or an operator.
            mode: &str = |it| if it.is_by_admin() { "admin" } else { "default" };
            /// The IP address of the client; empty if it was an operator on the server's machine.
            ip: &str = |it| if it.actor() == Some(ActorKind::Operator) { "" } else { &it.row.ip };
            /// When it happened.
            time: DateTime = |it| it.row.created_at.into();
        },
        Self::AGENT,
        fields! {
            /// The country of the IP address: ISO 3166-1 alpha-2 in lower case; `--` if unknown.
            countryCode: &str = |it| &it.row.country_code;
            /// The country's name, or the word for "unknown", in the language of `X-Appwrite-Locale` or
            /// `Accept-Language`.
            countryName: &str = |it| country::name(&it.row.country_code, &it.client.languages);
        },
    ];
}

object!(Log);

impl OfClient for Log {
    fn agent(&self) -> &UserAgent {
        self.agent.get_or_init(|| user_agent::parse(&self.row.user_agent))
    }
}

impl Log {
    /// The event as its user reads it.
    pub(crate) fn new(row: security_log::Model, client: &Arc<Client>) -> Self {
        Self { row, client: Arc::clone(client), agent: OnceLock::new() }
    }

    /// Who acted, if this version knows the kind.
    fn actor(&self) -> Option<ActorKind> {
        ActorKind::parse(&self.row.actor_kind)
    }

    /// Whether a server of the project or an operator acted.
    fn is_by_admin(&self) -> bool {
        match self.actor() {
            Some(ActorKind::Key | ActorKind::Operator) => true,
            Some(ActorKind::Guest | ActorKind::User) | None => false,
        }
    }
}

/// The event's public name. The log distinguishes what was updated of a user, the Account API document
/// doesn't.
fn public_name(event: &str) -> &str {
    let updates_user = event.starts_with("user.update.");
    if updates_user { "user.update" } else { event }
}
