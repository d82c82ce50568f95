//! Copies of an SQLite database: whole, flushed to the disk, or not there at all.
//!
//! `VACUUM INTO` reads one state of the database while a server goes on writing: it needs no lock of the server, and holds
//! back nothing but the trimming of the log of changes. The copy is made under another name in the folder of its
//! target, and gets its own when it is complete.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, bail, ensure};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

use super::sqlite::file;
use super::sqlite::file::Access;
use crate::files;

/// The tables without which a file is no database of accountd.
const TABLES: [&str; 4] = ["users", "sessions", "tokens", "security_logs"];

/// Whether the database has a table.
pub(crate) async fn has_table(db: &impl ConnectionTrait, name: &str) -> Result<bool, DbErr> {
    let query = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?";
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, query, [name.into()]);
    Ok(db.query_one_raw(statement).await?.is_some())
}

/// Whether a file is as `VACUUM INTO` has left it: no server has opened it, for that would have set its log up.
pub(super) fn is_copy(file: &Path) -> anyhow::Result<bool> {
    let mut head = [0; 19];
    match File::open(file).and_then(|mut file| file.read_exact(&mut head)) {
        Ok(()) => Ok(head.last() == Some(&1)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error).with_context(|| format!("{} can't be read", file.display())),
    }
}

/// Fails unless the file holds a sound database of accountd.
pub(crate) async fn check(db: &DatabaseConnection) -> anyhow::Result<()> {
    for table in TABLES {
        ensure!(has_table(db, table).await?, "not a database of accountd");
    }
    let query = "PRAGMA integrity_check(1)";
    for row in db.query_all_raw(Statement::from_string(DbBackend::Sqlite, query)).await? {
        let finding: String = row.try_get("", "integrity_check")?;
        ensure!(finding == "ok", "the database is damaged: {finding}");
    }
    let query = Statement::from_string(DbBackend::Sqlite, "PRAGMA foreign_key_check");
    if let Some(row) = db.query_one_raw(query).await? {
        let table: String = row.try_get("", "table")?;
        bail!("the database is damaged: a row of {table} refers to one that isn't there");
    }
    Ok(())
}

/// A copy that is being made; removed again unless it is placed.
#[derive(Debug)]
pub(crate) struct Copy {
    db: DatabaseConnection,
    part: Part,
}

impl Copy {
    /// Copies the present state of a database, to be moved to `target` later.
    pub(crate) async fn make(source: &DatabaseConnection, target: &Path) -> anyhow::Result<Self> {
        let part = Part::create(target)?;
        let path = part.path.to_str().context("the path is not UTF-8")?;
        let copy =
            Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [path.into()]);
        let copied = source.execute_raw(copy).await;
        copied.with_context(|| format!("{} can't be copied to", target.display()))?;
        Ok(Self { db: file::open(&part.path, Access::Scratch).await?, part })
    }

    /// The copy, for changes that belong in it.
    pub(crate) fn db(&self) -> &DatabaseConnection {
        &self.db
    }

    /// Flushes the copy, and gives it its name.
    pub(crate) async fn persist(self) -> anyhow::Result<()> {
        self.db.close().await?;
        self.part.persist()
    }
}

/// The file of a copy until it is complete: `<target>.part`, locked, so that of two copies to one target the second fails.
#[derive(Debug)]
struct Part {
    file: File,
    path: PathBuf,
    target: PathBuf,
}

impl Part {
    fn create(target: &Path) -> anyhow::Result<Self> {
        let path = files::with_suffix(target, ".part");
        let file = files::open_private(&path)?;
        if file.try_lock().is_err() {
            bail!("{} is being written by another process", path.display());
        }
        let part = Self { file, path, target: target.to_owned() };
        part.check_target()?;
        // A copy that was killed has left them.
        part.file.set_len(0)?;
        part.remove_journal();
        Ok(part)
    }

    fn persist(self) -> anyhow::Result<()> {
        self.file
            .sync_all()
            .with_context(|| format!("{} can't be flushed", self.path.display()))?;
        self.check_target()?;
        fs::rename(&self.path, &self.target)
            .with_context(|| format!("{} can't be written", self.target.display()))?;
        files::sync_folder_of(&self.target)
    }

    /// Removes what SQLite leaves of a copy that was interrupted.
    fn remove_journal(&self) {
        let _ = fs::remove_file(files::with_suffix(&self.path, "-journal"));
    }

    fn check_target(&self) -> anyhow::Result<()> {
        let is_taken = self.target.symlink_metadata().is_ok();
        ensure!(!is_taken, "{} exists already", self.target.display());
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It has its name, or is of no use.
        let _ = fs::remove_file(&self.path);
        self.remove_journal();
    }
}
