//! What the server counts of its caches: the counters of its page /metrics of hits and misses.

use std::fmt;
use std::net::SocketAddr;

use anyhow::ensure;
use bench::connection::Connection;
use bench::request::request;

/// The counters of one moment: their names with labels, and their values.
#[derive(Debug, Default)]
pub(crate) struct Counters(Vec<(String, f64)>);

/// Of each cache its name, and which share of look-ups it has answered.
#[derive(Debug)]
pub(crate) struct Hits(Vec<(String, f64)>);

impl Counters {
    /// Reads those that name a hit or a miss; none without an address.
    pub(crate) async fn read(address: Option<SocketAddr>) -> anyhow::Result<Self> {
        let Some(address) = address else { return Ok(Self::default()) };
        let request = request(address, "GET /metrics", &[], "");
        let answer = Connection::open(address).await?.ask(&request).await?;
        ensure!(answer.status == 200, "/metrics answers {}", answer.status);
        Ok(Self::parse(&String::from_utf8(answer.body)?))
    }

    fn parse(text: &str) -> Self {
        let counters = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
            let (name, value) = line.rsplit_once(' ')?;
            let is_told = name.contains("hit") || name.contains("miss");
            Some((name.to_owned(), value.parse().ok()?)).filter(|_| is_told)
        });
        Self(counters.collect())
    }

    /// The share of hits since an earlier moment.
    pub(crate) fn hits_since(&self, before: &Self) -> Hits {
        let since = |name: &str| self.value(name) - before.value(name);
        let hits = self.0.iter().filter(|(name, _)| name.contains("hit"));
        let shares = hits.filter_map(|(name, _)| {
            let counterpart = name.replace("hits", "misses").replace("hit", "miss");
            let (hits, misses) = (since(name), since(&counterpart));
            let cache = name.split_once("cache=\"").and_then(|(_, name)| name.split('"').next());
            let cache = cache.unwrap_or(name);
            (hits + misses > 0.0).then(|| (cache.to_owned(), hits / (hits + misses)))
        });
        Hits(shares.collect())
    }

    fn value(&self, name: &str) -> f64 {
        self.0.iter().find(|(known, _)| known == name).map_or(0.0, |(_, value)| *value)
    }
}

impl fmt::Display for Hits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("-");
        }
        for (number, (cache, share)) in self.0.iter().enumerate() {
            let comma = if number > 0 { ", " } else { "" };
            write!(f, "{comma}{cache} {:.0} %", share * 100.0)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_counted_since_a_moment_by_cache() {
        let text = |accounts: [u32; 2], documents: [u32; 2]| {
            format!(
                "# TYPE accountd_cache_hits_total counter\n\
                 accountd_cache_hits_total{{cache=\"accounts\"}} {}\n\
                 accountd_cache_hits_total{{cache=\"documents\"}} {}\n\
                 accountd_cache_misses_total{{cache=\"accounts\"}} {}\n\
                 accountd_cache_misses_total{{cache=\"documents\"}} {}\n\
                 accountd_sessions_ended_total 7\n",
                accounts[0], documents[0], accounts[1], documents[1]
            )
        };
        let before = Counters::parse(&text([10, 5], [0, 0]));
        let after = Counters::parse(&text([40, 15], [9, 1]));

        assert_eq!(after.hits_since(&before).to_string(), "accounts 75 %, documents 90 %");
        assert_eq!(after.hits_since(&after).to_string(), "-");
    }
}
