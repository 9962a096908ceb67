//! The simulation as a model that can be fitted: draws become scenarios, runs become predictions of the target rows. Each run is kept on disk
//! when it ends, so that a calibration that was stopped goes on where it was, to the same bits.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::{
    Calibration,
    evidence::{Datum, Evidence},
    method::{Model, Progress},
};
use crate::{
    engine::{CHUNK_ROWS, Setup},
    experiment::{
        past::{
            discrepancy::log_deviation,
            monthly::Wanted,
            observe::{self, Predicted},
            target_file::Use,
            targets::Row,
        },
        replicate::Watch,
    },
    scenario::{Findings, Scenario},
    store::{StoreError, shelf::Shelf},
    units::Month,
};

/// What a run told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Predicted value of every target row, if the run tells it.
    pub values: Vec<Option<f64>>,
    /// Simulated migrants that each row stands for.
    pub simulated: Vec<f64>,
    /// State hash at the end.
    pub state: [u8; 32],
}

impl Told {
    /// As the observation operator gives them.
    pub fn predictions(&self) -> Vec<Predicted> {
        self.values.iter().zip(&self.simulated).map(|(&value, &simulated)| Predicted { value, simulated }).collect()
    }
}

/// Why a calibration ends early.
#[derive(Debug)]
pub enum End {
    /// It was stopped; what was run is kept.
    Stopped,
    /// A draw gives no scenario.
    Wrong(Findings),
    /// A run could not be kept.
    Store(StoreError),
    /// Threads could not be started.
    Threads(String),
    /// No row can be fitted.
    Nothing,
}

/// Who watches the fit.
pub trait Watcher: Watch {
    /// A run ended, or was found on disk.
    fn ran(&self);
    /// A step ended.
    fn stepped(&self, progress: &Progress);
}

/// Seeds from here on are of runs that are apart from the members'.
const APART: u32 = 1 << 24;

/// Version of what a run tells; part of every key.
const KIND: &str = "calibration run 1";

/// Runs of a calibration.
pub struct Runs<'a> {
    calibration: &'a Calibration,
    shelf: Shelf<Told>,
    wanted: Wanted,
    workers: usize,
    watcher: &'a dyn Watcher,
}

impl<'a> Runs<'a> {
    /// Kept in a folder, `workers` at a time.
    pub fn new(calibration: &'a Calibration, folder: std::path::PathBuf, workers: usize, watcher: &'a dyn Watcher) -> Runs<'a> {
        Runs { calibration, shelf: Shelf::new(folder, KIND), wanted: Wanted::of(&calibration.targets), workers: workers.max(1), watcher }
    }

    /// What the runs of some draws tell. Member k runs with the seed plus k.
    ///
    /// # Errors
    /// The first that ends them.
    pub fn all(&self, z: &[Vec<f64>]) -> Result<Vec<Told>, End> {
        let next = AtomicUsize::new(0);
        let told: Vec<Mutex<Option<Told>>> = z.iter().map(|_| Mutex::new(None)).collect();
        let ended: Mutex<Option<End>> = Mutex::new(None);
        let work = || {
            let pool = match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
                Ok(pool) => pool,
                Err(error) => return end(&ended, End::Threads(error.to_string())),
            };
            loop {
                let k = next.fetch_add(1, Ordering::Relaxed);
                let over = ended.lock().unwrap_or_else(PoisonError::into_inner).is_some();
                let Some(z) = z.get(k).filter(|_| !over) else { return };
                match pool.install(|| self.one(z, k as u32)) {
                    Ok(one) => *told[k].lock().unwrap_or_else(PoisonError::into_inner) = Some(one),
                    Err(why) => return end(&ended, why),
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.workers.min(z.len()) {
                scope.spawn(work);
            }
        });
        match ended.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(why) => Err(why),
            None => Ok(told.into_iter().filter_map(|t| t.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()),
        }
    }

    /// What the run of the scenario as it is tells.
    ///
    /// # Errors
    /// What ends it.
    pub fn base(&self) -> Result<Told, End> {
        self.told(&self.calibration.base, 0)
    }

    /// What a run tells that has a seed of its own, far from those of members.
    ///
    /// # Errors
    /// What ends it.
    pub fn apart(&self, z: &[f64], k: u32) -> Result<Told, End> {
        self.told(&self.calibration.scenario(z).map_err(End::Wrong)?, APART.wrapping_add(k))
    }

    fn one(&self, z: &[f64], k: u32) -> Result<Told, End> {
        self.told(&self.calibration.scenario(z).map_err(End::Wrong)?, k)
    }

    fn told(&self, scenario: &Scenario, k: u32) -> Result<Told, End> {
        let setup = Setup::replicate(scenario.run.seed, k + 1, scenario.run.sample, CHUNK_ROWS);
        let identity = (env!("CARGO_PKG_VERSION"), &scenario.hash, setup.seed, setup.sample.to_bits(), scenario.world.months, &self.calibration.targets.hash);
        let key = blake3::hash(format!("{identity:?}").as_bytes()).to_hex().to_string();
        let told = if let Some(told) = self.shelf.get(&key) {
            told
        } else {
            let observed = observe::run(scenario, &self.wanted, setup, k + 1, self.watcher).map_err(|_| End::Stopped)?;
            let predictions = observe::predictions(&self.calibration.targets, &observed);
            let told = Told { values: predictions.iter().map(|p| p.value).collect(), simulated: predictions.iter().map(|p| p.simulated).collect(), state: observed.state };
            self.shelf.put(&key, &told).map_err(End::Store)?;
            told
        };
        self.watcher.ran();
        Ok(told)
    }
}

fn end(ended: &Mutex<Option<End>>, why: End) {
    ended.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
}

/// Log points below the published value at which a prediction counts that is missing or not above 0: nobody went.
const NOBODY: f64 = 4.0;

/// The simulation against the rows that a fit may use.
pub struct Past<'a> {
    runs: &'a Runs<'a>,
    /// Rows, by their place among all.
    pub rows: Vec<usize>,
    /// What is known of them.
    pub evidence: Evidence,
    floors: Vec<f64>,
}

impl<'a> Past<'a> {
    /// Rows that may be fitted and end by `cut`, of those that the run of the scenario as it is tells. None if there are none.
    pub fn new(runs: &'a Runs<'a>, base: &Told, cut: Month) -> Option<Past<'a>> {
        let (targets, errors) = (&runs.calibration.targets, &runs.calibration.errors);
        let usable = |row: &Row| row.usage == Use::Fit && row.period.last <= cut && row.scale() > 0.0;
        let mut of: Vec<(usize, usize, &Row)> = Vec::new();
        let mut place = 0;
        for (s, series) in targets.series.iter().enumerate() {
            for row in &series.rows {
                if usable(row) && base.values[place].is_some() {
                    of.push((place, s, row));
                }
                place += 1;
            }
        }
        let covariance = DMatrix::from_fn(of.len(), of.len(), |i, j| {
            let ((_, s, a), (_, t, b)) = (of[i], of[j]);
            let own = if i == j { log_deviation(a, errors.least).powi(2) } else { 0.0 };
            let missed = || runs.calibration.discrepancy(targets.series[s].headline).covariance(a.period.middle(), b.period.middle());
            own + if s == t { missed() } else { 0.0 }
        });
        let floors = of.iter().map(|(.., row)| row.scale().ln() - NOBODY).collect();
        let data = of.iter().map(|(.., row)| datum(row)).collect();
        let evidence = Evidence::new(data, covariance).filter(|e| !e.is_empty())?;
        Some(Past { runs, rows: of.iter().map(|(place, ..)| *place).collect(), evidence, floors })
    }
}

fn datum(row: &Row) -> Datum {
    let ln = |bound: Option<f64>, otherwise: f64| bound.filter(|b| *b > 0.0).map_or(otherwise, f64::ln);
    match row.value.filter(|v| *v > 0.0) {
        Some(value) => Datum::Value(value.ln()),
        None => Datum::Within(ln(row.low, f64::NEG_INFINITY), ln(row.high, f64::INFINITY)),
    }
}

impl Model for Past<'_> {
    type Output = Told;
    type Error = End;

    fn run(&mut self, _: usize, z: &[Vec<f64>]) -> Result<Vec<Told>, End> {
        self.runs.all(z)
    }

    fn predictions(&self, told: &Told) -> Vec<f64> {
        let log = |(&row, &floor): (&usize, &f64)| told.values[row].filter(|v| *v > 0.0).map_or(floor, |v| v.ln().max(floor));
        self.rows.iter().zip(&self.floors).map(log).collect()
    }

    fn progressed(&mut self, progress: &Progress) {
        self.runs.watcher.stepped(progress);
    }
}
