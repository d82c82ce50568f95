//! Where one request of a connection ends and the next begins, so that its head can be looked at as the client has sent it.
//!
//! hyper goes by `Transfer-Encoding` where there is a `Content-Length` too, and doesn't show the second. A proxy that goes by the
//! other would take the rest of the body for another request (NW-8). What hyper refuses itself is left to it.

/// The longest head, or line of a chunked body, that is followed, in bytes. hyper takes less.
const MAX_LENGTH: usize = 32 * 1024;

/// What a client speaks instead of HTTP/1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    /// TLS.
    Tls,
    /// HTTP/2.
    Http2,
}

/// Why it is in doubt where the body of a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Both `Content-Length` and `Transfer-Encoding` came.
    TwoLengths,
    /// `Transfer-Encoding` is not just `chunked`.
    Coding,
    /// It could not be followed where the request before has ended.
    Unfollowed,
}

/// Follows the requests of a connection.
#[derive(Debug)]
pub(super) struct Framing {
    place: Place,
    heads: u64,
    foreign: Option<Foreign>,
    doubt: Option<Doubt>,
}

/// Where in a request the bytes have come to.
#[derive(Debug)]
enum Place {
    /// In the head, of which this is known.
    Head(Vec<u8>),
    /// In a body that has so many bytes left.
    Body(u64),
    /// In the line before a chunk.
    Size(Vec<u8>),
    /// In a chunk that has so many bytes left, with its line break.
    Chunk(u64),
    /// In a line behind the last chunk.
    Trailer(Vec<u8>),
    /// Where nothing is known: behind a head in doubt, in another protocol, in what hyper refuses.
    Unknown,
}

impl Default for Framing {
    fn default() -> Self {
        Self { place: Place::Head(Vec::new()), heads: 0, foreign: None, doubt: None }
    }
}

impl Framing {
    /// How many heads have been read in full.
    pub(super) fn heads(&self) -> u64 {
        self.heads
    }

    /// Whether a head is on its way: the first one of the connection from the beginning, the others from their first byte.
    pub(super) fn awaits_head(&self) -> bool {
        matches!(&self.place, Place::Head(head) if self.heads == 0 || !head.is_empty())
    }

    /// What the client speaks, if its first bytes are not HTTP/1.1.
    pub(super) fn foreign(&self) -> Option<Foreign> {
        self.foreign
    }

    /// What is wrong with the last head that was read. No further one is read then.
    pub(super) fn doubt(&self) -> Option<Doubt> {
        self.doubt
    }

    /// Reads on.
    pub(super) fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let place = std::mem::replace(&mut self.place, Place::Unknown);
            (self.place, bytes) = match place {
                Place::Head(head) => self.read_head(head, bytes),
                Place::Body(left) => match skip(left, bytes) {
                    (0, rest) => (Place::Head(Vec::new()), rest),
                    (left, rest) => (Place::Body(left), rest),
                },
                Place::Size(line) => match read_line(line, bytes) {
                    (line, Some(rest)) => (after_size(&line), rest),
                    (line, None) => (followed(line, Place::Size), &[][..]),
                },
                Place::Chunk(left) => match skip(left, bytes) {
                    (0, rest) => (Place::Size(Vec::new()), rest),
                    (left, rest) => (Place::Chunk(left), rest),
                },
                Place::Trailer(line) => match read_line(line, bytes) {
                    (line, Some(rest)) if line.trim_ascii().is_empty() => {
                        (Place::Head(Vec::new()), rest)
                    }
                    (_, Some(rest)) => (Place::Trailer(Vec::new()), rest),
                    (line, None) => (followed(line, Place::Trailer), &[][..]),
                },
                Place::Unknown => return,
            };
        }
    }

    fn read_head<'a>(&mut self, mut head: Vec<u8>, mut bytes: &'a [u8]) -> (Place, &'a [u8]) {
        // Old clients send a line break behind a body.
        while let ([], [b'\r' | b'\n', rest @ ..]) = (head.as_slice(), bytes) {
            bytes = rest;
        }
        let known = head.len();
        head.extend_from_slice(bytes);
        if self.heads == 0 {
            self.foreign = foreign(&head);
            if self.foreign.is_some() {
                return (Place::Unknown, &[]);
            }
        }
        let Some(end) = end_of_head(&head, known) else {
            return (followed(head, Place::Head), &[]);
        };
        self.heads = self.heads.saturating_add(1);
        let rest = bytes.get(end.saturating_sub(known)..).unwrap_or_default();
        match after_head(head.get(..end).unwrap_or_default()) {
            Ok(place) => (place, rest),
            Err(doubt) => {
                self.doubt = Some(doubt);
                (Place::Unknown, rest)
            }
        }
    }
}

/// What is spoken by who begins so.
fn foreign(head: &[u8]) -> Option<Foreign> {
    match head {
        // The record of a handshake, in any version.
        [0x16, 3, ..] => Some(Foreign::Tls),
        [b'P', b'R', b'I', b' ', ..] => Some(Foreign::Http2),
        _ => None,
    }
}

/// Where the empty line ends that ends the head; the first `known` bytes are known not to hold it whole.
fn end_of_head(head: &[u8], known: usize) -> Option<usize> {
    (known.saturating_sub(2)..head.len()).find_map(|at| match head.get(at..)? {
        [b'\n', b'\n', ..] => at.checked_add(2),
        [b'\n', b'\r', b'\n', ..] => at.checked_add(3),
        _ => None,
    })
}

/// What follows a head.
fn after_head(head: &[u8]) -> Result<Place, Doubt> {
    let mut codings = values(head, b"transfer-encoding");
    let mut lengths = values(head, b"content-length");
    match (codings.next(), lengths.next()) {
        (None, None) => Ok(Place::Head(Vec::new())),
        (None, Some(length)) => {
            let length = std::str::from_utf8(length).ok().and_then(|length| length.parse().ok());
            Ok(match length {
                Some(0) => Place::Head(Vec::new()),
                Some(length) => Place::Body(length),
                None => Place::Unknown,
            })
        }
        (Some(_), Some(_)) => Err(Doubt::TwoLengths),
        (Some(coding), None) if coding.eq_ignore_ascii_case(b"chunked") => match codings.next() {
            None => Ok(Place::Size(Vec::new())),
            Some(_) => Err(Doubt::Coding),
        },
        (Some(_), None) => Err(Doubt::Coding),
    }
}

/// The values of the headers called `name`.
fn values<'a>(head: &'a [u8], name: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    head.split(|byte| *byte == b'\n').skip(1).filter_map(move |line| {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let (key, value) = (parts.next()?, parts.next()?);
        key.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
    })
}

/// What follows the line before a chunk: `size` in hexadecimal digits, and extensions that mean nothing.
fn after_size(line: &[u8]) -> Place {
    let digits = line.split(|byte| !byte.is_ascii_hexdigit()).next().unwrap_or_default();
    let digits = std::str::from_utf8(digits).unwrap_or_default();
    match u64::from_str_radix(digits, 16) {
        Ok(0) => Place::Trailer(Vec::new()),
        // And the line break behind the chunk.
        Ok(size) => Place::Chunk(size.saturating_add(2)),
        Err(_) => Place::Unknown,
    }
}

/// Goes on in a head or a line, unless it is longer than any that hyper takes.
fn followed(known: Vec<u8>, place: impl Fn(Vec<u8>) -> Place) -> Place {
    if known.len() > MAX_LENGTH { Place::Unknown } else { place(known) }
}

/// Skips up to `left` bytes: how many are left then, and what comes behind.
fn skip(left: u64, bytes: &[u8]) -> (u64, &[u8]) {
    let skipped = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
    let rest = bytes.get(skipped..).unwrap_or_default();
    (left.saturating_sub(skipped as u64), rest)
}

/// Adds bytes to a line up to its end, and gives what comes behind if that is there.
fn read_line(mut line: Vec<u8>, bytes: &[u8]) -> (Vec<u8>, Option<&[u8]>) {
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    line.extend_from_slice(parts.next().unwrap_or_default());
    (line, parts.next())
}

#[cfg(test)]
mod tests;
