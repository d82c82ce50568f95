//! The operation behind a route, and the answer to a call of it.

use std::sync::Arc;

use anyhow::Context;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::body;
use crate::error::Result;
use crate::graphql::answer::Answer;
use crate::graphql::gate::Document;
use crate::graphql::rest::{Models, Route};

/// A route with what its answers are written by.
pub(super) struct Operation {
    /// The route.
    pub(super) route: Arc<Route>,
    status: StatusCode,
    models: Arc<Models>,
}

impl Operation {
    pub(super) fn new(route: Arc<Route>, models: Arc<Models>) -> anyhow::Result<Self> {
        let status = StatusCode::from_u16(route.status).with_context(|| route.to_string())?;
        Ok(Self { route, status, models })
    }

    /// The document, for the gate.
    pub(super) fn document(&self) -> Document {
        Document::Own(Arc::clone(&self.route.document))
    }

    /// The response to a success.
    pub(super) fn write(&self, answer: &Answer) -> Result<Response> {
        // Some official clients parse any JSON body, others fail without a content type.
        if self.status == StatusCode::NO_CONTENT {
            return Ok((self.status, [(CONTENT_TYPE, "text/plain; charset=utf-8")]).into_response());
        }
        let value = answer.field(&self.route.field).context("the field has no value")?;
        let json = body::write(&self.models, &self.route.answer, value)?;
        Ok((self.status, [(CONTENT_TYPE, "application/json; charset=utf-8")], json).into_response())
    }
}
