//! The keys of the users who have a word, or two.

use std::borrow::Cow;

use entity::{user, user_word};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, DbBackend, EntityName};

use super::{LABEL, Word};
use crate::query::{self, Keys, Scope};

/// The word of users who have too many words for pairs.
const MANY: &str = " ";
/// A limit that no number of users reaches.
const NO_LIMIT: u64 = i64::MAX.unsigned_abs();
/// The beginning of numbers, which are in no pair.
const NUMBER: char = '+';

/// The condition that a user has a label, and the keys of those who have it.
pub(in crate::users) fn label(label: &str, scope: Scope<'_>) -> (Expr, Keys) {
    // In the text of the column each label is in quotes, and consists of letters and digits.
    let is_label = !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let quoted = if is_label { format!("\"{label}\"") } else { "no label".to_owned() };
    let has_it = scope.find(user::Column::Labels.into_expr(), quoted);
    let keys = of_words(scope).and_where(word().eq(format!("{LABEL}{label}"))).take();
    (has_it, Keys::single(keys).covering().sorted())
}

/// The keys of the users who have a word.
pub(super) fn keys_of_one(word: &Word, scope: Scope<'_>) -> Option<Keys> {
    match word {
        Word::Label(name) => Some(label(name, scope).1),
        Word::Beginning(spellings) => {
            let parts = spellings.iter().map(|spelling| {
                let may_be_label = LABEL.starts_with(spelling.as_str());
                let is_no_label = may_be_label.then(|| begins_with(LABEL).not());
                let keys =
                    Keys::of_range(begins(scope, spelling), is_no_label.into_iter().collect());
                // Several words of a user may begin so.
                keys.repeated().covering()
            });
            Keys::union(parts)
        }
    }
}

/// The keys of the users who have two words; none if they aren't in pairs. If there are users without pairs, these are looked at
/// by the conditions of both words.
pub(super) fn keys_of_two(
    one: &Word,
    other: &Word,
    scope: Scope<'_>,
    of_unpaired: Option<[Expr; 2]>,
) -> Option<Keys> {
    let mut keys = Vec::new();
    for one in Part::of(one) {
        for other in Part::of(other) {
            keys.push(one.with(&other, scope)?);
        }
    }
    keys.extend(of_unpaired.map(|conditions| Keys::single(of_many(scope, conditions))));
    // A user may have several words that begin so.
    Some(Keys::union(keys.into_iter())?.repeated().covering())
}

/// The keys of the users who have too many words for pairs.
pub(super) fn keys_of_unpaired(scope: Scope<'_>) -> Keys {
    Keys::single(of_words(scope).and_where(word().eq(MANY)).take())
}

/// A word of a pair, or the beginning of one.
#[derive(Debug)]
struct Part<'a> {
    text: Cow<'a, str>,
    is_whole: bool,
}

impl<'a> Part<'a> {
    /// The spellings of a word.
    fn of(word: &'a Word) -> Vec<Self> {
        match word {
            Word::Label(name) => {
                vec![Self { text: format!("{LABEL}{name}").into(), is_whole: true }]
            }
            Word::Beginning(spellings) => spellings
                .iter()
                .map(|spelling| Self { text: spelling.into(), is_whole: false })
                .collect(),
        }
    }

    /// The pairs of this word and another one. None if one begins like the other, which may then be the same word of a user, or
    /// if one may be a number.
    fn with(&self, other: &Self, scope: Scope<'_>) -> Option<Keys> {
        let (first, second) = if self.text < other.text { (self, other) } else { (other, self) };
        let initial = first.text.chars().next()?;
        if second.text.starts_with(first.text.as_ref())
            || [first, second].iter().any(|part| part.text.starts_with(NUMBER))
        {
            return None;
        }
        let end = if second.is_whole { " " } else { "" };
        let pairs = begins(scope, &format!(" {initial} {}{end}", second.text));
        let mut conditions = Vec::new();
        if first.is_whole {
            let pair = Expr::cust("word || ' '");
            conditions.push(scope.find(pair, format!(" {} ", first.text)));
        } else if first.text.chars().nth(1).is_some() {
            conditions.push(scope.find(word(), format!(" {}", first.text)));
        }
        let may_be_label = |part: &Self| !part.is_whole && LABEL.starts_with(part.text.as_ref());
        if may_be_label(first) || may_be_label(second) {
            conditions.push(scope.find(word(), format!(" {LABEL}")).not());
        }
        Some(Keys::of_range(pairs, conditions))
    }
}

/// The keys of words that begin so.
fn begins(scope: Scope<'_>, beginning: &str) -> SelectStatement {
    of_words(scope).and_where(begins_with(beginning)).take()
}

/// The condition that a word begins so.
fn begins_with(beginning: &str) -> Expr {
    let begins = word().gte(beginning);
    match query::successor(beginning) {
        Some(end) => begins.and(word().lt(end)),
        None => begins,
    }
}

fn word() -> Expr {
    Expr::col("word")
}

/// The keys of the words of a project. They are selected under the name of `users`, whose columns the words have.
fn of_words(scope: Scope<'_>) -> SelectStatement {
    Query::select()
        .expr_as(Expr::col("project_id"), "project_id")
        .expr_as(Expr::col("created_at"), "created_at")
        .expr_as(Expr::col("user_id"), "id")
        .from_as(user_word::Entity, user::Entity.table_name())
        .and_where(Expr::col("project_id").eq(scope.project.as_str()))
        .take()
}

/// The keys of those users with too many words for pairs who meet conditions. The limit keeps what is asked of keys outside, where
/// it doesn't lead SQLite to another index of `users`.
fn of_many(scope: Scope<'_>, conditions: [Expr; 2]) -> SelectStatement {
    let ids = Query::select()
        .column("user_id")
        .from(user_word::Entity)
        .and_where(Expr::col("project_id").eq(scope.project.as_str()))
        .and_where(word().eq(MANY))
        .take();
    let id = user::Column::Id.into_expr();
    let is_one = match scope.backend {
        // As an array, or PostgreSQL would join with the whole table.
        DbBackend::Postgres => Expr::cust_with_exprs("$1 = ANY (ARRAY $2)", [id, Expr::from(ids)]),
        _ => id.in_subquery(ids),
    };
    let columns = [
        user::Column::ProjectId,
        user::Column::CreatedAt,
        user::Column::Id,
        user::Column::Enabled,
        user::Column::EmailVerified,
        user::Column::PhoneVerified,
    ];
    let mut many = Query::select();
    many.exprs(columns.map(ColumnTrait::into_expr))
        .from(user::Entity)
        .and_where(user::Column::ProjectId.eq(scope.project.as_str()))
        .and_where(is_one)
        .limit(NO_LIMIT);
    for condition in conditions {
        many.and_where(condition);
    }
    Query::select()
        .columns(["project_id", "created_at", "id"])
        .from_subquery(many, user::Entity.table_name())
        .take()
}
