//! Who may call a field: `@access`.
#![expect(non_camel_case_types, reason = "fields name them like directives")]

use std::borrow::Cow;

use async_graphql::TypeDirective;
use async_graphql::registry::location_traits::Directive_At_FIELD_DEFINITION;
use async_graphql::registry::{MetaDirectiveInvocation, Registry};

use crate::config::Scope;
use crate::graphql::policy::Access;
use crate::graphql::policy::directive::access;

/// Everyone may call the field, signed in or not.
#[derive(Debug)]
pub struct anyone;

/// A user with a session may call the field.
#[derive(Debug)]
pub struct user;

/// A user with a session may call the field, even if it lacks a second factor.
#[derive(Debug)]
pub struct half_open;

/// A server with an API key may call the field.
#[derive(Debug)]
pub struct key;

impl anyone {
    /// The directive.
    pub fn apply() -> MetaDirectiveInvocation {
        access::apply(Access::Public, None, None)
    }
}

impl user {
    /// The directive.
    pub fn apply() -> MetaDirectiveInvocation {
        access::apply(Access::User, None, None)
    }
}

impl half_open {
    /// The directive.
    pub fn apply() -> MetaDirectiveInvocation {
        access::apply(Access::User, None, Some(true))
    }
}

impl key {
    /// The directive: the key must have one of `scopes`.
    pub fn apply<const N: usize>(scopes: [Scope; N]) -> MetaDirectiveInvocation {
        access::apply(Access::Key, Some(scopes.to_vec()), None)
    }
}

impl Directive_At_FIELD_DEFINITION for anyone {}
impl Directive_At_FIELD_DEFINITION for user {}
impl Directive_At_FIELD_DEFINITION for half_open {}
impl Directive_At_FIELD_DEFINITION for key {}

impl TypeDirective for anyone {
    fn name(&self) -> Cow<'static, str> {
        access.name()
    }

    fn register(&self, registry: &mut Registry) {
        access.register(registry);
    }
}

impl TypeDirective for user {
    fn name(&self) -> Cow<'static, str> {
        access.name()
    }

    fn register(&self, registry: &mut Registry) {
        access.register(registry);
    }
}

impl TypeDirective for half_open {
    fn name(&self) -> Cow<'static, str> {
        access.name()
    }

    fn register(&self, registry: &mut Registry) {
        access.register(registry);
    }
}

impl TypeDirective for key {
    fn name(&self) -> Cow<'static, str> {
        access.name()
    }

    fn register(&self, registry: &mut Registry) {
        access.register(registry);
    }
}
