//! The GraphQL endpoint.

use std::path::PathBuf;

use serde::Deserialize;

/// The switches of the GraphQL endpoint.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GraphQl {
    /// Whether introspection is on.
    pub introspection: bool,
    /// Whether `GraphiQL` is on.
    pub graphiql: bool,
    /// Whether only trusted documents are run.
    pub trusted_documents: bool,
    /// A folder of trusted documents.
    pub documents: Option<PathBuf>,
}
