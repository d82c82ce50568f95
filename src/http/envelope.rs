//! What a GraphQL request is wrapped in: a JSON object, a list of them, the SDKs' second wrapper, a query string.

use async_graphql::Request;
use async_graphql::Variables;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::failure::Failure;

/// One request or several.
#[derive(Debug)]
pub(super) enum Envelope {
    /// One, answered by an object.
    Single(Box<Request>),
    /// Several, answered by a list in their order.
    Batch(Vec<Request>),
}

/// A request as GraphQL over HTTP writes it. A key that comes twice is refused.
#[derive(Deserialize)]
struct Body {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Variables,
    #[expect(dead_code, reason = "must be an object, and says nothing to us")]
    extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

/// The same, wrapped once more by the official SDKs: `{"query": {"query": …}}`.
#[derive(Deserialize)]
struct Wrapper<'a> {
    #[serde(borrow)]
    query: Option<&'a serde_json::value::RawValue>,
}

/// The parameters of a GET request.
#[derive(Deserialize)]
pub(super) struct Parameters {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<String>,
    /// The project, where the header doesn't name it.
    #[serde(rename = "project")]
    _project: Option<IgnoredAny>,
}

impl Envelope {
    /// Reads a JSON body of at most `longest` requests; `wrapped` says that an SDK sent it.
    pub(super) fn read(body: &[u8], wrapped: bool, longest: usize) -> Result<Self, Failure> {
        if wrapped
            && let Ok(Wrapper { query: Some(inner) }) = serde_json::from_slice(body)
            && inner.get().starts_with(['{', '['])
        {
            return Self::read(inner.get().as_bytes(), false, longest);
        }
        // Anything but a list is read as one request, which says best what is wrong with it.
        if body.trim_ascii_start().first() != Some(&b'[') {
            let body: Body = serde_json::from_slice(body).map_err(malformed)?;
            return Ok(Self::Single(Box::new(body.request()?)));
        }
        // Counted before they are read.
        let requests: Vec<IgnoredAny> = serde_json::from_slice(body).map_err(malformed)?;
        match requests.len() {
            0 => return Err(Failure::NoQuery),
            count if count > longest => return Err(Failure::TooManyQueries),
            _ => {}
        }
        let requests: Vec<Body> = serde_json::from_slice(body).map_err(malformed)?;
        Ok(Self::Batch(requests.into_iter().map(Body::request).collect::<Result<_, _>>()?))
    }
}

impl Body {
    fn request(self) -> Result<Request, Failure> {
        request(self.query, self.operation_name, self.variables)
    }
}

impl Parameters {
    /// Reads the parameters as one request.
    pub(super) fn request(self) -> Result<Request, Failure> {
        let variables = match self.variables.as_deref() {
            None | Some("") => Variables::default(),
            Some(text) => serde_json::from_str(text).map_err(malformed)?,
        };
        request(self.query, self.operation_name, variables)
    }

    /// Whether there is a document at all.
    pub(super) fn is_empty(&self) -> bool {
        self.query.is_none()
    }
}

fn request(
    query: Option<String>,
    operation_name: Option<String>,
    variables: Variables,
) -> Result<Request, Failure> {
    let query = query.filter(|query| !query.is_empty()).ok_or(Failure::NoQuery)?;
    let mut request = Request::new(query);
    request.variables = variables;
    request.operation_name = operation_name.filter(|name| !name.is_empty());
    Ok(request)
}

#[expect(clippy::needless_pass_by_value, reason = "called by map_err")]
fn malformed(error: serde_json::Error) -> Failure {
    // The library's text names our types; the place is what the client can use.
    let place = format!("line {}, column {}", error.line(), error.column());
    Failure::Malformed(format!("The request is not a well-formed GraphQL request: see {place}."))
}
