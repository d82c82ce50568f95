//! REST: the fields of the schema as routes.

mod answers;
mod document;
mod requests;
mod routes;
