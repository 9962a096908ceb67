//! Folders of results: what stands there already, the files on their way into it, and what must go.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use super::stop::Stop;
use crate::{
    experiment::sweep,
    measure::record::{self, FileEntry, Provenance},
    report::{self, changes},
    store::{
        StoreError,
        atomic::{Sink, Staging},
    },
};

/// Records by which the results of a command are known.
const MARKS: [&str; 3] = ["run.json", "calibration.json", "sweep.json"];
/// Ends of names of results, and of what people write.
const OTHERS: [&str; 8] = ["toml", "csv", "parquet", "html", "md", "xlsx", "geojson", "txt"];

/// Records of commands that leave results.
const RECORDS: [&str; 2] = [record::FILE, sweep::record::RECORD];

/// The record `planned` as it stands in the folder, if all its files are there whole.
///
/// # Errors
/// If the folder holds something else, unless `force` allows to replace it.
pub fn finished<R: Provenance>(folder: &Path, planned: &R, force: bool) -> Result<Option<R>, Stop> {
    let Some(record) = R::read(folder).filter(|_| !force) else { return unused::<R>(folder, force).map(|()| None) };
    if !planned.same(&record) {
        return Err(instead(&format!("{} holds another {} ({})", folder.display(), R::KIND, record.gist())));
    }
    // A damaged copy of the same results is written anew.
    Ok(record.complete(folder).then_some(record))
}

/// Makes sure that results can go into a folder, which need not be there.
///
/// # Errors
/// If it is something else, or holds anything, unless `force` allows to replace that. Parts of one sweep may plan it at once.
fn unused<R: Provenance>(folder: &Path, force: bool) -> Result<(), Stop> {
    let place = folder.display();
    if folder.symlink_metadata().is_ok() && !folder.is_dir() {
        return Err(Stop::Usage(format!("{place} is no folder; choose another place with --out")));
    }
    let planned = || (!of_sweep::<R>() && folder.join(sweep::record::PLAN).is_file()).then(|| sweep::record::PLAN.to_string());
    foreign(folder).or_else(planned).filter(|_| !force).map_or(Ok(()), |name| Err(instead(&format!("{place} holds a `{name}` already"))))
}

/// Whether results are those of a sweep.
fn of_sweep<R: Provenance>() -> bool {
    R::NAME == sweep::record::RECORD
}

/// Removes the results of a folder, the records first.
///
/// # Errors
/// Those of the file system.
pub fn clear(folder: &Path) -> Result<(), StoreError> {
    let old = listed(folder);
    let names = RECORDS.iter().copied().chain([report::FILE]).chain(old.iter().map(String::as_str));
    names.into_iter().try_for_each(|name| remove(folder, name))
}

/// A file of a folder that is of another command, or of somebody: what commands leave when they are interrupted ends otherwise.
fn foreign(folder: &Path) -> Option<String> {
    let file = |name: &str| MARKS.contains(&name) || Path::new(name).extension().is_some_and(|e| OTHERS.iter().any(|other| e == *other));
    let files = fs::read_dir(folder).ok()?.flatten().filter(|entry| entry.path().is_file());
    files.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| !name.starts_with('.') && file(name)).min()
}

/// Why not to write into a folder, and what to do.
pub fn instead(why: &str) -> Stop {
    Stop::Usage(format!("{why}; choose another place with --out, or replace it with --force"))
}

/// What all pages say of themselves.
const MADE: &str = "Made by ";

/// Makes sure that a page for people goes into no file of another kind, nor of another author.
///
/// # Errors
/// A name that is not one of Markdown, or a file that is no such page.
pub fn markdown(page: &Path) -> Result<(), Stop> {
    let place = page.display();
    if page.extension().is_none_or(|e| e != "md") {
        return Err(Stop::Usage(format!("{place} would be written as Markdown; give it a name that ends in .md")));
    }
    match fs::read_to_string(page) {
        Ok(text) if !text.contains(MADE) => Err(Stop::Usage(format!("{place} is no page that musafir made, and would be replaced; choose another name, or remove it"))),
        _ => Ok(()),
    }
}

/// Files on their way into a folder of results.
pub struct Writing {
    folder: PathBuf,
    force: bool,
    /// Where they wait.
    pub staging: Staging,
    /// What was written.
    pub entries: Vec<FileEntry>,
}

impl Writing {
    /// Into a folder, which is made if it is not there; with `force` in place of whatever results are there.
    pub fn new(folder: &Path, force: bool) -> Result<Writing, StoreError> {
        Ok(Writing { folder: folder.to_path_buf(), force, staging: Staging::new(folder)?, entries: Vec::new() })
    }

    /// A table, whose content returns its number of rows.
    pub fn table(&mut self, name: &str, content: impl FnOnce(&mut Sink) -> io::Result<u64>) -> Result<(), StoreError> {
        let mut rows = 0;
        let written = self.staging.file(name, |sink| {
            rows = content(sink)?;
            Ok(())
        })?;
        self.entries.push(FileEntry { name: name.to_string(), rows: Some(rows), hash: written.hash });
        Ok(())
    }

    /// A file that is no table.
    pub fn text(&mut self, name: &str, text: &str) -> Result<(), StoreError> {
        let written = self.staging.file(name, |sink| io::Write::write_all(sink, text.as_bytes()))?;
        self.entries.push(FileEntry { name: name.to_string(), rows: None, hash: written.hash });
        Ok(())
    }

    /// Moves the files into place, the record last. The old record goes first, so that an interruption never leaves a record that the files
    /// belie; the page of other results, files that the old record lists and the new one does not, and `leftover` go too. Other results
    /// that were not there when the command began are another process's, and stay; a record that is damaged is nobody's.
    pub fn commit<R: Provenance>(mut self, record: &R, leftover: Option<&str>) -> Result<(), StoreError> {
        let taken = |name: &str| read(&self.folder, name).is_some() && !(name == R::NAME && R::read(&self.folder).is_some_and(|there| record.same(&there)));
        // A sweep that runs has a plan and no record yet.
        let planned = !of_sweep::<R>() && sweep::record::Planned::read(&self.folder).is_some();
        if !self.force && (planned || RECORDS.iter().any(|name| taken(name))) {
            return Err(StoreError::Taken { path: self.folder });
        }
        self.staging.file(R::NAME, |sink| io::Write::write_all(sink, record.json().as_bytes()))?;
        let old = listed(&self.folder);
        remove(&self.folder, report::FILE)?;
        // Records of before did not list it.
        remove(&self.folder, changes::FILE)?;
        for name in RECORDS {
            remove(&self.folder, name)?;
        }
        if planned {
            // The folder is no sweep any more; its runs stay for one that is made here again.
            [sweep::record::PLAN, sweep::plan::FILE].into_iter().try_for_each(|name| remove(&self.folder, name))?;
        }
        self.staging.commit()?;
        for name in old.iter().filter(|old| record.files().iter().all(|new| new.name != **old)) {
            remove(&self.folder, name)?;
        }
        leftover.map_or(Ok(()), |name| remove(&self.folder, name))
    }
}

/// A record of any command; none if there is none, or one that is damaged.
fn read(folder: &Path, name: &str) -> Option<serde_json::Value> {
    serde_json::from_slice(&fs::read(folder.join(name)).ok()?).ok()
}

/// The files that records of a folder list, whatever command left them.
fn listed(folder: &Path) -> Vec<String> {
    let names = |record: serde_json::Value| {
        record.get("files").and_then(|f| f.as_array()).into_iter().flatten().filter_map(|f| Some(f.get("name")?.as_str()?.to_string())).collect::<Vec<_>>()
    };
    RECORDS.iter().filter_map(|name| read(folder, name)).flat_map(names).collect()
}

/// Removes a file of the folder; a name that would reach beyond it is not followed.
fn remove(folder: &Path, name: &str) -> Result<(), StoreError> {
    let path = folder.join(name);
    let plain = Path::new(name).components().all(|c| matches!(c, Component::Normal(_))) && Path::new(name).components().count() == 1;
    if plain && path.is_file() { fs::remove_file(&path).map_err(StoreError::io("remove", &path)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::record::Record;

    #[test]
    fn of_two_that_began_in_one_folder_the_later_leaves_the_others_results() {
        let place = tempfile::tempdir().expect("a folder");
        let write = |seed: u64, force: bool| {
            let mut writing = Writing::new(place.path(), force).expect("it is there");
            writing.text("summary.csv", &seed.to_string()).expect("written");
            let record = Record { seed, files: writing.entries.clone(), ..Record::default() };
            writing.commit(&record, None)
        };
        let there = || fs::read_to_string(place.path().join("summary.csv")).expect("it is there");
        write(1, false).expect("the first");
        assert!(write(2, false).is_err_and(|e| e.to_string().contains("holds other results by now")) && there() == "1");
        write(1, false).expect("the same again");
        write(2, true).expect("what is forced");
        assert_eq!(there(), "2");
        fs::write(place.path().join("run.json"), "{ cut off").expect("damaged");
        write(3, false).expect("a damaged record is nobody's");
        assert_eq!(there(), "3");
    }

    #[test]
    fn where_a_run_replaces_a_sweep_none_is_left() {
        let place = tempfile::tempdir().expect("a folder");
        let plan = place.path().join(sweep::record::PLAN);
        let run = |force: bool| {
            let mut writing = Writing::new(place.path(), force).expect("it is there");
            writing.text("summary.csv", "1").expect("written");
            let files = writing.entries.clone();
            (writing.commit(&Record { files, ..Record::default() }, None).is_ok(), plan.exists())
        };
        fs::write(&plan, serde_json::to_string(&sweep::record::Planned::default()).expect("text")).expect("written");
        assert_eq!(run(false), (false, true), "a sweep that runs is not taken its plan");
        assert_eq!(run(true), (true, false));
        fs::write(&plan, "{}").expect("somebody's own plan");
        assert_eq!(run(true), (true, true));
    }
}
