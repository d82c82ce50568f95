//! The built program, started as its users start it.

use std::fs::OpenOptions;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

/// A command of the built program.
pub(crate) fn accountd(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accountd"));
    command.current_dir(folder).args(arguments).envs(environment.iter().copied());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A started server, killed at the end of its test.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    /// Starts a server for developers on a free port, and waits until it is ready.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    /// Starts one with more settings, whose log goes to `log.txt` in the folder, too.
    pub(crate) fn start_with(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let mut environment = vec![("ACCOUNTD_LISTEN", "127.0.0.1:0")];
        environment.extend(settings);
        let mut child = accountd(folder, &[], &environment).spawn().unwrap();
        let mut log =
            OpenOptions::new().create(true).append(true).open(folder.join("log.txt")).unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready =
            lines.by_ref().map(Result::unwrap).find(|line| line.contains("listening on http://"));
        let ready = ready.expect("the server says that it is ready");
        let address = ready.split("http://").nth(1).unwrap().trim().to_owned();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                writeln!(log, "{line}").unwrap();
            }
        });
        Self { child, address }
    }
}

impl Server {
    /// The most memory that the server has had so far, in KiB.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Posts a document.
    pub(crate) fn post(&self, session: &str, document: &str) -> serde_json::Value {
        try_post(&self.address, session, document).expect("the server answers")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts a document; nothing comes back from a server that is gone.
pub(crate) fn try_post(address: &str, session: &str, document: &str) -> Option<serde_json::Value> {
    let body = serde_json::json!({"query": document}).to_string();
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    let head = format!(
        "POST /v1/graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         X-Appwrite-Session: {session}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    serde_json::from_str(answer.split("\r\n\r\n").nth(1)?).ok()
}
