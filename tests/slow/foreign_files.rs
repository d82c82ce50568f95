//! Commands that would leave files beside the database of another user, which its server could not open.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;
use tempfile::TempDir;

use crate::support::{Server, accountd};

const NOBODY: u32 = 65_534;

/// Expects that a command is refused because of the owner of a path, and makes no file.
fn is_refused(folder: &Path, words: &[&str], owned: &Path) {
    let url = format!("sqlite://{}", folder.join("data/accountd.db").display());
    let environment = [("ACCOUNTD_DATABASE__URL", url.as_str())];
    let before = files(folder);

    let output = accountd(folder, words, &environment).output().unwrap();

    let error = String::from_utf8(output.stderr).unwrap();
    let expected = format!(
        "accountd: {} belongs to another user (id {NOBODY}): run the command as that user, or change the owner\n",
        owned.display()
    );
    assert_eq!((output.status.code(), error), (Some(1), expected), "{words:?}");
    assert_eq!(files(folder), before, "{words:?}");
}

/// The files of the database, each with its owner.
fn files(folder: &Path) -> Vec<(PathBuf, u32)> {
    let files = fs::read_dir(folder.join("data")).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> =
        files.map(|path| (path.clone(), path.metadata().unwrap().uid())).collect();
    files.sort();
    files
}

/// Root can write everywhere, and what it writes is root's.
#[test]
fn root_makes_no_file_beside_the_database_of_another_user() {
    if !geteuid().is_root() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    Server::start(folder).stop();
    let (data, database) = (folder.join("data"), folder.join("data/accountd.db"));
    fs::copy(&database, folder.join("a.backup")).unwrap();
    for (path, _) in files(folder) {
        chown(path, Some(NOBODY), None).unwrap();
    }
    chown(&data, Some(NOBODY), None).unwrap();

    for words in [&["restore", "--in-place"][..], &["migrate"], &["user", "list"]] {
        is_refused(folder, words, &database);
    }
    fs::remove_dir_all(&data).unwrap();
    fs::create_dir(&data).unwrap();
    chown(&data, Some(NOBODY), None).unwrap();
    for words in [&["restore", "a.backup"][..], &["migrate"]] {
        is_refused(folder, words, &data);
    }
}
