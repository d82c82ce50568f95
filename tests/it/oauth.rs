//! Signing in with accounts at providers.

mod answers;
mod doctor;
mod flow;
mod lenient;
mod linking;
mod outgoing;
mod presets;
mod refresh;
mod sign_in;
mod trust;
