//! What targets need of a run beside its yearly values: stocks and flows by month, home region and country, and what is told by persons one
//! by one (households, moves over years). Listens; never feeds back.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::targets::{Kind, Quantity, Targets, Term};
use crate::{
    behaviour::traits::{Motive, Status, Stay},
    engine::{
        event::{Event, HOME, Happening, Profile},
        observe::{MonthView, Observer},
    },
    measure::scope::Scope,
    population::person::Chunk,
    units::{Money, Month},
    world::World,
};

/// Kinds that are kept by events, in the order of the series in memory.
const KEPT: usize = 10;
const STOCK: usize = 0;
const MEN: usize = 1;
const UNDOCUMENTED: usize = 2;
const RESIDENTS: usize = 3;
const ON_PERMIT: usize = 4;
const DEPARTURES: usize = 5;
const DEPARTED_MEN: usize = 6;
const RETURNS: usize = 7;
const NATURALISED: usize = 8;
const REMITTED: usize = 9;

/// What must be looked up person by person, because some target asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Months (by number) at whose end households are counted.
    pub households: BTreeSet<u16>,
    /// Month before the first one, and last month, of periods over which moves are counted.
    pub transitions: BTreeSet<(u16, u16)>,
}

impl Wanted {
    /// What the targets ask for.
    pub fn of(targets: &Targets) -> Wanted {
        let mut wanted = Wanted::default();
        for (series, row) in targets.rows() {
            for Term { quantity, period } in [Some(&series.observes), series.plus.as_ref(), series.over.as_ref()].into_iter().flatten() {
                let period = period.unwrap_or(row.period);
                match quantity {
                    Quantity::Months { kind: Kind::HouseholdsAbroad, .. } => wanted.households.extend(period.first.0..=period.last.0),
                    Quantity::Months { kind: Kind::Transitions, .. } => {
                        wanted.transitions.insert((period.first.0.saturating_sub(1), period.last.0));
                    }
                    _ => {}
                }
            }
        }
        wanted
    }
}

/// Counts of simulated persons by month, home region and country.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Monthly {
    /// First month.
    pub start: u16,
    /// Countries.
    countries: usize,
    /// Home region x country.
    cells: usize,
    /// By kind: months x cells.
    series: Vec<Vec<i64>>,
    /// By month: households and households with somebody abroad, by home region.
    households: BTreeMap<u16, Vec<[i64; 2]>>,
    /// By (month before the first, last month): home region x country.
    transitions: BTreeMap<(u16, u16), Vec<i64>>,
}

impl Monthly {
    fn sum(&self, kept: usize, months: std::ops::RangeInclusive<u16>, homes: &[usize], countries: &[usize]) -> Option<i64> {
        let mut sum = 0;
        for month in months {
            let row = usize::from(month.checked_sub(self.start)?) * self.cells;
            let row = self.series.get(kept)?.get(row..row + self.cells)?;
            for &home in homes {
                sum += countries.iter().map(|c| row[home * self.countries + c]).sum::<i64>();
            }
        }
        Some(sum)
    }

    /// A quantity over months in simulated persons or their dollars: stocks are means of the month ends, flows are sums. None where a month
    /// was not simulated.
    pub fn value(&self, kind: Kind, first: Month, last: Month, homes: &[usize], countries: &[usize]) -> Option<f64> {
        let months = || first.0..=last.0;
        let sum = |kept: usize| self.sum(kept, months(), homes, countries);
        let mean = |sum: i64| sum as f64 / f64::from(last.since(first) + 1);
        match kind {
            Kind::Stock => sum(STOCK).map(mean),
            Kind::StockMen => sum(MEN).map(mean),
            Kind::StockUndocumented => sum(UNDOCUMENTED).map(mean),
            Kind::StockDocumented => Some(mean(sum(STOCK)? - sum(UNDOCUMENTED)?)),
            Kind::StockOnPermit => sum(ON_PERMIT).map(mean),
            Kind::Residents => sum(RESIDENTS).map(mean),
            Kind::Departures => sum(DEPARTURES).map(|n| n as f64),
            Kind::DeparturesMen => sum(DEPARTED_MEN).map(|n| n as f64),
            Kind::Returns => sum(RETURNS).map(|n| n as f64),
            Kind::Naturalised => sum(NATURALISED).map(|n| n as f64),
            Kind::Remitted => sum(REMITTED).map(|n| Money(n).usd()),
            Kind::HouseholdsAbroad => {
                let mut counts = [0, 0];
                for month in months() {
                    let of_month = self.households.get(&month)?;
                    for &home in homes {
                        counts = [counts[0] + of_month.get(home)?[0], counts[1] + of_month.get(home)?[1]];
                    }
                }
                (counts[0] > 0).then(|| counts[1] as f64 / counts[0] as f64)
            }
            Kind::Transitions => {
                let moves = self.transitions.get(&(first.0.saturating_sub(1), last.0))?;
                Some(homes.iter().flat_map(|home| countries.iter().map(move |c| moves[home * self.countries + c])).sum::<i64>() as f64)
            }
        }
    }
}

/// Keeps [`Monthly`].
pub struct Keeper {
    scope: Scope,
    wanted: Wanted,
    now: Vec<i64>,
    flows: Vec<i64>,
    before: BTreeMap<u16, Vec<Vec<u8>>>,
    monthly: Monthly,
}

/// In no place, being out of age.
const NOWHERE: u8 = u8::MAX;
/// At home, or away for a season only.
const AT_HOME: u8 = u8::MAX - 1;

impl Keeper {
    /// For a run of a world.
    pub fn new(world: &World, wanted: Wanted) -> Keeper {
        let scope = Scope::new(world);
        let cells = scope.homes() * scope.countries;
        let monthly = Monthly { start: world.start.0, countries: scope.countries, cells, series: vec![Vec::new(); KEPT], ..Monthly::default() };
        Keeper { now: vec![0; DEPARTURES * cells], flows: vec![0; (REMITTED - DEPARTURES) * cells], scope, wanted, before: BTreeMap::new(), monthly }
    }

    fn cell(&self, event: &Event, profile: Profile) -> usize {
        usize::from(event.home) * self.scope.countries + self.scope.country_of[usize::from(profile.place)]
    }

    fn add(&mut self, event: &Event, profile: Profile, sign: i64) {
        if profile.place == HOME {
            return;
        }
        let (cell, cells) = (self.cell(event, profile), self.monthly.cells);
        if profile.is_foreign() {
            self.now[STOCK * cells + cell] += sign;
            self.now[MEN * cells + cell] += if event.sex == 0 { sign } else { 0 };
            self.now[UNDOCUMENTED * cells + cell] += if profile.status == 1 { sign } else { 0 };
        }
        let (settled, studies) = (usize::from(profile.stay) == Stay::Settled as usize, usize::from(profile.motive) == Motive::Study as usize);
        if usize::from(profile.status) == Status::Documented as usize && !settled && !studies {
            self.now[ON_PERMIT * cells + cell] += sign;
        }
        if usize::from(profile.stay) != Stay::Seasonal as usize {
            self.now[RESIDENTS * cells + cell] += sign;
        }
    }

    fn count(&mut self, event: &Event) {
        match event.happening {
            Happening::Blocked | Happening::CameOfAge => return,
            Happening::Died | Happening::AgedOut => return self.add(event, event.before, -1),
            _ => {
                self.add(event, event.before, -1);
                self.add(event, event.after, 1);
            }
        }
        let mut flow = |kind: usize, profile: Profile| {
            if profile.is_foreign() {
                let cell = self.cell(event, profile);
                self.flows[(kind - DEPARTURES) * self.monthly.cells + cell] += 1;
            }
        };
        match event.happening {
            Happening::Departed => {
                flow(DEPARTURES, event.after);
                if event.sex == 0 {
                    flow(DEPARTED_MEN, event.after);
                }
            }
            Happening::Returned => flow(RETURNS, event.before),
            Happening::Naturalised => flow(NATURALISED, event.before),
            _ => {}
        }
    }

    /// To be called at the end of each month, after the observer, with the month that ended.
    pub fn persons(&mut self, world: &World, chunks: &[Chunk], month: Month) {
        if self.wanted.households.contains(&month.0) {
            let counts = chunks.par_iter().map(|chunk| (usize::from(chunk.home), households(chunk, month))).collect::<Vec<_>>();
            let mut sums = vec![[0, 0]; self.scope.homes()];
            for (home, [all, abroad]) in counts {
                sums[home] = [sums[home][0] + all, sums[home][1] + abroad];
            }
            self.monthly.households.insert(month.0, sums);
        }
        let periods: Vec<(u16, u16)> = self.wanted.transitions.iter().copied().filter(|(from, to)| *from == month.0 || *to == month.0).collect();
        if periods.is_empty() {
            return;
        }
        let now: Vec<Vec<u8>> = chunks.par_iter().map(|chunk| places(world, chunk, month)).collect();
        for (from, to) in periods.iter().filter(|p| p.1 == month.0) {
            if let Some(then) = self.before.get(from) {
                let moves = moves(&self.scope, chunks, then, &now);
                self.monthly.transitions.insert((*from, *to), moves);
            }
        }
        if periods.iter().any(|p| p.0 == month.0) {
            self.before.insert(month.0, now);
        }
        let wanted = &self.wanted.transitions;
        self.before.retain(|from, _| wanted.iter().any(|p| p.0 == *from && p.1 > month.0));
    }

    /// What was kept.
    pub fn finish(self) -> Monthly {
        self.monthly
    }
}

/// Households with somebody of age, and those of them of whom somebody is abroad.
fn households(chunk: &Chunk, month: Month) -> [i64; 2] {
    let mut counts = [0, 0];
    for household in 0..chunk.household.len() {
        let (mut living, mut abroad) = (false, false);
        for person in chunk.person[chunk.rows(household)].iter().filter(|p| p.active(month)) {
            living = true;
            abroad |= person.place != HOME;
        }
        counts[0] += i64::from(living);
        counts[1] += i64::from(abroad);
    }
    counts
}

fn places(world: &World, chunk: &Chunk, month: Month) -> Vec<u8> {
    let place = |person: &crate::population::person::Person| {
        if !person.active(month) {
            NOWHERE
        } else if person.place == HOME || person.stay() == Stay::Seasonal {
            AT_HOME
        } else {
            world.places.destinations[usize::from(person.place)].country as u8
        }
    };
    chunk.person.iter().map(place).collect()
}

fn moves(scope: &Scope, chunks: &[Chunk], then: &[Vec<u8>], now: &[Vec<u8>]) -> Vec<i64> {
    let mut moves = vec![0; scope.homes() * scope.countries];
    for ((chunk, then), now) in chunks.iter().zip(then).zip(now) {
        for (before, after) in then.iter().zip(now) {
            if *before != NOWHERE && *after < AT_HOME && before != after {
                moves[usize::from(chunk.home) * scope.countries + usize::from(*after)] += 1;
            }
        }
    }
    moves
}

impl Observer for Keeper {
    /// The events of the start are a census of those abroad.
    fn start(&mut self, view: &MonthView<'_>) {
        for event in view.events.iter().copied().flatten() {
            self.add(event, event.after, 1);
        }
    }

    fn month(&mut self, view: &MonthView<'_>) {
        for event in view.events.iter().copied().flatten() {
            self.count(event);
        }
        let cells = self.monthly.cells;
        for kind in STOCK..DEPARTURES {
            self.monthly.series[kind].extend(&self.now[kind * cells..(kind + 1) * cells]);
        }
        for kind in DEPARTURES..REMITTED {
            let at = (kind - DEPARTURES) * cells;
            self.monthly.series[kind].extend(&self.flows[at..at + cells]);
        }
        self.flows.fill(0);
        let mut remitted = vec![0i64; cells];
        for home in 0..self.scope.homes() {
            for (destination, &country) in self.scope.country_of.iter().enumerate() {
                remitted[home * self.scope.countries + country] += view.totals.money[home * self.scope.destinations() + destination].remitted;
            }
        }
        self.monthly.series[REMITTED].extend(remitted);
    }
}
