//! Fake servers: they accept mails or calls, with TLS or without.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How a fake server behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// It accepts everything.
    Takes,
    /// It responds with this status: `451`, `550`, or one of HTTP.
    Refuses(u16),
    /// It reads everything, and never responds.
    Hangs,
}

/// A server on loopback that records what it receives.
#[derive(Clone)]
pub(crate) struct FakeServer {
    pub(crate) port: u16,
    behaviour: Arc<Mutex<Behaviour>>,
    received: Arc<Mutex<Vec<String>>>,
    held: Arc<AtomicUsize>,
    /// How many clients have trusted its certificate.
    trusted: Arc<AtomicUsize>,
}

/// Kinds of servers with TLS.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Secured {
    /// A mail server with TLS from the start.
    Smtps,
    /// A mail server with STARTTLS.
    StartTls,
    /// A web server.
    Https,
    /// A Redis that never responds.
    Redis,
    /// A PostgreSQL that never responds.
    Postgres,
}

/// A certificate for 127.0.0.1 by an unknown authority: the server's configuration, and the authority in
/// PEM.
pub(crate) fn private_certificate() -> (TlsAcceptor, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .unwrap();
    let authority = STANDARD.encode(authority.der());
    let pem = format!("-----BEGIN CERTIFICATE-----\n{authority}\n-----END CERTIFICATE-----\n");
    (TlsAcceptor::from(Arc::new(config)), pem)
}

impl FakeServer {
    /// A server with TLS.
    pub(crate) async fn secured(kind: Secured, tls: TlsAcceptor) -> Self {
        Self::serve(move |fake_server, stream| {
            let tls = tls.clone();
            async move { fake_server.secure(kind, tls, stream).await }
        })
        .await
    }

    /// A mail server.
    pub(crate) async fn smtp() -> Self {
        Self::serve(|fake_server, stream| async move { fake_server.mail(stream).await }).await
    }

    /// A web server.
    pub(crate) async fn http() -> Self {
        Self::serve(|fake_server, stream| async move { fake_server.call(stream).await }).await
    }

    async fn serve<F>(converse: impl Fn(Self, TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = std::io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let fake_server = Self {
            port,
            behaviour: Arc::new(Mutex::new(Behaviour::Takes)),
            received: Arc::default(),
            held: Arc::default(),
            trusted: Arc::default(),
        };
        let serving = fake_server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(serving.clone(), stream));
            }
        });
        fake_server
    }

    /// Changes the behaviour.
    pub(crate) fn be(&self, behaviour: Behaviour) {
        *self.behaviour.lock().unwrap() = behaviour;
    }

    /// Everything received: mails with all commands, calls with all headers.
    pub(crate) fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }

    /// How many it has received without responding.
    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::SeqCst)
    }

    /// How many clients have trusted its certificate.
    pub(crate) fn trusted(&self) -> usize {
        self.trusted.load(Ordering::SeqCst)
    }

    fn behaviour(&self) -> Behaviour {
        self.behaviour.lock().unwrap().clone()
    }

    async fn secure(
        self,
        kind: Secured,
        tls: TlsAcceptor,
        mut stream: TcpStream,
    ) -> std::io::Result<()> {
        match kind {
            Secured::Smtps | Secured::Https | Secured::Redis => {}
            Secured::StartTls => {
                for answer in ["220 sink\r\n", "250-sink\r\n250 STARTTLS\r\n"] {
                    stream.write_all(answer.as_bytes()).await?;
                    // EHLO, then STARTTLS.
                    while stream.read_u8().await? != b'\n' {}
                }
                stream.write_all(b"220 go on\r\n").await?;
            }
            Secured::Postgres => {
                let mut asks_for_tls = [0; 8];
                stream.read_exact(&mut asks_for_tls).await?;
                stream.write_all(b"S").await?;
            }
        }
        let stream: TlsStream<TcpStream> = tls.accept(stream).await?;
        self.trusted.fetch_add(1, Ordering::SeqCst);
        match kind {
            Secured::Smtps => self.mail(stream).await,
            Secured::StartTls => self.receive(BufReader::new(stream)).await,
            Secured::Https => self.call(stream).await,
            Secured::Redis | Secured::Postgres => Ok(()),
        }
    }

    async fn mail(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
        stream.write_all(b"220 sink\r\n").await?;
        self.receive(BufReader::new(stream)).await
    }

    /// Receives mails, until the client disconnects.
    async fn receive(
        self,
        mut stream: BufReader<impl AsyncRead + AsyncWrite + Unpin>,
    ) -> std::io::Result<()> {
        let mut session = String::new();
        let mut in_data = false;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            session.push_str(&line);
            let command = line.trim_end().to_ascii_uppercase();
            let answer = match (in_data, command.as_str()) {
                (true, ".") => {
                    in_data = false;
                    match self.behaviour() {
                        Behaviour::Takes => {
                            self.received.lock().unwrap().push(std::mem::take(&mut session));
                            "250 taken\r\n".to_owned()
                        }
                        Behaviour::Refuses(code) => format!("{code} no\r\n"),
                        Behaviour::Hangs => {
                            self.held.fetch_add(1, Ordering::SeqCst);
                            tokio::time::sleep(Duration::from_mins(10)).await;
                            return Ok(());
                        }
                    }
                }
                (true, _) => continue,
                (false, "DATA") => {
                    in_data = true;
                    "354 go on\r\n".to_owned()
                }
                (false, "QUIT") => return stream.write_all(b"221 bye\r\n").await,
                (false, _) => "250 ok\r\n".to_owned(),
            };
            stream.write_all(answer.as_bytes()).await?;
        }
    }

    async fn call(self, stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).await? == 0 {
                return Ok(());
            }
        }
        let lower = head.to_ascii_lowercase();
        let length =
            lower.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        stream.read_exact(&mut body).await?;
        let call = format!("{head}{}", String::from_utf8(body).unwrap());
        let status = match self.behaviour() {
            Behaviour::Takes => 200,
            Behaviour::Refuses(status) => status,
            Behaviour::Hangs => {
                self.held.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_mins(10)).await;
                return Ok(());
            }
        };
        self.received.lock().unwrap().push(call);
        let port = self.port;
        let answer = format!(
            "HTTP/1.1 {status} x\r\nlocation: http://127.0.0.1:{port}/elsewhere\r\ncontent-length: 0\r\n\
             connection: close\r\n\r\n"
        );
        stream.write_all(answer.as_bytes()).await
    }
}
