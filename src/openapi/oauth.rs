//! The routes of signing in with a provider, which browsers walk and no field declares.

use serde_json::{Map, Value, json};

use super::{responses, security, with};
use crate::graphql::policy::Access;

/// Adds the routes to `paths`.
pub(super) fn add(paths: &mut Map<String, Value>) {
    let session = leave(
        "oauth2CreateSession",
        "Signs a browser in with an account at a provider.",
        "The browser comes back to `success` with the session's cookie, or to `failure` with `error`, the error's JSON.",
    );
    let token = leave(
        "oauth2CreateToken",
        "Gets an app a token for an account at a provider.",
        "The browser comes back to `success` with `userId` and `secret`, which `POST /v1/account/sessions/token` redeems \
         within a minute, or to `failure` with `error`, the error's JSON.",
    );
    let callback = "/v1/account/sessions/oauth2/callback/{provider}/{project}";
    let routes = [
        ("/v1/account/sessions/oauth2/{provider}", json!({ "get": session })),
        ("/v1/account/tokens/oauth2/{provider}", json!({ "get": token })),
        (callback, json!({ "get": come_back(), "post": come_back_posting() })),
    ];
    paths.extend(routes.map(|(path, operations)| (path.to_owned(), operations)));
}

fn leave(id: &str, summary: &str, description: &str) -> Value {
    let project = json!({
        "name": "project",
        "in": "query",
        "description": "The project; `default` when left out.",
        "schema": { "type": "string", "default": "default" },
    });
    operation(
        (id, summary, &format!("{summary} {description} To be opened in a browser.")),
        &json!([
            provider(),
            project,
            query("success", "Where the browser goes when it is done: a page of the project's platforms, or an app's scheme."),
            query("failure", "Where it goes when it could not be done."),
            {
                "name": "scopes[]",
                "in": "query",
                "description": "Scopes to ask for besides the usual ones.",
                "schema": { "type": "array", "items": { "type": "string" } },
            },
        ]),
        json!({ "302": redirect("To the provider.") }),
    )
}

fn come_back() -> Value {
    operation(
        (
            "oauth2Callback",
            "Takes a browser back from a provider.",
            "Takes a browser back from a provider, which is told this address as the redirect URI.",
        ),
        &json!([
            provider(),
            in_path("project", "The project that the sign-in was begun for."),
            query("state", "What the sign-in was begun with."),
            query("code", "What the provider trades for tokens."),
            query("error", "Why the provider refuses."),
            query("iss", "The provider's issuer (RFC 9207)."),
        ]),
        json!({
            "200": {
                "description": "Signed in, where no `success` was named.",
                "content": { "text/plain": { "schema": { "type": "string" } } },
            },
            "302": redirect("To `success` or `failure`."),
        }),
    )
}

fn come_back_posting() -> Value {
    let texts = ["state", "code", "error", "iss", "user"];
    let texts = texts.map(|name| (name.to_owned(), json!({ "type": "string" })));
    let form = json!({ "type": "object", "properties": Map::from_iter(texts) });
    let operation = operation(
        (
            "oauth2CallbackPost",
            "Takes a browser back from a provider that posts a form, as Apple does.",
            "Sends the browser on to the same address by GET, since it shows its cookies only then.",
        ),
        &json!([provider(), in_path("project", "The project that the sign-in was begun for.")]),
        json!({ "303": redirect("To the same address, by GET.") }),
    );
    let content = json!({ "application/x-www-form-urlencoded": { "schema": form } });
    with(operation, "requestBody", json!({ "required": true, "content": content }))
}

fn operation(
    (id, summary, description): (&str, &str, &str),
    parameters: &Value,
    mut answers: Value,
) -> Value {
    for (status, error) in responses::references_of(&[400, 404, 429, 501]) {
        answers = with(answers, &status, error);
    }
    let other = responses::error("Why it could not be done, where `failure` names no page.");
    let answers = with(answers, "default", other);
    json!({
        "tags": ["oauth2"],
        "operationId": id,
        "summary": summary,
        "description": description,
        "parameters": parameters,
        "responses": answers,
        "security": security::of(Access::Public),
    })
}

fn provider() -> Value {
    in_path("provider", "The provider, as the server's settings call it: `google`.")
}

fn in_path(name: &str, description: &str) -> Value {
    json!({
        "name": name,
        "in": "path",
        "required": true,
        "description": description,
        "schema": { "type": "string" },
    })
}

fn query(name: &str, description: &str) -> Value {
    json!({ "name": name, "in": "query", "description": description, "schema": { "type": "string" } })
}

fn redirect(description: &str) -> Value {
    let location =
        json!({ "description": "Where the browser goes.", "schema": { "type": "string" } });
    json!({ "description": description, "headers": { "Location": location } })
}
