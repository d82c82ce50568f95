//! The only way to the engine: checks documents before it, and completes responses after it.
//!
//! Alone, the engine can be blocked by one small document, drops the keys of failed fields, and orders the
//! others by the time they took (D1).

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Pos, Request, Response, ServerError, Value};
use futures_util::stream::{BoxStream, poll_fn};
use futures_util::{FutureExt, StreamExt};
use opentelemetry::KeyValue;
use tokio::time::Instant;

use crate::error::Error;
use crate::graphql::catalog::Catalog;
use crate::graphql::completion::{
    bound_errors, cut_engine_errors, set_argument, set_arguments, shape_data,
};
use crate::graphql::document::{Checked, DocumentError, DocumentErrorKind, Prepared, Shape};
use crate::graphql::documents::{DocumentId, Documents, FindError};
use crate::graphql::wire_errors::failure;
use crate::metrics::Outcome;
use crate::request_log;
use crate::trace;
use crate::trace::Scope;

/// The longest name of an operation in a span, in bytes.
const MAX_NAME: usize = 64;

/// Wraps an executor.
pub struct Gate<E> {
    executor: E,
    documents: Documents,
}

/// A request to the gate.
#[derive(Debug)]
pub struct GraphqlRequest {
    /// The request. Its document is empty if another one is named.
    pub request: Request,
    /// The document to run.
    pub document: Document,
    /// When it was read. Its fields must start within `limits.request_seconds` of that.
    pub read_at: Instant,
}

impl GraphqlRequest {
    /// A request that has just been read.
    pub fn new(request: Request, document: Document) -> Self {
        Self { request, document, read_at: Instant::now() }
    }
}

/// Where the document comes from.
#[derive(Clone, Debug)]
pub enum Document {
    /// From the client: in the request, by the name or hash of a persisted document, or both to register it.
    Sent {
        /// The name or SHA-256.
        id: Option<DocumentId>,
    },
    /// From the server itself, checked at start.
    Own(Arc<Checked>),
}

/// The operations, in addition to queries, that a transport allows.
#[derive(Clone, Copy, Debug)]
pub struct AllowedOperations {
    /// Mutations.
    pub mutations: bool,
    /// Subscriptions.
    pub subscriptions: bool,
}

/// The result of a request.
pub enum Execution {
    /// Nothing was executed: the document exceeds a limit.
    Oversized(Response),
    /// Nothing was executed: a mutation was sent by GET.
    MutationByGet,
    /// The operation has finished.
    Finished(ExecutionResult),
    /// A subscription: its events, completed.
    Streaming(BoxStream<'static, ExecutionResult>),
}

/// The result of an operation, or of one event of a subscription.
#[derive(Debug)]
pub struct ExecutionResult {
    /// The response, in the shape of the document.
    pub response: Response,
    /// Whether anything was executed. Otherwise the document or its variables are invalid.
    pub ran: bool,
}

/// A request that can be executed.
struct PreparedRequest {
    request: Request,
    prepared: Prepared,
    shape: Arc<Shape>,
}

impl<E: Executor> Gate<E> {
    /// Wraps `executor`, which executes these documents.
    pub fn new(executor: E, documents: Documents) -> Self {
        Self { executor, documents }
    }

    /// The documents.
    pub fn documents(&self) -> &Documents {
        &self.documents
    }

    /// The catalog of the schema.
    fn catalog(&self) -> &Arc<Catalog> {
        self.documents.catalog()
    }

    /// Executes a request within the limits.
    pub async fn execute(
        &self,
        graphql_request: GraphqlRequest,
        allowed_operations: AllowedOperations,
    ) -> Execution {
        let prepared_request = match self.prepare_request(graphql_request) {
            Ok(prepared_request) => prepared_request,
            Err(outcome) => return *outcome,
        };
        let prepared = &prepared_request.prepared;
        request_log::note_operation(kind_of(prepared), prepared.operation_name());
        match prepared.operation_type() {
            OperationType::Mutation if !allowed_operations.mutations => Execution::MutationByGet,
            OperationType::Subscription if !allowed_operations.subscriptions => {
                refused(vec![no_subscription()])
            }
            OperationType::Subscription => Execution::Streaming(self.stream(prepared_request)),
            OperationType::Query | OperationType::Mutation => {
                let scope = begin_span(prepared);
                let result = trace::within(scope.clone(), self.run(prepared_request)).await;
                if let (Some(scope), Some((kind, outcome))) = (scope, failure(&result.response)) {
                    scope.fail(kind, outcome == Outcome::Failed);
                }
                Execution::Finished(result)
            }
        }
    }

    /// Prepares a request for the engine.
    fn prepare_request(
        &self,
        graphql_request: GraphqlRequest,
    ) -> Result<PreparedRequest, Box<Execution>> {
        let GraphqlRequest { mut request, document, .. } = graphql_request;
        let checked = match document {
            Document::Sent { id } => self.find(id.as_ref(), &request.query)?,
            Document::Own(checked) => checked,
        };
        let name = request.operation_name.as_deref();
        let prepared = Prepared::new(checked, name, &mut request.variables, self.catalog());
        let prepared = prepared.map_err(|document_errors| Box::new(refused(document_errors)))?;
        // The engine takes the variables, and the document by value.
        let shape = prepared.shape(&request.variables, self.catalog());
        request.set_parsed_query(prepared.executable(&request.variables));
        // Objects over rows are written by it.
        let request = request.data(Arc::clone(&shape));
        Ok(PreparedRequest { request, prepared, shape })
    }

    /// Finds the document that the client has sent or named, and checks it.
    fn find(&self, id: Option<&DocumentId>, sent: &str) -> Result<Arc<Checked>, Box<Execution>> {
        self.documents.find(id.map(DocumentId::as_str), sent).map_err(|error| {
            Box::new(match error {
                FindError::Unknown(error) => {
                    let response = failed(match id {
                        Some(id) => id.explain(error),
                        None => error,
                    });
                    Execution::Finished(ExecutionResult { response, ran: false })
                }
                FindError::Invalid(document_errors) => refused(document_errors),
            })
        })
    }

    async fn run(&self, prepared_request: PreparedRequest) -> ExecutionResult {
        let PreparedRequest { request, prepared, shape } = prepared_request;
        // A panic in a field becomes one error of this operation.
        let execution = AssertUnwindSafe(self.executor.execute(request)).catch_unwind();
        shape_response(&prepared, &shape, execution.await.ok())
    }

    fn stream(&self, prepared_request: PreparedRequest) -> BoxStream<'static, ExecutionResult> {
        let scope = begin_span(&prepared_request.prepared);
        let PreparedRequest { request, prepared, shape } = prepared_request;
        let mut events =
            AssertUnwindSafe(self.executor.execute_stream(request, None)).catch_unwind();
        let next = move |cx: &mut task::Context<'_>| {
            trace::in_scope(scope.as_ref(), || events.poll_next_unpin(cx))
        };
        poll_fn(next).map(move |response| shape_response(&prepared, &shape, response.ok())).boxed()
    }
}

/// Completes the engine's response; none if the engine panicked.
fn shape_response(
    prepared: &Prepared,
    shape: &Shape,
    response: Option<Response>,
) -> ExecutionResult {
    let panicked = response.is_none();
    let mut response = response.unwrap_or_else(self::panicked);
    let began = panicked || response.errors.iter().any(|error| !error.path.is_empty());
    cut_engine_errors(&mut response.errors);
    response.errors = bound_errors(response.errors);
    set_arguments(prepared, &mut response.errors);
    if response.data == Value::Null && !began && !response.errors.is_empty() {
        return ExecutionResult { response, ran: false };
    }
    response.data = shape_data(shape, response.data);
    ExecutionResult { response, ran: true }
}

/// Begins the span of the operation, if its trace is recorded. Its root fields are noted in it when they begin.
fn begin_span(prepared: &Prepared) -> Option<Scope> {
    Scope::begin(|| {
        let kind = kind_of(prepared);
        let mut attributes = vec![KeyValue::new("graphql.operation.type", kind)];
        // Clients write the name, so it has an end.
        let name = prepared.operation_name().and_then(|name| name.get(..name.len().min(MAX_NAME)));
        let name = name.map(|name| KeyValue::new("graphql.operation.name", name.to_owned()));
        attributes.extend(name);
        (kind.into(), attributes)
    })
}

fn kind_of(prepared: &Prepared) -> &'static str {
    match prepared.operation_type() {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

fn no_subscription() -> DocumentError {
    DocumentError {
        message:
            "A subscription comes by WebSocket (graphql-transport-ws) or as server-sent events \
                  (Accept: text/event-stream, preferred to other types)."
                .to_owned(),
        position: None,
        kind: DocumentErrorKind::Invalid,
        argument: None,
    }
}

fn refused(document_errors: Vec<DocumentError>) -> Execution {
    let is_excessive = document_errors
        .iter()
        .any(|document_error| document_error.kind == DocumentErrorKind::Limit);
    let errors = document_errors.into_iter().map(|document_error| {
        let mut error = ServerError::new(document_error.message, document_error.position);
        if let Some(argument) = document_error.argument {
            set_argument(&mut error, &argument);
        }
        error
    });
    let response = Response::from_errors(errors.collect());
    if is_excessive {
        Execution::Oversized(response)
    } else {
        Execution::Finished(ExecutionResult { response, ran: false })
    }
}

fn panicked() -> Response {
    failed(Error::Internal(anyhow::anyhow!("a field panicked")))
}

/// The response to a request that failed before it ran.
pub fn failed(error: Error) -> Response {
    let mut error = async_graphql::Error::from(error).into_server_error(Pos::default());
    // It is of the request, and of no place in a document.
    error.locations.clear();
    Response::from_errors(vec![error])
}
