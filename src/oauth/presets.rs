//! Built-in data about named providers.

use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};

use super::id_token::NonceRule;
use super::profile::{Fields, OPENID};
use crate::config::providers::Kind;

/// A kind of provider.
#[derive(Debug)]
pub(super) struct Preset {
    /// The issuer of its identities. Without `endpoints`, its metadata have everything else.
    pub(super) issuer: &'static str,
    /// The default scopes.
    pub(super) scopes: &'static str,
    /// Additional parameters for the authorization endpoint.
    pub(super) parameters: &'static [(&'static str, &'static str)],
    /// Whether it returns a refresh token only with the user's consent (OpenID Connect Core 11).
    pub(super) needs_consent: bool,
    /// Whether ID tokens that apps present must have a nonce.
    pub(super) nonce: NonceRule,
    /// Built-in endpoints, for providers that aren't a (proper) issuer of OpenID Connect.
    pub(super) endpoints: Option<Endpoints>,
}

/// The endpoints of a provider of plain OAuth 2, and the form of its profile.
#[derive(Debug)]
pub(super) struct Endpoints {
    pub(super) authorization: &'static str,
    pub(super) token: &'static str,
    /// The profile endpoint.
    pub(super) profile: &'static str,
    /// The endpoint of the user's addresses, if the profile has none.
    pub(super) emails: Option<&'static str>,
    pub(super) fields: Fields,
    /// Whether it supports PKCE.
    pub(super) pkce: bool,
}

/// Whether a kind of provider has this name.
pub(super) fn is_known(name: &str) -> bool {
    Kind::deserialize(StrDeserializer::<Error>::new(name)).is_ok()
}

/// The data of a kind.
pub(super) fn of(kind: Kind) -> &'static Preset {
    match kind {
        Kind::Oidc => &OIDC,
        Kind::Apple => &APPLE,
        Kind::Discord => &DISCORD,
        Kind::Facebook => &FACEBOOK,
        Kind::Github => &GITHUB,
        Kind::Gitlab => &GITLAB,
        Kind::Google => &GOOGLE,
        Kind::Linkedin => &LINKEDIN,
        Kind::Microsoft => &MICROSOFT,
        Kind::Slack => &SLACK,
        Kind::Spotify => &SPOTIFY,
    }
}

const OIDC: Preset = Preset {
    issuer: "",
    scopes: "openid email profile",
    parameters: &[],
    needs_consent: true,
    nonce: NonceRule::IfPresented,
    endpoints: None,
};

static APPLE: Preset = Preset {
    issuer: "https://appleid.apple.com",
    scopes: "openid email name",
    // Apple returns e-mail and name only with `form_post`, the name beside the code, and only once.
    parameters: &[("response_mode", "form_post")],
    nonce: NonceRule::Required,
    ..OIDC
};

static GITLAB: Preset = Preset { issuer: "https://gitlab.com", ..OIDC };

static GOOGLE: Preset = Preset {
    issuer: "https://accounts.google.com",
    // Without these, there is a refresh token only at the first sign-in, or never.
    parameters: &[("access_type", "offline"), ("prompt", "consent")],
    // Its library for iOS can't set one.
    nonce: NonceRule::IfInToken,
    ..OIDC
};

static SLACK: Preset = Preset { issuer: "https://slack.com", ..OIDC };

static DISCORD: Preset = Preset {
    issuer: "https://discord.com",
    scopes: "identify email",
    endpoints: Some(Endpoints {
        authorization: "https://discord.com/oauth2/authorize",
        token: "https://discord.com/api/oauth2/token",
        profile: "https://discord.com/api/users/@me",
        emails: None,
        fields: Fields {
            subject: "/id",
            email: "/email",
            verified: "/verified",
            name: "/global_name",
        },
        pkce: true,
    }),
    ..OIDC
};

static FACEBOOK: Preset = Preset {
    issuer: "https://www.facebook.com",
    scopes: "email public_profile",
    endpoints: Some(Endpoints {
        authorization: "https://www.facebook.com/v23.0/dialog/oauth",
        token: "https://graph.facebook.com/v23.0/oauth/access_token",
        profile: "https://graph.facebook.com/v23.0/me?fields=id,name,email",
        emails: None,
        // The address may not be verified.
        fields: Fields { subject: "/id", email: "/email", verified: "", name: "/name" },
        pkce: true,
    }),
    ..OIDC
};

static GITHUB: Preset = Preset {
    issuer: "https://github.com",
    scopes: "read:user user:email",
    endpoints: Some(Endpoints {
        authorization: "https://github.com/login/oauth/authorize",
        token: "https://github.com/login/oauth/access_token",
        profile: "https://api.github.com/user",
        emails: Some("https://api.github.com/user/emails"),
        // The profile's address is the public one, which may not be verified.
        fields: Fields { subject: "/id", email: "", verified: "", name: "/name" },
        pkce: true,
    }),
    ..OIDC
};

static LINKEDIN: Preset = Preset {
    issuer: "https://www.linkedin.com/oauth",
    endpoints: Some(Endpoints {
        authorization: "https://www.linkedin.com/oauth/v2/authorization",
        token: "https://www.linkedin.com/oauth/v2/accessToken",
        // Its ID tokens lack the nonce.
        profile: "https://api.linkedin.com/v2/userinfo",
        emails: None,
        fields: OPENID,
        // It rejects PKCE from a client with a secret.
        pkce: false,
    }),
    ..OIDC
};

static MICROSOFT: Preset = Preset {
    issuer: "https://login.microsoftonline.com/common/v2.0",
    scopes: "openid email profile offline_access",
    // It returns a refresh token on request, and would ask users for consent at every sign-in.
    needs_consent: false,
    // For accounts of all tenants: issuers of their tokens are in no metadata. `issuer` selects one tenant.
    endpoints: Some(Endpoints {
        authorization: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        token: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        profile: "https://graph.microsoft.com/oidc/userinfo",
        emails: None,
        // A tenant's administrator can set any address.
        fields: Fields { verified: "", ..OPENID },
        pkce: true,
    }),
    ..OIDC
};

static SPOTIFY: Preset = Preset {
    issuer: "https://accounts.spotify.com",
    scopes: "user-read-email",
    endpoints: Some(Endpoints {
        authorization: "https://accounts.spotify.com/authorize",
        token: "https://accounts.spotify.com/api/token",
        profile: "https://api.spotify.com/v1/me",
        emails: None,
        // Spotify's manual warns that the address is unverified.
        fields: Fields { subject: "/id", email: "/email", verified: "", name: "/display_name" },
        pkce: true,
    }),
    ..OIDC
};
