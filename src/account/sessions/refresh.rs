//! Having a provider renew the tokens of a session: one call at a time, on all servers together (OA-1).
//!
//! Who calls writes into the session's row until when; the others look at the row until it has other tokens. No database
//! connection is held meanwhile.

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
/// How long a call has the right to renew: longer than it takes, so that only a dead one loses it.
const CLAIM: Duration = Duration::from_secs(15);
/// How often the others look.
const PAUSE: Duration = Duration::from_millis(50);
/// How many times they look: for as long as a right lasts.
const LOOKS: u32 = 300;

/// Tokens that a provider has renewed.
pub(super) struct Renewed {
    before: ProviderTokens,
    after: ProviderTokens,
}

/// Renews the tokens of `session`, if there is a refresh token. None where there is nothing to keep: somebody else has
/// just renewed them, or they can't be.
pub(super) async fn run(app: &App, session: &session::Model) -> Result<Option<Renewed>> {
    let now = app.clock.now();
    let Some(before) = TokenOwner::Session(session).open(app) else { return Ok(None) };
    if before.refresh_token.is_empty() || before.are_fresh(now) {
        return Ok(None);
    }
    // It was a provider once.
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

/// Takes the right to renew, unless another call has it or has used it since `session` was read.
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

/// Waits for the call that has the right. Fails if that one does.
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

/// Gives the right back after a failure, and tells it. Tokens that the provider has renewed and that could not be kept are
/// its failure, too: the old ones may be worth nothing now.
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
        refusal => refusal,
    }
}

impl Renewed {
    /// Keeps the tokens in their session, and in the identity if that has those of the same sign-in.
    pub(super) async fn keep(
        &self,
        app: &App,
        tx: &Tx,
        session: session::Model,
    ) -> Result<session::Model> {
        let identity = identity::Entity::find_by_user(&session.project_id, &session.user_id)
            .filter(identity::Column::Provider.eq(&*session.provider))
            .filter(identity::Column::Subject.eq(&*session.provider_uid))
            .find_unique(tx)
            .await?;
        if let Some(identity) = identity {
            let holder = TokenOwner::Identity(&identity);
            if holder.open(app).is_some_and(|held| held.refresh_token == self.before.refresh_token)
            {
                let sealed = holder.seal(app, &self.after)?;
                let mut change = identity.into_active_model();
                change.provider_tokens = Set(sealed);
                change.update(tx).await?;
            }
        }
        let sealed = TokenOwner::Session(&session).seal(app, &self.after)?;
        let mut change = session.into_active_model();
        change.provider_tokens = Set(Some(sealed));
        change.refreshing_until = Set(None);
        Ok(change.update(tx).await?)
    }
}
