//! Sends a sign-in code by SMS.

use entity::token::Purpose;
use entity::{token, user};

use super::send_code::{Code, send_code};
use crate::account::{arguments, auth_methods};
use crate::app::App;
use crate::client::Client;
use crate::config::AuthMethod;
use crate::db::FindUnique;
use crate::error::Result;
use crate::message::Kind;
use crate::outbox::charge_sms;

/// Sends a code to a phone number.
///
/// To a blocked user, or a new number where the project doesn't admit it, nothing is sent; all else is the
/// same.
pub(super) async fn run(
    app: &App,
    client: &Client,
    purpose: Purpose,
    user_id: &str,
    phone: &str,
) -> Result<token::Model> {
    auth_methods::require(client, AuthMethod::Phone)?;
    app.messages.check_sms()?;
    let requested_id = arguments::chosen_id(app, user_id)?;
    let phone = arguments::phone("phone", phone)?;
    charge_sms(app, client, &phone).await?;
    let user = user::Entity::find_by_phone(&client.project.id, phone.as_str());
    let user = user.find_unique(app.db.read()).await?;
    let code = Code { kind: Kind::PhoneCode, purpose, address: phone.as_str(), phrase: "" };
    send_code(app, client, code, requested_id, user).await
}
