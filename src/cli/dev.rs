//! `accountd dev`: a development server that needs no configuration.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;

use tracing::{info, warn};

use super::{check, server};
use crate::config::{Config, dev};
use crate::crypto::keys::Keys;
use crate::random::Random;

/// Runs the server, at `listen` if given on the command line.
pub(super) async fn run(config: Config, listen: Option<SocketAddr>) -> anyhow::Result<()> {
    // SIGHUP ends it, as its terminal does when it is closed.
    server::run(prepare(config, listen)?, None).await
}

/// Adds to the configuration what a development server has: its own secret, key and platforms.
pub(super) fn prepare(mut config: Config, listen: Option<SocketAddr>) -> anyhow::Result<Config> {
    if let Some(listen) = listen {
        config.listen = listen;
        config.open_to_network = true;
    }
    check(&config)?;
    if config.master_secret.is_none() && config.master_secret_file.is_none() {
        let directory = Path::new(dev::DATA_DIRECTORY);
        let path = dev::provide_master_secret(directory, || Random::System.bytes())?;
        config.master_secret_file = Some(path);
    }
    let key = api_key(&config)?;
    dev::add_dev_settings(&mut config, &key, &network_hosts(listen));
    Ok(config)
}

/// Logs the URLs and the key that a developer needs first, once the server listens on `address`.
pub(super) fn announce(config: &Config, address: SocketAddr) -> anyhow::Result<()> {
    let url = dev::local_url(address);
    info!("start page: {url}/");
    info!("GraphQL endpoint, in a browser GraphiQL: {url}/v1/graphql");
    info!("mails and text messages: {url}/inbox");
    info!("users, in a browser of this machine: {url}/console");
    info!("API key of this server, for X-Appwrite-Key: {}", api_key(config)?);
    if address.ip().is_loopback() {
        return Ok(());
    }
    warn!(
        "everybody on the network can call this server, which is made for development: stop it on networks that you \
         don't trust"
    );
    for ip in network_hosts(Some(address)) {
        let url = format!("http://{}", SocketAddr::new(ip, address.port()));
        info!(
            "for phones on the network: {url}/v1/graphql; the inbox is for browsers of this machine only"
        );
    }
    Ok(())
}

/// The API key of a development server. It stays the same as long as the master secret does.
fn api_key(config: &Config) -> anyhow::Result<String> {
    let secret = config.read_master_secret()?;
    let key = Keys::new(secret.expose().as_bytes()).derive("dev api key");
    let digits: Vec<_> = key.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("ak_dev_{}", digits.concat()))
}

/// This machine's addresses on the network, at which `listen` is reachable.
fn network_hosts(listen: Option<SocketAddr>) -> Vec<IpAddr> {
    match listen.map(|listen| listen.ip()) {
        Some(ip) if ip.is_unspecified() => source_address().into_iter().collect(),
        Some(ip) if !ip.is_loopback() => vec![ip],
        _ => Vec::new(),
    }
}

/// The source address of this machine's connections. Finding it sends no packet.
fn source_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // An address for documentation (RFC 5737): only the route to it matters.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}
