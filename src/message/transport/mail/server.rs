//! The connection to a mail server.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Context, ensure};
use lettre::transport::smtp;
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::net::{UdpSocket, lookup_host};
use url::{Host, Url};

use super::SILENCE;
use crate::config::mail::Hello;
use crate::config::{Config, is_loopback};
use crate::http_client::causes;

/// A mail server. Each mail has its own connection: one that was interrupted within a mail would answer the
/// next mail with a reply for the last.
#[derive(Debug)]
pub(in crate::message) struct MailServer {
    builder: AsyncSmtpTransportBuilder,
    host: String,
    /// The port.
    port: u16,
    /// The name in EHLO; without one, this machine's address.
    hello: Option<Hello>,
}

impl MailServer {
    /// The mail server of `url`. STARTTLS is required for other machines, unless `tls=none` is set.
    pub(super) fn open(url: &Url, config: &Config) -> anyhow::Result<Self> {
        let mut url = url.clone();
        let mode =
            url.query_pairs().find(|(name, _)| name == "tls").map(|(_, mode)| mode.into_owned());
        let is_known =
            matches!(mode.as_deref(), None | Some("none" | "opportunistic" | "required"));
        ensure!(is_known, "mail.url: tls must be none, opportunistic or required");
        if url.scheme() == "smtp" {
            match mode.as_deref() {
                None if is_loopback(&url) => url.set_query(None),
                None => url.set_query(Some("tls=required")),
                Some("none") => url.set_query(None),
                Some(_) => {}
            }
        }
        let host = match url.host().context("mail.url: no host")? {
            Host::Ipv6(ip) => ip.to_string(),
            host => host.to_string(),
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str())
            .map_err(|error| anyhow::anyhow!("mail.url: {}", causes(&error)))?;
        let hello = config.mail.hello.clone().or_else(|| {
            // lettre only knows this machine's name.
            let machine = ClientId::default().to_string();
            Hello::of_machine(&machine, config.public_url.as_ref())
        });
        // As lettre chooses it.
        let usual = match (url.scheme(), url.query()) {
            ("smtps", _) => smtp::SUBMISSIONS_PORT,
            (_, Some(_)) => smtp::SUBMISSION_PORT,
            (_, None) => smtp::SMTP_PORT,
        };
        let port = url.port().unwrap_or(usual);
        Ok(Self { builder: builder.timeout(Some(SILENCE)), host, port, hello })
    }

    /// The server's host and port, for reports.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Its host and port.
    pub(super) fn host_and_port(&self) -> (&str, Option<u16>) {
        (&self.host, Some(self.port))
    }

    /// Sends a mail.
    pub(super) async fn send(&self, mail: Message) -> Result<(), smtp::Error> {
        self.greeted_by(self.hello().await).send(mail).await.map(drop)
    }

    /// Tests the connection. Returns whether the server responds, and the name in EHLO.
    pub(super) async fn check(&self) -> Result<(bool, String), smtp::Error> {
        let hello = self.hello().await;
        let name = hello.0.to_string();
        Ok((self.greeted_by(hello).test_connection().await?, name))
    }

    fn greeted_by(&self, hello: Hello) -> AsyncSmtpTransport<Tokio1Executor> {
        self.builder.clone().hello_name(hello.0).build()
    }

    async fn hello(&self) -> Hello {
        match &self.hello {
            Some(hello) => hello.clone(),
            None => {
                Hello::of_address(self.local_address().await.unwrap_or(Ipv4Addr::LOCALHOST.into()))
            }
        }
    }

    /// This machine's address on the route to the server. Finding it sends no packet.
    async fn local_address(&self) -> Option<IpAddr> {
        const ANY_PORT: u16 = 587;
        let server = lookup_host((self.host.as_str(), ANY_PORT)).await.ok()?.next()?;
        let any: SocketAddr = match server {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(any).await.ok()?;
        socket.connect(server).await.ok()?;
        Some(socket.local_addr().ok()?.ip())
    }
}
