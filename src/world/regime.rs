//! What citizens of an origin need to enter and work in a country, by date; closures of borders; amnesties.
//! May be used by everything right of `world`.

use serde::{Deserialize, Serialize};

use super::demography::Education;
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
    /// Nobody may enter, and nobody weighs it. Who would go is not counted, as it is under a closure with `entry = 0`.
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

/// Terms as a file gives them, or a rule: what they do not say stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
pub struct Terms {
    /// Days of stay without a permit (visa-free).
    #[schemars(range(max = 3660), extend("unit" = "days"))]
    pub days: Option<u32>,
    /// Burden, an index of utility.
    #[schemars(range(min = 0.0, max = 5.0), extend("unit" = "index"))]
    pub burden: Option<f64>,
    /// One-off cost of documents.
    #[schemars(range(min = 0.0, max = 100_000.0), extend("unit" = "USD"))]
    pub documents_usd: Option<f64>,
    /// One-off cost of an intermediary.
    #[schemars(range(min = 0.0, max = 100_000.0), extend("unit" = "USD"))]
    pub intermediary_usd: Option<f64>,
    /// Permit to work.
    #[schemars(range(min = 0.0, max = 10_000.0), extend("unit" = "USD/month"))]
    pub permit_usd_month: Option<f64>,
    /// Log-odds that an entrant works without papers; a regime that does not say it lets nobody work without.
    #[schemars(range(min = -20.0, max = 20.0), extend("unit" = "log-odds"))]
    pub papers_log_odds: Option<f64>,
    /// Probability that an application is granted (visa, quota).
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub success: Option<f64>,
    /// Places a year for each country of citizens (quota).
    #[schemars(range(min = 0.0), extend("unit" = "persons/year"))]
    pub places_per_year: Option<f64>,
    /// Least education admitted.
    pub min_education: Option<Education>,
    /// Hazard that a person without papers is found and removed.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "per month"))]
    pub detection: Option<f64>,
    /// Probability of an entry ban when a person without papers leaves.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub ban_undocumented: Option<f64>,
    /// Probability of an entry ban when a documented person leaves.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub ban_documented: Option<f64>,
    /// Term of a ban.
    #[schemars(range(min = 0, max = 600), extend("unit" = "months"))]
    pub ban_months: Option<u16>,
    /// Hazard of gaining papers.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "per month"))]
    pub papers_gained: Option<f64>,
    /// Hazard of losing them.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "per month"))]
    pub papers_lost: Option<f64>,
    /// Hazard of naturalisation of the settled and documented.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "per month"))]
    pub naturalisation: Option<f64>,
    /// Least stay before naturalisation.
    #[schemars(range(min = 0, max = 600), extend("unit" = "months"))]
    pub naturalisation_months: Option<u16>,
}

impl Terms {
    /// Lays what they say over a regime.
    pub fn lay_over(&self, regime: &mut Regime) {
        fn set<T: Copy>(field: &mut T, value: Option<T>) {
            *field = value.unwrap_or(*field);
        }
        // Only a stay without a visa has days.
        set(&mut regime.days, self.days.filter(|_| regime.kind == Kind::VisaFree));
        set(&mut regime.burden, self.burden);
        set(&mut regime.documents_usd, self.documents_usd);
        set(&mut regime.intermediary_usd, self.intermediary_usd);
        set(&mut regime.permit_usd_month, self.permit_usd_month);
        set(&mut regime.papers_log_odds, self.papers_log_odds.map(Some));
        set(&mut regime.success, self.success);
        set(&mut regime.places_per_year, self.places_per_year);
        set(&mut regime.min_education, self.min_education.map(|least| least as u8));
        set(&mut regime.detection, self.detection);
        set(&mut regime.ban_undocumented, self.ban_undocumented);
        set(&mut regime.ban_documented, self.ban_documented);
        set(&mut regime.ban_months, self.ban_months);
        set(&mut regime.papers_gained, self.papers_gained);
        set(&mut regime.papers_lost, self.papers_lost);
        set(&mut regime.naturalisation, self.naturalisation);
        set(&mut regime.naturalisation_months, self.naturalisation_months);
    }
}

impl Regime {
    /// A regime of a kind without any terms.
    pub fn new(kind: Kind) -> Regime {
        Regime {
            id: String::new(),
            kind,
            days: 0,
            burden: 0.0,
            documents_usd: 0.0,
            intermediary_usd: 0.0,
            permit_usd_month: 0.0,
            papers_log_odds: None,
            success: 1.0,
            places_per_year: 0.0,
            min_education: 0,
            detection: 0.0,
            ban_undocumented: 0.0,
            ban_documented: 0.0,
            ban_months: 0,
            papers_gained: 0.0,
            papers_lost: 0.0,
            naturalisation: 0.0,
            naturalisation_months: 0,
        }
    }

    /// The regime of another kind that follows: it has no days, shares, places, least education and odds but its own, and free movement no
    /// permit.
    #[must_use]
    pub fn followed_by(&self, kind: Kind) -> Regime {
        let permit_usd_month = if kind == Kind::FreeMovement { 0.0 } else { self.permit_usd_month };
        Regime { kind, permit_usd_month, days: 0, success: 1.0, places_per_year: 0.0, min_education: 0, papers_log_odds: None, ..self.clone() }
    }

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
