//! Parses GraphQL requests: a JSON object, a list of them, the SDKs' additional wrapper, a query string.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use async_graphql::{Name, Request, Value};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::failure::Failure;
use super::misfits;
use super::unique_keys::find_repeated_key;
use crate::graphql::documents::DocumentId;
use crate::graphql::gate::{Document, GraphqlRequest};

/// One request or several.
#[derive(Debug)]
pub(super) enum Envelope {
    /// One, with an object as response.
    Single(Box<GraphqlRequest>),
    /// Several, with a list as response, in order.
    Batch(Vec<GraphqlRequest>),
}

/// A request in the form of GraphQL over HTTP. Duplicate keys are rejected.
#[derive(Deserialize)]
pub(super) struct Body {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Members<BTreeMap<Name, Value>>,
    #[serde(default)]
    extensions: Members<Extensions>,
    /// The id of a persisted document, as in GraphQL over HTTP.
    #[serde(rename = "documentId")]
    document_id: Option<String>,
}

/// The extensions of a request. Other keys are ignored.
#[derive(Default, Deserialize)]
struct Extensions {
    #[serde(rename = "persistedQuery")]
    persisted_query: Option<PersistedQuery>,
}

/// The document's hash, in the form of Apollo's clients.
#[derive(Deserialize)]
struct PersistedQuery {
    #[serde(rename = "sha256Hash")]
    sha256_hash: String,
}

/// The same in the wrapper of the official SDKs: `{"query": {"query": …}}`.
#[derive(Deserialize)]
struct Wrapper<'a> {
    #[serde(borrow)]
    query: Option<&'a serde_json::value::RawValue>,
}

/// The parameters of a GET request.
#[derive(Default)]
pub(super) struct Parameters {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
    document_id: Option<String>,
    /// One that comes twice.
    repeated: Option<&'static str>,
}

impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut parameters = Self::default();
        for (key, value) in Vec::<(String, String)>::deserialize(deserializer)? {
            let (name, place) = match key.as_str() {
                "query" => ("query", &mut parameters.query),
                "operationName" => ("operationName", &mut parameters.operation_name),
                "variables" => ("variables", &mut parameters.variables),
                "extensions" => ("extensions", &mut parameters.extensions),
                "documentId" => ("documentId", &mut parameters.document_id),
                _ => continue,
            };
            if place.replace(value).is_some() {
                parameters.repeated = Some(name);
            }
        }
        Ok(parameters)
    }
}

/// A JSON object. Null counts as empty, and so does an empty list: PHP writes empty objects so.
#[derive(Default)]
struct Members<T>(T);

impl<'de, T: Default + Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MembersVisitor(PhantomData))
    }
}

struct MembersVisitor<T>(PhantomData<T>);

impl<'de, T: Default + Deserialize<'de>> Visitor<'de> for MembersVisitor<T> {
    type Value = Members<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Members<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Members)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Members<T>, A::Error> {
        match seq.next_element::<IgnoredAny>()? {
            Some(_) => Err(A::Error::custom("a list is no object")),
            None => Ok(Members::default()),
        }
    }

    fn visit_unit<E>(self) -> Result<Members<T>, E> {
        Ok(Members::default())
    }
}

impl Envelope {
    /// Parses a JSON body of at most `max_length` requests; `wrapped` if an SDK has sent it.
    pub(super) fn read(body: &[u8], wrapped: bool, max_length: usize) -> Result<Self, Failure> {
        if body.trim_ascii().is_empty() {
            return Err(Failure::NoQuery);
        }
        refuse_repeated_key(body)?;
        Self::read_unique(body, wrapped, max_length)
    }

    fn read_unique(body: &[u8], wrapped: bool, max_length: usize) -> Result<Self, Failure> {
        if wrapped
            && let Ok(Wrapper { query: Some(inner) }) = serde_json::from_slice(body)
            && inner.get().starts_with(['{', '['])
        {
            return Self::read_unique(inner.get().as_bytes(), false, max_length);
        }
        // Anything but a list is parsed as one request, for a precise error.
        if body.trim_ascii_start().first() != Some(&b'[') {
            let request: Body = parse(body)?;
            return Ok(Self::Single(Box::new(request.graphql_request()?)));
        }
        // Counted before they are parsed.
        let requests: Vec<IgnoredAny> = parse(body)?;
        match requests.len() {
            0 => return Err(Failure::NoQuery),
            count if count > max_length => return Err(Failure::TooManyQueries(max_length)),
            _ => {}
        }
        let requests: Vec<Body> = parse(body)?;
        Ok(Self::Batch(requests.into_iter().map(Body::graphql_request).collect::<Result<_, _>>()?))
    }
}

impl Body {
    /// The request for the gate. Fails if it has no document.
    pub(super) fn graphql_request(self) -> Result<GraphqlRequest, Failure> {
        let hash = self.extensions.0.persisted_query.map(|hash| hash.sha256_hash);
        let document_id = match (self.document_id, hash) {
            (Some(id), _) => (!id.is_empty()).then_some(DocumentId::Id(id)),
            (None, hash) => hash.filter(|hash| !hash.is_empty()).map(DocumentId::Hash),
        };
        let query = self.query.filter(|query| !query.is_empty());
        if query.is_none() && document_id.is_none() {
            return Err(Failure::NoQuery);
        }
        let mut request = Request::new(query.unwrap_or_default());
        *request.variables = self.variables.0;
        request.operation_name = self.operation_name.filter(|name| !name.is_empty());
        Ok(GraphqlRequest::new(request, Document::Sent { id: document_id }))
    }
}

impl Parameters {
    /// Parses the parameters as one request.
    pub(super) fn graphql_request(self) -> Result<GraphqlRequest, Failure> {
        let Self { query, operation_name, document_id, .. } = self;
        if let Some(name) = self.repeated {
            return Err(Failure::Malformed(format!("The parameter `{name}` comes twice.")));
        }
        let variables = json("variables", self.variables.as_deref())?.unwrap_or_default();
        let extensions = json("extensions", self.extensions.as_deref())?.unwrap_or_default();
        Body { query, operation_name, variables, extensions, document_id }.graphql_request()
    }

    /// Whether there is a document at all.
    pub(super) fn is_empty(&self) -> bool {
        self.query.is_none() && self.document_id.is_none() && self.extensions.is_none()
    }
}

/// A parameter that holds a JSON object.
fn json<T: DeserializeOwned>(name: &str, text: Option<&str>) -> Result<Option<T>, Failure> {
    let text = text.filter(|text| !text.is_empty());
    refuse_repeated_key(text.unwrap_or_default().as_bytes())?;
    let malformed = |error| {
        let place = place(&error);
        Failure::Malformed(format!("The parameter `{name}` must be a JSON object: see {place}."))
    };
    text.map(|text| serde_json::from_str(text).map_err(malformed)).transpose()
}

/// Rejects JSON with a duplicate key, at any depth.
fn refuse_repeated_key(json: &[u8]) -> Result<(), Failure> {
    find_repeated_key(json).map_or(Ok(()), |problem| Err(Failure::Malformed(problem)))
}

/// Parses a body. The library's messages name Rust types; clients get what must be, or the position.
fn parse<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Failure> {
    serde_json::from_slice(json).map_err(|error| {
        let problem = misfits::find(json).unwrap_or_else(|| {
            let place = place(&error);
            format!("The request is not a well-formed GraphQL request: see {place}.")
        });
        Failure::Malformed(problem)
    })
}

fn place(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}
