//! Changes the e-mail address.

use entity::user;

use super::update_contact;
use super::update_contact::NewContact;
use crate::account::sessions::open::Opened;
use crate::account::{arguments, sign_up};
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::error::Result;

/// Sets the address. One that is not of the project's domains is refused to everybody, or it could be had by a detour.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    email: &str,
    password: &str,
) -> Result<(user::Model, Option<Opened>)> {
    let email = arguments::email(email)?;
    sign_up::check_domain(client, Some(email.as_str()))?;
    update_contact::run_for_user(app, caller, client, NewContact::Email(Some(email)), password)
        .await
}
