//! The settings of a project, as its operators see them.

use async_graphql::{ID, SimpleObject};

use crate::app::App;
use crate::config::project::{EmailDomain, SignUp};
use crate::config::{AuthMethod, Project};

/// The settings of a project. They are part of the server's configuration.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "Project")]
pub(super) struct ProjectSettings {
    /// The project's id.
    #[graphql(name = "_id")]
    id: ID,
    /// The name in e-mail; empty if it has none.
    name: String,
    /// The hosts of its apps, and their schemes.
    platforms: Vec<String>,
    /// The sender of its e-mail; empty if no e-mail is sent.
    mail_from: String,
    /// Who may sign up: `open`, `closed`, or the domains of e-mail addresses, separated by commas.
    sign_up: String,
    /// The sign-in methods.
    auth_methods: Vec<Method>,
    /// The second factors: `totp`, `phone` and `email`.
    second_factors: Vec<Method>,
    /// The domain of its passkeys; empty if it has none.
    passkey_domain: String,
    /// The lifetime of sessions.
    session: SessionSettings,
    /// The lifetime of one-time secrets.
    tokens: TokenSettings,
    /// Security switches.
    security: SecuritySettings,
}

/// A sign-in method or second factor of a project.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "AuthMethod")]
struct Method {
    /// Its name in the project's configuration, for example `magic_link`.
    name: &'static str,
    /// Whether it is on.
    enabled: bool,
}

/// The lifetime of a project's sessions.
#[derive(Clone, Debug, SimpleObject)]
struct SessionSettings {
    /// How long a session is valid, in seconds.
    ttl_seconds: u64,
    /// The maximum age of a session, however often it is extended, in seconds.
    absolute_ttl_seconds: u64,
    /// How many sessions a user may have.
    per_user: u32,
}

/// The lifetime of a project's one-time secrets, in seconds.
#[derive(Clone, Debug, SimpleObject)]
#[expect(clippy::struct_field_names, reason = "a unit belongs to a name")]
struct TokenSettings {
    /// Of the link in a recovery e-mail.
    recovery_ttl_seconds: u64,
    /// Of the link in a verification e-mail.
    verification_ttl_seconds: u64,
    /// Of a magic link, with its code.
    magic_link_ttl_seconds: u64,
    /// Of codes by e-mail and SMS.
    code_ttl_seconds: u64,
}

/// The security switches of a project.
#[derive(Clone, Debug, SimpleObject)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
struct SecuritySettings {
    /// How many characters a new password has at least.
    password_min_length: usize,
    /// Whether the most common passwords are rejected.
    password_dictionary: bool,
    /// Whether responses may reveal which accounts exist.
    reveal_accounts: bool,
    /// Whether signing up with a taken address gets the same response as with a free one.
    hide_taken_addresses: bool,
    /// Whether a new password ends the user's other sessions.
    end_other_sessions_on_password_change: bool,
    /// Whether risky changes of an account need a recent sign-in.
    require_recent_sign_in: bool,
}

impl ProjectSettings {
    /// The settings of `project`.
    pub(super) fn new(app: &App, project: &Project) -> Self {
        let from = project.mail.from.as_ref().or(app.config.mail.from.as_ref());
        let methods = AuthMethod::ALL.into_iter();
        Self {
            id: project.id.as_str().into(),
            name: project.name.clone(),
            platforms: project.platforms.clone(),
            mail_from: from.map(|from| from.address.to_string()).unwrap_or_default(),
            sign_up: who_may_sign_up(&project.sign_up),
            auth_methods: methods
                .map(|method| Method {
                    name: name_of(method),
                    enabled: project.auth.allows(method),
                })
                .collect(),
            second_factors: vec![
                Method { name: "totp", enabled: project.mfa.totp },
                Method { name: "phone", enabled: project.mfa.phone },
                Method { name: "email", enabled: project.mfa.email },
            ],
            passkey_domain: project.passkeys.rp_id.clone().unwrap_or_default(),
            session: SessionSettings {
                ttl_seconds: project.session.ttl_seconds,
                absolute_ttl_seconds: project.session.absolute_ttl_seconds,
                per_user: project.session.per_user,
            },
            tokens: TokenSettings {
                recovery_ttl_seconds: project.tokens.recovery_ttl_seconds,
                verification_ttl_seconds: project.tokens.verification_ttl_seconds,
                magic_link_ttl_seconds: project.tokens.magic_link_ttl_seconds,
                code_ttl_seconds: project.tokens.code_ttl_seconds,
            },
            security: SecuritySettings {
                password_min_length: project.password.min_length,
                password_dictionary: project.password.dictionary,
                reveal_accounts: project.security.reveal_accounts,
                hide_taken_addresses: project.security.hide_taken_addresses,
                end_other_sessions_on_password_change: project
                    .security
                    .end_other_sessions_on_password_change,
                require_recent_sign_in: project.security.require_recent_sign_in,
            },
        }
    }
}

fn who_may_sign_up(sign_up: &SignUp) -> String {
    let domain = |domain: &EmailDomain| match domain {
        EmailDomain::Exact(name) => name.clone(),
        EmailDomain::Subdomains(parent) => format!("*.{parent}"),
    };
    match sign_up {
        SignUp::Open => "open".to_owned(),
        SignUp::Closed => "closed".to_owned(),
        SignUp::Domains(domains) => domains.iter().map(domain).collect::<Vec<_>>().join(", "),
    }
}

fn name_of(method: AuthMethod) -> &'static str {
    match method {
        AuthMethod::Password => "password",
        AuthMethod::MagicLink => "magic_link",
        AuthMethod::EmailCode => "email_code",
        AuthMethod::Phone => "phone",
        AuthMethod::Anonymous => "anonymous",
        AuthMethod::OAuth => "oauth",
        AuthMethod::Passkey => "passkey",
    }
}
