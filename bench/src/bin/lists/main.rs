//! Asks a server for pages of its list of users, one kind of page after the other, and prints how long each takes.
//!
//! It prints a line for each kind: its name, the median and the 99th percentile in microseconds, and how many users the page has.

mod pages;

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context, ensure};
use bench::connection::Connection;
use bench::request::request;
use clap::Parser;
use hdrhistogram::Histogram;
use serde_json::Value;

use crate::pages::Page;

/// Measures lists of users.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the server listens.
    #[arg(long)]
    address: SocketAddr,
    /// An API key with the scope users.read.
    #[arg(long)]
    key: String,
    /// How many users `fill --various` has written.
    #[arg(long)]
    users: u32,
    /// How often each kind of page is asked for.
    #[arg(long, default_value_t = 300)]
    calls: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut connection = Connection::open(arguments.address).await?;
    for page in pages::all(arguments.users) {
        let mut latencies = Histogram::<u32>::new(3)?;
        let mut found = 0;
        for call in 0..arguments.calls {
            let start = format!("GET {}", page.path(call));
            let headers = [("x-appwrite-project", "default"), ("x-appwrite-key", &*arguments.key)];
            let text = request(arguments.address, &start, &headers, "");
            let started = Instant::now();
            let answer = connection.ask(&text).await?;
            latencies.record(u64::try_from(started.elapsed().as_micros())?.max(1))?;
            found = check(&page, answer.status, &answer.body)?;
        }
        println!(
            "{}\t{}\t{}\t{found}",
            page.name,
            latencies.value_at_quantile(0.5),
            latencies.value_at_quantile(0.99),
        );
    }
    Ok(())
}

/// Checks an answer, and counts its users.
fn check(page: &Page, status: u16, body: &[u8]) -> anyhow::Result<usize> {
    ensure!(status == 200, "{}: {status} {}", page.name, String::from_utf8_lossy(body));
    let answer: Value = serde_json::from_slice(body)?;
    let users = answer.get("users").and_then(Value::as_array).context("no users")?;
    ensure!(!users.is_empty() || page.may_be_empty, "{}: nobody was found", page.name);
    Ok(users.len())
}
