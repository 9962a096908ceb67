//! The file that an ensemble was fitted to, beside a scenario whose values its members change: what a scenario says itself comes first.
//! Used by [`super::template`] and, to name the file, by `experiment::ensemble`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    finding::{At, Ledger},
    layers::{self, Layers},
    shapes::SHAPES,
    table::{self, Table},
    tree::{Node, Value},
    write,
};

/// The file that values were fitted to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fitted {
    /// Its name.
    name: String,
    /// Where it is, if it stands where the ensemble names it.
    path: Option<PathBuf>,
    /// Keys whose values were fitted.
    keys: Vec<String>,
}

/// What a scenario has of the file that values were fitted to.
#[derive(Clone, Debug)]
pub enum Kinship {
    /// It is, or extends, that file, which is the layer of this rank: what later layers say is the scenario's own.
    Extends(usize),
    /// It does not, and says something else of these keys, there.
    Differs(BTreeMap<String, At>),
    /// The file is none of the scenario's, and is not there to compare with.
    Unknown,
}

impl Fitted {
    /// The file of a name in a folder; the name is empty if it is not known.
    pub fn new(folder: Option<&Path>, name: &str, keys: impl Iterator<Item = String>) -> Fitted {
        let plain = Path::new(name).components().count() == 1;
        let path = folder.filter(|_| plain).map(|folder| folder.join(name)).filter(|path| path.is_file());
        Fitted { name: name.to_string(), path, keys: keys.collect() }
    }

    /// Its name; empty if none was named.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a scenario has of it.
    pub fn kinship(&self, layers: &Layers, ledger: &Ledger) -> Kinship {
        let place = |file: usize| ledger.sources.get(file).map_or(Path::new(""), |source| Path::new(source.name.as_str()));
        let Some(path) = &self.path else {
            let named = |file: &usize| !self.name.is_empty() && place(*file).file_name() == Path::new(&self.name).file_name();
            return layers.order.iter().rposition(named).map_or(Kinship::Unknown, Kinship::Extends);
        };
        let full = path.canonicalize().ok();
        if let Some(rank) = layers.order.iter().rposition(|&file| full.is_some() && place(file).canonicalize().ok() == full) {
            return Kinship::Extends(rank);
        }
        let mut other = Ledger::default();
        let of_file = layers::read(path, &[], None, &mut other);
        if other.errors() > 0 {
            return Kinship::Unknown;
        }
        let (mut here, mut there) = (Told::new(layers, ledger.clone()), Told::new(&of_file, other));
        let differs: Vec<&String> = self.keys.iter().filter(|key| here.values(key) != there.values(key)).collect();
        Kinship::Differs(differs.into_iter().map(|key| (key.clone(), here.at(key))).collect())
    }
}

/// The values of a scenario's files by key.
struct Told<'l> {
    layers: &'l Layers,
    ledger: Ledger,
    tables: BTreeMap<&'static str, Table>,
}

impl<'l> Told<'l> {
    fn new(layers: &'l Layers, ledger: Ledger) -> Told<'l> {
        Told { layers, ledger, tables: BTreeMap::new() }
    }

    /// What stands at a key, in which `*` stands for any name.
    fn values(&mut self, key: &str) -> Vec<String> {
        let parts = layers::segments(key).unwrap_or_default();
        if let [cells, name, row, column] = parts.as_slice()
            && cells == "cells"
            && let Some(shape) = SHAPES.iter().find(|shape| shape.name == name)
        {
            let (layers, ledger) = (self.layers, &mut self.ledger);
            return self.tables.entry(shape.name).or_insert_with(|| table::read(shape, layers, ledger)).texts(row, column);
        }
        let text = |node: &Node| match node.value {
            Value::Int(n) => format!("{:?}", n as f64),
            Value::Float(x) => format!("{x:?}"),
            _ => write::value(node),
        };
        self.layers.tree.matching(&parts).into_iter().map(|(_, node)| text(node)).collect()
    }

    /// Where that stands.
    fn at(&self, key: &str) -> At {
        let tree = &self.layers.tree;
        match layers::segments(key).unwrap_or_default().as_slice() {
            [cells, table, ..] if cells == "cells" && tree.find(key).is_none() => tree.locate(&format!("tables.{table}")),
            _ => tree.locate(key),
        }
    }
}
