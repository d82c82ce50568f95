//! The started binary: what it says, and how it refuses to start.

use std::fs::Permissions;
use std::io::BufRead;
use std::io::BufReader;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use tempfile::TempDir;

fn accountd(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accountd"));
    command.current_dir(folder).args(arguments).envs(environment.iter().copied());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A started server, killed at the end of its test.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Starts a server for developers on a free port, and waits until it is ready.
    fn start(folder: &Path) -> Self {
        let mut child =
            accountd(folder, &[], &[("ACCOUNTD_LISTEN", "127.0.0.1:0")]).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.map(Result::unwrap).find(|line| line.contains("listening on http://"));
        let ready = ready.expect("the server says that it is ready");
        let address = ready.split("http://").nth(1).unwrap().trim().to_owned();
        Self { child, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The one line that a failed start leaves.
fn refusal(output: &Output) -> String {
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(text.trim().lines().count(), 1, "{text}");
    text.trim().to_owned()
}

#[test]
fn a_port_in_use_is_one_line() {
    let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let server = Server::start(one.path());

    let output =
        accountd(two.path(), &["dev"], &[("ACCOUNTD_LISTEN", &server.address)]).output().unwrap();

    let refusal = refusal(&output);
    assert!(refusal.contains("can't listen") && refusal.contains(&server.address), "{refusal}");
}

/// DU-7: one server at a time on a data directory, and the next one as soon as the first is gone, however it went.
#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let folder = TempDir::new().unwrap();
    let first = Server::start(folder.path());

    let output =
        accountd(folder.path(), &[], &[("ACCOUNTD_LISTEN", "127.0.0.1:0")]).output().unwrap();
    assert!(refusal(&output).contains("another accountd"));

    drop(first);
    Server::start(folder.path());
}

#[test]
fn a_bad_configuration_is_one_line() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("accountd.toml");
    for (text, part) in [
        ("listen = ", "accountd.toml"),
        ("colour = \"red\"", "colour"),
        ("listen = \"nowhere\"", "listen"),
    ] {
        std::fs::write(&file, text).unwrap();
        let output =
            accountd(folder.path(), &["--config", "accountd.toml", "dev"], &[]).output().unwrap();
        let refusal = refusal(&output);
        assert!(refusal.contains(part), "{refusal}");
    }
    let output = accountd(folder.path(), &[], &[("ACCOUNTD_COLOUR", "red")]).output().unwrap();
    assert!(refusal(&output).to_lowercase().contains("colour"));
}

/// DL-7: `serve` wants a real master secret, and says everything that is missing, a line each.
#[test]
fn serve_refuses_a_missing_or_weak_secret() {
    let folder = TempDir::new().unwrap();
    let database = format!("sqlite://{}/accountd.db", folder.path().display());
    let complete = [
        ("ACCOUNTD_DATABASE__URL", database.as_str()),
        ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
        ("ACCOUNTD_MAIL__URL", "none:"),
        ("ACCOUNTD_LISTEN", "127.0.0.1:0"),
    ];
    let serve = |more: &[(&str, &str)]| {
        accountd(folder.path(), &["serve"], &[&complete, more].concat()).output().unwrap()
    };

    assert!(refusal(&serve(&[])).contains("master_secret"));
    for weak in ["", "short", "changeme", &"x".repeat(64)] {
        let refusal = refusal(&serve(&[("ACCOUNTD_MASTER_SECRET", weak)]));
        assert!(refusal.contains("master_secret") && !refusal.contains("xxxx"), "{refusal}");
    }
    let key = folder.path().join("key");
    std::fs::write(&key, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
        .unwrap();
    std::fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    let readable = serve(&[("ACCOUNTD_MASTER_SECRET_FILE", key.to_str().unwrap())]);
    assert!(refusal(&readable).contains("0600"));
    let nothing = accountd(folder.path(), &["serve"], &[]).output().unwrap();
    let lines = String::from_utf8_lossy(&nothing.stderr).trim().lines().count();
    assert!(!nothing.status.success() && lines >= 3, "{lines}");
}

/// DL-2: in production the log is one JSON object a line, whatever clients send.
#[test]
fn the_log_of_production_is_json() {
    let folder = TempDir::new().unwrap();
    let database = format!("sqlite://{}/accountd.db", folder.path().display());
    let secret = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let mut child = accountd(
        folder.path(),
        &["serve"],
        &[
            ("ACCOUNTD_DATABASE__URL", &database),
            ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
            ("ACCOUNTD_MAIL__URL", "none:"),
            ("ACCOUNTD_LISTEN", "127.0.0.1:0"),
            ("ACCOUNTD_MASTER_SECRET", secret),
        ],
    )
    .spawn()
    .unwrap();

    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut ready = false;
    for line in lines {
        let json: serde_json::Value = serde_json::from_str(&line).expect(&line);
        if json["message"]
            .as_str()
            .is_some_and(|message| message.starts_with("listening on http://"))
        {
            ready = true;
            break;
        }
    }
    let _ = child.kill();
    let _ = child.wait();

    assert!(ready);
}

#[test]
fn the_schema_is_printed() {
    let folder = TempDir::new().unwrap();

    let output = accountd(folder.path(), &["schema"], &[]).output().unwrap();

    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), accountd::schema::sdl().trim());
}
