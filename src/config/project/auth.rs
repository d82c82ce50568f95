//! Which ways of signing in a project has.

use entity::ProjectId;
use serde::Deserialize;

/// A way of signing in that a project can turn off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMethod {
    /// An e-mail address and a password; recovery with it.
    Password,
    /// A mailed link, and the code in its mail.
    MagicLink,
    /// A mailed code.
    EmailCode,
    /// A code by text message.
    Phone,
    /// A new user without an address.
    Anonymous,
    /// An account at a provider.
    OAuth,
}

impl AuthMethod {
    /// Every way there is.
    pub const ALL: [Self; 6] = [
        Self::Password,
        Self::MagicLink,
        Self::EmailCode,
        Self::Phone,
        Self::Anonymous,
        Self::OAuth,
    ];

    /// Why it can't be used where it is off, for developers.
    pub const fn is_off(self) -> &'static str {
        match self {
            Self::Password => "the project's setting auth.password is false",
            Self::MagicLink => "the project's setting auth.magic_link is false",
            Self::EmailCode => "the project's setting auth.email_code is false",
            Self::Phone => "the project's setting auth.phone is false",
            Self::Anonymous => "the project's setting auth.anonymous is false",
            Self::OAuth => "the project's setting auth.oauth is false",
        }
    }
}

/// The ways of signing in, on or off each.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Auth {
    /// Signing up and in with a password, and recovery.
    pub password: bool,
    /// Signing in with a mailed link.
    pub magic_link: bool,
    /// Signing in with a mailed code.
    pub email_code: bool,
    /// Signing in with a code by text message, and verifying a number.
    pub phone: bool,
    /// Signing in as a new user without an address.
    pub anonymous: bool,
    /// Signing in with an account at a provider, and linking one.
    pub oauth: bool,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            password: true,
            magic_link: true,
            email_code: true,
            phone: true,
            anonymous: true,
            oauth: true,
        }
    }
}

impl Auth {
    /// Whether `method` is on.
    pub fn allows(&self, method: AuthMethod) -> bool {
        match method {
            AuthMethod::Password => self.password,
            AuthMethod::MagicLink => self.magic_link,
            AuthMethod::EmailCode => self.email_code,
            AuthMethod::Phone => self.phone,
            AuthMethod::Anonymous => self.anonymous,
            AuthMethod::OAuth => self.oauth,
        }
    }

    /// What is said of a project that nobody can sign in to: no way is both on and one that the server `offers`.
    pub(in crate::config) fn warn_of_no_method(
        &self,
        project: &ProjectId,
        offers: impl Fn(AuthMethod) -> bool,
    ) -> Option<String> {
        let is_usable = |method: AuthMethod| self.allows(method) && offers(method);
        (!AuthMethod::ALL.into_iter().any(is_usable)).then(|| {
            format!(
                "projects.{project}.auth: nobody can sign in: each way is off, or needs what the server doesn't have \
                 (mail.url, sms.url, providers)"
            )
        })
    }
}
