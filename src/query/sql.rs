//! Filters and orders as SQL.
//!
//! The expressions that texts are compared and ordered by are those of the indexes; see the migration `index_lists`.

use entity::ProjectId;
use sea_orm::sea_query::{BinOper, Expr, ExprTrait, Func, Query};
use sea_orm::{ColumnTrait, DbBackend, EntityName};

use super::attribute::{Absence, Attribute, Kind, Order, Text};
use super::conditions::{Candidate, Condition, Conditions};
use super::filter::{Comparison, Filter, Test, Value};
use super::keys::Keys;
use super::list::ListQuery;
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
    /// The filters of a list, each of which must be met.
    pub(super) fn conditions<A: Attribute>(self, list: &ListQuery<A>) -> Conditions {
        let mut filters: Vec<&Filter<A>> = Vec::new();
        flatten(&list.filters, &mut filters);
        let mut conditions = Conditions::default();
        for filter in filters {
            let place = conditions.add(Condition {
                expression: self.condition(filter),
                is_ordered: is_ordered(filter, &list.orders),
                is_covered: is_covered(filter),
            });
            let meets = if has_exact_keys(filter) { vec![place] } else { Vec::new() };
            let candidate = |keys| Candidate { keys, meets, is_combined: false };
            conditions.candidates.extend(self.keys(filter).map(candidate));
        }
        conditions
    }

    /// A filter as a condition.
    fn condition<A: Attribute>(self, filter: &Filter<A>) -> Expr {
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
    fn keys<A: Attribute>(self, filter: &Filter<A>) -> Option<Keys> {
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

/// All filters that must be met, those in `and` too.
fn flatten<'a, A>(filters: &'a [Filter<A>], into: &mut Vec<&'a Filter<A>>) {
    for filter in filters {
        match filter {
            Filter::All(inner) => flatten(inner, into),
            Filter::Is(..) | Filter::Not(..) | Filter::Any(_) => into.push(filter),
        }
    }
}

/// Whether the keys of a filter are only those of rows that meet it.
fn has_exact_keys<A>(filter: &Filter<A>) -> bool {
    match filter {
        // They are those of the first item or filter.
        Filter::Is(_, Test::ContainsAll(items)) => items.len() == 1,
        Filter::All(_) => false,
        Filter::Is(..) | Filter::Not(..) => true,
        Filter::Any(filters) => filters.iter().all(has_exact_keys),
    }
}

/// Whether covering keys have all that a filter is about, which must have few values: it is repeated in each statement of keys.
fn is_covered<A: Attribute>(filter: &Filter<A>) -> bool {
    match filter {
        Filter::Is(attribute, test) | Filter::Not(attribute, test) => {
            attribute.is_covered() && !matches!(test, Test::OneOf(values) if values.len() > 2)
        }
        Filter::Any(filters) => {
            let is_leaf = |filter: &Filter<A>| matches!(filter, Filter::Is(..) | Filter::Not(..));
            filters.len() <= 4 && filters.iter().all(|filter| is_leaf(filter) && is_covered(filter))
        }
        Filter::All(_) => false,
    }
}

/// Whether an index has the rows that meet a filter in the order of the list.
fn is_ordered<A: Attribute>(filter: &Filter<A>, orders: &[Order<A>]) -> bool {
    let Filter::Is(attribute, test) = filter else { return false };
    match orders {
        [] | [Order::Creation(_), ..] => attribute.has_ordered_index_for(test),
        [Order::By(by, _), ..] => match test {
            Test::Compare(..) | Test::Between(..) | Test::StartsWith(_) => {
                by == attribute && attribute.has_index_for(test)
            }
            Test::Null
            | Test::OneOf(_)
            | Test::EndsWith(_)
            | Test::ContainsAny(_)
            | Test::ContainsAll(_) => false,
        },
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

fn all(conditions: Vec<Expr>) -> Expr {
    conditions.into_iter().reduce(ExprTrait::and).unwrap_or_else(always)
}

fn any(conditions: Vec<Expr>) -> Expr {
    conditions.into_iter().reduce(ExprTrait::or).unwrap_or_else(never)
}
