//! The endpoint: shared by GET, POST, server-sent events and WebSockets. It has two schemas: a caller with an API key gets
//! the server's, and all others the client's.

use std::sync::Arc;

use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::sync::OnceCell;

use super::connections::Connections;
use super::failure::Failure;
use super::{client, origin};
use crate::app::App;
use crate::auth::cookie::ended_cookie;
use crate::auth::credentials::Credentials;
use crate::client::{Client, SecretDelivery};
use crate::config::Audience;
use crate::error::Error;
use crate::graphql::answer::Answer;
use crate::graphql::context::{Request, Served};
use crate::graphql::documents::{Documents, TrustedDocuments};
use crate::graphql::gate::{
    AllowedOperations, Execution, ExecutionResult, Gate, GraphqlRequest, failed,
};
use crate::graphql::oversized_documents;
use crate::graphql::wire_errors::outcome;
use crate::metrics::Outcome;
use crate::request_log;
use crate::schema::{Engine, Schema};

/// The app, and the gate around its schema.
#[derive(Clone)]
pub(super) struct Endpoint {
    /// The server.
    pub(super) app: App,
    /// The open connections.
    pub(super) connections: Connections,
    /// Before the client's schema.
    gate: Arc<SchemaGate>,
    /// Before the server's schema, which is built at the first request with an API key.
    server_gate: Arc<OnceCell<SchemaGate>>,
}

/// A schema, and the gate before it.
struct SchemaGate {
    gate: Gate<Engine>,
    served: Served,
}

/// The sender of a request.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    /// The client.
    pub(super) client: Arc<Client>,
    /// The credentials.
    pub(super) credentials: Arc<Credentials>,
}

/// The result of an operation.
pub(super) enum Answers {
    /// A query or a mutation: one response.
    One(Box<Answer>),
    /// A subscription: a stream of responses, and its context, which knows when it has begun.
    Many(BoxStream<'static, Answer>, Arc<Request>),
}

impl Endpoint {
    /// Puts the gate before the client's schema.
    pub(super) fn new(app: App, schema: &Schema, connections: Connections) -> anyhow::Result<Self> {
        let gate = Arc::new(SchemaGate::new(&app, schema)?);
        let server_gate = Arc::default();
        Ok(Self { app, connections, gate, server_gate })
    }

    /// The gate before the schema of a client.
    async fn gate(&self, client: &Client) -> Result<&SchemaGate, Error> {
        if !client.is_admin() {
            return Ok(&self.gate);
        }
        let build = || async {
            let schema = Schema::load(&self.app, Audience::Server).await?;
            SchemaGate::new(&self.app, &schema)
        };
        Ok(self.server_gate.get_or_try_init(build).await?)
    }

    /// The documents of all schemas that are built.
    pub(super) fn documents(&self) -> impl Iterator<Item = &Documents> {
        let gates = self.server_gate.get().into_iter().chain([&*self.gate]);
        gates.map(|before| before.gate.documents())
    }

    /// Reads the sender of a request. Fails if it has a cookie and comes from a page of an unknown origin, or if it has an
    /// API key that isn't valid.
    pub(super) async fn visitor(&self, parts: &Parts) -> Result<Visitor, Failure> {
        if let Some(visitor) = parts.extensions.get::<Visitor>() {
            return Ok(visitor.clone());
        }
        let mut client = client::read(&self.app, parts).await?;
        let credentials = Credentials::of(&parts.headers, &client.project.id);
        if credentials.cookie {
            origin::check(&self.app, &client, &parts.headers)?;
        }
        if client.secrets == SecretDelivery::Cookie
            && origin::check(&self.app, &client, &parts.headers).is_err()
        {
            client.secrets = SecretDelivery::Foreign;
        }
        origin::log_missing_cookie(&self.app, &credentials, &parts.headers);
        Ok(Visitor { client: Arc::new(client), credentials: Arc::new(credentials) })
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
        let SchemaGate { gate, served } = self.gate(client).await?;
        let (app, served) = (&self.app, served.clone());
        let (client, credentials) = (Arc::clone(client), Arc::clone(credentials));
        let context = Arc::new(Request::new(app.clone(), served, client, credentials, read_at));
        let request = request.data(Arc::clone(&context));
        let graphql_request = GraphqlRequest { request, document, read_at };
        match gate.execute(graphql_request, allowed_operations).await {
            Execution::MutationByGet => Err(Failure::MutationByGet),
            Execution::Oversized(response) => {
                context.count_operation(Outcome::Refused);
                // An error of this operation only: others in the batch may have succeeded.
                let response = oversized_documents::charge(app, &context.client)
                    .await
                    .err()
                    .map_or(response, failed);
                Ok(Answers::One(Box::new(Answer::refused(app, response))))
            }
            Execution::Finished(result) => {
                context.count_operation(outcome(&result.response));
                Ok(Answers::One(Box::new(answer(app, result, &context))))
            }
            Execution::Streaming(stream) => {
                let (app, of_answers) = (app.clone(), Arc::clone(&context));
                let answers = stream.map(move |result| {
                    request_log::note_event();
                    answer(&app, result, &of_answers)
                });
                Ok(Answers::Many(answers.boxed(), context))
            }
        }
    }
}

impl SchemaGate {
    /// A gate before a schema, with documents of its own.
    fn new(app: &App, schema: &Schema) -> anyhow::Result<Self> {
        let config = &app.config;
        let catalog = Arc::clone(schema.catalog());
        let documents = Documents::new(
            Arc::clone(&catalog),
            config.limits.document.clone(),
            config.graphql.introspection,
            TrustedDocuments::open(&config.graphql)?,
        );
        let gate = Gate::new(schema.engine().clone(), documents);
        let fields = Arc::new(app.metrics.operations.fields(catalog.root_fields()));
        Ok(Self { gate, served: Served { catalog, fields } })
    }
}

fn answer(app: &App, result: ExecutionResult, context: &Request) -> Answer {
    let ExecutionResult { response, ran } = result;
    if !ran {
        return Answer::refused(app, response);
    }
    // A subscription reports its charge once, with the first event.
    let mut answer = Answer::executed(app, response, &context.take_charges());
    if context.is_blocked() && context.credentials.cookie {
        // No script can remove it, and with it nobody could sign in in this browser.
        answer.set_header(SET_COOKIE, ended_cookie(&app.config, &context.client.project));
    }
    answer
        .with_credential_hint(app, context.guest())
        .compressible(!context.may_hold_secret())
        .signed_out(context.has_signed_out())
}
