//! A TOML text as a tree in which every value knows its place; the one thing that turns a dotted path into file and line.
//! Used by the rest of `scenario`.

use std::{collections::BTreeMap, ops::Range};

use toml::de::{DeTable, DeValue};

use super::finding::{At, Ledger};

/// Keys that say where values come from, and are none themselves.
pub const PROSE: [&str; 4] = ["source", "sources", "verified", "note"];

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where the value stands.
    pub at: At,
    /// Where its key stands; for items of lists the item itself.
    pub key: At,
}

/// A TOML value.
#[derive(Clone, Debug)]
pub enum Value {
    /// true or false
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text.
    Text(String),
    /// A date or time.
    Date(toml::value::Datetime),
    /// A list.
    List(Vec<Node>),
    /// A table, in the order of the file.
    Table(Vec<(String, Node)>),
}

impl Node {
    /// An empty table without a place.
    pub fn empty() -> Node {
        Node { value: Value::Table(Vec::new()), at: At::NOWHERE, key: At::NOWHERE }
    }

    /// The kind of value, for people.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Bool(_) => "true or false",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Text(_) => "a text",
            Value::Date(_) => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    /// Entries of a table; none if it is something else.
    pub fn entries(&self) -> &[(String, Node)] {
        if let Value::Table(entries) = &self.value { entries } else { &[] }
    }

    /// Items of a list; none if it is something else.
    pub fn items(&self) -> &[Node] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// A value of a table.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(k, _)| k == key).map(|(_, node)| node)
    }

    /// Whether a table has one of some keys.
    pub fn has_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.get(key).is_some())
    }

    /// A value of a table, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        match &mut self.value {
            Value::Table(entries) => entries.iter_mut().find(|(k, _)| k == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// Takes a value out of a table.
    pub fn take(&mut self, key: &str) -> Option<Node> {
        let Value::Table(entries) = &mut self.value else { return None };
        let i = entries.iter().position(|(k, _)| k == key)?;
        Some(entries.remove(i).1)
    }

    /// Puts a value into a table, in place of another of the same key.
    pub fn put(&mut self, key: &str, node: Node) {
        if let Value::Table(entries) = &mut self.value {
            match entries.iter_mut().find(|(k, _)| k == key) {
                Some(entry) => entry.1 = node,
                None => entries.push((key.to_string(), node)),
            }
        }
    }

    /// The `id` of an item of a list.
    pub fn id(&self) -> Option<&str> {
        self.get("id").and_then(Node::text)
    }

    /// The child of a name: key of a table, id or index of an item.
    pub fn child(&self, name: &str) -> Option<&Node> {
        match &self.value {
            Value::Table(_) => self.get(name),
            Value::List(items) => items.iter().find(|i| i.id() == Some(name)).or_else(|| items.get(name.parse::<usize>().ok()?)),
            _ => None,
        }
    }

    /// The child that a dotted path begins with, and the rest of the path. Ids may hold dots: the longest name that fits wins.
    pub(super) fn step<'p>(&self, path: &'p str) -> Option<(&Node, &'p str)> {
        let mut end = path.len();
        loop {
            if let Some(child) = self.child(&path[..end]) {
                return Some((child, path[end..].trim_start_matches('.')));
            }
            end = path[..end].rfind('.')?;
        }
    }

    /// The node of a dotted path.
    pub fn find(&self, path: &str) -> Option<&Node> {
        let (mut node, mut rest) = (self, path);
        while !rest.is_empty() {
            (node, rest) = node.step(rest)?;
        }
        Some(node)
    }

    /// The nodes that the parts of a key mean, in which `*` stands for every key or item, with their paths.
    pub fn matching(&self, parts: &[String]) -> Vec<(Vec<String>, &Node)> {
        let mut found = vec![(Vec::new(), self)];
        for part in parts {
            found = found.into_iter().flat_map(|(path, node)| node.below(&path, part)).collect();
        }
        found
    }

    fn below(&self, path: &[String], part: &str) -> Vec<(Vec<String>, &Node)> {
        let with = |name: &str| path.iter().cloned().chain([name.to_string()]).collect::<Vec<_>>();
        if part != "*" {
            return self.child(part).map(|child| (with(part), child)).into_iter().collect();
        }
        let items = self.items().iter().enumerate().map(|(i, item)| (with(&item.id().map_or_else(|| i.to_string(), str::to_string)), item));
        self.entries().iter().filter(|(key, _)| !PROSE.contains(&key.as_str())).map(|(key, inner)| (with(key), inner)).chain(items).collect()
    }

    /// The place of a dotted path, or of the deepest part of it that exists (its key then).
    pub fn locate(&self, path: &str) -> At {
        let (mut node, mut rest) = (self, path);
        let mut at = self.key;
        while !rest.is_empty() {
            let Some((child, left)) = node.step(rest) else { return at };
            at = if left.is_empty() { child.at } else { child.key };
            (node, rest) = (child, left);
        }
        at
    }
}

/// Says which ids of a list cannot be ids, and which stand twice.
pub fn ids(list: &str, items: &[Node], ledger: &mut Ledger) {
    let mut first: BTreeMap<&str, At> = BTreeMap::new();
    for item in items {
        let Some(id) = item.get("id") else { continue };
        let Some(name) = id.text() else { continue };
        let fits = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(fits) {
            let plain: Vec<&str> = name.split(|c| !fits(c)).filter(|part| !part.is_empty()).collect();
            let hint = if plain.is_empty() { String::new() } else { format!("for example `{}`", plain.join("-")) };
            ledger.error(id.at, &format!("{list}.{name}.id"), format!("`{}` cannot be an id", name.escape_debug()), "an id has letters, digits, `-` and `_`", hint);
        }
        if let Some(&earlier) = first.get(name) {
            let line = ledger.line(earlier);
            ledger.error(
                id.at,
                &format!("{list}.{name}.id"),
                format!("two items of `{list}` have the id `{name}`"),
                format!("the other stands at {line}"),
                "give this one another id",
            );
        }
        first.insert(name, id.at);
    }
}

/// Parses a text; syntax errors become findings and what could be read is returned.
pub fn parse(file: usize, ledger: &mut Ledger) -> Node {
    let text = ledger.sources[file].text.clone();
    let (table, errors) = DeTable::parse_recoverable(&text);
    let mut last_line = usize::MAX;
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        // What follows on the same line is mostly the same mistake.
        let line = text.get(..span.start).map_or(0, |before| before.matches('\n').count());
        if std::mem::replace(&mut last_line, line) == line {
            continue;
        }
        ledger.partial = true;
        let what = if error.message().contains("expected day") { "there is no such date" } else { "the text is not TOML" };
        ledger.error(At::new(file, span), "", what, error.message().trim().to_string(), syntax_hint(error.message()));
    }
    let at = At::new(file, 0..0);
    Node { value: from_table(table.get_ref(), file), at, key: at }
}

fn syntax_hint(message: &str) -> &'static str {
    if message.contains("duplicate key") {
        "a key may stand once in its table"
    } else if message.contains("newline") || message.contains("expected `=`") || message.contains("key with no value") {
        "one `key = value` a line"
    } else if message.contains("string") || message.contains("quote") {
        "texts stand between quotes: \"...\""
    } else {
        ""
    }
}

fn from_table(table: &DeTable<'_>, file: usize) -> Value {
    // Where the text is not TOML, the parser puts a value that stands nowhere.
    let made_up = |value: &DeValue<'_>, span: Range<usize>| span.is_empty() && !matches!(value, DeValue::Table(_) | DeValue::Array(_));
    let mut entries: Vec<(usize, String, Node)> = table
        .iter()
        .filter(|(_, value)| !made_up(value.get_ref(), value.span()))
        .map(|(key, value)| {
            let key_at = At::new(file, key.span());
            let node = Node { value: from_value(value.get_ref(), file), at: At::new(file, value.span()), key: key_at };
            (key.span().start, key.get_ref().to_string(), node)
        })
        .collect();
    entries.sort_by_key(|e| e.0);
    Value::Table(entries.into_iter().map(|(_, key, node)| (key, node)).collect())
}

fn from_value(value: &DeValue<'_>, file: usize) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
            Ok(n) => Value::Int(n),
            Err(_) => Value::Float(f64::INFINITY),
        },
        DeValue::Float(x) => Value::Float(x.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(b) => Value::Bool(*b),
        DeValue::Datetime(d) => Value::Date(*d),
        DeValue::Array(items) => Value::List(
            items
                .iter()
                .map(|item| {
                    let at = At::new(file, item.span());
                    Node { value: from_value(item.get_ref(), file), at, key: at }
                })
                .collect(),
        ),
        DeValue::Table(table) => from_table(table, file),
    }
}
