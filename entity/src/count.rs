//! Small counts, in columns of four bytes.

use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, Value, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, QueryResult, TryGetError, TryGetable};

/// How often something has happened to a row.
///
/// PostgreSQL returns it in four bytes, SQLite like every integer in eight; SeaORM's own `i32` takes the former only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(i32);

impl Count {
    /// A count that starts at `count`.
    pub const fn new(count: i32) -> Self {
        Self(count)
    }

    /// The number.
    pub const fn get(self) -> i32 {
        self.0
    }

    /// One more; after the last number the first.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

impl From<Count> for Value {
    fn from(count: Count) -> Self {
        Self::Int(Some(count.0))
    }
}

impl TryGetable for Count {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let narrow = i32::try_get_by(row, index);
        // A value of another type reads as NULL.
        if matches!(narrow, Err(TryGetError::Null(_)))
            && let Ok(wide) = i64::try_get_by(row, index)
        {
            return Ok(Self(<i32 as TryFrom<i64>>::try_from(wide).unwrap_or(i32::MAX)));
        }
        narrow.map(Self)
    }
}

impl ValueType for Count {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <i32 as ValueType>::try_from(value).map(Self)
    }

    fn type_name() -> String {
        "Count".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::Int
    }

    fn column_type() -> ColumnType {
        ColumnType::Integer
    }
}

impl Nullable for Count {
    fn null() -> Value {
        Value::Int(None)
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{ColumnTrait, EntityTrait, IdenStatic, Iterable};

    use super::*;
    use crate::{
        authenticator, challenge, device, generation, identity, message, oauth_flow, passkey,
        passkey_challenge, rate_limit, recovery_code, security_log, session, token, used_id_token,
        user, user_word,
    };

    /// The columns of `E` that an `i64`, a `bool` or a text doesn't read.
    fn others<E: EntityTrait>() -> Vec<String> {
        let is_other = |column: &E::Column| {
            use ColumnType::{BigInteger, Boolean, String, Text};
            !matches!(column.def().get_column_type(), BigInteger | Boolean | String(_) | Text)
        };
        let name = |column: E::Column| format!("{}.{}", E::default().table_name(), column.as_str());
        E::Column::iter().filter(is_other).map(name).collect()
    }

    /// On SQLite a field of any other type would be read as NULL.
    #[test]
    fn all_small_numbers_are_counts() {
        let found = [
            others::<authenticator::Entity>(),
            others::<challenge::Entity>(),
            others::<device::Entity>(),
            others::<generation::Entity>(),
            others::<identity::Entity>(),
            others::<message::Entity>(),
            others::<oauth_flow::Entity>(),
            others::<passkey::Entity>(),
            others::<passkey_challenge::Entity>(),
            others::<rate_limit::Entity>(),
            others::<recovery_code::Entity>(),
            others::<security_log::Entity>(),
            others::<session::Entity>(),
            others::<token::Entity>(),
            others::<used_id_token::Entity>(),
            others::<user::Entity>(),
            others::<user_word::Entity>(),
        ];

        assert_eq!(
            found.concat(),
            ["challenges.tries", "messages.attempts", "tokens.tries", "users.prefs_revision"]
        );
    }
}
