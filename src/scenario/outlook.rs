//! Corridors as they come to pass in a run: phases, work, and what their cost buys. For people; used by `inventory`.

use serde::Serialize;

use super::Run;
use crate::{
    units::Month,
    world::corridor::{Channels, Corridor, Phase},
};

/// A corridor in the time of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outlook {
    /// Identifier.
    pub id: String,
    /// Phases within the run, each with its first month.
    pub phases: Vec<(Month, Phase)>,
    /// Channels that are on.
    pub channels: Vec<&'static str>,
    /// Work of the building, person-years, foreign workers included.
    pub person_years: f64,
    /// Cost, million US dollars, if stated.
    pub cost_usd_m: Option<f64>,
    /// Cost of a person-year of work, thousand US dollars.
    pub cost_usd_k_per_person_year: Option<f64>,
    /// Transit income, million US dollars a year, once open.
    pub transit_usd_m_per_year: f64,
    /// Years of transit income that the cost comes to.
    pub years_of_transit_income: Option<f64>,
}

impl Outlook {
    /// The outlook of a corridor in a run.
    pub fn new(corridor: &Corridor, run: &Run) -> Outlook {
        let mut phases: Vec<(Month, Phase)> = Vec::new();
        for t in 0..=run.end.since(run.start) {
            let month = run.start.plus(t);
            let phase = corridor.phase(month);
            if phases.last().is_none_or(|last| last.1 != phase) {
                phases.push((month, phase));
            }
        }
        let Channels { travel, construction, markets, foreign_workforce, ties } = corridor.channels;
        let names = [("travel", travel), ("construction", construction), ("markets", markets), ("foreign_workforce", foreign_workforce), ("ties", ties)];
        let person_years = corridor.construction.as_ref().map_or(0.0, |c| {
            let months = f64::from(c.planned_until.since(c.from));
            let written = c.jobs.iter().map(|j| j.jobs * f64::from(j.until.since(j.from)));
            if c.jobs.is_empty() { c.workforce * months / 12.0 } else { written.sum::<f64>() / 12.0 }
        });
        let transit = corridor.transit.as_ref().map_or(0.0, |t| t.tonnes_per_year * t.usd_per_tonne / 1e6);
        let over = |per: f64| corridor.cost_usd_m.filter(|_| per > 0.0).map(|cost| cost / per);
        Outlook {
            id: corridor.id.clone(),
            phases,
            channels: names.into_iter().filter(|n| n.1).map(|n| n.0).collect(),
            person_years,
            cost_usd_m: corridor.cost_usd_m,
            cost_usd_k_per_person_year: over(person_years / 1000.0),
            transit_usd_m_per_year: transit,
            years_of_transit_income: over(transit),
        }
    }
}
