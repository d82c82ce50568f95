//! The commands of the quick start, as they are printed there.

use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::Server;

/// Signing up and in, the document's text by JWT, and the recovery all run as printed, but for the port.
#[test]
fn the_commands_of_the_quick_start_run() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("skipped: there is no curl");
        return;
    }
    let folder = TempDir::new().unwrap();
    let server = Server::start(folder.path());
    let root = env!("CARGO_MANIFEST_DIR");
    let page = std::fs::read_to_string(format!("{root}/docs/quick-start.md")).unwrap();
    let (_, page) = page.split_once("\n## The first calls\n").unwrap();
    let (page, _) = page.split_once("\n## GraphiQL\n").unwrap();
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let script = blocks.collect::<String>().replace("localhost:8080", &server.address);

    let mut bash = Command::new("bash");
    let output = bash.args(["-euc", &script]).current_dir(root).env("no_proxy", "*").output();

    let output = String::from_utf8(output.unwrap().stdout).unwrap();
    let data: Vec<Value> = output
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect(line)["data"].clone())
        .collect();
    let [signed_up, account, recovery, recovered, signed_in] = data.as_slice() else {
        panic!("{output}");
    };
    assert!(signed_up["accountCreate"]["_id"].is_string(), "{output}");
    assert_eq!(account["accountGet"]["email"], "ada@example.com", "{output}");
    assert!(recovery["accountCreateRecovery"]["expire"].is_string(), "{output}");
    assert!(recovered["accountUpdateRecovery"]["userId"].is_string(), "{output}");
    let session = &signed_in["accountCreateEmailPasswordSession"];
    assert_eq!(session["provider"], "email", "{output}");
}
