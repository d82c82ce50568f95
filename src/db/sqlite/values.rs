//! Values on their way into SQLite, and rows on their way out.

use std::collections::BTreeMap;
use std::str;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Result, ToSql};
use sea_orm::{ProxyRow, Statement, Value};

/// Binds the values of a statement.
pub(super) fn bind(
    prepared: &mut rusqlite::Statement<'_>,
    statement: &Statement,
) -> rusqlite::Result<()> {
    let values = statement.values.iter().flat_map(|values| &values.0);
    for (index, value) in (1_usize..).zip(values) {
        prepared.raw_bind_parameter(index, Bound(value))?;
    }
    Ok(())
}

struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        let value = match self.0 {
            Value::Bool(value) => value.map(i64::from).map(ValueRef::Integer),
            Value::TinyInt(value) => value.map(i64::from).map(ValueRef::Integer),
            Value::SmallInt(value) => value.map(i64::from).map(ValueRef::Integer),
            Value::Int(value) => value.map(i64::from).map(ValueRef::Integer),
            Value::BigInt(value) => value.map(ValueRef::Integer),
            Value::Unsigned(value) => value.map(i64::from).map(ValueRef::Integer),
            // A limit or an offset; no table is longer.
            Value::BigUnsigned(value) => {
                value.map(|value| ValueRef::Integer(i64::try_from(value).unwrap_or(i64::MAX)))
            }
            Value::Double(value) => value.map(ValueRef::Real),
            Value::String(value) => value.as_ref().map(|value| ValueRef::Text(value.as_bytes())),
            Value::Bytes(value) => value.as_ref().map(|value| ValueRef::Blob(value)),
            other => {
                let error = format!("SQLite has no type for {other:?}");
                return Err(rusqlite::Error::ToSqlConversionFailure(error.into()));
            }
        };
        Ok(ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null)))
    }
}

/// A column of a result.
struct Column {
    index: usize,
    name: String,
    /// Whether its integers mean yes and no.
    is_flag: bool,
}

/// Runs a query and reads its rows, at most as many as `max`.
///
/// SeaORM finds the values of such a row by name, takes a value only in its exact type, and reads any other as NULL. A tuple
/// gets them in the order of the columns' names: read several columns into a model. Every
/// integer is a `BigInt`, but for those of columns that are declared as flags, and no entity has a field of another type.
pub(super) fn rows(
    prepared: &mut rusqlite::Statement<'_>,
    max: usize,
) -> rusqlite::Result<Vec<ProxyRow>> {
    let columns = prepared.columns();
    let mut columns: Vec<Column> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let declared = column.decl_type();
            let is_flag = declared.is_some_and(|name| name.eq_ignore_ascii_case("boolean"));
            Column { index, name: column.name().to_owned(), is_flag }
        })
        .collect();
    // A map is built faster from what is in order.
    columns.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    let mut found = prepared.raw_query();
    let mut rows = Vec::new();
    while rows.len() < max
        && let Some(row) = found.next()?
    {
        let values = columns.iter().map(|column| Ok((column.name.clone(), value(row, column)?)));
        rows.push(values.collect::<Result<BTreeMap<_, _>>>()?.into());
    }
    Ok(rows)
}

fn value(row: &rusqlite::Row<'_>, column: &Column) -> rusqlite::Result<Value> {
    Ok(match row.get_ref(column.index)? {
        ValueRef::Null => Value::BigInt(None),
        ValueRef::Integer(value) if column.is_flag => Value::Bool(Some(value != 0)),
        ValueRef::Integer(value) => Value::BigInt(Some(value)),
        ValueRef::Real(value) => Value::Double(Some(value)),
        ValueRef::Text(text) => {
            let text = str::from_utf8(text)
                .map_err(|error| rusqlite::Error::Utf8Error(column.index, error))?;
            Value::String(Some(text.to_owned()))
        }
        ValueRef::Blob(bytes) => Value::Bytes(Some(bytes.to_vec())),
    })
}
