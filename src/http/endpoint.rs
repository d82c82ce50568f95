//! The endpoint: what GET, POST, server-sent events and WebSockets have in common.

use std::sync::Arc;

use axum::http::request::Parts;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use super::connections::Connections;
use super::failure::Failure;
use super::{client, origin};
use crate::app::App;
use crate::auth::credentials::Credentials;
use crate::client::Client;
use crate::graphql::answer::Answer;
use crate::graphql::context::Request;
use crate::graphql::gate::{
    AllowedOperations, Execution, ExecutionResult, Gate, GraphqlRequest, failed,
};
use crate::graphql::oversized_documents;
use crate::graphql::persisted::PersistedDocuments;
use crate::request_log;
use crate::schema::Schema;

/// The server, with the gate before its schema.
#[derive(Clone)]
pub(super) struct Endpoint {
    /// The server.
    pub(super) app: App,
    /// The connections that stay.
    pub(super) connections: Connections,
    gate: Arc<Gate<Schema>>,
}

/// Who sends a request.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    /// Where it comes from.
    pub(super) client: Client,
    /// What it presents.
    pub(super) credentials: Credentials,
}

/// What an operation answers.
pub(super) enum Answers {
    /// A query or a mutation: once.
    One(Box<Answer>),
    /// A subscription: again and again.
    Many(BoxStream<'static, Answer>),
}

impl Endpoint {
    /// Builds the schema and puts the gate before it.
    pub(super) fn new(app: App) -> anyhow::Result<Self> {
        let schema = crate::schema::build(&app)?;
        let config = &app.config;
        let limits = config.limits.document.clone();
        let gate = Gate::new(
            schema,
            &crate::schema::sdl(config.mode),
            limits,
            config.graphql.introspection,
            PersistedDocuments::open(&config.graphql)?,
        )?;
        Ok(Self { app, connections: Connections::default(), gate: Arc::new(gate) })
    }

    /// Who sends a request. Fails when it presents a cookie and comes from the page of a stranger.
    pub(super) fn visitor(&self, parts: &Parts) -> Result<Visitor, Failure> {
        let client = client::read(&self.app, parts)?;
        let credentials = Credentials::of(&parts.headers, &client.project.id);
        if credentials.cookie {
            origin::check(&self.app, &client, &parts.headers)?;
        }
        origin::log_missing_cookie(&self.app, &credentials, &parts.headers);
        Ok(Visitor { client, credentials })
    }

    /// Runs one operation.
    pub(super) async fn run(
        &self,
        visitor: &Visitor,
        asked: GraphqlRequest,
        admits: AllowedOperations,
    ) -> Result<Answers, Failure> {
        let Visitor { client, credentials } = visitor;
        let GraphqlRequest { request, document, read_at } = asked;
        let context = Arc::new(Request::new(client.clone(), credentials.clone(), read_at));
        let request = request.data(Arc::clone(&context));
        let app = &self.app;
        match self.gate.execute(GraphqlRequest { request, document, read_at }, admits).await {
            Execution::MutationByGet => Err(Failure::MutationByGet),
            Execution::Oversized(response) => {
                // An error of this operation only: others of the same batch may have done something.
                let response =
                    oversized_documents::charge(app, client).await.err().map_or(response, failed);
                Ok(Answers::One(Box::new(Answer::refused(app, response))))
            }
            Execution::Finished(completed) => {
                Ok(Answers::One(Box::new(answer(app, completed, &context))))
            }
            Execution::Streaming(stream) => {
                let app = app.clone();
                let answers = stream.map(move |completed| {
                    request_log::note_event();
                    answer(&app, completed, &context)
                });
                Ok(Answers::Many(answers.boxed()))
            }
        }
    }
}

fn answer(app: &App, completed: ExecutionResult, context: &Request) -> Answer {
    let ExecutionResult { response, ran } = completed;
    if !ran {
        return Answer::refused(app, response);
    }
    // What a subscription was charged is told once, with its first event.
    let answer = Answer::executed(app, response, &context.take_charges());
    answer.with_credential_hint(app, context.guest()).compressible(!context.may_hold_secret())
}
