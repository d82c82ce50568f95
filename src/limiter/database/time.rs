//! The time by which the budgets of a database age: no clock of a server can make it jump.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use entity::{Timestamp, rate_limit};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

use crate::clock;
use crate::clock::Clock;
use crate::db::FindUnique;
use crate::error::Result;

/// The row of a file that holds its time, in the place of calls. No hash of a key reads so.
const KEY: &str = "time";
/// How far the time of a file may lie behind.
const LAG: Duration = Duration::from_secs(1);

/// Whose time it is.
#[derive(Debug)]
pub(super) enum Time {
    /// Of the process that alone has the file. It goes on where the last process left it, however long ago the machine's
    /// clock says that was: set ahead meanwhile, it would make room. A budget is held up by the time of a standstill.
    OfProcess { clock: Clock, ahead: i64, noted: AtomicI64 },
    /// Of the database server, which all servers share.
    OfStore(Clock),
}

impl Time {
    /// The time of a file goes on.
    pub(super) async fn of_process(
        file: &impl ConnectionTrait,
        clock: &Clock,
    ) -> anyhow::Result<Self> {
        let row = rate_limit::Entity::find_by_id(KEY).find_unique(file).await?;
        let left = row.and_then(|row| row.calls.parse().ok());
        let start = clock.steady().millis();
        let ahead = left.unwrap_or(start).saturating_sub(start);
        // A new file has its time from the first call on.
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

    /// Writes the time into a file, now and then.
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

    /// Writes the time into a file.
    pub(super) async fn write(&self, db: &impl ConnectionTrait, time: Timestamp) -> Result<()> {
        let Self::OfProcess { noted, .. } = self else { return Ok(()) };
        let row = rate_limit::Model {
            key: KEY.to_owned(),
            calls: time.millis().to_string(),
            // Never cleared away.
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
