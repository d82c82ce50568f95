//! Renews a session's provider tokens: one request at a time, across all servers (OA-1).
//!
//! The request that renews them writes a deadline into the session's row. Others poll the row until it has
//! new tokens. No database connection is held meanwhile.

use std::time::Duration;

use entity::{Timestamp, identity, session};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, Set,
};
use tokio::time::{sleep, timeout};

use crate::account::oauth::provider_tokens::TokenOwner;
use crate::app::App;
use crate::db::{FindUnique, Tx};
use crate::error::{Error, Result};
use crate::graphql::wire_errors::log_fault;
use crate::oauth::ProviderTokens;

/// How long the provider may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a request holds the right to renew: longer than it can take, so that only a crashed one loses
/// it.
const CLAIM: Duration = Duration::from_secs(15);
/// How often the others poll.
const PAUSE: Duration = Duration::from_millis(50);
/// How many times they poll: as long as the right to renew lasts.
const LOOKS: u32 = 300;

/// Renewed tokens.
pub(super) struct Renewed {
    before: ProviderTokens,
    after: ProviderTokens,
}

/// Renews the tokens of `session`, if it has a refresh token. Returns none if there is nothing to store:
/// another request has just renewed them, or they can't be renewed.
pub(super) async fn run(app: &App, session: &session::Model) -> Result<Option<Renewed>> {
    let now = app.clock.now();
    let Some(before) = TokenOwner::Session(session).decrypt(app) else { return Ok(None) };
    if before.refresh_token.is_empty() || before.are_fresh(now) {
        return Ok(None);
    }
    // The provider has been removed from the configuration.
    let provider = app.providers.find(&session.provider);
    let provider = provider.map_err(|_| Error::ProjectProviderUnsupported)?;
    if !claim(app, session, now).await? {
        wait(app, session).await?;
        return Ok(None);
    }
    match timeout(TIMEOUT, provider.renew(&before, now)).await {
        Ok(Ok(after)) => Ok(Some(Renewed { before, after })),
        Ok(Err(error)) => Err(lost(app, session, error).await),
        Err(_) => Err(lost(app, session, Error::UserOauth2ProviderError).await),
    }
}

/// Claims the right to renew. Fails if another request holds it, or has renewed the tokens since `session`
/// was read.
async fn claim(app: &App, session: &session::Model, now: Timestamp) -> Result<bool> {
    let is_free = session::Column::RefreshingUntil.is_null();
    let is_free = is_free.or(session::Column::RefreshingUntil.lte(now));
    let claimed = app
        .db
        .write(async |tx| {
            let update = session::Entity::update_many()
                .col_expr(session::Column::RefreshingUntil, Expr::value(now + CLAIM))
                .filter(session::Column::Id.eq(session.id.clone()))
                .filter(session::Column::ProviderTokens.eq(session.provider_tokens.clone()))
                .filter(is_free);
            Ok(update.exec(tx).await?)
        })
        .await?;
    Ok(claimed.rows_affected == 1)
}

/// Waits for the request that renews the tokens. Fails if that one fails.
async fn wait(app: &App, session: &session::Model) -> Result<()> {
    for _ in 0..LOOKS {
        let row =
            session::Entity::find_by_id(session.id.clone()).find_unique(app.db.read()).await?;
        let row = row.ok_or(Error::UserSessionNotFound)?;
        if row.provider_tokens != session.provider_tokens {
            return Ok(());
        }
        if row.refreshing_until.is_none_or(|until| until <= app.clock.now()) {
            break;
        }
        sleep(PAUSE).await;
    }
    Err(Error::UserOauth2ProviderError)
}

/// Releases the right after a failure, and returns the error. Tokens that were renewed but not stored are a
/// failure, too: the old ones may no longer work.
pub(super) async fn lost(app: &App, session: &session::Model, error: Error) -> Error {
    let freed = app
        .db
        .write(async |tx| {
            let none: Option<Timestamp> = None;
            let update = session::Entity::update_many()
                .col_expr(session::Column::RefreshingUntil, Expr::value(none))
                .filter(session::Column::Id.eq(session.id.clone()));
            Ok(update.exec(tx).await?)
        })
        .await;
    for error in freed.err().iter().chain([&error]) {
        if let Error::Internal(cause) = error {
            log_fault(cause);
        }
    }
    match error {
        Error::Internal(_) | Error::GeneralServerBusy => Error::UserOauth2ProviderError,
        other => other,
    }
}

impl Renewed {
    /// Stores the tokens in their session, and in the identity if its tokens are of the same sign-in.
    pub(super) async fn keep(
        &self,
        app: &App,
        tx: &Tx,
        session: session::Model,
    ) -> Result<session::Model> {
        let user = (session.project_id.clone(), session.user_id.clone());
        let identity = identity::Entity::find_by_user(&user)
            .filter(identity::Column::Provider.eq(&*session.provider))
            .filter(identity::Column::Subject.eq(&*session.provider_uid))
            .find_unique(tx)
            .await?;
        if let Some(identity) = identity {
            let token_owner = TokenOwner::Identity(&identity);
            if token_owner
                .decrypt(app)
                .is_some_and(|held| held.refresh_token == self.before.refresh_token)
            {
                let ciphertext = token_owner.encrypt(app, &self.after)?;
                let mut change = identity.into_active_model();
                change.provider_tokens = Set(ciphertext);
                change.update(tx).await?;
            }
        }
        let ciphertext = TokenOwner::Session(&session).encrypt(app, &self.after)?;
        let mut change = session.into_active_model();
        change.provider_tokens = Set(Some(ciphertext));
        change.refreshing_until = Set(None);
        Ok(change.update(tx).await?)
    }
}
