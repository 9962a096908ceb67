//! What one scenario says otherwise than another, value by value: B than A in a comparison, a run's scenario than the one that it extends.
//! The latter stands in a file beside the results, since the resolved scenario no longer knows whom it extended.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::folder::Folder;
use crate::{
    measure::record::{self, Provenance},
    scenario::{
        Inventory, Overrides,
        inventory::{Entry, Field, Row, differing},
    },
    store::StoreError,
};

/// Name of the file within the folder of a run.
pub const FILE: &str = "changes.csv";

/// A value or a row of a table that differs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Its key; of a field of a table the table, what tells its row apart, and its column.
    pub key: String,
    /// Value before; none if it was not there.
    pub before: Option<String>,
    /// Value after; none if it is gone.
    pub after: Option<String>,
    /// Source of the value after.
    pub source: String,
    /// Whether that was verified.
    pub verified: Option<bool>,
}

/// All that differs, values in the order of keys, then fields of tables; titles do not count.
pub fn between(before: &Inventory, after: &Inventory) -> Vec<Change> {
    let (a, b) = (keyed(before), keyed(after));
    let keys: BTreeSet<&&str> = a.keys().chain(b.keys()).collect();
    let differs = |key: &&&str| a.get(**key).map(|e| &e.value) != b.get(**key).map(|e| &e.value);
    let change = |key: &&str| {
        let (old, new) = (a.get(*key), b.get(*key));
        let (source, verified) = new.or(old).map_or((String::new(), None), |e| (e.source.clone(), e.verified));
        Change { key: (*key).to_string(), before: old.map(|e| e.value.clone()), after: new.map(|e| e.value.clone()), source, verified }
    };
    let values = keys.into_iter().filter(differs).map(change);
    let names: BTreeSet<&str> = before.tables.iter().chain(&after.tables).map(|t| t.name.as_str()).collect();
    let table = |of: &'_ Inventory, name: &str| of.tables.iter().position(|t| t.name == name);
    let fields = names.into_iter().flat_map(|name| differing(table(before, name).map(|t| &before.tables[t]), table(after, name).map(|t| &after.tables[t])));
    let field = |field: Field<'_>| {
        let (source, verified) = field.after.or(field.before).map_or((String::new(), None), |(_, row)| (row.source.clone(), Some(row.verified)));
        let value = |of: Option<(&str, &Row)>| of.map(|(value, _)| value.to_string());
        Change { key: field.key, before: value(field.before), after: value(field.after), source, verified }
    };
    values.chain(fields.map(field)).collect()
}

/// Values by key; what `cells` replaces shows in the tables.
fn keyed(inventory: &Inventory) -> BTreeMap<&str, &Entry> {
    let counts = |key: &str| !["title", "description", "extends"].contains(&key) && !key.starts_with("cells.");
    inventory.entries.iter().filter(|e| counts(&e.key)).map(|e| (e.key.as_str(), e)).collect()
}

/// What a scenario file, with what is set besides, says otherwise than the files it extends (than itself, if it extends none, or such as are
/// no scenario without it): the content of [`FILE`] and its number of rows. `hash` is that of the scenario. A resolved scenario extends nothing:
/// what stands beside it goes with it, so that running it gives the same bytes. None where nothing differs, or a file cannot be read by itself.
pub fn content(file: &Path, hash: &str, set: &[(String, String)], root: Option<&Path>) -> Option<(Vec<u8>, u64)> {
    let plain = Overrides { root: root.map(Path::to_path_buf), ..Overrides::default() };
    let extended = Inventory::extended(file, root).ok();
    if extended.is_none() && set.is_empty() {
        // What stands beside is of this scenario only if a run of it left both.
        let beside = file.parent().unwrap_or(Path::new(""));
        record::Record::read(beside).filter(|record| record.scenario_hash == hash)?;
        let text = fs::read(beside.join(FILE)).ok()?;
        let rows = csv::Reader::from_reader(text.as_slice()).records().count() as u64;
        return Some((text, rows));
    }
    let changed = Overrides { set: set.to_vec(), ..plain.clone() };
    let before = extended.or_else(|| Inventory::load(file, &plain).ok())?;
    let changes = between(&before, &Inventory::load(file, &changed).ok()?);
    let mut writer = csv::Writer::from_writer(Vec::new());
    for change in &changes {
        writer.serialize(change).ok()?;
    }
    Some((writer.into_inner().ok().filter(|_| !changes.is_empty())?, changes.len() as u64))
}

/// Reads the [`content`] of a folder; none if the folder has no such file.
///
/// # Errors
/// A file that cannot be read.
pub fn read(folder: &Folder) -> Result<Option<Vec<Change>>, StoreError> {
    let path = folder.file(FILE);
    if !path.exists() {
        return Ok(None);
    }
    let rows: Result<Vec<Change>, _> = csv::Reader::from_path(&path).and_then(|mut reader| reader.deserialize().collect());
    rows.map(Some).map_err(|e| StoreError::Content { path, reason: e.to_string() })
}
