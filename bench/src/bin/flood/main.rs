//! How long readers wait while many sign in.
//!
//! One reader asks for its user again and again, first alone, then while sign-ins come at a fixed rate, whether or not the ones
//! before are answered. It prints one line: the reader's median and 99th percentile alone, then those in the flood, in
//! microseconds, and how many sign-ins a second were answered with a session, and how many were refused.

mod sign_ins;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::ensure;
use bench::clock::Time;
use bench::connection::Connection;
use bench::jwt::Jwt;
use bench::request::{by_token, request};
use bench::user::User;
use clap::Parser;
use hdrhistogram::Histogram;
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

/// Measures a reader in a flood of sign-ins.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// Where accountd listens.
    #[arg(long)]
    address: SocketAddr,
    /// How many users of `fill` sign in, one after the other.
    #[arg(long)]
    users: u32,
    /// The password of the users.
    #[arg(long)]
    password: String,
    /// The master secret of the server, which signs tokens.
    #[arg(long, env = "ACCOUNTD_MASTER_SECRET", hide_env_values = true)]
    master_secret: String,
    /// How many sign-ins come in a second.
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// How many times a second the reader asks.
    #[arg(long, default_value_t = 200)]
    reads: u32,
    /// How long to measure each of the two, in seconds.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let time = Duration::from_secs_f64(arguments.seconds);
    // The first second counts for neither.
    read(&arguments, Duration::from_secs(1)).await?;
    let idle = read(&arguments, time).await?;
    let flood = tokio::spawn(sign_ins::send(
        arguments.clone(),
        time.saturating_add(Duration::from_secs(1)),
    ));
    read(&arguments, Duration::from_secs(1)).await?;
    let flooded = read(&arguments, time).await?;
    let sign_ins::Answered { signed_in, refused } = flood.await??;
    for latencies in [&idle, &flooded] {
        let [median, slow] = [0.5, 0.99].map(|quantile| latencies.value_at_quantile(quantile));
        print!("{median}\t{slow}\t");
    }
    let sent = arguments.seconds + 1.0;
    println!("{:.0}\t{:.0}", f64::from(signed_in) / sent, f64::from(refused) / sent);
    Ok(())
}

/// Asks at a steady rate, and answers the latencies in microseconds.
async fn read(arguments: &Arguments, time: Duration) -> anyhow::Result<Histogram<u32>> {
    let user = User(0);
    let token = user.token(&Jwt::new(&arguments.master_secret)?, Time::now());
    let document = include_str!("../../../../schema/operations/accountGet.graphql");
    let body = json!({ "query": document }).to_string();
    let request = request(arguments.address, "POST /v1/graphql", &by_token(&token), &body);
    let mut connection = Connection::open(arguments.address).await?;
    let mut latencies = Histogram::new(3)?;
    let mut ticks = interval(Duration::from_secs_f64(1.0 / f64::from(arguments.reads)));
    // An answer that takes longer than the interval doesn't make the next ones come faster.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let begun = Instant::now();
    while begun.elapsed() < time {
        ticks.tick().await;
        let started = Instant::now();
        let answer = connection.ask(&request).await?;
        latencies.record(u64::try_from(started.elapsed().as_micros())?.max(1))?;
        let text = String::from_utf8_lossy(&answer.body);
        ensure!(answer.status == 200 && text.contains(&user.email()), "{text}");
    }
    Ok(latencies)
}
