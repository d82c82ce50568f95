//! How often a field may be called: `@rateLimit` and `@guessLimit`.
#![expect(non_camel_case_types, reason = "fields name them like directives")]

use std::borrow::Cow;

use async_graphql::TypeDirective;
use async_graphql::registry::location_traits::Directive_At_FIELD_DEFINITION;
use async_graphql::registry::{MetaDirectiveInvocation, Registry};

use crate::graphql::policy::LimitKey;
use crate::graphql::policy::directive::{guess_limit, rate_limit};

/// A quota that several fields share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedQuota {
    /// Redeeming a secret that verifies an address or opens an account.
    Confirm,
    /// Asking for a challenge, under both names.
    CreateChallenge,
    /// Asking for a magic link, under both names.
    CreateMagicUrl,
    /// Asking for a code by text message to sign in with, under both names.
    CreatePhone,
    /// Asking for a recovery mail, with a link or a code.
    CreateRecovery,
    /// Asking for a verification mail, with a link, under both names, or a code.
    CreateVerification,
    /// Showing one's own password to change the account.
    OwnPassword,
    /// Redeeming a secret to sign in.
    Redeem,
    /// Showing a second factor, whichever, in a challenge or to set it up.
    SecondFactor,
    /// Signing in, in whatever way.
    SignIn,
    /// Redeeming the secret or code of a recovery mail.
    UpdateRecovery,
    /// Redeeming the secret, under both names, or the code of a verification mail.
    UpdateVerification,
}

impl SharedQuota {
    /// Counts the calls by `keys`, together with those of the other fields that name the quota.
    pub fn per<const N: usize>(self, keys: [LimitKey; N]) -> Counted {
        Counted { per: keys.to_vec(), shared: Some(self) }
    }

    /// Its name in the SDL.
    fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::CreateChallenge => "createChallenge",
            Self::CreateMagicUrl => "createMagicURL",
            Self::CreatePhone => "createPhone",
            Self::CreateRecovery => "createRecovery",
            Self::CreateVerification => "createVerification",
            Self::OwnPassword => "ownPassword",
            Self::Redeem => "redeem",
            Self::SecondFactor => "secondFactor",
            Self::SignIn => "signIn",
            Self::UpdateRecovery => "updateRecovery",
            Self::UpdateVerification => "updateVerification",
        }
    }
}

/// The keys of a limit, and whether other fields share the quota.
#[derive(Clone, Debug)]
pub struct Counted {
    per: Vec<LimitKey>,
    shared: Option<SharedQuota>,
}

impl Counted {
    fn shared(&self) -> Option<String> {
        self.shared.map(|quota| quota.as_str().to_owned())
    }
}

impl<const N: usize> From<[LimitKey; N]> for Counted {
    fn from(keys: [LimitKey; N]) -> Self {
        Self { per: keys.to_vec(), shared: None }
    }
}

/// Limits all calls of the field.
#[derive(Debug)]
pub struct calls;

/// Limits the failed calls of the field.
#[derive(Debug)]
pub struct failures;

impl calls {
    /// The directive: at most `limit` calls within any `window` seconds.
    pub fn apply(limit: u32, window: u32, counted: impl Into<Counted>) -> MetaDirectiveInvocation {
        let counted = counted.into();
        let shared = counted.shared();
        rate_limit::apply(limit, window, counted.per, shared)
    }
}

impl failures {
    /// The directive: at most `limit` failed calls within any `window` seconds.
    pub fn apply(limit: u32, window: u32, counted: impl Into<Counted>) -> MetaDirectiveInvocation {
        let counted = counted.into();
        let shared = counted.shared();
        guess_limit::apply(limit, window, counted.per, shared)
    }
}

impl Directive_At_FIELD_DEFINITION for calls {}
impl Directive_At_FIELD_DEFINITION for failures {}

impl TypeDirective for calls {
    fn name(&self) -> Cow<'static, str> {
        rate_limit.name()
    }

    fn register(&self, registry: &mut Registry) {
        rate_limit.register(registry);
    }
}

impl TypeDirective for failures {
    fn name(&self) -> Cow<'static, str> {
        guess_limit.name()
    }

    fn register(&self, registry: &mut Registry) {
        guess_limit.register(registry);
    }
}
