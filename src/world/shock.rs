//! Shocks: dated changes of a series, of links or of regimes. They are applied to a world once, when it is loaded: series, links and law then
//! hold the shocked values by month, and what stood before is kept, so that other sets of shocks can be laid over the same world.
//! May be used by everything right of `world`.

use std::collections::BTreeSet;

use super::{
    World,
    corridor::Corridor,
    macro_series::{self, MacroSeries},
    network::{Link, Network},
    regime::{Law, Regime},
};
use crate::units::Month;

/// A dated change.
#[derive(Clone, Debug, PartialEq)]
pub struct Shock {
    /// Identifier in the scenario.
    pub id: String,
    /// First month.
    pub from: Month,
    /// First month after it; [`Month::NEVER`] if it stays.
    pub until: Month,
    /// Months in which it fades, linearly, after that.
    pub fade: u16,
    /// What it changes.
    pub change: Change,
}

/// What a shock changes.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Monthly values of a series, after trends.
    Series {
        /// Name of the series.
        series: String,
        /// Codes of the places.
        places: Vec<String>,
        /// Factor on the value.
        factor: f64,
        /// Amount added after that, in the unit of the series.
        add: f64,
    },
    /// Links of the network.
    Links {
        /// Which ones.
        which: Which,
        /// The change.
        change: LinkChange,
    },
    /// Whatever regime is in force.
    Regimes {
        /// Origins concerned (indices).
        origins: Vec<usize>,
        /// Country concerned (index).
        country: usize,
        /// The change.
        change: RegimeChange,
    },
}

/// Which links a shock is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Which {
    /// Links with these ids; those of a corridor are its id, a dash, and their number from 1.
    Ids(Vec<String>),
    /// Links over the border of two countries (their codes), those that cross one of them too.
    Between([String; 2]),
    /// Links that end in a country or cross it.
    Country(String),
}

/// A change of links.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkChange {
    /// Factor on the hours in motion.
    pub hours_factor: f64,
    /// Factor on the fare.
    pub fare_factor: f64,
    /// Hours added at the border.
    pub border_hours_add: f64,
    /// Payments added at the border, US dollars.
    pub border_usd_add: f64,
    /// Whether there is no service (not while it fades).
    pub closed: bool,
}

impl Default for LinkChange {
    fn default() -> LinkChange {
        LinkChange { hours_factor: 1.0, fare_factor: 1.0, border_hours_add: 0.0, border_usd_add: 0.0, closed: false }
    }
}

/// A change of regimes.
#[derive(Clone, Debug, PartialEq)]
pub struct RegimeChange {
    /// Added to the burden.
    pub burden_add: f64,
    /// Factor on the costs of documents and intermediary.
    pub documents_factor: f64,
    /// Factor on the permit's cost.
    pub permit_factor: f64,
    /// Added to the log-odds of working without papers.
    pub papers_log_odds_add: f64,
    /// Factor on the probability that an application is granted.
    pub success_factor: f64,
    /// Factor on the places a year.
    pub places_factor: f64,
    /// Factor on the hazard of being found.
    pub detection_factor: f64,
    /// Factor on the probabilities of a ban.
    pub ban_factor: f64,
    /// Factor on the hazard of naturalisation.
    pub naturalisation_factor: f64,
}

impl Default for RegimeChange {
    fn default() -> RegimeChange {
        RegimeChange {
            burden_add: 0.0,
            documents_factor: 1.0,
            permit_factor: 1.0,
            papers_log_odds_add: 0.0,
            success_factor: 1.0,
            places_factor: 1.0,
            detection_factor: 1.0,
            ban_factor: 1.0,
            naturalisation_factor: 1.0,
        }
    }
}

/// A factor at part of its strength: linear between 1 and itself.
fn partly(factor: f64, strength: f64) -> f64 {
    1.0 + (factor - 1.0) * strength
}

impl Shock {
    /// Strength in a month: 0 outside, 1 from `from` on, falling linearly over the months of fading (with two of them 2/3 and 1/3).
    pub fn strength(&self, month: Month) -> f64 {
        if month < self.from {
            0.0
        } else if month < self.until {
            1.0
        } else {
            (1.0 - f64::from(month.since(self.until) + 1) / (f64::from(self.fade) + 1.0)).max(0.0)
        }
    }

    /// A value of its series in a month under the shock, before it is held within the series' domain; none where the shock does not touch it.
    pub fn of_value(&self, month: Month, value: f64) -> Option<f64> {
        let Change::Series { factor, add, .. } = &self.change else { return None };
        let strength = self.strength(month);
        (strength > 0.0).then(|| value * partly(*factor, strength) + add * strength)
    }

    /// First month in which it has no strength any more.
    pub fn over(&self) -> Month {
        if self.until == Month::NEVER { Month::NEVER } else { self.until.plus(i32::from(self.fade)) }
    }

    /// Months in which its strength changes.
    fn dates(&self) -> Vec<Month> {
        let fading = (0..=i32::from(self.fade)).map(|k| self.until.plus(k));
        if self.until == Month::NEVER { vec![self.from] } else { std::iter::once(self.from).chain(fading).collect() }
    }
}

/// Changes monthly values from `start` on, in the order of the shocks; they stay within the series' domain.
pub fn on_series(series: &mut MacroSeries, start: Month, shocks: &[Shock]) {
    for shock in shocks {
        let Change::Series { series: name, places, .. } = &shock.change else { continue };
        let (least, most) = macro_series::domain(name);
        for place in places {
            let Some(values) = series.values.get_mut(&(name.clone(), place.clone())) else { continue };
            for (t, value) in values.iter_mut().enumerate() {
                if let Some(shocked) = shock.of_value(start.plus(t as i32), *value) {
                    *value = shocked.clamp(least, most);
                }
            }
        }
    }
}

/// Whether a shock of links is about a link.
fn concerns(which: &Which, network: &Network, link: &Link) -> bool {
    let mut through = link.countries(&network.nodes);
    match which {
        Which::Ids(ids) => ids.contains(&link.id),
        Which::Between([x, y]) => through.clone().zip(through.skip(1)).any(|(a, b)| (a == x && b == y) || (a == y && b == x)),
        Which::Country(x) => through.any(|country| country == x),
    }
}

/// Changes links: one that is shocked stands once for each stretch of months in which it is the same, with the same id. The first stretch
/// keeps the link's place in the list, the others follow at its end.
pub fn on_links(network: &Network, links: &mut Vec<Link>, shocks: &[Shock]) {
    let mut more = Vec::new();
    for at in links.iter_mut() {
        let link = at.clone();
        let here: Vec<&Shock> = shocks.iter().filter(|s| matches!(&s.change, Change::Links { which, .. } if concerns(which, network, &link))).collect();
        let mut dates: BTreeSet<Month> = here.iter().flat_map(|s| s.dates()).filter(|d| link.opens < *d && *d < link.closes).collect();
        if here.is_empty() {
            continue;
        }
        dates.insert(link.opens);
        let ends: Vec<Month> = dates.iter().skip(1).copied().chain([link.closes]).collect();
        let pieces: Vec<Link> = dates.iter().zip(ends).filter_map(|(from, until)| piece(network, &link, &here, *from, until)).collect();
        let mut pieces = pieces.into_iter();
        // A link that is closed in all its months stays in its place and never opens.
        *at = pieces.next().unwrap_or(Link { closes: link.opens, ..link });
        more.extend(pieces);
    }
    links.extend(more);
}

/// A link from one date to the next; none while it is closed.
fn piece(network: &Network, link: &Link, shocks: &[&Shock], opens: Month, closes: Month) -> Option<Link> {
    let mut piece = Link { opens, closes, ..link.clone() };
    for shock in shocks {
        let (strength, Change::Links { change, .. }) = (shock.strength(opens), &shock.change) else { continue };
        if change.closed && strength >= 1.0 {
            return None;
        }
        piece.hours *= partly(change.hours_factor, strength);
        let fare = partly(change.fare_factor, strength);
        if (fare - 1.0).abs() > 0.0 {
            piece.fare_usd = Some(network.fare(&piece) * fare);
        }
        piece.border_hours += change.border_hours_add * strength;
        piece.border_usd += change.border_usd_add * strength;
    }
    Some(piece)
}

/// Changes regimes: the timeline of a pair gets a row at each date at which a shock or a regime begins or changes.
pub fn on_regimes(law: &mut Law, shocks: &[Shock]) {
    for origin in 0..law.regimes.len() {
        for country in 0..law.regimes[origin].len() {
            let concerned = |s: &&Shock| matches!(&s.change, Change::Regimes { origins, country: c, .. } if *c == country && origins.contains(&origin));
            let here: Vec<&Shock> = shocks.iter().filter(concerned).collect();
            let base = &law.regimes[origin][country];
            if here.is_empty() || base.is_empty() {
                continue;
            }
            // The first regime holds before its date too, and so before the first shock.
            let first = [Month::FIRST];
            let dates: BTreeSet<Month> = base.iter().map(|r| r.0).chain(here.iter().flat_map(|s| s.dates())).chain(first).collect();
            let timeline = dates.into_iter().map(|date| {
                let mut regime = law.regime(origin, country, date).clone();
                for shock in &here {
                    if let (strength, Change::Regimes { change, .. }) = (shock.strength(date), &shock.change)
                        && strength > 0.0
                    {
                        change.act(&mut regime, strength);
                    }
                }
                (date, regime)
            });
            law.regimes[origin][country] = timeline.collect();
        }
    }
}

impl RegimeChange {
    /// Changes a regime at a strength from 0 to 1; shares stay shares.
    fn act(&self, regime: &mut Regime, strength: f64) {
        let share = |value: f64, factor: f64| (value * partly(factor, strength)).clamp(0.0, 1.0);
        regime.burden = (regime.burden + self.burden_add * strength).max(0.0);
        regime.documents_usd *= partly(self.documents_factor, strength);
        regime.intermediary_usd *= partly(self.documents_factor, strength);
        regime.permit_usd_month *= partly(self.permit_factor, strength);
        regime.papers_log_odds = regime.papers_log_odds.map(|odds| odds + self.papers_log_odds_add * strength);
        regime.success = share(regime.success, self.success_factor);
        regime.places_per_year *= partly(self.places_factor, strength);
        regime.detection = share(regime.detection, self.detection_factor);
        regime.ban_undocumented = share(regime.ban_undocumented, self.ban_factor);
        regime.ban_documented = share(regime.ban_documented, self.ban_factor);
        regime.naturalisation = share(regime.naturalisation, self.naturalisation_factor);
    }
}

/// What shocks changed, as it stood before.
#[derive(Clone, Debug)]
pub struct Unshocked {
    /// Series.
    pub series: MacroSeries,
    /// Links of the network.
    pub links: Vec<Link>,
    /// Corridors, for their links.
    pub corridors: Vec<Corridor>,
    /// Law.
    pub law: Law,
}

impl World {
    /// The same world under these shocks and no others: a pure function of what stood before any shock, so that worlds with parts of a
    /// scenario's shocks can be made from it.
    #[must_use]
    pub fn with_shocks(&self, shocks: &[Shock]) -> World {
        let mut world = self.clone();
        if let Some(before) = world.unshocked.take() {
            (world.series, world.network.links, world.corridors, world.law) = (before.series, before.links, before.corridors, before.law);
        }
        if !shocks.is_empty() {
            let (links, corridors) = (world.network.links.clone(), world.corridors.clone());
            world.unshocked = Some(Box::new(Unshocked { series: world.series.clone(), links, corridors, law: world.law.clone() }));
            on_series(&mut world.series, world.start, shocks);
            let mut links = std::mem::take(&mut world.network.links);
            on_links(&world.network, &mut links, shocks);
            world.network.links = links;
            for corridor in &mut world.corridors {
                on_links(&world.network, &mut corridor.links, shocks);
            }
            on_regimes(&mut world.law, shocks);
        }
        world.shocks = shocks.to_vec();
        world
    }

    /// Series before shocks.
    pub fn series_before(&self) -> &MacroSeries {
        self.unshocked.as_ref().map_or(&self.series, |before| &before.series)
    }
}
