//! Keeps users from removing their last way to sign in.

use entity::{identity, passkey, user};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};

use crate::account::change::Change;
use crate::app::App;
use crate::client::Client;
use crate::config::AuthMethod::{EmailCode, MagicLink, OAuth, Passkey, Password, Phone};
use crate::error::{Error, Result};

/// Fails if `user`, as `tx` has left it, can no longer sign in: with what the project has turned on, and this server can do.
pub(super) async fn require(
    app: &App,
    tx: &Change<'_>,
    client: &Client,
    user: &user::Model,
) -> Result<()> {
    let is_there = has_address(app, client, user)
        || has_passkey(tx, client, user).await?
        || has_identity(app, tx, client, user).await?;
    if is_there { Ok(()) } else { Err(Error::UserLastSignInMethod) }
}

/// An address with a password, or one that gets mail; or a number that gets text messages.
fn has_address(app: &App, client: &Client, user: &user::Model) -> bool {
    let is_on = |method| client.project.auth.allows(method);
    let by_password = user.email.is_some() && user.password_hash.is_some() && is_on(Password);
    let by_mail = user.email.is_some()
        && user.email_verified
        && [EmailCode, MagicLink, Password].into_iter().any(is_on)
        && app.messages.check_mail().is_ok();
    let by_phone = user.phone.is_some()
        && user.phone_verified
        && is_on(Phone)
        && app.messages.check_sms().is_ok();
    by_password || by_mail || by_phone
}

/// A passkey for the project's domain.
async fn has_passkey(tx: &Change<'_>, client: &Client, user: &user::Model) -> Result<bool> {
    let Some(rp_id) = &client.project.passkeys.rp_id else { return Ok(false) };
    if !client.project.auth.allows(Passkey) {
        return Ok(false);
    }
    let usable =
        passkey::Entity::find_by_user(&user.key()).filter(passkey::Column::RpId.eq(rp_id.as_str()));
    Ok(usable.count(tx).await? > 0)
}

/// An account at one of the server's providers.
async fn has_identity(
    app: &App,
    tx: &Change<'_>,
    client: &Client,
    user: &user::Model,
) -> Result<bool> {
    if !client.project.auth.allows(OAuth) {
        return Ok(false);
    }
    let issuers = app.providers.iter().map(|provider| provider.issuer().to_owned());
    let usable =
        identity::Entity::find_by_user(&user.key()).filter(identity::Column::Issuer.is_in(issuers));
    Ok(usable.count(tx).await? > 0)
}
