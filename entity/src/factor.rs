//! Authentication factors: what a user has shown in a session.

use sea_orm::{EnumIter, Iterable};

/// A factor that was shown in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter)]
pub enum Factor {
    /// The password.
    Password,
    /// A secret that was sent to the e-mail address.
    Email,
    /// A code that was sent to the phone number.
    Phone,
    /// A code of an authenticator app.
    Totp,
    /// A recovery code.
    RecoveryCode,
    /// An account at a provider.
    Oauth2,
    /// Nothing: a sign-in without an account.
    Anonymous,
    /// The secret of a token that a server of the project has created.
    Token,
    /// Nothing of the user's: a server of the project has signed in for the user.
    Server,
    /// A passkey.
    Passkey,
    /// What the passkey's device has checked: a PIN, a fingerprint or a face.
    UserVerification,
}

/// The basis of a factor. Two factors on the same basis can be stolen together, and count as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactorKind {
    /// Something the user knows: the password.
    Knowledge,
    /// The user's mailbox. An account at a provider counts as one, too: it can be recovered by it, and the provider answers
    /// for nothing but its address.
    Mailbox,
    /// The user's phone number.
    PhoneNumber,
    /// A device with a secret: an authenticator app.
    Device,
    /// A list of codes.
    Codes,
    /// A passkey.
    Passkey,
    /// What the device of a passkey has checked.
    Verification,
    /// The word of a server, or none at all.
    Word,
}

impl Factor {
    /// The stored form, which is also that of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Totp => "totp",
            Self::RecoveryCode => "recoveryCode",
            Self::Oauth2 => "oauth2",
            Self::Anonymous => "anonymous",
            Self::Token => "token",
            Self::Server => "server",
            Self::Passkey => "passkey",
            Self::UserVerification => "userVerification",
        }
    }

    /// Parses the stored form; none if a newer version has written it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::iter().find(|factor| factor.as_str() == text)
    }

    /// Its basis.
    pub fn kind(self) -> FactorKind {
        match self {
            Self::Password => FactorKind::Knowledge,
            Self::Email | Self::Oauth2 => FactorKind::Mailbox,
            Self::Phone => FactorKind::PhoneNumber,
            Self::Totp => FactorKind::Device,
            Self::RecoveryCode => FactorKind::Codes,
            Self::Passkey => FactorKind::Passkey,
            Self::UserVerification => FactorKind::Verification,
            Self::Anonymous | Self::Token | Self::Server => FactorKind::Word,
        }
    }

    /// The stored form of several factors, each once, in the order in which they were shown.
    pub fn list(factors: impl IntoIterator<Item = Self>) -> String {
        let mut names = Vec::new();
        for name in factors.into_iter().map(Self::as_str) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        serde_json::Value::from(names).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_each_factor_once_and_can_be_read_back() {
        let list = Factor::list([Factor::Password, Factor::Totp, Factor::Password]);

        assert_eq!(list, r#"["password","totp"]"#);
        assert!(Factor::iter().all(|factor| Factor::parse(factor.as_str()) == Some(factor)));
        assert_eq!(Factor::parse("palm"), None);
    }
}
