//! Changes the phone number.

use entity::user;

use super::update_contact;
use super::update_contact::NewContact;
use crate::account::arguments;
use crate::account::sessions::open::Opened;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::error::Result;

/// Sets the number. No message is sent to it.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    phone: &str,
    password: &str,
) -> Result<(user::Model, Option<Opened>)> {
    let phone = NewContact::Phone(Some(arguments::phone("phone", phone)?));
    update_contact::run_for_user(app, caller, client, phone, password).await
}
