//! Sums of the running year, and the yearly values made of them.

use serde::{Deserialize, Serialize};

use super::{
    ages::CLASSES,
    columns::{AGE_SHARES, MEASURES, MOTIVE_SHARES, measure},
    flows::{Move, Sums},
    ranks::{Last, Wages},
    scope::Scope,
    stocks::Foreign,
    tally::Ends,
};
use crate::{engine::observe::MonthView, hierarchy::concentration, units::Money};

/// Sums of a pair of origin and country. Persons are simulated ones, money is in units of [`Money`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    stock: i64,
    men: i64,
    undocumented: i64,
    motives: [i64; 4],
    august: i64,
    february: i64,
    ends: Ends,
    remitted: i64,
    earned: i64,
    invested: i64,
    remitted_2015: f64,
    bans: i64,
    moves: Sums,
    naturalised_cumulative: i64,
    ages: [i64; CLASSES],
}

impl Pair {
    /// Adds the ends of stays of a month.
    pub fn ended(&mut self, ends: &Ends) {
        self.ends.plus(ends);
    }

    /// Adds persons by class of age.
    pub fn aged(&mut self, classes: &[i64; CLASSES]) {
        for (sum, more) in self.ages.iter_mut().zip(classes) {
            *sum += more;
        }
    }

    fn plus(&mut self, other: &Pair) {
        self.stock += other.stock;
        self.men += other.men;
        self.undocumented += other.undocumented;
        self.august += other.august;
        self.february += other.february;
        self.ends.plus(&other.ends);
        self.remitted += other.remitted;
        self.earned += other.earned;
        self.invested += other.invested;
        self.remitted_2015 += other.remitted_2015;
        self.bans += other.bans;
        self.naturalised_cumulative += other.naturalised_cumulative;
        for (sum, more) in self.motives.iter_mut().zip(other.motives) {
            *sum += more;
        }
        self.aged(&other.ages);
        self.moves.plus(&other.moves);
    }
}

/// A mean in the making: sums of wage x weight, unemployment x weight, weight.
type MarketMean = (f64, f64, f64);

/// The running year.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Year {
    months: u32,
    has_february: bool,
    has_august: bool,
    has_december: bool,
    /// Origin x country.
    pub pairs: Vec<Pair>,
    /// By origin: residents, simulated persons x months.
    residents: Vec<i64>,
    /// By origin: debt at the end of December.
    debt: Vec<i64>,
    /// By row of origins.
    home_markets: Vec<MarketMean>,
    /// By country.
    markets: Vec<MarketMean>,
    /// By row of origins: GDP of the months so far, US dollars.
    gdp: Vec<f64>,
    /// By policy rule: months in force.
    pub rules: Vec<u32>,
    /// By origin: transit income of the months so far, US dollars.
    transit: Vec<f64>,
    last: Last,
}

/// A yearly value of one replicate. Codes: measure, row of parties, row of destinations (see [`Scope`]).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Value {
    /// Calendar year.
    pub year: i32,
    /// Index into [`MEASURES`].
    pub measure: u8,
    /// Index into [`Scope::party_names`].
    pub origin: u8,
    /// Index into [`Scope::destination_names`].
    pub destination: u8,
    /// The value; NaN where there is none.
    pub value: f64,
}

impl Year {
    /// Nothing yet.
    pub fn new(scope: &Scope) -> Year {
        Year {
            pairs: vec![Pair::default(); scope.origins * scope.countries],
            residents: vec![0; scope.origins],
            debt: vec![0; scope.origins],
            home_markets: vec![MarketMean::default(); scope.origins + 1],
            markets: vec![MarketMean::default(); scope.countries],
            gdp: vec![0.0; scope.origins + 1],
            rules: vec![0; scope.rules.len()],
            transit: vec![0.0; scope.origins],
            ..Year::default()
        }
    }

    /// Empties all but what runs on over the years.
    pub fn turn(&mut self, scope: &Scope) {
        let old = std::mem::replace(self, Year::new(scope));
        for (pair, old) in self.pairs.iter_mut().zip(old.pairs) {
            pair.naturalised_cumulative = old.naturalised_cumulative;
        }
    }

    /// Adds a month: moves and stocks of foreign citizens by origin x country, GDP by row of origins, US dollars a year; what the
    /// last month of the year tells, if this is it.
    pub fn add(&mut self, scope: &Scope, view: &MonthView<'_>, moves: &[Sums], foreign: &[Foreign], gdp: &[f64], last: Option<Last>) {
        self.months += 1;
        let of_year = view.month.of_year();
        self.has_february |= of_year == 1;
        self.has_august |= of_year == 7;
        self.has_december |= of_year == 11;
        for ((pair, moves), stock) in self.pairs.iter_mut().zip(moves).zip(foreign) {
            pair.stock += stock.persons;
            pair.men += stock.men;
            pair.undocumented += stock.undocumented;
            pair.february += if of_year == 1 { stock.persons } else { 0 };
            pair.august += if of_year == 7 { stock.persons } else { 0 };
            pair.naturalised_cumulative += moves.0[Move::Naturalised as usize];
            for (sum, more) in pair.motives.iter_mut().zip(stock.motives) {
                *sum += more;
            }
            pair.moves.plus(moves);
        }
        self.add_money(scope, view);
        let wages = Wages::of(scope, view);
        let markets = self.home_markets.iter_mut().chain(&mut self.markets);
        for (sum, (wage, unemployment, weight)) in markets.zip(wages.origins.iter().chain(&wages.countries)) {
            sum.0 += wage * weight;
            sum.1 += unemployment * weight;
            sum.2 += weight;
        }
        for (sum, gdp) in self.gdp.iter_mut().zip(gdp) {
            *sum += gdp / 12.0;
        }
        let transits: Vec<_> = view.world.corridors.iter().filter_map(|c| c.transit_in(view.month)).collect();
        for (home, &origin) in scope.origin_of.iter().enumerate() {
            self.transit[origin] += transits.iter().map(|t| t.income_usd(home)).sum::<f64>();
            self.residents[origin] += view.totals.at_home(home);
            self.debt[origin] += view.debt.get(home).copied().unwrap_or(0);
            for country in 0..scope.countries {
                self.pairs[origin * scope.countries + country].bans += view.bans.get(home * scope.countries + country).copied().unwrap_or(0);
            }
        }
        for (months, rule) in self.rules.iter_mut().zip(view.rules) {
            *months += u32::from(rule.since.is_some());
        }
        if let Some(last) = last {
            self.last = last;
        }
    }

    fn add_money(&mut self, scope: &Scope, view: &MonthView<'_>) {
        let prices = view.world.series.get("us_cpi", "WORLD").and_then(|v| v.get(view.index)).map_or(f64::NAN, |cpi| cpi / 100.0);
        let mut remitted = vec![0i64; self.pairs.len()];
        for (home, &origin) in scope.origin_of.iter().enumerate() {
            for (destination, &country) in scope.country_of.iter().enumerate() {
                let pair = origin * scope.countries + country;
                let flow = &view.totals.money[home * scope.destinations() + destination];
                remitted[pair] += flow.remitted;
                self.pairs[pair].earned += flow.earned;
                self.pairs[pair].invested += flow.invested;
            }
        }
        for (pair, remitted) in self.pairs.iter_mut().zip(remitted) {
            pair.remitted += remitted;
            pair.remitted_2015 += Money(remitted).usd() / prices;
        }
    }

    /// All values of the year, always the same ones in the same order. `cannot` are distinct persons by row of origins x row of
    /// destinations; `weight` is the number of real persons a simulated one stands for.
    pub fn values(&self, scope: &Scope, year: i32, weight: f64, cannot: &[u64], out: &mut Vec<Value>) {
        let rows = scope.destination_rows();
        for origin in 0..=scope.origins {
            let people: i64 = (0..scope.origins).filter(|&o| scope.holds_origin(origin, o)).map(|o| self.residents[o]).sum();
            let all = self.sum(scope, origin, scope.all_destinations());
            for row in 0..rows {
                let cell = Cell {
                    pair: self.sum(scope, origin, row),
                    cannot: cannot[origin * rows + row],
                    leverage: self.last.leverage.get(origin * rows + row).copied().unwrap_or(f64::NAN),
                    citizens: people + all.stock,
                    gdp: self.gdp[origin],
                };
                let mut put = |name: &str, value: f64| push(out, year, name, origin, row, value);
                self.pair_values(&cell, weight, &mut put);
                // Also without rules: values of all worlds stand in the same order, so that they can be compared.
                put("rules_in_force", self.rules_in_force(scope, origin, row));
            }
            let mut put = |name: &str, value: f64| push(out, year, name, origin, scope.all_destinations(), value);
            put("population_home", people as f64 / f64::from(self.months) * weight);
            market(&self.home_markets[origin], &mut put);
            let stocks: Vec<f64> = (0..scope.countries).map(|c| self.sum(scope, origin, c).stock as f64).collect();
            put("concentration_hhi", concentration(&stocks));
            let debt: i64 = (0..scope.origins).filter(|&o| scope.holds_origin(origin, o)).map(|o| self.debt[o]).sum();
            let households = self.last.households.get(origin);
            put("gini_households", households.map_or(f64::NAN, |h| h.gini));
            put("household_income_ratio", households.map_or(f64::NAN, |h| h.ratio));
            put("households_left_behind_share", households.map_or(f64::NAN, |h| h.left_behind));
            let transit: f64 = (0..scope.origins).filter(|&o| scope.holds_origin(origin, o)).map(|o| self.transit[o]).sum();
            // An empty sum is -0.
            put("transit_income_usd", transit + 0.0);
            put("debt_usd", if self.has_december { Money(debt).usd() * weight } else { f64::NAN });
        }
        for (country, sums) in self.markets.iter().enumerate() {
            let party = scope.origins + 1 + country;
            market(sums, &mut |name: &str, value: f64| push(out, year, name, party, scope.all_destinations(), value));
        }
        for (party, score) in self.last.centrality.iter().enumerate() {
            push(out, year, "centrality", party, scope.all_destinations(), *score);
        }
    }

    /// Mean over months of the number of rules in force between origins and countries.
    fn rules_in_force(&self, scope: &Scope, origin_row: usize, destination_row: usize) -> f64 {
        let months: u32 = scope.rules_of(origin_row, destination_row).map(|rule| self.rules[rule]).sum();
        f64::from(months) / f64::from(self.months)
    }

    fn sum(&self, scope: &Scope, origin_row: usize, destination_row: usize) -> Pair {
        let mut sum = Pair::default();
        for (index, pair) in self.pairs.iter().enumerate() {
            let (origin, country) = (index / scope.countries, index % scope.countries);
            if scope.holds_origin(origin_row, origin) && scope.holds_country(destination_row, country) {
                sum.plus(pair);
            }
        }
        sum
    }

    fn pair_values(&self, cell: &Cell, weight: f64, put: &mut dyn FnMut(&str, f64)) {
        let pair = &cell.pair;
        let months = f64::from(self.months);
        let persons = |count: i64| count as f64 * weight;
        let moved = |what: Move| persons(pair.moves.0[what as usize]);
        let ratio = |a: f64, b: f64| if b > 0.0 { a / b } else { f64::NAN };
        let only = |there: bool, value: f64| if there { value } else { f64::NAN };
        let usd = |sum: i64| Money(sum).usd() * weight;
        put("stock_august", only(self.has_august, persons(pair.august)));
        put("stock_february", only(self.has_february, persons(pair.february)));
        put("stock_mean", persons(pair.stock) / months);
        put("departures", moved(Move::Departed));
        put("returns", moved(Move::Returned));
        put("onward", moved(Move::OnwardIn));
        put("onward_out", moved(Move::OnwardOut));
        put("removed", moved(Move::Removed));
        put("naturalised", moved(Move::Naturalised));
        put("naturalised_cumulative", persons(pair.naturalised_cumulative));
        put("deaths_abroad", moved(Move::Died));
        put("aged_out_abroad", moved(Move::AgedOut));
        put("remittances_usd", usd(pair.remitted));
        put("remittances_gdp_share", ratio(usd(pair.remitted), cell.gdp));
        put("remittances_usd_2015", pair.remitted_2015 * weight);
        put("earnings_usd", usd(pair.earned));
        put("invested_usd", usd(pair.invested));
        put("would_go_cannot", cell.cannot as f64 * weight);
        put("undocumented_share", ratio(pair.undocumented as f64, pair.stock as f64));
        put("male_share", ratio(pair.men as f64, pair.stock as f64));
        for (name, count) in MOTIVE_SHARES.iter().zip(pair.motives) {
            put(name, ratio(count as f64, pair.stock as f64));
        }
        let returned = pair.moves.0[Move::Returned as usize] as f64;
        put("trips", ratio(pair.ends.trips as f64, returned));
        put("spell_months", ratio(pair.ends.months as f64, returned));
        put("net_migration", moved(Move::Returned) + moved(Move::Removed) - moved(Move::Departed));
        put("emigration_rate", ratio(pair.stock as f64, cell.citizens as f64));
        put("leverage", cell.leverage);
        let counted: i64 = pair.ages.iter().sum();
        for (name, count) in AGE_SHARES.iter().zip(pair.ages) {
            put(name, ratio(count as f64, counted as f64));
        }
        put("bans_in_force", only(self.has_december, persons(pair.bans)));
    }
}

/// What a year tells: measure, row of parties, row of destinations.
pub fn told(scope: &Scope) -> impl Iterator<Item = (u8, u8, u8)> {
    let mut values = Vec::new();
    let mut empty = Year::new(scope);
    empty.last.centrality = vec![f64::NAN; scope.party_names.len()];
    empty.values(scope, 0, 1.0, &vec![0; (scope.origins + 1) * scope.destination_rows()], &mut values);
    values.into_iter().map(|v| (v.measure, v.origin, v.destination))
}

/// What the values of a row of origins and a row of destinations are made of.
struct Cell {
    pair: Pair,
    cannot: u64,
    leverage: f64,
    citizens: i64,
    gdp: f64,
}

fn push(out: &mut Vec<Value>, year: i32, name: &str, origin: usize, destination: usize, value: f64) {
    debug_assert!(measure(name).is_some(), "{name} is not in the list of {} measures", MEASURES.len());
    if let Some(measure) = measure(name) {
        out.push(Value { year, measure, origin: origin as u8, destination: destination as u8, value });
    }
}

fn market(sums: &MarketMean, put: &mut dyn FnMut(&str, f64)) {
    let (wage, unemployment, weight) = *sums;
    put("mean_wage_usd", if weight > 0.0 { wage / weight } else { f64::NAN });
    put("unemployment_rate", if weight > 0.0 { unemployment / weight } else { f64::NAN });
}
