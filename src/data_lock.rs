//! The lock on an SQLite database: one server at a time, since another would count limits and write apart.

use std::fs::File;
use std::fs::TryLockError;
use std::path::PathBuf;

use anyhow::Context;
use anyhow::bail;

/// Held as long as the server runs. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct DataLock {
    _file: File,
}

impl DataLock {
    /// Locks the database in the file. A database on a server has none, and serves several instances.
    pub(crate) fn take(database: Option<PathBuf>) -> anyhow::Result<Option<Self>> {
        let Some(database) = database else { return Ok(None) };
        let mut path = database.into_os_string();
        path.push(".lock");
        let path = PathBuf::from(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{} can't be created", folder.display()))?;
        }
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("{} can't be opened", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => {
                bail!("another accountd is using this database ({} is locked)", path.display())
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} can't be locked", path.display()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DU-7: a second holder is refused, until the first lets go.
    #[test]
    fn one_server_holds_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let database = || Some(folder.path().join("data/accountd.db"));

        let first = DataLock::take(database()).unwrap();
        assert!(DataLock::take(database()).unwrap_err().to_string().contains("another accountd"));
        drop(first);
        assert!(DataLock::take(database()).unwrap().is_some());
    }
}
