//! The state of labour markets between months: what pay, employment and jobs remember. Feedback from who is where enters here alone.
//! May be used by `engine` and what is right of it.

use super::{
    corridors::Effects,
    totals::{CELLS, HOME_CELLS, Totals, home_cell},
};
use crate::{
    behaviour::{Behaviour, traits::Status},
    math::{exp, ln, power},
    units::Month,
    world::{
        World,
        labour::BASE_YEAR,
        macro_series,
        place::{SECTORS, Sector},
        regime::Regime,
    },
};

/// Below this, pay in dollars a month counts as none: a bound of arithmetic, so that a fee above pay leaves a finite fall.
const LEAST_PAY: f64 = 1e-9;

/// Series that the markets follow, prepared once: by country of destination and by origin, monthly.
#[derive(Clone, Debug, Default)]
pub struct Drivers {
    /// Demand for migrants by country, about 1 in the base year.
    pub demand: Vec<Vec<f64>>,
    /// Real output by origin, 1 in the first month.
    pub output: Vec<Vec<f64>>,
    /// Mean pay of migrants by country, US dollars a month, before region, sector and crowding.
    pub pay: Vec<Vec<f64>>,
    /// Price level of the dollar, 1 in 2015.
    pub deflator: Vec<f64>,
    /// Living cost abroad by country, US dollars a month.
    pub living: Vec<Vec<f64>>,
    /// Mean wage at home by origin, US dollars a month.
    pub wage: Vec<Vec<f64>>,
    /// National unemployment rate by origin in the first month.
    pub unemployment: Vec<f64>,
    /// Participation of men and women by origin, monthly.
    pub participation: Vec<[Vec<f64>; 2]>,
    /// What corridors do to markets and ties.
    pub corridors: Effects,
}

/// Mean over some months.
fn mean(values: &[f64], months: &std::ops::Range<usize>) -> f64 {
    values[months.clone()].iter().sum::<f64>() / months.len() as f64
}

/// Real output as an index, 1 in the first month: levels of years from growth by year, then months with these means.
fn real_index(growth: Option<&[f64]>, start: Month, months: usize) -> Vec<f64> {
    let Some(growth) = growth else { return vec![1.0; months] };
    let at = |year: i32| growth[(Month::new(year, 1).since(start).max(0) as usize).min(months - 1)];
    let (first, last) = (start.year() - 1, start.plus(months as i32).year() + 1);
    let mut levels = vec![1.0];
    for year in first + 1..=last {
        levels.push(levels[levels.len() - 1] * (1.0 + at(year).max(-0.9)));
    }
    let from = start.since(Month::new(first, 1)) as usize;
    let index = macro_series::spread(&levels);
    index[from..from + months].iter().map(|level| level / index[from]).collect()
}

/// Real output of a place, 1 in the first month: that of its growth by year and, where shocks change its growth, a twelfth of the difference
/// in each of their months, so that nothing changes before them and what is lost stays lost.
fn output(world: &World, place: &str) -> Vec<f64> {
    let (before, now) = (world.series_before().get("gdp_growth", place), world.series.get("gdp_growth", place));
    let mut index = real_index(before, world.start, world.horizon);
    if let Some((before, now)) = before.zip(now).filter(|(before, now)| before != now) {
        let mut lost = 0.0;
        for ((level, before), now) in index.iter_mut().zip(before).zip(now) {
            lost += (ln(1.0 + before) - ln(1.0 + now)) / 12.0;
            *level *= exp(-lost);
        }
    }
    index
}

/// The base year of series: what it was is not for a shock to change, nor for when the run begins and ends.
struct Base<'w> {
    world: &'w World,
    /// Months of the base year within the reference.
    months: std::ops::Range<usize>,
}

impl Base<'_> {
    fn new(world: &World) -> Base<'_> {
        let january = Month::new(BASE_YEAR, 1).since(world.reference().0) as usize;
        Base { world, months: january..january + 12 }
    }

    /// Mean of a series over the year; 1 where there is none.
    fn mean(&self, series: &str, place: &str) -> f64 {
        self.world.reference().1.get(series, place).map_or(1.0, |v| mean(v, &self.months))
    }

    /// Mean real output of a place over that of the run's first month.
    fn output(&self, place: &str) -> f64 {
        let (from, reference) = self.world.reference();
        let start = self.world.start.since(from) as usize;
        let levels = real_index(reference.get("gdp_growth", place), from, self.months.end.max(start + self.world.horizon));
        mean(&levels, &self.months) / levels[start]
    }
}

/// Demand of a country for migrants by month, 1 in the base year: by its output and construction, by the price of oil, and by a trend.
fn demand(world: &World, base: &Base<'_>, country: usize) -> Vec<f64> {
    let (jobs, code) = (&world.markets.countries[country], &world.places.countries[country].code);
    let (output, output_base) = (output(world, code), base.output(code));
    let (construction, construction_base) = (world.series.get("construction_index", code), base.mean("construction_index", code));
    let log_mean = |t: usize| {
        let output = ln(output[t] / output_base);
        construction.map_or(output, |i| f64::midpoint(output, ln(i[t] / construction_base)))
    };
    // From the middle of the base year on.
    let years = |t: usize| (t as f64 - f64::from(Month::new(BASE_YEAR, 1).since(world.start)) - 5.5) / 12.0;
    // Oil may cost nothing.
    let (oil, oil_base) = (world.series.get("oil_usd", "WORLD"), base.mean("oil_usd", "WORLD").max(f64::MIN_POSITIVE));
    let log_oil = |t: usize| oil.map_or(0.0, |oil| ln(oil[t].max(f64::MIN_POSITIVE) / oil_base));
    let log_demand = |t: usize| jobs.demand_elasticity * log_mean(t) + jobs.demand_trend.ln_1p() * years(t) + jobs.oil_elasticity * log_oil(t);
    (0..world.horizon).map(|t| exp(log_demand(t))).collect()
}

/// Prices in a country in dollars by month, and their mean of the base year: local prices over the exchange rate, or dollar prices where one is
/// missing.
fn prices(world: &World, base: &Base<'_>, deflator: &[f64], code: &str) -> (Vec<f64>, f64) {
    match (world.series.get("cpi", code), world.series.get("exchange_rate", code)) {
        (Some(cpi), Some(rate)) => (cpi.iter().zip(rate).map(|(p, x)| p / x).collect(), base.mean("cpi", code) / base.mean("exchange_rate", code)),
        _ => (deflator.to_vec(), base.mean("us_cpi", "WORLD") / 100.0),
    }
}

impl Drivers {
    /// Prepares the drivers of a world.
    pub fn new(world: &World, behaviour: &Behaviour) -> Drivers {
        Drivers::with(world, behaviour, Effects::new(world))
    }

    /// Prepares them with what corridors do.
    pub fn with(world: &World, behaviour: &Behaviour, corridors: Effects) -> Drivers {
        let (base, series) = (Base::new(world), |name: &str, place: &str| world.series.get(name, place));
        let constant = |v: f64| vec![v; world.horizon];
        let deflator = series("us_cpi", "WORLD").map_or_else(|| constant(1.0), |v| v.iter().map(|x| x / 100.0).collect());
        let mut drivers = Drivers { deflator, corridors, ..Drivers::default() };
        for (c, country) in world.places.countries.iter().enumerate() {
            drivers.demand.push(demand(world, &base, c));
            let ratio = series("migrant_pay_ratio", &country.code).map_or_else(|| constant(1.0), <[f64]>::to_vec);
            drivers.pay.push(series("wage_usd", &country.code).map_or_else(|| constant(0.0), |w| w.iter().zip(&ratio).map(|(w, r)| w * r).collect()));
            let pay_base = base.mean("wage_usd", &country.code) * base.mean("migrant_pay_ratio", &country.code);
            let (prices, prices_base) = prices(world, &base, &drivers.deflator, &country.code);
            drivers.living.push(prices.iter().map(|p| behaviour.remit.living_cost * pay_base * p / prices_base).collect());
        }
        for origin in &world.places.origins {
            drivers.output.push(output(world, &origin.code));
            drivers.wage.push(series("wage_usd", &origin.code).map_or_else(|| constant(0.0), <[f64]>::to_vec));
            drivers.unemployment.push(series("unemployment", &origin.code).map_or(0.0, |v| v[0]));
            drivers.participation.push(["participation_men", "participation_women"].map(|s| series(s, &origin.code).map_or_else(|| constant(1.0), <[f64]>::to_vec)));
        }
        drivers
    }

    /// Pay of migrants in a country less the fee of a permit (0 without papers) in month `t`, before crowding: in constant dollars, and over the
    /// mean wage at home of an origin.
    pub fn net_pay(&self, origin: usize, country: usize, fee: f64, t: usize) -> [f64; 2] {
        let net = (self.pay[country][t] - fee).max(LEAST_PAY);
        [net / self.deflator[t], net / self.wage[origin][t].max(LEAST_PAY)]
    }
}

/// What the markets remember. All values are by region or country index as named.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Market {
    /// Pay over its base, by destination region x sector.
    pub pay: Vec<f64>,
    /// Employment, share, by destination region x sector.
    pub employment: Vec<f64>,
    /// Migrants at work or seeking it, real persons, by destination region x sector.
    pub supply: Vec<f64>,
    /// Remembered peaks of pay abroad, by origin x country x (with papers, net of the permit; without) x (constant dollars; over pay at home).
    pub pay_peak: Vec<f64>,
    /// Remembered peak of demand, by country.
    pub demand_peak: Vec<f64>,
    /// Unemployment rate at home, by home region.
    pub unemployment: Vec<f64>,
    /// Formal jobs in the first month, by home region.
    pub formal_start: Vec<f64>,
    /// Share of those without formal jobs who do informal work, by home region.
    pub informal: Vec<f64>,
    /// Jobs made by invested remittances, by home region.
    pub invested_jobs: Vec<f64>,
    /// Months x home regions in which unemployment was held at a bound.
    pub held: u64,
}

impl Market {
    /// All values, for checkpoints. Named one by one, so that a new field must say where it belongs.
    pub fn values(&self) -> [&Vec<f64>; 9] {
        let Market { pay, employment, supply, pay_peak, demand_peak, unemployment, formal_start, informal, invested_jobs, held: _ } = self;
        [pay, employment, supply, pay_peak, demand_peak, unemployment, formal_start, informal, invested_jobs]
    }

    /// Likewise, to be read.
    pub fn values_mut(&mut self) -> [&mut Vec<f64>; 9] {
        let Market { pay, employment, supply, pay_peak, demand_peak, unemployment, formal_start, informal, invested_jobs, held: _ } = self;
        [pay, employment, supply, pay_peak, demand_peak, unemployment, formal_start, informal, invested_jobs]
    }

    /// Markets at the start: employment and pay at the levels of the first month's crowding, formal jobs and informal work such that
    /// unemployment equals the published rate.
    pub fn new(world: &World, behaviour: &Behaviour, drivers: &Drivers, totals: &Totals, sample: f64) -> Market {
        let destinations = world.places.destinations.len();
        let mut market = Market {
            pay: vec![1.0; destinations * 4],
            employment: vec![1.0; destinations * 4],
            supply: supply(world, totals, sample),
            pay_peak: world.places.pairs().flat_map(|(o, c)| fees(world.law.regime(o, c, world.start)).map(|fee| drivers.net_pay(o, c, fee, 0))).flatten().collect(),
            demand_peak: (0..world.places.countries.len()).map(|c| drivers.demand[c][0]).collect(),
            ..Market::default()
        };
        for d in 0..destinations {
            for s in 0..4 {
                let (pay, employment) = levels(world, behaviour, drivers, market.supply[d * 4 + s], d, s, 0, 0.0);
                market.pay[d * 4 + s] = pay;
                market.employment[d * 4 + s] = employment;
            }
        }
        let share = behaviour.labour.formal_share_start;
        let [least, largest] = behaviour.labour.unemployment_range;
        for (r, home) in world.places.homes.iter().enumerate() {
            let force = labour_force(drivers, totals, home.origin, r, 0, sample);
            let rate = (drivers.unemployment[home.origin] * home.unemployment_ratio).clamp(least, largest);
            market.formal_start.push(share * force);
            market.informal.push(1.0 - rate / (1.0 - share));
            market.unemployment.push(rate);
            market.invested_jobs.push(0.0);
        }
        market
    }

    /// Moves the markets to the end of month `t`, given the sums at its end. Formal jobs follow output and market access; those of
    /// building corridors and of transit come on top.
    pub fn advance(&mut self, world: &World, behaviour: &Behaviour, drivers: &Drivers, totals: &Totals, sample: f64, t: usize) {
        let labour = &behaviour.labour;
        self.supply = supply(world, totals, sample);
        for (d, place) in world.places.destinations.iter().enumerate() {
            let fall = ln(self.demand_peak[place.country] / drivers.demand[place.country][t]).max(0.0);
            for s in 0..4 {
                let k = d * 4 + s;
                let (pay, employment) = levels(world, behaviour, drivers, self.supply[k], d, s, t, fall);
                self.pay[k] += labour.adjustment * (pay - self.pay[k]);
                self.employment[k] += labour.adjustment * (employment - self.employment[k]);
            }
        }
        for (r, home) in world.places.homes.iter().enumerate() {
            let invested: i64 = (0..totals.destinations).map(|d| totals.money[r * totals.destinations + d].invested).sum();
            let millions = crate::units::Money(invested).usd() / sample / 1e6;
            self.invested_jobs[r] += labour.jobs_per_million_invested * millions - labour.invested_jobs_lost * self.invested_jobs[r];
            if labour.feedback {
                let output = power(drivers.output[home.origin][t], labour.formal_jobs_gdp);
                let corridors = &drivers.corridors;
                let formal = self.formal_start[r] * output * corridors.home_demand[r][t] + self.invested_jobs[r] + corridors.home_jobs[r][t];
                let force = labour_force(drivers, totals, home.origin, r, t, sample).max(1.0);
                let [least, largest] = labour.unemployment_range;
                let left = (1.0 - self.informal[r]) * (1.0 - formal / force);
                self.held += u64::from(!(least..=largest).contains(&left));
                self.unemployment[r] = left.clamp(least, largest);
            }
        }
    }

    /// Work that is wanting in a country: `ln(base/now)` of the employment of its migrants, at least 0.
    pub fn idle(&self, world: &World, behaviour: &Behaviour, country: usize) -> f64 {
        let regions = world.places.regions_of(country);
        let cells = regions.start * SECTORS..regions.end * SECTORS;
        let supply: f64 = self.supply[cells.clone()].iter().sum();
        let employed: f64 = cells.map(|k| self.supply[k] * self.employment[k]).sum();
        ln(behaviour.labour.employment_base() * supply / employed.max(f64::MIN_POSITIVE)).max(0.0)
    }

    /// Lets the peaks of pay and of demand decay and rise to the present values of month `t`, under the regimes of all pairs: the reference
    /// against which a fall is felt.
    pub fn remember(&mut self, world: &World, behaviour: &Behaviour, drivers: &Drivers, regimes: &[Regime], t: usize) {
        let stay = &behaviour.stay;
        let later = |peak: f64, memory: f64, now: f64| (peak * (1.0 - memory)).max(now);
        let now = world.places.pairs().zip(regimes).flat_map(|((o, c), regime)| fees(regime).map(|fee| drivers.net_pay(o, c, fee, t))).flatten();
        for (peak, now) in self.pay_peak.iter_mut().zip(now) {
            *peak = later(*peak, stay.wage_memory, now);
        }
        for (peak, demand) in self.demand_peak.iter_mut().zip(&drivers.demand) {
            *peak = later(*peak, stay.demand_memory, demand[t]);
        }
    }

    /// Fall of pay below its remembered peak, `ln(peak/now)`, at least 0: the larger of that of pay abroad and that of it over pay at home, both
    /// net of the permit of those who have papers.
    pub fn wage_fall(&self, drivers: &Drivers, (origin, country): (usize, usize), regime: &Regime, status: Status, t: usize) -> f64 {
        let without = usize::from(status == Status::Undocumented);
        let now = drivers.net_pay(origin, country, fees(regime)[without], t);
        let (peaks, _) = self.pay_peak.as_chunks::<2>();
        let (of_pairs, _) = peaks.as_chunks::<2>();
        let peak = of_pairs[origin * self.demand_peak.len() + country][without];
        ln(peak.iter().zip(now).map(|(peak, now)| peak / now).fold(1.0, f64::max))
    }
}

/// What a permit takes from pay: of those with papers, and of those without.
fn fees(regime: &Regime) -> [f64; 2] {
    [regime.permit_usd_month, 0.0]
}

/// Levels of pay and employment towards which a market moves: crowded by its supply, or at their base where there is no feedback.
fn levels(world: &World, behaviour: &Behaviour, drivers: &Drivers, supply: f64, destination: usize, sector: usize, t: usize, fall: f64) -> (f64, f64) {
    let labour = &behaviour.labour;
    if !labour.feedback {
        return (1.0, labour.employment_level(0.0, fall));
    }
    let crowding = supply / jobs(world, drivers, destination, sector, t);
    (labour.pay_level(crowding), labour.employment_level(crowding, fall))
}

/// Jobs for migrants in a destination region and sector in month `t`, persons: at least one, and those of building corridors.
pub fn jobs(world: &World, drivers: &Drivers, destination: usize, sector: usize, t: usize) -> f64 {
    let place = &world.places.destinations[destination];
    let corridors = &drivers.corridors;
    let jobs = without_corridors(world, drivers, place.country, t) * place.jobs_share * place.sector_jobs[sector] * corridors.destination_demand[destination][t];
    let building = if sector == Sector::Construction as usize { corridors.destination_jobs[destination][t] } else { 0.0 };
    jobs.max(1.0) + building
}

/// Jobs for migrants in a country in month `t` without what corridors do, persons.
fn without_corridors(world: &World, drivers: &Drivers, country: usize, t: usize) -> f64 {
    world.markets.countries[country].jobs_2013 * drivers.demand[country][t]
}

/// Jobs for migrants in a country in month `t` without what corridors do, or its migrants where they are more, persons: what jobs that corridors
/// add are held against, so that they draw no more than find room.
pub fn jobs_or_migrants(world: &World, drivers: &Drivers, supply: &[f64], country: usize, t: usize) -> f64 {
    let regions = world.places.regions_of(country);
    without_corridors(world, drivers, country, t).max(supply[regions.start * SECTORS..regions.end * SECTORS].iter().sum())
}

/// Simulated migrants by region of destination and sector.
pub fn migrants(homes: usize, totals: &Totals) -> Vec<i64> {
    let mut persons = vec![0i64; totals.destinations * SECTORS];
    for home in 0..homes {
        for d in 0..totals.destinations {
            for (cell, sum) in totals.occupied(home, d) {
                persons[d * SECTORS + cell / (CELLS / SECTORS)] += sum.persons;
            }
        }
    }
    persons
}

/// Migrants who work or seek work by region of destination and sector, persons, at least one: a market without any is as crowded as with one.
fn supply(world: &World, totals: &Totals, sample: f64) -> Vec<f64> {
    migrants(world.places.homes.len(), totals).iter().map(|n| (*n as f64 / sample).max(1.0)).collect()
}

fn labour_force(drivers: &Drivers, totals: &Totals, origin: usize, home: usize, t: usize, sample: f64) -> f64 {
    (0..2u8)
        .map(|sex| {
            let first = home * HOME_CELLS + home_cell(sex, 0, 0);
            let persons: i64 = totals.home[first..first + HOME_CELLS / 2].iter().map(|s| s.persons).sum();
            persons as f64 / sample * drivers.participation[origin][usize::from(sex)][t]
        })
        .sum()
}
