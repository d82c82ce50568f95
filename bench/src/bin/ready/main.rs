//! How long a server takes to be ready, and how much memory it then has.
//!
//! It starts the server several times and prints one line: the median time from its start to the first 200 of /health/ready, in
//! milliseconds, and its resident memory after some idle seconds, in KiB.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bench::connection::Connection;
use bench::process;
use bench::request::request;
use clap::Parser;
use tokio::process::{Child, Command};
use tokio::time::sleep;

/// How long a server may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Measures how a server starts.
#[derive(Debug, Parser)]
struct Arguments {
    /// How often to start it.
    #[arg(long, default_value_t = 10)]
    times: u32,
    /// A folder that is emptied before each start, so that the database is new.
    #[arg(long)]
    emptied: Option<PathBuf>,
    /// How long the last one is left alone before its memory is read, in seconds.
    #[arg(long, default_value_t = 5)]
    idle: u64,
    /// The command; it gets the address to listen on in `ACCOUNTD_LISTEN`.
    #[arg(trailing_var_arg = true, required = true)]
    command: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut times = Vec::new();
    let mut memory = 0;
    for round in 1..=arguments.times {
        if let Some(folder) = &arguments.emptied {
            fs::remove_dir_all(folder)?;
            fs::create_dir(folder)?;
        }
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let begun = Instant::now();
        let mut server = start(&arguments.command, address)?;
        wait_until_ready(&mut server, address, begun).await?;
        times.push(begun.elapsed());
        if round == arguments.times {
            sleep(Duration::from_secs(arguments.idle)).await;
            memory = process::memory(server.id().context("the server has ended")?)?;
        }
        server.kill().await?;
    }
    times.sort();
    let median = times.get(times.len() / 2).context("no time was taken")?;
    println!("{}\t{memory}", median.as_millis());
    Ok(())
}

fn start(command: &[String], address: SocketAddr) -> anyhow::Result<Child> {
    let (program, arguments) = command.split_first().context("no command")?;
    let mut command = Command::new(program);
    command.args(arguments).env("ACCOUNTD_LISTEN", address.to_string());
    command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    Ok(command.spawn()?)
}

/// Asks each millisecond.
async fn wait_until_ready(
    server: &mut Child,
    address: SocketAddr,
    begun: Instant,
) -> anyhow::Result<()> {
    let request = request(address, "GET /health/ready", &[], "");
    loop {
        if let Ok(mut connection) = Connection::open(address).await
            && connection.ask(&request).await.is_ok_and(|answer| answer.status == 200)
        {
            return Ok(());
        }
        ensure!(server.try_wait()?.is_none(), "the server has ended");
        ensure!(begun.elapsed() < TIMEOUT, "the server is not ready");
        sleep(Duration::from_millis(1)).await;
    }
}
