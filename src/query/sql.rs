//! Filters and orders as SQL.
//!
//! The expressions that texts are compared and ordered by are those of the indexes; see the migration `index_lists`.

use entity::ProjectId;
use sea_orm::sea_query::{BinOper, Expr, ExprTrait, Func, Query};
use sea_orm::{ColumnTrait, DbBackend, EntityName};

use super::attribute::{Absence, Attribute, Kind, Text};
use super::filter::{Comparison, Filter, Test, Value};
use super::keys::Keys;
use super::prefix::successor;

/// Where a list is read.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The database.
    pub backend: DbBackend,
    /// The project of the rows.
    pub project: &'a ProjectId,
}

impl Scope<'_> {
    /// A filter as a condition.
    pub(super) fn condition<A: Attribute>(self, filter: &Filter<A>) -> Expr {
        let conditions = |filters: &[Filter<A>]| -> Vec<Expr> {
            filters.iter().map(|filter| self.condition(filter)).collect()
        };
        match filter {
            Filter::Is(attribute, test) => self.passes(*attribute, test),
            Filter::Not(attribute, test) => {
                let fails = self.passes(*attribute, test).not();
                match attribute.describe().has_value() {
                    Some(has_value) if *test != Test::Null => has_value.and(fails),
                    _ => fails,
                }
            }
            Filter::All(filters) => all(conditions(filters)),
            Filter::Any(filters) => any(conditions(filters)),
        }
    }

    /// The keys of the rows that meet a filter, and perhaps of more, if an index has them.
    pub(super) fn keys<A: Attribute>(self, filter: &Filter<A>) -> Option<Keys> {
        match filter {
            Filter::Is(attribute, test) if attribute.describe().kind == Kind::Texts => {
                let keys = |item: &String| attribute.contains_item(item, self).1;
                match test {
                    Test::ContainsAny(items) => Keys::union(items.iter().map(keys)),
                    Test::ContainsAll(items) => items.first().map(keys),
                    Test::Null
                    | Test::OneOf(_)
                    | Test::Compare(..)
                    | Test::Between(..)
                    | Test::StartsWith(_)
                    | Test::EndsWith(_) => None,
                }
            }
            Filter::Is(attribute, test) => attribute.has_index_for(test).then(|| {
                let [project, created, id] = A::position();
                let select = Query::select()
                    .expr_as(project.into_expr(), "project_id")
                    .expr_as(created.into_expr(), "created_at")
                    .expr_as(id.into_expr(), "id")
                    .from(A::Entity::default().table_ref())
                    .and_where(project.eq(self.project.as_str()))
                    .and_where(self.passes(*attribute, test))
                    .take();
                Keys::single(select)
            }),
            Filter::Not(..) => None,
            Filter::All(filters) => filters.iter().find_map(|filter| self.keys(filter)),
            Filter::Any(filters) => {
                let keys: Option<Vec<_>> = filters.iter().map(|filter| self.keys(filter)).collect();
                Keys::union(keys?.into_iter())
            }
        }
    }

    /// The condition that the value of an attribute passes a test.
    fn passes<A: Attribute>(self, attribute: A, test: &Test) -> Expr {
        let described = attribute.describe();
        let column = || described.column.into_expr();
        let key = || self.key(attribute);
        let value = |value: &Value| constant(described.kind, value);
        let condition = match test {
            Test::Null => return described.has_no_value().unwrap_or_else(never),
            Test::OneOf(values) => {
                let is_folded = described.kind == Kind::Text(Text::Folded);
                let compared = if is_folded { key() } else { column() };
                return match values.as_slice() {
                    [only] => compared.eq(value(only)),
                    values => compared.is_in(values.iter().map(value)),
                };
            }
            Test::Compare(comparison, other) => {
                let operator = match comparison {
                    Comparison::Less => BinOper::SmallerThan,
                    Comparison::LessOrEqual => BinOper::SmallerThanOrEqual,
                    Comparison::Greater => BinOper::GreaterThan,
                    Comparison::GreaterOrEqual => BinOper::GreaterThanOrEqual,
                };
                key().binary(operator, value(other))
            }
            Test::Between(least, most) => key().between(value(least), value(most)),
            Test::StartsWith(start) => self.starts_with(attribute, start),
            Test::EndsWith(end) => self.ends_with(attribute, end),
            Test::ContainsAny(parts) => {
                any(parts.iter().map(|part| self.contains(attribute, part)).collect())
            }
            Test::ContainsAll(parts) => {
                all(parts.iter().map(|part| self.contains(attribute, part)).collect())
            }
        };
        // Where there is no value, the key is an empty one.
        match described.has_value() {
            Some(has_value) => condition.and(has_value),
            None => condition,
        }
    }

    /// What the values of an attribute are compared and ordered by; never null.
    pub(super) fn key<A: Attribute>(self, attribute: A) -> Expr {
        let described = attribute.describe();
        let column = described.column.into_expr();
        let (compared, empty) = match described.kind {
            Kind::Text(Text::Plain) | Kind::Texts => (column, "''"),
            Kind::Text(Text::Bytes | Text::Lower) => (self.by_bytes(column), "''"),
            Kind::Text(Text::Folded) => (Func::lower(self.by_bytes(column)).into(), "''"),
            Kind::Date => (column, "0"),
            Kind::Flag => (column, "FALSE"),
        };
        match described.absence {
            Absence::Null => Func::coalesce([compared, Expr::cust(empty)]).into(),
            Absence::Never | Absence::Zero => compared,
        }
    }

    /// A text that is ordered by its bytes, as SQLite does anyway.
    fn by_bytes(self, text: Expr) -> Expr {
        match self.backend {
            DbBackend::Postgres => Expr::cust_with_expr("$1 COLLATE \"C\"", text),
            _ => text,
        }
    }

    fn starts_with<A: Attribute>(self, attribute: A, start: &str) -> Expr {
        let key = self.key(attribute);
        let Kind::Text(text) = attribute.describe().kind else { return never() };
        let start = text.fold(start);
        if start.is_empty() {
            return always();
        }
        if !text.is_ordered_by_bytes() {
            let beginning = Func::cust("substr").args([key, Expr::val(1), length(&start)]);
            return Expr::from(beginning).eq(start);
        }
        let end = successor(&start);
        let begins = key.clone().gte(start);
        match end {
            Some(end) => begins.and(key.lt(end)),
            None => begins,
        }
    }

    fn ends_with<A: Attribute>(self, attribute: A, end: &str) -> Expr {
        let key = self.key(attribute);
        let Kind::Text(text) = attribute.describe().kind else { return never() };
        let end = text.fold(end);
        if end.is_empty() {
            return always();
        }
        let tail = match self.backend {
            DbBackend::Postgres => Func::cust("right").args([key, length(&end)]),
            _ => Func::cust("substr").args([key, length(&end).mul(-1)]),
        };
        Expr::from(tail).eq(end)
    }

    fn contains<A: Attribute>(self, attribute: A, part: &str) -> Expr {
        match attribute.describe().kind {
            Kind::Texts => attribute.contains_item(part, self).0,
            Kind::Text(text) => self.find(self.key(attribute), text.fold(part)),
            Kind::Flag | Kind::Date => never(),
        }
    }

    /// The condition that a text has a part.
    pub fn find(self, text: Expr, part: String) -> Expr {
        let function = match self.backend {
            DbBackend::Postgres => "strpos",
            _ => "instr",
        };
        Expr::from(Func::cust(function).args([text, Expr::val(part)])).gt(0)
    }
}

/// A value as SQL. Flags are written out, so that indexes of some rows are used.
fn constant(kind: Kind, value: &Value) -> Expr {
    match (value, kind) {
        (Value::Text(text), Kind::Text(form)) => Expr::val(form.fold(text)),
        (Value::Text(text), Kind::Flag | Kind::Date | Kind::Texts) => Expr::val(text.as_str()),
        (Value::Flag(true), _) => always(),
        (Value::Flag(false), _) => never(),
        (Value::Date(date), _) => Expr::val(date.millis()),
    }
}

fn length(text: &str) -> Expr {
    Expr::val(i32::try_from(text.chars().count()).unwrap_or(i32::MAX))
}

fn always() -> Expr {
    Expr::cust("TRUE")
}

/// The condition that is never met.
pub(crate) fn never() -> Expr {
    Expr::cust("FALSE")
}

/// Both conditions, of which the second is looked at only if the first is met. SQLite looks at both sides of an `AND` that isn't
/// at the top of a `WHERE`.
pub(crate) fn in_turn(first: Expr, second: Expr) -> Expr {
    Expr::case(first, second).finally(never()).into()
}

fn all(conditions: Vec<Expr>) -> Expr {
    conditions.into_iter().reduce(ExprTrait::and).unwrap_or_else(always)
}

fn any(conditions: Vec<Expr>) -> Expr {
    conditions.into_iter().reduce(ExprTrait::or).unwrap_or_else(never)
}
