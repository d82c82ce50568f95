//! The time that quotas in a database use: it doesn't jump with a server's clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use entity::{Timestamp, rate_limit};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

use crate::clock;
use crate::clock::Clock;
use crate::db::FindUnique;
use crate::error::Result;

/// The row of a file that holds its time instead of calls. Its name can't be a key's hash.
const KEY: &str = "time";
/// How far the stored time of a file may lag behind.
const LAG: Duration = Duration::from_secs(1);

/// The source of the time.
#[derive(Debug)]
pub(super) enum Time {
    /// The process that owns the file. Its time continues where the last process left it, whatever the
    /// machine's clock says: otherwise a clock set ahead would make room. Downtime delays quotas.
    OfProcess { clock: Clock, ahead: i64, noted: AtomicI64 },
    /// The database server, which all servers share.
    OfStore(Clock),
}

impl Time {
    /// Resumes the time of a file.
    pub(super) async fn of_process(
        file: &impl ConnectionTrait,
        clock: &Clock,
    ) -> anyhow::Result<Self> {
        let row = rate_limit::Entity::find_by_id(KEY).find_unique(file).await?;
        let left = row.and_then(|row| row.calls.parse().ok());
        let start = clock.steady().millis();
        let ahead = left.unwrap_or(start).saturating_sub(start);
        // A new file gets its time with the first call.
        let noted = AtomicI64::new(left.unwrap_or_default());
        Ok(Self::OfProcess { clock: clock.clone(), ahead, noted })
    }

    /// The present time.
    pub(super) async fn read(&self, db: &impl ConnectionTrait) -> Result<Timestamp> {
        match self {
            Self::OfProcess { clock, ahead, .. } => {
                Ok(Timestamp::from_millis(clock.steady().millis().saturating_add(*ahead)))
            }
            Self::OfStore(clock) => match clock.fake_time() {
                Some(time) => Ok(time),
                None => Ok(clock::of_database(db).await?),
            },
        }
    }

    /// Writes the time of a file periodically.
    pub(super) async fn note(&self, db: &impl ConnectionTrait, time: Timestamp) -> Result<()> {
        match self {
            Self::OfProcess { noted, .. }
                if time >= Timestamp::from_millis(noted.load(Ordering::Relaxed)) + LAG =>
            {
                self.write(db, time).await
            }
            Self::OfProcess { .. } | Self::OfStore(_) => Ok(()),
        }
    }

    /// Writes the time of a file.
    pub(super) async fn write(&self, db: &impl ConnectionTrait, time: Timestamp) -> Result<()> {
        let Self::OfProcess { noted, .. } = self else { return Ok(()) };
        let row = rate_limit::Model {
            key: KEY.to_owned(),
            calls: time.millis().to_string(),
            // Never deleted.
            expires_at: Timestamp::from_millis(i64::MAX),
        };
        rate_limit::Entity::insert(row.into_active_model())
            .on_conflict(
                OnConflict::column(rate_limit::Column::Key)
                    .update_column(rate_limit::Column::Calls)
                    .to_owned(),
            )
            .exec_without_returning(db)
            .await?;
        noted.store(time.millis(), Ordering::Relaxed);
        Ok(())
    }
}
