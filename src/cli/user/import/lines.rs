//! Reads lines in batches that fit into a request.

use std::io;
use std::io::{BufRead, Read};

/// The most lines of a batch. The server takes more, but others wait while it writes.
const MAX_LINES: usize = 500;
/// The most bytes of a batch, as JSON strings. The server takes twice as many from the operator.
const MAX_BYTES: usize = 512 * 1024;

/// Some programs write it at the beginning of files in UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Lines of a file, without empty ones.
pub(super) struct Lines {
    input: Box<dyn BufRead>,
    /// The number of the line read last.
    number: u64,
    from: u64,
    /// A line for which the batch before had no room.
    next: Option<(u64, String)>,
}

/// Some lines in succession, by their numbers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) lines: Vec<(u64, String)>,
    /// Lines that can't be sent, and why.
    pub(super) problems: Vec<(u64, String)>,
    pub(super) first: u64,
    pub(super) last: u64,
}

impl Lines {
    /// Reads `input`, beginning with the line with the number `from`.
    pub(super) fn new(input: Box<dyn BufRead>, from: u64) -> Self {
        Self { input, number: 0, from, next: None }
    }

    /// The next batch; none at the end.
    pub(super) fn next_batch(&mut self) -> io::Result<Option<Batch>> {
        let (mut batch, mut bytes) = (Batch::default(), 0_usize);
        while batch.lines.len() < MAX_LINES {
            let Some((number, line)) = self.take_next(&mut batch)? else { break };
            let length = length_as_json(&line);
            bytes = bytes.saturating_add(length);
            if length > MAX_BYTES {
                batch.problems.push((number, "too long".to_owned()));
                batch.last = number;
                break;
            }
            if bytes > MAX_BYTES {
                self.next = Some((number, line));
                break;
            }
            batch.last = number;
            batch.lines.push((number, line));
        }
        let numbers = batch.lines.iter().map(|(number, _)| number);
        let first = numbers.chain(batch.problems.iter().map(|(number, _)| number)).min().copied();
        Ok(first.map(|first| Batch { first, ..batch }))
    }

    /// The next line that isn't empty. Those that are no text are reported.
    fn take_next(&mut self, batch: &mut Batch) -> io::Result<Option<(u64, String)>> {
        if let Some(next) = self.next.take() {
            return Ok(Some(next));
        }
        loop {
            let mut bytes = Vec::new();
            let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
            if self.input.by_ref().take(limit).read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
            let is_cut = bytes.len() >= MAX_BYTES && bytes.last() != Some(&b'\n');
            if is_cut {
                skip_line(&mut self.input)?;
            }
            self.number = self.number.saturating_add(1);
            if self.number == 1 && bytes.starts_with(BYTE_ORDER_MARK) {
                bytes.drain(..BYTE_ORDER_MARK.len());
            }
            if self.number < self.from || bytes.trim_ascii().is_empty() {
                continue;
            }
            match String::from_utf8(bytes.trim_ascii().to_vec()) {
                Ok(line) if !is_cut => return Ok(Some((self.number, line))),
                Ok(_) => batch.problems.push((self.number, "too long".to_owned())),
                Err(_) => batch.problems.push((self.number, "not UTF-8".to_owned())),
            }
            batch.last = self.number;
        }
    }
}

/// Skips the rest of a line.
fn skip_line(input: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let (length, is_over) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at.saturating_add(1), true),
            None => (buffer.len(), buffer.is_empty()),
        };
        input.consume(length);
        if is_over {
            return Ok(());
        }
    }
}

/// How long a line is as a JSON string, at most: quotation marks, backslashes and control characters are escaped.
fn length_as_json(line: &str) -> usize {
    let escaped = line.bytes().map(|byte| match byte {
        b'"' | b'\\' => 2,
        0..0x20 => 6,
        _ => 1,
    });
    escaped.sum::<usize>().saturating_add(3)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn lines(text: impl Into<Vec<u8>>, from: u64) -> Lines {
        Lines::new(Box::new(Cursor::new(text.into())), from)
    }

    fn all(mut lines: Lines) -> Vec<Batch> {
        std::iter::from_fn(|| lines.next_batch().unwrap()).collect()
    }

    #[test]
    fn lines_keep_their_numbers_whatever_is_between() {
        let batches = all(lines("a\n\n  \r\n b \r\nc", 1));

        let expected = [(1, "a"), (4, "b"), (5, "c")].map(|(n, line)| (n, line.to_owned()));
        assert_eq!(batches[0].lines, expected);
        assert_eq!((batches.len(), batches[0].first, batches[0].last), (1, 1, 5));
        assert_eq!(all(lines("a\n\n  \r\n b \r\nc", 5))[0].lines, [(5, "c".to_owned())]);
        assert!(all(lines("\n\n", 1)).is_empty());
        assert!(all(lines("", 1)).is_empty());
    }

    /// Only at the beginning of the file, and only one.
    #[test]
    fn a_byte_order_mark_is_skipped() {
        let read = |text: &str| all(lines(text, 1))[0].lines.clone();

        let expected = [(1, "{}".to_owned()), (2, "\u{feff}{}".to_owned())];
        assert_eq!(read("\u{feff}{}\n\u{feff}{}"), expected);
        assert_eq!(read("\u{feff}\u{feff}{}"), [(1, "\u{feff}{}".to_owned())]);
        assert_eq!(read("\u{feff}\n{}"), [(2, "{}".to_owned())]);
    }

    #[test]
    fn a_batch_has_so_many_lines_and_so_many_bytes() {
        let many = "x\n".repeat(MAX_LINES + 1);
        let counts: Vec<_> = all(lines(many, 1)).iter().map(|batch| batch.lines.len()).collect();
        assert_eq!(counts, [MAX_LINES, 1]);

        let long = format!("{}\n", "\"".repeat(MAX_BYTES / 5));
        let batches = all(lines(long.repeat(5), 1));
        let counts: Vec<_> = batches.iter().map(|batch| batch.lines.len()).collect();
        assert_eq!(counts, [2, 2, 1]);
        assert_eq!((batches[1].first, batches[1].last), (3, 4));
    }

    #[test]
    fn a_line_that_is_no_text_or_too_long_is_reported() {
        let mut text = b"a\n\xff\xfe\n".to_vec();
        text.extend([b'x'].repeat(MAX_BYTES * 3));
        text.extend(b"\nb\n");
        let batches = all(lines(text, 1));

        let problems: Vec<_> = batches.iter().flat_map(|batch| &batch.problems).cloned().collect();
        assert_eq!(problems, [(2, "not UTF-8".to_owned()), (3, "too long".to_owned())]);
        let read: Vec<_> = batches.iter().flat_map(|batch| &batch.lines).cloned().collect();
        assert_eq!(read, [(1, "a".to_owned()), (4, "b".to_owned())]);
        let escaped = format!("{}\nc", "\"".repeat(MAX_BYTES - 10));
        assert_eq!(all(lines(escaped, 1))[0].problems, [(1, "too long".to_owned())]);
    }
}
