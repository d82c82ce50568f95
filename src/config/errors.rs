//! Everything that is wrong with a configuration.

use std::fmt;

/// The problems of a configuration: one line for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigErrors(Vec<String>);

impl ConfigErrors {
    /// Adds a problem.
    pub fn note(&mut self, problem: impl Into<String>) {
        self.0.push(problem.into());
    }

    /// Adds a problem if it `is_there`.
    pub fn when(&mut self, is_there: bool, problem: impl Into<String>) {
        if is_there {
            self.note(problem);
        }
    }

    /// Adds the problems of another part.
    pub fn append(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }

    /// Adds those problems of another part whose setting has none yet.
    pub fn append_others(&mut self, others: Self) {
        let known: Vec<String> = self.0.clone();
        let is_known = |problem: &String| {
            let setting = problem.split([':', ' ']).next();
            known.iter().any(|known| known.split(": ").any(|part| Some(part) == setting))
        };
        self.0.extend(others.0.into_iter().filter(|problem| !is_known(problem)));
    }

    /// Fails unless there are no problems.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for ConfigErrors {}
