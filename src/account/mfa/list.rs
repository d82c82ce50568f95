//! Lists the second factors.

use crate::account::types::MfaFactors;
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::auth::factors::{SecondFactors, has_recovery_codes};
use crate::error::Result;

/// The second factors that the user could show beside the sign-in of this session.
pub(super) async fn run(app: &App, caller: &SignedIn) -> Result<MfaFactors> {
    let db = app.db.read();
    let SecondFactors { totp, phone, email } =
        SecondFactors::of(app, db, &caller.user).await?.beside(&caller.session);
    let recovery_code = has_recovery_codes(db, &caller.user).await?;
    Ok(MfaFactors { totp, phone, email, recovery_code, custom: false })
}
