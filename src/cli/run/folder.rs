//! The folder of results: what stands there already, and what must go.

use std::{
    fs,
    path::{Component, Path},
};

use crate::{
    measure::{
        Format, checkpoint,
        record::{self, Record},
    },
    store::{StoreError, atomic::Staging},
};

/// The record of the run `planned` if the folder holds it whole and in this format. Says why not to write there if the folder holds
/// something else, unless `force` allows it.
pub fn finished(folder: &Path, planned: &Record, format: Format, force: bool) -> Result<Option<Record>, String> {
    if force {
        return Ok(None);
    }
    let place = folder.display();
    let instead = "choose another place with --out, or replace it with --force";
    let Some(record) = Record::read(folder) else {
        let foreign = ["summary.csv", "scenario.toml", record::FILE].into_iter().find(|name| folder.join(name).exists());
        return foreign.map_or(Ok(None), |name| Err(format!("{place} holds a `{name}` of something else; {instead}")));
    };
    if !planned.same_run(&record) {
        let (title, seed, sample, replicates) = (&record.scenario, record.seed, record.sample, record.replicates);
        let what = format!("`{title}`, seed {seed}, sample {sample}, replicates {replicates}, {} months", record.months);
        return Err(format!("{place} holds another run ({what}); {instead}"));
    }
    if !record.files.iter().any(|f| f.name == format!("flows.{}", format.extension())) {
        return Err(format!("{place} holds this run in another format; {instead}"));
    }
    // A damaged copy of the same run is written anew.
    Ok(record.complete(folder).then_some(record))
}

/// Moves new files into place. The old record goes first and the new one comes last, so that an interruption never leaves a record that
/// the files belie; files of the old run that the new one does not have, and the checkpoint, go at the end.
pub fn replace(folder: &Path, staging: Staging, new: &Record) -> Result<(), StoreError> {
    let old = Record::read(folder);
    remove(folder, record::FILE)?;
    staging.commit()?;
    for file in old.iter().flat_map(|r| &r.files).filter(|f| new.files.iter().all(|n| n.name != f.name)) {
        remove(folder, &file.name)?;
    }
    remove(folder, checkpoint::FILE)
}

/// Removes a file of the folder; a name that would reach beyond it is not followed.
pub fn remove(folder: &Path, name: &str) -> Result<(), StoreError> {
    let path = folder.join(name);
    let plain = Path::new(name).components().all(|c| matches!(c, Component::Normal(_))) && Path::new(name).components().count() == 1;
    if plain && path.is_file() { fs::remove_file(&path).map_err(StoreError::io("remove", &path)) } else { Ok(()) }
}
