//! Corridors: named sets of links that open at a date, and what building and using them does (docs/odd.md, submodel 9). Every effect asks the
//! channel that it belongs to. May be used by everything right of `world`.

use serde::{Deserialize, Serialize};

use super::{network::Link, place::MacroArea};
use crate::units::Month;

/// Which effects of a corridor are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channels {
    /// Its links carry persons.
    pub travel: bool,
    /// Jobs while it is built.
    pub construction: bool,
    /// Its links carry goods; transit.
    pub markets: bool,
    /// The foreign share of the workforce is not filled locally.
    pub foreign_workforce: bool,
    /// Cultural ties.
    pub ties: bool,
}

/// One of them, and its name in files (docs/odd.md, submodel 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Passenger links.
    Travel,
    /// Jobs while building.
    Construction,
    /// Market access and transit.
    Markets,
    /// The foreign share of the construction jobs, which are then not filled locally.
    ForeignWorkforce,
    /// Cultural ties.
    Ties,
}

impl Channel {
    /// All, in the order of the model.
    pub const ALL: [Channel; 5] = [Channel::Travel, Channel::Construction, Channel::Markets, Channel::ForeignWorkforce, Channel::Ties];
    /// Names in files, in the same order.
    pub const NAMES: [&str; 5] = ["travel", "construction", "markets", "foreign_workforce", "ties"];

    /// Name in files.
    pub fn name(self) -> &'static str {
        Channel::NAMES[self as usize]
    }
}

impl Channels {
    /// The switch of a channel.
    pub fn of(&mut self, channel: Channel) -> &mut bool {
        match channel {
            Channel::Travel => &mut self.travel,
            Channel::Construction => &mut self.construction,
            Channel::Markets => &mut self.markets,
            Channel::ForeignWorkforce => &mut self.foreign_workforce,
            Channel::Ties => &mut self.ties,
        }
    }

    /// All on.
    pub const ON: Channels = Channels { travel: true, construction: true, markets: true, foreign_workforce: true, ties: true };
    /// All off.
    pub const OFF: Channels = Channels { travel: false, construction: false, markets: false, foreign_workforce: false, ties: false };
}

/// Where a corridor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Phase {
    Planned,
    Building,
    Delayed,
    Open,
    Closed,
}

impl Phase {
    /// Name on pages and in lists.
    pub fn name(self) -> &'static str {
        ["planned", "building", "delayed", "open", "closed"][self as usize]
    }
}

/// A region in which a corridor is built (index into `Places`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// A home region: its jobs are formal jobs.
    Home(usize),
    /// A region of destination: its jobs are migrants' jobs in construction.
    Destination(usize),
}

/// Jobs of the building in a region for some months of the plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SiteJobs {
    /// The region.
    pub site: Site,
    /// First month, as planned.
    pub from: Month,
    /// First month after, as planned.
    pub until: Month,
    /// Persons at work, foreign ones included.
    pub jobs: f64,
}

/// The building of a corridor.
#[derive(Clone, Debug, PartialEq)]
pub struct Construction {
    /// First month of work.
    pub from: Month,
    /// First month after the work, as planned.
    pub planned_until: Month,
    /// First month after the work, the delay included.
    pub until: Month,
    /// Persons at work, as planned.
    pub workforce: f64,
    /// Share of them who are foreign workers of the contractor, 0 to 1.
    pub foreign_share: f64,
    /// Regions among which the workforce is divided evenly, if `jobs` is empty.
    pub sites: Vec<Site>,
    /// Jobs by region and time.
    pub jobs: Vec<SiteJobs>,
}

impl Construction {
    /// Jobs in a region in a month, times `share`. A delay stretches the plan: the same work over more months, so fewer persons at a time.
    pub fn jobs_at(&self, site: Site, month: Month, share: f64) -> f64 {
        if month < self.from || month >= self.until {
            return 0.0;
        }
        let (planned, real) = (self.planned_until.since(self.from), self.until.since(self.from));
        let pace = f64::from(planned) / f64::from(real);
        if self.jobs.is_empty() {
            let here = self.sites.iter().filter(|s| **s == site).count();
            return if here == 0 { 0.0 } else { self.workforce * share * pace / self.sites.len() as f64 };
        }
        let plan = self.from.plus((i64::from(month.since(self.from)) * i64::from(planned) / i64::from(real)) as i32);
        let rows = self.jobs.iter().filter(|row| row.site == site && row.from <= plan && plan < row.until);
        rows.fold(0.0, |sum, row| sum + row.jobs * share * pace)
    }

    /// All regions with jobs.
    pub fn regions(&self) -> impl Iterator<Item = Site> {
        let rows = self.jobs.iter().map(|j| j.site);
        self.sites.iter().copied().filter(|_| self.jobs.is_empty()).chain(rows)
    }
}

/// Goods that pass through, and what stays of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Transit {
    /// Tonnes a year.
    pub tonnes_per_year: f64,
    /// Income, US dollars a tonne.
    pub usd_per_tonne: f64,
    /// Jobs for each tonne a year.
    pub jobs_per_tonne: f64,
    /// Home regions (indices) among which income and jobs are divided evenly.
    pub homes: Vec<usize>,
}

impl Transit {
    /// Jobs in a home region.
    pub fn jobs(&self, home: usize) -> f64 {
        self.tonnes_per_year * self.jobs_per_tonne * self.share(home)
    }

    /// Income of a home region, US dollars a month.
    pub fn income_usd(&self, home: usize) -> f64 {
        self.tonnes_per_year * self.usd_per_tonne / 12.0 * self.share(home)
    }

    fn share(&self, home: usize) -> f64 {
        if self.homes.contains(&home) { 1.0 / self.homes.len() as f64 } else { 0.0 }
    }
}

/// Students, pilgrims, traders and other visitors who travel by the corridor; migrants themselves are not among them.
#[derive(Clone, Debug, PartialEq)]
pub struct Visitors {
    /// Passengers a year.
    pub passengers_per_year: f64,
    /// Home regions (indices) whose people they are or meet.
    pub homes: Vec<usize>,
}

/// A corridor.
#[derive(Clone, Debug, PartialEq)]
pub struct Corridor {
    /// Identifier in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Macro-cultural areas it leads to.
    pub leads_to: Vec<MacroArea>,
    /// First month of service, as planned.
    pub planned: Month,
    /// First month of service, the delay included.
    pub opens: Month,
    /// First month without service.
    pub closes: Month,
    /// What it costs, million US dollars.
    pub cost_usd_m: Option<f64>,
    /// Its links; they serve while the corridor is open.
    pub links: Vec<Link>,
    /// How it is built.
    pub construction: Option<Construction>,
    /// Goods in transit.
    pub transit: Option<Transit>,
    /// Visitors.
    pub visitors: Option<Visitors>,
    /// Which effects are on.
    pub channels: Channels,
}

impl Corridor {
    /// Whether it serves in a month.
    pub fn open(&self, month: Month) -> bool {
        self.opens <= month && month < self.closes
    }

    /// Where it stands in a month: delayed from the planned opening on.
    pub fn phase(&self, month: Month) -> Phase {
        match &self.construction {
            _ if month >= self.closes => Phase::Closed,
            _ if month >= self.opens => Phase::Open,
            _ if month >= self.planned => Phase::Delayed,
            Some(building) if month >= building.from => Phase::Building,
            _ => Phase::Planned,
        }
    }

    /// Whether it opens or closes in this month.
    pub fn turns(&self, month: Month) -> bool {
        self.opens < self.closes && (self.opens == month || self.closes == month)
    }

    /// Whether a link carries persons.
    pub fn serves_passengers(&self) -> bool {
        self.links.iter().any(|l| l.passengers)
    }

    /// Whether a link carries goods.
    pub fn serves_freight(&self) -> bool {
        self.links.iter().any(Link::carries_goods)
    }

    /// Jobs for locals and migrants in a region in a month: without the foreign workforce if that is a channel, else all.
    pub fn building_jobs(&self, site: Site, month: Month) -> f64 {
        let share = |c: &Construction| if self.channels.foreign_workforce { 1.0 - c.foreign_share } else { 1.0 };
        let building = self.construction.as_ref().filter(|_| self.channels.construction);
        building.map_or(0.0, |c| c.jobs_at(site, month, share(c)))
    }

    /// Goods in transit in a month.
    pub fn transit_in(&self, month: Month) -> Option<&Transit> {
        self.transit.as_ref().filter(|_| self.channels.markets && self.open(month))
    }

    /// Visitors in a month: none without passenger service.
    pub fn visitors_in(&self, month: Month) -> Option<&Visitors> {
        self.visitors.as_ref().filter(|_| self.channels.ties && self.open(month) && self.serves_passengers())
    }
}
