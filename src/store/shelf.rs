//! Values on disk by key: each a file of its own, written whole or not at all, and believed only if it is whole. What is costly to make again
//! after an interruption is kept like this.

use std::{
    marker::PhantomData,
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

use super::{StoreError, sealed};

/// End of the names of values.
pub const VALUE: &str = "run";

/// A folder of values of one kind.
#[derive(Clone, Debug)]
pub struct Shelf<T> {
    folder: PathBuf,
    magic: String,
    kind: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Shelf<T> {
    /// In a folder; `kind` tells files of other kinds or versions apart.
    pub fn new(folder: PathBuf, kind: &str) -> Shelf<T> {
        Shelf { folder, magic: format!("musafir {kind}\n"), kind: PhantomData }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file that belongs to a key; that of its value ends in [`VALUE`].
    pub fn path(&self, key: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", &key[..40.min(key.len())]))
    }

    /// Keeps a value.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn put(&self, key: &str, value: &T) -> Result<(), StoreError> {
        sealed::write(&self.path(key, VALUE), self.magic.as_bytes(), &(key, value))
    }

    /// The value of a key; none if there is none that is whole.
    pub fn get(&self, key: &str) -> Option<T> {
        let found = sealed::read::<(String, T)>(&self.path(key, VALUE), self.magic.as_bytes()).ok().flatten();
        found.filter(|(own, _)| own == key).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_values_of_the_key_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let shelf: Shelf<Vec<f64>> = Shelf::new(folder.path().join("runs"), "test 1");
        let key = "0123456789012345678901234567890123456789-a";
        assert_eq!(shelf.get(key), None);
        shelf.put(key, &vec![1.0, 2.0]).unwrap();
        assert_eq!(shelf.get(key), Some(vec![1.0, 2.0]));
        assert_eq!(shelf.get("0123456789012345678901234567890123456789-b"), None, "the same file, another key");
        let path = folder.path().join("runs").join("0123456789012345678901234567890123456789.run");
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        assert_eq!(shelf.get(key), None);
    }
}
