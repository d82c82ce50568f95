//! How much memory an idle subscription takes.
//!
//! It opens subscriptions to `accountEvents`, each of a user of its own from a network of its own, leaves them alone for a while,
//! and makes sure that none has ended. It prints one line: how many they were, the server's memory for each in KiB, and the share
//! of a processor that all of them took while idle, in percent.

mod subscription;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, ensure};
use bench::clock::Time;
use bench::jwt::Jwt;
use bench::process;
use bench::user::User;
use clap::Parser;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::subscription::{Subscription, Transport};

/// Descriptors that both processes need besides.
const SPARE: u32 = 200;
/// How many are opened and closed before the memory is read, so that what is made once doesn't count.
const WARM_UP: u32 = 200;

/// Measures idle subscriptions. The server must trust 127.0.0.1 as a proxy.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where accountd listens.
    #[arg(long)]
    address: SocketAddr,
    /// How subscriptions are opened.
    #[arg(long)]
    transport: Transport,
    /// How many; fewer where descriptors don't allow as many. There must be as many users.
    #[arg(long, default_value_t = 10_000)]
    count: u32,
    /// How long they are left alone, in seconds, before and while processor time is taken.
    #[arg(long, default_value_t = 5)]
    idle: u32,
    /// The master secret of the server, which signs tokens.
    #[arg(long, env = "ACCOUNTD_MASTER_SECRET", hide_env_values = true)]
    master_secret: String,
    /// The server's process id, to read its memory.
    #[arg(long)]
    server: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let files =
        process::open_files(arguments.server)?.min(process::open_files(std::process::id())?);
    let count = arguments.count.min(files.saturating_sub(SPARE));
    ensure!(count > 0, "too few files may be open at once");
    let idle = Duration::from_secs(arguments.idle.into());

    drop(open(&arguments, count.min(WARM_UP)).await?);
    sleep(idle).await;
    let before = process::memory(arguments.server)?;
    let mut subscriptions = open(&arguments, count).await?;
    sleep(idle).await;
    let after = process::memory(arguments.server)?;
    let cpu_before = process::cpu(arguments.server)?;
    sleep(idle).await;
    let cpu = process::cpu(arguments.server)?.saturating_sub(cpu_before);
    if let Some(ended) = subscriptions.try_join_next() {
        match ended?.context("a subscription has ended")? {}
    }
    println!(
        "{count}\t{:.1}\t{:.1}",
        f64::from(after.saturating_sub(before)) / f64::from(count),
        cpu.as_secs_f64() * 100.0 / idle.as_secs_f64(),
    );
    Ok(())
}

/// Opens so many subscriptions, one after the other, and keeps them open.
async fn open(
    arguments: &Arguments,
    count: u32,
) -> anyhow::Result<JoinSet<anyhow::Result<Infallible>>> {
    let jwt = Jwt::new(&arguments.master_secret)?;
    let made = Time::now();
    let mut subscriptions = JoinSet::new();
    for number in 0..count {
        let token = User(number).token(&jwt, made);
        let [_, high, middle, low] = number.to_be_bytes();
        let network = format!("10.{high}.{middle}.{low}");
        let opened =
            Subscription::open(arguments.address, arguments.transport, &token, &network).await;
        subscriptions.spawn(opened.with_context(|| format!("subscription {number}"))?.keep_open());
    }
    Ok(subscriptions)
}
