//! The defaults of `accountd dev`, which needs no configuration.

use std::fmt::Write as _;
use std::io;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, anyhow};
use url::Url;

use super::{ApiKey, Config, KeyHash, Scope};
use crate::files;

/// Where a development server is, unless it is configured.
pub const URL: &str = "http://localhost:8080";

/// The folder for database and keys, in the working directory.
pub const DATA_DIRECTORY: &str = "data";
/// The file in it with the master secret.
pub const MASTER_SECRET: &str = "master.secret";

/// The hosts of pages on this machine, and the host in the Account API document.
const PLATFORMS: [&str; 4] = ["localhost", "127.0.0.1", "[::1]", "example.com"];

/// Differences from the defaults.
const SETTINGS: &str = r#"
drain_seconds = 0
mail = { url = "inbox:", from = "accountd@localhost" }
sms.url = "inbox:"
graphql = { introspection = true, graphiql = true }
# Who tries things out signs up often.
limits.factor = 100

[[projects]]
id = "default"
name = "Demo"
# The texts of the Account API document use passwords that everybody knows.
password.dictionary = false
"#;

/// The configuration of a development server in the working directory.
pub(super) fn settings() -> anyhow::Result<String> {
    let path = absolute(DATA_DIRECTORY)?.join("accountd.db");
    let url = Url::from_file_path(&path)
        .map_err(|()| anyhow!("the path {} makes no URL", path.display()))?;
    Ok(format!("database.url = 'sqlite://{}'\n{SETTINGS}", url.path().replace('\'', "%27")))
}

/// Adds to every project, also to those of a file, what development needs: the platforms of this machine and
/// of `hosts`, passkeys for pages at `http://localhost` if it has none, and `api_key`.
pub fn add_dev_settings(config: &mut Config, api_key: &str, hosts: &[IpAddr]) {
    let key = ApiKey {
        name: "accountd dev".to_owned(),
        hash: KeyHash::of(api_key),
        scopes: Scope::ALL.to_vec(),
        expires: None,
    };
    let hosts = hosts.iter().map(|ip| match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    });
    let platforms: Vec<String> = PLATFORMS.map(str::to_owned).into_iter().chain(hosts).collect();
    for project in &mut config.projects {
        project.add_platforms(&platforms);
        project.passkeys.rp_id.get_or_insert_with(|| "localhost".to_owned());
        project.api_keys.push(key.clone());
    }
}

/// The URL for browsers on this machine of a server that listens on `address`: `localhost`, because cookies
/// and passkeys need that name, unless the server listens on another address only.
pub fn local_url(address: SocketAddr) -> String {
    let ip = address.ip();
    if ip.is_unspecified() || ip == Ipv4Addr::LOCALHOST {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

/// The file of the master secret in `directory`, which is created from `random` bytes if missing.
pub fn provide_master_secret(
    directory: &Path,
    random: impl FnOnce() -> [u8; 32],
) -> anyhow::Result<PathBuf> {
    let path = directory.join(MASTER_SECRET);
    files::create_private_folder(directory)
        .with_context(|| format!("can't create {}", directory.display()))?;
    match files::private().write(true).create_new(true).open(&path) {
        Ok(mut file) => {
            let mut text = String::new();
            for byte in random() {
                write!(text, "{byte:02x}")?;
            }
            writeln!(file, "{text}").and_then(|()| file.sync_all())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
    .with_context(|| format!("can't write {}", path.display()))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::config::Mode;

    fn config(path: PathBuf) -> Config {
        let config = Config::load(None, [], Mode::Dev).unwrap();
        Config { master_secret_file: Some(path), ..config }
    }

    fn bytes() -> [u8; 32] {
        std::array::from_fn(|i| u8::try_from(i).unwrap())
    }

    #[test]
    fn the_first_start_writes_a_key_that_later_ones_keep() {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data");

        let path = provide_master_secret(&data, bytes).unwrap();
        let again = provide_master_secret(&data, || [0; 32]).unwrap();

        assert_eq!(path, again);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let secret = config(path).read_master_secret().unwrap();
        assert!(secret.expose().starts_with("000102030405"));
        assert_eq!(secret.expose().len(), 64);
    }

    /// C-46: projects of the file keep what the one of `accountd dev` has.
    #[test]
    fn projects_of_the_file_keep_platforms_and_key_of_dev() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("accountd.toml");
        fs::write(
            &file,
            "[[projects]]\nid = 'default'\nplatforms = ['app.test']\n[[projects]]\nid = 'shop'",
        )
        .unwrap();
        let mut config = Config::load(Some(&file), [], Mode::Dev).unwrap();

        add_dev_settings(&mut config, "ak_dev", &["192.168.1.5".parse().unwrap()]);

        let own = ["localhost", "127.0.0.1", "[::1]", "example.com", "192.168.1.5"];
        let [default, shop] = config.projects.as_slice() else { panic!() };
        assert_eq!(default.platforms, [&["app.test"], &own[..]].concat());
        assert_eq!(shop.platforms, own);
        for project in &config.projects {
            let [key] = project.api_keys.as_slice() else { panic!() };
            assert_eq!(key.hash, KeyHash::of("ak_dev"));
            assert_eq!(key.scopes, Scope::ALL);
        }
    }

    /// DL-7: a key file that others can read is refused in dev, too.
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let path = provide_master_secret(home.path(), bytes).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();

        let error = config(path.clone()).check().unwrap_err().to_string();

        let path = path.display();
        let expected =
            format!("master_secret_file {path}: others can access it (mode 0640): use 0600");
        assert_eq!(error, expected);
    }
}
