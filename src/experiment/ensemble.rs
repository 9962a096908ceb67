//! Ensembles: weighted sets of values of uncertain keys, as a calibration leaves them and as runs, comparisons and sweeps take them.
//!
//! Members are resampled once to equal weight; replicate k uses member k, so that N replicates are always N runs. Members change the
//! baseline's values in whatever scenario they are used with, which is never fitted again; what that scenario says itself comes first.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{
    measure::summary::number,
    scenario::{
        Change, Finding, Findings, Fitted, Overrides, Scenario, Severity, Template, check,
        document::{self, Document},
        finding::{At, Ledger, Source},
        tree::{self, Node, Value},
    },
};

/// An ensemble as it is written.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[schemars(extend("called" = "an ensemble"))]
struct File {
    /// What it is, in a few words.
    #[serde(default)]
    title: String,
    /// What made it.
    #[serde(default)]
    source: String,
    /// Name of the scenario file whose values members change. What a scenario that extends it says itself, and what `--set` says, comes first;
    /// omitted: what `--set` says.
    #[serde(default)]
    scenario: String,
    /// What the model itself misses of published values, beside their own errors.
    #[serde(default)]
    discrepancy: Discrepancy,
    /// Uncertain keys.
    #[schemars(length(min = 1))]
    parameter: Vec<Parameter>,
    /// Values of them, each set with a weight.
    #[schemars(length(min = 1, max = 100_000))]
    member: Vec<MemberItem>,
}

/// An uncertain key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Parameter {
    /// Identifier.
    pub id: String,
    /// Keys of the scenario that get the value.
    #[schemars(length(min = 1))]
    pub keys: Vec<String>,
    /// Whether what stands in the scenario is multiplied by it.
    #[serde(default)]
    pub multiplies: bool,
    /// Unit, for people.
    #[serde(default)]
    pub unit: String,
}

/// What the model itself misses of published values: log errors that fade out of a series' memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Discrepancy {
    /// Standard deviation.
    #[schemars(range(min = 0.0, max = 3.0), extend("unit" = "log points"))]
    pub deviation: f64,
    /// Time in which the correlation within a series falls to 1/e.
    #[schemars(range(min = 0.0, max = 1000.0), extend("unit" = "years"))]
    pub memory_years: f64,
    /// Least standard deviation of a published value, and that of bounds.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 3.0), extend("unit" = "log points"))]
    pub least: f64,
}

/// A member as it is written.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
struct MemberItem {
    /// Number, for people.
    #[serde(default)]
    #[allow(dead_code)]
    id: u64,
    /// Weight; omitted: 1.
    #[serde(default = "one")]
    #[schemars(range(min = 0.0, max = 1e9))]
    weight: f64,
    /// A value for each parameter, in their order.
    values: Vec<f64>,
}

fn one() -> f64 {
    1.0
}

/// A member.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Weight, above or at 0.
    pub weight: f64,
    /// A value for each parameter.
    pub values: Vec<f64>,
    /// Where the values stand in the file; none if it was not read.
    at: Vec<At>,
}

/// A weighted ensemble.
#[derive(Clone, Debug)]
pub struct Ensemble {
    /// What it is, in a few words.
    pub title: String,
    /// What made it.
    pub source: String,
    /// Name of the file whose values members change; empty: of any.
    pub scenario: String,
    /// What the model itself misses of published values.
    pub discrepancy: Discrepancy,
    /// Uncertain keys.
    pub parameters: Vec<Parameter>,
    /// Members in the order of the file.
    pub members: Vec<Member>,
    /// BLAKE3 over keys, values and weights, hexadecimal.
    pub hash: String,
    fitted: Arc<Fitted>,
    text: Source,
    equal: Vec<usize>,
}

/// The JSON Schema of ensembles.
pub fn schema() -> Json {
    document::schema::<File>("a musafir ensemble")
}

/// The scenarios of replicates with the values of members; without an ensemble there are none.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// In the order of replicates.
    pub scenarios: Vec<Scenario>,
    /// Keys that the scenario keeps to itself.
    pub kept: BTreeSet<String>,
    /// Warnings of them.
    pub warnings: Vec<Finding>,
}

impl Members {
    /// One hash over all that is run: what a scenario keeps to itself changes it, though the ensemble and the scenario stay as they are.
    pub fn hash(&self) -> Option<String> {
        let mut hasher = blake3::Hasher::new();
        for scenario in &self.scenarios {
            hasher.update(scenario.hash.as_bytes());
        }
        (!self.scenarios.is_empty()).then(|| hasher.finalize().to_hex().to_string())
    }
}

impl Ensemble {
    /// Of title, source and scenario, of parameters and members (weight and values).
    pub fn new(head: [&str; 3], discrepancy: Discrepancy, parameters: Vec<Parameter>, members: Vec<(f64, Vec<f64>)>) -> Ensemble {
        let members = members.into_iter().map(|(weight, values)| Member { weight, values, at: Vec::new() }).collect();
        let text = Source { name: String::new(), text: String::new(), folder: PathBuf::new() };
        Ensemble::of(head.map(str::to_string), discrepancy, parameters, members, text)
    }

    fn of([title, source, scenario]: [String; 3], discrepancy: Discrepancy, parameters: Vec<Parameter>, members: Vec<Member>, text: Source) -> Ensemble {
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("{parameters:?}{discrepancy:?}").as_bytes());
        for member in &members {
            hasher.update(&member.weight.to_bits().to_le_bytes());
            member.values.iter().for_each(|v| {
                hasher.update(&v.to_bits().to_le_bytes());
            });
        }
        let equal = equal_weights(&members.iter().map(|m| m.weight).collect::<Vec<_>>());
        // One that was not read stands nowhere.
        let beside = Some(text.folder.as_path()).filter(|_| !text.name.is_empty());
        let fitted = Arc::new(Fitted::new(beside, &scenario, parameters.iter().flat_map(|p| p.keys.clone())));
        Ensemble { title, source, scenario, discrepancy, parameters, members, hash: hasher.finalize().to_hex().to_string(), fitted, text, equal }
    }

    /// Reads an ensemble.
    ///
    /// # Errors
    /// Everything that is wrong in the file, at once.
    pub fn load(path: &Path) -> Result<Ensemble, Findings> {
        let mut ledger = Ledger::default();
        let Some(Document { tree, json }) = document::read(path, &schema(), &mut ledger) else { return Err(Findings { list: ledger.sorted() }) };
        let given = tree.get("parameter").map_or(&[][..], Node::items);
        unknown_keys(given, &mut ledger);
        let nodes = tree.get("member").map_or(&[][..], Node::items);
        let mut ids = BTreeSet::new();
        for node in nodes.iter().filter_map(|n| n.get("id")).filter(|n| matches!(n.value, Value::Int(id) if !ids.insert(id))) {
            ledger.error(node.at, "member.id", "two members have this id", "people tell them apart by it", "give this one another id");
        }
        for (i, values) in nodes.iter().enumerate().filter_map(|(i, n)| Some((i, n.get("values")?))) {
            let there = values.items().len();
            if matches!(values.value, Value::List(_)) && there != given.len() && !ledger.partial {
                let what = format!("a member has {there} values for {} parameters", given.len());
                ledger.error(values.at, &format!("member.{i}.values"), what, "it gives one for each parameter, in their order", "the file may be cut off");
            }
        }
        if ledger.errors() > 0 {
            return Err(Findings { list: ledger.sorted() });
        }
        let file: File = match serde_json::from_value(json) {
            Ok(file) => file,
            Err(error) => {
                ledger.error(tree.at, "", "the ensemble cannot be used", error.to_string(), "");
                return Err(Findings { list: ledger.sorted() });
            }
        };
        let member = |(item, node): (MemberItem, &Node)| Member {
            weight: item.weight,
            values: item.values,
            at: node.get("values").map_or(&[][..], Node::items).iter().map(|n| n.at).collect(),
        };
        let members: Vec<Member> = file.member.into_iter().zip(nodes).map(member).collect();
        let places = nodes.iter().map(|n| n.get("values").map_or(&[][..], Node::items));
        for (parameter, node) in places.flat_map(|values| file.parameter.iter().zip(values)) {
            for key in &parameter.keys {
                let whole = if let Value::Float(x) = node.value { Some(Value::Int(x.round() as i64)).filter(|_| check::whole(key)) } else { None };
                let node = Node { value: whole.unwrap_or_else(|| node.value.clone()), ..node.clone() };
                check::value_of(key, &node, parameter.multiplies, &mut ledger);
            }
        }
        if members.iter().map(|m| m.weight).sum::<f64>() <= 0.0 {
            ledger.error(tree.locate("member"), "member", "no member has a weight", "runs use members by their weights", "");
        }
        if ledger.errors() > 0 {
            return Err(Findings { list: ledger.sorted() });
        }
        Ok(Ensemble::of([file.title, file.source, file.scenario], file.discrepancy, file.parameter, members, ledger.sources[0].clone()))
    }

    /// Index of the member that a replicate (from 1) uses; more replicates than members begin again.
    pub fn member(&self, replicate: u32) -> usize {
        self.equal[(replicate.max(1) - 1) as usize % self.equal.len()]
    }

    /// Indices of the members of replicates 1 to as many as there are members: all, by their weights.
    pub fn by_weight(&self) -> &[usize] {
        &self.equal
    }

    /// What a member changes in a scenario.
    pub fn changes(&self, member: usize) -> Vec<Change> {
        let Some(member) = self.members.get(member) else { return Vec::new() };
        let of = &self.fitted;
        let change = |(k, (parameter, &value)): (usize, (&Parameter, &f64))| {
            let (each, at) = (parameter.keys.iter(), member.at.get(k).copied().unwrap_or(At::NOWHERE));
            each.map(move |key| Change { of: Some(of.clone()), ..Change::number(key, value, parameter.multiplies, [at; 2]) }).collect::<Vec<_>>()
        };
        self.parameters.iter().zip(&member.values).enumerate().flat_map(change).collect()
    }

    /// A scenario file as a template that members change.
    ///
    /// # Errors
    /// What is wrong in the scenario's files.
    pub fn template(&self, scenario: &Path, overrides: &Overrides) -> Result<Template, Findings> {
        Template::new(scenario, overrides, &self.text)
    }

    /// The scenarios of replicates 1 to `replicates`, in their order.
    ///
    /// # Errors
    /// What is wrong in the scenario's files, or in them with the values of a member.
    pub fn scenarios(&self, scenario: &Path, overrides: &Overrides, replicates: u32) -> Result<Members, Findings> {
        use rayon::prelude::*;
        let template = self.template(scenario, overrides)?;
        let one = |k| {
            let member = self.member(k);
            let named = |mut findings: Findings| {
                let of = format!("; the scenario is right without the values of member {} of {}", member + 1, self.text.name);
                findings.list.iter_mut().for_each(|finding| finding.reason += &of);
                findings
            };
            let scenario = template.scenario(&self.changes(member)).map_err(named)?;
            // The text of each would be most of what is kept in memory.
            Ok(Scenario { resolved: String::new(), ..scenario })
        };
        let all: Result<Vec<Scenario>, Findings> = (1..=replicates).into_par_iter().map(one).collect();
        let changes = self.changes(self.member(1));
        let (kept, warnings) = (template.own_keys(&changes), template.kept(&changes));
        all.map(|scenarios| Members { scenarios, kept, warnings }).map_err(|mut findings: Findings| {
            findings.list.retain(|f| f.severity == Severity::Error);
            findings
        })
    }

    /// The ensemble as it stands beside resolved scenarios, which are or extend no file that it was fitted to and say what they keep (`own`).
    #[must_use]
    pub fn of_resolved(&self) -> Ensemble {
        let members = self.members.iter().map(|member| (member.weight, member.values.clone())).collect();
        Ensemble::new([&self.title, &self.source, ""], self.discrepancy, self.parameters.clone(), members)
    }

    /// The file.
    pub fn toml(&self) -> String {
        let mut out = String::new();
        let text = |t: &str| toml::Value::String(t.to_string()).to_string();
        let _ = writeln!(out, "title    = {}\nsource   = {}\nscenario = {}\n", text(&self.title), text(&self.source), text(&self.scenario));
        let Discrepancy { deviation, memory_years, least } = self.discrepancy;
        let _ = writeln!(out, "[discrepancy]\ndeviation    = {deviation:?}\nmemory_years = {memory_years:?}\nleast        = {least:?}\n");
        for parameter in &self.parameters {
            let keys: Vec<String> = parameter.keys.iter().map(|k| text(k)).collect();
            let _ = writeln!(out, "[[parameter]]\nid         = {}\nkeys       = [{}]", text(&parameter.id), keys.join(", "));
            let _ = writeln!(out, "multiplies = {}\nunit       = {}\n", parameter.multiplies, text(&parameter.unit));
        }
        for (i, member) in self.members.iter().enumerate() {
            let values: Vec<String> = member.values.iter().map(|v| format!("{v:?}")).collect();
            let _ = writeln!(out, "[[member]]\nid     = {}\nweight = {:?}\nvalues = [{}]\n", i + 1, member.weight, values.join(", "));
        }
        out
    }
}

/// Says which keys no scenario has, and which parameters have one id.
fn unknown_keys(parameters: &[Node], ledger: &mut Ledger) {
    tree::ids("parameter", parameters, ledger);
    for node in parameters {
        let keys = node.get("keys").map_or(&[][..], Node::items);
        check::twice(keys.iter().filter_map(|key| Some((key.text()?, key.at))), ledger);
        for key in keys {
            if let Some((message, reason, hint)) = key.text().and_then(check::wrong_key) {
                ledger.error(key.at, key.text().unwrap_or_default(), message, reason, hint);
            } else if let Some((message, reason)) = key.text().and_then(check::of_run) {
                ledger.error(key.at, key.text().unwrap_or_default(), message, reason, "drop the parameter and its values");
            }
        }
    }
}

/// A value with the six digits that files have.
pub fn short(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() { value } else { format!("{value:.5e}").parse().unwrap_or(value) }
}

/// Members by systematic resampling (Kitagawa 1996) from the middle of each of as many equal strata as there are members, with equal weights
/// each member once. They come in strides of the golden section, so that the first few of them lie all over the ensemble.
fn equal_weights(weights: &[f64]) -> Vec<usize> {
    let total: f64 = weights.iter().sum();
    let n = weights.len();
    let (mut member, mut reached) = (0, weights.first().copied().unwrap_or(0.0));
    let resampled: Vec<usize> = (0..n)
        .map(|i| {
            let wanted = (i as f64 + 0.5) / n as f64 * total;
            while reached < wanted && member + 1 < n {
                member += 1;
                reached += weights[member];
            }
            member
        })
        .collect();
    let shares_none = |stride: &usize| gcd(*stride, n) == 1;
    let stride = ((n as f64 / GOLDEN) as usize..n).find(shares_none).unwrap_or(1);
    (0..n).map(|i| resampled[i * stride % n]).collect()
}

const GOLDEN: f64 = 1.618_033_988_749_895;

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// An ensemble in a few words: how many members, how many keys, which hash.
pub fn described(ensemble: &Ensemble) -> String {
    format!("{} members of {} keys, hash {}", number(ensemble.members.len() as f64), ensemble.parameters.len(), &ensemble.hash[..12])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_used_by_their_weights() {
        assert_eq!(equal_weights(&[1.0; 4]), [0, 3, 2, 1]);
        // The first tenth lies all over the ensemble.
        let mut first = equal_weights(&[1.0; 200])[..20].to_vec();
        first.sort_unstable();
        assert!(first[0] < 20 && first[19] >= 180 && first.windows(2).all(|w| w[1] > w[0] && w[1] - w[0] < 20), "{first:?}");
        assert_eq!(equal_weights(&[3.0, 0.0, 1.0, 0.0]), [0, 2, 0, 0]);
        assert_eq!(equal_weights(&[0.0, 0.0, 1.0]), [2, 2, 2]);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let parameter = |id: &str, multiplies| Parameter { id: id.to_string(), keys: vec![format!("behaviour.choose.{id}")], multiplies, unit: String::new() };
        let members = vec![(1.0, vec![0.3, short(1.0 / 3.0)]), (2.0, vec![0.4, 0.5])];
        let made = Ensemble::new(
            ["two \"keys\"", "a test", "base.toml"],
            Discrepancy { deviation: 0.1, memory_years: 4.0, least: 0.04 },
            vec![parameter("b_wage", false), parameter("b_cost", true)],
            members,
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ensemble.toml");
        std::fs::write(&path, made.toml()).unwrap();
        let read = Ensemble::load(&path).unwrap();
        assert_eq!((&read.hash, &read.parameters, read.scenario.as_str()), (&made.hash, &made.parameters, "base.toml"));
        assert_eq!(read.changes(1)[1].key, "behaviour.choose.b_cost");
        assert!(read.changes(1)[1].multiplies);
        std::fs::write(&path, made.toml().replace("values = [0.4, 0.5]", "values = [0.4]")).unwrap();
        let findings = Ensemble::load(&path).unwrap_err().to_string();
        assert!(findings.contains("a member has 1 values for 2 parameters"), "{findings}");
    }
}
