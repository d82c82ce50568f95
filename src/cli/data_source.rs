//! Where a command finds its data: the configuration of the server, and the project that is meant.

use std::path::Path;

use anyhow::{bail, ensure};
use clap::Args;
use entity::ProjectId;

use super::{check, dev, load};
use crate::config::dev::{DATA_DIRECTORY, MASTER_SECRET};
use crate::config::{Config, Mode, Project};

/// Which server's data a command uses.
#[derive(Args, Clone, Debug)]
pub(super) struct DataSource {
    /// Use the data of `accountd dev`, in ./data
    #[arg(long, global = true)]
    dev: bool,
}

impl DataSource {
    /// The settings of that server, as far as a command needs them that only opens the database.
    pub(super) fn load_settings(&self, path: Option<&Path>) -> anyhow::Result<Config> {
        load(path, if self.dev { Mode::Dev } else { Mode::Serve })
    }

    /// The configuration of that server.
    pub(super) fn load(&self, path: Option<&Path>) -> anyhow::Result<Config> {
        let config = self.load_settings(path)?;
        if !self.dev {
            return Ok(config);
        }
        let is_new = config.master_secret.is_none() && config.master_secret_file.is_none();
        ensure!(
            !is_new || Path::new(DATA_DIRECTORY).exists(),
            "there is no ./data: run the command in the folder in which `accountd dev` runs"
        );
        dev::prepare(config, None)
    }

    /// The configuration of that server, for a command that reports what is wrong with it: no file is made, and settings that are
    /// not valid are returned as they are.
    pub(super) fn load_to_examine(&self, path: Option<&Path>) -> anyhow::Result<Config> {
        let config = self.load_settings(path)?;
        if !self.dev || check(&config).is_err() {
            return Ok(config);
        }
        let secret = Path::new(DATA_DIRECTORY).join(MASTER_SECRET);
        let is_new = config.master_secret.is_none() && config.master_secret_file.is_none();
        ensure!(
            !is_new || secret.exists(),
            "there is no ./{}: run the command in the folder in which `accountd dev` runs",
            secret.display()
        );
        dev::prepare(config, None)
    }
}

/// The project that is meant: the named one, the only one, or the one called `default`.
pub(super) fn project(config: &Config, named: Option<&str>) -> anyhow::Result<ProjectId> {
    let ids: Vec<&str> = config.projects.iter().map(|project| project.id.as_str()).collect();
    Ok(ProjectId::new(match (named, ids.as_slice()) {
        (Some(id), _) if ids.contains(&id) => id,
        (Some(id), _) => bail!("there is no project `{id}`, only {}", ids.join(", ")),
        (None, [id]) => id,
        (None, _) if config.projects.iter().any(Project::is_default) => "default",
        (None, _) => bail!("--project is missing: one of {}", ids.join(", ")),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(projects: &[&str]) -> Config {
        let mut config = Config::load(None, [], Mode::Serve).unwrap();
        let default = config.projects.remove(0);
        config.projects = projects
            .iter()
            .map(|id| Project { id: ProjectId::new(*id), ..default.clone() })
            .collect();
        config
    }

    #[test]
    fn the_project_is_the_named_the_only_or_the_default_one() {
        let one = config(&["web"]);
        let two = config(&["default", "web"]);
        let other = config(&["shop", "web"]);

        assert_eq!(project(&one, None).unwrap().as_str(), "web");
        assert_eq!(project(&two, None).unwrap().as_str(), "default");
        assert_eq!(project(&two, Some("web")).unwrap().as_str(), "web");
        let missing = project(&other, None).unwrap_err().to_string();
        assert_eq!(missing, "--project is missing: one of shop, web");
        let unknown = project(&one, Some("x")).unwrap_err().to_string();
        assert_eq!(unknown, "there is no project `x`, only web");
    }
}
