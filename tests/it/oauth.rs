//! Signing in with accounts at providers.

mod flow;
mod linking;
mod outgoing;
mod presets;
mod refresh;
mod sign_in;
mod trust;
