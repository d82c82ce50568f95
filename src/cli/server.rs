//! Runs the server from binding its port to its last answer.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::time::Duration;
use std::{env, io};

use anyhow::{Context, bail};
use tokio::net::{TcpListener, TcpSocket};
use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep;
use tracing::{info, warn};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::MakeWriterExt;

use super::{dev, open_files, warnings};
use crate::account::cleanup;
use crate::account::events::poller;
use crate::config::Config;
use crate::config::dev::local_url;
use crate::outbox::worker;
use crate::request_log::ACCESS_LOG;
use crate::{App, dev_provider, http};

/// How many connections may wait to be taken over; the system may allow fewer. With the usual 128, a
/// few hundred clients that come at once see their connections reset.
const BACKLOG: u32 = 4096;

/// How long requests in flight and messages under way may take to end.
const GRACE: Duration = Duration::from_secs(30);

/// The exit code after an I/O error of SQLite: `EX_IOERR` of sysexits.
const DISK_FAILURE_EXIT_CODE: i32 = 74;

/// Why the server ended before its requests did.
const STOPPED_AT_ONCE: &str = "stopped at once by a second signal";

/// What is logged unless `RUST_LOG` says otherwise.
const LEVELS: &str = "info,sea_orm_migration=warn,sqlx=warn";

/// How often expired secrets are cleared away: what is gone, no clock that is set back revives.
const SECRETS_INTERVAL: Duration = Duration::from_mins(1);
/// After how many times old rate limits and messages are cleared away, too.
const PURGE_INTERVAL: usize = 10;

/// How often SQLite's logs are moved into its files.
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(1);

/// Serves until it is told to stop.
pub(super) async fn run(mut config: Config) -> anyhow::Result<()> {
    let is_dev = config.is_dev();
    let _access_log = start_logging(is_dev)?;
    open_files::raise_limit();
    let mut signals = Signals::listen()?;
    // Before the database is touched: most second starts end here.
    let at = config.listen;
    let listener = listen(at).with_context(|| format!("can't listen on {at}"))?;
    let address = listener.local_addr()?;
    if is_dev {
        dev_provider::configure(&mut config, address)?;
    }
    let app = select! {
        started = App::start(config) => started?,
        // What a migration has not finished is finished by the next start.
        () = signals.next() => return Ok(()),
    };
    tokio::spawn(end_on_disk_failure(app.clone()));
    let purge = tokio::spawn(purge(app.clone()));
    let checkpoint = tokio::spawn(checkpoint(app.clone()));
    if app.db.is_shared() {
        tokio::spawn(poller::run(app.clone()));
    }
    let worker = tokio::spawn(worker::run(app.clone()));
    let router = http::router(app.clone())?;
    let patience = http::Patience::new(&app.config.limits);
    let server = http::serve(listener, router, patience, app.until_stopping());
    for warning in warnings(&app.config)? {
        warn!("{warning}");
    }
    if is_dev {
        info!("listening on {}", local_url(address));
        dev::announce(&app.config, address)?;
    } else {
        info!("listening on http://{address}");
    }
    if let Some(issuer) = &app.config.dev_provider {
        info!("the provider `dev`, which signs in anybody with one click: {issuer}");
    }
    let until_done = async {
        server.await;
        // What it doesn't get done stays in the outbox.
        let _ = worker.await;
    };
    select! {
        // It ends only after a stop.
        () = until_done => {}
        stopped = stop(&app, &mut signals) => stopped?,
    }
    // Or two generations would begin at once.
    for task in [purge, checkpoint] {
        task.abort();
        let _ = task.await;
    }
    app.close().await;
    Ok(())
}

/// Waits for a signal, lets the server drain, then stops it. Returns when it must not go on any longer.
async fn stop(app: &App, signals: &mut Signals) -> anyhow::Result<()> {
    signals.next().await;
    let drain = Duration::from_secs(app.config.drain_seconds.into());
    app.drain();
    if !drain.is_zero() {
        info!("not ready any more; the port stays open for {drain:?}");
    }
    select! {
        () = sleep(drain) => {}
        () = signals.next() => bail!(STOPPED_AT_ONCE),
    }
    info!("stopping; requests in flight may end");
    app.stop();
    select! {
        () = sleep(GRACE) => {}
        () = signals.next() => bail!(STOPPED_AT_ONCE),
    }
    warn!(
        "after {GRACE:?} requests still in flight are cut off; messages under way will be sent again"
    );
    Ok(())
}

/// Opens the port.
fn listen(at: SocketAddr) -> io::Result<TcpListener> {
    let socket = if at.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Or a server that just ended keeps its successor from the port.
    socket.set_reuseaddr(true)?;
    socket.bind(at)?;
    socket.listen(BACKLOG)
}

/// Ends the process at the first I/O error of SQLite, a failed fsync among them: nobody knows what the disk holds, and a second
/// try may succeed without having written anything (DU-4).
async fn end_on_disk_failure(app: App) {
    let error = app.db.disk_failure().occurred().await;
    eprintln!("accountd: the disk has failed: {error}");
    std::process::exit(DISK_FAILURE_EXIT_CODE);
}

/// Clears away, now and then, what no longer counts.
async fn purge(app: App) {
    for round in 0_usize.. {
        // A clock that is set ahead for a while clears nothing away.
        let now = app.clock.steady();
        cleanup::purge_tokens(&app, now).await;
        sleep(SECRETS_INTERVAL).await;
        if !round.is_multiple_of(PURGE_INTERVAL) {
            continue;
        }
        cleanup::purge(&app, now).await;
        if let Err(error) = app.advance_generation().await {
            warn!("a generation of the database could not begin: {error:#}");
        }
    }
}

/// Moves what was committed from SQLite's logs into its files, now and then. SQLite would do so within a commit, and ignore
/// the errors of the disk that it meets (DU-4).
async fn checkpoint(app: App) {
    loop {
        sleep(CHECKPOINT_INTERVAL).await;
        for moved in [app.db.checkpoint().await, app.limiter.checkpoint().await] {
            if let Err(error) = moved {
                warn!("the log of the database could not be moved into its file: {error:#}");
            }
        }
    }
}

/// What asks the server to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { terminate, interrupt })
    }

    async fn next(&mut self) {
        select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Logs to the standard output: for people in dev, one JSON object a line in production. The lines about requests are written by a
/// thread, until what is answered is dropped: a reader of the log that stands still must not hold up requests. If 128,000 of
/// them wait, further ones are lost.
fn start_logging(is_dev: bool) -> anyhow::Result<WorkerGuard> {
    let levels = env::var(EnvFilter::DEFAULT_ENV).unwrap_or_else(|_| LEVELS.to_owned());
    let filter = EnvFilter::try_new(levels)
        .context("RUST_LOG is neither a level nor a list such as warn,accountd=debug")?;
    let (access_log, writing) = tracing_appender::non_blocking(io::stdout());
    let writer = access_log.with_filter(|line| line.target() == ACCESS_LOG).or_else(io::stdout);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    if is_dev {
        log.with_target(false).with_ansi(io::stdout().is_terminal()).init();
    } else {
        log.json().flatten_event(true).with_current_span(false).init();
    }
    Ok(writing)
}
