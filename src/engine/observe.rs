//! Who listens to a run. Observers see, and never feed back.

use super::{event::Event, month::Environment, policy::State, tables::Tables, totals::Totals};
use crate::{behaviour::Behaviour, population::person::Chunk, units::Month, world::World};

/// What an observer sees at the end of a month.
pub struct MonthView<'a> {
    /// The month that ended.
    pub month: Month,
    /// Its index in the run.
    pub index: usize,
    /// The world.
    pub world: &'a World,
    /// The parameters.
    pub behaviour: &'a Behaviour,
    /// Simulated persons over real ones.
    pub sample: f64,
    /// Sums at the end of the month.
    pub totals: &'a Totals,
    /// Pay, employment, costs and values of the month.
    pub tables: &'a Tables,
    /// All events of the month: one slice a chunk, in the order of keys.
    pub events: &'a [&'a [Event]],
    /// Entry bans in force, counted at the end of each December: by home region x country; empty in other months.
    pub bans: &'a [i64],
    /// Debt of households at the end of each December, by home region, in units of `Money` (negative purses, as positive sums); empty in other months.
    pub debt: &'a [i64],
    /// Policy rules as they were in the month, in the order of the world's rules.
    pub rules: &'a [State],
    /// Persons visited this month.
    pub visits: u64,
}

/// A listener.
pub trait Observer {
    /// Called once before the first month, with the state at the start (no events).
    fn start(&mut self, view: &MonthView<'_>);
    /// Called when a month's tables stand and nobody has been visited yet; `totals` are those of the end of the month before.
    fn before_visits(&mut self, _environment: &Environment<'_>, _chunks: &[Chunk], _totals: &Totals) {}
    /// Called at the end of each month.
    fn month(&mut self, view: &MonthView<'_>);
}

impl Observer for () {
    fn start(&mut self, _: &MonthView<'_>) {}
    fn month(&mut self, _: &MonthView<'_>) {}
}
