//! How recently a caller must have shown who it is: `@fresh`, as read from the SDL and enforced.

use std::time::Duration;

use async_graphql::Context;
use async_graphql::parser::types::FieldDefinition;

use super::argument;
use crate::auth::caller::SignedIn;
use crate::auth::recent_sign_in;
use crate::error::Result;
use crate::graphql::context::FieldContext;

/// The directive `@fresh` of a field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fresh {
    /// How recent it must be.
    within: Duration,
    /// Whether a user with a password need not, because the field itself asks for it.
    or_password: bool,
}

impl Fresh {
    /// Reads the directive of a field, if it has one.
    pub(super) fn read(field: &FieldDefinition) -> anyhow::Result<Option<Self>> {
        let directive = field.directives.iter().find(|it| it.node.name.node == "fresh");
        let Some(directive) = directive.map(|it| &it.node) else { return Ok(None) };
        let seconds: u32 = argument(directive, "seconds")?;
        let or_password: Option<bool> = argument(directive, "orPassword")?;
        let within = Duration::from_secs(seconds.into());
        Ok(Some(Self { within, or_password: or_password.unwrap_or_default() }))
    }

    /// Fails if the caller has not signed in, or shown a second factor, recently.
    ///
    /// Only in projects that ask for it.
    pub(super) async fn check(self, ctx: &Context<'_>, caller: &SignedIn) -> Result<()> {
        let (app, SignedIn { user, session, .. }) = (ctx.app(), caller);
        if self.or_password && user.password_hash.is_some() {
            return Ok(());
        }
        let signed_in = (&**user, &**session);
        recent_sign_in::require(app, app.db.read(), ctx.client(), signed_in, self.within).await
    }
}
