//! Compares how long a server takes for an address that has an account and for one that has none (EN-3).
//!
//! For each field it asks for both in turns, and prints the two medians, their difference, and Welch's t over the
//! samples below the 95th percentile. It fails where the medians lie 2 ms apart or more, except for a hash of another system
//! that costs more than ours: such an account shows until its user has signed in once. There is a row for each kind of hash, with
//! a quarter of the samples. `bench/timing` starts the server that it needs: `accountd dev` without rate limits, whose project
//! hides taken addresses.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::ensure;
use bench::connection::{Answer, Connection};
use clap::Parser;
use serde_json::json;

mod imported;

use imported::{IMPORTED, Imported};

const KNOWN: &str = "known@example.com";
const UNKNOWN: &str = "nobody@example.com";
const PASSWORD: &str = "correct horse battery";

/// How far the medians may lie apart, in milliseconds.
const APART: f64 = 2.0;

/// Compares answers by the time they take.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// Where the server listens.
    #[arg(long)]
    address: SocketAddr,
    /// An API key with the scope `users.write`, to import accounts.
    #[arg(long)]
    key: String,
    /// How often to ask for each of the two addresses; for accounts with imported hashes a quarter of that.
    #[arg(long, default_value_t = 2_000)]
    samples: usize,
    /// How long to wait before each, in milliseconds, so that what goes on behind the last answer has ended.
    #[arg(long, default_value_t = 5)]
    pause: u64,
}

/// A field, its arguments for an address, and whether it answers with an error.
struct Field {
    name: &'static str,
    arguments: fn(&str) -> String,
    is_refused: bool,
    /// Whether an address has an account afterwards, so that each unknown one does for one call.
    signs_up: bool,
}

const SIGN_IN: Field = Field {
    name: "accountCreateEmailSession",
    arguments: |email| format!("email: \"{email}\", password: \"wrong horse\""),
    is_refused: true,
    signs_up: false,
};

const FIELDS: [Field; 5] = [
    Field {
        name: "accountCreate",
        arguments: |email| {
            format!("userId: \"unique()\", email: \"{email}\", password: \"{PASSWORD}\"")
        },
        is_refused: false,
        signs_up: true,
    },
    SIGN_IN,
    Field {
        name: "accountCreateRecovery",
        arguments: |email| format!("email: \"{email}\", url: \"http://localhost/\""),
        is_refused: false,
        signs_up: false,
    },
    Field {
        name: "accountCreateMagicURLToken",
        arguments: |email| {
            format!("userId: \"unique()\", email: \"{email}\", url: \"http://localhost/\"")
        },
        is_refused: false,
        signs_up: false,
    },
    Field {
        name: "accountCreateEmailToken",
        arguments: |email| format!("userId: \"unique()\", email: \"{email}\""),
        is_refused: false,
        signs_up: false,
    },
];

impl Field {
    /// The request for an address.
    fn request(&self, server: SocketAddr, email: &str) -> Vec<u8> {
        let arguments = (self.arguments)(email);
        post(server, "", &format!("mutation {{ {}({arguments}) {{ _id }} }}", self.name))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut connection = Connection::open(arguments.address).await?;
    let sign_up = format!(
        "mutation {{ accountCreate(userId: \"known\", email: \"{KNOWN}\", password: \"{PASSWORD}\") {{ _id }} }}"
    );
    check(&connection.ask(&post(arguments.address, "", &sign_up)).await?, false)?;
    let key = format!("x-appwrite-key: {}\r\n", arguments.key);
    for account in &IMPORTED {
        let request = post(arguments.address, &key, &account.document());
        check(&connection.ask(&request).await?, false)?;
    }
    println!("| field | known ms | unknown ms | difference ms | t | |\n|---|--:|--:|--:|--:|---|");
    let mut failed: Vec<&str> = Vec::new();
    for field in &FIELDS {
        let times = measure(&mut connection, &arguments, field, KNOWN).await?;
        failed.extend((!report(field.name, times, false)).then_some(field.name));
    }
    for Imported { hash, email, is_dear, .. } in &IMPORTED {
        let samples = arguments.samples.div_ceil(4);
        let arguments = Arguments { samples, ..arguments.clone() };
        let times = measure(&mut connection, &arguments, &SIGN_IN, email).await?;
        let name = format!("{}, {hash}", SIGN_IN.name);
        failed.extend((!report(&name, times, *is_dear)).then_some(*hash));
    }
    ensure!(failed.is_empty(), "the time tells who has an account: {}", failed.join(", "));
    Ok(())
}

/// Prints a line about the times for a known and for an unknown address. Returns whether they are as they should be: as long
/// as each other, unless they may differ.
fn report(name: &str, times: [Vec<f64>; 2], may_differ: bool) -> bool {
    let [known, unknown] = times.map(below_the_95th_percentile);
    let (one, other) = (median(&known), median(&unknown));
    let is_alike = (one - other).abs() < APART;
    let verdict = match (is_alike, may_differ) {
        (true, _) => "PASS",
        (false, true) => "shows",
        (false, false) => "FAIL",
    };
    println!(
        "| {name} | {one:.3} | {other:.3} | {:.3} | {:.2} | {verdict} |",
        one - other,
        welch(&known, &unknown),
    );
    is_alike || may_differ
}

/// How long the answers of a field took, in milliseconds: for the known address, and for unknown ones.
async fn measure(
    connection: &mut Connection,
    &Arguments { address, samples, pause, .. }: &Arguments,
    field: &Field,
    known: &str,
) -> anyhow::Result<[Vec<f64>; 2]> {
    let [known, nobody] = [known, UNKNOWN].map(|email| field.request(address, email));
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..samples {
        let unknown = if field.signs_up {
            field.request(address, &format!("new{round}@example.com"))
        } else {
            nobody.clone()
        };
        // The first one alternates, so that the order has no effect.
        let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
        for class in order {
            let request = if class == 0 { &known } else { &unknown };
            tokio::time::sleep(Duration::from_millis(pause)).await;
            let begun = Instant::now();
            let answer = connection.ask(request).await?;
            let taken = begun.elapsed().as_secs_f64() * 1e3;
            check(&answer, field.is_refused)?;
            if let Some(times) = times.get_mut(class) {
                times.push(taken);
            }
        }
    }
    Ok(times)
}

fn post(address: SocketAddr, headers: &str, document: &str) -> Vec<u8> {
    let body = json!({"query": document}).to_string();
    format!(
        "POST /v1/graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn check(answer: &Answer, is_refused: bool) -> anyhow::Result<()> {
    let text = String::from_utf8_lossy(&answer.body);
    ensure!(answer.status == 200 && text.contains("\"errors\"") == is_refused, "{text}");
    Ok(())
}

/// The samples in order, without the slowest twentieth: what the machine did besides.
fn below_the_95th_percentile(mut samples: Vec<f64>) -> Vec<f64> {
    samples.sort_by(f64::total_cmp);
    samples.truncate(samples.len().saturating_mul(95) / 100);
    samples
}

fn median(samples: &[f64]) -> f64 {
    samples.get(samples.len() / 2).copied().unwrap_or_default()
}

/// Welch's t: how many standard errors lie between the two means.
#[expect(clippy::cast_precision_loss, reason = "nobody counts beyond 2^53 samples")]
fn welch(one: &[f64], other: &[f64]) -> f64 {
    let moments = |samples: &[f64]| {
        let count = samples.len() as f64;
        let mean = samples.iter().sum::<f64>() / count;
        let variance =
            samples.iter().map(|sample| (sample - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (mean, variance / count)
    };
    let ((mean, error), (other_mean, other_error)) = (moments(one), moments(other));
    (mean - other_mean) / (error + other_error).sqrt()
}
