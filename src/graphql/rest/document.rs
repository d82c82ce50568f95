//! The document of a route: its field, with all arguments and the whole answer.

use std::fmt::Write;

use async_graphql::parser::types::OperationType;

use super::{Argument, Models, Shape};

/// `mutation($name: String!) { accountUpdateName(name: $name) { _id name … } }`
pub(super) fn write(
    on: OperationType,
    field: &str,
    arguments: &[Argument],
    answer: &str,
    models: &Models,
) -> String {
    let on = match on {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    };
    let declared: Vec<_> =
        arguments.iter().map(|Argument { name, ty, .. }| format!("${name}: {ty}")).collect();
    let given: Vec<_> =
        arguments.iter().map(|Argument { name, .. }| format!("{name}: ${name}")).collect();
    let in_parentheses = |list: &[String]| match list {
        [] => String::new(),
        list => format!("({})", list.join(", ")),
    };
    let mut text =
        format!("{on}{} {{ {field}{}", in_parentheses(&declared), in_parentheses(&given));
    select(&mut text, models, answer);
    text.push_str(" }");
    text
}

/// Selects everything of a type, and of the types in it.
fn select(text: &mut String, models: &Models, name: &str) {
    let Some(model) = models.get(name) else { return };
    text.push_str(" {");
    match model.shape(name) {
        Shape::Stored => text.push_str(" data"),
        Shape::Nothing => text.push_str(" __typename"),
        Shape::Members(members) => {
            for member in members {
                // Writing to a text can't fail.
                let _ = write!(text, " {}", member.field);
                select(text, models, &member.ty);
            }
        }
    }
    text.push_str(" }");
}
