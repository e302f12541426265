//! Which file stands at a path. While it is open another one may be put there.

use std::path::Path;

/// A file, whatever it is called: its device and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::execute) struct FileId(u64, u64);

impl FileId {
    /// The file at a path; nothing where there is none.
    #[cfg(unix)]
    pub(super) fn at(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata(path).ok().map(|file| Self(file.dev(), file.ino()))
    }

    /// Nothing: an open file cannot be replaced here.
    #[cfg(not(unix))]
    pub(super) fn at(_: &Path) -> Option<Self> {
        None
    }
}
