//! The engine: who decides what in a month, and who writes it. The phases of [`Simulation::step`] are the documentation.
//! Uses everything left of it; `measure`, `experiment` and `cli` use it.

pub mod abroad;
pub mod act;
pub mod bounds;
pub mod checkpoint;
pub mod chunk_month;
pub mod clock;
pub mod corridors;
pub mod event;
pub mod explain;
pub mod leave;
pub mod ledger;
pub mod leverage;
pub mod market;
pub mod month;
pub mod observe;
pub mod oracle;
pub mod policy;
pub mod quota;
pub mod resolved;
pub mod scan;
pub mod screen;
pub mod streams;
pub mod tables;
pub mod totals;
pub mod visit;

use std::sync::Arc;

use rayon::prelude::*;

use crate::{
    behaviour::Behaviour,
    population::{
        person::{Chunk, HOME},
        synthesis::{self, NOBODY},
    },
    units::Month,
    world::{World, network::Cost},
};
use bounds::Bounds;
use chunk_month::{Outcome, Owner};
use clock::{Clock, Laps, Phase};
use event::{Event, Happening};
use ledger::Ledger;
use market::{Drivers, Market};
use month::{Before, Environment};
use observe::{MonthView, Observer};
use resolved::Resolved;
use totals::{CELLS, HOME_CELLS, Totals};

/// Rows of a chunk unless asked otherwise.
pub const CHUNK_ROWS: usize = 32_768;

/// Bytes of a row of state, with room.
pub const BYTES_OF_ROW: f64 = 48.0;

/// Simulated persons below which a number says little.
const FEW: usize = 100;

/// How a run is set up beside its scenario. Only `seed` and `sample` change results.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setup {
    /// Seed of synthesis and dynamics.
    pub seed: u64,
    /// Share of households simulated, (0, 1].
    pub sample: f64,
    /// Rows of a chunk, about.
    pub chunk_rows: usize,
}

impl Setup {
    /// That of replicate `k` (from 1) of a run with a seed: each has the seed after the one before.
    pub fn replicate(seed: u64, k: u32, sample: f64, chunk_rows: usize) -> Setup {
        Setup { seed: seed.wrapping_add(u64::from(k) - 1), sample, chunk_rows: chunk_rows.max(1) }
    }
}

/// A run in progress.
pub struct Simulation<'w> {
    world: &'w World,
    behaviour: &'w Behaviour,
    setup: Setup,
    resolved: Arc<Resolved>,
    drivers: Drivers,
    chunks: Vec<Chunk>,
    outcomes: Vec<Outcome>,
    totals: Totals,
    market: Market,
    ledger: Ledger,
    quota: quota::Places,
    policy: policy::Policy,
    costs: Vec<Option<Cost>>,
    index: usize,
    person_months: u64,
    visits: u64,
    events: u64,
    clock: Option<Arc<Clock>>,
}

impl<'w> Simulation<'w> {
    /// Synthesises the population of a scenario and sets up its first month.
    pub fn new(world: &'w World, behaviour: &'w Behaviour, setup: Setup) -> Simulation<'w> {
        let chunks = synthesis::synthesise(world, behaviour, setup.seed, setup.sample, setup.chunk_rows);
        Simulation::with_population(world, behaviour, setup, chunks)
    }

    /// Sets up the first month around a population that was synthesised from the same places, demography and set-up.
    pub fn with_population(world: &'w World, behaviour: &'w Behaviour, setup: Setup, chunks: Vec<Chunk>) -> Simulation<'w> {
        let mut simulation = Simulation::empty(world, behaviour, setup, chunks);
        simulation.classify();
        simulation.totals = simulation.census(|_| {});
        simulation.market = Market::new(world, behaviour, &simulation.drivers, &simulation.totals, setup.sample);
        simulation
    }

    /// A simulation around given chunks, with empty sums.
    fn empty(world: &'w World, behaviour: &'w Behaviour, setup: Setup, chunks: Vec<Chunk>) -> Simulation<'w> {
        let resolved = Arc::new(Resolved::new(world, behaviour));
        let (origins, homes, destinations) = (world.places.origins.len(), world.places.homes.len(), world.places.destinations.len());
        let ledger = Ledger { start: world.start, destinations, resolved: resolved.clone(), ..Ledger::default() }.with_room(origins * destinations * CELLS, homes * HOME_CELLS);
        Simulation {
            world,
            behaviour,
            setup,
            drivers: Drivers::new(world, behaviour),
            outcomes: vec![Outcome::default(); chunks.len()],
            chunks,
            totals: Totals::new(world),
            market: Market::default(),
            ledger,
            quota: quota::Places::new(world),
            policy: policy::Policy::new(world),
            costs: network_costs(world, world.start),
            resolved,
            index: 0,
            person_months: 0,
            visits: 0,
            events: 0,
            clock: None,
        }
    }

    /// From now on, time spent by phase is counted on a clock.
    pub fn time(&mut self, clock: Arc<Clock>) {
        self.clock = Some(clock);
    }

    /// The same state in another world, to go on from here. Equal to that world's own run as long as all inputs of the months so far are equal
    /// in both, and the behaviour is.
    pub fn fork<'v>(&self, world: &'v World, behaviour: &'v Behaviour) -> Simulation<'v> {
        self.carry(Simulation::empty(world, behaviour, self.setup, self.chunks.clone()))
    }

    /// [`Simulation::fork`] that leaves nothing behind.
    pub fn onto<'v>(mut self, world: &'v World, behaviour: &'v Behaviour) -> Simulation<'v> {
        let chunks = std::mem::take(&mut self.chunks);
        self.carry(Simulation::empty(world, behaviour, self.setup, chunks))
    }

    /// Copies all state but the persons; what follows from the world stays as `to` derived it.
    fn carry<'v>(&self, mut to: Simulation<'v>) -> Simulation<'v> {
        // Named one by one, so that a new field must say on which side it belongs.
        let Simulation {
            world: _,
            behaviour: _,
            setup: _,
            resolved: _,
            drivers: _,
            chunks: _,
            outcomes: _,
            costs: _,
            clock: _,
            policy,
            totals,
            market,
            ledger,
            quota,
            index,
            person_months,
            visits,
            events,
        } = self;
        to.totals.clone_from(totals);
        to.market.clone_from(market);
        to.ledger.clone_from(ledger);
        to.quota.clone_from(quota);
        to.policy.clone_from(policy);
        to.costs = network_costs(to.world, to.world.start.plus((*index as i32 - 1).max(0)));
        (to.index, to.person_months, to.visits, to.events) = (*index, *person_months, *visits, *events);
        to
    }

    fn classify(&mut self) {
        let (month, consider, resolved) = (self.world.start, &self.behaviour.consider, &self.resolved);
        self.chunks.par_iter_mut().for_each(|chunk| {
            let rates = &resolved.rates[resolved.origin_of[usize::from(chunk.home)]];
            for row in 0..chunk.key.len() {
                // At the start nobody who turns 16 this month is of age yet: the month's own phase brings them in.
                let due = chunk.person[row].age(month) == crate::world::demography::OF_AGE;
                let class = chunk.class_of(row, month, |age| consider.band(age), |place| resolved.country_of[usize::from(place)]);
                chunk.set_class(row, if due { crate::population::class::INERT } else { class }, rates);
            }
        });
    }

    /// Counts everybody as at the end of the month before the first; `abroad` is told each person abroad.
    fn census(&self, mut abroad: impl FnMut(Event)) -> Totals {
        let mut totals = Totals::new(self.world);
        let month = self.world.start;
        let mut by_home = totals.by_home();
        for chunk in &self.chunks {
            let sums = &mut by_home[usize::from(chunk.home)];
            for row in 0..chunk.key.len() {
                let p = &chunk.person[row];
                if p.age(month) <= crate::world::demography::OF_AGE {
                    *sums.not_yet += 1;
                } else if p.age(month) > crate::world::demography::AGED_OUT {
                    *sums.aged_out += 1;
                } else {
                    let profile = chunk_month::profile(chunk, row);
                    let event = Event {
                        happening: Happening::Departed,
                        detail: 0,
                        home: chunk.home,
                        sex: p.sex(),
                        education: p.education(),
                        trade: p.trade(),
                        age: (p.age(month) / 12) as u8,
                        trips: p.trips,
                        before: profile,
                        after: profile,
                        spell: 0,
                        multiplier: p.multiplier,
                        multiplier_abroad: self.ledger.multiplier_abroad(p),
                        key: chunk.key[row],
                    };
                    sums.count(&event, profile, 1);
                    if p.place != HOME {
                        abroad(event);
                    }
                }
            }
        }
        drop(by_home);
        totals
    }

    /// Tells an observer the state before the first month: all persons abroad as a census (`before == after`).
    pub fn start(&self, observer: &mut dyn Observer) {
        let mut census = Vec::new();
        let totals = self.census(|event| census.push(event));
        let environment = self.environment();
        observer.start(&MonthView {
            month: self.world.start,
            index: 0,
            world: self.world,
            behaviour: self.behaviour,
            sample: self.setup.sample,
            totals: &totals,
            tables: &environment.tables,
            events: &[&census],
            bans: &[],
            debt: &[],
            rules: &self.policy.states,
            visits: 0,
        });
    }

    /// Phase 2 under the law as it is: tables by cell.
    pub fn environment(&self) -> Environment<'w> {
        self.under(self.policy.law(self.world, self.month()))
    }

    fn under(&self, law: policy::InForce) -> Environment<'w> {
        let before = Before { drivers: &self.drivers, market: &self.market, law, granted: &self.quota.granted(self.month()), totals: &self.totals, costs: &self.costs };
        Environment::new(self.world, self.behaviour, self.resolved.clone(), before, self.setup, self.index)
    }

    /// One month, in the order of docs/odd.md, *Process overview and scheduling*.
    pub fn step(&mut self, observer: &mut dyn Observer) {
        let month = self.month();
        let clock = self.clock.clone();
        let mut laps = Laps::start(clock.as_deref());
        // (1) The world's month: policy rules act and ease on last month's measures, the network may have changed, peaks are remembered.
        self.policy.decide(self.world, self.setup.seed, self.index);
        if self.index > 0 && self.world.passenger_links_change(month) {
            self.costs = network_costs(self.world, month);
        }
        let law = self.policy.law(self.world, month);
        self.market.remember(self.world, self.behaviour, &self.drivers, &law.regime, self.index);
        laps.end(Phase::World);
        // (2) Tables by cell, and bounds.
        let environment = self.under(law);
        let bounds = Bounds::new(&environment);
        laps.end(Phase::Tables);
        observer.before_visits(&environment, &self.chunks, &self.totals);
        laps.end(Phase::Observers);
        // (3) Visits: each chunk by its owner, on the state at the end of the month before.
        let ledger = &self.ledger;
        self.chunks
            .par_iter_mut()
            .zip(self.outcomes.par_iter_mut())
            .for_each(|(chunk, out)| Owner { env: &environment, ledger, chunk, out }.month(&bounds, Laps::start(clock.as_deref())));
        laps.skip();
        // (4) Quota places among applicants, in keyed order.
        quota::settle(&environment, ledger, &mut self.quota, self.setup.sample, &mut self.chunks, &mut self.outcomes);
        laps.end(Phase::Quotas);
        // (5) Sums: stocks, money, markets, purses.
        self.sum(&environment);
        laps.end(Phase::Sums);
        let (bans, debt) = self.year_end(&environment, clock.as_deref());
        laps.skip();
        self.market.advance(self.world, self.behaviour, &self.drivers, &self.totals, self.setup.sample, self.index);
        let acting = self.watch(&environment.tables);
        laps.end(Phase::Sums);
        // (6) Observers.
        let events: Vec<&[Event]> = self.outcomes.iter().map(|o| o.events.as_slice()).collect();
        let visits = self.outcomes.iter().map(|o| o.visits).sum::<u64>();
        observer.month(&MonthView {
            month,
            index: self.index,
            world: self.world,
            behaviour: self.behaviour,
            sample: self.setup.sample,
            totals: &self.totals,
            tables: &environment.tables,
            events: &events,
            bans: &bans,
            debt: &debt,
            rules: &acting.states,
            visits,
        });
        self.visits += visits;
        self.events += events.iter().map(|e| e.len() as u64).sum::<u64>();
        self.index += 1;
        laps.end(Phase::Observers);
    }

    /// Lets policy rules see the month; returns what they were in it.
    fn watch(&mut self, tables: &tables::Tables) -> policy::Policy {
        let acting = self.policy.clone();
        if !self.world.rules.is_empty() {
            let arrivals = policy::arrivals(self.world, self.outcomes.iter().flat_map(|o| &o.events));
            let sums = policy::Sums { sample: self.setup.sample, tables, totals: &self.totals, market: &self.market, arrivals: &arrivals };
            self.policy.see(self.world, self.behaviour, &sums);
        }
        acting
    }

    fn sum(&mut self, environment: &Environment<'_>) {
        let (chunks, outcomes) = (&self.chunks, &self.outcomes);
        self.totals.by_home().into_par_iter().enumerate().for_each(|(home, mut sums)| {
            let first = |home: usize| chunks.partition_point(|chunk| usize::from(chunk.home) < home);
            *sums.journeys = 0;
            for outcome in &outcomes[first(home)..first(home + 1)] {
                outcome.events.iter().for_each(|event| sums.apply(event));
                *sums.journeys += outcome.journeys;
            }
        });
        environment.money(&mut self.totals);
        environment.accrue(&mut self.ledger);
        let at_home: i64 = self.totals.home.iter().map(|s| s.persons).sum();
        self.person_months += (at_home + self.totals.pairs.iter().sum::<i64>()) as u64;
    }

    /// The general settlement of purses in December: bans in force and debt, by home region; nothing in other months.
    fn year_end(&mut self, environment: &Environment<'_>, clock: Option<&Clock>) -> (Vec<i64>, Vec<i64>) {
        let (homes, countries) = (self.world.places.homes.len(), self.world.places.countries.len());
        self.totals.ceremonies.fill(0);
        self.totals.interest.fill(0);
        if environment.month.of_year() != 11 {
            return (Vec::new(), Vec::new());
        }
        let ledger = &self.ledger;
        let ends: Vec<(usize, Vec<i64>, (i64, i64, i64))> = self
            .chunks
            .par_iter_mut()
            .zip(self.outcomes.par_iter_mut())
            .map(|(chunk, out)| {
                let mut laps = Laps::start(clock);
                let mut bans = vec![0; countries];
                let home = usize::from(chunk.home);
                let sums = Owner { env: environment, ledger, chunk, out }.year_end(&mut bans);
                laps.end(Phase::YearEnd);
                (home, bans, sums)
            })
            .collect();
        let (mut bans, mut debt) = (vec![0; homes * countries], vec![0; homes]);
        for (home, of_chunk, (spent, interest, owed)) in ends {
            self.totals.ceremonies[home] += spent;
            self.totals.interest[home] += interest;
            debt[home] += owed;
            for (c, n) in of_chunk.iter().enumerate() {
                bans[home * countries + c] += n;
            }
        }
        self.ledger.reset(self.index + 1);
        (bans, debt)
    }

    /// The month that the next step simulates.
    pub fn month(&self) -> Month {
        self.world.start.plus(self.index as i32)
    }

    /// Months simulated so far.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Whether all months are simulated.
    pub fn finished(&self) -> bool {
        self.index >= self.world.months
    }

    /// Rows: persons who are of age at some time of the run.
    pub fn rows(&self) -> usize {
        self.chunks.iter().map(|c| c.key.len()).sum()
    }

    /// Bytes of persons and households.
    pub fn bytes(&self) -> usize {
        self.chunks.iter().map(Chunk::bytes).sum()
    }

    /// Bytes that a run needs, about: state, events and tables. What `benches/growth.sh` measures, 38 bytes a row and 64 MB beside, with room.
    pub fn bytes_needed(world: &World, sample: f64) -> u64 {
        const BESIDE: f64 = 80e6;
        (synthesis::expected_rows(world, sample) * BYTES_OF_ROW + BESIDE) as u64
    }

    /// Months lived at 16-64, at home or abroad, by simulated persons.
    pub fn person_months(&self) -> u64 {
        self.person_months
    }

    /// Visits so far.
    pub fn visits(&self) -> u64 {
        self.visits
    }

    /// Events so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The running sums.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The state of the markets.
    pub fn market(&self) -> &Market {
        &self.market
    }

    /// The persons.
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// Remarks on the run: what the set-up implies, and how often a value was held at its bounds.
    pub fn warnings(&self) -> Vec<String> {
        let (unreachable, held) = (self.costs.iter().filter(|c| c.is_none()).count(), self.market.held);
        let all = self.index * self.world.places.homes.len();
        let abroad = self.chunks.iter().flat_map(|chunk| &chunk.person).filter(|person| person.active(self.month().plus(-1)) && person.place != HOME).count();
        let end = self.world.last_month();
        let part = |year: i32, months: i32| format!("{year} has {months} months in this run: its sums are of those, its means too");
        let (first, last) = (12 - self.world.start.of_year() as i32, end.of_year() as i32 + 1);
        let remarks = [
            (first < 12).then(|| part(self.world.start.year(), first.min(self.world.months as i32))),
            (last < 12 && (first == 12 || end.year() > self.world.start.year())).then(|| part(end.year(), last)),
            (self.rows() == 0).then(|| NOBODY.to_string()),
            (self.rows() > 0 && abroad < FEW)
                .then(|| format!("{abroad} simulated persons are abroad at the end, each of whom stands for {:.0}: flows and shares are mostly chance", 1.0 / self.setup.sample)),
            (unreachable > 0).then(|| format!("{unreachable} pairs of home and destination regions have no way between them")),
            (held > 0).then(|| format!("unemployment at home was held at a bound of `unemployment_range` in {held} of {all} months of regions")),
        ];
        remarks.into_iter().flatten().collect()
    }

    /// Purse of a household with what is not yet settled.
    pub fn purse(&self, chunk: &Chunk, household: usize) -> i64 {
        chunk.household[household].purse + self.ledger.pending(chunk, household, self.index)
    }
}

/// Costs of all journeys from home regions to destination regions in a month.
pub fn network_costs(world: &World, month: Month) -> Vec<Option<Cost>> {
    let homes: Vec<usize> = world.places.homes.iter().map(|h| h.node).collect();
    let targets: Vec<usize> = world.places.destinations.iter().map(|d| d.node).collect();
    world.network.costs(world.passenger_links(month), &homes, &targets).into_iter().flatten().collect()
}
