//! Reads a sweep: every mistake at once, each at its line, unknown keys of scenarios among them.

mod asked;
mod factors;
mod points;
mod trials;

use std::{collections::BTreeSet, path::Path, str::FromStr, sync::LazyLock};

use serde_json::Value as Json;

use super::{
    super::{design::Kind, ensemble::Ensemble},
    Members, Outcome, Sweep,
    factor::Factor,
    file::{FactorItem, File, OutcomeItem},
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

static SCHEMA: LazyLock<Json> = LazyLock::new(|| check::schema_of::<File>("a sweep"));

/// The JSON Schema of sweeps, for editors.
pub fn schema() -> Json {
    let mut schema = SCHEMA.clone();
    if let Some(object) = schema.as_object_mut() {
        object.remove("called");
        object.insert("$schema".into(), serde_json::json!("https://json-schema.org/draft/2020-12/schema"));
        object.insert("title".into(), serde_json::json!("musafir sweep"));
    }
    schema
}

/// Whether a file means to be a sweep rather than a scenario: it has a design, or factors.
pub fn is_one(path: &Path) -> bool {
    document::has(path, &["design", "factor"])
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
        let mut reader = Reader { path, flags, tree: &tree, ledger, templates: Vec::new(), others: Vec::new() };
        let sweep = reader.sweep(&json);
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
    fn sweep(&mut self, json: &Json) -> Option<Sweep> {
        let text = |key: &str| json.get(key).and_then(Json::as_str).unwrap_or_default().to_string();
        let fixed = self.tree.get("set").map_or_else(Vec::new, changes);
        let base = self.base(json, &fixed);
        let items = self.tree.get("factor").map_or(&[][..], Node::items);
        let kind = json.pointer("/design/kind").and_then(|k| serde_json::from_value::<Kind>(k.clone()).ok());
        let mut factors = Vec::new();
        // Items that the schema refused are missing in the JSON, which has been said.
        let given: Vec<FactorItem> = json.get("factor").and_then(Json::as_array).into_iter().flatten().filter_map(|j| serde_json::from_value(j.clone()).ok()).collect();
        for item in given {
            let Some((i, node)) = items.iter().enumerate().find(|(_, n)| n.id() == Some(&item.id)) else { continue };
            let path = format!("factor.{}", if item.id.is_empty() { i.to_string() } else { item.id.clone() });
            factors.extend(self.factor(&item, node, &path, kind));
        }
        self.unique(items, "factor");
        self.overridden(&factors);
        self.unique(self.tree.get("outcome").map_or(&[][..], Node::items), "outcome");
        let design = self.design(json, factors.iter().filter(|f| !f.crossed).count());
        let listed = self.points(kind, &factors);
        let base = base?;
        let scope = Scope::new(&base.world);
        let years = (base.world.start.year(), base.world.start.plus(base.world.months as i32 - 1).year());
        let outcomes = json.get("outcome").and_then(Json::as_array).into_iter().flatten().filter_map(|j| serde_json::from_value::<OutcomeItem>(j.clone()).ok());
        let outcomes: Vec<Outcome> = outcomes.filter_map(|item| self.outcome(&item, &scope, years, &factors)).collect();
        let selection = self.selection(json, &scope, years);
        let ensemble = json.get("ensemble").and_then(Json::as_str).map(|name| self.ensemble(name, self.tree.locate("ensemble"), "ensemble"));
        let mut sweep = Sweep {
            title: text("title"),
            description: text("description"),
            path: self.path.to_path_buf(),
            design: design?,
            factors,
            listed,
            replicates: self.flags.replicates.or_else(|| part(json, "replicates")).unwrap_or(1),
            outcomes,
            selection,
            base,
            scope,
            templates: std::mem::take(&mut self.templates),
            fixed,
            ensemble: ensemble.flatten(),
            digest: [0; 32],
        };
        let tried = self.try_out(&sweep);
        sweep.digest = self.digest(&sweep, &tried);
        Some(sweep)
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

    /// Reads the scenario.
    fn base(&mut self, json: &Json, fixed: &[Change]) -> Option<Scenario> {
        let name = json.get("scenario").and_then(Json::as_str)?;
        let at = self.tree.locate("scenario");
        let index = self.template(json, name, at, "scenario")?;
        match self.templates[index].scenario(fixed) {
            Ok(scenario) => Some(scenario),
            Err(findings) => {
                self.others.extend(findings.list);
                None
            }
        }
    }

    /// Reads a scenario as a template; its index.
    fn template(&mut self, json: &Json, name: &str, at: At, path: &str) -> Option<usize> {
        let file = match template::named(self.path, self.flags.root.as_deref(), name) {
            Ok(file) => file,
            Err((why, hint)) => {
                self.ledger.error(at, path, format!("`{name}` cannot be read"), why, hint);
                return None;
            }
        };
        // Replicates are the sweep's; a run of one replicate is the same whatever their number.
        let mut set = vec![("run.replicates".to_string(), "1".to_string())];
        let sample = self.flags.sample.or_else(|| json.get("sample").and_then(Json::as_f64));
        set.extend(sample.map(|s| ("run.sample".to_string(), format!("{s:?}"))));
        let seed = self.flags.seed.or_else(|| json.get("seed").and_then(Json::as_u64));
        set.extend(seed.map(|s| ("run.seed".to_string(), s.to_string())));
        let until = json.get("until").and_then(Json::as_str).and_then(|t| Date::from_str(t).ok()).map(|d| if d.day == 1 { d.after.plus(-1) } else { d.acts });
        let overrides = Overrides { set, root: self.flags.root.clone(), until: self.flags.until.or(until) };
        match Template::new(&file, &overrides, &self.ledger.sources[0]) {
            Ok(template) => {
                self.templates.push(template);
                Some(self.templates.len() - 1)
            }
            Err(findings) => {
                self.others.extend(findings.list);
                None
            }
        }
    }

    /// Says which factors do nothing because a later one always sets the same key.
    fn overridden(&mut self, factors: &[Factor]) {
        for (n, later) in factors.iter().enumerate() {
            for (earlier, key) in factors[..n].iter().flat_map(|f| f.always_sets(true).into_iter().map(move |key| (f, key))) {
                if later.always_sets(false).contains(&key) {
                    let (path, why) = (format!("factor.{}", later.id), format!("`{}` sets it too, and would change nothing", earlier.id));
                    self.ledger.error(later.node.at, &path, format!("two factors set `{key}`"), why, "keep one of them, or let this one multiply");
                }
            }
        }
    }

    fn unique(&mut self, items: &[Node], list: &str) {
        let mut seen = BTreeSet::new();
        for item in items {
            if let Some(id) = item.get("id")
                && !seen.insert(id.text())
            {
                self.ledger.error(
                    id.at,
                    &format!("{list}.{}", id.text().unwrap_or_default()),
                    "two items have this id",
                    "results are told apart by it",
                    "give this one another id",
                );
            }
        }
    }
}

/// Entries of a table of keys.
fn changes(set: &Node) -> Vec<Change> {
    let change = |(key, value): &(String, Node)| Change { key: key.clone(), value: value.clone(), multiplies: false };
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
