//! The engine of each kind of schema.

use std::sync::Arc;

use async_graphql::{
    Data, Executor, ObjectType, Request, Response, SDLExportOptions, Schema, ValidationMode,
};
use futures_util::stream::BoxStream;

use super::{DevQuery, Mutation, Query, ServerDevQuery, ServerMutation, ServerQuery, Subscription};
use crate::config::{Audience, DocumentLimits, Mode};
use crate::graphql::described::Described;

/// An engine with these root types.
type EngineOf<Q, M> = Schema<Q, M, Subscription>;

/// The engine with all fields of its mode and audience.
#[derive(Clone)]
pub struct Engine(Kind);

#[derive(Clone)]
enum Kind {
    /// For clients of `serve`.
    Client(EngineOf<Query, Mutation>),
    /// For clients of `dev`, with fields for developers.
    DevClient(EngineOf<DevQuery, Mutation>),
    /// For callers of `serve` with an API key.
    Server(EngineOf<ServerQuery, ServerMutation>),
    /// For callers of `dev` with an API key.
    DevServer(EngineOf<ServerDevQuery, ServerMutation>),
}

/// Evaluates an expression with the engine of each kind.
macro_rules! with_engine {
    ($kind:expr, $engine:ident => $done:expr) => {
        match $kind {
            Kind::Client($engine) => $done,
            Kind::DevClient($engine) => $done,
            Kind::Server($engine) => $done,
            Kind::DevServer($engine) => $done,
        }
    };
}

impl Engine {
    /// The engine of a mode for an audience.
    pub(super) fn build(mode: Mode, audience: Audience, described: Described) -> Self {
        Self(match (mode, audience) {
            (Mode::Serve, Audience::Client) => Kind::Client(build(described)),
            (Mode::Dev, Audience::Client) => Kind::DevClient(build(described)),
            (Mode::Serve, Audience::Server) => Kind::Server(build(described)),
            (Mode::Dev, Audience::Server) => Kind::DevServer(build(described)),
        })
    }

    /// The SDL. Types, fields and arguments are sorted by name.
    pub(super) fn print(&self) -> String {
        let options = SDLExportOptions::new()
            .sorted_fields()
            .sorted_arguments()
            .sorted_enum_items()
            .include_specified_by();
        with_engine!(&self.0, engine => engine.sdl_with_options(options))
    }
}

impl Executor for Engine {
    async fn execute(&self, request: Request) -> Response {
        with_engine!(&self.0, engine => engine.execute(request).await)
    }

    fn execute_stream(
        &self,
        request: Request,
        session_data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        with_engine!(&self.0, engine => Executor::execute_stream(engine, request, session_data))
    }
}

/// Builds an engine. In development, descriptions also have access, limits and routes, since `GraphiQL` shows no directives.
fn build<Q, M>(described: Described) -> EngineOf<Q, M>
where
    Q: ObjectType + Default + 'static,
    M: ObjectType + Default + 'static,
{
    EngineOf::build(Q::default(), M::default(), Subscription::default())
        // The gate has validated the document, once for all its requests. It also suggests names where that is allowed.
        .validation_mode(ValidationMode::Fast)
        .disable_suggestions()
        // The gate limits nesting, with its own error message. The engine's default limit is lower.
        .limit_recursive_depth(DocumentLimits::MAX_NESTING)
        .directive(described)
        .finish()
}
