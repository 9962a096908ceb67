//! Whether a calibration finds what is there: values of the parameters are drawn from their ranges, what runs with them say is published with
//! errors as large as the calibration allows for, and the fit to that is held against the values. Intervals of a sound fit hold them as often
//! as they say.

use serde::{Deserialize, Serialize};

use super::{
    Calibration,
    evidence::{Datum, Evidence},
    method,
    model::{End, Past, Runs, Told},
    posterior::Spread,
};
use crate::draw::{Purpose, Stream};

/// A parameter in a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Case, from 1.
    pub case: u32,
    /// Id of the parameter.
    pub parameter: String,
    /// The value that was to be found.
    pub truth: f64,
    /// What the fit says.
    pub fitted: Spread,
    /// Standard deviation of the members on the scale on which the prior is normal.
    pub held: f64,
}

impl Found {
    /// Whether the 90 % interval holds the value.
    pub fn inside(&self) -> bool {
        (self.fitted.p05..=self.fitted.p95).contains(&self.truth)
    }
}

/// Shares of 90 % intervals that hold their value between which a fit counts as sound.
pub const SOUND: [f64; 2] = [0.83, 0.96];

/// Share of intervals that hold their value; NaN of none.
pub fn coverage(found: &[Found]) -> f64 {
    crate::measure::statistics::mean(found.iter().map(|f| f64::from(u8::from(f.inside()))))
}

/// Draws of a case; no design has these indices.
fn normals(seed: u64, case: u32, index: u32, n: usize) -> Vec<f64> {
    let stream = Stream::new(seed, Purpose::Bootstrap, crate::units::Month::new(1900, 1), 1 << 30 | case << 2 | index);
    (0..n as u32).map(|k| stream.normal(k)).collect()
}

/// Runs whose mean is published: many more people live in the world than a member simulates.
pub const PUBLISHED: u32 = 8;

/// Runs so many cases. The runs that are published have seeds of their own, which no member has.
///
/// # Errors
/// What ends the runs.
pub fn recover(calibration: &Calibration, runs: &Runs<'_>, base: &Told, cases: u32) -> Result<Vec<Found>, End> {
    let cut = calibration.targets.rules.split.fit_until.last;
    let (seed, free) = (calibration.base.run.seed, calibration.free());
    let mut found = Vec::new();
    for case in 1..=cases {
        let truth = normals(seed, case, 0, free.len());
        let Some(mut past) = Past::new(runs, base, cut) else { return Err(End::Nothing) };
        let told = (0..PUBLISHED).map(|k| runs.apart(&truth, PUBLISHED * case + k)).collect::<Result<Vec<Told>, End>>()?;
        let means = super::origins::means(&told.iter().collect::<Vec<_>>());
        let predicted = method::Model::predictions(&past, &Told { values: means, ..told[0].clone() });
        let errors = past.evidence.errors(&normals(seed, case, 1, past.evidence.len()));
        let data = predicted.iter().zip(errors.iter()).map(|(p, e)| Datum::Value(p + e)).collect();
        let own = seed.wrapping_add(u64::from(case));
        let start = method::prior(calibration.budget.members, free.len(), own);
        let Some(evidence) = Evidence::new(data, past.evidence.covariance.clone()) else { return Err(End::Nothing) };
        let fitted = method::fit(calibration.method, calibration.budget.steps, &start, &evidence, &free, own, &mut past)?;
        let ensemble = calibration.ensemble(&fitted.z, &fitted.weights, calibration.discrepancy(false));
        let z: Vec<Vec<f64>> = ensemble.by_weight().iter().map(|&k| fitted.z[k].clone()).collect();
        for ((p, held), uncertain) in super::posterior::held(calibration, &z).into_iter().enumerate().zip(&calibration.uncertain).filter(|(_, u)| u.fitted) {
            found.push(Found { case, parameter: held.id, truth: uncertain.value(truth[p]), fitted: held.posterior, held: held.held });
        }
    }
    Ok(found)
}
