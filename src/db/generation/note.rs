//! The note beside an embedded database: which generation was served there last.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::Context;
use entity::{Timestamp, generation};
use serde::{Deserialize, Serialize};

use crate::files;

/// The place of the note: `<database>.generation`.
#[derive(Debug)]
pub(super) struct NoteFile(PathBuf);

/// The generation that was served last.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(super) id: String,
    pub(super) number: i64,
    pub(super) created_at: Timestamp,
}

impl NoteFile {
    /// The note of the database in the file; a symbolic link has the note of the file that it leads to.
    pub(super) fn beside(database: &Path) -> Self {
        let database = database.canonicalize().unwrap_or_else(|_| database.to_owned());
        Self(files::with_suffix(&database, ".generation"))
    }

    /// Reads the note, if there is one.
    pub(super) fn read(&self) -> anyhow::Result<Option<Note>> {
        let text = match fs::read(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("{} can't be read", self.0.display()));
            }
        };
        let note = serde_json::from_slice(&text);
        Ok(Some(note.with_context(|| format!("{} is damaged", self.0.display()))?))
    }

    /// Replaces the note: after a power cut there is the old one or the new one.
    pub(super) fn write(&self, generation: &generation::Model) -> anyhow::Result<()> {
        let note = Note {
            id: generation.id.clone(),
            number: generation.number,
            created_at: generation.created_at,
        };
        let text = serde_json::to_string(&note)?;
        let part = files::with_suffix(&self.0, ".part");
        let written = files::open_private(&part).and_then(|mut file| {
            file.set_len(0)?;
            writeln!(file, "{text}")?;
            file.sync_all()?;
            Ok(fs::rename(&part, &self.0)?)
        });
        written.with_context(|| format!("{} can't be written", self.0.display()))?;
        files::sync_folder_of(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = NoteFile::beside(&folder.path().join("accountd.db"));
        let generation = |id: &str, number| generation::Model {
            id: id.to_owned(),
            number,
            previous: String::new(),
            created_at: Timestamp::from_millis(number),
            backed_up_at: None,
        };

        assert_eq!(file.read().unwrap(), None);
        file.write(&generation("a long id that a short one follows", 1)).unwrap();
        file.write(&generation("b", 2)).unwrap();

        let note = file.read().unwrap().unwrap();
        assert_eq!((note.id.as_str(), note.number), ("b", 2));
        fs::write(&file.0, "{\"id\"").unwrap();
        assert!(file.read().unwrap_err().to_string().contains("is damaged"));
    }
}
