//! Encrypts under the master secret what is stored under a previous one, which can then be forgotten (SJ-8).

use entity::{authenticator, identity, message, recovery_code, session, signing_key};

use crate::account::oauth::provider_tokens::TokenOwner;
use crate::app::App;
use crate::db::batch::rewrite;
use crate::error::Result;

/// Encrypts messages, tokens of providers, secrets of authenticators, recovery codes and keys of JWTs anew. Returns how many
/// of them were under a previous secret.
pub async fn run(app: &App) -> Result<u64> {
    let (db, random) = (&app.db, &app.random);
    let columns = (message::Column::Id, message::Column::Sealed);
    let messages =
        rewrite::<message::Entity>(db, columns, |row| app.messages.renew(row, random)).await?;
    let columns = (identity::Column::Id, identity::Column::ProviderTokens);
    let identities =
        rewrite::<identity::Entity>(db, columns, |row| TokenOwner::Identity(row).renew(app))
            .await?;
    let columns = (session::Column::Id, session::Column::ProviderTokens);
    let sessions =
        rewrite::<session::Entity>(db, columns, |row| TokenOwner::Session(row).renew(app)).await?;
    let columns = (authenticator::Column::Id, authenticator::Column::Seed);
    let seeds =
        rewrite::<authenticator::Entity>(db, columns, |row| app.seeds.renew(row, random)).await?;
    let columns = (recovery_code::Column::Hash, recovery_code::Column::Hash);
    let codes = rewrite::<recovery_code::Entity>(db, columns, |row| {
        let user = (row.project_id.clone(), row.user_id.clone());
        app.recovery_codes.renew(&user, &row.hash, random)
    })
    .await?;
    let columns = (signing_key::Column::Id, signing_key::Column::PrivateKey);
    let keys =
        rewrite::<signing_key::Entity>(db, columns, |row| app.jwt.renew(row, random)).await?;
    Ok([messages, identities, sessions, seeds, codes, keys].iter().sum())
}
