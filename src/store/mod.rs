//! Tables on disk: typed columns, Parquet and CSV, written whole or not at all. Uses nothing of the model; everything right of `store`
//! may use it.

pub mod atomic;
pub mod csv;
mod pages;
pub mod parquet;
pub mod sealed;
pub mod shelf;
pub mod table;

use std::{io, path::Path, path::PathBuf};

/// Why something could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system refused.
    #[error("cannot {action} {}: {}{}", path.display(), source, hint(source))]
    Io {
        /// What was tried, e.g. "write".
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process wrote other results there meanwhile.
    #[error("{} holds other results by now, of another process; choose another place with --out, or replace them with --force", path.display())]
    Taken {
        /// The folder.
        path: PathBuf,
    },
    /// The content is not what it should be.
    #[error("{}: {reason}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl StoreError {
    /// An error of the file system, for `map_err`.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
        let path = path.to_path_buf();
        move |source| StoreError::Io { action, path, source }
    }
}

fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => " (free some space or choose another place with --out)",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => " (choose a place you may write to with --out)",
        io::ErrorKind::NotADirectory => " (a file stands where a folder should be)",
        _ => "",
    }
}
