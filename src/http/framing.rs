//! Finds where each request of a connection ends, so that its head can be checked as the client has sent it.
//!
//! hyper uses `Transfer-Encoding` if there is a `Content-Length`, too, and hides the latter. A proxy that
//! uses the other would take the rest of the body for a second request (NW-8). What hyper rejects itself is
//! left to it.

use memchr::{memchr, memchr_iter};

/// The longest head, or line of a chunked body, that is followed, in bytes. hyper accepts less.
const MAX_LENGTH: usize = 32 * 1024;

/// A protocol other than HTTP/1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    /// TLS.
    Tls,
    /// HTTP/2.
    Http2,
}

/// Why the end of a request is in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It has both `Content-Length` and `Transfer-Encoding`.
    TwoLengths,
    /// `Transfer-Encoding` is not just `chunked`.
    Coding,
    /// The end of the previous request was not found.
    Unfollowed,
}

/// Follows the requests of a connection.
#[derive(Debug)]
pub(super) struct Framing {
    position: Position,
    heads: u64,
    foreign: Option<Foreign>,
    doubt: Option<Doubt>,
}

/// The position in a request.
#[derive(Debug)]
enum Position {
    /// In the head.
    Head(Vec<u8>),
    /// In a body, with so many bytes left.
    Body(u64),
    /// In the line before a chunk.
    Size(Vec<u8>),
    /// In a chunk, with so many bytes left, including its line break.
    Chunk(u64),
    /// In a line after the last chunk.
    Trailer(Vec<u8>),
    /// Unknown: after a head in doubt, in another protocol, in what hyper rejects.
    Unknown,
}

impl Default for Framing {
    fn default() -> Self {
        Self { position: Position::Head(Vec::new()), heads: 0, foreign: None, doubt: None }
    }
}

impl Framing {
    /// How many heads have been read completely.
    pub(super) fn heads(&self) -> u64 {
        self.heads
    }

    /// Whether a head is being received: the first one from the start of the connection, others from their
    /// first byte.
    pub(super) fn awaits_head(&self) -> bool {
        matches!(&self.position, Position::Head(head) if self.heads == 0 || !head.is_empty())
    }

    /// The client's protocol, if its first bytes are not HTTP/1.1.
    pub(super) fn foreign(&self) -> Option<Foreign> {
        self.foreign
    }

    /// The doubt about the last head. No further one is read then.
    pub(super) fn doubt(&self) -> Option<Doubt> {
        self.doubt
    }

    /// Consumes received bytes.
    pub(super) fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let position = std::mem::replace(&mut self.position, Position::Unknown);
            (self.position, bytes) = match position {
                Position::Head(head) => self.read_head(head, bytes),
                Position::Body(left) => match skip(left, bytes) {
                    (0, rest) => (Position::Head(Vec::new()), rest),
                    (left, rest) => (Position::Body(left), rest),
                },
                Position::Size(line) => match read_line(line, bytes) {
                    (line, Some(rest)) => (after_size(&line), rest),
                    (line, None) => (followed(line, Position::Size), &[][..]),
                },
                Position::Chunk(left) => match skip(left, bytes) {
                    (0, rest) => (Position::Size(Vec::new()), rest),
                    (left, rest) => (Position::Chunk(left), rest),
                },
                Position::Trailer(line) => match read_line(line, bytes) {
                    (line, Some(rest)) if line.trim_ascii().is_empty() => {
                        (Position::Head(Vec::new()), rest)
                    }
                    (_, Some(rest)) => (Position::Trailer(Vec::new()), rest),
                    (line, None) => (followed(line, Position::Trailer), &[][..]),
                },
                Position::Unknown => return,
            };
        }
    }

    fn read_head<'a>(&mut self, mut head: Vec<u8>, mut bytes: &'a [u8]) -> (Position, &'a [u8]) {
        // Old clients send a line break after a body.
        while let ([], [b'\r' | b'\n', rest @ ..]) = (head.as_slice(), bytes) {
            bytes = rest;
        }
        let known = head.len();
        // A head usually comes at once, and then needs no copy.
        let text: &[u8] = if known == 0 {
            bytes
        } else {
            head.extend_from_slice(bytes);
            &head
        };
        if self.heads == 0 {
            self.foreign = foreign(text);
            if self.foreign.is_some() {
                return (Position::Unknown, &[]);
            }
        }
        let Some(end) = end_of_head(text, known) else {
            if known == 0 {
                head.extend_from_slice(bytes);
            }
            return (followed(head, Position::Head), &[]);
        };
        self.heads = self.heads.saturating_add(1);
        let rest = bytes.get(end.saturating_sub(known)..).unwrap_or_default();
        match after_head(text.get(..end).unwrap_or_default()) {
            Ok(position) => (position, rest),
            Err(doubt) => {
                self.doubt = Some(doubt);
                (Position::Unknown, rest)
            }
        }
    }
}

/// The protocol that begins with these bytes.
fn foreign(head: &[u8]) -> Option<Foreign> {
    match head {
        // A TLS handshake record, in any version.
        [0x16, 3, ..] => Some(Foreign::Tls),
        [b'P', b'R', b'I', b' ', ..] => Some(Foreign::Http2),
        _ => None,
    }
}

/// Finds the empty line that ends the head; the first `known` bytes don't contain all of it.
fn end_of_head(head: &[u8], known: usize) -> Option<usize> {
    let start = known.saturating_sub(2);
    memchr_iter(b'\n', head.get(start..)?).find_map(|at| {
        let at = at.checked_add(start)?;
        match head.get(at..)? {
            [_, b'\n', ..] => at.checked_add(2),
            [_, b'\r', b'\n', ..] => at.checked_add(3),
            _ => None,
        }
    })
}

/// The position after a head.
fn after_head(head: &[u8]) -> Result<Position, Doubt> {
    let mut codings = values(head, b"transfer-encoding");
    let mut lengths = values(head, b"content-length");
    match (codings.next(), lengths.next()) {
        (None, None) => Ok(Position::Head(Vec::new())),
        (None, Some(length)) => {
            let length = std::str::from_utf8(length).ok().and_then(|length| length.parse().ok());
            Ok(match length {
                Some(0) => Position::Head(Vec::new()),
                Some(length) => Position::Body(length),
                None => Position::Unknown,
            })
        }
        (Some(_), Some(_)) => Err(Doubt::TwoLengths),
        (Some(coding), None) if coding.eq_ignore_ascii_case(b"chunked") => match codings.next() {
            None => Ok(Position::Size(Vec::new())),
            Some(_) => Err(Doubt::Coding),
        },
        (Some(_), None) => Err(Doubt::Coding),
    }
}

/// The values of the headers `name`.
fn values<'a>(head: &'a [u8], name: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    memchr_iter(b'\n', head).filter_map(move |end_of_line| {
        let line = head.get(end_of_line.checked_add(1)?..)?;
        let (key, rest) = line.split_at_checked(name.len())?;
        let value = rest.strip_prefix(b":")?;
        let is_named = key.eq_ignore_ascii_case(name);
        is_named.then(|| value.get(..memchr(b'\n', value)?)).flatten().map(<[u8]>::trim_ascii)
    })
}

/// The position after the line before a chunk: `size` in hexadecimal, and ignored extensions.
fn after_size(line: &[u8]) -> Position {
    let digits = line.split(|byte| !byte.is_ascii_hexdigit()).next().unwrap_or_default();
    let digits = std::str::from_utf8(digits).unwrap_or_default();
    match u64::from_str_radix(digits, 16) {
        Ok(0) => Position::Trailer(Vec::new()),
        // Including the line break after the chunk.
        Ok(size) => Position::Chunk(size.saturating_add(2)),
        Err(_) => Position::Unknown,
    }
}

/// Continues in a head or a line, unless it is longer than hyper accepts.
fn followed(known: Vec<u8>, position: impl Fn(Vec<u8>) -> Position) -> Position {
    if known.len() > MAX_LENGTH { Position::Unknown } else { position(known) }
}

/// Skips up to `left` bytes, and returns how many are left and the rest.
fn skip(left: u64, bytes: &[u8]) -> (u64, &[u8]) {
    let skipped = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
    let rest = bytes.get(skipped..).unwrap_or_default();
    (left.saturating_sub(skipped as u64), rest)
}

/// Adds bytes to a line, and returns the rest if the line ended.
fn read_line(mut line: Vec<u8>, bytes: &[u8]) -> (Vec<u8>, Option<&[u8]>) {
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    line.extend_from_slice(parts.next().unwrap_or_default());
    (line, parts.next())
}

#[cfg(test)]
mod tests;
