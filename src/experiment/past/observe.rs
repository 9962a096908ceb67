//! The observation operator: from what a run left to a predicted value of every target row. Pure; the calibration uses it as it is.

use serde::{Deserialize, Serialize};

use super::{
    monthly::{Keeper, Monthly, Wanted},
    target_file::Period,
    targets::{Kind, Quantity, Row, Series, Targets, Term},
};
use crate::experiment::replicate::{Step, Stopped, Watch};
use crate::{
    engine::{
        Setup, Simulation,
        month::Environment,
        observe::{MonthView, Observer},
        totals::Totals,
    },
    measure::{Recorder, year::Value},
    population::person::Chunk,
    scenario::Scenario,
};

/// What one run left for the targets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// Yearly values, in real persons.
    pub values: Vec<Value>,
    /// Counts by month, in simulated persons.
    pub monthly: Monthly,
    /// Real persons that a simulated one stands for.
    pub weight: f64,
    /// State hash at the end.
    pub state: [u8; 32],
    /// Rows.
    pub persons: u64,
    /// Months simulated.
    pub months: u64,
    /// Events in them.
    pub events: u64,
    /// Remarks of the run.
    pub warnings: Vec<String>,
}

/// A predicted value of a target row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Predicted {
    /// In the publisher's scope; none if the run does not tell it.
    pub value: Option<f64>,
    /// Simulated migrants that the row stands for, the larger of published and predicted where persons are published.
    pub simulated: f64,
}

struct Both(Recorder, Keeper);

impl Observer for Both {
    fn start(&mut self, view: &MonthView<'_>) {
        self.0.start(view);
        self.1.start(view);
    }
    fn before_visits(&mut self, environment: &Environment<'_>, chunks: &[Chunk], totals: &Totals) {
        self.0.before_visits(environment, chunks, totals);
    }
    fn month(&mut self, view: &MonthView<'_>) {
        self.0.month(view);
        self.1.month(view);
    }
}

/// Runs a replicate (from 1) and keeps what the targets need.
///
/// # Errors
/// If `watch` stopped it.
pub fn run(scenario: &Scenario, wanted: &Wanted, setup: Setup, replicate: u32, watch: &dyn Watch) -> Result<Observed, Stopped> {
    let world = &scenario.world;
    let mut simulation = Simulation::new(world, &scenario.behaviour, setup);
    let mut both = Both(Recorder::new(world, setup.sample, replicate).without_tables(), Keeper::new(world, wanted.clone()));
    simulation.start(&mut both);
    while !simulation.finished() {
        let (month, events) = (simulation.month(), simulation.events());
        simulation.step(&mut both);
        both.1.persons(world, simulation.chunks(), month);
        watch.month(&Step { replicate, variants: &[], month, persons: simulation.rows() as u64, events: simulation.events() - events });
        if watch.stopped() {
            return Err(Stopped);
        }
    }
    Ok(Observed {
        weight: 1.0 / setup.sample,
        state: *simulation.state_hash().as_bytes(),
        persons: simulation.rows() as u64,
        months: world.months as u64,
        events: simulation.events(),
        warnings: simulation.warnings(),
        values: both.0.values(),
        monthly: both.1.finish(),
    })
}

impl Observed {
    /// A quantity in a period, in real persons or dollars; none if the run does not tell it.
    pub fn value(&self, term: &Term, period: Period) -> Option<f64> {
        let period = term.period.unwrap_or(period);
        match &term.quantity {
            Quantity::Year { measure, origin, destination } => {
                let years = period.first.year()..=period.last.year();
                let of_year = |year: i32| {
                    let found = self.values.iter().find(|v| (v.year, v.measure, v.origin, v.destination) == (year, *measure, *origin, *destination));
                    found.map(|v| v.value).filter(|v| v.is_finite())
                };
                let values: Vec<f64> = years.map(of_year).collect::<Option<_>>()?;
                Some(values.iter().sum::<f64>() / values.len() as f64)
            }
            Quantity::Months { kind, homes, countries } => {
                let value = self.monthly.value(*kind, period.first, period.last, homes, countries)?;
                Some(if *kind == Kind::HouseholdsAbroad { value } else { value * self.weight })
            }
        }
    }

    /// The prediction for a row: `factor * (observes + plus) / over`.
    pub fn predict(&self, series: &Series, row: &Row) -> Predicted {
        let of = |term: &Term| self.value(term, row.period);
        let compose = || {
            let sum = of(&series.observes)? + series.plus.as_ref().map_or(Some(0.0), of)?;
            let divisor = series.over.as_ref().map_or(Some(1.0), of)?;
            (divisor > 0.0).then(|| row.factor * sum / divisor)
        };
        let value = compose().filter(|v| v.is_finite());
        Predicted { value, simulated: self.simulated(series, row, value) }
    }

    /// Simulated migrants behind a row, as many as can be told.
    fn simulated(&self, series: &Series, row: &Row, predicted: Option<f64>) -> f64 {
        if series.unit == "persons" {
            return predicted.unwrap_or(0.0).abs().max(row.scale()) / self.weight;
        }
        // The mean stock of the places tells how thin a share or a sum of money is.
        match &series.over.as_ref().unwrap_or(&series.observes).quantity {
            Quantity::Months { kind, homes, countries } if *kind != Kind::HouseholdsAbroad => {
                self.monthly.value(Kind::Stock, row.period.first, row.period.last, homes, countries).unwrap_or(0.0)
            }
            _ => f64::INFINITY,
        }
    }
}

/// Predictions for all rows of the targets, in their order.
pub fn predictions(targets: &Targets, observed: &Observed) -> Vec<Predicted> {
    targets.rows().map(|(series, row)| observed.predict(series, row)).collect()
}
