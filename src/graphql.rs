//! The seam between GraphQL and the rest: what stands before the engine, and what every field shares.

pub mod answer;
pub mod catalog;
pub mod completion;
pub mod context;
pub mod declare;
pub mod described;
pub mod document;
pub mod documents;
pub mod gate;
pub mod json;
pub mod oversized_documents;
pub mod policy;
pub mod rest;
pub mod row;
pub mod scalars;
pub mod wire_errors;
