//! What GraphQL shows of itself.

use std::path::PathBuf;

use serde::Deserialize;

/// The switches of the GraphQL endpoint.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GraphQl {
    /// Whether clients may ask for the schema.
    pub introspection: bool,
    /// Whether a browser finds `GraphiQL`.
    pub graphiql: bool,
    /// Whether only documents are run that are known from the start.
    pub trusted_documents: bool,
    /// A folder of documents that are known from the start.
    pub documents: Option<PathBuf>,
}
