//! Combines the results of the rules, in Appwrite's terms.

use super::codes::{ENGINES, NO_MODELS};
use super::rules::{Device, Product, RULES};
use super::{UserAgent, codes};

/// Parses a user agent.
pub(super) fn detect(text: &str) -> UserAgent {
    let mut agent = UserAgent::default();
    let Some(rules) = &*RULES else { return agent };
    let header = rules.header(text);
    if let Some(system) = header.system() {
        agent.set_system(&system, text);
    }
    if text.contains("AppwriteCLI") {
        agent.set_command_line(text);
        return agent;
    }
    if let Some(client) = header.client() {
        agent.set_client(&client, text);
    }
    if let Some(device) = header.device() {
        agent.set_model(&device);
    }
    if agent.os_code == "IPA" {
        agent.set_ipad();
    }
    agent
}

impl UserAgent {
    fn set_system(&mut self, found: &Product, text: &str) {
        let Some(system) = codes::system(&found.family) else { return };
        system.code.clone_into(&mut self.os_code);
        system.name.clone_into(&mut self.os_name);
        self.os_version = version(found);
        let device = match system.device {
            "smartphone" if text.contains(" TV") => "tv",
            "smartphone" if is_tablet(text) => "tablet",
            // Internet Explorer on tablets.
            "desktop" if system.code == "WIN" && text.contains("; Touch") => "tablet",
            device => device,
        };
        device.clone_into(&mut self.device_name);
    }

    /// Appwrite's command line tool: its name is the first word, `AppwriteCLI/1.0.0`, with the full version.
    fn set_command_line(&mut self, text: &str) {
        let word = text.split(' ').next().unwrap_or_default();
        let version = word.split_once('/').map_or("", |(_, version)| version);
        "desktop".clone_into(&mut self.client_type);
        "cli".clone_into(&mut self.client_code);
        "Appwrite CLI".clone_into(&mut self.client_name);
        version.clone_into(&mut self.client_version);
        "desktop".clone_into(&mut self.device_name);
    }

    fn set_client(&mut self, found: &Product, text: &str) {
        let Some(client) = codes::client(&found.family) else { return };
        if client.kind == "browser" {
            // An app that only names its system looks like a browser, but has no engine.
            let Some((engine, version)) = engine(client.code, text) else { return };
            engine.clone_into(&mut self.client_engine);
            version.clone_into(&mut self.client_engine_version);
        }
        client.kind.clone_into(&mut self.client_type);
        client.code.clone_into(&mut self.client_code);
        client.name.clone_into(&mut self.client_name);
        self.client_version = version(found);
    }

    /// The device if only the system is known.
    fn set_ipad(&mut self) {
        "Apple".clone_into(&mut self.device_brand);
        if self.device_model.is_empty() {
            "iPad".clone_into(&mut self.device_model);
        }
    }

    fn set_model(&mut self, device: &Device) {
        let brand = device.brand.as_deref().unwrap_or_default();
        // uap-core's words for an unknown brand, and for a robot.
        if brand.starts_with("Generic") || brand == "Spider" {
            return;
        }
        brand.clone_into(&mut self.device_brand);
        let model = device.model.as_deref().filter(|model| !NO_MODELS.contains(model));
        model.unwrap_or_default().clone_into(&mut self.device_model);
    }
}

/// The first two components of a version.
fn version(found: &Product) -> String {
    match (&found.major, &found.minor) {
        (Some(major), Some(minor)) => format!("{major}.{minor}"),
        (major, _) => major.clone().unwrap_or_default(),
    }
}

/// Whether an Android device is a tablet: there, Chrome omits the word `Mobile`.
fn is_tablet(text: &str) -> bool {
    text.contains("Tablet") || (text.contains("Chrome/") && !text.contains("Mobile"))
}

/// The engine of a browser, and its version.
fn engine<'a>(client_code: &str, text: &'a str) -> Option<(&'static str, &'a str)> {
    ENGINES.iter().find_map(|(product, engine)| {
        // Appwrite's detector names the older engine for Samsung's browser.
        if *engine == "Blink" && client_code == "SB" {
            return None;
        }
        let (_, rest) = text.split_once(product)?;
        let version = rest.split(|c: char| !c.is_ascii_digit() && c != '.').next();
        Some((*engine, version.unwrap_or_default()))
    })
}
