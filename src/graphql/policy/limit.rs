//! One limit of a field, and the quotas that a call is charged to.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use async_graphql::parser::types::{ConstDirective, FieldDefinition};
use async_graphql::{Context, Enum, Value};

use super::{Access, argument};
use crate::address::{email_key, phone_key};
use crate::auth::caller::SignedIn;
use crate::client::network::networks;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::limiter::Quota;

/// What a limit counts separately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum LimitKey {
    /// The client's network: an IPv4 address, or the /64 of an IPv6 address. A /48 has 16 times the limit.
    Ip,
    /// The argument `email`, in normalised form.
    Email,
    /// The argument `email`, only for calls from an IP address from which this user has never signed up
    /// or signed in. Attackers elsewhere can't lock the user out.
    EmailFromNewIp,
    /// The argument `phone`, in normalised form.
    Phone,
    /// The signed-in user.
    User,
    /// The argument `userId`.
    UserId,
}

impl LimitKey {
    /// All keys.
    pub const ALL: [Self; 6] =
        [Self::Ip, Self::Email, Self::EmailFromNewIp, Self::Phone, Self::User, Self::UserId];

    /// Its name in the configuration and in OpenAPI.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::Email => "email",
            Self::EmailFromNewIp => "emailFromNewIp",
            Self::Phone => "phone",
            Self::User => "user",
            Self::UserId => "userId",
        }
    }

    /// The key with this name. The configuration may also write `user_id`, or the name in the SDL.
    pub fn named(name: &str) -> Option<Self> {
        let plain = name.replace('_', "");
        Self::ALL.into_iter().find(|key| key.name().eq_ignore_ascii_case(&plain))
    }

    /// Fails if a field can't be limited by this key.
    pub(super) fn check(self, field: &FieldDefinition, access: Access) -> Result<(), String> {
        let needed = match self {
            Self::Email | Self::EmailFromNewIp => "email",
            Self::Phone => "phone",
            Self::UserId => "userId",
            Self::User if access != Access::User => {
                return Err("can be called without a user".to_owned());
            }
            Self::Ip | Self::User => return Ok(()),
        };
        if field.arguments.iter().any(|argument| argument.node.name.node == needed) {
            Ok(())
        } else {
            Err(format!("has no argument `{needed}`"))
        }
    }
}

/// One limit of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The quota's name: that of the directive, then the shared name or the field's.
    pub(super) name: String,
    /// Whether only calls that fail are counted.
    pub guesses: bool,
    /// How many calls are allowed.
    pub calls: u32,
    /// The length of the window.
    pub window: Duration,
    /// What is counted separately.
    pub per: Vec<LimitKey>,
}

impl Limit {
    /// Reads the limits of a field. Fails if one is by a key that the field doesn't have.
    pub fn read_all(field: &FieldDefinition, access: Access) -> anyhow::Result<Vec<Self>> {
        let directives = field.directives.iter().map(|directive| &directive.node);
        let limits = directives.filter_map(|directive| {
            let guesses = match directive.name.node.as_str() {
                "rateLimit" => false,
                "guessLimit" => true,
                _ => return None,
            };
            Some(Self::read(directive, field, access, guesses))
        });
        limits.collect()
    }

    fn read(
        directive: &ConstDirective,
        field: &FieldDefinition,
        access: Access,
        guesses: bool,
    ) -> anyhow::Result<Self> {
        let per: Vec<LimitKey> = argument(directive, "per")?;
        for key in &per {
            key.check(field, access)
                .map_err(|problem| anyhow!("is counted by {key:?}, but {problem}"))?;
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

    /// The quotas that a call is charged to: one, or two if the client's address is an IPv6 address.
    pub(super) fn quotas(&self, ctx: &Context<'_>, user: Option<&SignedIn>) -> Result<Vec<Quota>> {
        let client = ctx.client();
        let mut quotas = vec![Quota {
            key: format!("{}/{}/{}", client.project.id, self.name, self.window.as_secs()),
            limit: self.calls,
            window: self.window,
        }];
        for key in &self.per {
            let parts = match key {
                LimitKey::Ip => networks(client.ip),
                LimitKey::Email | LimitKey::EmailFromNewIp => {
                    vec![(email_key(&text_argument(ctx, "email")), 1)]
                }
                LimitKey::Phone => vec![(phone_key(&text_argument(ctx, "phone")), 1)],
                LimitKey::UserId => vec![(text_argument(ctx, "userId"), 1)],
                LimitKey::User => {
                    let signed_in = user.context("a field without a user is limited by user")?;
                    vec![(signed_in.user.id.to_string(), 1)]
                }
            };
            // With its kind and length: otherwise an invented `userId` could collide with an address.
            let parts = parts
                .into_iter()
                .map(|(part, share)| (format!("{}:{}:{part}", key.name(), part.len()), share));
            let parts: Vec<_> = parts.collect();
            quotas = quotas
                .iter()
                .flat_map(|quota| parts.iter().map(|(part, share)| quota.scoped(part, *share)))
                .collect();
        }
        Ok(quotas)
    }
}

/// The value of a string argument of the field, as the client sent it.
pub(super) fn text_argument(ctx: &Context<'_>, name: &str) -> String {
    let arguments = ctx.field().arguments().unwrap_or_default();
    let value = arguments.into_iter().find(|(argument, _)| argument == name);
    match value {
        Some((_, Value::String(text))) => text,
        _ => String::new(),
    }
}
