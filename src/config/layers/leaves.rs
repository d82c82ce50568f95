//! The settings of a file, each as a layer of its own.

use config::{ConfigError, Map, Source, Value, ValueKind};

/// The list whose items are checked one by one.
pub(super) const PROJECTS: &str = "projects";

/// A setting of a file, as a layer of its own.
pub(super) enum Leaf {
    /// At the top, or in a table.
    Setting(Table),
    /// Of the project at a place in the list.
    OfProject(usize, Table),
}

/// A layer of parsed settings.
#[derive(Clone, Debug)]
pub(super) struct Table(Map<String, Value>);

impl Source for Table {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        Ok(self.0.clone())
    }
}

/// The settings of a table, each as a table of its own, sorted by their keys.
pub(super) fn leaves(table: Map<String, Value>) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    for (key, value) in sorted(table) {
        match value.kind {
            ValueKind::Array(projects) if key == PROJECTS => {
                for (number, project) in projects.into_iter().enumerate() {
                    leaves.extend(of_project(project).map(|table| Leaf::OfProject(number, table)));
                }
            }
            _ => leaves.extend(singles(&key, value).into_iter().map(Leaf::Setting)),
        }
    }
    leaves
}

/// The settings of a project, each with the project's id.
fn of_project(project: Value) -> impl Iterator<Item = Table> {
    let table = match project.kind {
        ValueKind::Table(table) => table,
        kind => Map::from_iter([("id".to_owned(), Value::new(None, kind))]),
    };
    let id = table.get("id").cloned();
    let settings = sorted(table).into_iter().flat_map(|(key, value)| singles(&key, value));
    settings.map(move |Table(mut project)| {
        if let Some(id) = &id {
            project.entry("id".to_owned()).or_insert_with(|| id.clone());
        }
        let projects = vec![Value::new(None, ValueKind::Table(project))];
        Table(Map::from_iter([(PROJECTS.to_owned(), Value::new(None, ValueKind::Array(projects)))]))
    })
}

/// The settings below a key, each as a table of its own.
fn singles(key: &str, value: Value) -> Vec<Table> {
    let alone = |value| Table(Map::from_iter([(key.to_owned(), value)]));
    match value.kind {
        ValueKind::Table(table) if !table.is_empty() => sorted(table)
            .into_iter()
            .flat_map(|(key, value)| singles(&key, value))
            .map(|Table(inner)| alone(Value::new(None, ValueKind::Table(inner))))
            .collect(),
        kind => vec![alone(Value::new(None, kind))],
    }
}

fn sorted(table: Map<String, Value>) -> Vec<(String, Value)> {
    let mut sorted: Vec<_> = table.into_iter().collect();
    sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
    sorted
}
