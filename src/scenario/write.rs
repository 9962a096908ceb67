//! A resolved scenario as a self-contained file, and the hash over its values. Used by `scenario` alone.

use std::{
    collections::BTreeSet,
    fmt::{self, Write as _},
    io,
};

use super::{
    Run,
    inventory::PROVENANCE,
    table::Table,
    tree::{Node, Value},
};
use crate::{
    behaviour::Behaviour,
    units::Provenance,
    world::{World, rule::Rule},
};

const HEAD: &str = "# A resolved scenario of musafir: all files and tables in one. Running it gives the same world.\n";

/// The scenario as one file. `replaced` are the citizens of regimes and places of trends that later files replaced.
pub fn resolved(tree: &Node, run: &Run, tables: &[Table], replaced: &BTreeSet<(&'static str, String, String)>) -> String {
    let mut out = format!("{HEAD}\n");
    // `own` first, where `keeping` finds it whatever texts follow.
    for key in ["own", "title", "description", "population"] {
        if let Some(node) = tree.get(key) {
            let _ = writeln!(out, "{key} = {}", value(node));
        }
    }
    let _ = write!(out, "\n[run]\nstart = \"{}\"\nend = \"{}\"\n", run.start, run.end);
    if let Some(until) = run.until {
        let _ = writeln!(out, "until = \"{until}\"");
    }
    let _ = write!(out, "sample = {:?}\nseed = {}\nreplicates = {}\n", run.sample, run.seed, run.replicates);
    for (key, node) in tree.entries() {
        match key.as_str() {
            // Tables are written with the cells that replace fields of them.
            "title" | "description" | "own" | "population" | "run" | "tables" | "cells" => {}
            _ => section(&mut out, key, node, replaced),
        }
    }
    for table in tables.iter().filter(|t| t.given()) {
        let _ = write!(out, "\n[tables.{}]\ncsv = {}\n", table.shape.name, long_text(&csv(table)));
    }
    out
}

/// A resolved scenario that keeps some keys to itself (`own`) in place of those it did; the same if there are none.
pub fn keeping(resolved: &str, own: &BTreeSet<String>) -> String {
    if own.is_empty() {
        return resolved.to_string();
    }
    let rest = resolved.strip_prefix(HEAD).map_or(resolved, str::trim_start);
    let others = rest.strip_prefix("own = ").and_then(|rest| rest.split_once('\n')).map_or(rest, |(_, others)| others);
    let keys: Vec<String> = own.iter().map(|key| toml::Value::String(key.clone()).to_string()).collect();
    format!("{HEAD}\nown = [{}]\n{others}", keys.join(", "))
}

fn section(out: &mut String, key: &str, node: &Node, replaced: &BTreeSet<(&'static str, String, String)>) {
    match &node.value {
        Value::Table(entries) if key == "behaviour" => {
            for (name, inner) in entries {
                section(out, &format!("{key}.{name}"), inner, replaced);
            }
        }
        Value::Table(entries) => {
            let _ = write!(out, "\n[{key}]\n");
            pairs(out, entries);
        }
        Value::List(items) if items.iter().all(|i| i.id().is_some()) => {
            for item in items {
                list_item(out, key, item, replaced);
            }
        }
        _ => {}
    }
}

fn list_item(out: &mut String, key: &str, item: &Node, replaced: &BTreeSet<(&'static str, String, String)>) {
    let column = match key {
        "regime" => "citizens",
        "trend" => "places",
        _ => "",
    };
    let id = item.id().unwrap_or_default();
    let mut item = item.clone();
    if let Some(Node { value: Value::List(codes), .. }) = item.get_mut(column) {
        codes.retain(|c| !replaced.iter().any(|(list, other, code)| *list == key && other == id && Some(code.as_str()) == c.text()));
        if codes.is_empty() {
            return;
        }
    }
    let _ = write!(out, "\n[[{key}]]\n");
    pairs(out, item.entries());
}

/// The keys of a table, and what its source says of them: it does not speak for what another file has changed.
fn pairs(out: &mut String, entries: &[(String, Node)]) {
    let find = |key: &str| entries.iter().find(|(name, _)| name == key).map(|(_, node)| node);
    let source = find("source");
    let speaks = |key: &str, node: &Node| {
        let of_key = find("sources").and_then(|sources| sources.get(key)).or(source);
        PROVENANCE.contains(&key) || of_key.is_none_or(|source| of_one_file(node, source.at.file))
    };
    let changed: Vec<&str> = entries.iter().filter(|(key, node)| !speaks(key, node)).map(|(key, _)| key.as_str()).collect();
    for (key, node) in entries {
        let text = match (key.as_str(), node.text()) {
            ("source", Some(text)) if !changed.is_empty() => quoted(&format!("{text}; not of what other files say: {}", changed.join(", "))),
            ("verified", _) if !changed.is_empty() => "false".to_string(),
            _ => value(node),
        };
        let _ = writeln!(out, "{} = {text}", name(key));
    }
}

/// Whether a value stands in a file with all that is in it.
fn of_one_file(node: &Node, file: usize) -> bool {
    node.at.file == file && node.entries().iter().map(|(_, inner)| inner).chain(node.items()).all(|inner| of_one_file(inner, file))
}

fn name(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { key.to_string() } else { quoted(key) }
}

/// A value on one line.
pub fn value(node: &Node) -> String {
    match &node.value {
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) if x.is_nan() => "nan".to_string(),
        Value::Float(x) if x.is_infinite() => if *x > 0.0 { "inf" } else { "-inf" }.to_string(),
        Value::Float(x) => format!("{x:?}"),
        Value::Text(text) => quoted(text),
        Value::Date(date) => date.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(value).collect::<Vec<_>>().join(", ")),
        Value::Table(entries) if entries.is_empty() => "{}".to_string(),
        Value::Table(entries) => {
            format!("{{ {} }}", entries.iter().map(|(k, v)| format!("{} = {}", name(k), value(v))).collect::<Vec<_>>().join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text of many lines: as it is between `'''`, if TOML allows that.
fn long_text(text: &str) -> String {
    let plain = !text.contains("'''") && !text.ends_with('\'') && text.chars().all(|c| !c.is_control() || c == '\n' || c == '\t');
    if plain { format!("'''\n{text}'''") } else { quoted(text) }
}

fn csv(table: &Table) -> String {
    let mut out = table.shape.header();
    out.push('\n');
    for row in &table.rows {
        for (i, cell) in row.cells.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            if cell.text.contains(['"', ',', '\n', '\r']) {
                let _ = write!(out, "\"{}\"", cell.text.replace('"', "\"\""));
            } else {
                out.push_str(&cell.text);
            }
        }
        out.push('\n');
    }
    out
}

/// Feeds what is formatted to a hash, in pieces that it likes: the debug form of a float is the shortest text that reads back as the same float.
pub struct Feed(io::BufWriter<blake3::Hasher>);

impl Default for Feed {
    fn default() -> Feed {
        Feed(io::BufWriter::with_capacity(1 << 15, blake3::Hasher::new()))
    }
}

impl Feed {
    /// Hash of all that was fed.
    pub fn finish(mut self) -> blake3::Hash {
        let _ = io::Write::flush(&mut self.0);
        self.0.get_ref().finalize()
    }
}

impl fmt::Write for Feed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        io::Write::write_all(&mut self.0, text.as_bytes()).map_err(|_| fmt::Error)
    }
}

/// Hash over the values that a run reads: run, world and behaviour without sources, notes and names of files.
pub fn hash(run: &Run, world: &World, behaviour: &Behaviour) -> String {
    let mut bare = behaviour.clone();
    for provenance in [
        &mut bare.consider.provenance,
        &mut bare.choose.provenance,
        &mut bare.afford.provenance,
        &mut bare.enter.provenance,
        &mut bare.stay.provenance,
        &mut bare.remit.provenance,
        &mut bare.settle.provenance,
        &mut bare.labour.provenance,
    ] {
        *provenance = Provenance::default();
    }
    let (mut travel, mut freight, mut ties) = (world.network.travel.clone(), world.freight.clone(), world.ties.clone());
    let beyond = freight.beyond.values_mut().map(|b| &mut b.provenance);
    for provenance in beyond.chain([&mut travel.provenance, &mut ties.provenance]) {
        *provenance = Provenance::default();
    }
    freight.provenance = Provenance::default();
    let mut feed = Feed::default();
    let mut demography = world.demography.clone();
    demography.households.provenance = Provenance::default();
    demography.start.provenance = Provenance::default();
    let _ = write!(feed, "{run:?}{bare:?}{travel:?}{freight:?}{ties:?}");
    let _ = write!(feed, "{:?}{:?}{:?}", world.start, world.months, world.places);
    let _ = write!(feed, "{:?}{:?}{:?}", world.series, world.network.nodes, world.network.links);
    let _ = write!(feed, "{:?}{:?}{:?}", world.corridors, world.law, demography);
    let _ = write!(feed, "{:?}{:?}{:?}{:?}", world.markets, world.season_departures, world.season_returns, world.outside);
    if let Some(before) = &world.unshocked {
        let _ = write!(feed, "{:?}{:?}", world.shocks, before.series);
    }
    if let Some(reference) = &world.reference {
        let _ = write!(feed, "{reference:?}");
    }
    for rule in &world.rules {
        let _ = write!(feed, "{:?}", Rule { name: String::new(), ..rule.clone() });
    }
    feed.finish().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_scenario_keeps_stands_before_any_text() {
        let written = format!("{HEAD}\ntitle = \"\"\"\nown = [1]\n[run]\n\n[x\"\"\"\n\n[run]\n");
        assert_eq!(keeping(&written, &BTreeSet::new()), written);
        let own = |keys: &[&str]| keys.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
        let once = keeping(&written, &own(&["a", "b.c"]));
        assert_eq!(once, written.replacen("title", "own = [\"a\", \"b.c\"]\ntitle", 1));
        assert_eq!(keeping(&once, &own(&["d"])), written.replacen("title", "own = [\"d\"]\ntitle", 1), "in place of those it kept");
    }
}
