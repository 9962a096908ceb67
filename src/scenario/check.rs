//! Checks a tree against the JSON Schema of [`super::file::File`], so that all mistakes of keys, types and ranges show at once.
//! What is right is returned as JSON, what is wrong is left out of it. Used by `scenario` and `cli::schema`.

use std::sync::LazyLock;

use serde_json::{Map, Value as Json, json};

use super::{
    file::{Date, File},
    finding::{At, Ledger, did_you_mean, figure, per_cent},
    layers,
    tree::{Node, Value},
};

static SCHEMA: LazyLock<Json> = LazyLock::new(|| {
    let mut schema = schemars::SchemaGenerator::default().into_root_schema_for::<File>().to_value();
    close(&mut schema);
    schema
});

/// The schema with all that a complete scenario needs.
pub fn schema() -> &'static Json {
    &SCHEMA
}

/// The schema of a file, which may say only what differs from the files that it extends.
pub fn schema_of_files() -> Json {
    let mut schema = SCHEMA.clone();
    relax(&mut schema);
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
        object.insert("title".into(), json!("musafir scenario"));
    }
    schema
}

/// Forbids keys that a table does not list.
pub(super) fn close(schema: &mut Json) {
    match schema {
        Json::Object(object) => {
            let open = object.get("additionalProperties").is_none_or(|a| a == &json!(true));
            if open && object.contains_key("properties") && object.get("type") == Some(&json!("object")) {
                object.insert("additionalProperties".into(), json!(false));
            }
            object.values_mut().for_each(close);
        }
        Json::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Requires `id` only.
fn relax(schema: &mut Json) {
    match schema {
        Json::Object(object) => {
            if let Some(Json::Array(required)) = object.get_mut("required") {
                required.retain(|r| r == "id" || r == "csv");
                if required.is_empty() {
                    object.remove("required");
                }
            }
            object.values_mut().for_each(relax);
        }
        Json::Array(items) => items.iter_mut().for_each(relax),
        _ => {}
    }
}

/// The schema that a `$ref` leads to.
pub fn follow<'s>(schema: &'s Json) -> &'s Json {
    let mut now: &'s Json = schema;
    for _ in 0..8 {
        let Some(name) = now.get("$ref").and_then(Json::as_str).and_then(|r| r.strip_prefix("#/$defs/")) else { break };
        now = SCHEMA.get("$defs").and_then(|d| d.get(name)).unwrap_or(&Json::Null);
    }
    now
}

/// The schema of a key of a table, with the unit it inherits.
pub fn property<'s>(schema: &'s Json, key: &str) -> Option<&'s Json> {
    let schema = branch_of(follow(schema), "object");
    let own = schema.get("properties").and_then(|p| p.get(key));
    own.or_else(|| schema.get("additionalProperties").filter(|a| a.is_object()))
}

/// Whether the value of a dotted key of a scenario is a whole number.
pub fn whole(key: &str) -> bool {
    let mut schema: &Json = &SCHEMA;
    for part in key.split('.') {
        let list = branch_of(follow(schema), "array").get("items");
        // Below a list stands the id or the number of an item.
        match property(schema, part).or(list) {
            Some(inner) => schema = inner,
            None => return false,
        }
    }
    let types = types(follow(schema));
    types.contains(&"integer") && !types.contains(&"number")
}

/// Says what is wrong with a dotted key of a number of any scenario: message, reason, hint. `*` stands for any name; whether an id of a list
/// or of an open table is there, only a scenario can tell.
pub fn wrong_key(key: &str) -> Option<(String, String, String)> {
    let Some(parts) = layers::segments(key) else {
        return Some(("this is not a key".to_string(), "keys are names joined by dots".to_string(), "for example `behaviour.choose.b_cost`".to_string()));
    };
    if parts.first().is_some_and(|part| ["extends", "remove"].contains(&part.as_str())) {
        return Some((format!("`{}` cannot be set", parts[0]), "it says how files are read".to_string(), String::new()));
    }
    match leaf(&SCHEMA, &parts, 0, "") {
        Ok((schema, _)) if schema.get("any").is_some() || types(schema).iter().any(|t| ["number", "integer"].contains(t)) => None,
        Ok((schema, _)) => Some((format!("`{key}` is not a number"), format!("it is {}", kinds(schema)), String::new())),
        Err((depth, known)) => Some(unknown(&parts, depth, known)),
    }
}

/// What is wrong with a key of which `depth` parts are known, and the names that may follow: message, reason, hint.
fn unknown(parts: &[String], depth: usize, known: Vec<&str>) -> (String, String, String) {
    let place = if depth == 0 { "a scenario".to_string() } else { format!("`{}`", parts[..depth].join(".")) };
    (format!("unknown key `{}`", parts[depth]), format!("{place} has no such key"), did_you_mean(&parts[depth], known))
}

/// The schema that parts of a key lead to, and its unit or that of what it is within; else how many of them are known, and the names that may follow.
fn leaf<'s>(schema: &'s Json, parts: &[String], depth: usize, unit: &'s str) -> Result<(&'s Json, &'s str), (usize, Vec<&'s str>)> {
    let unit = schema.get("unit").and_then(Json::as_str).unwrap_or(unit);
    let schema = follow(schema);
    let Some(part) = parts.get(depth).filter(|_| schema.get("any").is_none()) else { return Ok((schema, unit)) };
    if let Some(items) = branch_of(schema, "array").get("items") {
        // Ids may hold dots: as many parts as lead on.
        let mut ends = (depth + 1..parts.len().max(depth + 2)).map(|next| leaf(items, parts, next, unit));
        let first = ends.next().unwrap_or(Err((depth, Vec::new())));
        return first.or_else(|wrong| ends.find(Result::is_ok).unwrap_or(Err(wrong)));
    }
    let table = branch_of(schema, "object");
    let names_of = table.get("propertyNames").map(|s| names(follow(s))).unwrap_or_default();
    let own = table.get("properties").and_then(Json::as_object);
    let open = table.get("additionalProperties").filter(|a| a.is_object());
    if let Some(inner) = own.and_then(|own| own.get(part)) {
        return leaf(inner, parts, depth + 1, unit);
    }
    match open {
        Some(open) if names_of.is_empty() || part == "*" || names_of.contains(&part.as_str()) => leaf(open, parts, depth + 1, unit),
        Some(_) => Err((depth, names_of)),
        None if part == "*" => own.into_iter().flatten().find_map(|(_, inner)| leaf(inner, parts, depth + 1, unit).ok()).ok_or((depth, Vec::new())),
        None => Err((depth, own.into_iter().flat_map(|own| own.keys()).map(String::as_str).collect())),
    }
}

/// The branch of an `anyOf` that takes values of a type; the schema itself if there is none.
pub fn branch_of<'s>(schema: &'s Json, kind: &str) -> &'s Json {
    let branches = schema.get("anyOf").and_then(Json::as_array);
    let fits = |s: &&'s Json| types(s).contains(&kind);
    branches.and_then(|b| b.iter().map(follow).find(fits)).map_or(schema, |branch| branch_of(branch, kind))
}

/// Checks the value of a dotted key of a scenario where there is none to put it into; `multiplies` if it is no value but a factor of one.
pub fn value_of(key: &str, node: &Node, multiplies: bool, ledger: &mut Ledger) {
    let parts: Vec<String> = key.split('.').map(str::to_string).collect();
    let (schema, unit) = match leaf(&SCHEMA, &parts, 0, "") {
        Ok(found) => found,
        Err((depth, known)) => {
            let (message, reason, hint) = unknown(&parts, depth, known);
            ledger.error(node.key, key, message, reason, hint);
            return;
        }
    };
    // Tables are laid over what stands there, entry by entry.
    match &node.value {
        Value::Table(entries) => entries.iter().for_each(|(inner, node)| value_of(&format!("{key}.{inner}"), node, multiplies, ledger)),
        _ if multiplies || schema.get("any").is_some() => {}
        _ => {
            check(node, schema, key, unit, ledger);
        }
    }
}

/// Whether two dotted keys, in which `*` stands for any name, may mean the same value, or one within the other.
pub fn meet(a: &str, b: &str) -> bool {
    a.split('.').zip(b.split('.')).all(|(a, b)| a == b || a == "*" || b == "*")
}

/// Says which of some keys, with their places, mean what one before them means.
pub fn twice<'k>(keys: impl IntoIterator<Item = (&'k str, At)>, ledger: &mut Ledger) {
    let keys: Vec<(&str, At)> = keys.into_iter().collect();
    for (i, (key, at)) in keys.iter().enumerate() {
        if let Some((before, _)) = keys[..i].iter().find(|(before, _)| meet(before, key)) {
            ledger.error(*at, key, format!("`{key}` and `{before}` may mean the same value"), "it would be changed twice", "keep one of them");
        }
    }
}

fn types(schema: &Json) -> Vec<&str> {
    match schema.get("type") {
        Some(Json::String(one)) => vec![one],
        Some(Json::Array(many)) => many.iter().filter_map(Json::as_str).collect(),
        _ => ["anyOf", "oneOf"].iter().filter_map(|k| schema.get(k)?.as_array()).flatten().flat_map(|s| types(follow(s))).collect(),
    }
}

/// Names that a text may be, if it must be one of some.
fn names(schema: &Json) -> Vec<&str> {
    if let Some(list) = schema.get("enum").and_then(Json::as_array) {
        return list.iter().filter_map(Json::as_str).collect();
    }
    let one_of = schema.get("oneOf").and_then(Json::as_array);
    one_of
        .into_iter()
        .flatten()
        .flat_map(|s| match s.get("const").and_then(Json::as_str) {
            Some(name) => vec![name],
            None => s.get("enum").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect(),
        })
        .collect()
}

/// Checks a tree; `path` is its dotted path, `unit` the unit that it inherits.
pub fn check(node: &Node, schema: &Json, path: &str, unit: &str, ledger: &mut Ledger) -> Option<Json> {
    let unit = schema.get("unit").and_then(Json::as_str).unwrap_or(unit);
    let inner = follow(schema);
    let range = if std::ptr::eq(inner, schema) { schema } else { inner };
    if inner.get("any").is_some() {
        return Some(plain(node));
    }
    match &node.value {
        Value::Table(_) => table(node, branch_of(inner, "object"), path, unit, ledger),
        Value::List(_) => list(node, branch_of(inner, "array"), path, unit, ledger),
        Value::Text(text) => text_value(node, text, branch_of(inner, "string"), path, ledger),
        Value::Date(date) => date_value(node, &date.to_string(), branch_of(inner, "string"), path, ledger),
        Value::Bool(b) => {
            if types(inner).contains(&"boolean") {
                Some(json!(b))
            } else {
                wrong_kind(node, inner, path, ledger)
            }
        }
        Value::Int(n) if types(inner).contains(&"integer") => number(node, *n as f64, range, path, unit, ledger).map(|x| if x == *n as f64 { json!(n) } else { json!(x as i64) }),
        Value::Int(n) if types(inner).contains(&"number") => number(node, *n as f64, range, path, unit, ledger).map(|x| json!(x)),
        Value::Float(x) if types(inner).contains(&"number") => number(node, *x, range, path, unit, ledger).map(|x| json!(x)),
        Value::Int(_) | Value::Float(_) => wrong_kind(node, inner, path, ledger),
    }
}

/// A value as it stands, dates as texts: where the reader checks it.
fn plain(node: &Node) -> Json {
    match &node.value {
        Value::Bool(b) => json!(b),
        Value::Int(n) => json!(n),
        Value::Float(x) => json!(x),
        Value::Text(text) => json!(text),
        Value::Date(date) => json!(date.to_string()),
        Value::List(items) => items.iter().map(plain).collect(),
        Value::Table(entries) => Json::Object(entries.iter().map(|(key, inner)| (key.clone(), plain(inner))).collect()),
    }
}

fn wrong_kind(node: &Node, schema: &Json, path: &str, ledger: &mut Ledger) -> Option<Json> {
    let wanted = if branch_of(schema, "string").get("form").is_some() { "a date, 2028-01-01 or \"2028-01\"".to_string() } else { kinds(schema) };
    let number = match &node.value {
        Value::Text(text) if wanted.contains("number") => text.trim().parse::<f64>().ok(),
        _ => None,
    };
    let hint = match (&node.value, number) {
        // As TOML has it: `.7` is no number there.
        (_, Some(x)) => format!("write {x} without quotes"),
        (Value::Float(x), _) if wanted == "a whole number" && x.abs() >= i64::MAX as f64 => format!("it is too large; at most {}", i64::MAX),
        (Value::Float(_), _) if wanted == "a whole number" => "write it without a decimal point".to_string(),
        _ => String::new(),
    };
    ledger.error(node.at, path, format!("`{path}` has the wrong type"), format!("this is {}, it must be {wanted}", node.kind()), hint);
    None
}

/// Why a key of `run` cannot be uncertain; none for other keys.
pub fn of_run(key: &str) -> Option<(String, &'static str)> {
    (key == "run" || key.starts_with("run.")).then(|| (format!("`{key}` is no value of the world or of behaviour"), "what is run is the same for all members"))
}

fn kinds(schema: &Json) -> String {
    let name = |t: &str| match t {
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "array" => "a list",
        "object" => "a table",
        _ => "a text",
    };
    let mut list: Vec<&str> = types(schema).into_iter().filter(|t| *t != "null").map(name).collect();
    if list.is_empty() {
        list.push("a text");
    }
    list.dedup();
    list.join(" or ")
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_string() } else { format!("{path}.{key}") }
}

fn table(node: &Node, schema: &Json, path: &str, unit: &str, ledger: &mut Ledger) -> Option<Json> {
    if !types(schema).contains(&"object") {
        return wrong_kind(node, schema, path, ledger);
    }
    let known = schema.get("properties").and_then(Json::as_object);
    let open = schema.get("additionalProperties").filter(|a| a.is_object());
    let key_names = schema.get("propertyNames").map(|s| names(follow(s))).unwrap_or_default();
    let mut object = Map::new();
    for (key, child) in node.entries() {
        let Some(inner) = known.and_then(|k| k.get(key)).or(open) else {
            let keys = known.into_iter().flat_map(|k| k.keys()).map(String::as_str);
            let called = schema.get("called").and_then(Json::as_str).unwrap_or("a scenario");
            let place = if path.is_empty() { called.to_string() } else { format!("`{path}`") };
            ledger.error(child.key, &join(path, key), format!("unknown key `{key}`"), format!("{place} has no such key"), did_you_mean(key, keys));
            continue;
        };
        if !key_names.is_empty() && !key_names.contains(&key.as_str()) {
            ledger.error(child.key, &join(path, key), format!("unknown key `{key}`"), format!("`{path}` has no such key"), did_you_mean(key, key_names.iter().copied()));
            continue;
        }
        if let Some(value) = check(child, inner, &join(path, key), unit, ledger) {
            object.insert(key.clone(), value);
        }
    }
    // A scenario is seldom written as a whole.
    let scenario = path.is_empty() && schema.get("called").is_none();
    for key in missing(node, schema) {
        if !ledger.partial {
            let described = |s: &Json| s.get("description").and_then(Json::as_str).map(first_sentence);
            let inner = known.and_then(|k| k.get(key));
            let what = inner.and_then(|s| described(s).or_else(|| described(follow(s)))).unwrap_or_default();
            let table = inner.is_some_and(|s| types(follow(s)).contains(&"object"));
            let kinds = inner.map(|s| names(follow(s))).unwrap_or_default();
            let fix = match (table, kinds.is_empty()) {
                (true, _) if scenario => format!("add a table `[{key}]`, or begin with `extends = \"...\"` of a scenario that has it"),
                (true, _) => format!("add a table `[{}]`", join(path, key)),
                (false, true) => format!("add `{key} = ...`"),
                (false, false) => format!("add `{key} = ...`: {}", kinds.join(", ")),
            };
            ledger.error(node.key, &join(path, key), format!("`{}` is missing", join(path, key)), what, fix);
        }
        // With a text that nothing refers to the rest is checked in the same round; nothing is run with it.
        if ["name", "source"].contains(&key) {
            object.insert(key.to_string(), json!(""));
        }
    }
    Some(Json::Object(object))
}

/// Keys that a table must have and does not.
fn missing<'s>(node: &'s Node, schema: &'s Json) -> impl Iterator<Item = &'s str> {
    let required = schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    required.filter(|key| node.get(key).is_none())
}

/// First sentence of a description, without the full stop.
pub fn first_sentence(text: &str) -> String {
    text.split(". ").next().unwrap_or_default().trim_end_matches('.').replace('\n', " ")
}

fn list(node: &Node, schema: &Json, path: &str, unit: &str, ledger: &mut Ledger) -> Option<Json> {
    if !types(schema).contains(&"array") {
        return wrong_kind(node, schema, path, ledger);
    }
    let (len, bound) = (node.items().len() as u64, |key: &str| schema.get(key).and_then(Json::as_u64));
    let (least, most) = (bound("minItems").unwrap_or(0), bound("maxItems").unwrap_or(u64::MAX));
    if len < least || len > most {
        let wanted = if least == most {
            format!("{least}")
        } else if len < least {
            format!("at least {least}")
        } else {
            format!("at most {most}")
        };
        ledger.error(node.at, path, format!("`{path}` has {len} values"), format!("it must have {wanted}"), "");
        return None;
    }
    let Some(item_schema) = schema.get("items") else { return Some(json!([])) };
    let mut whole = true;
    let mut values = Vec::new();
    for (i, item) in node.items().iter().enumerate() {
        let name = item.id().map_or_else(|| i.to_string(), str::to_string);
        let before = ledger.list.len();
        match check(item, item_schema, &join(path, &name), unit, ledger) {
            Some(mut value) => {
                // Likewise one without an id goes by its number.
                if let Some(object) = value.as_object_mut().filter(|_| missing(item, follow(item_schema)).any(|key| key == "id")) {
                    object.insert("id".to_string(), json!(name));
                }
                values.push(value);
            }
            None => whole = false,
        }
        // A list that is not closed holds what follows it.
        if !whole && ledger.partial && !types(follow(item_schema)).contains(&"object") {
            break;
        }
        // An item that lacks something may be meant to change one of another file, with its id mistyped.
        let others = node.items().iter().filter(|other| other.at.file != item.at.file).filter_map(Node::id).filter(|id| *id != name);
        if let Some(key) = missing(item, follow(item_schema)).next()
            && let Some(finding) = ledger.list[before..].iter_mut().find(|f| f.path == join(&join(path, &name), key))
            && let Some(near) = super::finding::nearest(&name, others)
        {
            finding.hint = format!("{}; or is `{near}` meant?", finding.hint);
        }
    }
    // A list of numbers with a wrong one is wrong; a list of items keeps the others.
    let items = node.items().iter().all(|i| i.id().is_some());
    (whole || items).then_some(Json::Array(values))
}

fn text_value(node: &Node, text: &str, schema: &Json, path: &str, ledger: &mut Ledger) -> Option<Json> {
    if schema.get("form").is_some() {
        return date_value(node, text, schema, path, ledger);
    }
    let names = names(schema);
    if !names.is_empty() {
        if names.contains(&text) {
            return Some(json!(text));
        }
        let hint = super::finding::nearest(text, names.iter().copied()).map_or_else(String::new, |n| format!("did you mean `{n}`?"));
        let near = super::finding::nearest(text, names.iter().copied()).map(|name| json!(name));
        ledger.error(node.at, path, format!("`{path}` cannot be `{text}`"), format!("it is one of {}", names.join(", ")), hint);
        return near;
    }
    if types(schema).contains(&"string") { Some(json!(text)) } else { wrong_kind(node, schema, path, ledger) }
}

fn date_value(node: &Node, text: &str, schema: &Json, path: &str, ledger: &mut Ledger) -> Option<Json> {
    if schema.get("form").is_none() {
        return wrong_kind(node, schema, path, ledger);
    }
    match text.parse::<Date>() {
        // A date that is no TOML was told as such.
        Err(_) if text.is_empty() && ledger.partial => None,
        Ok(_) => Some(json!(text)),
        Err(why) => {
            ledger.error(node.at, path, format!("`{path}` is not a date that can be used"), why, "write it as 2028-01-01 or \"2028-01\"");
            None
        }
    }
}

/// Least and largest value that a number may have, and whether the least is excluded.
pub fn bounds(schema: &Json, key: &str, unit: &str) -> (Option<f64>, Option<f64>, bool) {
    let get = |k: &str| schema.get(k).and_then(Json::as_f64);
    let (least, most, above) = (get("minimum"), get("maximum"), get("exclusiveMinimum"));
    let own = least.is_some() || most.is_some() || above.is_some();
    let implied = !own && !key.split('.').any(|k| k.ends_with("_range"));
    match unit {
        "share" if implied => (Some(0.0), Some(1.0), false),
        "factor" | "ratio" | "per month" if implied => (Some(0.0), None, false),
        _ => (above.or(least), most, above.is_some()),
    }
}

fn number(node: &Node, x: f64, schema: &Json, path: &str, unit: &str, ledger: &mut Ledger) -> Option<f64> {
    let (least, most, above) = bounds(schema, path, unit);
    let low = least.is_some_and(|l| x < l || (above && x <= l));
    if x.is_finite() && !low && most.is_none_or(|m| x <= m) {
        return Some(x);
    }
    let range = match (least, most) {
        (Some(l), Some(m)) => format!("outside {}{l}, {m}]", if above { "(" } else { "[" }),
        (Some(l), None) => format!("below {l}"),
        (None, Some(m)) => format!("above {m}"),
        (None, None) => "not a finite number".to_string(),
    };
    let unit = if unit.is_empty() { String::new() } else { format!("; unit: {unit}") };
    let hint = if most == Some(1.0) { per_cent(x, least.unwrap_or(0.0)) } else { String::new() };
    ledger.error(node.at, path, format!("`{path}` is {}, {range}", figure(x)), format!("the values that make sense are bounded{unit}"), hint);
    // The nearest that makes sense stands in, so that what is said with it is checked in the same round; nothing is run with it.
    match (least, most) {
        (Some(l), _) if low && above => Some(most.map_or(l + 1.0, |m| m.min(l + 1.0))),
        (Some(l), _) if low || x.is_nan() => Some(l),
        (_, Some(m)) => Some(m),
        _ => None,
    }
}
