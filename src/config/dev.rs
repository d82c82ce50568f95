//! What `accountd dev` brings along, so that it runs without any setting.

use std::fmt::Write as _;
use std::fs::DirBuilder;
use std::fs::OpenOptions;
use std::io;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::path::absolute;

use anyhow::Context;
use anyhow::anyhow;
use url::Url;

/// Where a development server keeps its rows and keys, below the working directory.
pub const DATA_DIRECTORY: &str = "data";

/// What differs from the defaults.
const SETTINGS: &str = r#"
drain_seconds = 0
mail = { url = "inbox:", from = "accountd@localhost" }
sms.url = "inbox:"
graphql = { introspection = true, graphiql = true }

[[projects]]
id = "default"
name = "Demo"
# And the host in the texts of the Account API document.
platforms = ["localhost", "127.0.0.1", "[::1]", "example.com"]
# The texts of the Account API document use passwords that everybody knows.
password.dictionary = false
"#;

/// The settings of a development server in the working directory.
pub(super) fn settings() -> anyhow::Result<String> {
    let path = absolute(DATA_DIRECTORY)?.join("accountd.db");
    let url = Url::from_file_path(&path)
        .map_err(|()| anyhow!("the path {} makes no URL", path.display()))?;
    Ok(format!("database.url = 'sqlite://{}'\n{SETTINGS}", url.path().replace('\'', "%27")))
}

/// Names the file of the master secret in `directory`, and writes one from `random` bytes when it is missing.
pub fn provide_master_secret(
    directory: &Path,
    random: impl FnOnce() -> [u8; 32],
) -> anyhow::Result<PathBuf> {
    let path = directory.join("master.secret");
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .with_context(|| format!("can't create {}", directory.display()))?;
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
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
    use crate::config::Config;
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

    /// DL-7: a key file that others can read is refused in dev, too.
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let path = provide_master_secret(home.path(), bytes).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();

        let refusal = config(path.clone()).check().unwrap_err().to_string();

        let path = path.display();
        let expected =
            format!("master_secret_file {path}: others can access it (mode 0640): use 0600");
        assert_eq!(refusal, expected);
    }
}
