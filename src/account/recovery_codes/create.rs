//! Creates recovery codes.

use entity::security_log::Event;
use entity::{UserId, UserKey, recovery_code, user};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use crate::account::change::Change;
use crate::account::mfa::freshness;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::auth::factors::has_recovery_codes;
use crate::client::Client;
use crate::crypto::recovery_code::{CODES, as_drawn, draw};
use crate::error::{Error, Result};
use crate::message::Kind;

/// The codes that new ones replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replacing {
    /// Nothing: there must be none left.
    None,
    /// The codes that are left, of which there must be one.
    Existing,
}

/// Stores the hashes of new codes, and returns the codes.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    replacing: Replacing,
) -> Result<Vec<String>> {
    let new = NewCodes::draw(app, &caller.user.key())?;
    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        if user.mfa || replacing == Replacing::Existing {
            freshness::check(&caller.session, tx.now)?;
        }
        new.store(tx, &user, replacing).await
    })
    .await
}

/// Creates codes for a server or an operator, who need show nothing.
pub(crate) async fn run_for_server(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
    replacing: Replacing,
) -> Result<Vec<String>> {
    let new = NewCodes::draw(app, &(client.project.id.clone(), user_id.clone()))?;
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        new.store(tx, &user, replacing).await
    })
    .await
}

/// Codes that were drawn, and their hashes: not yet stored.
struct NewCodes {
    codes: Vec<String>,
    hashes: Vec<String>,
}

impl NewCodes {
    fn draw(app: &App, user: &UserKey) -> Result<Self> {
        let codes: Vec<String> = (0..CODES).map(|_| draw(&app.random)).collect();
        let drawn = codes.iter().filter_map(|code| as_drawn(code));
        let hashes = drawn.map(|code| app.recovery_codes.encrypt(user, &code, &app.random));
        let hashes = hashes.collect::<Result<_>>()?;
        Ok(Self { codes, hashes })
    }

    /// Stores the hashes, logs it, and alerts the user. Returns the codes.
    async fn store(
        self,
        tx: &Change<'_>,
        user: &user::Model,
        replacing: Replacing,
    ) -> Result<Vec<String>> {
        let event = match (replacing, has_recovery_codes(tx, user).await?) {
            (Replacing::None, true) => return Err(Error::UserRecoveryCodesAlreadyExist),
            (Replacing::Existing, false) => return Err(Error::UserRecoveryCodesNotFound),
            (Replacing::None, false) => Event::RecoveryCodesCreate,
            (Replacing::Existing, true) => Event::RecoveryCodesUpdate,
        };
        recovery_code::Entity::delete_all_of(&user.key()).exec(tx).await?;
        let rows = self.hashes.into_iter().map(|hash| recovery_code::Model {
            project_id: user.project_id.clone(),
            user_id: user.id.clone(),
            hash,
            created_at: tx.now,
        });
        let rows = rows.map(|row| row.into_active_model().reset_all());
        recovery_code::Entity::insert_many(rows).exec_without_returning(tx).await?;
        tx.log(event, user).await?;
        tx.alert(Kind::RecoveryCodesCreated, user).await?;
        Ok(self.codes)
    }
}
