//! The REST routes of a field: `@rest`.
#![expect(non_camel_case_types, reason = "fields name them like directives")]

use std::borrow::Cow;

use async_graphql::TypeDirective;
use async_graphql::registry::location_traits::Directive_At_FIELD_DEFINITION;
use async_graphql::registry::{MetaDirectiveInvocation, Registry};

use crate::graphql::rest::Method;
use crate::graphql::rest::directive::rest;

/// Reads with `GET`; a success has the status 200.
#[derive(Debug)]
pub struct get;

/// Creates with `POST`; a success has the status 201.
#[derive(Debug)]
pub struct post;

/// Replaces or confirms with `PUT`; a success has the status 200.
#[derive(Debug)]
pub struct put;

/// Changes with `PATCH`; a success has the status 200.
#[derive(Debug)]
pub struct patch;

/// Deletes with `DELETE`; a success has the status 204.
#[derive(Debug)]
pub struct delete;

/// A route whose status doesn't follow from its method.
#[derive(Debug)]
pub struct with_status;

impl get {
    /// The directive.
    pub fn apply(path: &str) -> MetaDirectiveInvocation {
        rest::apply(Method::Get, path.to_owned(), 200)
    }
}

impl post {
    /// The directive.
    pub fn apply(path: &str) -> MetaDirectiveInvocation {
        rest::apply(Method::Post, path.to_owned(), 201)
    }
}

impl put {
    /// The directive.
    pub fn apply(path: &str) -> MetaDirectiveInvocation {
        rest::apply(Method::Put, path.to_owned(), 200)
    }
}

impl patch {
    /// The directive.
    pub fn apply(path: &str) -> MetaDirectiveInvocation {
        rest::apply(Method::Patch, path.to_owned(), 200)
    }
}

impl delete {
    /// The directive.
    pub fn apply(path: &str) -> MetaDirectiveInvocation {
        rest::apply(Method::Delete, path.to_owned(), 204)
    }
}

impl with_status {
    /// The directive.
    pub fn apply(method: Method, path: &str, status: u16) -> MetaDirectiveInvocation {
        rest::apply(method, path.to_owned(), status)
    }
}

impl Directive_At_FIELD_DEFINITION for get {}
impl Directive_At_FIELD_DEFINITION for post {}
impl Directive_At_FIELD_DEFINITION for put {}
impl Directive_At_FIELD_DEFINITION for patch {}
impl Directive_At_FIELD_DEFINITION for delete {}
impl Directive_At_FIELD_DEFINITION for with_status {}

impl TypeDirective for get {
    fn name(&self) -> Cow<'static, str> {
        rest.name()
    }

    fn register(&self, registry: &mut Registry) {
        rest.register(registry);
    }
}

impl TypeDirective for post {
    fn name(&self) -> Cow<'static, str> {
        rest.name()
    }

    fn register(&self, registry: &mut Registry) {
        rest.register(registry);
    }
}

impl TypeDirective for put {
    fn name(&self) -> Cow<'static, str> {
        rest.name()
    }

    fn register(&self, registry: &mut Registry) {
        rest.register(registry);
    }
}

impl TypeDirective for patch {
    fn name(&self) -> Cow<'static, str> {
        rest.name()
    }

    fn register(&self, registry: &mut Registry) {
        rest.register(registry);
    }
}

impl TypeDirective for delete {
    fn name(&self) -> Cow<'static, str> {
        rest.name()
    }

    fn register(&self, registry: &mut Registry) {
        rest.register(registry);
    }
}

impl TypeDirective for with_status {
    fn name(&self) -> Cow<'static, str> {
        rest.name()
    }

    fn register(&self, registry: &mut Registry) {
        rest.register(registry);
    }
}
