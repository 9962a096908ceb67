//! All values of a scenario with unit, place and source, for people. Used by `cli::show`.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde::Serialize;
use serde_json::Value as Json;

use super::{
    Findings, Overrides, check,
    finding::{At, Ledger},
    layers::{self, Layers},
    outlook::Outlook,
    resolve,
    table::Table,
    tree::{Node, Value},
    write,
};
use crate::units::Month;

/// Keys that say where values come from, and are shown beside them.
pub(super) const PROVENANCE: [&str; 5] = ["source", "verified", "note", "sources", "id"];

/// One value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Dotted key.
    pub key: String,
    /// The value in the syntax of TOML.
    pub value: String,
    /// Unit, empty for texts and dates.
    pub unit: String,
    /// File and line, `file:line`.
    pub place: String,
    /// Source, empty if none is stated where the value stands.
    pub source: String,
    /// Whether it was checked against the source, if that is stated.
    pub verified: Option<bool>,
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// File and line.
    pub place: String,
    /// Its values, without source and flag.
    pub values: Vec<String>,
    /// Source.
    pub source: String,
    /// Whether it was checked against the source.
    pub verified: bool,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rows {
    /// Name in `[tables]`.
    pub name: String,
    /// Meaning.
    pub meaning: String,
    /// File that holds it.
    pub file: String,
    /// Columns without source and flag, with units.
    pub columns: Vec<(String, String)>,
    /// Its rows.
    pub rows: Vec<Row>,
}

impl Rows {
    /// Share of rows checked against their source.
    pub fn verified(&self) -> f64 {
        self.rows.iter().filter(|r| r.verified).count() as f64 / self.rows.len().max(1) as f64
    }

    /// Columns by which rows are told apart: the fewest first ones in which no two rows are the same, and never the last.
    fn named_by(&self) -> usize {
        let alone = |columns: &usize| {
            let mut seen = BTreeSet::new();
            self.rows.iter().all(|row| seen.insert(&row.values[..*columns]))
        };
        (1..self.columns.len()).find(alone).unwrap_or(self.columns.len().saturating_sub(1))
    }
}

/// A field of a table that differs, or stands in one table alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field<'a> {
    /// Table, the columns by which the row is told apart, and the name of the field's column where there are several others.
    pub key: String,
    /// The value before, and its row.
    pub before: Option<(&'a str, &'a Row)>,
    /// Likewise after.
    pub after: Option<(&'a str, &'a Row)>,
}

/// Fields in which a table differs from what it was, in the order of its rows' names.
pub fn differing<'a>(before: Option<&'a Rows>, after: Option<&'a Rows>) -> Vec<Field<'a>> {
    let Some(any) = after.or(before) else { return Vec::new() };
    let head = [before, after].into_iter().flatten().map(Rows::named_by).max().unwrap_or_default();
    let by_name = |table: Option<&'a Rows>| table.into_iter().flat_map(|t| &t.rows).map(|row| (&row.values[..head], row)).collect::<BTreeMap<_, _>>();
    let (old, new) = (by_name(before), by_name(after));
    let names: BTreeSet<&&[String]> = old.keys().chain(new.keys()).collect();
    let fields = names.into_iter().flat_map(|name| {
        let (old, new) = (old.get(name).copied(), new.get(name).copied());
        any.columns[head..].iter().enumerate().filter_map(move |(k, (column, _))| {
            let value = |row: Option<&'a Row>| row.map(|row| (row.values[head + k].as_str(), row));
            let (before, after) = (value(old), value(new));
            let column = if any.columns.len() - head > 1 { format!(" {column}") } else { String::new() };
            let differs = before.map(|b| b.0) != after.map(|a| a.0);
            differs.then(|| Field { key: format!("tables.{} {}{column}", any.name, name.join(",")), before, after })
        })
    });
    fields.collect()
}

/// All values and tables of a scenario after `extends` and `--set`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inventory {
    /// Title of the scenario.
    pub title: String,
    /// Values in the order of the files.
    pub entries: Vec<Entry>,
    /// Corridors in the time of the run.
    pub corridors: Vec<Outlook>,
    /// Tables in the order of `[tables]`.
    pub tables: Vec<Rows>,
}

impl Inventory {
    /// Reads a scenario and lists what is in it.
    ///
    /// # Errors
    /// Everything that is wrong in the files, at once.
    pub fn load(path: &Path, overrides: &Overrides) -> Result<Inventory, Findings> {
        let mut ledger = Ledger::default();
        let layers = layers::read(path, &overrides.set, overrides.root.as_deref(), &mut ledger);
        Inventory::of(&layers, overrides.until, ledger)
    }

    /// What is in the files that a scenario extends, together.
    ///
    /// # Errors
    /// Everything that is wrong in them, at once; they need not be a scenario without what extends them.
    pub fn extended(path: &Path, root: Option<&Path>) -> Result<Inventory, Findings> {
        let mut ledger = Ledger::default();
        let layers = layers::extended(path, root, &mut ledger);
        Inventory::of(&layers, None, ledger)
    }

    fn of(layers: &Layers, until: Option<Month>, mut ledger: Ledger) -> Result<Inventory, Findings> {
        let resolved = (!layers.order.is_empty()).then(|| resolve::resolve(layers, until, &mut ledger));
        if ledger.errors() > 0 {
            return Err(Findings { list: ledger.sorted() });
        }
        let Some(resolve::Resolved { run, world, tables, replaced, .. }) = resolved else { return Err(Findings { list: ledger.sorted() }) };
        let corridors = run.zip(world).map(|(run, world)| world.corridors.iter().map(|c| Outlook::new(c, &run)).collect()).unwrap_or_default();
        let lines = Lines::new(&ledger);
        let mut walk = Walk { lines: &lines, entries: Vec::new() };
        // Lists are long: they come after the rest.
        let mut parts: Vec<&(String, Node)> = layers.tree.entries().iter().filter(|(key, _)| key != "tables").collect();
        parts.sort_by_key(|(_, node)| matches!(node.value, Value::List(_)));
        for (key, node) in parts {
            let schema = check::property(check::schema(), key).unwrap_or(&Json::Null);
            walk.node(node, schema, key, "", None);
        }
        let mut entries = walk.entries;
        entries.extend(gone(&replaced, layers, &lines));
        let title = layers.tree.get("title").and_then(Node::text).unwrap_or_default().to_string();
        let tables = tables.iter().filter(|t| t.given()).map(|t| rows(t, layers, &lines)).collect();
        Ok(Inventory { title, entries, corridors, tables })
    }
}

/// Items that stand in the files and do not act, because a later file says the same otherwise: one entry each, with those for whom.
fn gone(replaced: &BTreeSet<(&'static str, String, String)>, layers: &Layers, lines: &Lines) -> Vec<Entry> {
    let mut items: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for (list, id, whose) in replaced {
        items.entry((list, id)).or_default().push(format!("\"{whose}\""));
    }
    let entry = |((list, id), whose): ((&str, &str), Vec<String>)| Entry {
        key: format!("{list}.{id}.replaced"),
        value: format!("[{}]", whose.join(", ")),
        unit: String::new(),
        place: lines.name(layers.tree.locate(&format!("{list}.{id}"))),
        source: "does not act for these: a later file says otherwise".to_string(),
        verified: None,
    };
    items.into_iter().map(entry).collect()
}

/// Starts of lines of all sources, so that many places are cheap to name.
struct Lines<'l> {
    ledger: &'l Ledger,
    starts: Vec<Vec<usize>>,
}

impl<'l> Lines<'l> {
    fn new(ledger: &'l Ledger) -> Lines<'l> {
        let starts = ledger.sources.iter().map(|s| s.text.match_indices('\n').map(|(i, _)| i + 1).collect()).collect();
        Lines { ledger, starts }
    }

    fn name(&self, at: At) -> String {
        let Some(source) = self.ledger.sources.get(at.file) else { return String::new() };
        if source.name == layers::COMMAND_LINE {
            return source.name.clone();
        }
        format!("{}:{}", source.name, 1 + self.starts[at.file].partition_point(|&s| s <= at.start))
    }
}

/// The table that says where the values below it come from, and the first key below it.
#[derive(Clone, Copy)]
struct Origin<'n> {
    table: &'n Node,
    key: &'n str,
}

struct Walk<'w> {
    lines: &'w Lines<'w>,
    entries: Vec<Entry>,
}

impl Walk<'_> {
    fn node<'n>(&mut self, node: &'n Node, schema: &Json, path: &str, unit: &str, origin: Option<Origin<'n>>) {
        let unit = schema.get("unit").and_then(Json::as_str).unwrap_or(unit);
        let inner = check::follow(schema);
        match &node.value {
            Value::Table(entries) => {
                let states = ["source", "sources"].iter().any(|k| node.get(k).is_some());
                for (key, child) in entries {
                    if PROVENANCE.contains(&key.as_str()) {
                        continue;
                    }
                    let below = if states { Some(Origin { table: node, key }) } else { origin };
                    let schema = check::property(inner, key).unwrap_or(&Json::Null);
                    self.node(child, schema, &format!("{path}.{key}"), unit, below);
                }
            }
            Value::List(items) if items.iter().any(|i| matches!(i.value, Value::Table(_))) => {
                let schema = inner.get("items").unwrap_or(&Json::Null);
                for (i, item) in items.iter().enumerate() {
                    let name = item.id().map_or_else(|| i.to_string(), str::to_string);
                    self.node(item, schema, &format!("{path}.{name}"), unit, origin);
                }
            }
            _ => {
                let (source, verified) = origin.map_or((String::new(), None), |o| stated(o, node));
                let place = self.lines.name(node.at);
                self.entries.push(Entry { key: path.to_string(), value: write::value(node), unit: unit.to_string(), place, source, verified });
            }
        }
    }
}

/// Source and flag of a value; those of another file do not speak for it.
fn stated(origin: Origin, node: &Node) -> (String, Option<bool>) {
    let own = |n: &&Node| n.at.file == node.at.file;
    let by_key = origin.table.get("sources").and_then(|s| s.get(origin.key)).filter(own).and_then(Node::text);
    let source = by_key.or_else(|| origin.table.get("source").filter(own).and_then(Node::text)).unwrap_or_default();
    let verified = match origin.table.get("verified").filter(own).map(|n| &n.value) {
        Some(Value::Bool(b)) => Some(*b),
        _ => None,
    };
    (source.to_string(), verified)
}

fn rows(table: &Table, layers: &Layers, lines: &Lines) -> Rows {
    let data = || table.shape.columns.iter().enumerate().filter(|(_, c)| c.name != "source" && c.name != "verified");
    let file = lines.ledger.sources.get(table.file).map_or_else(String::new, |s| s.name.clone());
    let inline = layers.order.contains(&table.file);
    Rows {
        name: table.shape.name.to_string(),
        meaning: table.shape.meaning.to_string(),
        file: if inline { lines.name(table.at) } else { file },
        columns: data().map(|(_, c)| (c.name.to_string(), c.unit.to_string())).collect(),
        rows: table
            .rows
            .iter()
            .map(|row| Row {
                place: lines.name(row.at),
                values: data().map(|(i, _)| row.cells[i].text.clone()).collect(),
                source: table.text(row, "source").to_string(),
                verified: table.text(row, "verified") == "yes",
            })
            .collect(),
    }
}
