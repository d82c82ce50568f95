//! Signing in with accounts at providers.

mod answers;
mod doctor;
mod flow;
mod id_token;
mod lenient;
mod linking;
mod notices;
mod presets;
mod provider_http;
mod refresh;
mod sign_in;
mod trust;
