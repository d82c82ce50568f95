//! Limits SMS costs: how many go where, and how often (RL-16).

use std::time::Duration;

use crate::address::Phone;
use crate::app::App;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::limiter::Quota;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// The configuration keys of limits for one number.
const PER_NUMBER: &str = "sms.per_number_hourly and sms.seconds_between";
/// The configuration keys of common limits.
const IN_ALL: &str = "sms.per_country_daily and sms.daily";

/// Charges an SMS to `phone`, or fails. Whether the number has an account makes no difference.
///
/// Limits for the number itself protect its owner. Limits for its country and for all numbers protect the
/// operator, and are logged once a day when reached.
pub async fn charge_sms(app: &App, client: &Client, phone: &Phone) -> Result<()> {
    let config = &app.config.sms;
    let country = phone.country_code();
    if !config.countries.is_empty() && !config.countries.contains(&country) {
        return Err(Error::argument("phone", "is of a country that no messages are sent to."));
    }
    let number = format!("{}/sms/{phone}", client.project.id);
    let per_number = [
        quota(format!("{number}/hour"), config.per_number_hourly, HOUR),
        quota(format!("{number}/pause"), 1, Duration::from_secs(config.seconds_between)),
    ];
    let in_all = [
        quota(format!("sms/country/{country}"), config.per_country_daily, DAY),
        quota("sms/all".to_owned(), config.daily, DAY),
    ];
    // The number's own limits first, so that repeated requests for one number don't use up the common ones.
    charge(app, &per_number, PER_NUMBER).await?;
    let charged = charge(app, &in_all, IN_ALL).await;
    if charged.is_err() {
        let alarm = quota("sms/alarm".to_owned(), 1, DAY);
        if charge(app, &[alarm], IN_ALL).await.is_ok() {
            tracing::error!(country, "no more SMS today: a limit of the section `sms` is reached");
        }
    }
    charged
}

async fn charge(app: &App, quotas: &[Quota], settings: &'static str) -> Result<()> {
    let quotas: Vec<Quota> =
        quotas.iter().filter(|quota| !quota.window.is_zero()).cloned().collect();
    app.limiter.enforce(&quotas, app.clock.now(), settings).await
}

fn quota(key: String, limit: u32, window: Duration) -> Quota {
    Quota { key, limit, window }
}
