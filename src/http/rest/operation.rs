//! The operation of a route: its field, with all arguments and a full selection.

use std::fmt::Write;
use std::sync::Arc;

use anyhow::Context;
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::OperationType;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::body;
use crate::error::Result;
use crate::graphql::answer::Answer;
use crate::graphql::document::Checked;
use crate::graphql::gate::Document;
use crate::graphql::rest::{Argument, Model, Route, Shape};

/// The types of responses by name.
pub(super) type Models = IndexMap<String, Model>;

/// A route and its document.
pub(super) struct Operation {
    /// The route.
    pub(super) route: Route,
    status: StatusCode,
    document: Arc<Checked>,
    models: Arc<Models>,
}

impl Operation {
    /// Creates the document of a route.
    pub(super) fn new(route: Route, models: Arc<Models>) -> anyhow::Result<Self> {
        let text = text(&route, &models);
        let document = Checked::own(&text).with_context(|| route.to_string())?;
        let status = StatusCode::from_u16(route.status).with_context(|| route.to_string())?;
        Ok(Self { route, status, document: Arc::new(document), models })
    }

    /// The document, for the gate.
    pub(super) fn document(&self) -> Document {
        Document::Own(Arc::clone(&self.document))
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

/// `mutation($name: String!) { accountUpdateName(name: $name) { _id name … } }`
fn text(route: &Route, models: &Models) -> String {
    let on = match route.on {
        OperationType::Query => "query",
        _ => "mutation",
    };
    let declared: Vec<_> =
        route.arguments.iter().map(|Argument { name, ty, .. }| format!("${name}: {ty}")).collect();
    let given: Vec<_> =
        route.arguments.iter().map(|Argument { name, .. }| format!("{name}: ${name}")).collect();
    let in_parentheses = |list: &[String]| match list {
        [] => String::new(),
        list => format!("({})", list.join(", ")),
    };
    let mut text =
        format!("{on}{} {{ {}{}", in_parentheses(&declared), route.field, in_parentheses(&given));
    select(&mut text, models, &route.answer);
    text.push_str(" }");
    text
}

/// Selects everything of a type, and of the types in it.
fn select(text: &mut String, models: &Models, name: &str) {
    let Some(model) = models.get(name) else { return };
    text.push_str(" {");
    match model.shape(name) {
        Shape::Stored => text.push_str(" data"),
        Shape::Nothing => text.push_str(" __typename"),
        Shape::Members(members) => {
            for member in members {
                // Writing to a text can't fail.
                let _ = write!(text, " {}", member.field);
                select(text, models, &member.ty);
            }
        }
    }
    text.push_str(" }");
}
