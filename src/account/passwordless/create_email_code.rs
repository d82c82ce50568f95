//! Sends a sign-in code by e-mail.

use entity::token::Purpose;
use entity::{token, user};

use super::send_code::{Code, send_code};
use crate::account::{arguments, auth_methods, phrase};
use crate::app::App;
use crate::client::Client;
use crate::config::AuthMethod;
use crate::db::FindUnique;
use crate::error::Result;
use crate::message::Kind;

/// Mails a code. Returns the token, and the phrase that the mail shows.
///
/// To a blocked user, or a new address that the project doesn't admit, nothing is sent; all else is the
/// same.
pub(super) async fn run(
    app: &App,
    client: &Client,
    user_id: &str,
    email: &str,
    wants_phrase: bool,
) -> Result<(token::Model, String)> {
    auth_methods::require(client, AuthMethod::EmailCode)?;
    app.messages.check_mail()?;
    let requested_id = arguments::chosen_id(app, user_id)?;
    let email = arguments::email(email)?;
    let user = user::Entity::find_by_email(&client.project.id, email.as_str());
    let user = user.find_unique(app.db.read()).await?;
    let phrase = phrase::draw(&app.random, wants_phrase);
    let (kind, purpose, address) = (Kind::EmailCode, Purpose::EmailToken, email.as_str());
    let code = Code { kind, purpose, address, phrase: &phrase };
    let token = send_code(app, client, code, requested_id, user).await?;
    Ok((token, phrase))
}
