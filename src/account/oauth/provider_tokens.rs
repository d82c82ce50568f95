//! Stores the tokens of providers, encrypted for the row that holds them (DL-5).

use entity::{identity, session};

use crate::app::App;
use crate::error::Result;
use crate::oauth::ProviderTokens;

/// A row that holds tokens.
#[derive(Clone, Copy)]
pub(in crate::account) enum TokenOwner<'a> {
    /// The session that was opened with them.
    Session(&'a session::Model),
    /// The identity that they belong to.
    Identity(&'a identity::Model),
}

impl<'a> TokenOwner<'a> {
    fn ciphertext(self) -> Option<&'a str> {
        match self {
            Self::Session(session) => session.provider_tokens.as_deref(),
            Self::Identity(identity) => Some(&identity.provider_tokens),
        }
    }

    /// The name of the row, as additional authenticated data: a ciphertext copied to another row can't be
    /// decrypted.
    fn aad(self) -> String {
        let (kind, project, user, id) = match self {
            Self::Session(it) => ("session", &it.project_id, &it.user_id, it.id.as_str()),
            Self::Identity(it) => ("identity", &it.project_id, &it.user_id, it.id.as_str()),
        };
        format!("{kind}/{project}/{user}/{id}")
    }

    /// Encrypts `tokens` for the row.
    pub(in crate::account) fn encrypt(self, app: &App, tokens: &ProviderTokens) -> Result<String> {
        let text = serde_json::to_string(tokens).map_err(anyhow::Error::from)?;
        app.provider_tokens.encrypt(&self.aad(), &text, app.random.bytes())
    }

    /// Decrypts the row's tokens; none if there are none, or if the ciphertext is of another row.
    pub(in crate::account) fn decrypt(self, app: &App) -> Option<ProviderTokens> {
        let text = app.provider_tokens.decrypt(&self.aad(), self.ciphertext()?)?;
        serde_json::from_str(&text).ok()
    }

    /// The row's tokens encrypted under the newest master secret; none if they are already.
    pub(in crate::account) fn renew(self, app: &App) -> Option<String> {
        app.provider_tokens.renew(&self.aad(), self.ciphertext()?, app.random.bytes())
    }
}
