//! The one way into the engine: the document guard before it, the completion of the answer behind it.
//!
//! The engine alone can be stopped by one small document, drops the keys of failed fields and orders the others
//! by the time they took (security.md D1, stack.md 0.1).

use std::panic::AssertUnwindSafe;

use async_graphql::Executor;
use async_graphql::Pos;
use async_graphql::Request;
use async_graphql::Response;
use async_graphql::ServerError;
use async_graphql::Value;
use async_graphql::parser::types::OperationType;
use futures_util::FutureExt;

use crate::error::Error;
use crate::graphql::completion::Types;
use crate::graphql::completion::bound_errors;
use crate::graphql::completion::complete;
use crate::graphql::document;
use crate::graphql::document::Limits;
use crate::graphql::document::Refusal;
use crate::graphql::document::RefusalKind;
use crate::graphql::persisted::PersistedDocuments;

/// Stands before an executor.
pub struct Gate<E> {
    executor: E,
    types: Types,
    limits: Limits,
    introspection: bool,
    documents: PersistedDocuments,
}

/// A request as it comes to the gate.
#[derive(Debug)]
pub struct Asked {
    /// The request; its document is empty where `document_id` stands for it.
    pub request: Request,
    /// The name or SHA-256 of a persisted document.
    pub document_id: Option<String>,
}

/// What became of a request.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing was executed: the document asks for more than the server takes.
    Excessive(Response),
    /// Nothing was executed: the document or its variables are at fault.
    Refused(Response),
    /// Nothing was executed: a mutation came by a method that only reads.
    MutationByGet,
    /// The operation ran; its fields may have failed each on its own.
    Executed(Response),
}

impl<E: Executor> Gate<E> {
    /// Puts a gate before `executor`, whose schema `sdl` describes.
    pub fn new(
        executor: E,
        sdl: &str,
        limits: Limits,
        introspection: bool,
        documents: PersistedDocuments,
    ) -> anyhow::Result<Self> {
        Ok(Self { executor, types: Types::read(sdl)?, limits, introspection, documents })
    }

    /// Executes a request within the limits; `reading` admits queries only.
    pub async fn execute(&self, asked: Asked, reading: bool) -> Outcome {
        let Asked { mut request, document_id } = asked;
        let text = match self.documents.find(document_id.as_deref(), &request.query) {
            Ok(text) => text,
            Err(error) => return Outcome::Refused(failed(error)),
        };
        let checked = document::check(
            &text,
            request.operation_name.as_deref(),
            &request.variables,
            &self.limits,
            self.introspection,
        );
        let checked = match checked {
            Ok(checked) => checked,
            Err(refusal) => return refused(refusal),
        };
        self.documents.register(document_id.as_deref(), &text);
        if reading && checked.operation_type() != OperationType::Query {
            return Outcome::MutationByGet;
        }
        let variables = request.variables.clone();
        request.set_parsed_query(checked.document().clone());

        // A panic in a field costs this operation one error, and nobody else anything.
        let execution = AssertUnwindSafe(self.executor.execute(request)).catch_unwind();
        let (mut response, panicked) = match execution.await {
            Ok(response) => (response, false),
            Err(_) => (panicked(), true),
        };
        let began = panicked || response.errors.iter().any(|error| !error.path.is_empty());
        if response.data == Value::Null && !began && !response.errors.is_empty() {
            response.errors = bound_errors(response.errors);
            return Outcome::Refused(response);
        }
        response.data = complete(&checked, &variables, &self.types, response.data);
        response.errors = bound_errors(response.errors);
        Outcome::Executed(response)
    }
}

fn refused(refusal: Refusal) -> Outcome {
    let error = ServerError::new(refusal.message, refusal.position);
    let response = Response::from_errors(vec![error]);
    match refusal.kind {
        RefusalKind::Limit => Outcome::Excessive(response),
        RefusalKind::Syntax | RefusalKind::Invalid => Outcome::Refused(response),
    }
}

fn panicked() -> Response {
    failed(Error::Internal(anyhow::anyhow!("a field panicked")))
}

fn failed(error: Error) -> Response {
    let error = async_graphql::Error::from(error).into_server_error(Pos::default());
    Response::from_errors(vec![error])
}
