//! Adds an authenticator app, not yet verified.

use entity::security_log::Event;
use entity::{AuthenticatorId, authenticator, user};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::kind;
use crate::account::mfa::freshness;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::crypto::totp::Enrolment;
use crate::db::{AsIs, FindUnique};
use crate::error::{Error, Result};

/// Stores a new secret, in place of one that was never verified.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    kind: &str,
) -> Result<Enrolment> {
    let kind = kind::parse(kind)?;
    if !client.project.mfa.totp {
        return Err(Error::UserFactorUnsupported("the project's setting mfa.totp is false"));
    }
    let now = app.clock.now();
    let mut row = authenticator::Model {
        id: AuthenticatorId::new(app.random.id(now)),
        project_id: caller.user.project_id.clone(),
        user_id: caller.user.id.clone(),
        kind,
        created_at: now,
        verified_at: None,
        seed: String::new(),
        last_step: 0,
    };
    let label = label(&caller.user);
    let enrolment = app.seeds.draw(&mut row, client.project.title(), label, &app.random)?;
    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        let known = authenticator::Entity::find_of(&user.key(), kind).find_unique(tx).await?;
        if let Some(known) = known {
            if known.verified_at.is_some() {
                return Err(Error::UserAuthenticatorAlreadyVerified);
            }
            authenticator::Entity::delete_by_id(known.id).exec(tx).await?;
        }
        freshness::check_if_on(app, tx, &user, &caller.session).await?;
        row.into_active_model().reset_all().insert_as_is(tx).await?;
        tx.log(Event::AuthenticatorCreate, &user).await?;
        Ok(enrolment)
    })
    .await
}

/// The account's name in the app: each user has one of these.
fn label(user: &user::Model) -> &str {
    let name = Some(user.name.as_str()).filter(|name| !name.is_empty());
    user.email.as_deref().or(user.phone.as_deref()).or(name).unwrap_or(user.id.as_str())
}
