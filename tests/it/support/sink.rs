//! Servers that tests send to: one that takes mails, one that takes calls.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::AsyncBufReadExt;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::io::BufReader;
use tokio::net::TcpListener;
use tokio::net::TcpStream;

/// What a sink does with what it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It takes it.
    Takes,
    /// It answers with this status: `451`, `550`, or one of HTTP.
    Refuses(u16),
    /// It takes what it is given, and never answers.
    Hangs,
}

/// A server on loopback that keeps what it is given.
#[derive(Clone)]
pub(crate) struct Sink {
    pub(crate) port: u16,
    mood: Arc<Mutex<Mood>>,
    taken: Arc<Mutex<Vec<String>>>,
    held: Arc<AtomicUsize>,
}

impl Sink {
    /// A mail server.
    pub(crate) async fn smtp() -> Self {
        Self::serve(|sink, stream| async move { sink.mail(stream).await }).await
    }

    /// A web server.
    pub(crate) async fn http() -> Self {
        Self::serve(|sink, stream| async move { sink.call(stream).await }).await
    }

    async fn serve<F>(talk: fn(Self, TcpStream) -> F) -> Self
    where
        F: Future<Output = std::io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let sink = Self {
            port,
            mood: Arc::new(Mutex::new(Mood::Takes)),
            taken: Arc::default(),
            held: Arc::default(),
        };
        let serving = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(serving.clone(), stream));
            }
        });
        sink
    }

    /// Changes what the server does from now on.
    pub(crate) fn be(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// What it has taken so far: mails with all their commands, calls with all their headers.
    pub(crate) fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }

    /// How many it has been given and doesn't answer.
    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::SeqCst)
    }

    fn mood(&self) -> Mood {
        self.mood.lock().unwrap().clone()
    }

    async fn mail(self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 sink\r\n").await?;
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
                    match self.mood() {
                        Mood::Takes => {
                            self.taken.lock().unwrap().push(std::mem::take(&mut session));
                            "250 taken\r\n".to_owned()
                        }
                        Mood::Refuses(code) => format!("{code} no\r\n"),
                        Mood::Hangs => {
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

    async fn call(self, stream: TcpStream) -> std::io::Result<()> {
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
        let status = match self.mood() {
            Mood::Takes => 200,
            Mood::Refuses(status) => status,
            Mood::Hangs => {
                self.held.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_mins(10)).await;
                return Ok(());
            }
        };
        self.taken.lock().unwrap().push(call);
        let port = self.port;
        let answer = format!(
            "HTTP/1.1 {status} x\r\nlocation: http://127.0.0.1:{port}/elsewhere\r\ncontent-length: 0\r\n\
             connection: close\r\n\r\n"
        );
        stream.write_all(answer.as_bytes()).await
    }
}
