//! Short forms of the directives of root fields: who may call them, how recently signed in, how often, and as which REST route.
//!
//! The derive takes any unit struct with an `apply` as a directive. Each of these stands for the directive that it registers, which
//! the SDL prints.

pub mod access;
pub mod fresh;
pub mod limit;
pub mod rest;
