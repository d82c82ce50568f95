//! Runs the server, from binding its port to its last response.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::future::{OptionFuture, join3};
use tokio::net::{TcpListener, TcpSocket};
use tokio::select;
use tokio::time::sleep;
use tracing::{info, warn};

#[cfg(unix)]
use super::open_files;
use super::output::note;
use super::reload::Reload;
use super::running::Running;
use super::signals::Signals;
use super::{dev, logging, warnings};
use crate::account::events::poller;
use crate::account::passkeys::relying_party::warn_of_orphans;
use crate::config::Config;
use crate::config::dev::local_url;
use crate::http::Handler;
use crate::http::operator::socket::OperatorSocket;
use crate::{App, dev_provider, http};

/// The backlog of the listening socket; the system may allow less. With the usual 128, hundreds of clients
/// that connect at once get connection resets.
const BACKLOG: u32 = 4096;

/// How long running requests and messages have to finish.
const GRACE: Duration = Duration::from_secs(30);

/// The exit code after an I/O error of SQLite: `EX_IOERR` of sysexits.
const DISK_FAILURE_EXIT_CODE: i32 = 74;

/// The reason for cutting requests off.
const STOPPED_AT_ONCE: &str = "stopped at once by a second signal";

/// How often SQLite's WAL is checkpointed.
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(1);

/// Serves until it is stopped. Settings are taken over by `reload`, if there is one.
pub(super) async fn run(mut config: Config, reload: Option<Reload>) -> anyhow::Result<()> {
    let is_dev = config.is_dev();
    let _access_log = logging::start(is_dev)?;
    #[cfg(unix)]
    open_files::raise_limit();
    let mut signals = Signals::listen()?;
    // Before the database is opened: most accidental second starts fail here.
    let open = |at| listen(at).with_context(|| format!("can't listen on {at}"));
    let listener = open(config.listen)?;
    let metrics = config.metrics.listen.map(open).transpose()?;
    let address = listener.local_addr()?;
    if is_dev {
        dev_provider::configure(&mut config, address)?;
    }
    let app = select! {
        started = App::start(config) => started?,
        // An interrupted migration is finished by the next start.
        () = signals.next() => return Ok(()),
    };
    Box::pin(serve(app, (listener, metrics), signals, reload)).await
}

/// Serves at the ports until a signal stops it.
async fn serve(
    app: App,
    (listener, metrics): (TcpListener, Option<TcpListener>),
    mut signals: Signals,
    reload: Option<Reload>,
) -> anyhow::Result<()> {
    tokio::spawn(end_on_disk_failure(app.clone()));
    let checkpoint = tokio::spawn(checkpoint(app.clone()));
    if app.db.is_shared() {
        tokio::spawn(poller::run(app.clone()));
    }
    let handler = http::handler(app.clone())?;
    let running = Arc::new(Running::start(app.clone()));
    if let Some(reload) = reload {
        tokio::spawn(reload.run(Arc::clone(&running), handler.clone()));
    }
    let timeouts = http::Timeouts::new(&app.config.limits);
    let address = listener.local_addr()?;
    let socket = open_socket(&app.config);
    let operator = serve_operator(socket, handler.clone(), timeouts, app.until_stopping());
    let metrics_address = metrics.as_ref().map(TcpListener::local_addr).transpose()?;
    let metrics = metrics.map(|listener| {
        http::serve(listener, handler.of_metrics(), timeouts, app.until_stopping())
    });
    let server = http::serve(listener, handler, timeouts, app.until_stopping());
    announce(&app, address, metrics_address).await?;
    let until_done = async {
        join3(server, operator, OptionFuture::from(metrics)).await;
        // Unsent messages stay in the outbox.
        running.finish().await;
    };
    select! {
        // The workers end only when the server stops.
        () = until_done => {}
        stopped = stop(&app, &mut signals) => stopped?,
    }
    // Otherwise two generations would begin at once.
    running.stop_periodic().await;
    checkpoint.abort();
    let _ = checkpoint.await;
    app.close().await;
    Ok(())
}

/// Logs what is probably unintended, and where the server listens.
async fn announce(
    app: &App,
    address: SocketAddr,
    metrics: Option<SocketAddr>,
) -> anyhow::Result<()> {
    for warning in warnings(&app.config)? {
        warn!("{warning}");
    }
    if let Err(error) = warn_of_orphans(app).await {
        warn!("the passkeys of another domain could not be looked for: {error:#}");
    }
    if let Some(address) = metrics {
        info!("metrics: http://{address}/metrics");
    }
    if app.config.is_dev() {
        info!("listening on {}", local_url(address));
        dev::announce(&app.config, address)?;
    } else {
        info!("listening on http://{address}");
    }
    if let Some(issuer) = &app.config.dev_provider {
        info!("the provider `dev`, which signs in as any user with one click: {issuer}");
    }
    Ok(())
}

/// Waits for a signal, drains, then stops the server. Returns if it must be cut off.
async fn stop(app: &App, signals: &mut Signals) -> anyhow::Result<()> {
    signals.next().await;
    let drain = Duration::from_secs(app.config.drain_seconds.into());
    app.drain();
    if !drain.is_zero() {
        info!("draining: not ready any more, the port stays open for {drain:?}");
    }
    select! {
        () = sleep(drain) => {}
        () = signals.next() => bail!(STOPPED_AT_ONCE),
    }
    info!("stopping; running requests may finish");
    app.stop();
    select! {
        () = sleep(GRACE) => {}
        () = signals.next() => bail!(STOPPED_AT_ONCE),
    }
    warn!("after {GRACE:?}, running requests are cut off; messages being sent will be sent again");
    Ok(())
}

/// Opens the socket of the command line. A server without it is only harder to operate.
fn open_socket(config: &Config) -> Option<OperatorSocket> {
    let path = config.socket()?;
    let opened = OperatorSocket::open(&path);
    opened.inspect_err(|error| warn!("`accountd user` can't reach this server: {error:#}")).ok()
}

/// Serves the command line, if there is a socket.
async fn serve_operator(
    socket: Option<OperatorSocket>,
    handler: Handler,
    timeouts: http::Timeouts,
    stop: impl Future<Output = ()>,
) {
    if let Some(socket) = socket {
        socket.serve(handler, timeouts, stop).await;
    }
}

/// Opens the port.
fn listen(at: SocketAddr) -> io::Result<TcpListener> {
    let socket = if at.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Otherwise the port of a server that has just ended can't be opened.
    socket.set_reuseaddr(true)?;
    socket.bind(at)?;
    socket.listen(BACKLOG)
}

/// Ends the process at the first I/O error of SQLite, including a failed fsync: the state of the disk is
/// unknown, and a retry may succeed without having written anything (DU-4).
async fn end_on_disk_failure(app: App) {
    let error = app.db.disk_failure().occurred().await;
    note(format_args!("accountd: the disk has failed: {error}"));
    std::process::exit(DISK_FAILURE_EXIT_CODE);
}

/// Checkpoints SQLite's WAL periodically. SQLite would do so within a commit, and ignore errors of the disk
/// (DU-4).
async fn checkpoint(app: App) {
    loop {
        sleep(CHECKPOINT_INTERVAL).await;
        for moved in [app.db.checkpoint().await, app.limiter.checkpoint().await] {
            if let Err(error) = moved {
                warn!("the WAL of the database could not be checkpointed: {error:#}");
            }
        }
    }
}
