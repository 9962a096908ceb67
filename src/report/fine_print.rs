//! The fine print: what B changes, all values with their sources, the record, and how to make the same bytes again.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{
    changes::{self, Change},
    folder::{Folder, Kind},
    numbers::{LANGUAGES, decimal},
    page::{both, texts},
    strings,
};
use crate::{
    experiment::sweep::record as sweep,
    measure::record::{FileEntry, quoted},
    scenario::{Entry, Inventory},
};

/// Lists whose items are shown in one line each.
const LISTS: [&str; 7] = ["corridor", "regime", "closure", "amnesty", "trend", "shock", "rule"];

/// The section; `observed` says whether points of targets were drawn, `parent` what a run's scenario changes in the one that it extends.
pub fn fine_print(folder: &Folder, observed: bool, parent: Option<&[Change]>) -> Markup {
    let (a, b) = (folder.played.first(), folder.played.last());
    html! {
        section #print aria-labelledby="print-title" {
            h2 #print-title { (both("nav.print")) }
            @if let (Kind::Comparison(_), Some(a), Some(b)) = (&folder.kind, a, b) {
                details open { summary { (both("print.differences")) } (differences(&changes::between(&a.inventory, &b.inventory), ["col.a", "col.b"])) }
            }
            @if let Some(changed) = parent { details open { summary { (both("print.parent")) } (differences(changed, ["col.before", "col.after"])) } }
            @if let Kind::Sweep(record) = &folder.kind { details open { summary { (both("print.factors")) } (factors(record)) } }
            @if let Some(shown) = b {
                @if matches!(folder.kind, Kind::Sweep(_) | Kind::Calibration(_)) { p { (both("print.base")) " " bdi { (shown.scenario.title) } } }
                (verified(&shown.inventory))
                details { summary { (both("print.values")) } (values(&shown.inventory)) }
                details { summary { (both("print.regimes")) } (items(&shown.inventory)) }
                details { summary { (both("print.tables")) } (tables(&shown.inventory)) }
            }
            details open { summary { (both("print.reproduce")) } (reproduce(folder, observed)) }
            details { summary { (both("print.record")) } (record(folder)) }
            @let warnings = match &folder.kind {
                Kind::Run(r) => r.warnings.as_slice(),
                Kind::Comparison(r) => &r.warnings,
                Kind::Validation(r) => &r.warnings,
                Kind::Calibration(found) => &found.record.warnings,
                Kind::Sweep(_) => &[],
            };
            @if !warnings.is_empty() {
                details { summary { (both("print.warnings")) " (" (warnings.len()) ")" } @for warning in warnings { pre dir="auto" { (warning) } } }
            }
        }
    }
}

fn checked(verified: Option<bool>) -> Markup {
    match verified {
        Some(true) => html! { span.yes { "✓ " (both("print.verified")) } },
        Some(false) => html! { span.no { "○ " (both("print.unverified")) } },
        None => html! { span.none { (both("print.unstated")) } },
    }
}

/// How many values and rows are verified.
fn verified(inventory: &Inventory) -> Markup {
    let rows = inventory.tables.iter().map(|t| (t.rows.iter().filter(|r| r.verified).count(), t.rows.len()));
    let entries = (inventory.entries.iter().filter(|e| e.verified == Some(true)).count(), inventory.entries.len());
    let (n, all) = rows.fold(entries, |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let text = LANGUAGES.map(|l| strings::text("print.share", l).replace("{n}", &decimal(n as f64, 0, l)).replace("{all}", &decimal(all as f64, 0, l)));
    html! { p { (texts(&text)) } }
}

/// The list and the item that a key belongs to, and the rest of the key.
fn item(key: &str) -> Option<(&str, &str)> {
    let (list, rest) = key.split_once('.')?;
    if !LISTS.contains(&list) {
        return None;
    }
    let end = rest.find('.')?;
    Some((&key[..=list.len() + end], &rest[end + 1..]))
}

fn table(head: &[&str], body: &Markup) -> Markup {
    html! { div.scroll tabindex="0" { table { thead { tr { @for key in head { th scope="col" { (both(key)) } } } } tbody { (body) } } } }
}

fn values(inventory: &Inventory) -> Markup {
    let single = inventory.entries.iter().filter(|e| item(&e.key).is_none() && e.key != "title" && e.key != "description");
    let body = html! {
        @for e in single {
            tr { td { code { (e.key) } } td dir="auto" { (e.value) } td { (e.unit) } td dir="auto" { (e.source) } td { (checked(e.verified)) } }
        }
    };
    table(&["col.key", "col.value", "col.unit", "col.source", "col.checked"], &body)
}

fn items(inventory: &Inventory) -> Markup {
    let mut found: Vec<(&str, Vec<&Entry>)> = Vec::new();
    for entry in &inventory.entries {
        if let Some((id, _)) = item(&entry.key) {
            match found.last_mut().filter(|last| last.0 == id) {
                Some(last) => last.1.push(entry),
                None => found.push((id, vec![entry])),
            }
        }
    }
    let text = |entries: &[&Entry]| entries.iter().map(|e| format!("{} = {}", item(&e.key).map_or("", |i| i.1), e.value)).collect::<Vec<_>>().join("; ");
    let body = html! {
        @for (id, entries) in &found {
            @let first = entries[0];
            tr { td { code { (id) } } td dir="auto" { (text(entries)) } td dir="auto" { (first.source) } td { (checked(first.verified)) } }
        }
    };
    table(&["col.key", "col.value", "col.source", "col.checked"], &body)
}

fn tables(inventory: &Inventory) -> Markup {
    let body = html! {
        @for t in &inventory.tables {
            @let share = decimal(100.0 * t.verified(), 0, super::numbers::Language::English);
            tr {
                td { code { (t.name) } " – " (t.meaning) }
                td.number { (t.rows.len()) }
                td { (share) " % " (both("print.verified")) }
                td dir="auto" {
                    details { summary { (sources(t).len()) } ul { @for (source, rows) in sources(t) { li { (source) " (" (rows) ")" } } } }
                }
            }
        }
    };
    table(&["col.table", "col.rows", "col.checked", "col.source"], &body)
}

/// Distinct sources of a table with the number of their rows.
fn sources(table: &crate::scenario::Rows) -> Vec<(&str, usize)> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &table.rows {
        *count.entry(row.source.as_str()).or_default() += 1;
    }
    let mut list: Vec<_> = count.into_iter().collect();
    list.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    list
}

/// Values and rows of tables that differ; heads of the columns before and after.
fn differences(changed: &[Change], heads: [&str; 2]) -> Markup {
    if changed.is_empty() {
        return html! { p { (both("print.none")) } };
    }
    const MOST: usize = 400;
    let body = html! {
        @for change in changed.iter().take(MOST) {
            tr {
                td { code { (change.key) } }
                td dir="auto" { (change.before.as_deref().unwrap_or("–")) }
                td dir="auto" { (change.after.as_deref().unwrap_or("–")) }
                td dir="auto" { (change.source) }
                td { (checked(change.verified)) }
            }
        }
        @if changed.len() > MOST { tr { td colspan="5" { "… +" (changed.len() - MOST) } } }
    };
    table(&["col.key", heads[0], heads[1], "col.source", "col.checked"], &body)
}

/// What a sweep varies.
fn factors(record: &sweep::Record) -> Markup {
    let body = html! {
        @for f in &record.factors {
            tr {
                td { code { (f.id) } @if f.crossed { " " (both("print.crossed")) } }
                td { @for key in &f.keys { code { (key) } " " } }
                td dir="auto" { @if let Some((low, high)) = &f.range { (low) " … " (high) @if f.multiplies { " " (both("print.times")) } } @else { (f.names.join(", ")) } }
                td { (f.unit) }
            }
        }
    };
    table(&["col.factor", "col.key", "col.value", "col.unit"], &body)
}

fn reproduce(folder: &Folder, observed: bool) -> Markup {
    let targets = if observed { " --targets scenarios/targets" } else { "" };
    let version = env!("CARGO_PKG_VERSION");
    let members = if folder.file("ensemble.toml").exists() { " --ensemble ensemble.toml" } else { "" };
    match &folder.kind {
        Kind::Run(record) => {
            let csv = if record.files.iter().any(|f| f.name == "flows.csv") { " --format csv" } else { "" };
            html! {
                p { (both("print.reproduce.run")) }
                pre { code { "musafir run scenario.toml" (members) " --out again" (csv) } }
                p { (both("print.page")) }
                pre { code { "musafir report again" (targets) } }
                p.note { "musafir " (version) " · seed " (record.seed) " · sample " (record.sample) " · replicates " (record.replicates) }
            }
        }
        Kind::Comparison(record) => {
            let attribute = if record.attribute { " --attribute" } else { "" };
            let groups = record.groups.iter().map(|g| format!(" --group {}", quoted(&format!("{}={}", g.name, g.parts.join(","))))).collect::<Vec<_>>().concat();
            html! {
                p { (both("print.reproduce.compare")) }
                pre { code { "musafir compare a.toml b.toml" (members) " --replicates " (record.replicates) " --seed " (record.seed) " --sample " (record.sample) (attribute) (groups) " --out again" } }
                p { (both("print.page")) }
                pre { code { "musafir report again" (targets) } }
                p.note { "musafir " (version) " · seeds " (record.seed) " … " (record.seed + u64::from(record.replicates) - 1) " · sample " (record.sample) }
            }
        }
        Kind::Validation(record) => html! {
            p { (both("print.reproduce.validate")) }
            pre { code { "musafir validate scenario.toml" (members) " --targets targets --replicates " (record.replicates) " --seed " (record.seed) " --sample " (record.sample) " --out again" } }
            p { (both("print.page.targets")) }
            pre { code { "musafir report again --targets targets" } }
            p.note { "musafir " (version) " · seeds " (record.seed) " … " (record.seed + u64::from(record.replicates) - 1) " · sample " (record.sample) " · targets " code.hash { (record.targets_hash) } }
        },
        Kind::Sweep(record) => html! {
            p { (both("print.reproduce.sweep")) }
            pre { code { "musafir sweep " (if record.file.is_empty() { "SWEEP.toml".to_string() } else { quoted(&record.file) }) " --replicates " (record.replicates) " --seed " (record.seed) " --sample " (record.sample) (until(folder)) " --out again" } }
            p { (both("print.page")) }
            pre { code { "musafir report again" } }
            p.note { "musafir " (version) " · " (record.points) " points · " (record.runs) " runs · sample " (record.sample) }
        },
        Kind::Calibration(found) => html! {
            p { (both("print.reproduce.calibrate")) }
            pre { code { "musafir calibrate CALIBRATION.toml --seed " (found.record.seed) " --sample " (found.record.sample) " --members " (found.record.members) @if found.record.steps > 0 { " --steps " (found.record.steps) @if !found.record.with_origins { " --no-origins" } } " --out again" } }
            p { (both("print.page.targets")) }
            pre { code { "musafir report again --targets targets" } }
        },
    }
}

/// What stops runs before the end of their scenario.
fn until(folder: &Folder) -> String {
    folder.first().and_then(|scenario| scenario.run.until).map_or_else(String::new, |month| format!(" --until {month}"))
}

fn files(entries: &[FileEntry]) -> Markup {
    let body = html! {
        @for f in entries {
            tr { td { code { (f.name) } } td.number { @if let Some(rows) = f.rows { (texts(&LANGUAGES.map(|l| decimal(rows as f64, 0, l)))) } } td { code.hash { (f.hash) } } }
        }
    };
    table(&["col.file", "col.rows", "col.hash"], &body)
}

fn record(folder: &Folder) -> Markup {
    let mut lines: Vec<(&str, String)> = Vec::new();
    let entries: &[FileEntry] = match &folder.kind {
        Kind::Run(r) => {
            lines.push(("scenario_hash", r.scenario_hash.clone()));
            lines.push(("state_hash", r.state_hash.clone()));
            lines.push(("persons", decimal(r.persons as f64, 0, LANGUAGES[0])));
            lines.push(("months", r.months.to_string()));
            lines.push(("person_months", decimal(r.person_months as f64, 0, LANGUAGES[0])));
            lines.push(("events", decimal(r.events as f64, 0, LANGUAGES[0])));
            &r.files
        }
        Kind::Comparison(r) => {
            for (letter, side) in [("a", &r.a), ("b", &r.b)] {
                lines.push((if letter == "a" { "a.scenario_hash" } else { "b.scenario_hash" }, side.scenario_hash.clone()));
                lines.push((if letter == "a" { "a.state_hash" } else { "b.state_hash" }, side.state_hash.clone()));
            }
            lines.push(("fork", r.fork.clone().unwrap_or_else(|| "–".to_string())));
            lines.push(("persons", decimal(r.persons as f64, 0, LANGUAGES[0])));
            lines.push(("months", r.months.to_string()));
            r.files.as_slice()
        }
        Kind::Validation(r) => {
            lines.extend([("scenario_hash", r.scenario_hash.clone()), ("targets_hash", r.targets_hash.clone()), ("state_hash", r.state_hash.clone())]);
            lines.extend([("persons", decimal(r.persons as f64, 0, LANGUAGES[0])), ("months", r.months.to_string())]);
            &r.files
        }
        Kind::Sweep(r) => {
            lines.extend([("identity", r.identity.clone()), ("state_hash", r.state_hash.clone()), ("design", r.design.clone())]);
            lines.extend(
                [("points", r.points), ("worlds", r.worlds), ("runs", r.runs), ("failed", r.failed), ("months", r.months)].map(|(k, n)| (k, decimal(n as f64, 0, LANGUAGES[0]))),
            );
            &r.files
        }
        Kind::Calibration(found) => {
            let r = &found.record;
            lines.extend(
                [("identity", &r.identity), ("scenario_hash", &r.scenario_hash), ("targets_hash", &r.targets_hash), ("ensemble_hash", &r.ensemble_hash)]
                    .map(|(k, v)| (k, v.clone())),
            );
            lines.extend([("members", r.members), ("runs", r.runs)].map(|(k, n)| (k, decimal(n as f64, 0, LANGUAGES[0]))));
            &r.files
        }
    };
    html! {
        dl { @for (key, value) in &lines { dt { code { (key) } } dd { code.hash { (value) } } } }
        (files(entries))
    }
}
