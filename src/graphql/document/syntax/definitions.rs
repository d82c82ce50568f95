//! Operations, fragments and their selections.

use async_graphql::parser::types::{
    Field, FragmentDefinition, FragmentSpread, InlineFragment, OperationDefinition, OperationType,
    Selection, SelectionSet, TypeCondition, VariableDefinition,
};
use async_graphql::{Name, Pos, Positioned};

use super::lexer::{Lexer, Token};
use super::values::Variables;
use super::{Document, Fragment, Operation, refuse};
use crate::graphql::document::DocumentError;

/// A parser with one token of lookahead.
#[derive(Debug)]
pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    pub(super) token: Positioned<Token<'a>>,
    pub(super) repeated_keys: Vec<Positioned<Name>>,
    pub(super) has_strings: bool,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, DocumentError> {
        let mut lexer = Lexer::new(text);
        let token = lexer.next()?;
        Ok(Self { lexer, token, repeated_keys: Vec::new(), has_strings: false })
    }

    pub(super) fn document(mut self) -> Result<Document, DocumentError> {
        let (mut operations, mut fragments) = (Vec::new(), Vec::new());
        loop {
            let pos = self.token.pos;
            let is_described = self.description()?;
            match self.token.node {
                Token::End if !operations.is_empty() || !fragments.is_empty() => break,
                Token::Mark('{') if !is_described => {
                    operations.push(self.operation(pos, OperationType::Query)?);
                }
                Token::Name("query") => operations.push(self.operation(pos, OperationType::Query)?),
                Token::Name("mutation") => {
                    operations.push(self.operation(pos, OperationType::Mutation)?);
                }
                Token::Name("subscription") => {
                    operations.push(self.operation(pos, OperationType::Subscription)?);
                }
                Token::Name("fragment") => fragments.push(self.fragment(pos)?),
                _ => return Err(self.unexpected("an operation or a fragment")),
            }
        }
        let Self { repeated_keys, has_strings, .. } = self;
        Ok(Document { operations, fragments, repeated_keys, has_strings })
    }

    /// Consumes the current token.
    pub(super) fn bump(&mut self) -> Result<Positioned<Token<'a>>, DocumentError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    /// Consumes a punctuation mark if it is next, and returns its position.
    pub(super) fn eat(&mut self, mark: char) -> Result<Option<Pos>, DocumentError> {
        if self.token.node == Token::Mark(mark) { Ok(Some(self.bump()?.pos)) } else { Ok(None) }
    }

    /// Consumes a required punctuation mark.
    pub(super) fn expect(&mut self, mark: char) -> Result<Pos, DocumentError> {
        self.eat(mark)?.ok_or_else(|| self.unexpected(&format!("`{mark}`")))
    }

    pub(super) fn name(&mut self) -> Result<Positioned<Name>, DocumentError> {
        let Token::Name(name) = self.token.node else { return Err(self.unexpected("a name")) };
        let pos = self.bump()?.pos;
        Ok(Positioned::new(Name::new(name), pos))
    }

    /// One or more items in brackets, or nothing.
    pub(super) fn optional_list<T>(
        &mut self,
        open: char,
        close: char,
        item: impl Fn(&mut Self) -> Result<T, DocumentError>,
    ) -> Result<Vec<T>, DocumentError> {
        let mut items = Vec::new();
        if self.eat(open)?.is_some() {
            items.push(item(self)?);
            while self.eat(close)?.is_none() {
                items.push(item(self)?);
            }
        }
        Ok(items)
    }

    fn unexpected(&self, expected: &str) -> DocumentError {
        let found = self.token.node.describe();
        refuse(self.token.pos, &format!("expected {expected}, found {found}"))
    }

    /// Consumes a description, and returns whether there was one. The server ignores it.
    fn description(&mut self) -> Result<bool, DocumentError> {
        let is_described = matches!(self.token.node, Token::String(_) | Token::Block(_));
        if is_described {
            self.value(Variables::Forbidden)?;
        }
        Ok(is_described)
    }

    /// Parses an operation.
    fn operation(&mut self, pos: Pos, ty: OperationType) -> Result<Operation, DocumentError> {
        let mut name = None;
        let (mut variable_definitions, mut directives) = (Vec::new(), Vec::new());
        if self.token.node != Token::Mark('{') {
            self.bump()?;
            if let Token::Name(_) = self.token.node {
                name = Some(self.name()?);
            }
            variable_definitions = self.optional_list('(', ')', Self::variable)?;
            directives = self.directives(Variables::Allowed)?;
        }
        let selection_set = self.selection_set()?;
        let definition =
            OperationDefinition { ty, variable_definitions, directives, selection_set };
        Ok(Operation { name, definition: Positioned::new(definition, pos) })
    }

    /// `$name: Type = value @directive`
    fn variable(&mut self) -> Result<Positioned<VariableDefinition>, DocumentError> {
        self.description()?;
        let pos = self.expect('$')?;
        let name = self.name()?;
        self.expect(':')?;
        let var_type = self.ty()?;
        let default_value = if self.eat('=')?.is_some() {
            let Positioned { node, pos } = self.value(Variables::Forbidden)?;
            node.into_const().map(|value| Positioned::new(value, pos))
        } else {
            None
        };
        let directives = self.directives(Variables::Forbidden)?;
        let definition = VariableDefinition { name, var_type, directives, default_value };
        Ok(Positioned::new(definition, pos))
    }

    fn fragment(&mut self, pos: Pos) -> Result<Fragment, DocumentError> {
        self.bump()?;
        if self.token.node == Token::Name("on") {
            return Err(self.unexpected("the name of the fragment, which can't be `on`"));
        }
        let name = self.name()?;
        if self.token.node != Token::Name("on") {
            return Err(self.unexpected("`on`"));
        }
        let type_condition = self.type_condition()?;
        let directives = self.directives(Variables::Allowed)?;
        let selection_set = self.selection_set()?;
        let definition = FragmentDefinition { type_condition, directives, selection_set };
        Ok(Fragment { name, definition: Positioned::new(definition, pos) })
    }

    /// Parses `on Type`.
    fn type_condition(&mut self) -> Result<Positioned<TypeCondition>, DocumentError> {
        let pos = self.bump()?.pos;
        Ok(Positioned::new(TypeCondition { on: self.name()? }, pos))
    }

    /// The recursion is bounded by the limit on nesting.
    fn selection_set(&mut self) -> Result<Positioned<SelectionSet>, DocumentError> {
        let pos = self.token.pos;
        let items = self.optional_list('{', '}', Self::selection)?;
        if items.is_empty() {
            return Err(self.unexpected("`{`"));
        }
        Ok(Positioned::new(SelectionSet { items }, pos))
    }

    fn selection(&mut self) -> Result<Positioned<Selection>, DocumentError> {
        let pos = self.token.pos;
        let selection = if self.token.node == Token::Spread {
            self.bump()?;
            self.spread(pos)?
        } else {
            Selection::Field(Positioned::new(self.field()?, pos))
        };
        Ok(Positioned::new(selection, pos))
    }

    /// Parses what follows three dots.
    fn spread(&mut self, pos: Pos) -> Result<Selection, DocumentError> {
        if !matches!(self.token.node, Token::Name("on") | Token::Mark(_)) {
            let fragment_name = self.name()?;
            let directives = self.directives(Variables::Allowed)?;
            let spread = FragmentSpread { fragment_name, directives };
            return Ok(Selection::FragmentSpread(Positioned::new(spread, pos)));
        }
        let type_condition = match self.token.node {
            Token::Name(_) => Some(self.type_condition()?),
            _ => None,
        };
        let directives = self.directives(Variables::Allowed)?;
        let selection_set = self.selection_set()?;
        let inline = InlineFragment { type_condition, directives, selection_set };
        Ok(Selection::InlineFragment(Positioned::new(inline, pos)))
    }

    fn field(&mut self) -> Result<Field, DocumentError> {
        let mut name = self.name()?;
        let mut alias = None;
        if self.eat(':')?.is_some() {
            alias = Some(std::mem::replace(&mut name, self.name()?));
        }
        let arguments = self.arguments(Variables::Allowed)?;
        let directives = self.directives(Variables::Allowed)?;
        let selection_set = if self.token.node == Token::Mark('{') {
            self.selection_set()?
        } else {
            Positioned::new(SelectionSet::default(), self.token.pos)
        };
        Ok(Field { alias, name, arguments, directives, selection_set })
    }
}
