//! The types of all errors, for whoever handles them: `docs/errors.md` and the OpenAPI description are made of it.

/// A type of errors, as `type` of an answer names it.
#[derive(Clone, Copy, Debug)]
pub struct ErrorType {
    /// Its name on the wire.
    pub name: &'static str,
    /// The statuses that it comes with, the usual one first.
    pub codes: &'static [u16],
    /// Where it can come from.
    pub from: Source,
    /// When it comes, and what helps.
    pub meaning: &'static str,
}

/// Where an error can come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The whole request is refused, before any field runs.
    Request,
    /// Any field can give it; descriptions of fields don't name it.
    AnyField,
    /// The fields whose descriptions name it.
    Fields,
    /// A sign-in with a provider, at the page that `failure` names.
    Provider,
}

impl Source {
    /// What heads its part of the table.
    pub fn title(self) -> &'static str {
        match self {
            Self::Request => "The request is refused as a whole",
            Self::AnyField => "Any field, any route",
            Self::Fields => "The fields and routes that name it",
            Self::Provider => "A sign-in with a provider, on its way",
        }
    }
}

const fn of(
    name: &'static str,
    codes: &'static [u16],
    from: Source,
    meaning: &'static str,
) -> ErrorType {
    ErrorType { name, codes, from, meaning }
}

/// All types of errors, sorted by where they come from and by name.
#[rustfmt::skip]
pub const CATALOG: &[ErrorType] = &[
    of("general_not_implemented", &[405], Source::Request, "The path exists, but not with this method."),
    of("general_route_not_found", &[404], Source::Request, "There is no such path. Look at the endpoint: it ends with `/v1`."),
    of("general_unknown_origin", &[403], Source::Request, "A page of another host than the project's `platforms` sent a cookie. The server's log names the setting."),
    of("graphql_document_not_trusted", &[403], Source::Request, "The server runs only documents that it knows (`graphql.trusted_documents`)."),
    of("graphql_method_unsupported", &[405], Source::Request, "A mutation came by GET. Send it by POST."),
    of("graphql_no_query", &[400], Source::Request, "There is no document in the request: neither `query` nor an id."),
    of("graphql_persisted_query_not_found", &[404], Source::Request, "The hash is new to the server. Clients with automatic persisted queries send the text then."),
    of("graphql_too_many_queries", &[400], Source::Request, "The batch is empty or longer than `limits.batch`."),
    of("project_not_found", &[404], Source::Request, "`X-Appwrite-Project` or `?project=` names no project of the server."),

    of("general_argument_invalid", &[400, 406, 408, 413, 415], Source::AnyField, "An argument is missing or malformed; `argument` names it. Of a whole request: it is no JSON, too large, too slow, or no valid GraphQL."),
    of("general_server_busy", &[503], Source::AnyField, "More is waiting than the server takes on, or the database doesn't answer. Try again after `retryAfter` seconds."),
    of("general_server_error", &[500], Source::AnyField, "A fault of the server. Its log has the cause under the error's `id`."),
    of("user_blocked", &[403], Source::AnyField, "The account was blocked."),
    of("user_jwt_and_cookie_set", &[403], Source::AnyField, "The request has credentials of two sessions. Send one of them."),

    of("general_bad_request", &[400], Source::Fields, "Refused without a reason that would tell of other accounts, such as a taken address; or a sign-in of a page by WebSocket, which can't set a cookie."),
    of("general_phone_disabled", &[503], Source::Fields, "The server sends no text messages: `sms.url` is `none:`."),
    of("general_query_invalid", &[400], Source::Fields, "An item of `queries` is not understood."),
    of("general_rate_limit_exceeded", &[429], Source::Fields, "The limit is used up. Try again after `retryAfter` seconds. Also of a network with too many open connections."),
    of("general_smtp_disabled", &[503], Source::Fields, "The server sends no mail: `mail.url` is `none:`."),
    of("general_unauthorized_scope", &[401], Source::Fields, "Nobody is signed in, or the session has ended. In development `hint` says which."),
    of("project_provider_disabled", &[412], Source::Fields, "The server has no settings for this provider."),
    of("project_provider_unsupported", &[400], Source::Fields, "The session's provider can't do this."),
    of("user_already_exists", &[409], Source::Fields, "A user with this id, address or number exists. Offer to sign in, or a recovery."),
    of("user_auth_method_unsupported", &[501], Source::Fields, "The project has turned this way of signing in off. Offer another one; in development `hint` names the setting."),
    of("user_count_exceeded", &[501], Source::Fields, "Sign-up is closed (`sign_up`), and there is no account yet. Where accounts aren't revealed, a link or a code is answered as always, and not sent."),
    of("user_email_already_exists", &[409], Source::Fields, "Another user has this address; only with `security.reveal_accounts`."),
    of("user_email_already_verified", &[409], Source::Fields, "There is nothing to do: the address is verified."),
    of("user_email_not_found", &[400], Source::Fields, "The user has no e-mail address to verify."),
    of("user_email_not_whitelisted", &[401], Source::Fields, "The address is not of a domain that the project admits (`sign_up.domains`); or there is none, or the provider has not verified it."),
    of("user_identity_not_found", &[404], Source::Fields, "None of the user's identities has this id."),
    of("user_invalid_credentials", &[401], Source::Fields, "Address and password, or the present password, don't match an account."),
    of("user_invalid_token", &[401], Source::Fields, "The secret or code is wrong, expired, used before, or of another purpose. Let the user ask for a new one."),
    of("user_jwt_creation_denied", &[403], Source::Fields, "A JWT can't make another one. Use the session."),
    of("user_jwt_invalid", &[401], Source::Fields, "The JWT is malformed or expired, or its session has ended. Make a new one."),
    of("user_not_found", &[404], Source::Fields, "No user has this id or address; only with `security.reveal_accounts`."),
    of("user_password_mismatch", &[400], Source::Fields, "`passwordAgain` differs from `password`."),
    of("user_phone_already_exists", &[409], Source::Fields, "Another user has this number; only with `security.reveal_accounts`."),
    of("user_phone_already_verified", &[409], Source::Fields, "There is nothing to do: the number is verified."),
    of("user_phone_not_found", &[400], Source::Fields, "The user has no phone number to verify."),
    of("user_prefs_conflict", &[409], Source::Fields, "The preferences have changed since `ifRevision`. Read them and patch again."),
    of("user_session_already_exists", &[401], Source::Fields, "Somebody is signed in already."),
    of("user_session_not_found", &[404], Source::Fields, "None of the user's sessions has this id."),

    of("user_oauth2_bad_request", &[400], Source::Provider, "The sign-in was not begun in this browser, or it is over. Begin anew."),
    of("user_oauth2_provider_error", &[424], Source::Provider, "The provider failed, or answered what can't be trusted; the server's log says what. Also of `accountUpdateSession`."),
    of("user_oauth2_unauthorized", &[401], Source::Provider, "The user did not agree at the provider."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The types and their codes that a source file names, as `("user_blocked", 403)` or with a `StatusCode`.
    fn named_in(source: &str) -> BTreeSet<String> {
        let kinds = source.split('"').skip(1).step_by(2);
        let is_type = |text: &&str| {
            ["general_", "graphql_", "project_", "user_"]
                .iter()
                .any(|start| text.starts_with(start))
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        };
        kinds.filter(is_type).map(str::to_owned).collect()
    }

    /// C-53: what the code can answer is in the catalogue, with its status, and nothing else is.
    #[test]
    fn the_catalog_has_every_type() {
        let errors = include_str!("../error.rs");
        let mut answered = named_in(errors);
        answered.extend(named_in(include_str!("../http/failure.rs")));
        let known: BTreeSet<String> = CATALOG.iter().map(|error| error.name.to_owned()).collect();

        assert_eq!(answered, known);
        assert_eq!(known.len(), CATALOG.len());
        for error in CATALOG {
            let [code, ..] = error.codes else { panic!("{} has no code", error.name) };
            let pair = format!("(\"{}\", {code})", error.name);
            let is_of_requests = !errors.contains(&format!("\"{}\"", error.name));
            assert!(errors.contains(&pair) || is_of_requests, "{pair} is not in error.rs");
            assert!(error.meaning.ends_with('.'), "{}", error.name);
        }
    }
}
