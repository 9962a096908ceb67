//! What citizens of an origin need to enter and work in a country, by date; closures of borders; amnesties.
//! May be used by everything right of `world`.

use serde::{Deserialize, Serialize};

use crate::units::Month;

/// The kind of a regime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Entry and work without permit.
    FreeMovement,
    /// Entry without visa for some days; work with a monthly permit (patent) or without papers.
    VisaFree,
    /// A yearly number of places, given among applicants.
    Quota,
    /// A visa that is granted with some probability.
    Visa,
    /// Nobody may enter.
    Closed,
}

/// A regime between one origin and one country.
#[derive(Clone, Debug, PartialEq)]
pub struct Regime {
    /// Identifier in the scenario.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// Days of stay without a permit (visa-free; 0 otherwise).
    pub days: u32,
    /// Burden, an index of utility (0 none to about 2).
    pub burden: f64,
    /// One-off cost of documents, US dollars.
    pub documents_usd: f64,
    /// One-off cost of an intermediary, US dollars.
    pub intermediary_usd: f64,
    /// Permit to work, US dollars a month, paid by the documented.
    pub permit_usd_month: f64,
    /// Log-odds that an entrant works without papers, before fee and risk are weighed; none where entry is only with papers.
    pub papers_log_odds: Option<f64>,
    /// Probability that an application is granted.
    pub success: f64,
    /// Places a year (quota).
    pub places_per_year: f64,
    /// Least education admitted: 0 basic, 1 secondary, 2 tertiary.
    pub min_education: u8,
    /// Hazard a month that a person without papers is found and removed.
    pub detection: f64,
    /// Probability of an entry ban when a person without papers leaves.
    pub ban_undocumented: f64,
    /// Probability of an entry ban when a documented person leaves.
    pub ban_documented: f64,
    /// Term of a ban, months.
    pub ban_months: u16,
    /// Hazard a month of gaining papers.
    pub papers_gained: f64,
    /// Hazard a month of losing them.
    pub papers_lost: f64,
    /// Hazard a month of naturalisation of the settled and documented.
    pub naturalisation: f64,
    /// Least stay before naturalisation, months.
    pub naturalisation_months: u16,
}

impl Regime {
    /// Probability that leaving without papers brings a ban of some length.
    pub fn ban_risk(&self) -> f64 {
        if self.ban_months > 0 { self.ban_undocumented } else { 0.0 }
    }

    /// The regime with what its kind does not use left at what means nothing: two that act alike are alike.
    #[must_use]
    pub fn acting(&self) -> Regime {
        let granted = matches!(self.kind, Kind::Visa | Kind::Quota);
        let places_per_year = if self.kind == Kind::Quota { self.places_per_year } else { 0.0 };
        Regime { success: if granted { self.success } else { 1.0 }, places_per_year, ..self.clone() }
    }
}

/// A border that is wholly or partly closed.
#[derive(Clone, Debug, PartialEq)]
pub struct Closure {
    /// Identifier in the scenario.
    pub id: String,
    /// Origins concerned (indices).
    pub origins: Vec<usize>,
    /// Country concerned (index).
    pub country: usize,
    /// First month.
    pub from: Month,
    /// First month after it.
    pub until: Month,
    /// Share of attempts let in, 0 to 1.
    pub entry: f64,
    /// Factor on the hazards of return, 0 to 1.
    pub leave: f64,
}

/// Lifting of a share of the entry bans in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Amnesty {
    /// Identifier in the scenario.
    pub id: String,
    /// Origins concerned (indices).
    pub origins: Vec<usize>,
    /// Country concerned (index).
    pub country: usize,
    /// Month in which it acts.
    pub on: Month,
    /// Share of the bans lifted, 0 to 1.
    pub share: f64,
}

/// The law of all pairs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Law {
    /// By origin, by country: regimes in the order of their first months. Never empty.
    pub regimes: Vec<Vec<Vec<(Month, Regime)>>>,
    /// All closures.
    pub closures: Vec<Closure>,
    /// All amnesties.
    pub amnesties: Vec<Amnesty>,
}

impl Law {
    /// The regime in force; the first one applies before its date too.
    pub fn regime(&self, origin: usize, country: usize, month: Month) -> &Regime {
        let timeline = &self.regimes[origin][country];
        let after = timeline.partition_point(|(from, _)| *from <= month);
        &timeline[after.saturating_sub(1)].1
    }

    /// Share of attempts let in and factor on returns: the product over closures in force; none if there are none.
    pub fn closed(&self, origin: usize, country: usize, month: Month) -> Option<(f64, f64)> {
        let in_force = |c: &&Closure| c.country == country && c.from <= month && month < c.until && c.origins.contains(&origin);
        self.closures.iter().filter(in_force).map(|c| (c.entry, c.leave)).reduce(|(entry, leave), c| (entry * c.0, leave * c.1))
    }
}
