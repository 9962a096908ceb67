//! Folders of results: one a pair, what stands there already, and what must go.

use std::path::{Path, PathBuf};

use super::{Args, stem};
use crate::{
    cli::run::folder::remove,
    experiment::record::{Record, UNFINISHED},
    measure::record,
    store::{StoreError, atomic::Staging},
};

/// One folder for each scenario but A: `results/compare-A-B`, or `--out` itself if there are only two, else `compare-A-B` in it.
pub fn places(args: &Args) -> Vec<PathBuf> {
    if let ([_], Some(out)) = (args.others.as_slice(), &args.out) {
        return vec![out.clone()];
    }
    let parent = args.out.clone().unwrap_or_else(|| PathBuf::from("results"));
    let mut places: Vec<PathBuf> = Vec::new();
    for other in &args.others {
        let name = format!("compare-{}-{}", stem(&args.a), stem(other));
        let mut place = parent.join(&name);
        let mut n = 2;
        while places.contains(&place) {
            place = parent.join(format!("{name}-{n}"));
            n += 1;
        }
        places.push(place);
    }
    places
}

/// The record of the comparison `planned` if the folder holds it whole. Says why not to write there if the folder holds something else,
/// unless `force` allows it.
pub fn finished(folder: &Path, planned: &Record, force: bool) -> Result<Option<Record>, String> {
    if force {
        return Ok(None);
    }
    let place = folder.display();
    let instead = "choose another place with --out, or replace it with --force";
    let Some(record) = Record::read(folder) else {
        let foreign = ["compare.csv", "summary.csv", "scenario.toml", record::FILE].into_iter().find(|name| folder.join(name).exists());
        return foreign.map_or(Ok(None), |name| Err(format!("{place} holds a `{name}` of something else; {instead}")));
    };
    if !planned.same_comparison(&record) {
        let (a, b, seed, sample, replicates) = (&record.a.scenario, &record.b.scenario, record.seed, record.sample, record.replicates);
        let with = if record.attribute { "with" } else { "without" };
        let what = format!("`{a}` and `{b}`, seed {seed}, sample {sample}, replicates {replicates}, {} months, {with} attribution", record.months);
        return Err(format!("{place} holds another comparison ({what}); {instead}"));
    }
    // A damaged copy of the same comparison is written anew.
    Ok(record.complete(folder).then_some(record))
}

/// Moves new files into place. The old record goes first and the new one comes last, so that an interruption never leaves a record that
/// the files belie; files of an old comparison that the new one does not have, and saved replicates, go at the end.
pub fn replace(folder: &Path, staging: Staging, new: &Record) -> Result<(), StoreError> {
    let old = Record::read(folder);
    remove(folder, record::FILE)?;
    staging.commit()?;
    for file in old.iter().flat_map(|r| &r.files).filter(|f| new.files.iter().all(|n| n.name != f.name)) {
        remove(folder, &file.name)?;
    }
    remove(folder, UNFINISHED)
}
