//! The socket of the command line: whose it is, and how long it is there.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::process::{Command, Output};

use rustix::process::geteuid;

use super::{DataFolder, error_of, exists, words};
use crate::support::{Server, exchange};

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// C-51: the socket is there as long as the server runs, for its user alone. One that a killed server leaves is replaced.
#[test]
fn the_socket_is_the_owners_and_goes_with_the_server() {
    let mut data = DataFolder::new();
    let socket = data.path("run/accountd.sock");
    data.settings.push(("ACCOUNTD_SOCKET", socket.to_str().unwrap().to_owned()));

    let server = data.start();
    assert_eq!((mode(&socket), mode(socket.parent().unwrap())), (0o600, 0o700));
    data.printed("user create --id ada");
    drop(server);
    assert!(exists(&socket), "a killed server leaves its socket");
    assert_eq!(words(&data.printed("user list"), "ada")[0], "ada");

    let server = data.start();
    assert_eq!(words(&data.printed("user list"), "ada")[0], "ada");
    server.stop();
    assert!(!exists(&socket));
}

/// Nothing in a request makes it the operator's, except the way it comes.
#[test]
fn no_header_makes_an_operator() {
    let data = DataFolder::new();
    let server = data.start();
    let body = r#"{"documentId":"usersList"}"#;
    let request = |headers: &str| {
        format!(
            "POST /v1/graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        )
    };

    for headers in
        ["", "X-Operator: 1\r\n", "X-Appwrite-Mode: admin\r\n", "X-Forwarded-For: 127.0.0.1\r\n"]
    {
        let answer = exchange(&server.address, &request(headers)).unwrap();
        assert!(answer.contains("errors") && !answer.contains("\"total\""), "{answer}");
    }

    if exists(&data.socket()) {
        let mut stream = UnixStream::connect(data.socket()).unwrap();
        stream.write_all(request("").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains("\"total\":0"), "{answer}");
    }
}

/// Runs a command as the user `nobody`; none if this test may not.
fn as_nobody(data: &DataFolder, arguments: &[&str]) -> Option<Output> {
    if !geteuid().is_root() {
        eprintln!("not root: the test with another user is left out");
        return None;
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).args(arguments);
    command.envs(data.settings()).current_dir("/");
    command.output().ok()
}

/// C-51: another user of the machine can't connect, and if the file's mode let him, the server would turn him away.
#[test]
fn another_user_is_turned_away() {
    let data = DataFolder::new();
    let run = data.path("run");
    fs::create_dir(&run).unwrap();
    // A folder that everyone can enter.
    for folder in [data.folder.path(), &run] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let socket = run.join("accountd.sock");
    let settings =
        [&data.settings()[..], &[("ACCOUNTD_SOCKET", socket.to_str().unwrap())]].concat();
    let server = Server::start_with(data.folder.path(), &settings);
    let ask = "import socket,sys\ns=socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\n\
               s.sendall(b'GET /health/live HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n')\nprint(s.recv(100))";
    let ask = ["/usr/bin/python3", "-c", ask, socket.to_str().unwrap()];
    let Some(refused) = as_nobody(&data, &ask) else { return };

    assert!(String::from_utf8_lossy(&refused.stderr).contains("PermissionError"), "{refused:?}");
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o666)).unwrap();
    let turned_away = as_nobody(&data, &ask).unwrap();
    let printed = String::from_utf8_lossy(&turned_away.stdout).into_owned();
    assert!(!printed.contains("HTTP/1.1"), "{turned_away:?}");
    drop(server);
    let log = fs::read_to_string(data.path("log.txt")).unwrap();
    assert!(log.contains("another user was turned away"), "{log}");
}

/// A socket that another user has put in place gets no password.
#[test]
fn a_foreign_server_gets_no_secret() {
    let data = DataFolder::new();
    let folder = data.path("data");
    fs::create_dir(&folder).unwrap();
    for folder in [data.folder.path(), &folder] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
    }
    let listen = "import socket,sys,time\ns=socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[1])\ns.listen()\n\
                  print('ready',flush=True)\ntime.sleep(20)";
    if !geteuid().is_root() {
        eprintln!("not root: the test with another user is left out");
        return;
    }
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "/usr/bin/python3",
        "-c",
        listen,
    ]);
    command.arg(data.socket()).stdout(std::process::Stdio::piped());
    let Ok(mut child) = command.spawn() else { return };
    // Kept open: the program ends when it can't write.
    let mut printed = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    printed.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");

    let socket = data.socket();
    let settings =
        [&data.settings()[..], &[("ACCOUNTD_SOCKET", socket.to_str().unwrap())]].concat();
    let output =
        crate::support::accountd(data.folder.path(), &["user", "list", "--dev"], &settings)
            .output();

    let message = error_of(&output.unwrap());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(message.contains("runs as another user (id 65534)"), "{message}");
}
