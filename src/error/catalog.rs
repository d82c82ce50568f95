//! The catalogue of error types: the source of `docs/errors.md` and of the errors in the OpenAPI
//! description.

/// An error type.
#[derive(Clone, Copy, Debug)]
pub struct ErrorType {
    /// The `type` in responses.
    pub name: &'static str,
    /// The HTTP statuses it comes with, the most common one first.
    pub codes: &'static [u16],
    /// Where it can come from.
    pub from: Source,
    /// When it is returned, and what to do.
    pub meaning: &'static str,
}

/// Where an error comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The whole request fails, before any field runs.
    Request,
    /// Any field can return it. Descriptions of fields don't list it.
    AnyField,
    /// The fields whose descriptions list it.
    Fields,
    /// An OAuth sign-in, passed to the page in `failure`.
    Provider,
}

impl Source {
    /// The heading of its part of the table.
    pub fn title(self) -> &'static str {
        match self {
            Self::Request => "The whole request fails",
            Self::AnyField => "Any field and route",
            Self::Fields => "The fields and routes that list it",
            Self::Provider => "OAuth sign-in, in the redirect to `failure`",
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

/// All error types, sorted by source and name.
#[rustfmt::skip]
pub const CATALOG: &[ErrorType] = &[
    of("general_not_implemented", &[405], Source::Request, "The path exists, but not with this method."),
    of("general_route_not_found", &[404], Source::Request, "There is no such path. Check your endpoint: it ends with `/v1`."),
    of("general_unknown_origin", &[403], Source::Request, "A cookie was sent by a page whose host is not one of the project's `platforms`. The server's log names the configuration key."),
    of("graphql_document_not_trusted", &[403], Source::Request, "The server only runs known documents (`graphql.trusted_documents`)."),
    of("graphql_method_unsupported", &[405], Source::Request, "A mutation was sent by GET. Use POST."),
    of("graphql_no_query", &[400], Source::Request, "There is no document in the request: neither `query` nor an id, an empty body, or an empty batch."),
    of("graphql_persisted_query_not_found", &[404], Source::Request, "The server knows no document with this id or hash. Clients with automatic persisted queries then send the text."),
    of("graphql_too_many_queries", &[400], Source::Request, "The batch is longer than `limits.batch`."),
    of("project_id_missing", &[403], Source::Request, "The API key is of another project. Send that project's id in `X-Appwrite-Project`."),
    of("project_key_expired", &[401], Source::Request, "The API key has expired. Create a new one with `accountd key new`."),
    of("project_not_found", &[404], Source::Request, "`X-Appwrite-Project` or `?project=` names a project that the server doesn't have."),
    of("user_unauthorized", &[401], Source::Request, "The API key in `X-Appwrite-Key` is unknown or revoked; the message says which."),

    of("general_argument_invalid", &[400, 406, 408, 413, 415], Source::AnyField, "An argument is missing or malformed; `argument` names it. Without `argument`, the request as a whole is wrong: no JSON, too large, sent too slowly, or no valid GraphQL."),
    of("general_server_busy", &[503], Source::AnyField, "The server has too many waiting requests, or the database doesn't respond. Try again after `retryAfter` seconds."),
    of("general_server_error", &[500], Source::AnyField, "A fault of the server. Quote the error's `id` when you report it: the server's log has the cause under that id."),
    of("user_blocked", &[403], Source::AnyField, "The account was blocked."),
    of("user_jwt_and_cookie_set", &[403], Source::AnyField, "The request has credentials of two sessions. Send one of them."),

    of("general_bad_request", &[400], Source::Fields, "The reason would reveal another account, for example that an address is taken. Also returned when a page signs in that gets no cookie: over a WebSocket, or from a host that is not one of the project's `platforms`; the message says which."),
    of("general_cursor_not_found", &[400], Source::Fields, "The row that `cursorAfter` or `cursorBefore` names doesn't exist, or was deleted meanwhile. Start again without a cursor."),
    of("general_phone_disabled", &[503], Source::Fields, "The server sends no SMS: `sms.url` is `none:`."),
    of("general_query_invalid", &[400], Source::Fields, "An item of `queries` can't be read, or asks for what the list doesn't have. More than 100 items, and one of more than 4,096 bytes, are a `general_argument_invalid`."),
    of("general_query_timeout", &[400], Source::Fields, "The list could not be read in time: its filters or orders have no index, and there are many rows. Add a filter that has one."),
    of("general_rate_limit_exceeded", &[429], Source::Fields, "A rate limit is exceeded. Try again after `retryAfter` seconds. Also returned to a network with too many open connections."),
    of("general_smtp_disabled", &[503], Source::Fields, "The server sends no mail: `mail.url` is `none:`."),
    of("general_unauthorized_scope", &[401], Source::Fields, "The caller is not signed in, or the session has ended: in development, `hint` says which. Or the field is for servers, and the caller has no API key with a scope that the message names."),
    of("message_not_found", &[404], Source::Fields, "The outbox has no message with this id. Finished messages are kept for seven days, events for webhooks for an hour."),
    of("project_provider_disabled", &[412], Source::Fields, "The server has no configuration for this provider, or it takes no ID tokens of it (`id_tokens`)."),
    of("project_provider_unsupported", &[400], Source::Fields, "There is no such provider, or it has no ID tokens, or the session's provider can't renew tokens."),
    of("user_already_exists", &[409], Source::Fields, "A user with this id, e-mail address or phone number exists. Offer to sign in, or to recover the password."),
    of("user_auth_method_unsupported", &[501], Source::Fields, "The project has turned this sign-in method or second factor off, or has no domain for passkeys. Offer another one. In development, `hint` names the configuration key."),
    of("user_authenticator_already_verified", &[409], Source::Fields, "The user has a verified authenticator. Delete it first to set up another one."),
    of("user_authenticator_not_found", &[404], Source::Fields, "The user has no authenticator of this kind, or none that is verified where it is to be used."),
    of("user_challenge_required", &[401], Source::Fields, "The sign-in and the last second factor are too long ago: 30 minutes, or ten where `security.require_recent_sign_in` is on. Let the user pass a challenge, or sign in anew."),
    of("user_consent_not_found", &[404], Source::Fields, "The user has given no consent with this id: this server is no OAuth 2 provider."),
    of("user_count_exceeded", &[501], Source::Fields, "Sign-up is closed (`sign_up`), and there is no account yet. Unless `security.reveal_accounts` is on, a request for a link or code gets the usual response instead, and nothing is sent."),
    of("user_email_already_exists", &[409], Source::Fields, "Another user has this address; only with `security.reveal_accounts`."),
    of("user_email_already_verified", &[409], Source::Fields, "The address is already verified."),
    of("user_email_not_found", &[400], Source::Fields, "The user has no e-mail address."),
    of("user_email_not_verified", &[400], Source::Fields, "The e-mail address is no second factor, because it is not verified."),
    of("user_email_not_whitelisted", &[401], Source::Fields, "The project only admits e-mail addresses of certain domains (`sign_up.domains`). The user has another one, or none, or the provider has not verified it."),
    of("user_identity_not_found", &[404], Source::Fields, "None of the user's identities has this id."),
    of("user_invalid_credentials", &[401], Source::Fields, "The e-mail address and password don't match, or the current password is wrong."),
    of("user_invalid_token", &[401], Source::Fields, "The secret, code or passkey's challenge is wrong, expired, already used, or for another purpose. Let the user request a new one."),
    of("user_jwt_creation_denied", &[403], Source::Fields, "A JWT can't be used to create another one. Use the session."),
    of("user_jwt_invalid", &[401], Source::Fields, "The JWT is malformed or expired, or its session has ended. Create a new one."),
    of("user_last_sign_in_method", &[400], Source::Fields, "It is the user's only way to sign in. Let the user add another passkey, a password or a verified address first."),
    of("user_more_factors_required", &[401], Source::Fields, "The sign-in lacks a second factor. `accountListMFAFactors` says which ones the user has; complete it with `accountCreateMFAChallenge` and `accountUpdateMFAChallenge`."),
    of("user_not_found", &[404], Source::Fields, "No user has this id or address. Clients of users get it only with `security.reveal_accounts`."),
    of("user_oauth2_token_invalid", &[401], Source::Fields, "The ID token is forged, too old, for another app, without the right nonce, or has signed in before; the message says which. Get a new one from the provider."),
    of("user_passkey_already_exists", &[409], Source::Fields, "A passkey with this id exists, or this passkey is an account's already."),
    of("user_passkey_invalid", &[401], Source::Fields, "The passkey is unknown, or its response can't be verified. In development, `hint` says why."),
    of("user_passkey_limit_exceeded", &[400], Source::Fields, "The user has ten passkeys. One must be deleted first."),
    of("user_passkey_not_found", &[404], Source::Fields, "None of the user's passkeys has this id."),
    of("user_password_mismatch", &[400], Source::Fields, "`passwordAgain` differs from `password`."),
    of("user_phone_already_exists", &[409], Source::Fields, "Another user has this number; only with `security.reveal_accounts`."),
    of("user_phone_already_verified", &[409], Source::Fields, "The number is already verified."),
    of("user_phone_not_found", &[400], Source::Fields, "The user has no phone number."),
    of("user_phone_not_verified", &[400], Source::Fields, "The phone number is no second factor, because it is not verified."),
    of("user_prefs_conflict", &[409], Source::Fields, "The preferences have changed since the revision in `ifRevision`. Read them again, and retry."),
    of("user_recovery_codes_already_exists", &[409], Source::Fields, "The user has recovery codes left, which are shown only once. `accountUpdateMFARecoveryCodes` replaces them."),
    of("user_recovery_codes_not_found", &[404], Source::Fields, "The user has no recovery codes left."),
    of("user_reauthentication_required", &[401], Source::Fields, "The sign-in is more than ten minutes ago, and the user has no second factor; only with `security.require_recent_sign_in`. Let the user sign in anew."),
    of("user_session_already_exists", &[401], Source::Fields, "A user is already signed in."),
    of("user_session_not_found", &[404], Source::Fields, "None of the user's sessions has this id."),
    of("user_target_already_exists", &[409], Source::Fields, "Another user has this e-mail address or phone number."),
    of("user_target_not_found", &[404], Source::Fields, "The user has no push target with this id: this server sends no push messages."),

    of("user_oauth2_bad_request", &[400], Source::Provider, "The sign-in was not started in this browser, or has ended. Start again. Without the sign-in's cookie or with another `state`, the server doesn't know `failure`: the browser gets the error as JSON."),
    of("user_oauth2_provider_error", &[424], Source::Provider, "The provider failed, or its response can't be trusted. The server's log has the details. Also returned by `accountUpdateSession`."),
    of("user_oauth2_unauthorized", &[401], Source::Provider, "The user declined at the provider."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The types and their codes that a source file names, as `("user_blocked", 403)` or with a `StatusCode`.
    fn named_in(source: &str) -> BTreeSet<String> {
        let kinds = source.split('"').skip(1).step_by(2);
        let is_type = |text: &&str| {
            ["general_", "graphql_", "message_", "project_", "user_"]
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
        let errors = include_str!("wire.rs");
        let mut answered = named_in(errors);
        answered.extend(named_in(include_str!("../http/failure.rs")));
        let known: BTreeSet<String> = CATALOG.iter().map(|error| error.name.to_owned()).collect();

        assert_eq!(answered, known);
        assert_eq!(known.len(), CATALOG.len());
        for error in CATALOG {
            let [code, ..] = error.codes else { panic!("{} has no code", error.name) };
            let pair = format!("(\"{}\", {code})", error.name);
            let is_of_requests = !errors.contains(&format!("\"{}\"", error.name));
            assert!(errors.contains(&pair) || is_of_requests, "{pair} is not in wire.rs");
            assert!(error.meaning.ends_with('.'), "{}", error.name);
        }
    }
}
