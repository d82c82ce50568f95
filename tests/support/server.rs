//! The built program, started as its users start it.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::database;

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
    /// Records the server's log.
    scribe: Option<JoinHandle<()>>,
    pub(crate) address: String,
}

/// A master secret that is valid in production.
pub(crate) const MASTER_SECRET: &str =
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

impl Server {
    /// Starts a server for developers on a free port, and waits until it is ready.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    /// Starts one with more settings, whose log goes to `log.txt` in the folder, too.
    pub(crate) fn start_with(folder: &Path, settings: &[(&str, &str)]) -> Self {
        Self::run(folder, "dev", settings)
    }

    /// Starts one as in production, always on the same data.
    pub(crate) fn serve(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let database = format!("sqlite://{}/accountd.db", folder.display());
        let needed = [
            ("ACCOUNTD_DATABASE__URL", database.as_str()),
            ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
            ("ACCOUNTD_MAIL__URL", "none:"),
            ("ACCOUNTD_MASTER_SECRET", MASTER_SECRET),
        ];
        Self::run(folder, "serve", &[&needed[..], settings].concat())
    }

    /// Starts one on the stores of the tests: PostgreSQL and Redis if there are any, otherwise SQLite.
    pub(crate) fn start_on_stores(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let stores = stores(folder);
        let stores: Vec<_> = stores.iter().map(|(name, url)| (*name, url.as_str())).collect();
        Self::run(folder, "dev", &[&stores[..], settings].concat())
    }

    fn run(folder: &Path, command: &str, settings: &[(&str, &str)]) -> Self {
        Self::start_as(folder, &[command], settings)
    }

    /// Starts one by a command line of the test's own.
    pub(crate) fn start_as(folder: &Path, command: &[&str], settings: &[(&str, &str)]) -> Self {
        let mut environment = vec![("ACCOUNTD_LISTEN", "127.0.0.1:0")];
        environment.extend(settings);
        let mut log =
            OpenOptions::new().create(true).append(true).open(folder.join("log.txt")).unwrap();
        let mut command = accountd(folder, command, &environment);
        let mut child = command.stderr(log.try_clone().unwrap()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut ready = None;
        for line in lines.by_ref().map(Result::unwrap) {
            writeln!(log, "{line}").unwrap();
            if let Some((_, address)) = line.split_once("listening on http://") {
                let address = address.split('"').next().unwrap().trim();
                ready = Some(address.replace("localhost", "127.0.0.1"));
                break;
            }
        }
        let address = ready.expect("the server says that it is ready");
        let scribe = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                writeln!(log, "{line}").unwrap();
            }
        });
        Self { child, scribe: Some(scribe), address }
    }
}

impl Server {
    /// The most memory that the server has had so far, in KiB.
    pub(crate) fn peak_memory(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// The memory that the server has now, without its files, in KiB.
    pub(crate) fn memory(&self) -> u64 {
        self.status("RssAnon:")
    }

    fn status(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Sends SIGHUP.
    pub(crate) fn hang_up(&self) {
        kill_process(Pid::from_child(&self.child), Signal::HUP).unwrap();
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
    }

    /// Waits until the server has ended, for at most `time_limit`.
    pub(crate) fn ended_within(&mut self, time_limit: Duration) -> ExitStatus {
        let started = Instant::now();
        while started.elapsed() < time_limit {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server still runs after {time_limit:?}");
    }

    /// Stops the server as systemd does, and waits.
    pub(crate) fn stop(mut self) {
        self.terminate();
        assert!(self.child.wait().unwrap().success());
    }

    /// Posts a document with a header of credentials.
    pub(crate) fn post_as(&self, header: &str, document: &str) -> Value {
        post(&self.address, header, document).expect("the server answers")
    }

    /// Posts a document.
    pub(crate) fn post(&self, session: &str, document: &str) -> Value {
        try_post(&self.address, session, document).expect("the server answers")
    }

    /// Posts a document, and returns the value of its only root field.
    pub(crate) fn field(&self, session: &str, document: &str) -> Value {
        let mut answer = self.post(session, document);
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].as_object_mut().unwrap().values_mut().next().unwrap().take()
    }

    /// The contents of the newest message to an address.
    pub(crate) fn newest(&self, to: &str) -> Value {
        let document =
            format!("{{ devInbox(to: \"{to}\", waitMs: 5000) {{ userId secret code link }} }}");
        self.field("", &document)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = self.scribe.take().map(JoinHandle::join);
    }
}

/// The settings of a server on the stores that the tests are run with, the same ones for each server of a folder.
pub(crate) fn stores(folder: &Path) -> Vec<(&'static str, String)> {
    let Some(server) = database::server() else { return Vec::new() };
    let file = folder.join("database");
    let url = std::fs::read_to_string(&file).unwrap_or_else(|_| {
        let url = Runtime::new().unwrap().block_on(database::empty(&server, folder));
        std::fs::write(&file, &url).unwrap();
        url
    });
    let redis = std::env::var("TEST_REDIS_URL").ok();
    let redis = redis.map(|url| ("ACCOUNTD_REDIS__URL", url));
    [
        ("ACCOUNTD_DATABASE__URL", url),
        ("ACCOUNTD_DATABASE__ALLOW_DATA_LOSS", "true".to_owned()),
        ("ACCOUNTD_REDIS__PATIENCE_MS", "10000".to_owned()),
    ]
    .into_iter()
    .chain(redis)
    .collect()
}

/// Posts a document; returns none if the server is gone.
pub(crate) fn try_post(address: &str, session: &str, document: &str) -> Option<Value> {
    post(address, &format!("X-Appwrite-Session: {session}"), document)
}

fn post(address: &str, header: &str, document: &str) -> Option<Value> {
    let body = json!({"query": document}).to_string();
    let head = format!(
        "POST /v1/graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         {header}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let answer = exchange(address, &(head + &body))?;
    serde_json::from_str(answer.split("\r\n\r\n").nth(1)?).ok()
}

/// Sends bytes, and returns everything received until the other end closes.
pub(crate) fn exchange(address: &str, request: &str) -> Option<String> {
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}
