//! `accountd dev`: a server for development, without any setting.

use std::path::Path;

use super::server;
use crate::config::Config;
use crate::config::dev;
use crate::random::Random;

pub(super) async fn run(mut config: Config) -> anyhow::Result<()> {
    config.check()?;
    if config.master_secret.is_none() && config.master_secret_file.is_none() {
        let directory = Path::new(dev::DATA_DIRECTORY);
        let path = dev::provide_master_secret(directory, || Random::System.bytes())?;
        config.master_secret_file = Some(path);
    }
    server::run(config).await
}
