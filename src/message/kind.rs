//! The kinds of messages.

use entity::message::Channel;

/// The kind of a message. Its name is the table in the templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A link to set a new password.
    Recovery,
    /// A link to verify the e-mail address.
    Verification,
    /// A sign-in link, and a code for signing in on another device.
    MagicLink,
    /// A sign-in code by e-mail.
    EmailCode,
    /// A code by SMS, to sign in or to verify the number.
    PhoneCode,
    /// The password was changed.
    PasswordChanged,
    /// The e-mail address was changed; goes to the old one.
    EmailChanged,
    /// The phone number was changed.
    PhoneChanged,
    /// The password was reset by a recovery.
    Recovered,
    /// A sign-in from a new device.
    NewDevice,
    /// Someone tried to sign up with the address of this account.
    AddressTaken,
    /// A test of the mail transport.
    Probe,
    /// A test of the SMS provider.
    ProbeSms,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Recovery,
        Self::Verification,
        Self::MagicLink,
        Self::EmailCode,
        Self::PhoneCode,
        Self::PasswordChanged,
        Self::EmailChanged,
        Self::PhoneChanged,
        Self::Recovered,
        Self::NewDevice,
        Self::AddressTaken,
        Self::Probe,
        Self::ProbeSms,
    ];

    /// The name in the outbox and in the templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::Verification => "verification",
            Self::MagicLink => "magic_link",
            Self::EmailCode => "email_code",
            Self::PhoneCode => "phone_code",
            Self::PasswordChanged => "password_changed",
            Self::EmailChanged => "email_changed",
            Self::PhoneChanged => "phone_changed",
            Self::Recovered => "recovered",
            Self::NewDevice => "new_device",
            Self::AddressTaken => "address_taken",
            Self::Probe => "probe",
            Self::ProbeSms => "probe_sms",
        }
    }

    /// The way it goes.
    pub const fn channel(self) -> Channel {
        match self {
            Self::PhoneCode | Self::ProbeSms => Channel::Sms,
            _ => Channel::Mail,
        }
    }

    /// Whether a message of this name is an alert, which the user hasn't requested.
    pub(crate) fn is_alert(name: &str) -> bool {
        let alerts = [
            Self::PasswordChanged,
            Self::EmailChanged,
            Self::PhoneChanged,
            Self::Recovered,
            Self::NewDevice,
            Self::AddressTaken,
        ];
        alerts.iter().any(|kind| kind.name() == name)
    }
}
