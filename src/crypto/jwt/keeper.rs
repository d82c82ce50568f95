//! Creates the keys of projects, and deletes those that are gone.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use entity::{ProjectId, SigningKeyId, Timestamp, signing_key, user};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use tokio::task::spawn_blocking;
use tracing::{info, warn};

use super::{EVER, Jwt, Key, RETIREMENT, RingKey, State, key};
use crate::clock::Clock;
use crate::config::JwtAlgorithm;
use crate::db::{AsIs, Db};
use crate::error::Result;
use crate::random::Random;

/// How long a key is published before it signs: other servers may keep a set of keys for so long.
pub const LEAD: Duration = Duration::from_hours(2);
/// How often each server reads the keys.
pub const INTERVAL: Duration = Duration::from_secs(5);
/// How long a key is published at least before the command line lets it sign: each server has read it by then, and none
/// publishes a set without the key of a valid token.
pub const SPREAD: Duration = Duration::from_secs(10);

/// Stands in the row of the key of HS256, which is derived.
const OF_MASTER_SECRET: &str = "of the master secret";

/// When the keys of projects are looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The server starts, perhaps with other settings.
    Start,
    /// It is running.
    Interval,
}

/// A key that is to be created.
struct Due {
    algorithm: JwtAlgorithm,
    active_at: Timestamp,
    /// Whether the key of HS256 signs until then.
    follows_hs256: bool,
}

impl Jwt {
    /// Reads the keys, creates those that are due, and deletes those that are gone.
    pub async fn keep(
        &self,
        db: &Db,
        random: &Random,
        clock: &Clock,
        occasion: Occasion,
    ) -> Result<()> {
        let now = clock.now();
        // A clock that is set ahead for a while ends no key that others need.
        let certain = now.min(clock.steady());
        self.load(db.read()).await?;
        let mut has_changed = false;
        for (project, algorithm) in &self.algorithms {
            for id in self.gone((project, *algorithm), certain, occasion) {
                signing_key::Entity::delete_by_id(id).exec(db.writer()).await?;
                has_changed = true;
            }
            if let Some(due) = self.due(db, (project, *algorithm), now, occasion).await? {
                self.create(db, project, due, (random, now)).await?;
                has_changed = true;
            }
        }
        if has_changed { self.load(db.read()).await } else { Ok(()) }
    }

    /// The rows of a project, whether they can be read or not.
    fn stored(&self, project: &ProjectId) -> Vec<signing_key::Model> {
        let rings = self.rings.read().unwrap_or_else(PoisonError::into_inner);
        rings.rows.iter().filter(|row| row.project_id == *project).cloned().collect()
    }

    /// The rows that are to be deleted. One that can't be read has no successor but those that can: it takes no key away
    /// that signs.
    fn gone(
        &self,
        (project, algorithm): (&ProjectId, JwtAlgorithm),
        now: Timestamp,
        occasion: Occasion,
    ) -> Vec<SigningKeyId> {
        let ring = self.ring(project);
        let is_gone = |row: &signing_key::Model| match algorithm {
            // While servers are replaced one by one, the older ones go on creating keys.
            JwtAlgorithm::Hs256 => {
                occasion == Occasion::Start || now >= row.created_at + RETIREMENT
            }
            JwtAlgorithm::Es256 | JwtAlgorithm::Rs256 | JwtAlgorithm::EdDsa => {
                let order = (row.active_at, row.id.as_str());
                ring.as_ref().is_some_and(|ring| ring.state(order, now) == State::Gone)
            }
        };
        self.stored(project).into_iter().filter(is_gone).map(|row| row.id).collect()
    }

    /// The key that a project needs now.
    async fn due(
        &self,
        db: &Db,
        (project, algorithm): (&ProjectId, JwtAlgorithm),
        now: Timestamp,
        occasion: Occasion,
    ) -> Result<Option<Due>> {
        if algorithm == JwtAlgorithm::Hs256 {
            return Ok(None);
        }
        let ring = self.ring(project);
        let Some(newest) = ring.as_ref().and_then(|ring| ring.newest()) else {
            // Keys that can't be read were ended by a restore, or by another master secret, and deleted ones were dropped:
            // others look for new ones. Without users there are no tokens yet, and no servers that verify them.
            let is_lost = !self.stored(project).is_empty() || occasion == Occasion::Interval;
            let follows_hs256 = !is_lost && has_users(db, project).await?;
            let active_at = match (is_lost, follows_hs256) {
                (true, _) => now,
                (false, true) => now + LEAD,
                (false, false) => EVER,
            };
            return Ok(Some(Due { algorithm, active_at, follows_hs256 }));
        };
        let has_another = newest.key.algorithm() != algorithm;
        let is_derived = newest.key.algorithm() == JwtAlgorithm::Hs256;
        let is_changed = has_another && (occasion == Occasion::Start || is_derived);
        let began = newest.active_at.max(newest.created_at);
        let is_old = self.rotation.is_some_and(|rotation| now + LEAD >= began + rotation);
        let due = Due { algorithm, active_at: now + LEAD, follows_hs256: false };
        Ok((is_changed || is_old).then_some(due))
    }

    /// Creates a key, unless another server has.
    async fn create(
        &self,
        db: &Db,
        project: &ProjectId,
        due: Due,
        (random, now): (&Random, Timestamp),
    ) -> Result<()> {
        let Due { algorithm, active_at, follows_hs256 } = due;
        let known = self.stored(project);
        let row = self.new_row((project, algorithm), now, active_at, random).await?;
        let id = row.id.clone();
        let is_created = db
            .write(async |tx| {
                tx.advisory_lock("signing keys").await?;
                let own = signing_key::Column::ProjectId.eq(project.clone());
                let rows = signing_key::Entity::find_in_order().filter(own).all(tx).await?;
                let is_needed = rows.iter().all(|row| known.iter().any(|known| known.id == row.id));
                if is_needed && follows_hs256 {
                    hs256_row(project).into_active_model().insert_as_is(tx).await?;
                }
                if is_needed {
                    row.clone().into_active_model().insert_as_is(tx).await?;
                }
                Ok(is_needed)
            })
            .await?;
        if is_created && active_at > now {
            info!(
                "the project {project} has a new key for JWTs, {id}, which signs from {active_at} on; `accountd jwt rotate \
                 --now` begins within seconds"
            );
        }
        Ok(())
    }

    /// A new key of a project, which the caller stores.
    pub(crate) async fn new_row(
        &self,
        (project, algorithm): (&ProjectId, JwtAlgorithm),
        now: Timestamp,
        active_at: Timestamp,
        random: &Random,
    ) -> anyhow::Result<signing_key::Model> {
        let source = random.clone();
        let private = spawn_blocking(move || key::generate(algorithm, &source)).await??;
        let id = SigningKeyId::new(Key::read(algorithm, &private)?.id);
        let text = STANDARD_NO_PAD.encode(private);
        let private_key = self.encrypter.encrypt(&aad(project, &id), &text, random.bytes())?;
        let (project_id, algorithm) = (project.clone(), algorithm.as_str().to_owned());
        Ok(signing_key::Model {
            id,
            project_id,
            algorithm,
            private_key,
            created_at: now,
            active_at,
        })
    }

    /// The private part of a key encrypted under the newest master secret; none if it is already.
    pub(crate) fn renew(&self, row: &signing_key::Model, random: &Random) -> Option<String> {
        self.encrypter.renew(&aad(&row.project_id, &row.id), &row.private_key, random.bytes())
    }

    /// The key of a row; none if it was encrypted under another master secret, or is of a newer release.
    pub(super) fn decrypt(&self, row: &signing_key::Model) -> Option<RingKey> {
        let read = || {
            if row.private_key == OF_MASTER_SECRET {
                return Some(Arc::clone(&self.hs256.0));
            }
            let algorithm = [JwtAlgorithm::Es256, JwtAlgorithm::Rs256, JwtAlgorithm::EdDsa]
                .into_iter()
                .find(|algorithm| algorithm.as_str() == row.algorithm)?;
            let text = self.encrypter.decrypt(&aad(&row.project_id, &row.id), &row.private_key)?;
            let key = Key::read(algorithm, &STANDARD_NO_PAD.decode(text).ok()?).ok()?;
            (key.id == row.id.as_str()).then(|| Arc::new(key))
        };
        if row.private_key.is_empty() {
            return None;
        }
        let Some(key) = read() else {
            let (project, id) = (&row.project_id, &row.id);
            warn!("the key {id} of the project {project} can't be read, and signs no JWTs");
            return None;
        };
        let (id, created_at, active_at) = (row.id.clone(), row.created_at, row.active_at);
        Some(RingKey { id, key, created_at, active_at })
    }
}

/// The row of the key of HS256 in a project that has signed with it so far. Like other keys it retires, and no drop of
/// another one brings it back.
fn hs256_row(project: &ProjectId) -> signing_key::Model {
    signing_key::Model {
        id: SigningKeyId::new(format!("HS256 {project}")),
        project_id: project.clone(),
        algorithm: JwtAlgorithm::Hs256.as_str().to_owned(),
        private_key: OF_MASTER_SECRET.to_owned(),
        created_at: EVER,
        active_at: EVER,
    }
}

/// The additional authenticated data of a private key.
fn aad(project: &ProjectId, id: &SigningKeyId) -> String {
    format!("{project} {id}")
}

async fn has_users(db: &Db, project: &ProjectId) -> Result<bool> {
    let one: Option<String> = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .filter(user::Column::ProjectId.eq(project.clone()))
        // By the primary key: PostgreSQL would look through the users of other projects.
        .order_by_asc(user::Column::Id)
        .into_tuple()
        .one(db.read())
        .await?;
    Ok(one.is_some())
}
