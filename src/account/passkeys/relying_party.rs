//! The relying party of a project: which domain passkeys are made for.

use entity::{passkey, passkey_challenge};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::account::auth_methods;
use crate::app::App;
use crate::client::Client;
use crate::config::{AuthMethod, Project};
use crate::crypto::sha256_hex;
use crate::crypto::webauthn::Expected;
use crate::error::{Error, Result};

/// The RP id. Fails if the project has turned passkeys off, or has no domain for them.
pub(super) fn require(client: &Client) -> Result<&str> {
    auth_methods::require(client, AuthMethod::Passkey)?;
    client.project.passkeys.rp_id.as_deref().ok_or(Error::PasskeysNotConfigured)
}

/// The expectations of a response to `challenge`.
pub(super) fn expected<'a>(
    client: &'a Client,
    challenge: &'a passkey_challenge::Model,
) -> Result<Expected<'a>> {
    let (settings, platforms) = (&client.project.passkeys, &client.project.platforms);
    Ok(Expected { rp_id: require(client)?, settings, platforms, challenge: &challenge.challenge })
}

/// A hash of the RP id and the origins: a challenge that was made for others is void.
pub(super) fn fingerprint(project: &Project) -> String {
    let passkeys = &project.passkeys;
    let rp_id = passkeys.rp_id.as_deref().unwrap_or_default();
    sha256_hex(format!("{rp_id}\n{}", passkeys.origins.join("\n")))
}

/// Warns of projects whose RP id was changed or removed, so that users can't sign in with the passkeys that they have.
pub(crate) async fn warn_of_orphans(app: &App) -> Result<()> {
    for project in &app.config.projects {
        let rp_id = project.passkeys.rp_id.as_deref().unwrap_or_default();
        let of_another: Vec<String> = passkey::Entity::find()
            .select_only()
            .column(passkey::Column::RpId)
            .filter(passkey::Column::ProjectId.eq(project.id.clone()))
            .filter(passkey::Column::RpId.ne(rp_id))
            .limit(1)
            .into_tuple()
            .all(app.db.read())
            .await?;
        if let Some(earlier) = of_another.first() {
            let id = &project.id;
            tracing::warn!(
                "projects.{id}.passkeys.rp_id: users have passkeys for \"{earlier}\", which don't work with {rp_id:?}; set \
                 it back, or have them sign in another way and add new ones"
            );
        }
    }
    Ok(())
}
