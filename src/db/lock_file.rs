//! The lock on an SQLite database: one server at a time, since another would count limits and write apart.
//!
//! There are two locks, both by `flock`. The one on `<database>.lock` belongs to the path: it holds while the file at the
//! path is replaced. The one on the database itself belongs to the inode: it holds however the file is reached, by a hard
//! link, a symbolic link or another mount. SQLite's own locks are byte ranges (`fcntl`), which on local file systems
//! `flock` leaves alone. But closing any handle of a file drops the process's byte-range locks on it: the handle here is
//! opened before SQLite opens the file, and closed after.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::files;

/// Held as long as the server runs. The system releases it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct LockFile {
    _of_path: File,
    _of_database: Option<File>,
}

impl LockFile {
    /// Locks the database in the file, which is created if it is missing. A database on a server has no such lock, and
    /// serves several instances.
    pub(crate) fn acquire(database: Option<PathBuf>) -> anyhow::Result<Option<Self>> {
        let Some(path) = database else { return Ok(None) };
        let lock = Self::acquire_for_path(&path)?;
        let file = files::open_private(&path)?;
        try_lock(&file, &path)?;
        Ok(Some(Self { _of_database: Some(file), ..lock }))
    }

    /// Locks the path of a database, whether or not there is one in it.
    pub(crate) fn acquire_for_path(database: &Path) -> anyhow::Result<Self> {
        files::create_folder_of(database)?;
        let path = files::with_suffix(database, ".lock");
        let file = files::open_private(&path)?;
        try_lock(&file, &path)?;
        Ok(Self { _of_path: file, _of_database: None })
    }

    /// Whether someone has locked the path of a database.
    pub(crate) fn is_held(database: &Path) -> anyhow::Result<bool> {
        let path = files::with_suffix(database, ".lock");
        if !path.exists() {
            return Ok(false);
        }
        let file =
            File::open(&path).with_context(|| format!("{} can't be read", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} can't be locked", path.display()))
            }
        }
    }
}

fn try_lock(file: &File, path: &Path) -> anyhow::Result<()> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            bail!("another accountd is using this database ({} is locked)", path.display())
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("{} can't be locked", path.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// DU-7: a second holder is refused, until the first lets go.
    #[test]
    fn one_server_holds_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let database = || Some(folder.path().join("data/accountd.db"));

        let first = LockFile::acquire(database()).unwrap();
        assert!(
            LockFile::acquire(database()).unwrap_err().to_string().contains("another accountd")
        );
        assert!(LockFile::is_held(&database().unwrap()).unwrap());
        drop(first);
        assert!(!LockFile::is_held(&database().unwrap()).unwrap());
        assert!(LockFile::acquire(database()).unwrap().is_some());
    }

    /// DU-7: the same database is locked under each of its names.
    #[test]
    fn another_name_of_the_database_is_locked_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let _first = LockFile::acquire(Some(path("accountd.db"))).unwrap();
        fs::create_dir(path("other")).unwrap();
        fs::hard_link(path("accountd.db"), path("hard.db")).unwrap();
        fs::hard_link(path("accountd.db"), path("other/hard.db")).unwrap();
        symlink(path("accountd.db"), path("other/soft.db")).unwrap();

        for name in ["hard.db", "other/hard.db", "other/soft.db"] {
            let error = LockFile::acquire(Some(path(name))).unwrap_err().to_string();
            assert!(error.contains("another accountd"), "{name}: {error}");
        }
    }

    /// DU-7: while the file is replaced, its path stays locked.
    #[test]
    fn the_path_stays_locked_when_the_file_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("accountd.db");
        let _first = LockFile::acquire(Some(database.clone())).unwrap();
        fs::remove_file(&database).unwrap();

        assert!(LockFile::acquire(Some(database.clone())).is_err());
        assert!(LockFile::acquire_for_path(&database).is_err());
    }

    /// C-51: what is created is its owner's alone.
    #[test]
    fn new_files_and_folders_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("data/accountd.db");
        let _lock = LockFile::acquire(Some(database.clone())).unwrap();

        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&database), 0o600);
        assert_eq!(mode(&files::with_suffix(&database, ".lock")), 0o600);
        assert_eq!(mode(database.parent().unwrap()), 0o700);
    }
}
