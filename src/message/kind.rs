//! What messages there are.

use entity::message::Channel;

/// What a message says. Its name is the table of the templates that words it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// How to set a new password.
    Recovery,
    /// How to prove the e-mail address.
    Verification,
    /// A link that signs in, and a code for who can't follow it.
    MagicLink,
    /// A code that signs in.
    EmailCode,
    /// A code that proves the phone number, or signs in.
    PhoneCode,
    /// The password was changed.
    PasswordChanged,
    /// The e-mail address was changed; goes to the old one.
    EmailChanged,
    /// The phone number was changed.
    PhoneChanged,
    /// The password was set anew by recovery.
    Recovered,
    /// Somebody signed in from a device that was not seen before.
    NewDevice,
    /// Somebody tried to sign up with an address that has an account.
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

    /// Whether a message of this name tells of something that nobody asked to be told.
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
