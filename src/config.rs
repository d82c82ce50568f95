//! The configuration: its keys, layers and checks.
//!
//! `config.default.toml` is the reference manual and has the defaults.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use entity::ProjectId;
use ipnet::IpNet;
use serde::Deserialize;
use url::Url;

use crate::files;

pub mod api_key;
pub mod console;
pub mod database;
pub mod dev;
mod document_limits;
pub mod errors;
pub mod geoip;
pub mod graphql;
pub mod jwt;
pub mod limits;
pub mod mail;
pub mod manual;
pub mod metrics;
pub mod otlp;
pub mod password;
pub mod project;
pub mod providers;
pub mod redis;
pub mod reload;
pub mod schema;
pub mod scope;
pub mod secret;
pub mod sms;
pub mod webhooks;

mod effective;
mod layers;
mod list;
mod master_secret;
mod secret_url;
mod trusted_proxies;
mod warnings;
mod web_url;

pub use api_key::{ApiKey, Expiry, KeyHash};
pub use document_limits::DocumentLimits;
pub use effective::{Loaded, Origin, Setting, Settings};
pub use errors::ConfigErrors;
pub use jwt::JwtAlgorithm;
use layers::Layers;
pub use project::{AuthMethod, Mfa, Project};
pub use scope::Scope;
pub use secret::Secret;
pub use secret_url::SecretUrl;
pub(crate) use web_url::{is_at, is_loopback, is_safe};
pub use webhooks::{Webhook, WebhookEvent};

/// The mode of the server, which decides what may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// `accountd dev`: needs no configuration, and listens on loopback only.
    Dev,
    /// `accountd serve`: fails if a setting is missing or weak.
    #[default]
    Serve,
}

/// The audience of a schema: fields of another audience don't exist in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Apps and their users.
    Client,
    /// The project's servers, with an API key.
    Server,
}

/// The configuration of a server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The mode; not a setting.
    #[serde(skip)]
    pub mode: Mode,
    /// Whether to serve a database that was restored by hand, with all users signed out; not a setting.
    #[serde(skip)]
    pub accept_restored: bool,
    /// Ignored variables with the prefix of settings; not a setting.
    #[serde(skip)]
    pub ignored_variables: Vec<String>,
    /// The issuer of the provider `dev`, if the server has it; not a setting.
    #[serde(skip)]
    pub dev_provider: Option<String>,
    /// Whether a development server may listen beyond loopback; not a setting.
    #[serde(skip)]
    pub open_to_network: bool,
    /// The address and port to listen on.
    pub listen: SocketAddr,
    /// How long the server keeps serving after SIGTERM, in seconds.
    pub drain_seconds: u16,
    /// The socket of the command line; read it with [`Config::socket`].
    pub socket: Option<PathBuf>,
    /// The URL at which clients reach the server.
    #[serde(default, deserialize_with = "web_url::deserialize")]
    pub public_url: Option<Url>,
    /// The master secret; read it with [`Config::read_master_secret`].
    pub master_secret: Option<Secret>,
    /// The file that holds the master secret.
    pub master_secret_file: Option<PathBuf>,
    /// The master secrets before; read them with [`Config::read_previous_secrets`].
    pub master_secret_previous: Vec<Secret>,
    /// The files that hold further ones.
    pub master_secret_previous_files: Vec<PathBuf>,
    /// Additional hosts of the project `default`'s apps.
    #[serde(default, deserialize_with = "list::deserialize")]
    pub platforms: Vec<String>,
    /// The proxies whose `X-Forwarded-For` is trusted.
    #[serde(deserialize_with = "trusted_proxies::deserialize")]
    pub trusted_proxies: Vec<IpNet>,
    /// The database.
    pub database: database::Database,
    /// Redis, for several instances.
    pub redis: redis::Redis,
    /// The mail transport.
    pub mail: mail::Mail,
    /// The SMS transport.
    pub sms: sms::Sms,
    /// The database of countries.
    pub geoip: geoip::GeoIp,
    /// The GraphQL endpoint.
    pub graphql: graphql::GraphQl,
    /// The console.
    pub console: console::Console,
    /// The metrics.
    pub metrics: metrics::Metrics,
    /// The export of traces.
    pub otlp: otlp::Otlp,
    /// The limits of requests.
    pub limits: limits::Limits,
    /// The cost of password hashes.
    pub password: password::Password,
    /// JWTs.
    pub jwt: jwt::Jwt,
    /// The identity providers.
    pub providers: providers::Providers,
    /// The projects.
    pub projects: Vec<Project>,
}

impl Config {
    /// Reads the configuration: the defaults, overridden by the file at `path`, overridden by `ACCOUNTD_…`
    /// variables.
    ///
    /// Fails with [`ConfigErrors`] that name the file or variable.
    pub fn load(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        mode: Mode,
    ) -> anyhow::Result<Self> {
        let loaded = Self::load_all(path, environment, mode)?;
        loaded.problems.into_result()?;
        Ok(loaded.config)
    }

    /// The same without the settings that aren't valid, beside what is wrong with them. Fails only if there is no such file,
    /// or if it is no TOML.
    pub fn load_all(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        mode: Mode,
    ) -> anyhow::Result<Loaded> {
        let layers = Layers::read(path, environment, mode)?;
        let mut config = Self { mode, ..layers.build()? };
        if let Some(project) = config.projects.iter_mut().find(|project| project.is_default()) {
            project.add_platforms(&config.platforms);
        }
        Ok(Loaded { config, settings: layers.settings()?, problems: layers.problems })
    }

    /// Returns everything that is missing or wrong.
    pub fn check(&self) -> Result<(), ConfigErrors> {
        let mut problems = ConfigErrors::default();
        if self.is_dev() {
            let at = self.listen;
            let is_loopback_or_open = at.ip().is_loopback() || self.open_to_network;
            problems.when(
                !is_loopback_or_open,
                format!(
                    "listen: dev listens on loopback, not {at}; to let in everyone on the network, start it with \
                     `accountd dev --listen {at}`"
                ),
            );
        }
        match &self.public_url {
            Some(url) => problems.when(!web_url::is_public(url), web_url::REFUSAL),
            None => problems.when(!self.is_dev(), web_url::MISSING),
        }
        let has_secret = self.master_secret.is_some() || self.master_secret_file.is_some();
        if (has_secret || !self.is_dev())
            && let Err(error) = self.read_master_secret()
        {
            problems.note(format!("{error:#}"));
        }
        if let Err(error) = self.read_previous_secrets() {
            problems.note(format!("{error:#}"));
        }
        let is_relative = |path: &PathBuf| !path.as_os_str().is_empty() && path.is_relative();
        problems
            .when(self.socket.as_ref().is_some_and(is_relative), "socket: not an absolute path");
        self.database.check(&mut problems);
        self.redis.check(&mut problems);
        self.mail.check(self.mode, &self.projects, &mut problems);
        self.sms.check(&mut problems);
        self.geoip.check(&mut problems);
        self.metrics.check(self.listen, &mut problems);
        self.otlp.check(&mut problems);
        self.limits.check(&mut problems);
        self.password.check(self.mode, &mut problems);
        self.jwt.check(&mut problems);
        self.providers.check(&mut problems);
        project::check_all(&self.projects, &mut problems);
        problems.when(
            !self.platforms.is_empty() && !self.projects.iter().any(Project::is_default),
            "platforms: there is no project `default` to add them to: set `platforms` of your [[projects]]",
        );
        problems.into_result()
    }

    /// Whether a server may call a webhook of a project: nothing of it is wrong.
    pub(crate) fn is_valid_webhook(&self, project: &ProjectId, id: &str) -> bool {
        let project = self.projects.iter().filter(|it| it.id == *project);
        let mut webhooks = project.flat_map(|it| &it.webhooks).filter(|it| it.id == id);
        webhooks.all(Webhook::is_valid)
    }

    /// The path of the socket for the command line: the configured one, or beside an embedded database. None without
    /// either, or if it is configured as empty.
    pub fn socket(&self) -> Option<PathBuf> {
        if cfg!(not(unix)) {
            return None;
        }
        match &self.socket {
            Some(path) => Some(path.clone()).filter(|path| !path.as_os_str().is_empty()),
            None => Some(files::with_suffix(&self.database.file()?, ".sock")),
        }
    }

    /// The issuer of a project's JWTs. Each project has its own, so that no verifier takes a token of another.
    pub fn issuer(&self, project: &ProjectId) -> String {
        let base = self.public_url.as_ref().map_or(dev::URL, Url::as_str);
        format!("{}/v1/projects/{project}", base.trim_end_matches('/'))
    }

    /// Whether clients reach the server over HTTPS.
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// Whether this is `accountd dev`.
    pub fn is_dev(&self) -> bool {
        self.mode == Mode::Dev
    }
}

#[cfg(test)]
mod tests;
