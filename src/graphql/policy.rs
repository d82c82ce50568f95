//! Access and limits of a field: declared at the field, printed in the SDL, enforced from the SDL.

use std::collections::HashMap;
use std::sync::OnceLock;

use anyhow::Context as _;
use async_graphql::Context;
use async_graphql::Enum;
use async_graphql::Guard;
use async_graphql::InputType;
use async_graphql::Pos;
use async_graphql::TypeDirective;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::ConstDirective;
use async_graphql::parser::types::FieldDefinition;
use async_graphql::parser::types::OperationType;
use async_graphql::parser::types::TypeKind;
use async_graphql::parser::types::TypeSystemDefinition;
use entity::security_log;

use crate::address::Email;
use crate::auth::caller::Caller;
use crate::error::Result;
use crate::graphql::context::Charge;
use crate::graphql::context::FieldContext;

mod limit;

use limit::Limit;
pub use limit::LimitKey;
use limit::text_argument;

/// An hour, in the seconds that the directives count in.
pub const HOUR: u32 = 3600;
/// A minute, in the seconds that the directives count in.
pub const MINUTE: u32 = 60;

/// Who may call a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Access {
    /// Everyone, signed in or not.
    Public,
    /// A user with a session.
    User,
}

/// The directives that declare a field's policy.
pub mod directive {
    #![expect(missing_docs, reason = "the derive makes a type without one")]

    use super::Access;
    use super::LimitKey;
    use super::TypeDirective;

    /// Who may call the field.
    #[TypeDirective(location = "FieldDefinition")]
    pub fn access(requires: Access) {}

    /// At most `limit` calls within any `window` seconds for each combination of `per`, whatever their outcome.
    /// Fields that name the same `shared` budget draw on it together.
    #[TypeDirective(location = "FieldDefinition", name = "rateLimit", repeatable)]
    pub fn rate_limit(limit: u32, window: u32, per: Vec<LimitKey>, shared: Option<String>) {}

    /// At most `limit` failed calls within any `window` seconds for each combination of `per`; a successful call
    /// empties the budget. Fields that name the same `shared` budget draw on it together.
    #[TypeDirective(location = "FieldDefinition", name = "guessLimit", repeatable)]
    pub fn guess_limit(limit: u32, window: u32, per: Vec<LimitKey>, shared: Option<String>) {}
}

/// The policies of all guarded fields, read back from the SDL once the schema stands.
#[derive(Debug, Default)]
pub struct Policies(OnceLock<HashMap<(String, String), FieldPolicy>>);

/// What one field declares.
#[derive(Clone, Debug)]
struct FieldPolicy {
    access: Access,
    limits: Vec<Limit>,
}

impl Policies {
    /// Reads the policies of the fields of `types` from the SDL. Fails where a field declares none, or is
    /// counted by an argument that it doesn't have.
    pub fn read(&self, sdl: &str, types: &[&str]) -> anyhow::Result<()> {
        let mut policies = HashMap::new();
        for definition in parse_schema(sdl)?.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.as_str();
            let TypeKind::Object(object) = definition.node.kind else { continue };
            if !types.contains(&name) {
                continue;
            }
            for field in object.fields {
                let key = (name.to_owned(), field.node.name.node.to_string());
                let policy = FieldPolicy::read(&field.node)
                    .with_context(|| format!("the field {name}.{}", key.1))?;
                policies.insert(key, policy);
            }
        }
        self.0.set(policies).map_err(|_| anyhow::anyhow!("the policies were read before"))
    }

    fn find(&self, on: &str, field: &str) -> Option<&FieldPolicy> {
        self.0.get()?.get(&(on.to_owned(), field.to_owned()))
    }
}

impl FieldPolicy {
    fn read(field: &FieldDefinition) -> anyhow::Result<Self> {
        let mut access = None;
        let mut limits = Vec::new();
        for directive in &field.directives {
            let directive = &directive.node;
            match directive.name.node.as_str() {
                "access" => access = Some(argument::<Access>(directive, "requires")?),
                "rateLimit" => limits.push(Limit::read(directive, field, false)?),
                "guessLimit" => limits.push(Limit::read(directive, field, true)?),
                _ => {}
            }
        }
        Ok(Self { access: access.context("declares no @access")?, limits })
    }
}

/// The guard of a root object: checks what each field declares, once per executed field.
#[derive(Clone, Copy, Debug)]
pub struct Policy(&'static str);

impl Policy {
    /// Guards the fields of the type that the SDL calls `on`.
    pub const fn of(on: &'static str) -> Self {
        Self(on)
    }
}

impl Guard for Policy {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        let policies = ctx.data_unchecked::<std::sync::Arc<Policies>>();
        // The start has made sure that every field has one; a field without stays shut.
        let policy = policies.find(self.0, ctx.field().name()).ok_or("closed")?;
        ctx.app().metrics.count_field(ctx.field().name());
        ctx.request().note_field(ctx.field().name());
        if ctx.query_env.operation.node.ty != OperationType::Subscription {
            ctx.request().check_time(ctx.app())?;
        }
        let caller = ctx.resolve_caller().await?;
        match (policy.access, &*caller) {
            (Access::Public, Caller::Guest(_)) => {}
            _ => {
                caller.signed_in()?;
            }
        }
        charge(ctx, policy, &caller).await?;
        Ok(())
    }
}

/// Draws one call from every budget of the field, or from none and refuses.
async fn charge(ctx: &Context<'_>, policy: &FieldPolicy, caller: &Caller) -> Result<()> {
    let app = ctx.app();
    if policy.limits.is_empty() || !app.config.limits.rates {
        return Ok(());
    }
    let mut budgets = Vec::new();
    let mut guesses = Vec::new();
    for limit in &policy.limits {
        if limit.per.contains(&LimitKey::EmailOfStranger) && is_acquainted(ctx).await? {
            continue;
        }
        let drawn = limit.budgets(ctx, caller)?;
        if limit.guesses {
            guesses.extend(drawn.iter().cloned());
        }
        budgets.extend(drawn);
    }
    let now = app.clock.now();
    let verdict = app.limiter.charge(&budgets, now).await?;
    let balance = verdict.balance;
    ctx.request().note(Charge { response_key: ctx.response_key().to_owned(), balance, guesses });
    if !verdict.allowed {
        tracing::warn!(field = ctx.field().name(), ip = %ctx.client().ip, "rate limit exceeded");
    }
    verdict.check(now)
}

/// Whether the user of the argument `email` has signed up or in from the client's address before.
async fn is_acquainted(ctx: &Context<'_>) -> Result<bool> {
    let Some(email) = Email::parse(&text_argument(ctx, "email")) else { return Ok(false) };
    let (app, client) = (ctx.app(), ctx.client());
    let (project, ip) = (&client.project.id, client.ip.to_string());
    let arrivals = security_log::Entity::find_arrivals(project, email.as_str(), &ip);
    Ok(arrivals.one(app.db.read()).await?.is_some())
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
