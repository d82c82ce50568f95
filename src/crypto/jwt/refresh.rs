//! Reads the keys when a token names one that another server has just created.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{ProjectId, Timestamp};
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use super::{Claims, Jwt};
use crate::db::Db;
use crate::error::Result;

/// The time between two reads, however many tokens name unknown keys.
const PAUSE: Duration = Duration::from_millis(100);
/// The length of a thumbprint in base64url.
const KEY_ID: usize = 43;
/// The longest header that can be ours.
const MAX_HEADER: usize = 160;

/// The header of a token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'a> {
    #[serde(rename = "typ")]
    _typ: &'a str,
    #[serde(rename = "alg")]
    _alg: &'a str,
    kid: &'a str,
}

impl Jwt {
    /// Like [`Self::verify`], but reads the keys first if the token names an unknown one.
    pub async fn verify_newest(
        &self,
        db: &Db,
        token: &str,
        project: &ProjectId,
        now: Timestamp,
    ) -> Result<Option<Arc<Claims>>> {
        let claims = self.verify(token, project, now);
        if claims.is_some() || !self.names_unknown_key(token, project, now) {
            return Ok(claims);
        }
        // On the heap, so that the many calls that don't need it are small.
        Box::pin(self.refresh(db)).await?;
        Ok(self.verify(token, project, now))
    }

    /// Whether a token has a header like ours, with another key.
    fn names_unknown_key(&self, token: &str, project: &ProjectId, now: Timestamp) -> bool {
        let Some((header, _)) = token.split_once('.') else { return false };
        let Some(ring) = self.ring(project) else { return false };
        if header.len() > MAX_HEADER {
            return false;
        }
        let bytes = URL_SAFE_NO_PAD.decode(header).unwrap_or_default();
        let Ok(Header { kid, .. }) = serde_json::from_slice(&bytes) else { return false };
        kid.len() == KEY_ID && ring.keys(now).all(|(key, _)| key.key.id != kid)
    }

    /// Reads the keys, once for all who wait for it.
    async fn refresh(&self, db: &Db) -> Result<()> {
        let requested_at = Instant::now();
        let mut read_at = self.read_at.lock().await;
        if read_at.is_some_and(|time| time >= requested_at) {
            return Ok(());
        }
        if let Some(time) = *read_at {
            sleep(PAUSE.saturating_sub(time.elapsed())).await;
        }
        self.read(db.read(), &mut read_at).await
    }
}
