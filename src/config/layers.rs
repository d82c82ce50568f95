//! Merges the layers of the configuration, and names the layer of each error.

use std::fs;
use std::path::Path;

use anyhow::Context;
use config::{ConfigError, Environment, File, FileFormat, Source};

use super::effective::{Origin, Settings};
use super::{Config, ConfigErrors, Mode, dev, manual};

mod leaves;

use leaves::{Leaf, PROJECTS, leaves};

const PREFIX: &str = "ACCOUNTD_";
/// The setting that a variable writes as TOML, because it is a list of tables.
const FIELD_LIMITS: &str = "ACCOUNTD_LIMITS__FIELDS";
/// Names the file; not a setting.
const FILE_VARIABLE: &str = "ACCOUNTD_CONFIG";

/// The start of the error for an unknown key.
const UNKNOWN_KEY: &str = "unknown key ";

/// The valid layers, and the problems of the others.
#[derive(Default)]
pub(super) struct Layers {
    sources: Vec<Box<dyn Source + Send + Sync>>,
    /// Of each source.
    origins: Vec<Origin>,
    /// The errors of settings that are in no layer.
    pub(super) problems: ConfigErrors,
    /// Variables with the prefix of settings that are none.
    pub(super) ignored_variables: Vec<String>,
}

impl Layers {
    /// Reads the file at `path` and the variables over the defaults of `mode`. Fails only if there is no such file, or if it is
    /// no TOML.
    pub(super) fn read(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        mode: Mode,
    ) -> anyhow::Result<Self> {
        let mut layers = Self::default();
        layers.merge(&Origin::Default, toml(manual::TEXT));
        if mode == Mode::Dev {
            layers.merge(&Origin::DevDefault, toml(&dev::settings()?));
        }
        if let Some(path) = path {
            let name = path.display().to_string();
            let text = fs::read_to_string(path).with_context(|| name.clone())?;
            layers.merge_file(&Origin::File(name), &text)?;
        }
        for (name, value) in settings_of(environment) {
            layers.merge_variable(name, &value);
        }
        Ok(layers)
    }

    /// The configuration of the valid layers.
    pub(super) fn build(&self) -> Result<Config, ConfigError> {
        let config = build(&self.sources)?;
        Ok(Config { ignored_variables: self.ignored_variables.clone(), ..config })
    }

    /// The settings of the valid layers.
    pub(super) fn settings(&self) -> Result<Settings, ConfigError> {
        let mut settings = Settings::default();
        let mut defaults = Settings::default();
        for (origin, source) in self.origins.iter().zip(&self.sources) {
            settings.lay(origin, source.collect()?);
            if *origin == Origin::Default {
                defaults = settings.clone();
            }
        }
        settings.complete_projects(&defaults);
        Ok(settings)
    }

    /// Adds a layer, or its problem.
    fn merge(&mut self, origin: &Origin, source: impl Source + Send + Sync + 'static) {
        if let Err(problem) = self.try_merge(origin, source) {
            self.problems.note(format!("{origin}: {problem}"));
        }
    }

    /// Adds the layer of a file. If it isn't valid as a whole, its settings are tried one by one, so that all problems are
    /// reported at once.
    fn merge_file(&mut self, origin: &Origin, text: &str) -> Result<(), ConfigErrors> {
        let Err(problem) = self.try_merge(origin, toml(text)) else { return Ok(()) };
        let Ok(table) = toml(text).collect() else {
            // What it sets would be reported as missing.
            let mut problems = ConfigErrors::default();
            problems.note(format!("{origin}: {problem}"));
            return Err(problems);
        };
        let mut problems = Vec::new();
        for leaf in leaves(table) {
            match leaf {
                Leaf::Setting(table) => problems.extend(self.try_merge(origin, table).err()),
                Leaf::OfProject(number, table) => {
                    let problem = self.try_merge(origin, table).err();
                    if problem.is_none() {
                        // It would be the only project.
                        self.sources.pop();
                        self.origins.pop();
                    }
                    let project = format!("{PROJECTS}[{number}]");
                    problems
                        .extend(problem.map(|it| it.replace(&format!("{PROJECTS}[0]"), &project)));
                }
            }
        }
        if problems.is_empty() {
            problems.push(problem);
        }
        problems.dedup();
        for problem in problems {
            self.problems.note(format!("{origin}: {problem}"));
        }
        Ok(())
    }

    /// Adds the layer of a variable.
    fn merge_variable(&mut self, name: String, value: &str) {
        let origin = Origin::Variable(name.clone());
        let laid = match name.strip_prefix(FIELD_LIMITS) {
            Some(field) => self.try_merge(&origin, toml(&field_limits(field, value))),
            None => self.try_merge(&origin, variable(&name, value)),
        };
        match laid {
            Ok(()) => {}
            // Not an error, because Kubernetes sets such variables for each service.
            Err(problem) if problem.starts_with(UNKNOWN_KEY) && !name.contains("__") => {
                self.ignored_variables.push(name);
            }
            Err(problem) => self.problems.note(format!("{name}: {problem}")),
        }
    }

    /// Adds a layer if it is valid. A new error must be its own, because the layers below were valid.
    fn try_merge(
        &mut self,
        origin: &Origin,
        source: impl Source + Send + Sync + 'static,
    ) -> Result<(), String> {
        self.sources.push(Box::new(source));
        match build(&self.sources) {
            Ok(_) => {
                self.origins.push(origin.clone());
                Ok(())
            }
            Err(error) => {
                self.sources.pop();
                Err(one_line(&error))
            }
        }
    }
}

fn build(sources: &[Box<dyn Source + Send + Sync>]) -> Result<Config, ConfigError> {
    config::Config::builder().add_source(sources.to_vec()).build()?.try_deserialize()
}

fn toml(text: &str) -> impl Source + Send + Sync + 'static {
    File::from_str(text, FileFormat::Toml)
}

/// A variable as a layer. A line break at the end of its value is ignored.
fn variable(name: &str, value: &str) -> impl Source + Send + Sync + 'static {
    let value = value.trim_end_matches(['\r', '\n']).to_owned();
    Environment::with_prefix("ACCOUNTD")
        .prefix_separator("_")
        .separator("__")
        .source(Some([(name.to_owned(), value)].into()))
}

/// The TOML of a variable with the limits of all fields, or of the field in its name.
fn field_limits(field: &str, value: &str) -> String {
    let field = field.replacen("__", ".", 1);
    format!("limits.fields{field} = {}", value.trim())
}

/// The server's variables, sorted by name.
fn settings_of(
    environment: impl IntoIterator<Item = (String, String)>,
) -> impl Iterator<Item = (String, String)> {
    let mut settings: Vec<_> = environment
        .into_iter()
        .filter(|(name, _)| name.starts_with(PREFIX) && name != FILE_VARIABLE)
        .collect();
    settings.sort();
    settings.into_iter()
}

/// Describes an error in one line: the key and the reason, without the value, which may be secret.
fn one_line(error: &ConfigError) -> String {
    match error {
        ConfigError::At { error, key: Some(key), .. } => {
            format!("{}: {}", dotted(key), one_line(error))
        }
        ConfigError::Type { expected, key: Some(key), .. } => {
            format!("{}: not {expected}", dotted(key))
        }
        ConfigError::NotFound(key) => format!("{}: missing", dotted(key)),
        ConfigError::FileParse { cause, .. } => location_and_reason(&cause.to_string()),
        ConfigError::Message(message) => in_words_of_the_manual(message),
        other => other.to_string(),
    }
}

/// Writes `projects[0]id` as `projects[0].id`.
fn dotted(key: &str) -> String {
    key.replace(']', "].").trim_end_matches('.').to_owned()
}

/// The first and the last line of a TOML error; those between show the value.
fn location_and_reason(error: &str) -> String {
    let location = error.lines().next().unwrap_or_default();
    match error.lines().next_back() {
        Some(reason) if reason != location => format!("{location}: {reason}"),
        _ => location.to_owned(),
    }
}

fn in_words_of_the_manual(message: &str) -> String {
    if let Some(key) = message.strip_prefix("unknown field ") {
        return format!("{UNKNOWN_KEY}{key}");
    }
    match message.rsplit_once(", expected ") {
        Some((found, expected)) if found.starts_with("invalid ") => {
            let is_table = expected.starts_with("struct ");
            format!("not {}", if is_table { "a table" } else { expected })
        }
        _ => message.to_owned(),
    }
}
