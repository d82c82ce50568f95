//! Adds what the directives declare to the descriptions of the root fields, because introspection doesn't
//! show directives.

use std::borrow::Cow;
use std::sync::mpsc::Sender;

use async_graphql::parser::types::Directive;
use async_graphql::registry::{MetaDirectiveInvocation, MetaField, MetaType, Registry};
use async_graphql::{
    ContextDirective, CustomDirective, CustomDirectiveFactory, ServerError, ServerResult, Value,
};

use super::policy::{LimitSettings, ROOTS};
use super::row;
use crate::config::limits::FieldLimits;
use crate::config::limits::factor::Factor;

/// The start of the list of a field's own errors, at the end of its doc comment.
const ERRORS: &str = "\n\nErrors: ";

/// Applies the configured limits to the root fields of a schema that is being built, and describes their
/// policies.
///
/// Every description lists the field's errors. With `in_full`, also access, limits and routes.
pub struct Described {
    /// How many times as wide limits are that `fields` doesn't name.
    pub factor: Factor,
    /// The limits of the settings.
    pub fields: FieldLimits,
    /// Whether to describe access, limits and routes.
    pub in_full: bool,
    /// Takes what came of it, since the engine asks a directive for no answer. The error lists all that is wrong with the
    /// settings.
    pub outcome: Sender<anyhow::Result<Declared>>,
}

/// What is known of a schema when it is built.
pub struct Declared {
    /// Warnings about its settings.
    pub warnings: Vec<String>,
    /// The names of its objects over rows.
    pub rows: Vec<String>,
}

impl Described {
    fn visit(&self, registry: &mut Registry) -> anyhow::Result<Declared> {
        hide_from_clients(registry);
        let mut declared = Vec::new();
        for (name, ty) in &mut registry.types {
            if let MetaType::Object { fields, .. } = ty
                && ROOTS.contains(&name.as_str())
            {
                // `__schema` and `__type` have no policy.
                let fields = fields.values_mut().filter(|it| !it.directive_invocations.is_empty());
                let mut fields: Vec<&mut MetaField> = fields.collect();
                // The order of the SDL.
                fields.sort_by(|one, other| one.name.cmp(&other.name));
                declared.extend(fields);
            }
        }
        let fields = declared.iter().map(|field| &**field);
        let limits = LimitSettings::read(self.factor, &self.fields, fields)?;
        for field in declared {
            limits.adjust(field);
            field.description = Some(describe(field, self.in_full));
        }
        let rows = registry.types.iter().filter(|(_, ty)| row::is_row(ty));
        let rows = rows.map(|(name, _)| name.clone()).collect();
        Ok(Declared { warnings: limits.into_warnings(), rows })
    }
}

/// Removes what only servers see of a type, such as the hash of a user's password, from a schema without
/// fields for servers.
fn hide_from_clients(registry: &mut Registry) {
    let objects = registry.types.iter().filter(|(name, _)| ROOTS.contains(&name.as_str()));
    let mut roots = objects.filter_map(|(_, ty)| ty.fields());
    if roots.any(|fields| fields.values().any(is_for_servers)) {
        return;
    }
    for ty in registry.types.values_mut() {
        if let MetaType::Object { fields, .. } = ty {
            fields.retain(|_, field| !is_for_servers(field));
        }
    }
}

/// Whether a field requires an API key.
fn is_for_servers(field: &MetaField) -> bool {
    field
        .directive_invocations
        .iter()
        .any(|it| it.name == "access" && text(it, "requires") == "KEY")
}

/// The engine gives access to its registry of types to directives only. This directive appears in no schema
/// or document.
impl CustomDirectiveFactory for Described {
    fn name(&self) -> Cow<'static, str> {
        "(descriptions)".into()
    }

    fn register(&self, registry: &mut Registry) {
        // Who builds the schema waits for it.
        let _ = self.outcome.send(self.visit(registry));
    }

    fn create(
        &self,
        _: &ContextDirective<'_>,
        _: &Directive,
    ) -> ServerResult<Box<dyn CustomDirective>> {
        Err(ServerError::new("This directive can't be used in documents.", None))
    }
}

fn describe(field: &MetaField, in_full: bool) -> String {
    let text = field.description.as_deref().unwrap_or_default();
    let (text, own) = text.rsplit_once(ERRORS).unwrap_or((text, ""));
    let own = own.trim_end_matches('.').split(',').map(str::trim).filter(|error| !error.is_empty());
    let mut errors: Vec<_> = own.map(str::to_owned).collect();
    for error in errors_of_directives(field) {
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
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
    let access = field.directive_invocations.iter().find(|it| it.name == "access");
    let access = access.map(|it| text(it, "requires")).unwrap_or_default();
    let is_for_users = access == "USER";
    let is_half_open = field.directive_invocations.iter().any(|it| text(it, "halfOpen") == "true");
    let is_fresh = declares("fresh");
    let is_limited = declares("rateLimit") || declares("guessLimit");
    let errors = [
        (!field.args.is_empty(), "general_argument_invalid"),
        (is_for_users || access == "KEY", "general_unauthorized_scope"),
        (is_for_users, "user_jwt_invalid"),
        (is_for_users && !is_half_open, "user_more_factors_required"),
        (is_fresh, "user_challenge_required"),
        (is_fresh, "user_reauthentication_required"),
        (is_limited, "general_rate_limit_exceeded"),
    ];
    errors.into_iter().filter(|(comes, _)| *comes).map(|(_, error)| format!("`{error}`"))
}

/// Describes a directive of the field in one line.
fn in_words(directive: &MetaDirectiveInvocation) -> Option<String> {
    Some(match directive.name.as_str() {
        "access" if text(directive, "requires") == "PUBLIC" => "Access: everyone".to_owned(),
        "access" if text(directive, "requires") == "KEY" => {
            format!("Access: an API key with the scope {}", scopes_in_words(directive))
        }
        "access" if text(directive, "halfOpen") == "true" => {
            "Access: a user with a session, even if it lacks a second factor".to_owned()
        }
        "access" => "Access: a user with a session".to_owned(),
        "fresh" => {
            "Signed in within ten minutes, in projects with `require_recent_sign_in`".to_owned()
        }
        "rateLimit" => limit_in_words(directive, "calls"),
        "guessLimit" => limit_in_words(directive, "failed calls"),
        "rest" => format!("REST: `{} {}`", text(directive, "method"), text(directive, "path")),
        _ => return None,
    })
}

/// The scopes of which one is needed, as they are configured.
fn scopes_in_words(access: &MetaDirectiveInvocation) -> String {
    let scopes = match access.args.get("scopes") {
        Some(Value::List(scopes)) => scopes.as_slice(),
        _ => &[],
    };
    let scopes = scopes.iter().map(|scope| written(scope).to_lowercase().replace('_', "."));
    scopes.map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(" or ")
}

fn limit_in_words(directive: &MetaDirectiveInvocation, calls: &str) -> String {
    let window = window_in_words(&text(directive, "window"));
    let per = match directive.args.get("per") {
        Some(Value::List(keys)) => keys.as_slice(),
        _ => &[],
    };
    let per = per.iter().map(written);
    let (filters, per): (Vec<_>, Vec<_>) = per.partition(|key| key == "GUESSABLE");
    let per: Vec<_> = per.iter().map(|key| counted_by(key)).collect();
    let filter = if filters.is_empty() { "" } else { ", except for recovery codes" };
    let shared = match text(directive, "shared").as_str() {
        "" => String::new(),
        shared => format!(", together with the other fields that share `{shared}`"),
    };
    format!(
        "Limit: {} {calls} {window} for each {}{filter}{shared}",
        text(directive, "limit"),
        per.join(" and ")
    )
}

/// Writes a number of seconds in the largest whole unit.
fn window_in_words(seconds: &str) -> String {
    let number: u32 = seconds.parse().unwrap_or_default();
    let units = [
        (24 * 60 * 60, "a day", "days"),
        (60 * 60, "an hour", "hours"),
        (60, "a minute", "minutes"),
    ];
    for (unit, one, many) in units {
        match number.checked_div(unit) {
            Some(1) if number == unit => return one.to_owned(),
            Some(count) if count > 1 && number.is_multiple_of(unit) => {
                return format!("in {count} {many}");
            }
            _ => {}
        }
    }
    format!("in {number} seconds")
}

/// A key of a limit, as [`super::policy::LimitKey`] is written in the SDL.
fn counted_by(key: &str) -> String {
    match key {
        "IP" => "network".to_owned(),
        "USER" => "user".to_owned(),
        "EMAIL" => "`email`".to_owned(),
        "EMAIL_FROM_NEW_IP" => {
            "`email`, from an IP address that its user has never signed in from".to_owned()
        }
        "PHONE" => "`phone`".to_owned(),
        "USER_ID" => "`userId`".to_owned(),
        "KNOWN_IP" => {
            "IP address where the user has shown a second factor, all others together".to_owned()
        }
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
