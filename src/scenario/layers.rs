//! From files to one tree: `extends` chains, lists merged by `id`, `remove`, `--set`. Used by the rest of `scenario`.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use super::{
    finding::{At, Ledger, Source, did_you_mean},
    kind::Kind,
    tree::{self, Node, Value},
};

/// Largest file that is read, bytes.
const LARGEST: u64 = 256 << 20;
/// Most files in a chain.
const MOST_FILES: usize = 64;

/// Name of the source of a value that was given on the command line.
pub const COMMAND_LINE: &str = "command line";

/// The merged tree of a scenario.
#[derive(Clone, Debug)]
pub struct Layers {
    /// All values.
    pub tree: Node,
    /// Files (indices of sources) from the first ancestor to the scenario, then one for each `--set`.
    pub order: Vec<usize>,
    /// Folder within which all paths stay.
    pub root: PathBuf,
    /// Dotted keys, of items too, that a file takes out of those it extends, and where it says so.
    pub removed: Vec<(String, At)>,
}

impl Layers {
    /// Rank of the scenario's own file, or of what was set last on the command line.
    pub fn last(&self) -> usize {
        self.order.len().saturating_sub(1)
    }

    /// Rank of the layer that a place belongs to: later layers change earlier ones.
    pub fn rank(&self, at: At) -> usize {
        self.order.iter().position(|&f| f == at.file).unwrap_or(0)
    }
}

/// Reads a scenario, the files that it extends and the values set on the command line.
pub fn read(path: &Path, set: &[(String, String)], root: Option<&Path>, ledger: &mut Ledger) -> Layers {
    let folder = folder_of(path);
    let root = root.map_or_else(|| root_of(&folder), Path::to_path_buf);
    let layers = gather(path, &root, ledger);
    let mut merged = pile(layers, root, ledger);
    for (key, value) in set {
        merged.order.push(ledger.sources.len());
        set_value(&mut merged.tree, key, value, &folder, ledger);
    }
    merged
}

/// Reads the files that a scenario extends, without its own.
pub fn extended(path: &Path, root: Option<&Path>, ledger: &mut Ledger) -> Layers {
    let root = root.map_or_else(|| root_of(&folder_of(path)), Path::to_path_buf);
    let mut layers = gather(path, &root, ledger);
    layers.pop();
    pile(layers, root, ledger)
}

/// The folder that a file stands in.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf()
}

/// The trees of a file and of those it extends, its own last.
fn gather(path: &Path, root: &Path, ledger: &mut Ledger) -> Vec<Node> {
    let mut reader = Reader { root: root.to_path_buf(), seen: Vec::new(), open: Vec::new(), layers: Vec::new(), ledger };
    reader.file(path, At::NOWHERE);
    reader.layers
}

/// Lays each over those before it.
fn pile(layers: Vec<Node>, root: PathBuf, ledger: &mut Ledger) -> Layers {
    let mut merged = Layers { tree: Node::empty(), order: Vec::new(), root, removed: Vec::new() };
    for layer in layers {
        merged.tree.at = layer.at;
        merged.tree.key = layer.at;
        merged.order.push(layer.at.file);
        merged.removed.extend(lay_over(&mut merged.tree, layer, ledger));
    }
    merged
}

/// The nearest ancestor folder named `scenarios`, else the folder itself.
pub(super) fn root_of(folder: &Path) -> PathBuf {
    let full = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    full.ancestors().find(|a| a.file_name().is_some_and(|n| n == "scenarios")).map_or_else(|| full.clone(), Path::to_path_buf)
}

/// Path of a file named in a text of `folder`, if it stays inside the root.
pub fn inside(root: &Path, folder: &Path, name: &str) -> Result<PathBuf, String> {
    let joined = folder.join(name);
    let outside = || format!("paths stay inside {}", root.display());
    let mut clean = PathBuf::new();
    for part in joined.components() {
        match part {
            Component::ParentDir if matches!(clean.components().next_back(), Some(Component::Normal(_))) => {
                clean.pop();
            }
            Component::CurDir => {}
            part => clean.push(part.as_os_str()),
        }
    }
    let root = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    match joined.canonicalize() {
        Ok(full) if full.starts_with(&root) => Ok(clean),
        Ok(_) => Err(outside()),
        Err(error) => {
            let base = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
            let ups = Path::new(name).components().filter(|c| *c == Component::ParentDir).count();
            let below = base.strip_prefix(&root).map_or(0, |p| p.components().count());
            if Path::new(name).is_absolute() || ups > below { Err(outside()) } else { Err(unreadable(&error)) }
        }
    }
}

fn unreadable(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_string(),
        std::io::ErrorKind::PermissionDenied => "it may not be read".to_string(),
        _ => error.to_string(),
    }
}

/// Reads a text file of bounded size.
pub fn read_text(path: &Path) -> Result<String, String> {
    let meta = std::fs::metadata(path).map_err(|e| unreadable(&e))?;
    if !meta.is_file() {
        return Err("it is not a file".to_string());
    }
    if meta.len() > LARGEST {
        return Err(format!("it is larger than {} MB", LARGEST >> 20));
    }
    let bytes = std::fs::read(path).map_err(|e| unreadable(&e))?;
    String::from_utf8(bytes).map_err(|e| match e.as_bytes() {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is UTF-16 text; save it as UTF-8".to_string(),
        bytes => {
            let at = e.utf8_error().valid_up_to();
            format!("byte {at}, in line {}, is not UTF-8 text; save it as UTF-8", bytes[..at].split(|b| *b == b'\n').count())
        }
    })
}

/// A hint for a file that cannot be read: the nearest name in its folder, or how to reach it where it is.
pub fn neighbours(folder: &Path, name: &str) -> String {
    let joined = folder.join(name);
    if joined.exists() {
        return "`--root DIR` sets another folder that paths stay inside".to_string();
    }
    let (Some(parent), Some(file)) = (joined.parent(), joined.file_name().and_then(|f| f.to_str())) else { return String::new() };
    let mut names: Vec<String> = std::fs::read_dir(parent).map(|d| d.flatten().filter_map(|e| e.file_name().into_string().ok()).collect()).unwrap_or_default();
    names.sort();
    super::finding::nearest(file, names.iter().map(String::as_str)).map_or_else(String::new, |near| format!("did you mean `{near}`?"))
}

struct Reader<'a> {
    root: PathBuf,
    seen: Vec<PathBuf>,
    open: Vec<PathBuf>,
    layers: Vec<Node>,
    ledger: &'a mut Ledger,
}

impl Reader<'_> {
    /// Reads a file after the files it extends; `named` is where it is named.
    fn file(&mut self, path: &Path, named: At) {
        let full = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        if self.open.contains(&full) {
            self.ledger.partial = true;
            let way: Vec<String> = self.open.iter().chain([&full]).map(|p| p.file_name().unwrap_or_default().to_string_lossy().into()).collect();
            self.ledger.error(named, "extends", "the files extend each other in a circle", way.join(" -> "), "take this one out of `extends`");
            return;
        }
        if self.seen.contains(&full) {
            return;
        }
        if self.seen.len() >= MOST_FILES {
            self.ledger.error(named, "extends", "too many files", format!("a scenario may consist of {MOST_FILES} files"), "");
            return;
        }
        self.seen.push(full.clone());
        let text = match read_text(path) {
            Ok(text) => text,
            Err(why) => {
                self.ledger.partial = true;
                self.ledger.error(named, "", format!("`{}` cannot be read", path.display()), why, "");
                return;
            }
        };
        let folder = folder_of(path);
        let file = self.ledger.sources.len();
        self.ledger.sources.push(Source { name: path.display().to_string(), text, folder: folder.clone() });
        let mut tree = tree::parse(file, self.ledger);
        let kind = Kind::of_scenario(&tree);
        if kind != Kind::Scenario {
            self.ledger.partial = true;
            self.ledger.error(named, "", format!("`{}` is {}, not a scenario", path.display(), kind.name()), kind.taken(), "name a scenario here");
            return;
        }
        self.open.push(full);
        let parents: Vec<(String, At)> = match tree.get("extends") {
            Some(node @ Node { value: Value::Text(name), .. }) => vec![(name.clone(), node.at)],
            Some(node) => node.items().iter().filter_map(|i| Some((i.text()?.to_string(), i.at))).collect(),
            None => Vec::new(),
        };
        for (name, at) in parents {
            match inside(&self.root, &folder, &name) {
                Ok(parent) => self.file(&parent, at),
                Err(why) => {
                    let hint = neighbours(&folder, &name);
                    self.ledger.partial = true;
                    self.ledger.error(at, "extends", format!("`{name}` cannot be read"), why, hint);
                }
            }
        }
        self.open.pop();
        if tree.get("extends").is_some_and(|e| matches!(e.value, Value::Text(_)) || (matches!(e.value, Value::List(_)) && e.items().iter().all(|i| i.text().is_some()))) {
            tree.take("extends");
        }
        self.layers.push(tree);
    }
}

/// Lays a file over what it extends; returns the keys that it takes out.
fn lay_over(base: &mut Node, mut layer: Node, ledger: &mut Ledger) -> Vec<(String, At)> {
    let mut removed = Vec::new();
    if let Some(remove) = layer.get("remove") {
        let wanted: Vec<(String, At)> = remove.items().iter().filter_map(|i| Some((i.text()?.to_string(), i.at))).collect();
        let complete = wanted.len() == remove.items().len() && matches!(remove.value, Value::List(_));
        for (i, (name, at)) in wanted.iter().cloned().enumerate() {
            if wanted[..i].iter().any(|before| before.0 == name) {
                ledger.error(at, "remove", format!("`{name}` stands twice"), "it is dropped once", "");
            } else if !name.contains('.') {
                removed.extend(drop_item(base, &name, at, ledger).into_iter().map(|key| (key, at)));
            } else if take_out(base, &name) {
                removed.push((name, at));
            } else {
                let (table, key) = name.rsplit_once('.').unwrap_or_default();
                let hint = base.find(table).map(|inner| did_you_mean(key, inner.entries().iter().map(|(key, _)| key.as_str()))).unwrap_or_default();
                ledger.error(at, "remove", format!("nothing has the key `{name}`"), "`remove` drops items, by id, and keys of tables of the files that are extended", hint);
            }
        }
        if complete {
            layer.take("remove");
        }
    }
    for (key, node) in layer.entries() {
        tree::ids(key, node.items(), ledger);
    }
    // What a file says of another scenario is not said of this one.
    if layer.get("title").is_some() && layer.get("description").is_none() {
        base.take("description");
    }
    merge(base, layer);
    removed
}

/// Takes the value of a dotted key out of a tree; whether it was there.
fn take_out(tree: &mut Node, key: &str) -> bool {
    // Ids hold no dots: what stands before the first one is a key of a table or the id of an item.
    let (name, rest) = key.split_once('.').unwrap_or((key, ""));
    match &mut tree.value {
        Value::Table(_) if rest.is_empty() => tree.take(name).is_some(),
        Value::Table(_) => tree.get_mut(name).is_some_and(|inner| take_out(inner, rest)),
        Value::List(items) if rest.is_empty() => {
            let before = items.len();
            items.retain(|item| item.id() != Some(name));
            items.len() < before
        }
        Value::List(items) => items.iter_mut().find(|item| item.id() == Some(name)).is_some_and(|item| take_out(item, rest)),
        _ => false,
    }
}

/// Drops the items of an id from all lists; returns their keys.
fn drop_item(base: &mut Node, id: &str, at: At, ledger: &mut Ledger) -> Vec<String> {
    let Value::Table(entries) = &mut base.value else { return Vec::new() };
    let lists = entries.iter_mut().filter(|(_, node)| matches!(node.value, Value::List(_)));
    let dropped: Vec<String> = lists.filter_map(|(list, node)| take_out(node, id).then(|| list.clone())).collect();
    if dropped.len() > 1 {
        let lists: Vec<String> = dropped.iter().map(|list| format!("`{list}`")).collect();
        ledger.warn(at, "remove", format!("`{id}` drops items of {}", lists.join(" and ")), "lists have items of the same id", "give them different ids");
    }
    if dropped.is_empty() {
        let ids: Vec<&str> = entries.iter().flat_map(|(_, n)| n.items()).filter_map(Node::id).collect();
        let hint = did_you_mean(id, ids);
        ledger.error(at, "remove", format!("nothing has the id `{id}`"), "`remove` drops items of the files that are extended", hint);
    }
    dropped.into_iter().map(|list| format!("{list}.{id}")).collect()
}

/// Merges `over` into `base`: tables key by key, lists of items by id, everything else replaced.
fn merge(base: &mut Node, over: Node) {
    let by_id = |items: &[Node]| items.iter().all(|i| i.id().is_some());
    match (&mut base.value, over.value) {
        (Value::Table(_), Value::Table(entries)) => {
            for (key, node) in entries {
                match base.get_mut(&key) {
                    Some(old) => merge(old, node),
                    None => base.put(&key, node),
                }
            }
        }
        (Value::List(items), Value::List(new)) if !items.is_empty() && by_id(items) && by_id(&new) => {
            // Each is changed once: a second item of the same id is a mistake, which was told, and what is wrong in it is told too.
            let mut places: BTreeMap<String, usize> = items.iter().enumerate().filter_map(|(i, item)| Some((item.id()?.to_string(), i))).collect();
            for item in new {
                match item.id().and_then(|id| places.remove(id)) {
                    Some(i) => merge(&mut items[i], item),
                    None => items.push(item),
                }
            }
        }
        (_, value) => *base = Node { value, at: over.at, key: over.key },
    }
}

/// Sets one value given on the command line.
fn set_value(tree: &mut Node, key: &str, value: &str, folder: &Path, ledger: &mut Ledger) {
    let file = ledger.sources.len();
    let text = format!("{key} = {value}");
    ledger.sources.push(Source { name: COMMAND_LINE.to_string(), text, folder: folder.to_path_buf() });
    let (key_at, value_at) = (At::new(file, 0..key.len()), At::new(file, key.len() + 3..key.len() + 3 + value.len()));
    let Some(parts) = segments(key) else {
        ledger.error(key_at, key, "this is not a key", "keys are names joined by dots", "for example `run.sample = 0.5`");
        return;
    };
    if let Some(name) = parts.first().filter(|name| ["extends", "remove"].contains(&name.as_str())) {
        ledger.error(key_at, key, format!("`{name}` cannot be set"), "it says how files are read, and they have been read", "write a file that says it");
        return;
    }
    let mut node = parse_value(value, value_at, ledger);
    node.at = value_at;
    node.key = key_at;
    put_at(tree, &parts, node, key, ledger);
}

pub(super) fn put_at(tree: &mut Node, parts: &[String], node: Node, key: &str, ledger: &mut Ledger) {
    let Some((name, rest)) = parts.split_first() else { return };
    match &mut tree.value {
        Value::Table(_) => {
            if rest.is_empty() {
                match tree.get_mut(name) {
                    Some(old) if matches!((&old.value, &node.value), (Value::Table(_), Value::Table(_))) => merge(old, node),
                    _ => tree.put(name, node),
                }
                return;
            }
            if tree.get(name).is_none() {
                tree.put(name, Node { value: Value::Table(Vec::new()), at: node.key, key: node.key });
            }
            if let Some(child) = tree.get_mut(name) {
                put_at(child, rest, node, key, ledger);
            }
        }
        Value::List(items) => {
            // Ids may hold dots: as many parts as make an id.
            for taken in (1..=parts.len()).rev() {
                let id = parts[..taken].join(".");
                let found = items.iter().position(|i| i.id() == Some(&id)).or_else(|| id.parse().ok().filter(|&i: &usize| i < items.len()));
                if let Some(i) = found {
                    if taken == parts.len() {
                        items[i] = node;
                    } else {
                        put_at(&mut items[i], &parts[taken..], node, key, ledger);
                    }
                    return;
                }
            }
            let ids: Vec<&str> = items.iter().filter_map(Node::id).collect();
            let hint = did_you_mean(name, ids);
            ledger.error(node.key, key, format!("there is no item `{name}`"), "items of lists are named by their id, plain lists by number from 0", hint);
        }
        _ => {
            let kind = tree.kind();
            ledger.error(node.key, key, format!("nothing can stand below `{key}`"), format!("the value before `{name}` is {kind}"), "");
        }
    }
}

/// Parts of a dotted key; parts may stand between quotes.
pub(super) fn segments(key: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = key;
    loop {
        let (part, after) = if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"')?;
            (&quoted[..end], &quoted[end + 1..])
        } else {
            rest.split_at(rest.find('.').unwrap_or(rest.len()))
        };
        let part = part.trim();
        if part.is_empty() || parts.len() > 32 {
            return None;
        }
        parts.push(part.to_string());
        match after.strip_prefix('.') {
            Some(left) => rest = left,
            None if after.trim().is_empty() => return Some(parts),
            None => return None,
        }
    }
}

/// A TOML value, or the text itself if it is none.
fn parse_value(text: &str, at: At, ledger: &mut Ledger) -> Node {
    let bare = Node { value: Value::Text(text.trim().to_string()), at, key: at };
    let source = format!("v = {text}");
    let mut scratch = Ledger::default();
    scratch.sources.push(Source { name: String::new(), text: source, folder: PathBuf::new() });
    let tree = tree::parse(0, &mut scratch);
    let looks_structured = text.trim_start().starts_with(['[', '{', '"', '\'']);
    match tree.get("v") {
        Some(node) if scratch.list.is_empty() && tree.entries().len() == 1 => {
            let mut node = node.clone();
            moved(&mut node, at);
            node
        }
        _ => {
            if looks_structured && let Some(finding) = scratch.list.first() {
                let reason = finding.reason.clone();
                ledger.error(at, "", "the value is not TOML", reason, "texts without brackets need no quotes");
            }
            bare
        }
    }
}

fn moved(node: &mut Node, at: At) {
    (node.at, node.key) = (at, at);
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|i| moved(i, at)),
        Value::Table(entries) => entries.iter_mut().for_each(|(_, n)| moved(n, at)),
        _ => {}
    }
}
