//! Files that appear whole or not at all: written under another name in the same folder, synced, renamed.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use super::StoreError;

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Length, bytes.
    pub bytes: u64,
    /// BLAKE3 hash of the content, hexadecimal.
    pub hash: String,
}

/// Passes bytes on, counts and hashes them.
pub struct Hashing<W> {
    inner: W,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<W: Write> Hashing<W> {
    /// Around a writer.
    pub fn new(inner: W) -> Hashing<W> {
        Hashing { inner, hasher: blake3::Hasher::new(), bytes: 0 }
    }

    /// Hash of what was written so far.
    pub fn hash(&self) -> blake3::Hash {
        self.hasher.finalize()
    }

    /// The writer and what went through it.
    pub fn finish(self) -> (W, Written) {
        let written = Written { bytes: self.bytes, hash: self.hasher.finalize().to_hex().to_string() };
        (self.inner, written)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// The writer that [`write()`] hands to its closure.
pub type Sink = Hashing<io::BufWriter<fs::File>>;

/// Names of temporary files.
const PREFIX: &str = ".musafir-";
const SUFFIX: &str = ".partial";
/// Age at which a temporary file is nobody's, as each is written at one go.
const OLD: Duration = Duration::from_secs(60);

/// Writes a file whole or not at all. A file of that name is replaced in the moment of success; on failure it stays as it was.
///
/// # Errors
/// Those of the file system, with the path and what to do about it.
pub fn write(path: &Path, content: impl FnOnce(&mut Sink) -> io::Result<()>) -> Result<Written, StoreError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).map_err(StoreError::io("create", folder))?;
    let file = temporary().tempfile_in(folder).map_err(StoreError::io("write into", folder))?;
    let (handle, temporary) = file.into_parts();
    let _ = handle.try_lock(); // until the end of this function
    let mut sink = Hashing::new(io::BufWriter::with_capacity(1 << 18, handle));
    let fail = |source| StoreError::Io { action: "write", path: path.to_path_buf(), source };
    content(&mut sink).and_then(|()| sink.flush()).map_err(fail)?;
    let (buffer, written) = sink.finish();
    let handle = buffer.into_inner().map_err(|e| fail(e.into_error()))?;
    handle.sync_all().map_err(fail)?;
    temporary.persist(path).map_err(|e| fail(e.error))?;
    sync_folder(folder);
    Ok(written)
}

/// Removes from a folder the temporary files of processes that were killed while they wrote: those that nobody holds.
pub fn sweep_up(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let path = entry.path();
        if name.starts_with(PREFIX) && name.ends_with(SUFFIX) && fs::File::options().read(true).write(true).open(&path).is_ok_and(|file| abandoned(&file)) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Whether no process writes a temporary file. Each holds its own locked; that is not seen on another machine everywhere, and not in the moment
/// in which a file is made, so it must be old too.
fn abandoned(file: &fs::File) -> bool {
    let age = file.metadata().and_then(|m| m.modified()).ok().and_then(|written| written.elapsed().ok());
    !matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)) && age.is_some_and(|age| age > OLD)
}

/// Temporary files that are as readable as the user's mask lets new files be.
fn temporary() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

/// Makes a rename durable where folders can be synced; elsewhere the system does it in its own time.
fn sync_folder(folder: &Path) {
    if let Ok(handle) = fs::File::open(folder) {
        let _ = handle.sync_all();
    }
}

/// A set of files that appear together: written into `writing.partial` inside the target folder, then renamed one by one in the order
/// in which they were written. Dropped without [`Staging::commit`], nothing remains. Stagings of one folder wait for each other; [`write()`] waits
/// for nobody.
pub struct Staging {
    target: PathBuf,
    folder: PathBuf,
    made_target: bool,
    files: Vec<String>,
    /// The target, locked; the system ends the lock with the process.
    _turn: Option<fs::File>,
}

impl Staging {
    /// Opens a staging folder inside `target`, which is made if it is not there. What an interrupted writing left is removed.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn new(target: &Path) -> Result<Staging, StoreError> {
        let made_target = !target.exists();
        fs::create_dir_all(target).map_err(StoreError::io("create", target))?;
        // Where folders cannot be locked, nobody waits.
        let turn = fs::File::open(target).ok().filter(|folder| folder.lock().is_ok());
        let folder = target.join("writing.partial");
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(StoreError::io("remove", &folder))?;
        }
        fs::create_dir_all(&folder).map_err(StoreError::io("create", &folder))?;
        sweep_up(target);
        Ok(Staging { target: target.to_path_buf(), folder, made_target, files: Vec::new(), _turn: turn })
    }

    /// Writes one file of the set.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn file(&mut self, name: &str, content: impl FnOnce(&mut Sink) -> io::Result<()>) -> Result<Written, StoreError> {
        let written = write(&self.folder.join(name), content)?;
        self.files.push(name.to_string());
        Ok(written)
    }

    /// Moves all files to their place.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn commit(mut self) -> Result<(), StoreError> {
        for name in &self.files {
            let to = self.target.join(name);
            fs::rename(self.folder.join(name), &to).map_err(StoreError::io("write", &to))?;
        }
        self.made_target = false;
        sync_folder(&self.target);
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
        if self.made_target {
            let _ = fs::remove_dir(&self.target); // only if it is empty
        }
    }
}
