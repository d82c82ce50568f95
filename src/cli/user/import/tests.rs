//! The end of an import whose database stays busy.

use std::io::{Cursor, Read};
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::cli::{data_source, migrate};
use crate::config::{Config, Mode};

const SECRET: &str = "5f0c1e7b92d84a36b5e8f17a2c9d604e";

/// Another program, which writes into the database from the first time it is read from, as the end of a file.
struct Locker(rusqlite::Connection);

impl Read for Locker {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.execute_batch("BEGIN IMMEDIATE").map_err(io::Error::other)?;
        Ok(0)
    }
}

/// The lines of some users.
fn rows(numbers: std::ops::Range<usize>) -> Cursor<String> {
    Cursor::new(numbers.map(|n| format!("{{\"id\":\"user-{n}\"}}\n")).collect::<Vec<_>>().concat())
}

/// The operator of a server that doesn't run.
async fn operator(database: &Path) -> Operator {
    let settings = [
        ("ACCOUNTD_DATABASE__URL", format!("sqlite://{}", database.display())),
        ("ACCOUNTD_MASTER_SECRET", SECRET.to_owned()),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value));
    let config = Config::load(None, settings, Mode::Dev).unwrap();
    migrate::run(config.clone()).await.unwrap();
    let project = data_source::project(&config, None).unwrap();
    Operator::open(&config, project, true).await.unwrap()
}

/// When the server stays busy for too long, the error says how many users are stored and how to go on, and that does.
#[tokio::test]
async fn an_import_that_is_given_up_says_how_to_go_on() {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("accountd.db");
    let mut operator = operator(&database).await;
    let import = |from_line| Import { file: PathBuf::from("-"), dry_run: false, from_line };
    let total = async |operator: &mut Operator| {
        let users = operator.call("usersList", json!({})).await.unwrap();
        users.get("total").and_then(Value::as_u64).unwrap()
    };

    // The lock is taken when the second batch is read, and released with the reader. Each call waits two seconds for it.
    let locker = Locker(rusqlite::Connection::open(&database).unwrap());
    let input = BufReader::new(rows(0..500).chain(locker).chain(rows(500..510)));
    let busy_timeout = Duration::from_millis(1);
    let given_up = import(1).import_all(&mut operator, Box::new(input), busy_timeout).await;

    let error = format!("{:#}", given_up.unwrap_err());
    let expected = "lines 501 to 510 were not imported; of the lines before 501, 500 were imported, 0 were already there and 0 can't be used: go on with --from-line 501: ";
    assert!(error.starts_with(expected), "{error}");
    assert!(error.ends_with(" (general_server_busy)"), "{error}");
    assert_eq!(total(&mut operator).await, 500);
    let again = Box::new(BufReader::new(rows(0..510)));
    import(501).import_all(&mut operator, again, busy_timeout).await.unwrap();
    assert_eq!(total(&mut operator).await, 510);
    operator.close().await;
}
