//! Values in files of their own: a line that says what they are, a hash, the value; whole or not at all.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use serde::{Serialize, de::DeserializeOwned};

use super::{StoreError, atomic};

/// Writes a value.
///
/// # Errors
/// Those of the file system and of the encoder.
pub fn write<T: Serialize>(path: &Path, magic: &[u8], value: &T) -> Result<(), StoreError> {
    let body = postcard::to_stdvec(value).map_err(|e| StoreError::io("encode", path)(io::Error::other(e)))?;
    atomic::write(path, |sink| {
        sink.write_all(magic)?;
        sink.write_all(blake3::hash(&body).as_bytes())?;
        sink.write_all(&body)
    })
    .map(drop)
}

/// Reads a value; none if the file is cut off, damaged, or of another kind.
///
/// # Errors
/// Those of the file system.
pub fn read<T: DeserializeOwned>(path: &Path, magic: &[u8]) -> Result<Option<T>, StoreError> {
    let bytes = fs::read(path).map_err(StoreError::io("read", path))?;
    let body = bytes.strip_prefix(magic).and_then(|rest| rest.split_at_checked(32)).filter(|(hash, body)| blake3::hash(body).as_bytes() == *hash);
    Ok(body.and_then(|(_, body)| postcard::from_bytes(body).ok()))
}
