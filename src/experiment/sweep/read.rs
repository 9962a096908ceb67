//! Reads a sweep: every mistake at once, each at its line, unknown keys of scenarios among them.

use std::{collections::BTreeSet, path::Path, str::FromStr, sync::LazyLock};

use rayon::prelude::*;
use serde_json::Value as Json;

use super::{
    super::design::{Design, Kind, SOBOL_DIMENSIONS},
    Outcome, Selection, Sweep, USUAL,
    factor::{Choice, Factor, Level, Levels},
    file::{AlternativeItem, FactorItem, File, OutcomeItem, Scale},
    outcome::Quantity,
};
use crate::{
    measure::{columns::MEASURES, scope::Scope},
    scenario::{
        Change, Findings, Overrides, Scenario, Severity, Template, check,
        file::Date,
        finding::{At, Finding, Ledger, did_you_mean},
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

/// The JSON Schema of sweeps.
pub fn schema() -> &'static Json {
    &SCHEMA
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
        self.unique(self.tree.get("outcome").map_or(&[][..], Node::items), "outcome");
        let design = self.design(json, factors.iter().filter(|f| !f.crossed).count());
        let listed = self.points(kind, &factors);
        let base = base?;
        let scope = Scope::new(&base.world);
        let years = (base.world.start.year(), base.world.start.plus(base.world.months as i32 - 1).year());
        let outcomes = json.get("outcome").and_then(Json::as_array).into_iter().flatten().filter_map(|j| serde_json::from_value::<OutcomeItem>(j.clone()).ok());
        let outcomes: Vec<Outcome> = outcomes.filter_map(|item| self.outcome(&item, &scope, years, &factors)).collect();
        let selection = self.selection(json, &scope, years);
        let sweep = Sweep {
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
        };
        self.try_out(&sweep);
        Some(sweep)
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

    fn factor(&mut self, item: &FactorItem, node: &Node, path: &str, kind: Option<Kind>) -> Option<Factor> {
        let at = |key: &str| node.get(key).map_or(node.key, |n| n.key);
        let named = |key: &&str| node.get(key).is_some();
        let forms: Vec<&str> = ["range", "dates", "values", "alternatives", "scenarios"].into_iter().filter(named).collect();
        if forms.len() != 1 {
            let reason = if forms.is_empty() { "it has none of them".to_string() } else { format!("it has {}", forms.join(" and ")) };
            self.ledger.error(node.key, path, "a factor has one of `range`, `dates`, `values`, `alternatives`, `scenarios`", reason, "");
            return None;
        }
        if RESERVED.contains(&item.id.as_str()) || item.id.is_empty() {
            self.ledger.error(at("id"), path, format!("a factor cannot be named `{}`", item.id), "that is a column of the results", "give it another id");
        }
        let keyed = matches!(forms[0], "range" | "dates" | "values");
        let keys: Vec<String> = item.key.iter().chain(item.keys.iter().flatten()).cloned().collect();
        if keyed && keys.is_empty() {
            self.ledger.error(node.key, path, format!("`{path}` has no key"), "it must say what it changes", "add `key = \"behaviour.choose.b_cost\"`, or `keys`");
            return None;
        }
        if !keyed && !keys.is_empty() {
            self.ledger.error(at(if item.key.is_some() { "key" } else { "keys" }), path, "this key has no effect", format!("`{}` say what they change", forms[0]), "take it out");
        }
        if item.multiplies && forms[0] != "range" && forms[0] != "values" {
            self.ledger.error(at("multiplies"), path, "only numbers multiply", format!("this factor has {}", forms[0]), "take it out");
        }
        if item.scale.is_some() && forms[0] != "range" {
            self.ledger.error(at("scale"), path, "`scale` has no effect", "it is of a range", "take it out");
        }
        let levels = match forms[0] {
            "range" => self.range(item, node, path, &keys)?,
            "dates" => self.dates(item, node, path)?,
            "values" => Levels::Choices(self.values(item, node, path, &keys)?),
            "alternatives" => Levels::Choices(Reader::alternatives(item.alternatives.as_deref()?, node)),
            _ => Levels::Choices(self.scenarios(item, node, path)?),
        };
        if let Levels::Choices(choices) = &levels {
            let mut seen = BTreeSet::new();
            if let Some(twice) = choices.iter().find(|c| !seen.insert(&c.name)) {
                self.ledger.error(at(forms[0]), path, format!("two values of `{path}` are named `{}`", twice.name), "results tell them apart by name", "give them other names");
            }
        } else {
            if item.crossed {
                self.ledger.error(at("crossed"), path, "a range cannot be crossed", "each point is run with every value of a crossed factor", "list some `values`");
            }
            if kind == Some(Kind::Grid) && item.levels.is_none() {
                self.ledger.error(node.key, path, format!("`{path}.levels` is missing"), "a grid needs to know how many values of the range to take", "add `levels = 5`");
            }
        }
        if item.levels.is_some() && (kind != Some(Kind::Grid) || matches!(levels, Levels::Choices(_))) {
            self.ledger.error(at("levels"), path, "`levels` has no effect", "it is of a range in a grid", "take it out");
        }
        if item.crossed && kind == Some(Kind::Grid) {
            self.ledger.error(at("crossed"), path, "`crossed` has no effect", "a grid crosses all its factors", "take it out");
        }
        let crossed = item.crossed || (kind == Some(Kind::Grid) && matches!(levels, Levels::Choices(_)));
        let steps = item.levels.unwrap_or(1);
        Some(Factor { id: item.id.clone(), keys, multiplies: item.multiplies, levels, steps, crossed, unit: item.unit.clone(), node: node.clone() })
    }

    fn range(&mut self, item: &FactorItem, node: &Node, path: &str, keys: &[String]) -> Option<Levels> {
        let [low, high] = item.range.as_deref()? else { return None };
        let log = item.scale == Some(Scale::Log);
        let at = node.get("range").map_or(node.at, |n| n.at);
        if low >= high {
            self.ledger.error(at, path, format!("the range of `{path}` is empty"), "the first number is the least", "write it as [least, greatest]");
            return None;
        }
        if log && *low <= 0.0 {
            self.ledger.error(at, path, format!("`{path}` cannot have a log scale"), "that is of numbers above 0", "choose another least number, or `scale = \"linear\"`");
            return None;
        }
        let whole = !item.multiplies && keys.iter().any(|k| check::whole(k));
        Some(Levels::Range { low: *low, high: *high, log, whole })
    }

    fn dates(&mut self, item: &FactorItem, node: &Node, path: &str) -> Option<Levels> {
        let [from, to] = item.dates.as_deref()? else { return None };
        if from.acts >= to.acts {
            self.ledger.error(
                node.get("dates").map_or(node.at, |n| n.at),
                path,
                format!("the dates of `{path}` are in no order"),
                "the first is the earliest",
                "write them as [first, last]",
            );
            return None;
        }
        Some(Levels::Dates { from: from.acts, to: to.acts })
    }

    /// Names of alternatives, if there are as many as there are alternatives.
    fn names(&mut self, item: &FactorItem, node: &Node, path: &str, values: usize) -> Option<Vec<String>> {
        let names = item.names.as_ref()?;
        if names.len() != values {
            let at = node.get("names").map_or(node.at, |n| n.at);
            self.ledger.error(at, path, format!("`{path}` has {} names for {values} values", names.len()), "each value has one", "");
        }
        (names.len() == values).then(|| names.clone())
    }

    fn values(&mut self, item: &FactorItem, node: &Node, path: &str, keys: &[String]) -> Option<Vec<Choice>> {
        let values = node.get("values")?.items();
        let names = self.names(item, node, path, values.len());
        let choice = |(i, value): (usize, &Node)| {
            let name = names.as_ref().map_or_else(|| plain(value), |n| n[i].clone());
            let key = node.get("key").or_else(|| node.get("keys")).map_or(value.key, |n| n.at);
            let value = Node { key, ..value.clone() };
            let changes = keys.iter().map(|key| Change { key: key.clone(), value: value.clone(), multiplies: item.multiplies }).collect();
            Choice { name, changes, scenario: None }
        };
        Some(values.iter().enumerate().map(choice).collect())
    }

    fn alternatives(items: &[AlternativeItem], node: &Node) -> Vec<Choice> {
        let nodes = node.get("alternatives").map_or(&[][..], Node::items);
        let choice = |(item, node): (&AlternativeItem, &Node)| Choice { name: item.name.clone(), changes: node.get("set").map_or_else(Vec::new, changes), scenario: None };
        items.iter().zip(nodes).map(choice).collect()
    }

    fn scenarios(&mut self, item: &FactorItem, node: &Node, path: &str) -> Option<Vec<Choice>> {
        let files = item.scenarios.as_ref()?;
        let names = self.names(item, node, path, files.len());
        let sweep = serde_json::json!({"sample": self.tree.get("sample").and_then(float), "seed": self.tree.get("seed").and_then(float).map(|s| s as u64),
            "until": self.tree.get("until").map(plain)});
        let nodes = node.get("scenarios").map_or(&[][..], Node::items);
        let mut choices = Vec::new();
        for (i, (file, node)) in files.iter().zip(nodes).enumerate() {
            let stem = Path::new(file).file_stem().map_or_else(|| file.clone(), |s| s.to_string_lossy().into_owned());
            let scenario = self.template(&sweep, file, node.at, path);
            choices.push(Choice { name: names.as_ref().map_or(stem, |n| n[i].clone()), changes: Vec::new(), scenario });
        }
        choices.iter().all(|c| c.scenario.is_some()).then_some(choices)
    }

    fn design(&mut self, json: &Json, factors: usize) -> Option<Design> {
        let table: super::file::DesignTable = part(json, "design")?;
        let at = |key: &str| self.tree.get("design").and_then(|d| d.get(key)).map_or(self.tree.locate("design.kind"), |n| n.key);
        let kind = table.kind;
        let sampled = matches!(kind, Kind::LatinHypercube | Kind::Sobol | Kind::Saltelli);
        let known = [("points", sampled, table.points.is_some()), ("trajectories", kind == Kind::Morris, table.trajectories.is_some())];
        for (key, wanted, there) in known {
            if wanted && !there {
                self.ledger.error(at(key), &format!("design.{key}"), format!("`design.{key}` is missing"), "this kind of design needs it", format!("add `{key} = ...`"));
            }
            if there && !wanted {
                self.ledger.error(at(key), &format!("design.{key}"), format!("`design.{key}` has no effect"), "this kind of design does not have it", "take it out");
            }
        }
        if table.levels.is_some_and(|l| l % 2 == 1) {
            self.ledger.error(at("levels"), "design.levels", "a Morris design has an even number of levels", "so that all are hit equally often", "");
        }
        if table.levels.is_some() && kind != Kind::Morris {
            self.ledger.error(at("levels"), "design.levels", "`design.levels` has no effect", "it is of a Morris design; a grid has `levels` by factor", "take it out");
        }
        if table.seed.is_some() && matches!(kind, Kind::Grid | Kind::List) {
            self.ledger.error(at("seed"), "design.seed", "`design.seed` has no effect", "this kind of design draws nothing", "take it out");
        }
        let dimensions = if kind == Kind::Saltelli { 2 * factors } else { factors };
        if matches!(kind, Kind::Sobol | Kind::Saltelli) && dimensions > SOBOL_DIMENSIONS {
            self.ledger.error(
                at("kind"),
                "design.kind",
                "there are too many factors",
                format!("the sequence has {SOBOL_DIMENSIONS} dimensions, this needs {dimensions}"),
                "use a Latin hypercube or Morris",
            );
        }
        if factors == 0 && kind != Kind::List && kind != Kind::Grid {
            self.ledger.error(at("kind"), "design.kind", "nothing is left to vary", "all factors are crossed", "use `kind = \"grid\"`");
        }
        let two = |n: Option<usize>| n.unwrap_or(2);
        Some(Design { kind, points: two(table.points), trajectories: two(table.trajectories), levels: table.levels.unwrap_or(4), seed: table.seed.unwrap_or(1) })
    }

    /// Points of a list.
    fn points(&mut self, kind: Option<Kind>, factors: &[Factor]) -> Vec<Vec<Level>> {
        let items = self.tree.get("point").map_or(&[][..], Node::items);
        if kind != Some(Kind::List) {
            if let Some(first) = items.first().filter(|_| kind.is_some()) {
                self.ledger.error(first.key, "point", "`[[point]]` has no effect", "only a design of the kind `list` has points", "take them out");
            }
            return Vec::new();
        }
        if items.is_empty() {
            self.ledger.error(self.tree.locate("design.kind"), "point", "the list has no points", "each point gives a value for each factor", "add `[[point]]`");
        }
        let varied: Vec<&Factor> = factors.iter().filter(|f| !f.crossed).collect();
        let mut points = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let path = format!("point.{i}");
            for (key, node) in item.entries() {
                if !varied.iter().any(|f| f.id == *key) {
                    let hint = did_you_mean(key, varied.iter().map(|f| f.id.as_str()));
                    self.ledger.error(node.key, &path, format!("no factor is named `{key}`"), "a point gives values of factors that are not crossed", hint);
                }
            }
            let mut levels = Vec::new();
            for factor in &varied {
                let Some(node) = item.get(&factor.id) else {
                    self.ledger.error(item.key, &path, format!("`{}` is missing", factor.id), "a point gives a value for each factor", "");
                    continue;
                };
                match level(factor, node) {
                    Ok(level) => levels.push(level),
                    Err((reason, hint)) => self.ledger.error(node.at, &path, format!("this is no value of `{}`", factor.id), reason, hint),
                }
            }
            points.push(levels);
        }
        points
    }

    fn outcome(&mut self, item: &OutcomeItem, scope: &Scope, years: (i32, i32), factors: &[Factor]) -> Option<Outcome> {
        let path = format!("outcome.{}", item.id);
        let node = self.tree.get("outcome").and_then(|o| o.child(&item.id))?;
        let at = |key: &str| node.get(key).map_or(node.at, |n| n.at);
        let quantity = match Quantity::parse(&item.outcome, scope, years) {
            Ok(quantity) => quantity,
            Err(wrong) => {
                self.ledger.error(at("outcome"), &path, format!("`{}` cannot be used", item.outcome), wrong.reason, wrong.hint);
                return None;
            }
        };
        let Some(difference) = &item.difference else { return Some(Outcome { id: item.id.clone(), text: item.outcome.clone(), quantity, difference: None }) };
        let crossed: Vec<&str> = factors.iter().filter(|f| f.crossed).map(|f| f.id.as_str()).collect();
        let place = factors.iter().position(|f| f.id == difference.factor && f.crossed);
        let Some(factor) = place else {
            let hint = if crossed.is_empty() { "add `crossed = true` to one".to_string() } else { did_you_mean(&difference.factor, crossed) };
            self.ledger.error(
                at("difference"),
                &path,
                format!("no crossed factor is named `{}`", difference.factor),
                "pairs are points that differ in a crossed factor alone",
                hint,
            );
            return None;
        };
        let names = factors[factor].names();
        let mut find = |name: &str| {
            let found = names.iter().position(|n| n == name);
            if found.is_none() {
                let hint = did_you_mean(name, names.iter().map(String::as_str));
                self.ledger.error(at("difference"), &path, format!("`{}` has no value `{name}`", difference.factor), "a difference is between two of its values", hint);
            }
            found
        };
        let (from, to) = (find(&difference.from), find(&difference.to));
        Some(Outcome { id: item.id.clone(), text: item.outcome.clone(), quantity, difference: Some((factor, from?, to?)) })
    }

    fn selection(&mut self, json: &Json, scope: &Scope, run: (i32, i32)) -> Selection {
        let table: super::file::ResultsTable = part(json, "results").unwrap_or_default();
        let mut of = |key: &str, wanted: Option<&Vec<String>>, known: Vec<&str>| -> Vec<bool> {
            let node = self.tree.get("results").and_then(|r| r.get(key));
            for (i, name) in wanted.into_iter().flatten().enumerate().filter(|(_, n)| !known.contains(&n.as_str())) {
                let at = node.and_then(|n| n.items().get(i)).map_or(At::NOWHERE, |n| n.at);
                self.ledger.error(at, &format!("results.{key}"), format!("`{name}` is not known"), format!("it is none of the {key}"), did_you_mean(name, known.iter().copied()));
            }
            known.iter().map(|name| wanted.is_none_or(|w| w.iter().any(|n| n == name))).collect()
        };
        let usual: Vec<String> = USUAL.iter().map(ToString::to_string).collect();
        let measures = of("measures", Some(table.measures.as_ref().unwrap_or(&usual)), MEASURES.iter().map(|m| m.0).collect());
        let origins = of("origins", table.origins.as_ref(), scope.party_names.iter().map(String::as_str).collect());
        let destinations = of("destinations", table.destinations.as_ref(), scope.destination_names.iter().map(String::as_str).collect());
        let years = match table.years.as_deref() {
            Some([from, to]) if from > to || *from < run.0 || *to > run.1 => {
                let at = self.tree.locate("results.years");
                self.ledger.error(at, "results.years", format!("years from {from} to {to} cannot be kept"), format!("the run is from {} to {}", run.0, run.1), "");
                run
            }
            Some([from, to]) => (*from, *to),
            _ => run,
        };
        Selection { measures, origins, destinations, years }
    }

    /// Resolves the scenario with each factor at each of its ends, the others left out.
    fn try_out(&mut self, sweep: &Sweep) {
        let trials: Vec<(usize, Level)> = sweep.factors.iter().enumerate().flat_map(|(f, factor)| factor.trials().into_iter().map(move |l| (f, l))).collect();
        let tried = |&(f, level): &(usize, Level)| {
            let (changes, scenario) = sweep.factors[f].changes(level);
            // Keys are held against every scenario that they may meet.
            let templates: Vec<usize> = if scenario.is_some() || changes.is_empty() { vec![scenario.unwrap_or(0)] } else { (0..sweep.templates.len()).collect() };
            let changes: Vec<Change> = sweep.fixed.iter().cloned().chain(changes).collect();
            let scenarios: Vec<Result<Scenario, Findings>> = templates.into_iter().map(|t| sweep.templates[t].scenario(&changes)).collect();
            (f, scenarios)
        };
        let done: Vec<(usize, Vec<Result<Scenario, Findings>>)> = trials.par_iter().map(tried).collect();
        for (f, result) in done.into_iter().flat_map(|(f, list)| list.into_iter().map(move |r| (f, r))) {
            match result {
                Ok(scenario) => self.alike(sweep, f, &scenario),
                Err(findings) => self.others.extend(findings.list.into_iter().filter(|n| n.severity == Severity::Error && !self.others.contains(n)).collect::<Vec<_>>()),
            }
        }
    }

    /// All points must have the places and months of the scenario, so that their results are one table.
    fn alike(&mut self, sweep: &Sweep, factor: usize, scenario: &Scenario) {
        let scope = Scope::new(&scenario.world);
        let same = scope.party_names == sweep.scope.party_names && scope.destination_names == sweep.scope.destination_names;
        let months = (scenario.world.start, scenario.world.months) == (sweep.base.world.start, sweep.base.world.months);
        let run = (scenario.run.sample, scenario.run.seed) == (sweep.base.run.sample, sweep.base.run.seed);
        if !(same && months && run) {
            let factor = &sweep.factors[factor];
            let what = if same { "months, sample or seed" } else { "places" };
            self.ledger.error(
                factor.node.key,
                &format!("factor.{}", factor.id),
                format!("`{}` changes {what}", factor.id),
                "all points of a sweep have the same ones",
                "make two sweeps of it",
            );
        }
    }
}

/// Entries of a table of keys.
fn changes(set: &Node) -> Vec<Change> {
    let change = |(key, value): &(String, Node)| Change { key: key.clone(), value: value.clone(), multiplies: false };
    set.entries().iter().map(change).collect()
}

/// Columns of the results.
const RESERVED: [&str; 9] = ["point", "row", "replicate", "year", "measure", "origin", "destination", "value", "unit"];

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

/// The value of a factor that a point gives; otherwise why it is none, and a hint.
fn level(factor: &Factor, node: &Node) -> Result<Level, (String, String)> {
    match &factor.levels {
        Levels::Range { whole, .. } => float(node)
            .filter(|x| !whole || x.fract() == 0.0)
            .map(Level::Number)
            .ok_or_else(|| (format!("it is {}", node.kind()), if *whole { "write a whole number" } else { "write a number" }.to_string())),
        Levels::Dates { .. } => plain(node).parse::<Date>().map(|d| Level::Month(d.acts.0)).map_err(|why| (why, "write it as 2028-01-01".to_string())),
        Levels::Choices(choices) => {
            let text = plain(node);
            let place = choices.iter().position(|c| c.name == text);
            place.map(Level::Choice).ok_or_else(|| (format!("there is no value named `{text}`"), did_you_mean(&text, choices.iter().map(|c| c.name.as_str()))))
        }
    }
}
