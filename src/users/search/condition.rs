//! Words as conditions on the row of a user.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Expr, ExprTrait};

use super::keys::label;
use super::{AROUND_WORDS, IN_WORDS, LABEL, Word};

use crate::query::{self, Scope};

/// What `label:` at the beginning of a word of a name counts as. The migration has the same.
const NO_LABEL: &str = "label;";

impl Word {
    /// The condition that a user has the word; also as an id, if ids count.
    pub(super) fn condition(&self, scope: Scope<'_>, with_ids: bool) -> Expr {
        match self {
            Self::Label(name) => label(name, scope).0,
            Self::Beginning(spellings) => {
                let begins = spellings.iter().map(|spelling| begins(spelling, scope, with_ids));
                begins.reduce(ExprTrait::or).unwrap_or_else(query::never)
            }
        }
    }
}

/// The condition that a word of a user, other than a label, begins so.
fn begins(spelling: &str, scope: Scope<'_>, with_ids: bool) -> Expr {
    let bytes = match scope.backend {
        DbBackend::Postgres => " COLLATE \"C\"",
        _ => "",
    };
    let without = |text: String, separators: &[char]| {
        separators.iter().fold(text, |text, separator| {
            let separator = separator.to_string().replace('\'', "''");
            format!("replace({text}, '{separator}', ' ')")
        })
    };
    let name = without("users.name".to_owned(), &AROUND_WORDS);
    let parts = without(name.clone(), &IN_WORDS);
    let id = if with_ids { "users.id || ' ' || " } else { "" };
    let text = |name: &str, before: &str| {
        Expr::cust(format!(
            "replace(lower((' ' || {id}coalesce(users.email, '') || ' ' || coalesce(users.phone, '') \
             || ' ' || {name}){bytes}), '{before}{LABEL}', '{before}{NO_LABEL}')"
        ))
    };
    // Most users are ruled out without a look at each separator, one of which may stand before `label:`.
    let may_begin = scope.find(text("users.name", ""), spelling.replace(LABEL, NO_LABEL));
    let begins = text(&format!("{name} || ' ' || {parts}"), " ");
    let begins = scope.find(begins, format!(" {spelling}"));
    query::in_turn(may_begin, begins)
}
