//! Counts recovery codes.

use entity::{UserKey, recovery_code};

use crate::app::App;
use crate::error::{Error, Result};

/// How many recovery codes of the user are left. Fails if none is.
pub(crate) async fn run(app: &App, user: &UserKey) -> Result<usize> {
    let left = recovery_code::Entity::find_of(user).all(app.db.read()).await?;
    if left.is_empty() { Err(Error::UserRecoveryCodesNotFound) } else { Ok(left.len()) }
}
