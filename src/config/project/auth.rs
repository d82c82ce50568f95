//! The sign-in methods of a project.

use entity::ProjectId;
use serde::Deserialize;

/// A sign-in method that a project can turn off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMethod {
    /// E-mail address and password; includes recovery.
    Password,
    /// A magic link, and the code in the same mail.
    MagicLink,
    /// A code by e-mail.
    EmailCode,
    /// A code by SMS.
    Phone,
    /// An anonymous user.
    Anonymous,
    /// A provider account.
    OAuth,
    /// A passkey.
    Passkey,
}

impl AuthMethod {
    /// All methods.
    pub const ALL: [Self; 7] = [
        Self::Password,
        Self::MagicLink,
        Self::EmailCode,
        Self::Phone,
        Self::Anonymous,
        Self::OAuth,
        Self::Passkey,
    ];

    /// The reason why it is off, for developers.
    pub const fn is_off(self) -> &'static str {
        match self {
            Self::Password => "the project's setting auth.password is false",
            Self::MagicLink => "the project's setting auth.magic_link is false",
            Self::EmailCode => "the project's setting auth.email_code is false",
            Self::Phone => "the project's setting auth.phone is false",
            Self::Anonymous => "the project's setting auth.anonymous is false",
            Self::OAuth => "the project's setting auth.oauth is false",
            Self::Passkey => "the project's setting auth.passkey is false",
        }
    }
}

/// Which sign-in methods are on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Auth {
    /// Sign-up and sign-in with a password, and recovery.
    pub password: bool,
    /// Sign-in with a magic link.
    pub magic_link: bool,
    /// Sign-in with a code by e-mail.
    pub email_code: bool,
    /// Sign-in with a code by SMS, and verifying a number.
    pub phone: bool,
    /// Anonymous sign-in.
    pub anonymous: bool,
    /// Sign-in with a provider account, and linking one.
    pub oauth: bool,
    /// Sign-in with a passkey, and adding one.
    pub passkey: bool,
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
            passkey: true,
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
            AuthMethod::Passkey => self.passkey,
        }
    }

    /// The warning about a project that no user can sign in to: no method is both on and one that the server
    /// `offers`.
    pub(in crate::config) fn warn_of_no_method(
        &self,
        project: &ProjectId,
        offers: impl Fn(AuthMethod) -> bool,
    ) -> Option<String> {
        let is_usable = |method: AuthMethod| self.allows(method) && offers(method);
        (!AuthMethod::ALL.into_iter().any(is_usable)).then(|| {
            format!(
                "projects.{project}.auth: nobody can sign in: each way is off, or needs what the server doesn't have \
                 (mail.url, sms.url, providers, passkeys.rp_id)"
            )
        })
    }
}
