//! Values, types and directives.

use async_graphql::indexmap::IndexMap;
use async_graphql::indexmap::map::Entry;
use async_graphql::parser::types::{BaseType, Directive, Type};
use async_graphql::{Name, Number, Positioned};
use async_graphql_value::Value;

use super::definitions::Parser;
use super::lexer::Token;
use super::{refuse, strings};
use crate::graphql::document::DocumentError;

/// Arguments in their order.
type Arguments = Vec<(Positioned<Name>, Positioned<Value>)>;

/// Whether variables are allowed in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variables {
    Allowed,
    Forbidden,
}

impl Parser<'_> {
    /// `@name(…) @name`
    pub(super) fn directives(
        &mut self,
        variables: Variables,
    ) -> Result<Vec<Positioned<Directive>>, DocumentError> {
        let mut directives = Vec::new();
        while let Some(pos) = self.eat('@')? {
            let name = self.name()?;
            let arguments = self.arguments(variables)?;
            directives.push(Positioned::new(Directive { name, arguments }, pos));
        }
        Ok(directives)
    }

    /// `(name: value)`, or nothing.
    pub(super) fn arguments(&mut self, variables: Variables) -> Result<Arguments, DocumentError> {
        self.optional_list('(', ')', |parser| {
            let name = parser.name()?;
            parser.expect(':')?;
            Ok((name, parser.value(variables)?))
        })
    }

    /// `[Name!]!`
    pub(super) fn ty(&mut self) -> Result<Positioned<Type>, DocumentError> {
        let pos = self.token.pos;
        let base = if self.eat('[')?.is_some() {
            let item = self.ty()?.node;
            self.expect(']')?;
            BaseType::List(Box::new(item))
        } else {
            BaseType::Named(self.name()?.node)
        };
        let nullable = self.eat('!')?.is_none();
        Ok(Positioned::new(Type { base, nullable }, pos))
    }

    /// A literal or a variable.
    pub(super) fn value(
        &mut self,
        variables: Variables,
    ) -> Result<Positioned<Value>, DocumentError> {
        let Positioned { node: token, pos } = self.bump()?;
        let value = match token {
            Token::Mark('$') if variables == Variables::Allowed => {
                Value::Variable(self.name()?.node)
            }
            Token::Mark('$') => {
                return Err(refuse(pos, "a variable can't stand in a value that must be constant"));
            }
            Token::Number(text) => {
                // -0 is a whole number, too.
                let whole = text.parse::<i64>().map(Number::from);
                let number = whole.or_else(|_| text.parse());
                Value::Number(number.map_err(|_| refuse(pos, "a number is out of range"))?)
            }
            Token::String(raw) => {
                self.has_strings = true;
                Value::String(strings::value(raw, pos)?)
            }
            Token::Block(raw) => {
                self.has_strings = true;
                Value::String(strings::block(raw))
            }
            Token::Name("true") => Value::Boolean(true),
            Token::Name("false") => Value::Boolean(false),
            Token::Name("null") => Value::Null,
            Token::Name(name) => Value::Enum(Name::new(name)),
            Token::Mark('[') => {
                let mut items = Vec::new();
                while self.eat(']')?.is_none() {
                    items.push(self.value(variables)?.node);
                }
                Value::List(items)
            }
            Token::Mark('{') => self.object(variables)?,
            Token::End | Token::Mark(_) | Token::Spread => {
                return Err(refuse(pos, &format!("expected a value, found {}", token.describe())));
            }
        };
        Ok(Positioned::new(value, pos))
    }

    /// The fields of an object after its opening brace. Of duplicates, the first is kept and the others are
    /// recorded.
    fn object(&mut self, variables: Variables) -> Result<Value, DocumentError> {
        let mut fields = IndexMap::new();
        while self.eat('}')?.is_none() {
            let key = self.name()?;
            self.expect(':')?;
            let value = self.value(variables)?.node;
            match fields.entry(key.node.clone()) {
                Entry::Vacant(entry) => {
                    entry.insert(value);
                }
                Entry::Occupied(_) => self.repeated_keys.push(key),
            }
        }
        Ok(Value::Object(fields))
    }
}
