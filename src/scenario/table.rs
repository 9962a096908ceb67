//! CSV tables with a place for each field: shapes, reading, and what is wrong in them. Used by the rest of `scenario`.

use std::{collections::BTreeSet, path::PathBuf};

use super::{
    finding::{At, Ledger, Source, did_you_mean},
    layers::{self, Layers},
    shapes::{self, Column, Form, Shape},
    tree::{Node, Value},
};

/// Findings of one table that are shown; the rest is counted.
const MOST_FINDINGS: usize = 12;

/// A field of a row.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its text.
    pub text: String,
    /// Its number, if the column holds numbers and it is right.
    pub number: Option<f64>,
    /// Its place.
    pub at: At,
}

/// A row; its cells stand in the order of the shape's columns.
#[derive(Clone, Debug)]
pub struct Row {
    /// One a column of the shape.
    pub cells: Vec<Cell>,
    /// The place of the row.
    pub at: At,
}

/// A table that was read.
#[derive(Clone, Debug)]
pub struct Table {
    /// What it should be.
    pub shape: &'static Shape,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Where it is named in the scenario.
    pub at: At,
    /// Its source text.
    pub file: usize,
    /// Whether anything is wrong or missing: then no question of completeness is asked.
    pub broken: bool,
}

impl Table {
    fn index(&self, column: &str) -> usize {
        self.shape.columns.iter().position(|c| c.name == column).unwrap_or(0)
    }

    /// Text of a field.
    pub fn text<'r>(&self, row: &'r Row, column: &str) -> &'r str {
        row.cells.get(self.index(column)).map_or("", |c| &c.text)
    }

    /// Number of a field, 0 where it is empty or wrong.
    pub fn number(&self, row: &Row, column: &str) -> f64 {
        self.maybe(row, column).unwrap_or(0.0)
    }

    /// Number of a field, if it has one.
    pub fn maybe(&self, row: &Row, column: &str) -> Option<f64> {
        row.cells.get(self.index(column)).and_then(|c| c.number)
    }

    /// Place of a field.
    pub fn at(&self, row: &Row, column: &str) -> At {
        row.cells.get(self.index(column)).map_or(row.at, |c| c.at)
    }

    /// Columns of texts that a row begins with.
    fn texts_first(&self) -> usize {
        self.shape.columns.iter().take_while(|c| matches!(c.form, Form::Text | Form::OneOf(_))).count()
    }

    /// Fields of a column in the rows that a key of `cells` names, numbers in one way of writing them.
    pub fn texts(&self, row: &str, column: &str) -> Vec<String> {
        let (rows, _) = named(self, self.texts_first(), row);
        rows.into_iter().map(|r| self.maybe(&self.rows[r], column).map_or_else(|| self.text(&self.rows[r], column).to_string(), |x| format!("{x:?}"))).collect()
    }

    /// Dotted path of a column.
    pub fn path(&self, column: &str) -> String {
        format!("tables.{}.{column}", self.shape.name)
    }

    /// Whether the scenario names it: only an optional table may be missing.
    pub fn given(&self) -> bool {
        self.file != usize::MAX
    }

    /// An error about a field.
    pub fn error(&self, ledger: &mut Ledger, row: &Row, column: &str, message: impl Into<String>, reason: impl Into<String>, hint: impl Into<String>) {
        ledger.error(self.at(row, column), &self.path(column), message, reason, hint);
    }

    /// A warning about a field.
    pub fn warn(&self, ledger: &mut Ledger, row: &Row, column: &str, message: impl Into<String>, reason: impl Into<String>, hint: impl Into<String>) {
        ledger.warn(self.at(row, column), &self.path(column), message, reason, hint);
    }

    /// An error about the table as a whole.
    pub fn incomplete(&self, ledger: &mut Ledger, message: impl Into<String>, reason: impl Into<String>, hint: impl Into<String>) {
        if !self.broken {
            let at = At { file: self.file, start: 0, end: 0 };
            ledger.error(at, &format!("tables.{}", self.shape.name), message, reason, hint);
        }
    }
}

/// Reads the table of a shape that a scenario names.
pub fn read(shape: &'static Shape, layers: &Layers, ledger: &mut Ledger) -> Table {
    let path = format!("tables.{}", shape.name);
    let mut table = Table { shape, rows: Vec::new(), at: layers.tree.locate(&path), file: usize::MAX, broken: true };
    let Some(node) = layers.tree.get("tables").and_then(|t| t.get(shape.name)) else { return table };
    table.at = node.at;
    match &node.value {
        Value::Text(name) => {
            let folder = ledger.sources.get(node.at.file).map_or_else(PathBuf::new, |s| s.folder.clone());
            let text = layers::inside(&layers.root, &folder, name).and_then(|p| Ok((layers::read_text(&p)?, p)));
            match text {
                Ok((text, full)) => {
                    table.file = ledger.sources.len();
                    ledger.sources.push(Source { name: full.display().to_string(), text, folder });
                    fill(&mut table, 0, ledger);
                }
                Err(why) => {
                    let hint = layers::neighbours(&folder, name);
                    ledger.error(node.at, &path, format!("the table `{name}` cannot be read"), why, hint);
                }
            }
        }
        Value::Table(_) => {
            let Some(inline) = node.get("csv") else { return table };
            let Some(text) = inline.text() else { return table };
            // A literal text stands in the file as it is, so that its lines are the file's lines.
            let span = ledger.sources.get(inline.at.file).and_then(|s| Some((s.text.get(inline.at.start..inline.at.end)?, inline.at)));
            let offset = span.and_then(|(raw, at)| raw.find(text).map(|i| at.start + i)).filter(|_| !text.is_empty());
            if let Some(offset) = offset {
                table.file = inline.at.file;
                fill_span(&mut table, offset, offset + text.len(), ledger);
            } else {
                table.file = ledger.sources.len();
                ledger.sources.push(Source { name: format!("{path}.csv"), text: text.to_string(), folder: PathBuf::new() });
                fill(&mut table, 0, ledger);
            }
        }
        _ => {}
    }
    replace_cells(&mut table, layers, ledger);
    table
}

/// Rows that a key of `cells` names, and how many of their columns it names them by: all rows that begin with its texts, or the one of a year
/// if it says one; or the only row that begins with fewer.
fn named(table: &Table, texts: usize, name: &str) -> (Vec<usize>, usize) {
    let yearly = table.shape.columns.get(texts).is_some_and(|c| c.name == "year");
    let whole = |row: &Row| {
        let rest = name.strip_prefix(&begins(row, texts));
        rest == Some("") || (yearly && rest.and_then(|r| r.strip_prefix('-')) == Some(row.cells[texts].text.as_str()))
    };
    let rows = |is: &dyn Fn(&Row) -> bool| (0..table.rows.len()).filter(|&r| is(&table.rows[r])).collect::<Vec<_>>();
    let found = rows(&whole);
    if !found.is_empty() {
        return (found, texts);
    }
    let fewer = |k: usize| (rows(&|row| begins(row, k) == name), k);
    (1..texts).map(fewer).find(|(rows, _)| rows.len() == 1).unwrap_or_default()
}

/// The first texts of a row.
fn begins(row: &Row, texts: usize) -> String {
    row.cells[..texts].iter().map(|c| c.text.as_str()).collect::<Vec<_>>().join("-")
}

/// Names of rows, each as short as it can be.
fn names(table: &Table, texts: usize) -> BTreeSet<String> {
    let all: BTreeSet<Vec<&str>> = table.rows.iter().map(|row| row.cells[..texts].iter().map(|c| c.text.as_str()).collect()).collect();
    let alone = |row: &&Vec<&str>, k: usize| all.iter().filter(|other| other[..k] == row[..k]).count() == 1;
    all.iter().map(|row| row[..(1..texts).find(|&k| alone(&row, k)).unwrap_or(texts)].join("-")).collect()
}

/// Which years the rows have that a key names but for its year.
fn years_of(table: &Table, texts: usize, name: &str) -> Option<String> {
    let yearly = table.shape.columns.get(texts).is_some_and(|c| c.name == "year");
    let (of, _) = name.rsplit_once('-').filter(|(_, year)| yearly && year.len() == 4 && year.parse::<u32>().is_ok())?;
    let (rows, _) = named(table, texts, of);
    let years = || rows.iter().filter_map(|&row| table.rows[row].cells[texts].number);
    let (first, last) = (years().reduce(f64::min)?, years().reduce(f64::max)?);
    Some(format!("`{of}` has the years {first} to {last}; later ones follow a `[[trend]]`, which a `[[shock]]` may change (without a year the key is of all)"))
}

/// Puts the values of `cells` where they belong.
fn replace_cells(table: &mut Table, layers: &Layers, ledger: &mut Ledger) {
    let shape = table.shape;
    let Some(given) = layers.tree.get("cells").and_then(|cells| cells.get(shape.name)) else { return };
    if table.broken {
        return;
    }
    let texts = table.texts_first();
    for (name, columns) in given.entries() {
        let (rows, named_by) = named(table, texts, name);
        let path = format!("cells.{}.{name}", shape.name);
        if rows.is_empty() {
            let hint = years_of(table, texts, name).unwrap_or_else(|| {
                let names = names(table, texts);
                did_you_mean(name, names.iter().map(String::as_str))
            });
            ledger.error(
                columns.key,
                &path,
                format!("no row of `{}` begins with `{name}`", shape.name),
                "rows are named by the texts they begin with, as many as tell them apart, and a year if one follows, joined by dashes",
                hint,
            );
        }
        for (column, node) in columns.entries() {
            let path = format!("{path}.{column}");
            let Some(place) = shape.columns.iter().position(|c| c.name == column).filter(|&c| c >= named_by) else {
                let hint = did_you_mean(column, shape.columns[named_by..].iter().map(|c| c.name));
                ledger.error(node.key, &path, format!("`{}` has no column `{column}` that can be replaced", shape.name), shape.meaning, hint);
                continue;
            };
            let text = match &node.value {
                Value::Int(n) => n.to_string(),
                Value::Float(x) => format!("{x:?}"),
                Value::Text(text) => text.clone(),
                Value::Date(date) => date.to_string(),
                Value::Bool(b) => if *b { "yes" } else { "no" }.to_string(),
                Value::List(_) | Value::Table(_) => continue,
            };
            let mut cell = Cell { text, number: None, at: node.at };
            if let Err((why, hint)) = understand(&shape.columns[place], &mut cell) {
                ledger.error(node.at, &path, format!("`{column}` cannot be `{}`", cell.text), why, hint);
                continue;
            }
            for &row in &rows {
                table.rows[row].cells[place] = cell.clone();
            }
        }
        disown(table, &rows, columns, &path);
    }
}

/// Takes from rows of which fields were replaced what their source said of them, unless the key says it anew.
fn disown(table: &mut Table, rows: &[usize], columns: &Node, path: &str) {
    let changed = columns.entries().iter().map(|(_, node)| node.at).next();
    for (column, text) in [("source", format!("set by {path}")), ("verified", "no".to_string())] {
        let place = table.shape.columns.iter().position(|c| c.name == column).filter(|_| columns.get(column).is_none());
        for (place, &row) in place.into_iter().flat_map(|place| rows.iter().map(move |row| (place, row))) {
            let at = changed.unwrap_or(table.rows[row].at);
            table.rows[row].cells[place] = Cell { text: text.clone(), number: None, at };
        }
    }
    for &row in rows {
        table.rows[row].at = changed.unwrap_or(table.rows[row].at);
    }
}

/// Says which tables of `cells` do not exist.
pub fn unknown_cells(layers: &Layers, ledger: &mut Ledger) {
    let known = || super::shapes::SHAPES.iter().map(|s| s.name);
    for (name, node) in layers.tree.get("cells").map_or(&[][..], super::tree::Node::entries) {
        if !known().any(|k| k == name) {
            ledger.error(node.key, &format!("cells.{name}"), format!("there is no table `{name}`"), "cells are fields of the tables", did_you_mean(name, known()));
        }
    }
}

fn fill(table: &mut Table, from: usize, ledger: &mut Ledger) {
    let to = ledger.sources[table.file].text.len();
    fill_span(table, from, to, ledger);
}

/// A record as it stands: fields and their places.
struct Record {
    fields: Vec<Cell>,
    at: At,
    unclosed: bool,
}

/// Splits one record of RFC 4180 off the text; returns where the next begins.
fn record(text: &str, start: usize, file: usize) -> (Record, usize) {
    let bytes = text.as_bytes();
    let (mut fields, mut i, mut unclosed) = (Vec::new(), start, false);
    loop {
        let begin = i;
        let value = if bytes.get(i) == Some(&b'"') {
            i += 1;
            let mut value = String::new();
            loop {
                let Some(quote) = text[i..].find('"') else {
                    unclosed = true;
                    value.push_str(&text[i..]);
                    i = text.len();
                    break;
                };
                value.push_str(&text[i..i + quote]);
                i += quote + 1;
                if bytes.get(i) == Some(&b'"') {
                    value.push('"');
                    i += 1;
                } else {
                    break;
                }
            }
            let rest = text[i..].find([',', '\n']).map_or(text.len(), |e| i + e);
            value.push_str(text[i..rest].trim_end_matches('\r'));
            i = rest;
            value
        } else {
            i = text[i..].find([',', '\n']).map_or(text.len(), |e| i + e);
            text[begin..i].trim_end_matches('\r').to_string()
        };
        let end = begin + text[begin..i].trim_end_matches('\r').len();
        fields.push(Cell { text: value, number: None, at: At::new(file, begin..end) });
        match bytes.get(i) {
            Some(b',') => i += 1,
            _ => break,
        }
    }
    let end = start + text[start..i].trim_end_matches('\r').len();
    (Record { fields, at: At::new(file, start..end), unclosed }, i + 1)
}

/// Reads the rows of `sources[table.file][from..to]`.
fn fill_span(table: &mut Table, from: usize, to: usize, ledger: &mut Ledger) {
    let text = std::mem::take(&mut ledger.sources[table.file].text);
    let mut wrong: Vec<(At, String, String, String, String)> = Vec::new();
    rows(table, &text[..to], from, &mut wrong);
    ledger.sources[table.file].text = text;
    table.broken = !wrong.is_empty();
    let more = wrong.len().saturating_sub(MOST_FINDINGS);
    for (i, (at, path, message, mut reason, hint)) in wrong.into_iter().take(MOST_FINDINGS).enumerate() {
        if more > 0 && i + 1 == MOST_FINDINGS {
            reason = format!("{reason}; {more} more mistakes in this table");
        }
        ledger.error(at, &path, message, reason, hint);
    }
}

type Wrong = Vec<(At, String, String, String, String)>;

/// Where the columns of a table's shape stand in its header; none if rows cannot be read by it.
fn columns(table: &Table, header: &Record, wrong: &mut Wrong) -> Option<Vec<Option<usize>>> {
    let (shape, whole) = (table.shape, format!("tables.{}", table.shape.name));
    let names: Vec<&str> = header.fields.iter().map(|f| f.text.trim()).collect();
    let mut whole_file = |message: String, reason: &str, hint: String| wrong.push((header.fields[0].at, whole.clone(), message, reason.into(), hint));
    if let [one] = names[..]
        && let Some(mark) = [';', '\t'].into_iter().find(|mark| one.contains(*mark))
    {
        let named = if mark == ';' { "semicolons" } else { "tabs" };
        whole_file(format!("the table `{}` is divided by {named}", shape.name), "columns are divided by commas, decimals by points", "save it as CSV with commas".into());
        return None;
    }
    let of = |shape: &Shape| names.len() + 1 >= shape.columns.len() && names.iter().all(|name| shape.columns.iter().any(|c| c.name == *name));
    let foreign = names.iter().any(|name| shape.columns.iter().all(|c| c.name != *name));
    if let Some(other) = shapes::SHAPES.iter().find(|other| foreign && of(other)) {
        whole_file(format!("this is no table `{}`", shape.name), &format!("its columns are those of `{}`", other.name), format!("the header is `{}`", shape.header()));
        return None;
    }
    let position: Vec<Option<usize>> = shape.columns.iter().map(|c| names.iter().position(|n| *n == c.name)).collect();
    let lacking = |(column, place): &(&Column, &Option<usize>)| place.is_none() && !column.may_lack;
    for (column, _) in shape.columns.iter().zip(&position).filter(lacking) {
        let message = format!("the column `{}` is missing", column.name);
        wrong.push((header.at, table.path(column.name), message, column.meaning.into(), format!("the header is `{}`", shape.header())));
    }
    for (place, field) in header.fields.iter().enumerate() {
        let name = field.text.trim();
        if names[..place].contains(&name) {
            let hint = "drop one of them".into();
            wrong.push((field.at, table.path(name), format!("the column `{name}` stands twice"), "only the first would be read".into(), hint));
        }
        if !shape.columns.iter().any(|c| c.name == name) {
            let hint = did_you_mean(name, shape.columns.iter().map(|c| c.name));
            wrong.push((field.at, table.path(name), format!("unknown column `{name}`"), format!("the table `{}` has no such column", shape.name), hint));
        }
    }
    let complete = !shape.columns.iter().zip(&position).any(|pair| lacking(&pair));
    complete.then_some(position)
}

fn rows(table: &mut Table, text: &str, from: usize, wrong: &mut Wrong) {
    let (shape, file) = (table.shape, table.file);
    let whole = format!("tables.{}", shape.name);
    let mut next = from + if text[from..].starts_with('\u{feff}') { 3 } else { 0 };
    while text[next.min(text.len())..].starts_with(['\n', '\r']) {
        next += 1;
    }
    if next >= text.len() {
        wrong.push((
            At::new(file, from..from),
            whole,
            format!("the table `{}` is empty", shape.name),
            "its first line must name its columns".into(),
            format!("the header is `{}`", shape.header()),
        ));
        return;
    }
    let (header, after) = record(text, next, file);
    next = after;
    let Some(position) = columns(table, &header, wrong) else { return };
    while next < text.len() {
        let (found, after) = record(text, next, file);
        next = after;
        if found.fields.len() == 1 && found.fields[0].text.trim().is_empty() {
            continue;
        }
        if found.unclosed {
            wrong.push((found.at, whole.clone(), "a quote is not closed".into(), "the text runs to the end of the table".into(), "the file may be cut off".into()));
            return;
        }
        if found.fields.len() != header.fields.len() {
            let hint = if next >= text.len() { "the file may be cut off" } else { "texts with commas stand between quotes" };
            wrong.push((
                found.at,
                whole.clone(),
                format!("a row of `{}` has {} fields", shape.name, found.fields.len()),
                format!("the header names {} columns", header.fields.len()),
                hint.into(),
            ));
            continue;
        }
        let mut cells = Vec::with_capacity(shape.columns.len());
        for (column, place) in shape.columns.iter().zip(&position) {
            let mut cell = place.map_or_else(|| Cell { text: String::new(), number: None, at: found.at }, |place| found.fields[place].clone());
            cell.text = cell.text.trim().to_string();
            if let Err((why, hint)) = understand(column, &mut cell) {
                wrong.push((cell.at, table.path(column.name), format!("`{}` cannot be `{}`", column.name, cell.text), why, hint));
            }
            cells.push(cell);
        }
        table.rows.push(Row { cells, at: found.at });
    }
    if table.rows.is_empty() && wrong.is_empty() {
        wrong.push((header.at, whole, format!("the table `{}` has no rows", shape.name), shape.meaning.into(), "the file may be cut off".into()));
    }
}

/// Reads a field as its column wants it; otherwise why not, and the likely fix.
fn understand(column: &Column, cell: &mut Cell) -> Result<(), (String, String)> {
    if cell.text.is_empty() {
        return if column.may_be_empty { Ok(()) } else { Err((format!("it may not be empty: {}", column.meaning), String::new())) };
    }
    match column.form {
        Form::Text => Ok(()),
        Form::OneOf(names) => {
            if names.contains(&cell.text.as_str()) {
                return Ok(());
            }
            let hint = super::finding::nearest(&cell.text, names.iter().copied()).map_or_else(String::new, |n| format!("did you mean `{n}`?"));
            Err((format!("it is one of {}", names.join(", ")), hint))
        }
        Form::Month => match cell.text.parse::<super::file::Date>() {
            Ok(date) => {
                cell.number = Some(f64::from(date.acts.0));
                Ok(())
            }
            Err(why) => Err((why, "months are written 2028-01".into())),
        },
        Form::Whole(least, most) => {
            number_within(column, cell, f64::from(least), f64::from(most))?;
            let x = cell.number.unwrap_or_default();
            if x.fract() == 0.0 { Ok(()) } else { Err(("it must be a whole number".to_string(), format!("{} or {}", x.floor(), x.ceil()))) }
        }
        Form::Number(least, most) => number_within(column, cell, least, most),
    }
}

/// Reads a number within bounds.
fn number_within(column: &Column, cell: &mut Cell, least: f64, most: f64) -> Result<(), (String, String)> {
    let x: f64 = cell.text.parse().map_err(|_| ("it is not a number".to_string(), number_hint(&cell.text)))?;
    if !x.is_finite() || x < least || x > most {
        let unit = if column.unit.is_empty() { String::new() } else { format!(" {}", column.unit) };
        let why = if x < 0.0 && least >= 0.0 { "it is negative".to_string() } else { format!("it must be from {least} to {most}{unit}") };
        return Err((why, if most == 1.0 { super::finding::per_cent(x, least) } else { String::new() }));
    }
    cell.number = Some(x);
    Ok(())
}

fn number_hint(text: &str) -> String {
    let decimal = text.replacen(',', ".", 1);
    let digits_after = text.split_once(',').map_or(0, |(_, after)| after.len());
    if digits_after != 3 && decimal.parse::<f64>().is_ok() {
        return format!("write {decimal}");
    }
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '_' | ',' | '\u{a0}')).collect();
    if plain.parse::<f64>().is_ok() { format!("write {plain}") } else { String::new() }
}
