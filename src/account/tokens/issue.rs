//! Making one-time secrets, with the message that carries them.

use std::time::Duration;

use entity::security_log::Event;
use entity::token::Purpose;
use entity::{Count, TokenId, UserId, message, token, user};
use sea_orm::sqlx::error::ErrorKind;
use sea_orm::{ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::account::change::Change;
use crate::address::Redirect;
use crate::app::App;
use crate::client::Client;
use crate::crypto::one_time_secret::{
    code, hash_link_secret, is_link_secret, link_secret, secret_of_length,
};
use crate::db::{AsIs, broken_rule};
use crate::error::{Error, Result};
use crate::message::{Draft, Kind, Values};

/// How many links of one purpose may be live for one address. A link in an old mail stops working.
const LIVE_LINKS: u64 = 3;

/// A one-time secret to create.
#[derive(Clone, Copy)]
pub(crate) struct NewToken<'a> {
    pub(crate) purpose: Purpose,
    /// The user; none if the address has no user.
    pub(crate) user: Option<&'a user::Model>,
    /// The id in the response.
    pub(crate) requested_id: &'a UserId,
    /// Where it is sent.
    pub(crate) address: &'a str,
    pub(crate) ttl: Duration,
}

impl NewToken<'_> {
    /// The id in a link: the user's own if there is a user.
    fn user_id(&self) -> &UserId {
        self.user.map_or(self.requested_id, |user| &user.id)
    }

    /// Draws the secret of a link below `redirect`, and writes the message that carries it.
    pub(in crate::account) fn by_link(
        &self,
        app: &App,
        client: &Client,
        message: NewMessage<'_>,
        redirect: &Redirect,
    ) -> Result<Issued<'_>> {
        let (token, secret) = self.link(app, client);
        let user_id = self.user_id().as_str();
        let link = redirect.redeeming(user_id, &secret, token.expires_at);
        let values = Values { link: &link, user_id, secret: &secret, ..Values::default() };
        let message = self.compose(app, client, message, values)?;
        Ok(Issued { user: self.user, token, code: None, message })
    }

    /// Draws a code, and writes the message that carries it.
    pub(in crate::account) fn by_code(
        &self,
        app: &App,
        client: &Client,
        message: NewMessage<'_>,
    ) -> Result<Issued<'_>> {
        let (token, code) = self.code(app, client);
        let user_id = self.requested_id.as_str();
        let values = Values { code: &code, user_id, secret: &code, ..Values::default() };
        let message = self.compose(app, client, message, values)?;
        Ok(Issued { user: self.user, token, code: None, message })
    }

    /// Draws a code and the secret of a link, which is left out without a `redirect`, and writes the message that carries both.
    pub(in crate::account) fn by_link_and_code(
        &self,
        app: &App,
        client: &Client,
        message: NewMessage<'_>,
        redirect: Option<&Redirect>,
    ) -> Result<Issued<'_>> {
        let (token, secret) = self.link(app, client);
        let (code_token, code) = self.code(app, client);
        let user_id = self.user_id().as_str();
        let link = redirect.map(|redirect| {
            let expire = token.expires_at.to_string();
            let project = client.project.id.as_str();
            redirect.with(&[
                ("userId", user_id),
                ("secret", &secret),
                ("expire", &expire),
                ("project", project),
            ])
        });
        let link = link.unwrap_or_default();
        let secret = if link.is_empty() { &code } else { &secret };
        let values = Values { link: &link, code: &code, user_id, secret, ..Values::default() };
        let message = self.compose(app, client, message, values)?;
        Ok(Issued { user: self.user, token, code: Some(code_token), message })
    }

    fn compose(
        &self,
        app: &App,
        client: &Client,
        message: NewMessage<'_>,
        secrets: Values<'_>,
    ) -> Result<message::Model> {
        let NewMessage { kind, deliverable, phrase } = message;
        let name = self.user.map_or("", |user| &user.name);
        let values = Values { name, lifetime: self.ttl, phrase, ..secrets };
        let draft = Draft { kind, to: self.address, deliverable, values, ttl: self.ttl };
        app.messages.compose(client, &draft, app.clock.now(), &app.random)
    }

    /// Draws the secret of a link, and makes its row.
    pub(in crate::account) fn link(&self, app: &App, client: &Client) -> (token::Model, String) {
        let secret = link_secret(&app.random);
        let row = self.row(app, client);
        (token::Model { secret_hash: hash_link_secret(&secret), guessable: false, ..row }, secret)
    }

    /// Draws a code, and makes its row.
    fn code(&self, app: &App, client: &Client) -> (token::Model, String) {
        let code = code(&app.random);
        let row = self.row(app, client);
        let secret_hash = app.codes.hash(&row.id, self.purpose, self.address, &code);
        (token::Model { secret_hash, guessable: true, ..row }, code)
    }

    /// Draws a secret of so many characters, and makes its row. A short one is treated as a code.
    pub(crate) fn of_length(
        &self,
        app: &App,
        client: &Client,
        length: usize,
    ) -> (token::Model, String) {
        let secret = secret_of_length(&app.random, length);
        let row = self.row(app, client);
        let guessable = !is_link_secret(&secret);
        let secret_hash = if guessable {
            app.codes.hash(&row.id, self.purpose, self.address, &secret)
        } else {
            hash_link_secret(&secret)
        };
        (token::Model { secret_hash, guessable, ..row }, secret)
    }

    fn row(&self, app: &App, client: &Client) -> token::Model {
        let now = app.clock.now();
        token::Model {
            id: TokenId::new(app.random.id(now)),
            project_id: client.project.id.clone(),
            user_id: self.user.map(|user| user.id.clone()),
            asked_id: self.requested_id.clone(),
            created_at: now,
            expires_at: now + self.ttl,
            purpose: self.purpose,
            address: self.address.to_owned(),
            secret_hash: String::new(),
            guessable: false,
            tries: Count::default(),
        }
    }
}

/// The message that carries a secret.
#[derive(Clone, Copy)]
pub(in crate::account) struct NewMessage<'a> {
    pub(in crate::account) kind: Kind,
    /// Whether it is sent. Where it isn't, all else is done alike (EN-1).
    pub(in crate::account) deliverable: bool,
    /// The security phrase that it shows; may be empty.
    pub(in crate::account) phrase: &'a str,
}

/// Secrets that were drawn, with the message that carries them: not yet stored.
pub(in crate::account) struct Issued<'a> {
    user: Option<&'a user::Model>,
    token: token::Model,
    /// That of a code that stands beside a link.
    code: Option<token::Model>,
    message: message::Model,
}

impl Issued<'_> {
    /// Stores the secrets, logs `event`, and puts the message into the outbox. Returns the token for the response.
    pub(in crate::account) async fn store(
        self,
        tx: &Change<'_>,
        event: Event,
    ) -> Result<token::Model> {
        tx.log_about(event, self.user).await?;
        store(tx, self.token.clone()).await?;
        if let Some(code) = self.code {
            store(tx, code).await?;
        }
        tx.send(self.message).await?;
        Ok(self.token)
    }
}

/// Stores a token. A link replaces the oldest if there were more than three of its purpose otherwise. A code
/// replaces all earlier sign-in codes for the address: several live codes would be easier to guess.
pub(crate) async fn store(tx: &Change<'_>, token: token::Model) -> Result<()> {
    // Serialized by the user's row. Without a user, serialized by the address, which takes equally long.
    let turn = match &token.user_id {
        Some(_) => token.id.to_string(),
        None => format!("{}/{}", token.project_id, token.address),
    };
    tx.advisory_lock(&turn).await?;
    if token.guessable {
        let alike = token.purpose.alike();
        token::Entity::delete_sent_to(&token.project_id, alike, &token.address)
            .filter(token::Column::Guessable.eq(true))
            .exec(tx)
            .await?;
    } else {
        let kept = token::Entity::find_links(&token.project_id, token.purpose, &token.address)
            .select_only()
            .column(token::Column::Id)
            .order_by_desc(token::Column::CreatedAt)
            .order_by_desc(token::Column::Id)
            .limit(LIVE_LINKS.saturating_sub(1))
            .into_tuple::<TokenId>()
            .all(tx)
            .await?;
        token::Entity::delete_sent_to(&token.project_id, &[token.purpose], &token.address)
            .filter(token::Column::Guessable.eq(false))
            .filter(token::Column::Id.is_not_in(kept))
            .exec(tx)
            .await?;
    }
    match token.into_active_model().insert_as_is(tx).await {
        Ok(_) => Ok(()),
        // The user was deleted a moment ago: the next request will find no user.
        Err(error) => match broken_rule(&error) {
            Some(ErrorKind::ForeignKeyViolation) => Err(Error::GeneralServerBusy),
            _ => Err(error.into()),
        },
    }
}
