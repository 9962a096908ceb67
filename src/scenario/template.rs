//! A scenario read once and changed often: the merged tree of its files, of which changed copies are resolved. Used by the experiments.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    Findings, Overrides, Scenario, check,
    finding::{At, Finding, Ledger, Source, did_you_mean},
    fitted::{Fitted, Kinship},
    layers::{self, Layers},
    tree::{Node, Value},
};
use crate::{behaviour::Behaviour, units::Month, world::World};

/// A scenario's files, read and merged.
#[derive(Clone, Debug)]
pub struct Template {
    layers: Layers,
    ledger: Ledger,
    until: Option<Month>,
    /// What it has of the files that changes were fitted to, found when it is asked for.
    kin: Arc<Mutex<BTreeMap<Fitted, Arc<Kinship>>>>,
    /// Hash over all texts that it was made of.
    pub digest: [u8; 32],
}

/// A value to put at a key. Places within `value` refer to the text given to [`Template::new`].
#[derive(Clone, Debug)]
pub struct Change {
    /// Dotted key; `*` stands for every key or item.
    pub key: String,
    /// The value, or what the value in the files is multiplied by.
    pub value: Node,
    /// Whether the value in the files is multiplied.
    pub multiplies: bool,
    /// The file that the value was fitted to: what another file says itself, or the command line, comes first. None: it changes whatever
    /// stands there.
    pub of: Option<Arc<Fitted>>,
}

impl Change {
    /// A number for a key, rounded where the key is of whole numbers and it does not multiply. It stands at `at`, its key at `key_at`.
    pub fn number(key: &str, value: f64, multiplies: bool, [at, key_at]: [At; 2]) -> Change {
        let whole = !multiplies && check::whole(key);
        let value = if whole { Value::Int(value.round() as i64) } else { Value::Float(value) };
        Change { key: key.to_string(), value: Node { value, at, key: key_at }, multiplies, of: None }
    }
}

impl Template {
    /// Reads a scenario. `text` is the text in which changes stand, so that mistakes in them point there.
    ///
    /// # Errors
    /// What is wrong in the files before anything is changed.
    pub fn new(path: &Path, overrides: &Overrides, text: &Source) -> Result<Template, Findings> {
        let mut ledger = Ledger::default();
        let mut layers = layers::read(path, &overrides.set, overrides.root.as_deref(), &mut ledger);
        layers.order.push(ledger.sources.len());
        ledger.sources.push(text.clone());
        let mut hasher = blake3::Hasher::new();
        for source in &ledger.sources {
            hasher.update(source.text.as_bytes()).update(b"\0");
        }
        let mut template = Template { layers, ledger, until: overrides.until, kin: Arc::default(), digest: [0; 32] };
        hasher.update(format!("{:?}", overrides.until).as_bytes()).update(template.scenario(&[])?.resolved.as_bytes());
        template.digest = *hasher.finalize().as_bytes();
        Ok(template)
    }

    /// The scenario with some changes.
    ///
    /// # Errors
    /// Everything that is wrong in it, at once.
    pub fn scenario(&self, changes: &[Change]) -> Result<Scenario, Findings> {
        let (layers, ledger) = self.changed(changes);
        Scenario::resolve(&layers, self.until, ledger)
    }

    /// What a run reads of [`Template::scenario`], found in less time.
    ///
    /// # Errors
    /// Everything that is wrong in it, at once.
    pub fn world(&self, changes: &[Change]) -> Result<(World, Behaviour), Findings> {
        let (layers, ledger) = self.changed(changes);
        Scenario::parts(&layers, self.until, ledger).map(|(parts, _)| (parts.world, parts.behaviour))
    }

    /// Keys of changes that give way to what the scenario says itself.
    pub fn own_keys(&self, changes: &[Change]) -> BTreeSet<String> {
        changes.iter().filter(|change| self.own(change).is_some()).map(|change| change.key.clone()).collect()
    }

    /// Warnings of changes that give way to what the scenario says itself, of what it names as its own and no change is about, and of a fitted
    /// file that the scenario cannot be held against.
    pub fn kept(&self, changes: &[Change]) -> Vec<Finding> {
        let mut ledger = Ledger::default();
        ledger.sources.clone_from(&self.ledger.sources);
        for (change, at) in changes.iter().filter_map(|change| Some((change, self.own(change)?))) {
            let what = format!("the ensemble does not change `{}` here", change.key);
            ledger.warn(at, &change.key, what, "the scenario says it itself, and that comes first", "");
        }
        for (key, name) in self.named_own().filter_map(|key| Some((key, key.text()?))).filter(|(_, name)| changes.iter().all(|change| change.key != *name)) {
            let (what, why, hint) = changes.iter().find(|change| means(&change.key, name)).map_or_else(
                || {
                    let (why, hint) = ("`own` keeps what members would change otherwise", "its `[[parameter]]` tables name the keys that they change");
                    (format!("the ensemble changes no `{name}`"), why.to_string(), hint.to_string())
                },
                |of| (format!("`own` does not keep `{name}`"), format!("members change `{}` as one", of.key), format!("name `{}` to keep all of them", of.key)),
            );
            ledger.warn(key.at, "own", what, why, hint);
        }
        let fitted: BTreeSet<&Fitted> = changes.iter().filter_map(|change| change.of.as_deref()).collect();
        for fitted in fitted.into_iter().filter(|fitted| !fitted.name().is_empty() && matches!(*self.kinship(fitted), Kinship::Unknown)) {
            let what = format!("the ensemble was fitted to `{}`, which is none of the files of this scenario", fitted.name());
            ledger.warn(At::NOWHERE, "", what, "its values take the place of whatever stands here", "`--ensemble none` leaves them out");
        }
        ledger.sorted()
    }

    /// What the scenario has of a fitted file.
    fn kinship(&self, fitted: &Fitted) -> Arc<Kinship> {
        let mut known = self.kin.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kinship) = known.get(fitted) {
            return kinship.clone();
        }
        let kinship = Arc::new(fitted.kinship(&self.layers, &self.ledger));
        known.insert(fitted.clone(), kinship.clone());
        kinship
    }

    /// Keys that the scenario names as its own.
    fn named_own(&self) -> impl Iterator<Item = &Node> {
        self.layers.tree.get("own").map_or(&[][..], Node::items).iter()
    }

    /// Where the scenario itself says, or drops, what a change of a file that was fitted is about.
    fn own(&self, change: &Change) -> Option<At> {
        let fitted = change.of.as_deref()?;
        if let Some(key) = self.named_own().find(|key| key.text() == Some(&change.key)) {
            return Some(key.at);
        }
        let name = |file: usize| self.ledger.sources.get(file).map_or("", |source| source.name.as_str());
        let rank = match &*self.kinship(fitted) {
            Kinship::Extends(rank) => *rank,
            Kinship::Differs(keys) if keys.contains_key(&change.key) => return keys.get(&change.key).copied(),
            // The command line alone comes first; the last source is the text of the changes.
            _ => self.layers.order.iter().rposition(|file| name(*file) != layers::COMMAND_LINE && file + 1 < self.ledger.sources.len())?,
        };
        self.said_above(rank, &change.key)
    }

    /// Where a layer above a rank says, or drops, what stands at a key.
    fn said_above(&self, rank: usize, key: &str) -> Option<At> {
        let (order, tree) = (&self.layers.order, &self.layers.tree);
        let above = |at: At| order[rank + 1..].contains(&at.file).then_some(at);
        if let Some(node) = tree.find(key) {
            return above(node.at);
        }
        let within = |dropped: &str| key.strip_prefix(dropped).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        if let Some((_, at)) = self.layers.removed.iter().find(|(dropped, at)| within(dropped) && above(*at).is_some()) {
            return Some(*at);
        }
        match layers::segments(key)?.as_slice() {
            [cells, table, ..] if cells == "cells" => above(tree.find(&format!("tables.{table}"))?.at),
            _ => None,
        }
    }

    fn changed(&self, changes: &[Change]) -> (Layers, Ledger) {
        let (mut layers, mut ledger) = (self.layers.clone(), self.ledger.clone());
        let file = ledger.sources.len().saturating_sub(1);
        for change in changes.iter().filter(|change| self.own(change).is_none()) {
            for (key, old) in matches(&layers.tree, change, file, &mut ledger) {
                let mut node = change.value.clone();
                placed(&mut node, file);
                if change.multiplies {
                    match (number(&old), number(&node)) {
                        (Some(old), Some(factor)) if check::whole(&key) => node.value = Value::Int((old * factor).round() as i64),
                        (Some(old), Some(factor)) => node.value = Value::Float(old * factor),
                        _ => ledger.error(node.at, &key, format!("`{key}` cannot be multiplied"), format!("it is {}", old.kind()), "only numbers can"),
                    }
                }
                if let Some(parts) = layers::segments(&key) {
                    layers::put_at(&mut layers.tree, &parts, node, &key, &mut ledger);
                }
            }
        }
        (layers, ledger)
    }
}

/// Whether a key with `*` means another.
fn means(pattern: &str, key: &str) -> bool {
    let (Some(pattern), Some(key)) = (layers::segments(pattern), layers::segments(key)) else { return false };
    pattern.len() == key.len() && pattern.iter().zip(&key).all(|(p, k)| p == "*" || p == k)
}

/// Keys that a change means, with what stands there; an empty table where nothing does.
fn matches(tree: &Node, change: &Change, file: usize, ledger: &mut Ledger) -> Vec<(String, Node)> {
    let at = At { file, ..change.value.key };
    let Some(parts) = layers::segments(&change.key) else {
        ledger.error(at, &change.key, "this is not a key", "keys are names joined by dots", "for example `behaviour.choose.b_cost`");
        return Vec::new();
    };
    if !parts.iter().any(|p| p == "*") && !change.multiplies {
        let place = tree.locate(&change.key);
        return vec![(change.key.clone(), Node { at: place, ..Node::empty() })];
    }
    let found = tree.matching(&parts);
    if found.is_empty() {
        let hint = nearest(tree, &parts);
        ledger.error(at, &change.key, format!("nothing in the scenario has the key `{}`", change.key), "a key with `*`, or one that multiplies, is of what is there", hint);
    }
    found.into_iter().map(|(path, node)| (path.join("."), node.clone())).collect()
}

/// A hint about the first part of a key that is not there.
fn nearest(tree: &Node, parts: &[String]) -> String {
    let mut node = tree;
    for part in parts {
        match node.child(part) {
            Some(child) => node = child,
            None if part == "*" => return String::new(),
            None => {
                let keys = node.entries().iter().map(|(key, _)| key.as_str()).chain(node.items().iter().filter_map(Node::id));
                return did_you_mean(part, keys);
            }
        }
    }
    String::new()
}

/// Path of a file that the file `beside` names, if it stays inside the root and is there; otherwise why not, and a hint.
///
/// # Errors
/// A path that leads out of the root, or to nothing.
pub fn named(beside: &Path, root: Option<&Path>, name: &str) -> Result<PathBuf, (String, String)> {
    let folder = layers::folder_of(beside);
    let root = root.map_or_else(|| layers::root_of(&folder), Path::to_path_buf);
    layers::inside(&root, &folder, name).map_err(|why| (why, layers::neighbours(&folder, name)))
}

/// The text of a file, for a [`Ledger`].
///
/// # Errors
/// Why it cannot be read.
pub fn read(path: &Path) -> Result<Source, String> {
    Ok(Source { name: path.display().to_string(), text: layers::read_text(path)?, folder: layers::folder_of(path) })
}

fn number(node: &Node) -> Option<f64> {
    match node.value {
        Value::Int(n) => Some(n as f64),
        Value::Float(x) => Some(x),
        _ => None,
    }
}

/// Lets all places of a value be in a file.
fn placed(node: &mut Node, file: usize) {
    (node.at.file, node.key.file) = (file, file);
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|i| placed(i, file)),
        Value::Table(entries) => entries.iter_mut().for_each(|(_, n)| placed(n, file)),
        _ => {}
    }
}
