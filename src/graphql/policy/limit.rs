//! One limit of a field, and the quotas that a call is charged to.

use std::time::Duration;

use anyhow::{Context as _, anyhow};
use async_graphql::parser::types::{ConstDirective, FieldDefinition};
use async_graphql::{Context, Enum, Value};
use entity::security_log;

use super::{Access, argument};
use crate::address::{Email, email_key, phone_key};
use crate::auth::caller::SignedIn;
use crate::auth::factors;
use crate::client::network::networks;
use crate::crypto::recovery_code::as_drawn;
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
    /// The client's IP address, if the signed-in user has shown a second factor from it; all other addresses together.
    /// Attackers elsewhere can't lock the user out.
    KnownIp,
    /// Counts nothing separately. The limit is only for codes that can be guessed: calls whose `otp` or `factor` means a
    /// recovery code are not counted.
    Guessable,
}

impl LimitKey {
    /// All keys.
    pub const ALL: [Self; 8] = [
        Self::Ip,
        Self::Email,
        Self::EmailFromNewIp,
        Self::Phone,
        Self::User,
        Self::UserId,
        Self::KnownIp,
        Self::Guessable,
    ];

    /// Its name in the configuration and in OpenAPI.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::Email => "email",
            Self::EmailFromNewIp => "emailFromNewIp",
            Self::Phone => "phone",
            Self::User => "user",
            Self::UserId => "userId",
            Self::KnownIp => "knownIp",
            Self::Guessable => "guessable",
        }
    }

    /// The key with this name. The configuration may also write `user_id`, or the name in the SDL.
    pub fn named(name: &str) -> Option<Self> {
        let plain = name.replace('_', "");
        Self::ALL.into_iter().find(|key| key.name().eq_ignore_ascii_case(&plain))
    }

    /// Fails if a field can't be limited by this key.
    pub(super) fn check(self, field: &FieldDefinition, access: Access) -> Result<(), String> {
        let needed: &[&str] = match self {
            Self::Email | Self::EmailFromNewIp => &["email"],
            Self::Phone => &["phone"],
            Self::UserId => &["userId"],
            Self::Guessable => &["otp", "factor"],
            Self::User | Self::KnownIp if access != Access::User => {
                return Err("can be called without a user".to_owned());
            }
            Self::Ip | Self::User | Self::KnownIp => return Ok(()),
        };
        let mut arguments = field.arguments.iter().map(|argument| argument.node.name.node.as_str());
        if arguments.any(|argument| needed.contains(&argument)) {
            Ok(())
        } else {
            Err(format!("has no argument `{}`", needed.join("` or `")))
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

    /// The quotas that a call is charged to: one, or two if the client's address is an IPv6 address; none if the limit isn't
    /// for calls like it.
    pub(super) async fn quotas(
        &self,
        ctx: &Context<'_>,
        user: Option<&SignedIn>,
    ) -> Result<Vec<Quota>> {
        let client = ctx.client();
        let mut quotas = vec![Quota {
            key: format!("{}/{}/{}", client.project.id, self.name, self.window.as_secs()),
            limit: self.calls,
            window: self.window,
        }];
        for key in &self.per {
            let signed_in = || user.context("a field without a user is limited by user");
            let parts = match key {
                LimitKey::Ip => networks(client.ip),
                LimitKey::EmailFromNewIp if is_known_ip(ctx).await? => return Ok(Vec::new()),
                LimitKey::Email | LimitKey::EmailFromNewIp => {
                    vec![(email_key(&text_argument(ctx, "email")), 1)]
                }
                LimitKey::Phone => vec![(phone_key(&text_argument(ctx, "phone")), 1)],
                LimitKey::UserId => vec![(text_argument(ctx, "userId"), 1)],
                LimitKey::User => vec![(signed_in()?.user.id.to_string(), 1)],
                LimitKey::KnownIp => {
                    let user = signed_in()?.user.key();
                    vec![(factors::known_ip(ctx.app(), &user, client.ip).await?, 1)]
                }
                LimitKey::Guessable if is_recovery_code(ctx) => return Ok(Vec::new()),
                LimitKey::Guessable => continue,
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

/// Whether the user with the address in the argument `email` has signed up or in from this IP address
/// before.
async fn is_known_ip(ctx: &Context<'_>) -> Result<bool> {
    let Some(email) = Email::parse(&text_argument(ctx, "email")) else { return Ok(false) };
    let (app, client) = (ctx.app(), ctx.client());
    let (project, ip) = (&client.project.id, client.ip.to_string());
    let sign_ins = security_log::Entity::find_sign_ins_from(project, email.as_str(), &ip);
    Ok(sign_ins.one(app.db.read()).await?.is_some())
}

/// Whether the call is about a recovery code: it shows what can be no other code, or asks for a challenge for one.
fn is_recovery_code(ctx: &Context<'_>) -> bool {
    as_drawn(&text_argument(ctx, "otp")).is_some()
        || text_argument(ctx, "factor").eq_ignore_ascii_case("recoveryCode")
}

/// The value of a string argument of the field, as the client sent it.
fn text_argument(ctx: &Context<'_>, name: &str) -> String {
    let arguments = ctx.field().arguments().unwrap_or_default();
    let value = arguments.into_iter().find(|(argument, _)| argument == name);
    match value {
        Some((_, Value::String(text))) => text,
        _ => String::new(),
    }
}
