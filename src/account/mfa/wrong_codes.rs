//! How many wrong codes in a row a user may show in a day (NIST SP 800-63B, 3.2.2).

use std::slice::from_ref;
use std::time::Duration;

use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::auth::factors::known_ip;
use crate::client::Client;
use crate::config::Scope;
use crate::crypto::recovery_code::as_drawn;
use crate::error::Result;
use crate::limiter::Quota;

/// How many there may be: as many as the standard allows.
const MAX_IN_A_ROW: u32 = 100;
/// In what time.
const DAY: Duration = Duration::from_hours(24);

/// An attempt, counted before the code is compared.
pub(super) struct Attempt {
    quota: Option<Quota>,
    is_last: bool,
}

impl Attempt {
    /// Counts an attempt at the code `otp`, or fails if there is none left today. Recovery codes can't be guessed, so they need
    /// none. As with the attempts of an hour, unknown IPs are counted apart from those where the user has shown a factor.
    pub(super) async fn charge(
        app: &App,
        caller: &SignedIn,
        client: &Client,
        otp: &str,
    ) -> Result<Self> {
        let is_exempt = client.allows(Scope::LimitsExempt);
        if !app.limiter.is_on() || is_exempt || as_drawn(otp).is_some() {
            return Ok(Self { quota: None, is_last: false });
        }
        let (project, user) = caller.user.key();
        let ip = known_ip(app, &caller.user.key(), client.ip).await?;
        let key = format!("{project}/wrongCodes/{user}/{ip}");
        let quota = Quota { key, limit: app.limiter.widen(MAX_IN_A_ROW), window: DAY };
        let now = app.clock.now();
        let decision = app.limiter.charge(from_ref(&quota), now).await?;
        decision.check(now, "limits.factor")?;
        Ok(Self { quota: Some(quota), is_last: decision.balance.remaining == 0 })
    }

    /// Whether none is left today, unless this one succeeds.
    pub(super) fn is_last(&self) -> bool {
        self.is_last
    }

    /// Resets the count, because this attempt has succeeded.
    pub(super) async fn succeed(self, app: &App) {
        // If it fails, the attempts come back tomorrow.
        if let Some(quota) = self.quota
            && let Err(error) = app.limiter.reset(&[quota]).await
        {
            tracing::warn!("a quota of failed attempts could not be reset: {error:#}");
        }
    }
}
