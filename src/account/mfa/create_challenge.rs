//! Asks for a second factor.

use std::time::Duration;

use entity::security_log::Event;
use entity::{ChallengeId, Count, authenticator, challenge, message};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter};

use super::channel::Channel;
use crate::account::arguments;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::auth::factors::{has_recovery_codes, kind_of_sign_in};
use crate::client::Client;
use crate::crypto::one_time_secret::code;
use crate::db::{AsIs, FindUnique};
use crate::error::{Error, Result};
use crate::message::{Draft, Kind, Values};
use crate::outbox::charge_sms;

/// How long a challenge can be passed (ASVS 6.5.5).
const TTL: Duration = Duration::from_mins(10);

/// Stores a challenge for the caller's session, and sends its code if it has one.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    factor: &str,
) -> Result<challenge::Model> {
    let channel = Channel::parse(factor, client)?;
    if kind_of_sign_in(&caller.session) == Some(channel.factor().kind()) {
        return Err(Error::argument(
            "factor",
            "is what the sign-in was made with. Choose another one.",
        ));
    }
    let now = app.clock.now();
    let mut row = challenge::Model {
        id: ChallengeId::new(app.random.id(now)),
        project_id: caller.user.project_id.clone(),
        user_id: caller.user.id.clone(),
        session_id: caller.session.id.clone(),
        factor: channel.factor().as_str().to_owned(),
        created_at: now,
        expires_at: now + TTL,
        address: String::new(),
        code_hash: String::new(),
        tries: Count::default(),
    };
    let message = prepare(app, caller, client, channel, &mut row).await?;
    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        let row = row.into_active_model().reset_all().insert_as_is(tx).await?;
        tx.log(Event::ChallengeCreate, &user).await?;
        if let Some(message) = message {
            tx.send(message).await?;
        }
        Ok(row)
    })
    .await
}

/// Fails if the user can't show the factor. Draws the code of `row` if it is to be sent, and writes its message.
async fn prepare(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    channel: Channel,
    row: &mut challenge::Model,
) -> Result<Option<message::Model>> {
    let (user, db) = (&caller.user, app.db.read());
    let (kind, address) = match channel {
        Channel::Totp => {
            let verified = authenticator::Entity::find_of(&user.key(), authenticator::Kind::Totp)
                .filter(authenticator::Column::VerifiedAt.is_not_null());
            verified.find_unique(db).await?.ok_or(Error::UserAuthenticatorNotFound)?;
            return Ok(None);
        }
        Channel::RecoveryCode => {
            if !has_recovery_codes(db, user).await? {
                return Err(Error::UserRecoveryCodesNotFound);
            }
            return Ok(None);
        }
        Channel::Email => {
            app.messages.check_mail()?;
            let email = user.email.clone().ok_or(Error::UserEmailNotFound)?;
            if !user.email_verified {
                return Err(Error::UserEmailNotVerified);
            }
            (Kind::MfaCode, email)
        }
        Channel::Phone => {
            app.messages.check_sms()?;
            let phone = user.phone.clone().ok_or(Error::UserPhoneNotFound)?;
            if !user.phone_verified {
                return Err(Error::UserPhoneNotVerified);
            }
            charge_sms(app, client, &arguments::phone("phone", &phone)?).await?;
            (Kind::PhoneCode, phone)
        }
    };
    let code = code(&app.random);
    row.code_hash = app.codes.hash_challenge(&row.id, &address, &code);
    row.address = address;
    let values = Values {
        name: &user.name,
        code: &code,
        user_id: user.id.as_str(),
        secret: &code,
        lifetime: TTL,
        ..Values::default()
    };
    let draft = Draft { kind, to: &row.address, deliverable: true, values, ttl: TTL };
    app.messages.compose(client, &draft, row.created_at, &app.random).map(Some)
}
