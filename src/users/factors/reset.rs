//! Removes all second factors and passkeys of a user.

use entity::security_log::Event;
use entity::{UserId, authenticator, passkey, passkey_challenge, recovery_code};

use crate::account::mfa::update::set;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::error::Result;
use crate::message::Kind;

/// Turns second factors off, deletes authenticators, recovery codes and passkeys, and ends half-open sessions: what a thief of the
/// account has set up would still sign in. Unlike after other changes by a server, the user is alerted: someone may have asked
/// for it in the user's name.
pub(super) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
) -> Result<()> {
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        let codes = recovery_code::Entity::delete_all_of(&user.key()).exec(tx).await?;
        let apps = authenticator::Entity::delete_all_of(&user.key()).exec(tx).await?;
        if apps.rows_affected > 0 {
            tx.log(Event::AuthenticatorDelete, &user).await?;
        }
        let passkeys = passkey::Entity::delete_all_of(&user.key()).exec(tx).await?;
        passkey_challenge::Entity::delete_all_of(&user.key()).exec(tx).await?;
        if passkeys.rows_affected > 0 {
            tx.log(Event::PasskeyDelete, &user).await?;
        }
        let deleted = [&apps, &codes, &passkeys].iter().any(|it| it.rows_affected > 0);
        if !user.mfa && !deleted {
            return Ok(());
        }
        let user = if user.mfa { set(tx, user, false).await? } else { user };
        tx.alert_always(Kind::MfaReset, &user).await
    })
    .await
}
