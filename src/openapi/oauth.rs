//! The routes of OAuth sign-in. Browsers open them, so no field declares them.

use serde_json::{Map, Value, json};

use super::{responses, security, with};
use crate::graphql::policy::Access;

/// Adds the routes to `paths`.
pub(super) fn add(paths: &mut Map<String, Value>) {
    let session = authorize(
        "oauth2CreateSession",
        "Signs in with a provider account.",
        "Afterwards the browser is sent to `success` with the session cookie set, or to `failure` with the parameter `error`: the error as JSON.",
    );
    let token = authorize(
        "oauth2CreateToken",
        "Gets a token for signing in with a provider account.",
        "The browser comes back to `success` with `userId` and `secret`, which `POST /v1/account/sessions/token` redeems \
         within a minute, or to `failure` with `error`, the error's JSON.",
    );
    let callback = "/v1/account/sessions/oauth2/callback/{provider}/{project}";
    let routes = [
        ("/v1/account/sessions/oauth2/{provider}", json!({ "get": session })),
        ("/v1/account/tokens/oauth2/{provider}", json!({ "get": token })),
        (callback, json!({ "get": callback_by_get(), "post": callback_by_post() })),
    ];
    paths.extend(routes.map(|(path, operations)| (path.to_owned(), operations)));
}

fn authorize(id: &str, summary: &str, description: &str) -> Value {
    let project = json!({
        "name": "project",
        "in": "query",
        "description": "The project's id. Default: `default`.",
        "schema": { "type": "string", "default": "default" },
    });
    operation(
        (id, summary, &format!("{summary} {description} Open this URL in a browser.")),
        &json!([
            provider(),
            project,
            query("success", "Where the browser is sent after success: a URL on one of the project's platforms, or of an app's scheme."),
            query("failure", "Where the browser is sent after a failure."),
            {
                "name": "scopes[]",
                "in": "query",
                "description": "OAuth scopes to request in addition to the default ones.",
                "schema": { "type": "array", "items": { "type": "string" } },
            },
        ]),
        json!({ "302": redirect("Redirects to the provider.") }),
    )
}

fn callback_by_get() -> Value {
    operation(
        (
            "oauth2Callback",
            "Callback for providers.",
            "The provider sends the browser here. Register this URL at the provider as the redirect URI.",
        ),
        &json!([
            provider(),
            in_path("project", "The id of the project."),
            query("state", "The `state` of the authorization request."),
            query("code", "The authorization code."),
            query("error", "The provider's error code."),
            query("iss", "The provider's issuer (RFC 9207)."),
        ]),
        json!({
            "200": {
                "description": "Signed in; the sign-in had no `success`.",
                "content": { "text/plain": { "schema": { "type": "string" } } },
            },
            "302": redirect("Redirects to `success` or `failure`."),
        }),
    )
}

fn callback_by_post() -> Value {
    let texts = ["state", "code", "error", "iss", "user"];
    let texts = texts.map(|name| (name.to_owned(), json!({ "type": "string" })));
    let form = json!({ "type": "object", "properties": Map::from_iter(texts) });
    let operation = operation(
        (
            "oauth2CallbackPost",
            "Callback for providers that post a form, such as Apple.",
            "Redirects to the same address by GET, because browsers send their cookies only then.",
        ),
        &json!([provider(), in_path("project", "The id of the project.")]),
        json!({ "303": redirect("Redirects to the same address, by GET.") }),
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
    let other = responses::error("The sign-in failed, and had no `failure`.");
    let answers = with(answers, "default", other);
    json!({
        "tags": ["oauth2"],
        "operationId": id,
        "summary": summary,
        "description": description,
        "parameters": parameters,
        "responses": answers,
        "security": security::of(Access::Public, &[]),
    })
}

fn provider() -> Value {
    in_path("provider", "The provider's name in the server's configuration, for example `google`.")
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
        json!({ "description": "Where the browser is sent.", "schema": { "type": "string" } });
    json!({ "description": description, "headers": { "Location": location } })
}
