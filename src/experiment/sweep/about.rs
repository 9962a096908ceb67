//! What a sweep varied and what it asked, for its record: so that its tables can be read and drawn without its file.

use serde::{Deserialize, Serialize};

use super::{
    Sweep,
    factor::{Factor, Levels},
    findings::Finding,
};
use crate::{measure::summary::number, units::Month};

/// A factor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Varied {
    /// Name of its column.
    pub id: String,
    /// Keys that it sets.
    pub keys: Vec<String>,
    /// Unit of its values, or of what they multiply.
    pub unit: String,
    /// Whether what stands there is multiplied.
    pub multiplies: bool,
    /// Whether each point is run with every alternative.
    pub crossed: bool,
    /// Least and greatest value, as they stand in the tables; none for alternatives.
    pub range: Option<(String, String)>,
    /// Names of alternatives.
    pub names: Vec<String>,
}

/// What was asked, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Identifier of the outcome.
    pub outcome: String,
    /// Values of crossed factors, as in the tables.
    pub at: String,
    /// The outcome as written.
    pub text: String,
    /// Unit.
    pub unit: String,
    /// Value that is subtracted and value that it is subtracted from; none if it is of single points.
    pub difference: Option<(String, String)>,
    /// Least value over the points; none if no point has a value.
    pub least: Option<f64>,
    /// Mean.
    pub mean: Option<f64>,
    /// Greatest value.
    pub greatest: Option<f64>,
    /// Points with a value.
    pub points: usize,
    /// Those of them in which the condition holds; none without a condition.
    pub holds: Option<usize>,
}

impl Varied {
    fn of(factor: &Factor) -> Varied {
        let range = match &factor.levels {
            Levels::Range { low, high, .. } => Some((number(*low), number(*high))),
            Levels::Dates { from, to } => Some((Month::to_string(from), Month::to_string(to))),
            Levels::Choices(_) => None,
        };
        let (id, keys, unit) = (factor.id.clone(), factor.keys.clone(), factor.unit.clone());
        Varied { id, keys, unit, multiplies: factor.multiplies, crossed: factor.crossed, range, names: factor.names() }
    }
}

impl Sweep {
    /// Its factors.
    pub fn factors_described(&self) -> Vec<Varied> {
        self.factors.iter().map(Varied::of).collect()
    }

    /// Its outcomes, with what was found.
    pub fn asked(&self, findings: &[Finding]) -> Vec<Asked> {
        let told = |x: f64| Some(x).filter(|x| x.is_finite());
        let one = |f: &Finding| {
            let outcome = &self.outcomes[f.outcome];
            let names = |(factor, from, to): (usize, usize, usize)| {
                let names = self.factors[factor].names();
                (names[from].clone(), names[to].clone())
            };
            Asked {
                outcome: outcome.id.clone(),
                at: f.at.clone(),
                text: outcome.text.clone(),
                unit: outcome.quantity.unit().to_string(),
                difference: outcome.difference.map(names),
                least: told(f.range.0),
                mean: told(f.range.1),
                greatest: told(f.range.2),
                points: f.counts.0,
                holds: f.regions.is_some().then_some(f.counts.1),
            }
        };
        findings.iter().map(one).collect()
    }
}
