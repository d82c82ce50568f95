//! The kinds of messages.

use entity::message::Channel;

/// The kind of a message. Its name is the table in the templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A link to set a new password.
    Recovery,
    /// A code to set a new password.
    RecoveryOtp,
    /// A link to verify the e-mail address.
    Verification,
    /// A code to verify the e-mail address.
    VerificationOtp,
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
    /// A code to show the mailbox as a second factor.
    MfaCode,
    /// Second factors were turned on.
    MfaEnabled,
    /// Second factors were turned off.
    MfaDisabled,
    /// A server or an operator has removed all second factors.
    MfaReset,
    /// An authenticator app was added.
    AuthenticatorAdded,
    /// An authenticator app was removed.
    AuthenticatorRemoved,
    /// Recovery codes were created.
    RecoveryCodesCreated,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// A sign-in began, and no second factor followed.
    SignInIncomplete,
    /// So many wrong codes were shown that no more are compared today.
    TooManyWrongCodes,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was deleted.
    PasskeyDeleted,
    /// A provider account was linked.
    IdentityLinked,
    /// A provider account was unlinked.
    IdentityUnlinked,
    /// Someone tried to sign up with the address of this account.
    AddressTaken,
    /// A test of the mail transport.
    Probe,
    /// A test of the SMS provider.
    ProbeSms,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 29] = [
        Self::Recovery,
        Self::RecoveryOtp,
        Self::Verification,
        Self::VerificationOtp,
        Self::MagicLink,
        Self::EmailCode,
        Self::PhoneCode,
        Self::PasswordChanged,
        Self::EmailChanged,
        Self::PhoneChanged,
        Self::Recovered,
        Self::NewDevice,
        Self::MfaCode,
        Self::MfaEnabled,
        Self::MfaDisabled,
        Self::MfaReset,
        Self::AuthenticatorAdded,
        Self::AuthenticatorRemoved,
        Self::RecoveryCodesCreated,
        Self::RecoveryCodeUsed,
        Self::SignInIncomplete,
        Self::TooManyWrongCodes,
        Self::PasskeyAdded,
        Self::PasskeyDeleted,
        Self::IdentityLinked,
        Self::IdentityUnlinked,
        Self::AddressTaken,
        Self::Probe,
        Self::ProbeSms,
    ];

    /// The name in the outbox and in the templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::RecoveryOtp => "recovery_otp",
            Self::Verification => "verification",
            Self::VerificationOtp => "verification_otp",
            Self::MagicLink => "magic_link",
            Self::EmailCode => "email_code",
            Self::PhoneCode => "phone_code",
            Self::PasswordChanged => "password_changed",
            Self::EmailChanged => "email_changed",
            Self::PhoneChanged => "phone_changed",
            Self::Recovered => "recovered",
            Self::NewDevice => "new_device",
            Self::MfaCode => "mfa_code",
            Self::MfaEnabled => "mfa_enabled",
            Self::MfaDisabled => "mfa_disabled",
            Self::MfaReset => "mfa_reset",
            Self::AuthenticatorAdded => "authenticator_added",
            Self::AuthenticatorRemoved => "authenticator_removed",
            Self::RecoveryCodesCreated => "recovery_codes_created",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::SignInIncomplete => "sign_in_incomplete",
            Self::TooManyWrongCodes => "too_many_wrong_codes",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyDeleted => "passkey_deleted",
            Self::IdentityLinked => "identity_linked",
            Self::IdentityUnlinked => "identity_unlinked",
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
            Self::MfaEnabled,
            Self::MfaDisabled,
            Self::MfaReset,
            Self::AuthenticatorAdded,
            Self::AuthenticatorRemoved,
            Self::RecoveryCodesCreated,
            Self::RecoveryCodeUsed,
            Self::SignInIncomplete,
            Self::TooManyWrongCodes,
            Self::PasskeyAdded,
            Self::PasskeyDeleted,
            Self::IdentityLinked,
            Self::IdentityUnlinked,
            Self::AddressTaken,
        ];
        alerts.iter().any(|kind| kind.name() == name)
    }
}
