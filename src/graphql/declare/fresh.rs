//! How recently a caller must have shown who it is: `@fresh`.
#![expect(non_camel_case_types, reason = "fields name them like directives")]

use std::borrow::Cow;

use async_graphql::TypeDirective;
use async_graphql::registry::location_traits::Directive_At_FIELD_DEFINITION;
use async_graphql::registry::{MetaDirectiveInvocation, Registry};

use crate::graphql::policy::directive::fresh;

/// In projects that ask for it.
#[derive(Debug)]
pub struct within;

/// In projects that ask for it, and only users without a password: others show theirs to the field.
#[derive(Debug)]
pub struct or_password;

impl within {
    /// The directive: the caller has shown a password, a factor or a passkey within `seconds`.
    pub fn apply(seconds: u32) -> MetaDirectiveInvocation {
        fresh::apply(seconds, None)
    }
}

impl or_password {
    /// The directive: the caller has done so within `seconds`, or shows the password to this field.
    pub fn apply(seconds: u32) -> MetaDirectiveInvocation {
        fresh::apply(seconds, Some(true))
    }
}

impl Directive_At_FIELD_DEFINITION for within {}
impl Directive_At_FIELD_DEFINITION for or_password {}

impl TypeDirective for within {
    fn name(&self) -> Cow<'static, str> {
        fresh.name()
    }

    fn register(&self, registry: &mut Registry) {
        fresh.register(registry);
    }
}

impl TypeDirective for or_password {
    fn name(&self) -> Cow<'static, str> {
        fresh.name()
    }

    fn register(&self, registry: &mut Registry) {
        fresh.register(registry);
    }
}
