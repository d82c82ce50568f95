//! Warns of settings that work but are probably unintended.

use super::{AuthMethod, Config, Project};

impl Config {
    /// Warnings: one line for each setting that works but is probably unintended.
    pub fn warnings(&self) -> Vec<String> {
        let apart = self.projects.iter().filter(|project| project.platforms.is_empty());
        let shut = self.projects.iter().filter_map(|project| {
            project.auth.warn_of_no_method(&project.id, |method| self.offers(project, method))
        });
        apart
            .map(Project::warn_of_no_platforms)
            .chain(shut)
            .chain(self.warn_of_unused_providers())
            .chain(self.warn_of_ignored_variables())
            .chain(self.metrics.warn_of_no_port().filter(|_| !self.is_dev()))
            .chain(self.otlp.warn_of_no_endpoint())
            .chain(self.otlp.warn_of_plain_headers())
            .collect()
    }

    /// Whether the server has what a sign-in method of the project needs.
    fn offers(&self, project: &Project, method: AuthMethod) -> bool {
        match method {
            AuthMethod::Password | AuthMethod::Anonymous => true,
            AuthMethod::MagicLink | AuthMethod::EmailCode => {
                self.mail.url.as_ref().is_some_and(|url| url.takes_messages(self.mode))
            }
            AuthMethod::Phone => self.sms.url.takes_messages(self.mode),
            // `accountd dev` has its own provider.
            AuthMethod::OAuth => self.is_dev() || !self.providers.0.is_empty(),
            AuthMethod::Passkey => project.passkeys.rp_id.is_some(),
        }
    }

    /// Warns of providers that no project lets users sign in with.
    fn warn_of_unused_providers(&self) -> Option<String> {
        let ids: Vec<_> = self.providers.0.keys().map(String::as_str).collect();
        let is_used = self.projects.iter().any(|project| project.auth.allows(AuthMethod::OAuth));
        (!ids.is_empty() && !is_used).then(|| {
            format!(
                "providers: no one can sign in with {}, because auth.oauth is false in every project",
                ids.join(", ")
            )
        })
    }

    /// Warns of ignored variables.
    fn warn_of_ignored_variables(&self) -> Option<String> {
        let names = self.ignored_variables.join(", ");
        (!names.is_empty()).then(|| {
            format!(
                "ignored, since they are no settings: {names}. A setting has two underscores for each dot, as \
                 ACCOUNTD_DATABASE__URL. Kubernetes makes such variables for a service called accountd; \
                 `enableServiceLinks: false` keeps them away."
            )
        })
    }
}
