//! Reads a calibration: every mistake at once, each at its line. What is right of the file is gone on with, whatever else is wrong in it.

use std::path::Path;

use rayon::prelude::*;
use serde_json::{Value as Json, json};

use super::{
    Calibration, Flags, Uncertain,
    file::{File, ParameterItem},
    method::{self, Budget},
    schema,
};
use crate::{
    experiment::{
        ensemble::Parameter,
        past::{
            target_file::{self, Cuts, Folder, Use},
            targets::Targets,
        },
    },
    measure::scope::Scope,
    scenario::{
        Change, Findings, Overrides, Scenario, Severity, Template, check,
        document::{self, Document},
        finding::{At, Finding, Ledger},
        template,
        tree::{self, Node},
    },
};

/// Reads and checks a calibration, and tries every parameter at its ends in the scenario.
pub fn read(path: &Path, flags: &Flags) -> Result<Calibration, Findings> {
    let mut ledger = Ledger::default();
    let Some(document) = document::read(path, &schema(), &mut ledger) else { return Err(Findings { list: ledger.sorted() }) };
    let mut reader = Reader { path, flags, document: &document, ledger, others: Vec::new() };
    let calibration = reader.calibration();
    let mut list = reader.ledger.sorted();
    for finding in reader.others {
        if !list.contains(&finding) {
            list.push(finding);
        }
    }
    // Those of the trials stand among those of the file.
    let own = path.display().to_string();
    list.sort_by_key(|f| if f.file == own { (false, f.line, f.column) } else { (true, 0, 0) });
    match calibration.filter(|_| list.iter().all(|f| f.severity == Severity::Warning)) {
        Some(calibration) => Ok(Calibration { warnings: list, ..calibration }),
        None => Err(Findings { list }),
    }
}

/// Draws that are tried before anything is run.
const DRAWS: usize = 64;

/// A parameter as far as it can be read.
struct Read {
    uncertain: Uncertain,
    /// Its keys, with their places.
    keys: Vec<(String, At)>,
    /// The places of its least and its greatest value; none if they are not there.
    ends: Option<[At; 2]>,
}

struct Reader<'a> {
    path: &'a Path,
    flags: &'a Flags,
    document: &'a Document,
    ledger: Ledger,
    /// Findings of scenario and targets, and of trials.
    others: Vec<Finding>,
}

impl Reader<'_> {
    fn calibration(&mut self) -> Option<Calibration> {
        let Document { tree, json } = self.document;
        let items = json.get("parameter").and_then(Json::as_array).into_iter().flatten();
        let nodes = tree.get("parameter").map_or(&[][..], Node::items);
        let parameters: Vec<Read> = items.zip(nodes).enumerate().filter_map(|(n, (item, node))| self.parameter(n, item, node)).collect();
        self.unique(nodes, &parameters);
        let (scenario, folder) = (self.place("scenario"), self.place("targets"));
        let mut set = vec![("run.replicates".to_string(), "1".to_string())];
        set.extend(self.flags.sample.or_else(|| json.get("sample").and_then(Json::as_f64)).map(|s| ("run.sample".to_string(), format!("{s:?}"))));
        set.extend(self.flags.seed.or_else(|| json.get("seed").and_then(Json::as_u64)).map(|s| ("run.seed".to_string(), s.to_string())));
        let mut overrides = Overrides { set, root: self.flags.root.clone(), until: None };
        let loaded = scenario.as_ref().and_then(|path| self.said(Scenario::load(path, &overrides)));
        let scope = loaded.as_ref().map(|l| Scope::new(&l.world));
        let folder = folder.map(|folder| Folder::read(&folder));
        self.origins(folder.as_ref().map_or_else(Cuts::default, |f| f.cuts));
        let targets = folder.and_then(|folder| self.said(Targets::of(folder, scope.as_ref())));
        if let (Some(loaded), Some(targets)) = (&loaded, &targets) {
            overrides.until = targets.stop(&loaded.world);
            self.others.extend(targets.warnings.iter().cloned());
            if targets.rows().all(|(_, row)| row.usage != Use::Fit || row.period.last > targets.rules.split.fit_until.last) {
                let why = "none of them is marked `fit` and ends by the split";
                self.ledger.error(tree.locate("targets"), "targets", "no row of the targets can be fitted", why, "mark rows with `use = \"fit\"`, or move `split.fit_until`");
            }
        }
        let text = self.ledger.sources[0].clone();
        let name = scenario.as_ref().and_then(|path| path.file_name()).map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let template = scenario.filter(|_| loaded.is_some()).and_then(|path| self.said(Template::new(&path, &overrides, &text)));
        self.try_out(template.as_ref(), &parameters);
        // Of a file with mistakes nothing is made.
        if self.ledger.errors() > 0 || self.others.iter().any(|f| f.severity == Severity::Error) {
            return None;
        }
        let file: File = serde_json::from_value(json.clone()).map_err(|error| self.ledger.error(tree.at, "", "the calibration cannot be used", error.to_string(), "")).ok()?;
        let template = template?;
        let calibration = Calibration {
            title: file.title,
            path: self.path.to_path_buf(),
            method: file.method.kind,
            budget: Budget { members: self.flags.members.unwrap_or(file.method.members), steps: self.flags.steps.unwrap_or(file.method.steps) },
            errors: file.errors,
            origins: file.origins,
            uncertain: parameters.into_iter().map(|p| p.uncertain).collect(),
            scenario: name,
            base: self.said(template.scenario(&[]))?,
            targets: targets?,
            template,
            warnings: Vec::new(),
        };
        self.draws(&calibration);
        Some(calibration)
    }

    /// Says if draws from the ranges, each of which is right, make no scenario together: the first ones of the fit itself.
    fn draws(&mut self, calibration: &Calibration) {
        let members = calibration.budget.members;
        let draws = method::prior(members, calibration.uncertain.len(), calibration.base.run.seed);
        let tried = &draws[..members.min(DRAWS)];
        let wrong: Vec<Findings> = tried.par_iter().filter_map(|z| calibration.scenario(z).err()).collect();
        if let Some(finding) = wrong.iter().flat_map(|w| &w.list).find(|f| f.severity == Severity::Error) {
            let what = format!("{} of {} draws from the ranges make no scenario", wrong.len(), tried.len());
            let why = format!("{}: {}", finding.message, finding.reason);
            self.ledger.error(self.document.tree.locate("parameter"), "parameter", what, why, "narrow the ranges of what it names");
        }
    }

    /// What was read of another file; its mistakes are kept.
    fn said<T>(&mut self, read: Result<T, Findings>) -> Option<T> {
        read.map_err(|findings| self.others.extend(findings.list)).ok()
    }

    /// A file or folder that is named at a key.
    fn place(&mut self, key: &str) -> Option<std::path::PathBuf> {
        let name = self.document.json.get(key).and_then(Json::as_str)?;
        let named = template::named(self.path, self.flags.root.as_deref(), name);
        named.map_err(|(why, hint)| self.ledger.error(self.document.tree.locate(key), key, format!("`{name}` cannot be read"), why, hint)).ok()
    }

    fn parameter(&mut self, n: usize, json: &Json, node: &Node) -> Option<Read> {
        let mut object = json.as_object()?.clone();
        // What is missing or was refused has been said.
        let ranged = object.contains_key("range");
        for (key, otherwise) in [("id", json!(n.to_string())), ("range", json!([0.0, 1.0])), ("source", json!(""))] {
            object.entry(key).or_insert(otherwise);
        }
        let item: ParameterItem = serde_json::from_value(Json::Object(object)).ok()?;
        let path = format!("parameter.{}", item.id);
        let at = |key: &str| node.get(key).map_or(node.at, |n| n.at);
        if node.get("key").or_else(|| node.get("keys")).is_none() && !self.ledger.partial {
            self.ledger.error(node.key, &path, format!("`{path}` has no key"), "it must say what is uncertain", "add `key = \"behaviour.choose.b_cost\"`, or `keys`");
        }
        let keys: Vec<(String, At)> =
            node.get("key").into_iter().chain(node.get("keys").map_or(&[][..], Node::items)).filter_map(|n| Some((n.text()?.to_string(), n.at))).collect();
        check::twice(keys.iter().map(|(key, at)| (key.as_str(), *at)), &mut self.ledger);
        let (low, high) = (item.range.first().copied().unwrap_or(0.0), item.range.get(1).copied().unwrap_or(1.0));
        if low >= high {
            self.ledger.error(at("range"), &path, format!("the range of `{path}` is empty"), "the first number is the least", "write it as [least, greatest]");
        }
        if item.log && low <= 0.0 && ranged {
            self.ledger.error(
                at("range"),
                &path,
                format!("`{path}` cannot have equal ratios equally likely"),
                "that is of numbers above 0",
                "take `log` out, or choose another least number",
            );
        }
        for ((message, reason), at) in keys.iter().filter_map(|(key, at)| Some((check::of_run(key)?, at))) {
            self.ledger.error(*at, &path, message, reason, "fit another key");
        }
        if let Some((key, _)) = keys.iter().find(|(key, _)| check::whole(key)).filter(|_| !item.multiplies && (low.fract() != 0.0 || high.fract() != 0.0)) {
            self.ledger.warn(at("range"), &path, format!("values of `{path}` are rounded"), format!("`{key}` is a whole number"), "write whole numbers");
        }
        let ends = node.get("range").map(Node::items).and_then(|r| Some([r.first()?.at, r.get(1)?.at])).filter(|_| ranged);
        let parameter = Parameter { id: item.id, keys: keys.iter().map(|k| k.0.clone()).collect(), multiplies: item.multiplies, unit: item.unit };
        Some(Read { uncertain: Uncertain { parameter, low, high, log: item.log, fitted: item.fitted, source: item.source }, keys, ends })
    }

    /// Says which parameters have the id or a key of another one.
    fn unique(&mut self, nodes: &[Node], parameters: &[Read]) {
        tree::ids("parameter", nodes, &mut self.ledger);
        let mut earlier: Vec<(&str, &str)> = Vec::new();
        for Read { uncertain, keys, .. } in parameters {
            for (key, at) in keys {
                // One that multiplies may be of many keys, each of which has a value of its own.
                let other = earlier.iter().find(|(_, k)| k == key || (check::meet(k, key) && !uncertain.parameter.multiplies));
                if let Some((id, k)) = other {
                    let (path, also) = (format!("parameter.{}", uncertain.parameter.id), if k == key { String::new() } else { format!(" by `{k}`") });
                    self.ledger.error(*at, &path, format!("two parameters set `{key}`"), format!("`{id}` sets it too{also}"), "keep one of them");
                }
                earlier.push((&uncertain.parameter.id, key));
            }
        }
    }

    /// Says which origins are no periods, or have nothing after them.
    fn origins(&mut self, cuts: Cuts) {
        let list = self.document.tree.get("origins").and_then(|o| o.get("until"));
        let mut before: Option<target_file::Period> = None;
        for (n, node) in list.map_or(&[][..], Node::items).iter().enumerate() {
            let path = format!("origins.until.{n}");
            let Some(period) = target_file::period(node, &path, &mut self.ledger) else { continue };
            if before.replace(period).is_some_and(|earlier| earlier.last >= period.last) {
                self.ledger.error(node.at, &path, format!("the origin {period} does not come after the one before"), "each is an origin of its own, in the order of time", "");
            }
            if let Some(until) = cuts.until.filter(|until| period.last >= until.last) {
                self.ledger.error(node.at, &path, format!("after {period} nothing is left to forecast"), format!("no outcome after {until} is used anywhere"), "");
            }
        }
    }

    /// Resolves the scenario with each parameter at each of its ends, the others left out; keys that cannot be tried are held against the schema.
    fn try_out(&mut self, template: Option<&Template>, parameters: &[Read]) {
        let trial = |p: &Read, end: usize| -> Option<Vec<Change>> {
            let (value, at) = ([p.uncertain.low, p.uncertain.high][end], p.ends?[end]);
            Some(p.keys.iter().map(|(key, key_at)| Change::number(key, value, p.uncertain.parameter.multiplies, [at, *key_at])).collect())
        };
        let mut trials = Vec::new();
        for p in parameters {
            match template.and_then(|t| Some((p, t, trial(p, 0)?, trial(p, 1)?))) {
                Some(both) => trials.push(both),
                None => {
                    for (key, at) in &p.keys {
                        if let Some((message, reason, hint)) = check::wrong_key(key) {
                            self.ledger.error(*at, key, message, reason, hint);
                        }
                    }
                }
            }
        }
        let wrong = |template: &Template, changes: &[Change]| template.world(changes).err().map_or_else(Vec::new, |f| f.list);
        let found: Vec<_> = trials.par_iter().map(|(p, template, low, high)| (*p, wrong(template, low), wrong(template, high))).collect();
        let own = self.path.display().to_string();
        for (p, low, high) in found {
            let alike = |f: &Finding, list: &[Finding]| f.file == own && list.iter().any(|g| (&g.path, &g.message, &g.reason) == (&f.path, &f.message, &f.reason));
            for (finding, same) in low.iter().map(|f| (f, alike(f, &high))).chain(high.iter().map(|f| (f, alike(f, &low)))) {
                let key = p.keys.iter().find(|(key, _)| key.starts_with(&finding.path)).or_else(|| p.keys.first());
                match key.filter(|_| same) {
                    _ if finding.severity == Severity::Warning => {}
                    // What both ends have in common is the key.
                    Some((_, at)) => self.ledger.error(*at, &finding.path, finding.message.as_str(), finding.reason.as_str(), finding.hint.as_str()),
                    None if !self.others.contains(finding) => self.others.push(finding.clone()),
                    None => {}
                }
            }
        }
    }
}
