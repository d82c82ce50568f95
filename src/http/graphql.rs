//! `/v1/graphql`: a GraphQL request in, its answer out.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Query;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::response::Response;
use http_body_util::LengthLimitError;

use super::client;
use super::envelope::Envelope;
use super::envelope::Parameters;
use super::failure::Failure;
use super::media_type::MediaType;
use super::media_type::is_json;
use crate::app::App;
use crate::auth::credentials::Credentials;
use crate::client::Client;
use crate::graphql::answer::Answer;
use crate::graphql::context::Request;
use crate::graphql::excess;
use crate::graphql::gate::Asked;
use crate::graphql::gate::Gate;
use crate::graphql::gate::Outcome;
use crate::graphql::persisted::PersistedDocuments;
use crate::schema::Schema;

/// The endpoint's state: the server, and the gate before the schema.
#[derive(Clone)]
pub(super) struct Endpoint {
    app: App,
    gate: Arc<Gate<Schema>>,
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
        Ok(Self { app, gate: Arc::new(gate) })
    }
}

/// Answers a request, or a batch of them, one after the other.
pub(super) async fn post(
    State(endpoint): State<Endpoint>,
    parts: Parts,
    body: Body,
) -> Result<Response, Failure> {
    let media_type = MediaType::accepted(&parts.headers).ok_or(Failure::NotAcceptable)?;
    if !is_json(&parts.headers) {
        return Err(Failure::UnsupportedMediaType);
    }
    let limits = &endpoint.app.config.limits;
    let body = read(body, limits.body_bytes).await?;
    let wrapped = parts.headers.contains_key("x-sdk-graphql");
    let envelope = Envelope::read(&body, wrapped, limits.batch)?;

    let client = client::read(&endpoint.app, &parts)?;
    match envelope {
        Envelope::Single(request) => {
            let answer = endpoint.answer(&client, &parts.headers, *request, false).await?;
            let status = answer.status(media_type == MediaType::GraphqlResponse);
            Ok(respond(status, media_type, answer.to_json()?, &[answer]))
        }
        Envelope::Batch(requests) => {
            let mut answers = Vec::with_capacity(requests.len());
            for request in requests {
                answers.push(endpoint.answer(&client, &parts.headers, request, false).await?);
            }
            let json: Vec<String> =
                answers.iter().map(Answer::to_json).collect::<Result<_, _>>()?;
            let json = format!("[{}]", json.join(","));
            Ok(respond(StatusCode::OK, media_type, json, &answers))
        }
    }
}

/// Answers a query that came by GET. A mutation is not run.
pub(super) async fn get(
    State(endpoint): State<Endpoint>,
    Query(parameters): Query<Parameters>,
    parts: Parts,
) -> Result<Response, Failure> {
    if parameters.is_empty() {
        return Err(Failure::NoQuery);
    }
    let media_type = MediaType::accepted(&parts.headers).ok_or(Failure::NotAcceptable)?;
    let request = parameters.asked()?;
    let client = client::read(&endpoint.app, &parts)?;
    let answer = endpoint.answer(&client, &parts.headers, request, true).await?;
    let status = answer.status(media_type == MediaType::GraphqlResponse);
    Ok(respond(status, media_type, answer.to_json()?, &[answer]))
}

impl Endpoint {
    /// Runs one operation for `client`.
    async fn answer(
        &self,
        client: &Client,
        headers: &HeaderMap,
        asked: Asked,
        reading: bool,
    ) -> Result<Answer, Failure> {
        let credentials = Credentials::of(headers, &client.project.id);
        let context = Arc::new(Request::new(client.clone(), credentials));
        let Asked { request, document_id } = asked;
        let request = request.data(Arc::clone(&context));
        match self.gate.execute(Asked { request, document_id }, reading).await {
            Outcome::MutationByGet => Err(Failure::MutationByGet),
            Outcome::Excessive(response) => {
                excess::charge(&self.app, client).await?;
                Ok(Answer::refused(&self.app, response))
            }
            Outcome::Refused(response) => Ok(Answer::refused(&self.app, response)),
            Outcome::Executed(response) => {
                let answer = Answer::executed(&self.app, response, &context.charges());
                Ok(answer.explaining(&self.app, context.guest()))
            }
        }
    }
}

/// Reads a body of at most `limit` bytes, and not a byte more.
async fn read(body: Body, limit: usize) -> Result<axum::body::Bytes, Failure> {
    axum::body::to_bytes(body, limit).await.map_err(|error| {
        let cause = std::error::Error::source(&error);
        if cause.is_some_and(<dyn std::error::Error>::is::<LengthLimitError>) {
            Failure::BodyTooLarge
        } else {
            Failure::Malformed("The request body could not be read.".to_owned())
        }
    })
}

fn respond(
    status: StatusCode,
    media_type: MediaType,
    json: String,
    answers: &[Answer],
) -> Response {
    let mut response = (status, json).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, media_type.content_type());
    for answer in answers {
        answer.append_headers(headers);
    }
    Answer::tell_tightest(answers, headers);
    response
}
