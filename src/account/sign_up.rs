//! The sign-up policy of a project: which new users it admits.

use entity::{Timestamp, UserId, user};

use crate::client::Client;
use crate::config::project::SignUp;
use crate::error::{Error, Result};

/// A new user, if the project admits one with this `email`, or without an address. All users are created
/// here.
#[expect(clippy::disallowed_methods, reason = "this is where users are made")]
pub(super) fn new_user(
    client: &Client,
    id: UserId,
    email: Option<&str>,
    now: Timestamp,
) -> Result<user::Model> {
    admit(client, email)?;
    let user = user::Model::new(client.project.id.clone(), id, now);
    Ok(user::Model { email: email.map(str::to_owned), ..user })
}

/// A new user that a server or an operator creates: they decide for themselves whom to admit.
#[expect(clippy::disallowed_methods, reason = "this is where users are made")]
pub(crate) fn new_user_of_admin(client: &Client, id: UserId, now: Timestamp) -> user::Model {
    user::Model::new(client.project.id.clone(), id, now)
}

/// Fails if the project admits only some domains, and the address is of none of them.
pub(super) fn check_domain(client: &Client, email: Option<&str>) -> Result<()> {
    match &client.project.sign_up {
        SignUp::Open | SignUp::Closed => Ok(()),
        SignUp::Domains(domains) => {
            let is_listed = |email| domains.iter().any(|domain| domain.has(email));
            if email.is_some_and(is_listed) { Ok(()) } else { Err(Error::UserEmailNotWhitelisted) }
        }
    }
}

/// Whether to send a sign-in secret to `address`; `user` is the user with this address. Not to a blocked
/// user, and not if the project wouldn't admit the new user. The latter is an error only if the project
/// reveals who has an account.
pub(super) fn is_invited(
    client: &Client,
    user: Option<&user::Model>,
    address: &str,
) -> Result<bool> {
    let is_enabled = user.is_none_or(|user| user.enabled);
    if user.is_some_and(|user| !user.only_claims(address)) {
        return Ok(is_enabled);
    }
    match admit(client, Some(address).filter(|address| address.contains('@'))) {
        Ok(()) => Ok(is_enabled),
        Err(error) if client.project.security.reveal_accounts => Err(error),
        Err(_) => Ok(false),
    }
}

/// Fails if the project doesn't admit such a new user.
fn admit(client: &Client, email: Option<&str>) -> Result<()> {
    match client.project.sign_up {
        SignUp::Closed => Err(Error::UserCountExceeded),
        SignUp::Open | SignUp::Domains(_) => check_domain(client, email),
    }
}
