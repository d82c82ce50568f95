//! One limit of a field: what it counts, by what, and the budgets that a call draws on.

use std::time::Duration;

use anyhow::bail;
use async_graphql::Context;
use async_graphql::Enum;
use async_graphql::Value;
use async_graphql::parser::types::ConstDirective;
use async_graphql::parser::types::FieldDefinition;

use super::argument;
use crate::address::email_key;
use crate::address::phone_key;
use crate::auth::caller::Caller;
use crate::client::network::networks;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::limiter::Budget;

/// What a budget is counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum LimitKey {
    /// The network of the client: an IPv4 address, or the /64 of an IPv6 address; a /48 has 16 times the limit.
    Ip,
    /// The argument `email`, however it is spelled.
    Email,
    /// The argument `email`, however it is spelled, in calls from an address from which its user has never signed up
    /// or in: who guesses elsewhere locks nobody out.
    EmailOfStranger,
    /// The argument `phone`, however it is spelled.
    Phone,
    /// The user who calls.
    User,
    /// The argument `userId`.
    UserId,
}

/// One budget that a field declares.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    name: String,
    pub(super) guesses: bool,
    calls: u32,
    window: Duration,
    pub(super) per: Vec<LimitKey>,
}

impl Limit {
    pub(super) fn read(
        directive: &ConstDirective,
        field: &FieldDefinition,
        guesses: bool,
    ) -> anyhow::Result<Self> {
        let per: Vec<LimitKey> = argument(directive, "per")?;
        for key in &per {
            let needed = match key {
                LimitKey::Email | LimitKey::EmailOfStranger => "email",
                LimitKey::Phone => "phone",
                LimitKey::UserId => "userId",
                LimitKey::Ip | LimitKey::User => continue,
            };
            if !field.arguments.iter().any(|argument| argument.node.name.node == needed) {
                bail!("is counted by {key:?}, but has no argument `{needed}`");
            }
        }
        let shared: Option<String> = argument(directive, "shared")?;
        let name = shared.unwrap_or_else(|| field.name.node.to_string());
        Ok(Self {
            name: format!("{}/{name}", directive.name.node),
            guesses,
            calls: argument(directive, "limit")?,
            window: Duration::from_secs(argument::<u32>(directive, "window")?.into()),
            per,
        })
    }

    /// The budgets that a call draws on: one, or two where the client's address is an IPv6 one.
    pub(super) fn budgets(&self, ctx: &Context<'_>, caller: &Caller) -> Result<Vec<Budget>> {
        let client = ctx.client();
        let mut budgets = vec![Budget {
            key: format!("{}/{}/{}", client.project.id, self.name, self.window.as_secs()),
            limit: self.calls,
            window: self.window,
        }];
        for key in &self.per {
            let parts = match key {
                LimitKey::Ip => networks(client.ip),
                LimitKey::Email | LimitKey::EmailOfStranger => {
                    vec![(email_key(&text_argument(ctx, "email")), 1)]
                }
                LimitKey::Phone => vec![(phone_key(&text_argument(ctx, "phone")), 1)],
                LimitKey::UserId => vec![(text_argument(ctx, "userId"), 1)],
                LimitKey::User => vec![(caller.signed_in()?.user.id.to_string(), 1)],
            };
            budgets = budgets
                .iter()
                .flat_map(|budget| parts.iter().map(|(part, share)| budget.narrowed(part, *share)))
                .collect();
        }
        Ok(budgets)
    }
}

/// The value of a text argument of the field, as the client wrote it.
pub(super) fn text_argument(ctx: &Context<'_>, name: &str) -> String {
    let arguments = ctx.field().arguments().unwrap_or_default();
    let value = arguments.into_iter().find(|(argument, _)| argument == name);
    match value {
        Some((_, Value::String(text))) => text,
        _ => String::new(),
    }
}
