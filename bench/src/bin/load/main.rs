//! Loads one server with one scenario for a fixed time, checks every answer, and prints how fast they came.
//!
//! It prints one line: the processor time that the server took for one answer in microseconds, answers per second, the median and
//! the 99th percentile of their latency in microseconds, and which share of look-ups the server's caches answered.

mod counters;
mod scenario;
mod work;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use bench::connection::Connection;
use bench::process;
use clap::Parser;
use hdrhistogram::Histogram;
use tokio::task::{JoinSet, yield_now};

use crate::counters::Counters;
use crate::scenario::{Credential, Scenario, Target};
use crate::work::Work;

/// Loads a server and checks its answers.
#[derive(Debug, Parser)]
struct Arguments {
    /// Which of the two servers it is.
    #[arg(long)]
    target: Target,
    /// Where it listens.
    #[arg(long)]
    address: SocketAddr,
    /// What to ask it for.
    #[arg(long)]
    scenario: Scenario,
    /// How sessions are shown.
    #[arg(long, default_value = "token")]
    by: Credential,
    /// How many users of `fill` ask, by chance. The last one given counts.
    #[arg(long, overrides_with = "users")]
    users: u32,
    /// How many sessions each has.
    #[arg(long, default_value_t = 1)]
    sessions: u32,
    /// In how many texts the document comes.
    #[arg(long, default_value_t = 100)]
    texts: u32,
    /// The password of the users.
    #[arg(long)]
    password: String,
    /// The master secret of the server, which signs tokens.
    #[arg(long, env = "ACCOUNTD_MASTER_SECRET", hide_env_values = true)]
    master_secret: String,
    /// Where the page /metrics is, which has hits and misses of caches.
    #[arg(long)]
    metrics: Option<SocketAddr>,
    /// How many connections ask, each as soon as it has its answer.
    #[arg(long, default_value_t = 16)]
    connections: u32,
    /// How long to measure, in seconds.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// How long to run before, unmeasured, in seconds.
    #[arg(long, default_value_t = 2.0)]
    warm_up: f64,
    /// The server's process id, to read its processor time.
    #[arg(long)]
    server: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let work = Arc::new(Work::new(&arguments)?);
    let read_counters = || Counters::read(arguments.metrics);

    run(&arguments, &work, arguments.warm_up).await?;
    let counters = read_counters().await?;
    let (cpu_before, begun) = (process::cpu(arguments.server)?, Instant::now());
    let latencies = run(&arguments, &work, arguments.seconds).await?;
    let cpu = process::cpu(arguments.server)?.saturating_sub(cpu_before);
    let taken = begun.elapsed();
    let hits = read_counters().await?.hits_since(&counters);

    ensure!(!latencies.is_empty(), "the server answered nothing");
    #[expect(clippy::cast_precision_loss, reason = "nobody counts beyond 2^53 answers")]
    let answers = latencies.len() as f64;
    println!(
        "{:.1}\t{:.1}\t{}\t{}\t{hits}",
        cpu.as_secs_f64() * 1e6 / answers,
        answers / taken.as_secs_f64(),
        latencies.value_at_quantile(0.5),
        latencies.value_at_quantile(0.99),
    );
    Ok(())
}

/// Keeps the connections busy for the time, and answers the latencies in microseconds.
async fn run(
    arguments: &Arguments,
    work: &Arc<Work>,
    seconds: f64,
) -> anyhow::Result<Histogram<u32>> {
    let mut opened = Vec::new();
    for _ in 0..arguments.connections {
        opened.push(Connection::open(arguments.address).await?);
    }
    let time = Duration::from_secs_f64(seconds);
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for mut connection in opened {
        let work = Arc::clone(work);
        running.spawn(async move {
            let mut latencies = Histogram::<u32>::new(3)?;
            while begun.elapsed() < time {
                let call = work.next()?;
                let started = Instant::now();
                let answer = connection.ask(&call.request).await?;
                let micros = started.elapsed().as_micros();
                call.check(&answer)?;
                latencies.record(u64::try_from(micros)?.max(1))?;
            }
            anyhow::Ok(latencies)
        });
    }
    // Never asleep: to wake it up would cost the server up to ten microseconds for an answer on a virtual machine, and the
    // slower server more of them.
    let mut awake = JoinSet::new();
    awake.spawn(async {
        loop {
            yield_now().await;
        }
    });
    let mut all = Histogram::new(3)?;
    while let Some(latencies) = running.join_next().await {
        all.add(latencies??)?;
    }
    Ok(all)
}
