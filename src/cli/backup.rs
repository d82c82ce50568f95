//! `accountd backup`: copies the embedded database to a file while the server is running.

use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, bail, ensure};
use clap::Args;
use entity::user;
use sea_orm::{EntityTrait, PaginatorTrait};
use url::Url;

use super::data_source::DataSource;
use super::operator::counted;
use super::output::print;
use crate::clock::Clock;
use crate::db::copy::Copy;
use crate::db::file::Access;
use crate::db::{copy, file, generation};

#[derive(Args, Debug)]
pub(super) struct Backup {
    /// The file to write; it must not exist yet
    file: PathBuf,
    #[command(flatten)]
    source: DataSource,
}

impl Backup {
    pub(super) async fn run(self, path: Option<&Path>) -> anyhow::Result<()> {
        let config = self.source.load_settings(path)?;
        let Some(database) = config.database.file() else {
            bail!(
                "the data is in PostgreSQL: back it up with `pg_dump --format=custom --file={} {}`",
                self.file.display(),
                without_password(config.database.url.expose())
            )
        };
        ensure!(database.exists(), "there is no database at {}", database.display());
        let target = absolute(&self.file)?;
        let source = file::open(&database, Access::Read).await?;
        let now = Clock::system().now();
        let copy = Copy::make(&source, &target).await?;
        generation::mark_backup(copy.db(), now).await?;
        let users =
            user::Entity::find().count(copy.db()).await.context("users can't be counted")?;
        copy::check(copy.db()).await?;
        copy.persist().await?;
        let users = counted(usize::try_from(users)?, "user");
        print(format_args!("backed up {users} to {}, as of {now}", target.display()))
    }
}

/// The database URL for a command line. Other users of the machine can read those, so the password is
/// removed.
pub(super) fn without_password(url: &Url) -> Url {
    let mut url = url.clone();
    // Only URLs without a host can't have a password.
    let _ = url.set_password(None);
    url.set_query(None);
    url
}
