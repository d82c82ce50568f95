//! The door for new users: whom a project's sign-up policy admits.

use entity::{Timestamp, UserId, user};

use crate::client::Client;
use crate::config::project::SignUp;
use crate::error::{Error, Result};

/// A user who is new, if the project admits somebody with this `email`, or without one. No user is made in another way.
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

/// Refuses an address that a user can't get, since it isn't of the project's domains.
pub(super) fn check_domain(client: &Client, email: Option<&str>) -> Result<()> {
    match &client.project.sign_up {
        SignUp::Open | SignUp::Closed => Ok(()),
        SignUp::Domains(domains) => {
            let is_listed = |email| domains.iter().any(|domain| domain.has(email));
            if email.is_some_and(is_listed) { Ok(()) } else { Err(Error::UserEmailNotWhitelisted) }
        }
    }
}

/// Whether a secret that signs in is sent to `address`, which is `user`'s if it is anybody's: not to a user who is blocked,
/// and not where redeeming it would make a new user whom the project doesn't admit. That is an error only where the project
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
        Err(refusal) if client.project.security.reveal_accounts => Err(refusal),
        Err(_) => Ok(false),
    }
}

/// Refuses whom the project doesn't admit as a new user.
fn admit(client: &Client, email: Option<&str>) -> Result<()> {
    match client.project.sign_up {
        SignUp::Closed => Err(Error::UserCountExceeded),
        SignUp::Open | SignUp::Domains(_) => check_domain(client, email),
    }
}
