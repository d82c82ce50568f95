//! The actor of a change: a guest, the user, or an administrator.

use std::sync::Arc;

use entity::security_log::ActorKind;

use crate::auth::api_key::KeyHolder;
use crate::auth::caller::SignedIn;

/// The actor of a change. Operations take it with the user who is changed, so that a user, a server and an
/// operator share them, and the security log says who it was.
#[derive(Clone, Debug)]
pub enum Actor<'a> {
    /// Someone who is not signed in: signs up or in, or redeems a secret.
    Guest,
    /// The user, with a session.
    User(&'a SignedIn),
    /// A server of the project, with an API key.
    Key(Arc<KeyHolder>),
    /// The owner of the machine.
    Operator,
}

impl Actor<'_> {
    /// Its kind in the security log.
    pub fn kind(&self) -> ActorKind {
        match self {
            Self::Guest => ActorKind::Guest,
            Self::User(_) => ActorKind::User,
            Self::Key(_) => ActorKind::Key,
            Self::Operator => ActorKind::Operator,
        }
    }

    /// Whether it may change accounts of others: a server or an operator.
    pub fn is_admin(&self) -> bool {
        self.kind().is_admin()
    }

    /// The API key that acts.
    pub fn key(&self) -> Option<&KeyHolder> {
        match self {
            Self::Key(key) => Some(key),
            Self::Guest | Self::User(_) | Self::Operator => None,
        }
    }
}
