//! Puts into the descriptions of the root fields what their directives declare: introspection shows no directives.

use std::borrow::Cow;
use std::pin::Pin;

use async_graphql::Context;
use async_graphql::Response;
use async_graphql::SubscriptionType;
use async_graphql::Value;
use async_graphql::registry::MetaDirectiveInvocation;
use async_graphql::registry::MetaField;
use async_graphql::registry::MetaType;
use async_graphql::registry::Registry;
use futures_util::stream::Stream;

/// What begins the list of a field's own errors, at the end of its doc comment.
const ERRORS: &str = "\n\nErrors: ";

/// A subscription root whose schema describes the fields of all roots. The engine registers it last.
///
/// Every description names the field's errors, and `IN_FULL` also access, limits and routes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Described<S, const IN_FULL: bool>(S);

impl<S: SubscriptionType, const IN_FULL: bool> SubscriptionType for Described<S, IN_FULL> {
    fn type_name() -> Cow<'static, str> {
        S::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let name = S::create_type_info(registry);
        for root in ["Query", "Mutation", "Subscription"] {
            if let Some(MetaType::Object { fields, .. }) = registry.types.get_mut(root) {
                // `__schema` and its like declare nothing.
                let declared = |field: &&mut MetaField| !field.directive_invocations.is_empty();
                for field in fields.values_mut().filter(declared) {
                    field.description = Some(describe(field, IN_FULL));
                }
            }
        }
        name
    }

    fn create_field_stream<'a>(
        &'a self,
        ctx: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        self.0.create_field_stream(ctx)
    }
}

fn describe(field: &MetaField, in_full: bool) -> String {
    let text = field.description.as_deref().unwrap_or_default();
    let (text, own) = text.rsplit_once(ERRORS).unwrap_or((text, ""));
    let own = own.trim_end_matches('.').split(", ").filter(|error| !error.is_empty());
    let errors: Vec<_> = own.map(str::to_owned).chain(errors_of_directives(field)).collect();
    let errors =
        if errors.is_empty() { String::new() } else { format!("{ERRORS}{}.", errors.join(", ")) };
    let declared = field.directive_invocations.iter().filter_map(in_words);
    let declared: Vec<_> = declared.map(|line| format!("- {line}")).collect();
    let declared = if in_full { format!("\n\n{}", declared.join("\n")) } else { String::new() };
    format!("{text}{errors}{declared}")
}

/// The errors that follow from arguments, access and limits.
fn errors_of_directives(field: &MetaField) -> impl Iterator<Item = String> {
    let declares = |name: &str| field.directive_invocations.iter().any(|it| it.name == name);
    let is_for_users = field
        .directive_invocations
        .iter()
        .any(|it| it.name == "access" && text(it, "requires") == "USER");
    let is_limited = declares("rateLimit") || declares("guessLimit");
    let errors = [
        (!field.args.is_empty(), "general_argument_invalid"),
        (is_for_users, "general_unauthorized_scope"),
        (is_for_users, "user_jwt_invalid"),
        (is_limited, "general_rate_limit_exceeded"),
    ];
    errors.into_iter().filter(|(comes, _)| *comes).map(|(_, error)| format!("`{error}`"))
}

/// What a directive says of the field, in a line.
fn in_words(directive: &MetaDirectiveInvocation) -> Option<String> {
    Some(match directive.name.as_str() {
        "access" if text(directive, "requires") == "PUBLIC" => "Access: everyone".to_owned(),
        "access" => "Access: a user with a session".to_owned(),
        "rateLimit" => limit_in_words(directive, "calls"),
        "guessLimit" => limit_in_words(directive, "failed calls"),
        "rest" => format!("REST: `{} {}`", text(directive, "method"), text(directive, "path")),
        _ => return None,
    })
}

fn limit_in_words(directive: &MetaDirectiveInvocation, calls: &str) -> String {
    let window = match text(directive, "window").as_str() {
        "3600" => "an hour".to_owned(),
        "60" => "a minute".to_owned(),
        seconds => format!("in {seconds} seconds"),
    };
    let per = match directive.args.get("per") {
        Some(Value::List(keys)) => keys.iter().map(|key| counted_by(&written(key))).collect(),
        _ => Vec::new(),
    };
    let shared = match text(directive, "shared").as_str() {
        "" => String::new(),
        shared => format!(", together with the other fields that share `{shared}`"),
    };
    format!(
        "Limit: {} {calls} {window} for each {}{shared}",
        text(directive, "limit"),
        per.join(" and ")
    )
}

/// A key of a limit, as [`super::policy::LimitKey`] is written in the SDL.
fn counted_by(key: &str) -> String {
    match key {
        "IP" => "network".to_owned(),
        "USER" => "user".to_owned(),
        "EMAIL" => "`email`".to_owned(),
        "EMAIL_OF_STRANGER" => "`email`, from where its user was never signed in".to_owned(),
        "PHONE" => "`phone`".to_owned(),
        "USER_ID" => "`userId`".to_owned(),
        other => other.to_lowercase(),
    }
}

/// An argument of a directive; empty if it has no value.
fn text(directive: &MetaDirectiveInvocation, argument: &str) -> String {
    directive.args.get(argument).map(written).unwrap_or_default()
}

fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
