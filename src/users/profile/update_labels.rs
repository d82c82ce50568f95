//! Replaces the labels.

use entity::security_log::Event;
use entity::{UserId, user};
use sea_orm::{IntoActiveModel, Set};

use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::error::{Error, Result};

/// How many labels a user may have.
const MAX_LABELS: usize = 1_000;
/// The longest label, in characters.
const MAX_LABEL: usize = 36;

/// Sets the labels of a user, each once, in the order in which they first come.
pub(super) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
    labels: Vec<Option<String>>,
) -> Result<user::Model> {
    let labels = read(labels)?;
    app.change(actor, client, async |tx| {
        let mut user = tx.confirm(user_id).await?.into_active_model();
        user.labels = Set(labels);
        user.updated_at = Set(tx.now);
        tx.update_user(user, Event::UserUpdateLabels).await
    })
    .await
}

/// Checks labels, drops repeated ones, and writes the rest as they are stored.
pub(in crate::users) fn read(labels: Vec<Option<String>>) -> Result<String> {
    let labels = check(labels)?;
    Ok(serde_json::to_string(&labels).map_err(anyhow::Error::from)?)
}

fn check(labels: Vec<Option<String>>) -> Result<Vec<String>> {
    if labels.len() > MAX_LABELS {
        return Err(Error::argument("labels", "must be at most 1000 labels."));
    }
    let mut distinct: Vec<String> = Vec::new();
    for label in labels {
        let label = label.unwrap_or_default();
        let is_wellformed = (1..=MAX_LABEL).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_wellformed {
            let problem = "must be labels of 1 to 36 of the characters a-z, A-Z and 0-9.";
            return Err(Error::argument("labels", problem));
        }
        if !distinct.contains(&label) {
            distinct.push(label);
        }
    }
    Ok(distinct)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(labels: &[&str]) -> Result<Vec<String>> {
        check(labels.iter().map(|label| Some((*label).to_owned())).collect())
    }

    #[test]
    fn labels_are_letters_and_digits_each_once() {
        assert_eq!(labels(&["vip", "Admin2", "vip"]).unwrap(), ["vip", "Admin2"]);
        assert!(labels(&[]).unwrap().is_empty());
        assert!(labels(&[&"x".repeat(36)]).is_ok());
        for bad in ["", "a-b", "a_b", "a:b", "a b", "é", &"x".repeat(37)] {
            assert!(labels(&[bad]).is_err(), "{bad}");
        }
        assert!(check(vec![None]).is_err());
        assert!(labels(&["a"; 1001]).is_err());
    }
}
