//! The endpoint: shared by GET, POST, server-sent events and WebSockets.

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
use crate::graphql::documents::{Documents, TrustedDocuments};
use crate::graphql::gate::{
    AllowedOperations, Execution, ExecutionResult, Gate, GraphqlRequest, failed,
};
use crate::graphql::oversized_documents;
use crate::request_log;
use crate::schema::{Engine, Schema};

/// The app, and the gate around its schema.
#[derive(Clone)]
pub(super) struct Endpoint {
    /// The server.
    pub(super) app: App,
    /// The open connections.
    pub(super) connections: Connections,
    gate: Arc<Gate<Engine>>,
}

/// The sender of a request.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    /// The client.
    pub(super) client: Client,
    /// The credentials.
    pub(super) credentials: Credentials,
}

/// The result of an operation.
pub(super) enum Answers {
    /// A query or a mutation: one response.
    One(Box<Answer>),
    /// A subscription: a stream of responses.
    Many(BoxStream<'static, Answer>),
}

impl Endpoint {
    /// Puts the gate before the schema.
    pub(super) fn new(app: App, schema: &Schema) -> anyhow::Result<Self> {
        let config = &app.config;
        let documents = Documents::new(
            Arc::clone(schema.catalog()),
            config.limits.document.clone(),
            config.graphql.introspection,
            TrustedDocuments::open(&config.graphql)?,
        );
        let gate = Gate::new(schema.engine().clone(), documents);
        Ok(Self { app, connections: Connections::default(), gate: Arc::new(gate) })
    }

    /// Reads the sender of a request. Fails if it has a cookie and comes from a page of an unknown origin.
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
        graphql_request: GraphqlRequest,
        allowed_operations: AllowedOperations,
    ) -> Result<Answers, Failure> {
        let Visitor { client, credentials } = visitor;
        let GraphqlRequest { request, document, read_at } = graphql_request;
        let (app, catalog) = (&self.app, Arc::clone(self.gate.catalog()));
        let context =
            Request::new(app.clone(), catalog, client.clone(), credentials.clone(), read_at);
        let context = Arc::new(context);
        let request = request.data(Arc::clone(&context));
        match self
            .gate
            .execute(GraphqlRequest { request, document, read_at }, allowed_operations)
            .await
        {
            Execution::MutationByGet => Err(Failure::MutationByGet),
            Execution::Oversized(response) => {
                // An error of this operation only: others in the batch may have succeeded.
                let response =
                    oversized_documents::charge(app, client).await.err().map_or(response, failed);
                Ok(Answers::One(Box::new(Answer::refused(app, response))))
            }
            Execution::Finished(result) => {
                Ok(Answers::One(Box::new(answer(app, result, &context))))
            }
            Execution::Streaming(stream) => {
                let app = app.clone();
                let answers = stream.map(move |result| {
                    request_log::note_event();
                    answer(&app, result, &context)
                });
                Ok(Answers::Many(answers.boxed()))
            }
        }
    }
}

fn answer(app: &App, result: ExecutionResult, context: &Request) -> Answer {
    let ExecutionResult { response, ran } = result;
    if !ran {
        return Answer::refused(app, response);
    }
    // A subscription reports its charge once, with the first event.
    let answer = Answer::executed(app, response, &context.take_charges());
    answer.with_credential_hint(app, context.guest()).compressible(!context.may_hold_secret())
}
