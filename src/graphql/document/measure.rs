//! Measures a document: each fragment once, however often it is spread.

use std::collections::HashMap;

use async_graphql::Positioned;
use async_graphql::parser::types::{
    Directive, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};

use super::syntax::Document;
use super::{DocumentError, cut};
use crate::config::DocumentLimits;

/// The size of a selection set, with fragments expanded. Counts saturate.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    /// Fields of the set itself.
    fields: usize,
    /// Fields at all levels, including introspection.
    selections: usize,
    /// Fields at all levels; of introspection, only the topmost.
    complexity: usize,
    /// Fields at all levels that have an alias.
    aliases: usize,
    /// Levels of fields that have selections.
    levels: usize,
    /// Levels below `__schema` and `__type`.
    introspection_levels: usize,
    /// Nested selection sets, including those of fragments.
    nesting: usize,
}

impl Size {
    /// Adds two sizes.
    fn beside(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            selections: self.selections.saturating_add(other.selections),
            complexity: self.complexity.saturating_add(other.complexity),
            aliases: self.aliases.saturating_add(other.aliases),
            levels: self.levels.max(other.levels),
            introspection_levels: self.introspection_levels.max(other.introspection_levels),
            nesting: self.nesting.max(other.nesting),
        }
    }
}

/// The state of a fragment.
#[derive(Clone, Copy, Debug)]
enum Progress {
    /// It is being measured. Meeting it again is a cycle.
    InProgress,
    /// It was measured.
    Done(Size),
}

/// Measures the operations of a document.
pub(super) struct Measuring<'a> {
    fragments: HashMap<&'a str, &'a FragmentDefinition>,
    limits: &'a DocumentLimits,
    introspection: bool,
    progress: HashMap<&'a str, Progress>,
    directives: usize,
    /// The nesting of selection sets being measured.
    open: usize,
}

impl<'a> Measuring<'a> {
    pub(super) fn new(
        document: &'a Document,
        limits: &'a DocumentLimits,
        introspection: bool,
    ) -> Self {
        let (fragments, progress) = (document.fragments_by_name(), HashMap::new());
        Self { fragments, limits, introspection, progress, directives: 0, open: 0 }
    }

    /// Measures an operation, and checks the limits.
    pub(super) fn operation(
        &mut self,
        operation: &'a OperationDefinition,
    ) -> Result<(), DocumentError> {
        let limits = self.limits;
        if operation.variable_definitions.len() > limits.variables {
            return Err(DocumentError::limit("variables", limits.variables));
        }
        self.directives(&operation.directives)?;
        for variable in &operation.variable_definitions {
            self.directives(&variable.node.directives)?;
        }
        let size = self.set(&operation.selection_set.node)?;
        for (what, count, max) in [
            ("fields with fragments expanded", size.selections, limits.selections),
            ("root fields", size.fields, limits.root_fields),
            ("aliases", size.aliases, limits.aliases),
            ("fields", size.complexity, limits.complexity),
            // Root fields have depth 0.
            ("levels", size.levels, limits.depth.saturating_add(1)),
            ("introspection levels", size.introspection_levels, limits.introspection_depth),
        ] {
            if count > max {
                return Err(DocumentError::limit(what, max));
            }
        }
        Ok(())
    }

    /// Measures the fragments that no operation uses: they are validated, too.
    pub(super) fn unused_fragments(&mut self, document: &'a Document) -> Result<(), DocumentError> {
        for fragment in &document.fragments {
            let size = self.fragment(&fragment.name.node)?;
            if size.selections > self.limits.selections {
                return Err(DocumentError::limit(
                    "fields with fragments expanded",
                    self.limits.selections,
                ));
            }
        }
        Ok(())
    }

    /// Measures a selection set. The recursion, also through fragments, is bounded by the limit on nesting.
    fn set(&mut self, set: &'a SelectionSet) -> Result<Size, DocumentError> {
        let mut size = Size::default();
        if set.items.is_empty() {
            return Ok(size);
        }
        self.open = self.open.saturating_add(1);
        self.refuse_nesting(self.open)?;
        for item in &set.items {
            self.directives(item.node.directives())?;
            let part = match &item.node {
                Selection::Field(field) => self.field(field)?,
                Selection::InlineFragment(inline) => self.set(&inline.node.selection_set.node)?,
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    self.fragment(name).map_err(|error| DocumentError {
                        position: error.position.or(Some(spread.pos)),
                        ..error
                    })?
                }
            };
            size = size.beside(part);
        }
        self.open = self.open.saturating_sub(1);
        Ok(Size { nesting: size.nesting.saturating_add(1), ..size })
    }

    fn field(&mut self, field: &'a Positioned<Field>) -> Result<Size, DocumentError> {
        let introspects = matches!(field.node.name.node.as_str(), "__schema" | "__type");
        if introspects && !self.introspection {
            let message = "Introspection is not available on this server.";
            return Err(DocumentError::invalid(message, Some(field.pos)));
        }
        let below = self.set(&field.node.selection_set.node)?;
        let is_leaf = field.node.selection_set.node.items.is_empty();
        let levels = if is_leaf { 0 } else { below.levels.saturating_add(1) };
        let selections = below.selections.saturating_add(1);
        let aliases = below.aliases.saturating_add(usize::from(field.node.alias.is_some()));
        let size = Size { fields: 1, selections, aliases, ..below };
        Ok(if introspects {
            // Introspection within introspection counts as a further level, too.
            let introspection_levels = levels.max(below.introspection_levels.saturating_add(1));
            Size { complexity: 1, levels: 0, introspection_levels, ..size }
        } else {
            Size { complexity: below.complexity.saturating_add(1), levels, ..size }
        })
    }

    fn fragment(&mut self, name: &'a str) -> Result<Size, DocumentError> {
        match self.progress.get(name) {
            Some(Progress::Done(size)) => {
                let size = *size;
                self.refuse_nesting(self.open.saturating_add(size.nesting))?;
                return Ok(size);
            }
            Some(Progress::InProgress) => {
                let message = format!("The fragment {} contains itself.", cut(name));
                return Err(DocumentError::invalid(message, None));
            }
            None => {}
        }
        let Some(fragment) = self.fragments.get(name).copied() else {
            let message = format!("The document has no fragment {}.", cut(name));
            return Err(DocumentError::invalid(message, None));
        };
        self.progress.insert(name, Progress::InProgress);
        self.directives(&fragment.directives)?;
        let size = self.set(&fragment.selection_set.node)?;
        self.progress.insert(name, Progress::Done(size));
        Ok(size)
    }

    fn refuse_nesting(&self, nesting: usize) -> Result<(), DocumentError> {
        if nesting > self.limits.nesting {
            return Err(DocumentError::limit("nested brackets", self.limits.nesting));
        }
        Ok(())
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) -> Result<(), DocumentError> {
        if directives.len() > self.limits.directives_per_field {
            return Err(DocumentError::limit(
                "directives at one place",
                self.limits.directives_per_field,
            ));
        }
        self.directives = self.directives.saturating_add(directives.len());
        if self.directives > self.limits.directives {
            return Err(DocumentError::limit("directives", self.limits.directives));
        }
        Ok(())
    }
}
