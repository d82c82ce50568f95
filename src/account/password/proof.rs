//! Showing the current password to change something.

use entity::user;

use crate::account::arguments;
use crate::app::App;
use crate::error::{Error, Result};

/// That a user has shown the current password, or has none.
pub(in crate::account) struct ProvenPassword {
    /// The stored hash that the password was checked against.
    checked: Option<String>,
}

impl ProvenPassword {
    /// Checks `password`, which came as `argument`, against the user's. A user who has none needs to show none.
    pub(in crate::account) async fn check(
        app: &App,
        user: &user::Model,
        argument: &'static str,
        password: &str,
    ) -> Result<Self> {
        let checked = user.password_hash.clone();
        if checked.is_some() {
            let password = arguments::presented_password(argument, password)?;
            if !app.passwords.verify(&password, checked.as_deref()).await? {
                return Err(Error::UserInvalidCredentials);
            }
        }
        Ok(Self { checked })
    }

    /// Refuses if the password of `user`, as it is now, was changed since it was checked.
    pub(in crate::account) fn confirm(&self, user: &user::Model) -> Result<()> {
        if user.password_hash == self.checked { Ok(()) } else { Err(Error::UserInvalidCredentials) }
    }
}
