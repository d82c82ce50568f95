//! The kinds of callers, as the log names them.

/// The kind of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerKind {
    /// Not signed in.
    Guest,
    /// One of the project's servers, with an API key only.
    ApiKey,
    /// The owner of the machine, on the command line.
    Operator,
    /// A user with a session secret in a header.
    Session,
    /// A user with a session secret in a cookie.
    Cookie,
    /// A user with a JWT.
    Jwt,
    /// A blocked user.
    Blocked,
    /// Two sessions at once, or too many credentials.
    Conflict,
}

impl CallerKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::ApiKey => "key",
            Self::Operator => "operator",
            Self::Session => "session",
            Self::Cookie => "cookie",
            Self::Jwt => "jwt",
            Self::Blocked => "blocked",
            Self::Conflict => "conflict",
        }
    }
}
