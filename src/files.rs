//! Files that only their owner can read: databases contain hashes and addresses, mails contain secrets.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::io::Write;
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
#[cfg(unix)]
use rustix::process::geteuid;

/// The options for opening a file, by which a new one gets mode 0600.
#[cfg(unix)]
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// The options for opening a file. On Windows a new one gets the rights of its folder.
#[cfg(not(unix))]
pub(crate) fn private() -> OpenOptions {
    OpenOptions::new()
}

/// The mode of a file; none on Windows, where its folder decides who can access it.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "there is none on Windows")]
pub(crate) fn mode(metadata: &Metadata) -> Option<u32> {
    Some(metadata.permissions().mode() & 0o777)
}

/// The mode of a file; none on Windows, where its folder decides who can access it.
#[cfg(not(unix))]
pub(crate) fn mode(_: &Metadata) -> Option<u32> {
    None
}

/// The id of the user to whom a file belongs, if that is another user than this process's.
#[cfg(unix)]
pub(crate) fn other_owner(metadata: &Metadata) -> Option<u32> {
    Some(metadata.uid()).filter(|owner| *owner != geteuid().as_raw())
}

/// The id of the user to whom a file belongs, if that is another user than this process's; never known on Windows.
#[cfg(not(unix))]
pub(crate) fn other_owner(_: &Metadata) -> Option<u32> {
    None
}

/// Fails if the server couldn't open the files that this process makes beside its database: the database is another user's, or,
/// while there is none, its folder, and this process is root's, which can write into every folder.
pub(crate) fn check_owner(database: &Path) -> anyhow::Result<()> {
    let (path, owner) = if let Ok(metadata) = database.metadata() {
        (database.to_owned(), other_owner(&metadata))
    } else {
        let database = std::path::absolute(database)?;
        let mut folders = database.ancestors().skip(1);
        let found = folders.find_map(|folder| Some((folder, folder.metadata().ok()?)));
        let Some((folder, metadata)) = found else { return Ok(()) };
        (folder.to_owned(), other_owner(&metadata).filter(|_| is_root()))
    };
    match owner {
        None => Ok(()),
        Some(owner) => bail!(
            "{} belongs to another user (id {owner}): run the command as that user, or change the owner",
            path.display()
        ),
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

/// Creates a file with mode 0600, unless it exists. SQLite gives its companion files the same mode.
pub(crate) fn create_private(path: &Path) -> anyhow::Result<()> {
    match private().write(true).create_new(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error).with_context(|| format!("{} can't be created", path.display())),
    }
}

/// Opens the file for reading and writing, created with mode 0600 if it is missing.
pub(crate) fn open_private(path: &Path) -> anyhow::Result<File> {
    let mut options = private();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path).with_context(|| format!("{} can't be opened", path.display()))
}

/// Reads a text that others must not know. Fails if they can access the file.
pub(crate) fn read_private(path: &Path) -> anyhow::Result<String> {
    let file = File::open(path)?;
    // Checks the open file, not the path, which could be another file by now.
    if let Some(mode) = mode(&file.metadata()?) {
        let for_others = mode & 0o077;
        ensure!(for_others == 0, "others can access it (mode {mode:04o}): use 0600");
    }
    Ok(io::read_to_string(file)?)
}

/// Writes a file with mode 0600, in place of one that has its name.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let _ = std::fs::remove_file(path);
    private().write(true).create_new(true).open(path)?.write_all(bytes)
}

/// Creates a folder with mode 0700, unless it exists.
pub(crate) fn create_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    builder.mode(0o700);
    builder.recursive(true).create(folder)
}

/// Creates the folder of a file, with mode 0700, unless it exists.
pub(crate) fn create_folder_of(path: &Path) -> anyhow::Result<()> {
    let folder = folder_of(path);
    create_private_folder(folder).with_context(|| format!("{} can't be created", folder.display()))
}

/// Flushes a folder, so that a file's name survives a power cut. Windows flushes it with the file.
pub(crate) fn sync_folder_of(path: &Path) -> anyhow::Result<()> {
    let folder = folder_of(path);
    if cfg!(windows) {
        return Ok(());
    }
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.with_context(|| format!("{} can't be flushed", folder.display()))
}

/// The path with `suffix` behind its name.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Fails if others can access the file; a missing file is fine.
pub(crate) fn check_private(path: &Path) -> Result<(), String> {
    let Ok(metadata) = path.metadata() else { return Ok(()) };
    let shared = mode(&metadata).filter(|mode| mode.trailing_zeros() < 6);
    let Some(mode) = shared else { return Ok(()) };
    Err(format!("{} can be accessed by others (mode {mode:04o}): use 0600", path.display()))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => path,
    }
}
