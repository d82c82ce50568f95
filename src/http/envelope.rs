//! What a GraphQL request is wrapped in: a JSON object, a list of them, the SDKs' second wrapper, a query string.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use async_graphql::{Name, Request, Value};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::failure::Failure;
use super::unique_keys::find_repeated_key;
use crate::graphql::gate::{Document, GraphqlRequest};

/// One request or several.
#[derive(Debug)]
pub(super) enum Envelope {
    /// One, answered by an object.
    Single(Box<GraphqlRequest>),
    /// Several, answered by a list in their order.
    Batch(Vec<GraphqlRequest>),
}

/// A request as GraphQL over HTTP writes it. A key that comes twice is refused.
#[derive(Deserialize)]
pub(super) struct Body {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Members<BTreeMap<Name, Value>>,
    #[serde(default)]
    extensions: Members<Extensions>,
    /// The id of a persisted document, as GraphQL over HTTP calls it.
    #[serde(rename = "documentId")]
    document_id: Option<String>,
}

/// What a request says beside its operation. Other keys say nothing to us.
#[derive(Default, Deserialize)]
struct Extensions {
    #[serde(rename = "persistedQuery")]
    persisted_query: Option<PersistedQuery>,
}

/// The document's hash, as Apollo's clients and others send it.
#[derive(Deserialize)]
struct PersistedQuery {
    #[serde(rename = "sha256Hash")]
    sha256_hash: String,
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
    extensions: Option<String>,
    #[serde(rename = "documentId")]
    document_id: Option<String>,
}

/// The members of a JSON object. Null and an empty list, as PHP writes an object without members, have none.
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
    /// Reads a JSON body of at most `longest` requests; `wrapped` says that an SDK sent it.
    pub(super) fn read(body: &[u8], wrapped: bool, longest: usize) -> Result<Self, Failure> {
        refuse_repeated_key(body)?;
        Self::read_unique(body, wrapped, longest)
    }

    fn read_unique(body: &[u8], wrapped: bool, longest: usize) -> Result<Self, Failure> {
        if wrapped
            && let Ok(Wrapper { query: Some(inner) }) = serde_json::from_slice(body)
            && inner.get().starts_with(['{', '['])
        {
            return Self::read_unique(inner.get().as_bytes(), false, longest);
        }
        // Anything but a list is read as one request, which says best what is wrong with it.
        if body.trim_ascii_start().first() != Some(&b'[') {
            let body: Body = serde_json::from_slice(body).map_err(malformed)?;
            return Ok(Self::Single(Box::new(body.asked()?)));
        }
        // Counted before they are read.
        let requests: Vec<IgnoredAny> = serde_json::from_slice(body).map_err(malformed)?;
        match requests.len() {
            0 => return Err(Failure::NoQuery),
            count if count > longest => return Err(Failure::TooManyQueries),
            _ => {}
        }
        let requests: Vec<Body> = serde_json::from_slice(body).map_err(malformed)?;
        Ok(Self::Batch(requests.into_iter().map(Body::asked).collect::<Result<_, _>>()?))
    }
}

impl Body {
    /// The request, as the gate takes it. Fails when it has no document.
    pub(super) fn asked(self) -> Result<GraphqlRequest, Failure> {
        let hash = self.extensions.0.persisted_query;
        let document_id = self.document_id.or(hash.map(|hash| hash.sha256_hash));
        let document_id = document_id.filter(|id| !id.is_empty());
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
    /// Reads the parameters as one request.
    pub(super) fn asked(self) -> Result<GraphqlRequest, Failure> {
        let Self { query, operation_name, document_id, .. } = self;
        let variables = json(self.variables.as_deref())?.unwrap_or_default();
        let extensions = json(self.extensions.as_deref())?.unwrap_or_default();
        Body { query, operation_name, variables, extensions, document_id }.asked()
    }

    /// Whether there is a document at all.
    pub(super) fn is_empty(&self) -> bool {
        self.query.is_none() && self.document_id.is_none() && self.extensions.is_none()
    }
}

/// A parameter that holds JSON.
fn json<T: DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, Failure> {
    let text = text.filter(|text| !text.is_empty());
    refuse_repeated_key(text.unwrap_or_default().as_bytes())?;
    text.map(|text| serde_json::from_str(text).map_err(malformed)).transpose()
}

/// Refuses JSON in which an object has a key twice, at whatever depth.
fn refuse_repeated_key(json: &[u8]) -> Result<(), Failure> {
    find_repeated_key(json).map_or(Ok(()), |problem| Err(Failure::Malformed(problem)))
}

#[expect(clippy::needless_pass_by_value, reason = "called by map_err")]
fn malformed(error: serde_json::Error) -> Failure {
    // The library's text names our types; the place is what the client can use.
    let place = format!("line {}, column {}", error.line(), error.column());
    Failure::Malformed(format!("The request is not a well-formed GraphQL request: see {place}."))
}
