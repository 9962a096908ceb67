//! Phases 1 and 2 of a month: the world's month, then tables by cell. Everything that visits read stands here, read-only.
//! May be used by `engine` and what is right of it.

use std::sync::Arc;

use rayon::prelude::*;

use super::{
    Setup,
    abroad::{self, CAUSES},
    ledger::Ledger,
    market::{Drivers, Market, jobs, jobs_or_migrants},
    policy::InForce,
    resolved::{LEAST_SHARE, Resolved},
    streams::Streams,
    tables::Tables,
    totals::{CELLS, HOME_CELLS, Totals, cell, education},
};
use crate::{
    behaviour::{
        Behaviour, choose, in_order,
        remit::Budget,
        stay::Climate,
        traits::{MOTIVES, Motive, Status, Stay},
    },
    math::{exp, ln, power},
    population::person::Person,
    units::{MILLS, Month},
    world::{
        World,
        network::Cost,
        place::{SECTORS, Sector},
        regime::{Kind, Regime},
    },
};

/// Regions that a choice weighs at once: tables by region have as many entries more, so that the last regions are read like the others.
pub const LANES: usize = 4;

/// All that a month's visits read.
pub struct Environment<'w> {
    /// The world.
    pub world: &'w World,
    /// The parameters.
    pub behaviour: &'w Behaviour,
    /// The parameters by index.
    pub resolved: Arc<Resolved>,
    /// The seed.
    pub seed: u64,
    /// The month.
    pub month: Month,
    /// Its index, which is also the number of months that purses may include.
    pub index: usize,
    /// Random streams.
    pub streams: Streams,
    /// Pay, costs, values.
    pub tables: Tables,
    /// Regime in force, by origin x country.
    pub regime: Vec<Regime>,
    /// Share of attempts let in, by origin x country.
    pub entry: Vec<f64>,
    /// Hazards of those abroad who meet every condition, by origin x country x kind of stay x (documented, undocumented); see
    /// [`abroad::hazards`].
    pub causes: Vec<[f64; CAUSES]>,
    /// Generalised cost of the journey, US dollars, by home region x destination region; 0 where there is no way (its weight is 0). With
    /// [`LANES`] more.
    pub journey: Vec<f64>,
    /// Division of a month's pay, by origin x destination region x pay cell.
    pub budget: Vec<Budget>,
    /// Earnings at home of multiplier one, thousandths of a dollar, by home region x home cell.
    pub home_rate: Vec<i64>,
    /// Part of them that is saved.
    pub home_saving: Vec<i64>,
    /// Hazard of weighing to leave without the factors of ties and deprivation, by home region x sex x education x age band.
    pub consider: Vec<f64>,
    /// Factor of the month on all these hazards: season times push, by home region.
    pub pace: Vec<f64>,
    /// Mean income per adult of a home region, thousandths of a dollar x 1024ths.
    pub mean_income: Vec<f64>,
}

/// What a month follows from: the state at the end of the month before.
pub struct Before<'a> {
    /// Series that drive markets.
    pub drivers: &'a Drivers,
    /// Markets.
    pub market: &'a Market,
    /// What is in force in this month.
    pub law: InForce,
    /// Share of quota places asked for that was given, by origin x country.
    pub granted: &'a [f64],
    /// Sums.
    pub totals: &'a Totals,
    /// Costs of journeys of this month, by home region x destination region.
    pub costs: &'a [Option<Cost>],
}

/// The order of hazards of a pair.
const STAYS_AND_STATUSES: [(Stay, Status); 6] = {
    use Status::{Documented, Undocumented};
    use Stay::{OpenEnded, Seasonal, Settled};
    [(Seasonal, Documented), (Seasonal, Undocumented), (OpenEnded, Documented), (OpenEnded, Undocumented), (Settled, Documented), (Settled, Undocumented)]
};

/// Terms of a region's utility that are the same for all persons of a home region.
pub const REGION_TERMS: [&str; 6] = ["network", "jobs", "regime", "constants", "fall of demand", "ties"];

/// Countries of destination that a table has room for.
pub const MAX_COUNTRIES: usize = 16;

impl<'w> Environment<'w> {
    /// Number of countries of destination.
    pub fn countries(&self) -> usize {
        self.world.places.countries.len()
    }

    /// Number of destination regions.
    pub fn destinations(&self) -> usize {
        self.world.places.destinations.len()
    }

    /// Countries of destination regions, both as bits.
    #[inline]
    pub fn countries_of(&self, mut regions: u64) -> u16 {
        let mut countries = 0;
        while regions != 0 {
            countries |= 1 << self.resolved.country_of[regions.trailing_zeros() as usize];
            regions &= regions - 1;
        }
        countries
    }

    /// Hazards of a pair for a kind of stay and a status other than naturalised.
    #[inline]
    pub fn causes_of(&self, pair: usize, stay: Stay, status: Status) -> &[f64; CAUSES] {
        &self.causes[(pair * 3 + stay as usize) * 2 + usize::from(status == Status::Undocumented)]
    }

    /// Index of (origin of the home region, country) in tables of pairs.
    #[inline]
    pub fn pair(&self, home: u8, country: usize) -> usize {
        self.resolved.origin_of[usize::from(home)] * self.world.places.countries.len() + country
    }

    /// Pay of a documented migrant times employment for a sex and education, US dollars a month, multiplier one.
    pub fn pay(&self, destination: usize, sector: usize, sex: u8, education: u8) -> f64 {
        self.pay_of(destination, sector, sex, education, 0.0)
    }

    /// Likewise, less a fee of those who have work.
    fn pay_of(&self, destination: usize, sector: usize, sex: u8, education: u8, fee: f64) -> f64 {
        let labour = &self.behaviour.labour;
        let k = destination * 4 + sector;
        let women = if sex == 1 { labour.women_pay_abroad } else { 1.0 };
        (self.tables.pay[k] - fee) * self.tables.employment[k] * labour.education_pay_abroad[usize::from(education)] * women
    }

    /// The environment of month `index`, from the state at the end of the month before.
    pub fn new(
        world: &'w World,
        behaviour: &'w Behaviour,
        resolved: Arc<Resolved>,
        Before { drivers, market, law, granted, totals, costs }: Before<'_>,
        Setup { seed, sample, .. }: Setup,
        index: usize,
    ) -> Environment<'w> {
        let month = world.start.plus(index as i32);
        let places = &world.places;
        let (countries, destinations) = (places.countries.len(), places.destinations.len());
        let demand_fall: Vec<f64> = (0..countries).map(|c| ln(market.demand_peak[c] / drivers.demand[c][index]).max(0.0)).collect();
        let mut environment = Environment {
            world,
            behaviour,
            resolved,
            seed,
            month,
            index,
            streams: Streams::new(seed, month, countries, destinations),
            tables: Tables {
                month,
                home_wage: places.homes.iter().map(|h| drivers.wage[h.origin][index] * h.wage_ratio).collect(),
                unemployment: market.unemployment.clone(),
                pay: (0..destinations * 4)
                    .map(|k| {
                        let place = &places.destinations[k / 4];
                        drivers.pay[place.country][index] * place.wage_ratio * place.sector_pay[k % 4] * market.pay[k]
                    })
                    .collect(),
                employment: market.employment.clone(),
                jobs: (0..destinations * 4).map(|k| jobs(world, drivers, k / 4, k % 4, index)).collect(),
                supply: market.supply.clone(),
                demand_fall,
                tie: drivers.corridors.tie_utility(world, index),
                ..Tables::default()
            },
            regime: law.regime,
            entry: law.entry,
            causes: Vec::new(),
            journey: Vec::new(),
            budget: Vec::new(),
            home_rate: Vec::new(),
            home_saving: Vec::new(),
            consider: Vec::new(),
            pace: Vec::new(),
            mean_income: Vec::new(),
        };
        environment.home_tables();
        environment.causes(drivers, market, &law.leave);
        environment.admitted(granted);
        environment.sizes(drivers);
        environment.budgets(drivers);
        environment.incomes(totals);
        environment.journey_costs(costs);
        environment.values(drivers, totals, sample);
        environment
    }

    fn causes(&mut self, drivers: &Drivers, market: &Market, leave: &[f64]) {
        let (world, behaviour) = (self.world, self.behaviour);
        let idle: Vec<f64> = (0..self.countries()).map(|c| market.idle(world, behaviour, c)).collect();
        let season = world.season_returns[self.month.of_year()];
        for (pair, (o, c)) in world.places.pairs().enumerate() {
            self.causes.extend(STAYS_AND_STATUSES.map(|(stay, status)| {
                let wage_fall = market.wage_fall(drivers, (o, c), &self.regime[pair], status, self.index);
                let climate = Climate { wage_fall, idle: idle[c], season, leave: leave[pair] };
                abroad::hazards(&behaviour.stay, &behaviour.settle, &self.regime[pair], &climate, stay, status)
            }));
        }
    }

    /// Share of those who are let in, by regime, quota and border; `granted` is that of quota places.
    fn admitted(&mut self, granted: &[f64]) {
        for ((regime, granted), entry) in self.regime.iter().zip(granted).zip(&self.entry) {
            let applied = match regime.kind {
                Kind::Quota => regime.success * granted,
                Kind::Visa => regime.success,
                Kind::FreeMovement | Kind::VisaFree | Kind::Closed => 1.0,
            };
            self.tables.admitted.extend((0..3).map(|education| if education < regime.min_education { 0.0 } else { applied * entry }));
        }
    }

    fn home_tables(&mut self) {
        let (labour, consider) = (&self.behaviour.labour, &self.behaviour.consider);
        let month = self.month.of_year();
        let season = power(self.world.season_departures[month], consider.season_exponent);
        for (r, home) in self.world.places.homes.iter().enumerate() {
            let push = self.resolved.home[r] * exp(consider.b_push * (self.tables.unemployment[r] - consider.push_reference));
            self.pace.push(season * push);
            for sex in 0..2 {
                for education in 0..3 {
                    for trade in 0..4 {
                        let women = if sex == 1 { labour.women_pay_home } else { 1.0 };
                        let pay = self.tables.home_wage[r] * labour.sector_pay_home[trade] * labour.education_pay_home[education] * women;
                        self.tables.home_earnings.push((pay * (1.0 - self.tables.unemployment[r])).max(1.0));
                    }
                    let women = if sex == 1 { self.resolved.women[home.origin] } else { 1.0 };
                    for band in &consider.age {
                        self.consider.push(consider.lambda0 * women * consider.education[education] * band.factor * season * push);
                    }
                }
            }
        }
        self.home_rate = self.tables.home_earnings.iter().map(|usd| (usd * MILLS).round() as i64).collect();
        self.home_saving = self.home_rate.iter().map(|rate| (*rate as f64 * self.behaviour.afford.saving_home) as i64).collect();
    }

    /// Sizes of regions and sectors. Jobs that one may have are the elementary alternatives (Ben-Akiva & Lerman 1985, ch. 9): a country weighs
    /// by what its jobs have grown since the base year, of which the constants tell, by those that corridors add as a share of its jobs, and by
    /// the chance to have one, employment over its base.
    fn sizes(&mut self, drivers: &Drivers) {
        let (world, choose, corridors) = (self.world, &self.behaviour.choose, &drivers.corridors);
        let base = self.behaviour.labour.employment_base();
        for (country, regions) in self.resolved.regions_of.iter().enumerate() {
            let demand = drivers.demand[country][self.index].clamp(LEAST_SHARE, 1.0 / LEAST_SHARE);
            let jobs = jobs_or_migrants(world, drivers, &self.tables.supply, country, self.index);
            let of_country: f64 = self.resolved.region_size[regions.clone()].iter().sum();
            for d in regions.clone() {
                let place = &world.places.destinations[d];
                let (access, building) = (corridors.destination_demand[d][self.index], corridors.destination_jobs[d][self.index] / jobs);
                let chance: [f64; SECTORS] = std::array::from_fn(|s| self.tables.employment[d * SECTORS + s] / base);
                let of_sectors = |before: f64, building: f64| -> [f64; SECTORS] {
                    std::array::from_fn(|s| (before * place.sector_jobs[s] + if s == Sector::Construction as usize { building } else { 0.0 }) * chance[s])
                };
                let size: f64 = of_sectors(self.resolved.region_size[d] * access, of_country * building).iter().sum();
                self.tables.region_size.push(choose.nest_country * ln((demand * size).max(f64::MIN_POSITIVE)));
                let sectors = of_sectors(place.jobs_share * access, building);
                let all: f64 = sectors.iter().sum();
                self.tables.sector_size.extend(sectors.map(|jobs| choose.nest_region * ln((jobs / all).max(LEAST_SHARE))));
            }
        }
    }

    fn budgets(&mut self, drivers: &Drivers) {
        let (remit, enter) = (&self.behaviour.remit, &self.behaviour.enter);
        let countries = self.countries();
        for o in 0..self.world.places.origins.len() {
            for d in 0..self.destinations() {
                let c = self.resolved.country_of[d];
                let fee = self.regime[o * countries + c].permit_usd_month;
                let living = drivers.living[c][self.index];
                for s in 0..4 {
                    // Who has no work pays for no permit.
                    let employment = self.tables.employment[d * 4 + s];
                    let (pay, fee) = (self.tables.pay[d * 4 + s] * employment, fee * employment);
                    for motive in Motive::ALL {
                        for status in Status::ALL {
                            let pay = if status == Status::Undocumented { pay * enter.undocumented_pay } else { pay };
                            for stay in Stay::ALL {
                                self.budget.push(remit.budget(self.resolved.remitted[o], motive, status, stay, pay, fee, living));
                            }
                        }
                    }
                }
            }
        }
    }

    /// Mean income per adult of each home region: earnings at home and remittances over persons of age at home or abroad.
    fn incomes(&mut self, totals: &Totals) {
        let destinations = self.destinations();
        self.mean_income = (0..self.world.places.homes.len())
            .map(|r| {
                let home = &totals.home[r * HOME_CELLS..(r + 1) * HOME_CELLS];
                let earned: i64 = home.iter().zip(&self.home_rate[r * HOME_CELLS..]).map(|(s, rate)| s.multipliers * rate).sum();
                let mut persons: i64 = home.iter().map(|s| s.persons).sum();
                let mut remitted = 0i64;
                for d in 0..destinations {
                    let budgets = &self.budget[(self.resolved.origin_of[r] * destinations + d) * CELLS..];
                    for (cell, sum) in totals.occupied(r, d) {
                        remitted += sum.multipliers * budgets[cell].remitted;
                        persons += sum.persons;
                    }
                }
                (earned + remitted) as f64 / persons.max(1) as f64
            })
            .collect();
    }

    fn journey_costs(&mut self, costs: &[Option<Cost>]) {
        let destinations = self.destinations();
        self.tables.cost = costs
            .iter()
            .enumerate()
            .map(|(k, cost)| {
                let (home, c) = ((k / destinations) as u8, self.resolved.country_of[k % destinations]);
                let regime = &self.regime[self.pair(home, c)];
                match cost {
                    Some(cost) if regime.kind != Kind::Closed => {
                        let papers = regime.documents_usd + regime.intermediary_usd;
                        Cost { generalised: cost.generalised + papers, money: cost.money + papers + self.behaviour.afford.settling_in_usd, hours: cost.hours }
                    }
                    _ => Cost { generalised: f64::INFINITY, money: f64::INFINITY, hours: f64::INFINITY },
                }
            })
            .collect();
        self.journey = self.tables.cost.iter().map(|c| if c.generalised.is_finite() { c.generalised } else { 0.0 }).chain([0.0; LANES]).collect();
    }

    /// Expected net earnings abroad, US dollars a month: documented or not as entrants choose. The permit is paid in employment, and by the
    /// earnings multiplier like all money of a cell, of which factors of sex and education are part.
    pub fn net_earnings(&self, origin: usize, destination: usize, sector: usize, sex: u8, education: u8) -> f64 {
        let regime = &self.regime[origin * self.countries() + self.resolved.country_of[destination]];
        let pay = self.pay(destination, sector, sex, education);
        let without = self.behaviour.enter.undocumented(regime, pay);
        let net = self.pay_of(destination, sector, sex, education, regime.permit_usd_month);
        (1.0 - without) * net + without * pay * self.behaviour.enter.undocumented_pay
    }

    /// Utility of a sector of a region: earnings (levels abroad and at home, see `choose::Params::wage_level`), taste, and its size (jobs are
    /// the elementary alternatives: Ben-Akiva & Lerman 1985, ch. 9).
    #[inline]
    pub fn sector_value(&self, abroad: f64, home: f64, sex: u8, trade: u8, destination: usize, sector: usize) -> f64 {
        let choose = &self.behaviour.choose;
        let taste = if sex == 1 { choose.sector_women[sector] } else { choose.sector_men[sector] };
        abroad - home + taste + self.tables.sector_size[destination * 4 + sector] + if usize::from(trade) == sector { choose.same_sector } else { 0.0 }
    }

    /// What the utility of a region is made of beside earnings, sector, journey, kin and motive, in the order of [`REGION_TERMS`].
    pub fn region_terms(&self, home: usize, destination: usize, diaspora: f64, population: f64) -> [f64; REGION_TERMS.len()] {
        let choose = &self.behaviour.choose;
        let c = self.resolved.country_of[destination];
        let pair = self.pair(home as u8, c);
        [
            choose.network_term(diaspora / population.max(1.0)),
            self.tables.region_size[destination],
            -choose.b_regime * self.regime[pair].burden,
            self.resolved.constant[pair],
            -choose.b_drawdown * self.tables.demand_fall[c],
            self.tables.tie[home * self.destinations() + destination],
        ]
    }

    /// Their sum.
    pub fn region_value(&self, home: usize, destination: usize, diaspora: f64, population: f64) -> f64 {
        self.region_terms(home, destination, diaspora, population).iter().sum()
    }

    fn values(&mut self, drivers: &Drivers, totals: &Totals, sample: f64) {
        let destinations = self.destinations();
        let deflator = drivers.deflator[self.index];
        let this = &*self;
        // Levels of net earnings by origin: sex x education x destination region x sector.
        let cells = || (0..2u8).flat_map(|sex| (0..3u8).map(move |education| (sex, education)));
        let jobs = || (0..destinations).flat_map(|d| (0..4).map(move |s| (d, s)));
        let net: Vec<Vec<f64>> = (0..this.world.places.origins.len())
            .map(|o| {
                cells().flat_map(|(sex, education)| jobs().map(move |(d, s)| this.behaviour.choose.wage_level(this.net_earnings(o, d, s, sex, education), deflator))).collect()
            })
            .collect();
        // What is common to the sectors of a region, earnings at home too, does not tell them apart: they are weighed once an origin.
        let of_origin = |o: usize| {
            let (net, mut inclusive, mut sectors) = (&net[o], Vec::with_capacity(HOME_CELLS * destinations), Vec::with_capacity(HOME_CELLS * destinations * SECTORS));
            for (sex, education) in cells() {
                let net = &net[(usize::from(sex) * 3 + usize::from(education)) * destinations * SECTORS..][..destinations * SECTORS];
                for (trade, d) in (0..4u8).flat_map(|trade| (0..destinations).map(move |d| (trade, d))) {
                    let v: [f64; SECTORS] = std::array::from_fn(|s| this.sector_value(net[d * SECTORS + s], 0.0, sex, trade, d, s));
                    let (weights, value) = choose::weights(&v, this.behaviour.choose.nest_region);
                    inclusive.push(value);
                    sectors.extend_from_slice(&weights);
                }
            }
            (inclusive, sectors)
        };
        let (inclusive, sectors): (Vec<Vec<f64>>, Vec<Vec<f64>>) = (0..net.len()).into_par_iter().map(of_origin).unzip();
        let room = HOME_CELLS * destinations;
        let mut value = vec![0.0; this.world.places.homes.len() * room];
        let mut weight = vec![0.0; value.len() + LANES];
        value.par_chunks_mut(room).zip(weight.par_chunks_mut(room)).enumerate().for_each(|(r, (value, weight))| {
            let diaspora: Vec<f64> = (0..destinations).map(|d| totals.diaspora(r, d) as f64 / sample).collect();
            let population = diaspora.iter().sum::<f64>() + totals.at_home(r) as f64 / sample;
            let base: Vec<f64> = (0..destinations).map(|d| this.region_value(r, d, diaspora[d], population)).collect();
            let open: Vec<f64> = this.tables.cost[r * destinations..][..destinations].iter().map(|c| if c.generalised.is_finite() { 1.0 } else { 0.0 }).collect();
            let inclusive = inclusive[this.resolved.origin_of[r]].chunks_exact(destinations);
            for (cell, ((value, weight), inclusive)) in value.chunks_exact_mut(destinations).zip(weight.chunks_exact_mut(destinations)).zip(inclusive).enumerate() {
                let home = this.behaviour.choose.wage_level(this.tables.home_earnings[r * HOME_CELLS + cell], deflator);
                weigh_regions(value, weight, [inclusive, &base, &open], home, this.behaviour.choose.nest_country);
            }
        });
        self.tables.value = value;
        self.tables.weight = weight;
        self.tables.sector_weight = sectors.concat();
    }

    /// Adds the month to the ledger.
    pub fn accrue(&self, ledger: &mut Ledger) {
        ledger.accrue(self.budget.iter().map(Budget::purse), &self.home_saving);
    }

    /// Money of the month from running sums of multipliers, by pair of regions.
    pub fn money(&self, totals: &mut Totals) {
        let destinations = self.destinations();
        for r in 0..self.world.places.homes.len() {
            for d in 0..destinations {
                let budgets = &self.budget[(self.resolved.origin_of[r] * destinations + d) * CELLS..];
                let mut flow = super::totals::Flow::default();
                for (cell, sum) in totals.occupied(r, d) {
                    let (b, m) = (&budgets[cell], sum.multipliers);
                    flow.earned += m * b.earned;
                    flow.fee += m * b.fee;
                    flow.spent += m * b.spent;
                    flow.saved += m * b.saved;
                    flow.remitted += m * b.remitted;
                    flow.to_purse += m * b.to_purse;
                    flow.invested += m * b.invested;
                }
                totals.money[r * destinations + d] = flow;
            }
            let home = r * HOME_CELLS..(r + 1) * HOME_CELLS;
            let weigh = |rates: &[i64]| totals.home[home.clone()].iter().zip(rates).map(|(s, rate)| s.multipliers * rate).sum();
            totals.home_earned[r] = weigh(&self.home_rate[home.clone()]);
            totals.home_saved[r] = weigh(&self.home_saving[home.clone()]);
        }
    }

    /// Budget of a person abroad.
    pub fn budget_of(&self, home: u8, destination: u8, person: &Person) -> &Budget {
        let c = cell(person.sector(), person.motive(), person.status() as u8, person.stay() as u8);
        &self.budget[(self.resolved.origin_of[usize::from(home)] * self.destinations() + usize::from(destination)) * CELLS + c]
    }
}

/// Value and weight of the regions for a cell of level `home`, from inclusive values of their sectors, what the region adds, and 1 where
/// there is a way. Stands apart so that its loop becomes vector instructions.
#[inline(never)]
fn weigh_regions(value: &mut [f64], weight: &mut [f64], [inclusive, base, open]: [&[f64]; 3], home: f64, nest: f64) {
    for ((((value, weight), inclusive), base), open) in value.iter_mut().zip(weight).zip(inclusive).zip(base).zip(open) {
        *value = base + (inclusive - home);
        *weight = open * exp(*value / nest);
    }
}

impl Tables {
    /// Inclusive value of each country for a person of a home region and cell with multiplier one and the motive to earn, journey included;
    /// minus infinity where there is no way. A country that admits with probability `p` weighs `p` times as much in the nest *go*.
    pub fn country_values(&self, world: &World, behaviour: &Behaviour, home: usize, home_cell: usize) -> Vec<f64> {
        let destinations = world.places.destinations.len();
        let earnings = self.home_earnings[home * HOME_CELLS + home_cell];
        let earn = behaviour
            .choose
            .motive
            .get(MOTIVES[Motive::Earn as usize])
            .map_or_else(|| vec![0.0; world.places.countries.len()], |pull| in_order(pull, &world.places.countries, 0.0));
        let value = |d: usize| {
            let cost = self.cost[home * destinations + d].generalised;
            if cost.is_finite() {
                self.value[(home * HOME_CELLS + home_cell) * destinations + d] + behaviour.choose.cost_term(cost, earnings) + earn[world.places.destinations[d].country]
            } else {
                f64::NEG_INFINITY
            }
        };
        let countries = world.places.countries.len();
        let first = world.places.homes[home].origin * countries;
        let admitted = |c: usize| self.admitted[(first + c) * 3 + education(home_cell)];
        let inclusive = |c: usize| choose::inclusive(&world.places.regions_of(c).map(value).collect::<Vec<_>>(), behaviour.choose.nest_country);
        let value = |c: usize| if admitted(c) > 0.0 { inclusive(c) + behaviour.choose.nest_go * ln(admitted(c)) } else { f64::NEG_INFINITY };
        (0..countries).map(value).collect()
    }
}
