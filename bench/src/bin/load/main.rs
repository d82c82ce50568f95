//! Loads one server with one scenario for a fixed time, checks every answer, and tells how fast they came.
//!
//! It prints one line: answers per second, the median and the 99th percentile of their latency in
//! microseconds, and the processor time that the server took for one answer in microseconds.

mod connection;
mod cpu;
mod scenario;
mod target;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::Parser;
use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::connection::Connection;
use crate::scenario::{Scenario, Work};
use crate::target::Target;

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
    /// The address of the user; `accountd` gets a user of that address.
    #[arg(long, default_value = "ada@example.com")]
    email: String,
    /// The password of the user.
    #[arg(long)]
    password: String,
    /// How many connections ask, each as soon as it has its answer.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// How long to measure, in seconds.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// How long to run before, unmeasured, in seconds.
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// The server's process id, to read its processor time.
    #[arg(long)]
    server: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let user = target::User { email: arguments.email, password: arguments.password };
    let work =
        target::set_up(arguments.target, arguments.address, arguments.scenario, user).await?;
    let work = Arc::new(work);

    let warm_up = Duration::from_secs_f64(arguments.warm_up);
    run(arguments.address, &work, arguments.connections, warm_up).await?;
    let time = Duration::from_secs_f64(arguments.seconds);
    let (cpu_before, begun) = (cpu::used(arguments.server)?, Instant::now());
    let latencies = run(arguments.address, &work, arguments.connections, time).await?;
    let (taken, cpu) = (begun.elapsed(), cpu::used(arguments.server)?.saturating_sub(cpu_before));

    ensure!(!latencies.is_empty(), "the server answered nothing");
    #[expect(clippy::cast_precision_loss, reason = "nobody counts beyond 2^53 answers")]
    let answers = latencies.len() as f64;
    println!(
        "{:.1}\t{}\t{}\t{:.1}",
        answers / taken.as_secs_f64(),
        latencies.value_at_quantile(0.5),
        latencies.value_at_quantile(0.99),
        cpu.as_secs_f64() * 1e6 / answers,
    );
    Ok(())
}

/// Keeps `connections` busy for the time, and answers the latencies in microseconds.
async fn run(
    address: SocketAddr,
    work: &Arc<Work>,
    connections: usize,
    time: Duration,
) -> anyhow::Result<Histogram<u32>> {
    let mut running = JoinSet::new();
    let mut opened = Vec::with_capacity(connections);
    for _ in 0..connections {
        opened.push(Connection::open(address).await?);
    }
    let begun = Instant::now();
    for (number, mut connection) in opened.into_iter().enumerate() {
        let work = Arc::clone(work);
        running.spawn(async move {
            let mut latencies = Histogram::<u32>::new(3)?;
            let mut asked = Instant::now();
            while begun.elapsed() < time {
                let (request, expected) = work.next(number);
                let answer = connection.ask(&request).await?;
                work.check(&answer, &expected)?;
                let answered = Instant::now();
                let micros = answered.duration_since(asked).as_micros();
                latencies.record(u64::try_from(micros)?.max(1))?;
                asked = answered;
            }
            anyhow::Ok(latencies)
        });
    }
    let mut all = Histogram::new(3)?;
    while let Some(latencies) = running.join_next().await {
        all.add(latencies??)?;
    }
    Ok(all)
}
