//! Access and limits of a field: declared at the field, printed in the SDL, enforced from the SDL.

use std::collections::HashMap;

use anyhow::{Context as _, ensure};
use async_graphql::parser::types::{
    ConstDirective, FieldDefinition, OperationType, ServiceDocument, TypeKind, TypeSystemDefinition,
};
use async_graphql::{Context, Enum, Guard, InputType, Pos, TypeDirective};

use crate::auth::caller::{Caller, SignedIn};
use crate::client::Client;
use crate::config::Scope;
use crate::error::{Error, MissingScopes, Result};
use crate::graphql::context::{Charge, FieldContext};
use crate::limiter::Balance;

mod fresh;
mod limit;
mod settings;

pub use crate::auth::recent_sign_in::RECENTLY;
use fresh::Fresh;
pub use limit::{Limit, LimitKey};
pub(super) use settings::LimitSettings;

/// One hour, in the unit of the directives: seconds.
pub const HOUR: u32 = 3600;
/// One minute, in the unit of the directives: seconds.
pub const MINUTE: u32 = 60;

/// The root types.
pub(super) const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// Who may call a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Access {
    /// Everyone, signed in or not.
    Public,
    /// Signed-in users only.
    User,
    /// Servers of the project only, with an API key that has one of the scopes.
    Key,
}

/// The directives that declare a field's policy.
pub mod directive {
    #![expect(missing_docs, reason = "the derive makes a type without one")]

    use super::{Access, LimitKey, Scope, TypeDirective};

    /// Who may call the field. An API key must have one of the `scopes`. With `halfOpen`, also a user whose session lacks a
    /// second factor.
    #[TypeDirective(location = "FieldDefinition")]
    pub fn access(requires: Access, scopes: Option<Vec<Scope>>, half_open: Option<bool>) {}

    /// The caller has signed in, or shown a second factor, at most `seconds` ago. Only in projects that ask for it
    /// (`security.require_recent_sign_in`). With `orPassword`, a user with a password shows it to the field instead.
    #[TypeDirective(location = "FieldDefinition")]
    pub fn fresh(seconds: u32, or_password: Option<bool>) {}

    /// A rate limit: at most `limit` calls in any `window` of seconds, counted separately for each
    /// combination of the `per` keys. Fields with the same `shared` name are counted together.
    #[TypeDirective(location = "FieldDefinition", name = "rateLimit", repeatable)]
    pub fn rate_limit(limit: u32, window: u32, per: Vec<LimitKey>, shared: Option<String>) {}

    /// A limit on failed attempts: at most `limit` failed calls in any `window` of seconds, counted
    /// separately for each combination of the `per` keys. A successful call resets the count. Fields with
    /// the same `shared` name are counted together.
    #[TypeDirective(location = "FieldDefinition", name = "guessLimit", repeatable)]
    pub fn guess_limit(limit: u32, window: u32, per: Vec<LimitKey>, shared: Option<String>) {}
}

/// The policies of all guarded fields: by the type that has them, and their names.
#[derive(Debug, Default)]
pub(super) struct Policies {
    by_type: HashMap<String, HashMap<String, FieldPolicy>>,
    /// The names of the fields, by index.
    names: Vec<String>,
}

/// The policy of one field.
#[derive(Clone, Debug)]
pub(super) struct FieldPolicy {
    /// The index of the field among all root fields.
    index: usize,
    access: Access,
    scopes: Vec<Scope>,
    half_open: bool,
    fresh: Option<Fresh>,
    limits: Vec<Limit>,
}

impl Policies {
    /// Reads the policies of the root fields from the SDL. Fails if a field declares no access, or a limit
    /// by a key that it doesn't have.
    pub(super) fn read(document: &ServiceDocument) -> anyhow::Result<Self> {
        let mut policies = Self::default();
        for definition in &document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let on = definition.node.name.node.as_str();
            let TypeKind::Object(object) = &definition.node.kind else { continue };
            if !ROOTS.contains(&on) {
                continue;
            }
            let mut fields = HashMap::new();
            for field in &object.fields {
                let name = field.node.name.node.to_string();
                let policy = FieldPolicy::read(&field.node, policies.names.len())?;
                policies.names.push(name.clone());
                fields.insert(name, policy);
            }
            policies.by_type.insert(on.to_owned(), fields);
        }
        Ok(policies)
    }

    /// The policy of a root field.
    pub(super) fn find(&self, on: &str, field: &str) -> Option<&FieldPolicy> {
        self.by_type.get(on)?.get(field)
    }

    /// The names of all root fields, by index.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

impl FieldPolicy {
    fn read(field: &FieldDefinition, index: usize) -> anyhow::Result<Self> {
        let name = || format!("the field {}", field.name.node);
        let (access, scopes) = read_access(field).with_context(name)?;
        let half_open = read_half_open(field).with_context(name)?;
        let limits = Limit::read_all(field, access).with_context(name)?;
        let fresh = Fresh::read(field).with_context(name)?;
        Ok(Self { index, access, scopes, half_open, fresh, limits })
    }

    /// Checks that the client has an API key with one of the scopes, or is the operator.
    fn check_key(&self, client: &Client) -> Result<()> {
        if self.scopes.iter().any(|scope| client.allows(*scope)) {
            return Ok(());
        }
        Err(Error::GeneralMissingScopes(MissingScopes {
            key_of: client.key.as_ref().map(|_| client.project.id.clone()),
            scopes: self.scopes.clone(),
        }))
    }
}

/// Reads who may call a field, and with which scopes. Fails if it doesn't say, or if its scopes don't fit.
pub(super) fn read_access(field: &FieldDefinition) -> anyhow::Result<(Access, Vec<Scope>)> {
    let access = field.directives.iter().find(|it| it.node.name.node == "access");
    let directive = &access.context("declares no @access")?.node;
    let access = argument(directive, "requires")?;
    let scopes: Option<Vec<Scope>> = argument(directive, "scopes")?;
    let scopes = scopes.unwrap_or_default();
    ensure!((access == Access::Key) != scopes.is_empty(), "has scopes for keys, and only for them");
    Ok((access, scopes))
}

/// Reads whether a session that lacks a second factor is enough. Fails if no session is needed.
fn read_half_open(field: &FieldDefinition) -> anyhow::Result<bool> {
    let access = field.directives.iter().find(|it| it.node.name.node == "access");
    let directive = &access.context("declares no @access")?.node;
    let half_open: Option<bool> = argument(directive, "halfOpen")?;
    let half_open = half_open.unwrap_or_default();
    let is_for_users = argument::<Access>(directive, "requires")? == Access::User;
    ensure!(is_for_users || !half_open, "needs no session, so none can be half-open");
    Ok(half_open)
}

/// The guard of a root type: enforces the policy of each field that is executed.
#[derive(Clone, Copy, Debug)]
pub struct Policy(&'static str);

impl Policy {
    /// Guards the fields of the type `on`.
    pub const fn of(on: &'static str) -> Self {
        Self(on)
    }
}

/// The guard of a root type whose fields last long: none of them holds the memory of its check.
#[derive(Clone, Copy, Debug)]
pub struct BoxedPolicy(Policy);

impl BoxedPolicy {
    /// Guards the fields of the type `on`.
    pub const fn of(on: &'static str) -> Self {
        Self(Policy::of(on))
    }
}

impl Guard for BoxedPolicy {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        Box::pin(self.0.check(ctx)).await
    }
}

impl Guard for Policy {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        let (request, field) = (ctx.request(), ctx.field().name());
        // Checked at start: every field has a policy. A field without one would stay closed.
        let policy = request.served.catalog.policies().find(self.0, field).ok_or("closed")?;
        request.note_field(field, policy.index);
        if ctx.query_env.operation.node.ty != OperationType::Subscription {
            request.check_time()?;
        }
        let caller = match policy.access {
            Access::Public | Access::User => Some(ctx.resolve_caller().await?),
            Access::Key => {
                policy.check_key(ctx.client())?;
                None
            }
        };
        let user = match (policy.access, caller.as_deref()) {
            (_, None) | (Access::Public, Some(Caller::Guest(_) | Caller::HalfOpen(_))) => None,
            (Access::User, Some(caller)) if policy.half_open => Some(caller.with_session()?),
            (_, Some(caller)) => Some(caller.signed_in()?),
        };
        // The next two are boxed, so that the futures of fields without them are small.
        if let (Some(fresh), Some(user)) = (policy.fresh, user) {
            Box::pin(fresh.check(ctx, user)).await?;
        }
        let is_exempt = ctx.client().allows(Scope::LimitsExempt);
        if !policy.limits.is_empty() && ctx.app().limiter.is_on() && !is_exempt {
            Box::pin(charge(ctx, policy, user)).await?;
        }
        Ok(())
    }
}

/// Charges one call to all quotas of the field, or to none and fails.
async fn charge(ctx: &Context<'_>, policy: &FieldPolicy, user: Option<&SignedIn>) -> Result<()> {
    let app = ctx.app();
    let mut quotas = Vec::new();
    let mut guesses = Vec::new();
    for limit in &policy.limits {
        let drawn = limit.quotas(ctx, user).await?;
        if limit.guesses {
            guesses.extend(drawn.iter().cloned());
        }
        quotas.extend(drawn);
    }
    // None of the limits is for calls like this one.
    if quotas.is_empty() {
        return Ok(());
    }
    let now = app.clock.now();
    let decision = app.limiter.charge(&quotas, now).await?;
    let balance = decision.balance;
    let lasting =
        decision.balances.iter().zip(&quotas).filter(|(_, quota)| !guesses.contains(quota));
    let lasting = Balance::worst(lasting.map(|(balance, _)| *balance));
    let response_key = ctx.response_key().to_owned();
    ctx.request().note(Charge { response_key, balance, guesses, lasting });
    let field = ctx.field().name();
    let setting = settings::name_of(field);
    if !decision.allowed {
        tracing::warn!(field, setting, ip = %ctx.client().ip, "rate limit exceeded");
    }
    decision.check(now, setting)
}

/// The value of a directive's argument.
pub(super) fn argument<T: InputType>(directive: &ConstDirective, name: &str) -> anyhow::Result<T> {
    let value = directive.get_argument(name).map(|value| value.node.clone());
    T::parse(value).map_err(|error| {
        anyhow::anyhow!(
            "{}({name}): {}",
            directive.name.node,
            error.into_server_error(Pos::default()).message
        )
    })
}
