//! `accountd doctor`: tests everything that a server needs, and reports what is wrong.

use std::path::Path;

use anyhow::{Context, ensure};
use clap::Args;

use super::data_source::DataSource;
use super::output::causes;
use super::report::Report;
use super::{check, warnings};
use crate::address::{Email, Phone};
use crate::client::country::Countries;
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::keys::Keys;
use crate::db::file::Access;
use crate::db::generation::Found;
use crate::message::{Kind, Messages};
use crate::oauth::Providers;
use crate::{db, files, limiter};

#[derive(Args, Debug)]
pub(super) struct Doctor {
    /// Send a test e-mail to this address
    #[arg(long, value_name = "ADDRESS")]
    mail: Option<String>,
    /// Send a test SMS to this phone number
    #[arg(long, value_name = "NUMBER")]
    sms: Option<String>,
    /// Test only this provider: its metadata, and its token endpoint with a made-up code
    #[arg(long, value_name = "ID")]
    provider: Option<String>,
    #[command(flatten)]
    source: DataSource,
}

impl Doctor {
    pub(super) async fn run(self, path: Option<&Path>) -> anyhow::Result<()> {
        let config = self.source.load_to_examine(path)?;
        let mut report = Report::default();
        if let Some(id) = &self.provider {
            examine_provider(config, id, &mut report).await?;
            return report.conclude();
        }
        let settings = check(&config).map(|()| "in order");
        report.add("settings", settings.map_err(|error| causes(&error)));
        for warning in warnings(&config).unwrap_or_default() {
            report.warn("settings", &warning);
        }
        let secret = config.read_master_secret();
        let database = db::inspect(&config.database).await;
        report.add("database", database.map_err(|error| causes(&error)));
        check_files(&config, &mut report).await;
        if let Some(url) = &config.redis.url {
            let redis = limiter::ping(url.expose().as_str()).await;
            report.add("redis", redis.map(|()| "answers").map_err(|error| causes(&error)));
        }
        let countries = Countries::open(config.geoip.database.as_deref());
        if config.geoip.database.is_some() {
            report.add("geoip", countries.map(|_| "readable").map_err(|error| causes(&error)));
        }
        match Providers::open(&config) {
            Ok(providers) => {
                for provider in providers.iter() {
                    let finding = provider.check(Clock::system().now()).await;
                    report.add(&format!("provider {}", provider.id()), finding);
                }
            }
            Err(error) => report.add("providers", Err::<&str, _>(causes(&error))),
        }
        // Without a master secret, a placeholder: nothing signed by it leaves the process.
        let keys = Keys::new(secret.as_ref().map_or(&[][..], |secret| secret.expose().as_bytes()));
        match Messages::open(&config, &keys) {
            Ok(messages) => self.check_messages(&config, &messages, &mut report).await,
            Err(error) => report.add("mail and SMS", Err::<&str, _>(causes(&error))),
        }
        report.conclude()
    }

    async fn check_messages(&self, config: &Config, messages: &Messages, report: &mut Report) {
        report.add("mail", messages.check_mail_transport().await);
        report.add("sms", Ok::<_, String>(messages.describe_sms_transport()));
        for (project, id, host) in messages.webhooks.iter() {
            // What is wrong with it has been reported with the settings.
            if !config.is_valid_webhook(project, id) {
                continue;
            }
            let finding = format!("calls {host}; `accountd webhook test` tries it");
            report.add(&format!("webhook {project}/{id}"), Ok::<_, String>(finding));
        }
        // Without one, the configuration has been reported as wrong.
        let Some(project) = config.projects.first() else { return };
        if let Some(address) = &self.mail {
            let sent = match Email::parse(address) {
                Some(email) => messages.probe(Kind::Probe, email.as_str(), project).await,
                None => Err("not an e-mail address".to_owned()),
            };
            report.add(
                "test mail",
                sent.map(|()| format!("accepted by the provider, for {address}")),
            );
        }
        if let Some(number) = &self.sms {
            let sent = match Phone::parse(number) {
                Some(phone) => messages.probe(Kind::ProbeSms, phone.as_str(), project).await,
                None => Err("not a phone number".to_owned()),
            };
            report.add(
                "test message",
                sent.map(|()| format!("accepted by the provider, for {number}")),
            );
        }
    }
}

/// Tests one provider, as a sign-in in the first project would use it.
async fn examine_provider(mut config: Config, id: &str, report: &mut Report) -> anyhow::Result<()> {
    ensure!(
        config.providers.0.contains_key(id),
        "there is no `providers.{id}` in the configuration, only {:?}",
        config.providers.0.keys()
    );
    ensure!(config.public_url.is_some(), "public_url is missing: providers send users back to it");
    let project = config.projects.first().context("projects: at least one")?.id.clone();
    config.providers.0.retain(|other, _| other == id);
    let providers = Providers::open(&config)?;
    for finding in providers.find(id)?.examine(&project, Clock::system().now()).await {
        report.add(finding.part, finding.result);
    }
    Ok(())
}

/// Checks the files of an embedded database, if it exists.
async fn check_files(config: &Config, report: &mut Report) {
    let Some(database) = config.database.file().filter(|file| file.exists()) else { return };
    let found = Found::at(&database, Access::Read).await.map_err(|error| causes(&error));
    let found = found.and_then(|found| match found.fault() {
        Some(fault) => Err(format!("put in place by hand: {fault}")),
        None => Ok(found.generation()),
    });
    report.add("generation", found);
    let beside =
        ["", "-wal", "-shm", ".generation"].map(|suffix| files::with_suffix(&database, suffix));
    let all = beside.into_iter().chain([limiter::file_beside(&database)]);
    let faults: Vec<_> = all.filter_map(|file| files::check_private(&file).err()).collect();
    let finding = if faults.is_empty() {
        Ok("are only accessible to their owner")
    } else {
        Err(faults.join("\n"))
    };
    report.add("database files", finding);
}
