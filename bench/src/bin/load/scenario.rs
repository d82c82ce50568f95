//! The scenarios, and where each server takes them.

use clap::ValueEnum;

/// A server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// The server that is measured.
    Accountd,
    /// The program that it is measured by.
    Bare,
}

/// How a session is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Credential {
    /// With a JWT.
    Token,
    /// With the cookie.
    Cookie,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// Reading the user.
    #[value(name = "accountGet")]
    Get,
    /// Reading the user by REST.
    #[value(name = "rest")]
    Rest,
    /// Reading the user's sessions.
    #[value(name = "accountListSessions")]
    ListSessions,
    /// Replacing the preferences.
    #[value(name = "accountUpdatePrefs")]
    UpdatePrefs,
    /// Reading users twenty times for each time that preferences are replaced.
    #[value(name = "mix")]
    Mix,
    /// Signing in with a password.
    #[value(name = "sign-in")]
    SignIn,
}

/// One kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Get,
    Rest,
    ListSessions,
    UpdatePrefs,
    SignIn,
}

/// How many reads a write has in the mix.
const READS: u32 = 20;

impl Scenario {
    /// The operation of the call of this number.
    pub(crate) fn operation(self, call: u32) -> Operation {
        match self {
            Self::Rest => Operation::Rest,
            Self::ListSessions => Operation::ListSessions,
            Self::UpdatePrefs => Operation::UpdatePrefs,
            Self::Mix if call.is_multiple_of(READS.saturating_add(1)) => Operation::UpdatePrefs,
            Self::Get | Self::Mix => Operation::Get,
            Self::SignIn => Operation::SignIn,
        }
    }
}

impl Operation {
    /// The method and the path.
    pub(crate) fn start(self, target: Target) -> &'static str {
        match (target, self) {
            (Target::Accountd, Self::Rest) => "GET /v1/account",
            (Target::Accountd, _) => "POST /v1/graphql",
            (Target::Bare, Self::Get) => "POST /get",
            (Target::Bare, Self::Rest) => "GET /get",
            (Target::Bare, Self::ListSessions) => "POST /sessions",
            (Target::Bare, Self::UpdatePrefs) => "POST /prefs",
            (Target::Bare, Self::SignIn) => "POST /sign-in",
        }
    }

    /// The document, with its name after the first word; none by REST.
    pub(crate) fn document(self) -> &'static str {
        match self {
            Self::Rest => "",
            Self::Get => include_str!("../../../../schema/operations/accountGet.graphql"),
            Self::ListSessions => {
                include_str!("../../../../schema/operations/accountListSessions.graphql")
            }
            Self::UpdatePrefs => {
                include_str!("../../../../schema/operations/accountUpdatePrefs.graphql")
            }
            Self::SignIn => include_str!(
                "../../../../schema/operations/accountCreateEmailPasswordSession.graphql"
            ),
        }
    }
}
