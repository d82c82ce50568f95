//! The databases of tests: copies of one that is migrated once for each run.

use std::ops::Deref;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::mpsc;
use std::sync::mpsc::Sender;

use accountd::db::file;
use accountd::db::file::Access;
use migration::LimitsMigrator;
use migration::Migrate;
use migration::Migrator;
use sea_orm::ConnectOptions;
use sea_orm::ConnectionTrait;
use sea_orm::Database;
use sea_orm::DatabaseConnection;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

/// The database of an embedded server, and that of its rate limits.
const FILES: [&str; 2] = ["accountd.db", "accountd-limits.db"];

/// Partitions the tables of PostgreSQL. `TEST_PARTITIONED=1` runs the tests on such tables.
const PARTITION: &str = include_str!("../../deploy/postgres/partition.sql");

/// The folder of a test. On PostgreSQL its database ends with it.
#[derive(Debug)]
pub(crate) struct Folder {
    files: TempDir,
    database: Option<String>,
}

impl Deref for Folder {
    type Target = TempDir;

    fn deref(&self) -> &TempDir {
        &self.files
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(name) = self.database.take() {
            dispose(name);
        }
    }
}

/// A folder with a migrated database for one test, and its URL.
pub(super) async fn migrated() -> (Folder, String) {
    let files = tempfile::tempdir().unwrap();
    let Some(server) = server() else {
        for (name, bytes) in FILES.iter().zip(migrated_files().await) {
            std::fs::write(files.path().join(name), bytes).unwrap();
        }
        let url = format!("sqlite://{}/{}", files.path().display(), FILES[0]);
        return (Folder { files, database: None }, url);
    };
    let name = name_of(files.path());
    create(&server, &name, &format!(" TEMPLATE {}", migrated_database(&server).await)).await;
    let url = url_of(&server, &name);
    (Folder { files, database: Some(name) }, url)
}

/// The URL of an empty database for the servers of `folder`, on PostgreSQL; it stays behind.
pub(super) async fn empty(server: &str, folder: &Path) -> String {
    let name = name_of(folder);
    create(server, &name, "").await;
    url_of(server, &name)
}

/// The PostgreSQL server to test on, if there is one.
pub(super) fn server() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok()
}

/// A unique name for the database of a folder.
fn name_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap().to_string_lossy().replace('.', "");
    format!("test_{name}").to_lowercase()
}

fn url_of(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

async fn create(server: &str, name: &str, from: &str) {
    let db = connect(server).await;
    db.execute_unprepared(&format!("CREATE DATABASE {name}{from}")).await.unwrap();
    db.close().await.unwrap();
}

/// One connection of another program's to a database. The file of an SQLite one is made if it is missing.
pub(crate) async fn connect(url: impl AsRef<str>) -> DatabaseConnection {
    let url = url.as_ref();
    let Some(path) = url.strip_prefix("sqlite://") else {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1);
        return Database::connect(options).await.unwrap();
    };
    let path = Path::new(path.split('?').next().unwrap());
    std::fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
    file::open(path, Access::Write).await.unwrap()
}

/// The bytes of [`FILES`] after their migrations.
async fn migrated_files() -> &'static [Vec<u8>; 2] {
    static BYTES: OnceCell<[Vec<u8>; 2]> = OnceCell::const_new();
    let make = async || {
        let folder = tempfile::tempdir().unwrap();
        let [accounts, limits] = FILES.map(|name| folder.path().join(name));
        for path in [&accounts, &limits] {
            let db = connect(&format!("sqlite://{}", path.display())).await;
            db.execute_unprepared("PRAGMA journal_mode = WAL").await.unwrap();
            if *path == accounts {
                Migrator::up(&db, None).await.unwrap();
            } else {
                LimitsMigrator::up(&db, None).await.unwrap();
            }
            // Moves everything into the file.
            db.close().await.unwrap();
        }
        [accounts, limits].map(|path| std::fs::read(path).unwrap())
    };
    BYTES.get_or_init(make).await
}

/// The name of the database that those of this run are copied from.
async fn migrated_database(server: &str) -> &'static str {
    static NAME: OnceCell<String> = OnceCell::const_new();
    let make = async || {
        let name = format!("{}_template", name_of(tempfile::tempdir().unwrap().path()));
        create(server, &name, "").await;
        let db = connect(&url_of(server, &name)).await;
        Migrator::up(&db, None).await.unwrap();
        LimitsMigrator::up(&db, None).await.unwrap();
        if std::env::var_os("TEST_PARTITIONED").is_some() {
            db.execute_unprepared(PARTITION).await.unwrap();
        }
        // Only a database without connections can be copied.
        db.close().await.unwrap();
        name
    };
    NAME.get_or_init(make).await
}

/// Drops a database of PostgreSQL with its connections, without waiting.
fn dispose(name: String) {
    static NAMES: LazyLock<Sender<String>> = LazyLock::new(|| {
        let (sender, names) = mpsc::channel::<String>();
        std::thread::spawn(move || {
            let runtime = Runtime::new().unwrap();
            let db = runtime.block_on(connect(&server().unwrap()));
            for name in names {
                let drop = format!("DROP DATABASE {name} WITH (FORCE)");
                runtime.block_on(db.execute_unprepared(&drop)).unwrap();
            }
        });
        sender
    });
    NAMES.send(name).unwrap();
}
