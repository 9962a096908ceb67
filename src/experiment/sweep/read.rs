//! Reads a sweep: every mistake at once, each at its line, unknown keys of scenarios among them.

mod asked;
mod factors;
mod points;
mod trials;

use std::{collections::BTreeSet, path::Path, str::FromStr, sync::LazyLock};

use serde_json::Value as Json;

use super::{
    super::{
        design::{Design, Kind},
        ensemble::Ensemble,
    },
    Members, Outcome, Sweep,
    factor::{Factor, Key, Levels, leaves},
    file::File,
};
use crate::{
    measure::scope::Scope,
    scenario::{
        Change, Findings, Overrides, Scenario, Severity, Template, check, document,
        file::Date,
        finding::{At, Finding, Ledger},
        template,
        tree::{self, Node, Value},
    },
    units::Month,
};

/// What the command line changes.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// Share of households simulated.
    pub sample: Option<f64>,
    /// Seed of the first replicate.
    pub seed: Option<u64>,
    /// Replicates of each point.
    pub replicates: Option<u32>,
    /// Last month simulated.
    pub until: Option<Month>,
    /// Folder within which paths stay.
    pub root: Option<std::path::PathBuf>,
}

static SCHEMA: LazyLock<Json> = LazyLock::new(|| document::schema::<File>("musafir sweep"));

/// The JSON Schema of sweeps, for editors.
pub fn schema() -> Json {
    SCHEMA.clone()
}

impl Sweep {
    /// Reads and checks a sweep, and tries every factor at its ends in the scenario.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn load(path: &Path, flags: &Flags) -> Result<Sweep, Findings> {
        let mut ledger = Ledger::default();
        match template::read(path) {
            Ok(source) => ledger.sources.push(source),
            Err(why) => {
                ledger.error(At::NOWHERE, "", format!("`{}` cannot be read", path.display()), why, "");
                return Err(Findings { list: ledger.sorted() });
            }
        }
        let tree = tree::parse(0, &mut ledger);
        let json = check::check(&tree, &SCHEMA, "", "", &mut ledger).unwrap_or_default();
        let mut reader = Reader { path, flags, tree: &tree, json: &json, ledger, templates: Vec::new(), others: Vec::new() };
        let sweep = reader.sweep();
        let mut list = reader.ledger.sorted();
        for finding in reader.others {
            if !list.contains(&finding) {
                list.push(finding);
            }
        }
        let wrong = list.iter().any(|f| f.severity == Severity::Error);
        sweep.filter(|_| !wrong).ok_or(Findings { list })
    }
}

struct Reader<'a> {
    path: &'a Path,
    flags: &'a Flags,
    tree: &'a Node,
    /// What of it fits the schema.
    json: &'a Json,
    ledger: Ledger,
    templates: Vec<Template>,
    /// Findings of the scenarios.
    others: Vec<Finding>,
}

/// A part of the file as its struct; none if it is missing or wrong, which has been said.
fn part<T: serde::de::DeserializeOwned>(json: &Json, key: &str) -> Option<T> {
    serde_json::from_value(json.get(key)?.clone()).ok()
}

impl Reader<'_> {
    fn sweep(&mut self) -> Option<Sweep> {
        let (json, tree) = (self.json, self.tree);
        let text = |key: &str| json.get(key).and_then(Json::as_str).unwrap_or_default().to_string();
        let fixed = tree.get("set").map_or_else(Vec::new, changes);
        self.table_of_keys(tree, "");
        self.said_twice(&fixed);
        let base = self.base(fixed.clone());
        let kind = json.pointer("/design/kind").and_then(|k| serde_json::from_value::<Kind>(k.clone()).ok());
        // What of a list the schema refused as a whole is missing in the JSON, which has been said; otherwise both have the same items.
        let both = |key: &str| {
            let items = json.get(key).and_then(Json::as_array).into_iter().flatten();
            items.zip(tree.get(key).map_or(&[][..], Node::items)).enumerate().collect::<Vec<(usize, (&Json, &Node))>>()
        };
        let factors: Vec<Factor> = both("factor").into_iter().filter_map(|(i, (json, node))| self.factor(json, node, i, kind)).collect();
        if base.is_none() {
            self.hold(&fixed, &factors);
        }
        tree::ids("factor", self.tree.get("factor").map_or(&[][..], Node::items), &mut self.ledger);
        self.overridden(&factors);
        self.outdone(&fixed, &factors);
        tree::ids("outcome", self.tree.get("outcome").map_or(&[][..], Node::items), &mut self.ledger);
        let design = self.design(factors.iter().filter(|f| !f.crossed).count());
        let listed = self.points(kind, &factors);
        let ensemble = json.get("ensemble").and_then(Json::as_str).and_then(|name| self.ensemble(name, tree.locate("ensemble"), "ensemble"));
        if let Some(design) = &design {
            self.size(design, &factors, listed.len(), ensemble.as_ref().map(|e| e.of.members.len()));
        }
        let scope = base.as_ref().map(|(base, _)| Scope::new(&base.world));
        let years = base.as_ref().map(|(base, _)| (base.world.start.year(), base.world.last_month().year()));
        let run = scope.as_ref().zip(years);
        let outcomes: Vec<Outcome> = both("outcome").into_iter().filter_map(|(i, (json, node))| self.outcome(json, node, i, run, &factors)).collect();
        let selection = self.selection(run);
        let (base, fixed) = base?;
        let mut sweep = Sweep {
            title: text("title"),
            description: text("description"),
            path: self.path.to_path_buf(),
            // Without a design, which has been said, factors are tried all the same.
            design: design.unwrap_or(Design { kind: Kind::List, points: 0, trajectories: 0, levels: 2, seed: 1 }),
            factors,
            listed,
            replicates: self.flags.replicates.or_else(|| part(json, "replicates")).unwrap_or(1),
            outcomes,
            selection,
            base,
            scope: scope?,
            templates: std::mem::take(&mut self.templates),
            fixed,
            ensemble,
            digest: [0; 32],
        };
        let tried = self.try_out(&sweep);
        sweep.digest = self.digest(&sweep, &tried);
        Some(sweep)
    }

    /// Says that `set` is no table.
    fn table_of_keys(&mut self, node: &Node, path: &str) {
        if let Some(set) = node.get("set").filter(|n| !matches!(n.value, Value::Table(_))) {
            let path = if path.is_empty() { "set".to_string() } else { format!("{path}.set") };
            let why = format!("this is {}, it must be a table", set.kind());
            self.ledger.error(set.at, &path, format!("`{path}` has the wrong type"), why, "write keys of the scenario and their values");
        }
    }

    /// Says which entries of `[set]` the sweep says too, or that cannot be set.
    fn said_twice(&mut self, fixed: &[Change]) {
        let mut keys = Vec::new();
        for change in fixed {
            leaves(&change.key, &change.value, false, &mut keys);
        }
        for Key { name, at, .. } in keys {
            let path = format!("set.{name}");
            match name.strip_prefix("run.").filter(|own| ["sample", "seed", "until"].contains(own)).and_then(|own| self.tree.get(own)) {
                Some(twice) => {
                    let why = format!("`{}` of the sweep says it too, at {}", &name[4..], self.ledger.line(twice.key));
                    self.ledger.error(at, &path, format!("`{name}` is said twice"), why, "say it once");
                }
                None if name == "run.replicates" => {
                    self.ledger.error(at, &path, "`run.replicates` has no effect", "replicates are the sweep's", "add `replicates = ...` before the first table");
                }
                None if ["extends", "remove"].iter().any(|key| name.split('.').next() == Some(key)) => {
                    self.ledger.error(at, &path, format!("`{name}` cannot be set"), "it says how files are read, and they have been read", "write a scenario that says it");
                }
                None => {}
            }
        }
    }

    /// Keeps findings of scenarios; `at` and `path` are what one is about that has no place.
    fn hear(&mut self, findings: Vec<Finding>, at: At, path: &str) {
        for finding in findings {
            if finding.file.is_empty() && at != At::NOWHERE {
                self.ledger.error(at, path, finding.message, finding.reason, finding.hint);
            } else if !self.others.contains(&finding) {
                self.others.push(finding);
            }
        }
    }

    /// The place of `until`, if the file says it and the command line does not.
    fn stop(&self) -> At {
        self.tree.get("until").filter(|_| self.flags.until.is_none()).map_or(At::NOWHERE, |n| n.at)
    }

    /// Hash over everything that points are made of, this program included: `tried` are the hashes of the scenarios that were tried.
    fn digest(&self, sweep: &Sweep, tried: &[String]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        let program = std::env::current_exe().and_then(std::fs::metadata).map(|m| (m.len(), m.modified().ok()));
        hasher.update(format!("{}{program:?}{}{tried:?}", env!("CARGO_PKG_VERSION"), sweep.replicates).as_bytes());
        hasher.update(self.ledger.sources[0].text.as_bytes());
        for template in &sweep.templates {
            hasher.update(&template.digest);
        }
        hasher.update(sweep.ensemble.as_ref().map_or("", |e| &e.of.hash).as_bytes());
        *hasher.finalize().as_bytes()
    }

    /// Reads an ensemble that is named at a place.
    fn ensemble(&mut self, name: &str, at: At, path: &str) -> Option<Members> {
        match template::named(self.path, self.flags.root.as_deref(), name) {
            Ok(file) => match Ensemble::load(&file) {
                Ok(of) => return Some(Members { of, at }),
                Err(findings) => self.others.extend(findings.list),
            },
            Err((why, hint)) => self.ledger.error(at, path, format!("`{name}` cannot be read"), why, hint),
        }
        None
    }

    /// Reads the scenario, and what all points change in it; if some of that is wrong, without it, so that the rest can be checked.
    fn base(&mut self, fixed: Vec<Change>) -> Option<(Scenario, Vec<Change>)> {
        let name = self.json.get("scenario").and_then(Json::as_str)?;
        let index = self.template(name, self.tree.locate("scenario"), "scenario")?;
        let findings = match self.templates[index].scenario(&fixed) {
            Ok(scenario) => return Some((scenario, fixed)),
            Err(findings) => findings,
        };
        let own = &self.ledger.sources[0].name;
        let lines: BTreeSet<usize> = findings.list.iter().filter(|f| f.severity == Severity::Error && f.file == *own).map(|f| f.line).collect();
        let line = |at: At| self.ledger.place(at).map_or(0, |p| p.1);
        let right: Vec<Change> = fixed.into_iter().filter(|c| lines.range(line(c.value.key)..=line(At { start: c.value.at.end, ..c.value.at })).next().is_none()).collect();
        self.hear(findings.list, self.stop(), "until");
        let template = &self.templates[index];
        let rest = template.scenario(&right).ok().map(|scenario| (scenario, right));
        rest.or_else(|| Some((template.scenario(&[]).ok()?, Vec::new())))
    }

    /// Reads a scenario as a template; its index.
    fn template(&mut self, name: &str, at: At, path: &str) -> Option<usize> {
        let file = match template::named(self.path, self.flags.root.as_deref(), name) {
            Ok(file) => file,
            Err((why, hint)) => {
                self.ledger.error(at, path, format!("`{name}` cannot be read"), why, hint);
                return None;
            }
        };
        let json = self.json;
        // Replicates are the sweep's; a run of one replicate is the same whatever their number.
        let mut set = vec![("run.replicates".to_string(), "1".to_string())];
        let sample = self.flags.sample.or_else(|| json.get("sample").and_then(Json::as_f64));
        set.extend(sample.map(|s| ("run.sample".to_string(), format!("{s:?}"))));
        let seed = self.flags.seed.or_else(|| json.get("seed").and_then(Json::as_u64));
        set.extend(seed.map(|s| ("run.seed".to_string(), s.to_string())));
        let until = json.get("until").and_then(Json::as_str).and_then(|t| Date::from_str(t).ok()).map(Date::last_month);
        let mut overrides = Overrides { set, root: self.flags.root.clone(), until: self.flags.until.or(until) };
        let mut read = Template::new(&file, &overrides, &self.ledger.sources[0]);
        if let Err(findings) = &mut read
            && overrides.until.is_some()
        {
            let (stop, rest): (Vec<Finding>, Vec<Finding>) = std::mem::take(&mut findings.list).into_iter().partition(|f| f.path == "run.until" && f.file.is_empty());
            findings.list = rest;
            if !stop.is_empty() {
                // What else is wrong is found in the run as the scenario has it.
                self.hear(stop, self.stop(), "until");
                overrides.until = None;
                read = Template::new(&file, &overrides, &self.ledger.sources[0]);
            }
        }
        match read {
            Ok(template) => {
                self.templates.push(template);
                Some(self.templates.len() - 1)
            }
            Err(findings) => {
                self.hear(findings.list, at, path);
                None
            }
        }
    }

    /// Says which factors set what an earlier one sets: points would report values of the earlier one that were not run.
    fn overridden(&mut self, factors: &[Factor]) {
        let sets: Vec<Vec<Key>> = factors.iter().map(Factor::sets).collect();
        let picks = |f: &Factor| matches!(&f.levels, Levels::Choices(choices) if choices.iter().any(|c| c.scenario.is_some()));
        for (n, later) in factors.iter().enumerate() {
            for (earlier, set) in factors[..n].iter().zip(&sets) {
                let path = format!("factor.{}", later.id);
                let both = sets[n].iter().filter(|key| !key.multiplies).find_map(|key| Some((key, set.iter().find(|k| check::meet(&k.name, &key.name))?)));
                if let Some((key, other)) = both {
                    let (verb, hint) = if other.multiplies { ("multiplies", "write this one first") } else { ("sets", "keep one of them, or let this one multiply") };
                    let why = format!("`{}` {verb} it before, and points would report values of it that are not run", earlier.id);
                    self.ledger.error(key.at, &path, format!("two factors change `{}`", key.name), why, hint);
                }
                if picks(earlier) && picks(later) {
                    let why = format!("`{}` does too, and points would report values of it that are not run", earlier.id);
                    self.ledger.error(later.node.get("scenarios").map_or(later.node.at, |n| n.key), &path, "two factors choose the scenario", why, "make one of them");
                }
            }
        }
    }

    /// Says which entries of `[set]` have no effect because a factor sets them at every point.
    fn outdone(&mut self, fixed: &[Change], factors: &[Factor]) {
        let mut keys = Vec::new();
        for change in fixed {
            leaves(&change.key, &change.value, false, &mut keys);
        }
        let always = factors.iter().filter(|f| !f.multiplies && !f.keys.is_empty());
        for (factor, key) in always.flat_map(|f| f.keys.iter().map(move |key| (f, key))) {
            for Key { name, at, .. } in keys.iter().filter(|k| k.name == *key) {
                let path = format!("set.{name}");
                if !self.ledger.has(&path) {
                    let why = format!("the factor `{}` sets it at every point", factor.id);
                    self.ledger.error(*at, &path, format!("`{path}` has no effect"), why, "take one of them out");
                }
            }
        }
    }
}

/// Entries of a table of keys.
fn changes(set: &Node) -> Vec<Change> {
    let change = |(key, value): &(String, Node)| Change { key: key.clone(), value: value.clone(), multiplies: false, of: None };
    set.entries().iter().map(change).collect()
}

fn float(node: &Node) -> Option<f64> {
    match node.value {
        Value::Int(n) => Some(n as f64),
        Value::Float(x) => Some(x),
        _ => None,
    }
}

/// A value as text.
fn plain(node: &Node) -> String {
    match &node.value {
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) => crate::measure::summary::number(*x),
        Value::Text(text) => text.clone(),
        Value::Date(date) => date.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(", ")),
        Value::Table(entries) => format!("{{{}}}", entries.iter().map(|(k, v)| format!("{k} = {}", plain(v))).collect::<Vec<_>>().join(", ")),
    }
}
