//! The state of policy rules: what each has seen and since when it is in force. A rule sees the measures of the end of each month, and acts or
//! eases at the beginning of the next (docs/odd.md, submodel 13). Used by `engine`; `measure` records it.

use super::{
    event::{Event, Happening},
    leverage,
    market::Market,
    tables::Tables,
    totals::Totals,
};
use crate::{
    behaviour::{Behaviour, policy},
    draw::{Purpose, Stream},
    hierarchy,
    units::{Money, Month},
    world::{
        World,
        regime::Regime,
        rule::{Measure, Watch},
    },
};

/// The state of one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Index of the first month in which it is in force; none if it is not.
    pub since: Option<usize>,
    /// The value it has looked at this month; NaN where there is none.
    pub seen: f64,
    /// Its measure by month, the last month last, [`policy::MEMORY`] of them at most.
    pub months: Vec<f64>,
}

/// The states of all rules, in the order of [`World::rules`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// One a rule.
    pub states: Vec<State>,
}

/// Sums of a month that rules watch, beside those of [`Totals`].
#[derive(Clone, Copy, Debug)]
pub struct Sums<'a> {
    /// Simulated over real persons.
    pub sample: f64,
    /// Tables of the month.
    pub tables: &'a Tables,
    /// Sums at its end.
    pub totals: &'a Totals,
    /// Markets at its end.
    pub market: &'a Market,
    /// Simulated persons who arrived in it, by origin x country.
    pub arrivals: &'a [i64],
}

/// The law of a month under its rules and closures, by origin x country.
#[derive(Clone, Debug, Default)]
pub struct InForce {
    /// Regimes.
    pub regime: Vec<Regime>,
    /// Shares of attempts let in.
    pub entry: Vec<f64>,
    /// Factors on returns.
    pub leave: Vec<f64>,
}

impl Policy {
    /// Nothing seen, nothing in force.
    pub fn new(world: &World) -> Policy {
        Policy { states: vec![State { since: None, seen: f64::NAN, months: Vec::new() }; world.rules.len()] }
    }

    /// Begins month `index`: rules act and ease on what they saw.
    pub fn decide(&mut self, world: &World, seed: u64, index: usize) {
        let month = world.start.plus(index as i32);
        for (rule, state) in world.rules.iter().zip(&mut self.states) {
            state.seen = policy::watched(&rule.watches, &state.months);
            let draw = Stream::new(seed, Purpose::Policy, month, rule.stream()).uniform(0);
            let alive = rule.from <= month && month < rule.until;
            state.since = match state.since.filter(|_| alive) {
                Some(since) => (!policy::eases(rule, index - since, state.seen, draw)).then_some(since),
                None => (alive && policy::acts(rule, state.seen, draw)).then_some(index),
            };
        }
    }

    /// Ends a month: each rule sees its measure.
    pub fn see(&mut self, world: &World, behaviour: &Behaviour, sums: &Sums<'_>) {
        for (rule, state) in world.rules.iter().zip(&mut self.states) {
            if state.months.len() == policy::MEMORY {
                state.months.remove(0);
            }
            state.months.push(measured(world, behaviour, sums, &rule.watches));
        }
    }

    /// The law of a month: a closure goes before rules, rules before the regime; of several rules that say the same of a pair the last one
    /// counts.
    pub fn law(&self, world: &World, month: Month) -> InForce {
        let mut law = InForce::default();
        for (origin, country) in world.places.pairs() {
            let mut regime = world.law.regime(origin, country, month).clone();
            let (mut entry, mut leave) = (1.0, 1.0);
            for (rule, _) in world.rules.iter().zip(&self.states).filter(|(r, s)| s.since.is_some() && r.does.country == country && r.does.origins.contains(&origin)) {
                rule.does.lay_over(&mut regime);
                entry = rule.does.entry.unwrap_or(entry);
                leave = rule.does.leave.unwrap_or(leave);
            }
            law.regime.push(regime);
            (entry, leave) = world.law.closed(origin, country, month).unwrap_or((entry, leave));
            law.entry.push(entry);
            law.leave.push(leave);
        }
        law
    }

    /// Feeds rules in force to a hash; nothing where there are none.
    pub fn feed(&self, world: &World, hasher: &mut blake3::Hasher) {
        for (rule, since) in world.rules.iter().zip(&self.states).filter_map(|(r, s)| Some((r, s.since?))) {
            hasher.update(&rule.stream().to_le_bytes());
            hasher.update(&(since as u64).to_le_bytes());
        }
    }
}

/// Simulated persons who arrived in a country from home or from another country, by origin x country.
pub fn arrivals<'e>(world: &World, events: impl Iterator<Item = &'e Event>) -> Vec<i64> {
    let countries = world.places.countries.len();
    let mut arrivals = vec![0; world.places.origins.len() * countries];
    for event in events.filter(|e| matches!(e.happening, Happening::Departed | Happening::MovedOn)) {
        let country = world.places.destinations[usize::from(event.after.place)].country;
        arrivals[world.places.homes[usize::from(event.home)].origin * countries + country] += 1;
    }
    arrivals
}

/// A measure of one month: flows of the month (remittances over the month's GDP), stocks at its end.
fn measured(world: &World, behaviour: &Behaviour, sums: &Sums<'_>, watch: &Watch) -> f64 {
    let homes = || watch.origins.iter().flat_map(|o| world.places.homes_of(*o));
    let regions = || world.places.regions_of(watch.country);
    let stock = |regions: std::ops::Range<usize>| homes().flat_map(|h| regions.clone().map(move |d| (h, d))).map(|(h, d)| sums.totals.foreign(h, d)).sum::<i64>() as f64;
    match watch.measure {
        Measure::Leverage => {
            let (mut lost, mut persons) = (0.0, 0.0);
            leverage::losses(world, behaviour, sums.tables, sums.totals, homes(), &[1 << watch.country], |_, weight, losses| {
                lost += weight * losses[0];
                persons += weight;
            });
            if persons > 0.0 { lost / persons } else { f64::NAN }
        }
        Measure::Arrivals => {
            let countries = world.places.countries.len();
            watch.origins.iter().map(|o| sums.arrivals[o * countries + watch.country]).sum::<i64>() as f64 / sums.sample
        }
        Measure::Stock => stock(regions()) / sums.sample,
        Measure::UnemploymentHome => {
            let residents: f64 = homes().map(|h| sums.totals.at_home(h) as f64).sum();
            let without: f64 = homes().map(|h| sums.totals.at_home(h) as f64 * sums.market.unemployment[h]).sum();
            if residents > 0.0 { without / residents } else { f64::NAN }
        }
        Measure::RemittancesGdpShare => {
            let sent: i64 = homes().flat_map(|h| regions().map(move |d| (h, d))).map(|(h, d)| sums.totals.money[h * sums.totals.destinations + d].remitted).sum();
            let index = sums.tables.month.since(world.start).max(0) as usize;
            let gdp = |o: &usize| world.series.get("gdp_usd", &world.places.origins[*o].code).and_then(|v| v.get(index)).copied().unwrap_or(f64::NAN);
            hierarchy::dependence(12.0 * Money(sent).usd() / sums.sample, watch.origins.iter().map(gdp).sum())
        }
        Measure::WorkforceAbroad => {
            let residents: i64 = homes().map(|h| sums.totals.at_home(h)).sum();
            hierarchy::dependence(stock(regions()), residents as f64 + stock(0..sums.totals.destinations))
        }
    }
}
