//! The operator's socket: the command line calls the server through it, without a key.
//!
//! Only the user that the server runs as, and root, can connect: by the file's mode, and by the credentials that the
//! system has of a connection's other end.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};
use std::pin::pin;

use anyhow::{Context, bail, ensure};
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::process::geteuid;
use tokio::net::{UnixListener, UnixStream};
use tokio::select;
use tokio::sync::watch;
use tokio::time::sleep;
use tracing::warn;

use super::answer;
use crate::files;
use crate::http::handler::Handler;
use crate::http::server::{FULL_PAUSE, HEAD_BYTES};
use crate::http::timeouts::Timeouts;

/// The socket, removed when it is dropped.
#[derive(Debug)]
pub struct OperatorSocket {
    listener: UnixListener,
    path: PathBuf,
    /// The file's device and inode: another server may have put its own in place.
    identity: (u64, u64),
}

impl OperatorSocket {
    /// Opens the socket at `path`, in place of one that a server has left behind.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let name = || format!("the socket {} can't be opened", path.display());
        files::create_folder_of(path)?;
        check_free(path)?;
        // Renamed when it is ready, so that the path always leads to a private socket.
        let new = files::with_suffix(path, ".new");
        let _ = fs::remove_file(&new);
        let listener = UnixListener::bind(&new).with_context(name)?;
        fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).with_context(name)?;
        let metadata = fs::symlink_metadata(&new).with_context(name)?;
        fs::rename(&new, path).with_context(name)?;
        let identity = (metadata.dev(), metadata.ino());
        Ok(Self { listener, path: path.to_owned(), identity })
    }

    /// Serves by `handler` until `stop`, then finishes running requests.
    pub async fn serve(self, handler: Handler, timeouts: Timeouts, stop: impl Future<Output = ()>) {
        // Each connection holds a receiver while it is open.
        let (stopping, open) = watch::channel(());
        let mut stop = pin!(stop);
        loop {
            select! {
                stream = self.accept() => {
                    tokio::spawn(serve_connection(stream, handler.clone(), timeouts, open.clone()));
                }
                () = &mut stop => break,
            }
        }
        drop((self, open));
        stopping.send_replace(());
        stopping.closed().await;
    }

    /// Accepts the next connection of the operator. Others are closed.
    async fn accept(&self) -> UnixStream {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => match peer_user(&stream) {
                    Ok(user) if user == 0 || user == geteuid().as_raw() => return stream,
                    Ok(user) => warn!(user, "another user was turned away from the socket"),
                    Err(error) => warn!("the other end of the socket is unknown: {error}"),
                },
                Err(error) => {
                    warn!("no connection to the socket can be accepted: {error}");
                    sleep(FULL_PAUSE).await;
                }
            }
        }
    }
}

impl Drop for OperatorSocket {
    fn drop(&mut self) {
        let found = fs::symlink_metadata(&self.path);
        if found.is_ok_and(|found| (found.dev(), found.ino()) == self.identity) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Connects to a server's socket; none if no server listens.
pub async fn connect(path: &Path) -> anyhow::Result<Option<UnixStream>> {
    match UnixStream::connect(path).await {
        Ok(stream) => {
            let server = peer_user(&stream)?;
            let (own, folder) = (geteuid().as_raw(), path.parent().map(Path::metadata));
            let is_owner = folder.is_some_and(|it| it.is_ok_and(|it| it.uid() == server));
            // Otherwise another user could listen there, and read passwords.
            ensure!(
                server == own || server == 0 || (own == 0 && is_owner),
                "the server at {} runs as another user (id {server}), who doesn't own the folder: run the command as \
                 that user",
                path.display()
            );
            Ok(Some(stream))
        }
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Ok(None),
            io::ErrorKind::PermissionDenied => bail!(
                "{} is accessible to the server's user only: run the command as that user, or as root",
                path.display()
            ),
            _ => Err(error).with_context(|| format!("{} can't be connected to", path.display())),
        },
    }
}

/// The id of the user at the other end of a connection.
fn peer_user(stream: &UnixStream) -> io::Result<u32> {
    Ok(stream.peer_cred()?.uid())
}

/// Fails if a server uses the path, or if something else than a socket is there.
fn check_free(path: &Path) -> anyhow::Result<()> {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(()) };
    ensure!(
        metadata.file_type().is_socket(),
        "{} is in the way of the operator's socket",
        path.display()
    );
    let is_served = StdUnixStream::connect(path).is_ok();
    ensure!(!is_served, "another accountd uses the socket {}", path.display());
    Ok(())
}

/// Serves a connection until one side closes it, or until the current request is answered when the server stops.
async fn serve_connection(
    stream: UnixStream,
    handler: Handler,
    timeouts: Timeouts,
    mut stopping: watch::Receiver<()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(timeouts.idle).max_buf_size(HEAD_BYTES);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let handler = handler.clone();
        async move { io::Result::Ok(answer(&handler, request.map(Body::new)).await) }
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    // Errors of a connection are the client's.
    select! {
        _ = connection.as_mut() => return,
        _ = stopping.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn the_socket_is_private_and_goes_with_the_server() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run/accountd.sock");

        let socket = OperatorSocket::open(&path).unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        let error = OperatorSocket::open(&path).unwrap_err().to_string();
        assert!(error.contains("another accountd"), "{error}");

        drop(socket);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_socket_that_was_left_behind_is_replaced_and_a_file_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accountd.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists());

        let first = OperatorSocket::open(&path).unwrap();
        // As after a crash of the first server and a start of the second.
        fs::remove_file(&path).unwrap();
        let _second = OperatorSocket::open(&path).unwrap();
        drop(first);
        assert!(path.exists());

        let file = folder.path().join("file");
        fs::write(&file, "notes").unwrap();
        assert!(OperatorSocket::open(&file).unwrap_err().to_string().contains("in the way"));
        assert_eq!(fs::read_to_string(&file).unwrap(), "notes");
    }
}
