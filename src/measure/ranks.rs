//! Indices of who depends on whom, from the sums and tables of a month.

use serde::{Deserialize, Serialize};

use super::{households::Inequality, scope::Scope, stocks::Foreign};
use crate::{
    engine::{leverage, market::migrants, observe::MonthView, totals::HOME_CELLS},
    hierarchy,
    math::ln,
    store::table::Table,
    units::Money,
    world::place::SECTORS,
};

/// What the summary takes from the last month of a year.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Last {
    /// Leverage, row of origins x row of destinations.
    pub leverage: Vec<f64>,
    /// Centrality, by party (rows of origins, countries, those of transit); NaN for all origins.
    pub centrality: Vec<f64>,
    /// Inequality of households, by row of origins.
    pub households: Vec<Inequality>,
}

/// Means over persons at home of the loss when a row of destinations is removed: row of origins x row of destinations, NaN where there is
/// nobody at home.
fn levers(scope: &Scope, view: &MonthView<'_>) -> Vec<f64> {
    let rows = scope.destination_rows();
    let mut sums = vec![0.0; (scope.origins + 1) * rows];
    let mut weights = vec![0.0; scope.origins + 1];
    leverage::losses(view.world, view.behaviour, view.tables, view.totals, 0..scope.homes(), &scope.members, |home, weight, losses| {
        for row in [scope.origin_of[home], scope.origins] {
            weights[row] += weight;
            for (destination, loss) in losses.iter().enumerate() {
                sums[row * rows + destination] += weight * loss;
            }
        }
    });
    sums.iter().enumerate().map(|(i, sum)| if weights[i / rows] > 0.0 { sum / weights[i / rows] } else { f64::NAN }).collect()
}

/// Scores of parties in the network of amounts from origins to countries and of those outside the model (indices as in
/// [`crate::world::place::Places::all`]); NaN for the row of all origins.
fn centrality(scope: &Scope, amounts: &[f64], outside: impl Iterator<Item = (usize, usize, f64)>) -> Vec<f64> {
    let n = scope.origins + scope.countries + scope.transit;
    let mut weights = vec![0.0; n * n];
    for (pair, amount) in amounts.iter().enumerate() {
        let (origin, country) = (pair / scope.countries, pair % scope.countries);
        weights[origin * n + scope.origins + country] = amount.max(0.0);
    }
    for (from, to, amount) in outside {
        weights[from * n + to] += amount;
    }
    let mut scores = hierarchy::centrality(&weights, n);
    scores.insert(scope.origins, f64::NAN);
    scores
}

/// Writes the indices of the last month of a year: leverage weighs every cell at home, which is too much for every month. `gdp` is that of each
/// row of origins, US dollars a year; `households` are theirs too.
pub fn record(scope: &Scope, view: &MonthView<'_>, replicate: u32, foreign: &[Foreign], gdp: &[f64], households: Vec<Inequality>, table: &mut Table) -> Last {
    let (rows, all) = (scope.destination_rows(), scope.all_destinations());
    let month = usize::from(view.month.0);
    let mut put = |index: usize, party: usize, destination: usize, value: f64| {
        table.push([replicate.into(), month.into(), index.into(), party.into(), destination.into(), value.into()]);
    };
    let money = Pairs::of(scope, view);
    let stock: Vec<f64> = foreign.iter().map(|f| f.persons as f64).collect();
    let at_home: Vec<f64> =
        (0..=scope.origins).map(|row| (0..scope.homes()).filter(|&h| scope.holds_origin(row, scope.origin_of[h])).map(|h| view.totals.at_home(h) as f64).sum()).collect();
    let levers = levers(scope, view);
    for origin in 0..=scope.origins {
        let abroad = sum(scope, &stock, origin, all);
        for row in 0..rows {
            let remitted = sum(scope, &money.remitted, origin, row) / view.sample;
            put(0, origin, row, hierarchy::dependence(12.0 * remitted, gdp[origin]));
            put(1, origin, row, hierarchy::dependence(sum(scope, &stock, origin, row), at_home[origin] + abroad));
            put(2, origin, row, levers[origin * rows + row]);
            let people = sum(scope, &money.persons, origin, row);
            put(3, origin, row, if people > 0.0 { sum(scope, &money.loss, origin, row) / people } else { f64::NAN });
        }
        let by_country: Vec<f64> = (0..scope.countries).map(|c| sum(scope, &stock, origin, c)).collect();
        put(4, origin, all, hierarchy::concentration(&by_country));
    }
    // Outside pairs are real persons and dollars a year.
    let outside = &view.world.outside;
    let persons: Vec<f64> = stock.iter().map(|persons| persons / view.sample).collect();
    let sent: Vec<f64> = money.remitted.iter().map(|usd| 12.0 * usd / view.sample).collect();
    let scores = centrality(scope, &persons, outside.iter().map(|p| (p.from, p.to, p.persons)));
    for (index, scores) in [(5, &scores), (6, &centrality(scope, &sent, outside.iter().map(|p| (p.from, p.to, p.remittances_usd))))] {
        for (party, score) in scores.iter().enumerate().filter(|(_, score)| !score.is_nan()) {
            put(index, party, all, *score);
        }
    }
    let wages = Wages::of(scope, view);
    for origin in 0..=scope.origins {
        for (country, (pay, _, _)) in wages.countries.iter().enumerate() {
            put(7, origin, country, ln(pay.max(1e-9) / wages.origins[origin].0.max(1e-9)));
        }
    }
    let mut values: Vec<f64> = wages.origins[..scope.origins].iter().map(|w| w.0).collect();
    values.extend(wages.countries.iter().map(|w| w.0));
    put(8, scope.origins, all, hierarchy::gini(&values, &vec![1.0; values.len()]));
    for (origin, of_origin) in households.iter().enumerate() {
        put(9, origin, all, of_origin.gini);
        put(10, origin, all, of_origin.ratio);
    }
    Last { leverage: levers, centrality: scores, households }
}

fn sum(scope: &Scope, pairs: &[f64], origin_row: usize, destination_row: usize) -> f64 {
    let holds = |pair: usize| scope.holds_origin(origin_row, pair / scope.countries) && scope.holds_country(destination_row, pair % scope.countries);
    pairs.iter().enumerate().filter(|(pair, _)| holds(*pair)).map(|(_, value)| value).sum()
}

/// Money of the month by origin x country.
struct Pairs {
    /// US dollars sent by simulated persons.
    remitted: Vec<f64>,
    /// Simulated persons abroad, the naturalised included, with pay.
    persons: Vec<f64>,
    /// Sum over them of the log ratio of net pay to expected earnings at home.
    loss: Vec<f64>,
}

impl Pairs {
    fn of(scope: &Scope, view: &MonthView<'_>) -> Pairs {
        let n = scope.origins * scope.countries;
        let mut pairs = Pairs { remitted: vec![0.0; n], persons: vec![0.0; n], loss: vec![0.0; n] };
        for (home, &origin) in scope.origin_of.iter().enumerate() {
            let at_home = home_earnings(view, home);
            for (destination, &country) in scope.country_of.iter().enumerate() {
                let pair = origin * scope.countries + country;
                let flow = &view.totals.money[home * scope.destinations() + destination];
                pairs.remitted[pair] += Money(flow.remitted).usd();
                let persons = view.totals.diaspora(home, destination) as f64;
                let net = Money(flow.earned - flow.fee).usd();
                if persons > 0.0 && net > 0.0 && at_home > 0.0 {
                    pairs.persons[pair] += persons;
                    pairs.loss[pair] += persons * ln(net / persons / at_home);
                }
            }
        }
        pairs
    }
}

/// Expected earnings of those at home in a region, mean, US dollars a month.
fn home_earnings(view: &MonthView<'_>, home: usize) -> f64 {
    let range = home * HOME_CELLS..(home + 1) * HOME_CELLS;
    let (mut sum, mut weight) = (0.0, 0.0);
    for (persons, earnings) in view.totals.home[range.clone()].iter().zip(&view.tables.home_earnings[range]) {
        sum += persons.persons as f64 * earnings;
        weight += persons.persons as f64;
    }
    if weight > 0.0 { sum / weight } else { 0.0 }
}

/// (Wage, unemployment, weight) of a month: means by row of origins, weighted by residents, and by country, weighted by migrants at work
/// or seeking it (by jobs where there are none).
pub struct Wages {
    /// By row of origins.
    pub origins: Vec<(f64, f64, f64)>,
    /// By country.
    pub countries: Vec<(f64, f64, f64)>,
}

impl Wages {
    /// Of a month.
    pub fn of(scope: &Scope, view: &MonthView<'_>) -> Wages {
        let tables = view.tables;
        let mut origins = vec![(0.0, 0.0, 0.0); scope.origins + 1];
        for (home, &origin) in scope.origin_of.iter().enumerate() {
            let weight = view.totals.at_home(home) as f64;
            for row in [origin, scope.origins] {
                add(&mut origins[row], tables.home_wage[home], tables.unemployment[home], weight);
            }
        }
        let mut countries = vec![(0.0, 0.0, 0.0); scope.countries];
        let migrants = migrants(scope.homes(), view.totals);
        let mut of_country = vec![0; scope.countries];
        for (cell, persons) in migrants.iter().enumerate() {
            of_country[scope.country_of[cell / SECTORS]] += persons;
        }
        for (cell, &persons) in migrants.iter().enumerate() {
            let country = scope.country_of[cell / SECTORS];
            let weight = if of_country[country] > 0 { persons as f64 } else { tables.jobs[cell] };
            add(&mut countries[country], tables.pay[cell], 1.0 - tables.employment[cell], weight);
        }
        for mean in origins.iter_mut().chain(&mut countries).filter(|m| m.2 > 0.0) {
            mean.0 /= mean.2;
            mean.1 /= mean.2;
        }
        Wages { origins, countries }
    }
}

fn add(mean: &mut (f64, f64, f64), wage: f64, unemployment: f64, weight: f64) {
    mean.0 += wage * weight;
    mean.1 += unemployment * weight;
    mean.2 += weight;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An origin, a destination and a country of transit.
    fn three() -> Scope {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        Scope {
            origins: 1,
            countries: 1,
            transit: 1,
            origin_of: vec![0],
            country_of: vec![0],
            origin_names: names(&["A", "CA3"]),
            destination_names: names(&["B", "ALL"]),
            members: vec![1, 1],
            party_names: names(&["A", "CA3", "B", "C"]),
            home_ids: names(&["a"]),
            destination_ids: names(&["b"]),
            rules: Vec::new(),
        }
    }

    #[test]
    fn pairs_outside_the_model_join_those_of_the_run() {
        // A owes B 3 (simulated) and C 1, B owes C 1, C owes nobody and so all alike: with k = .05 + .85 c/3, a = k, b = k + .85 * 3/4 a,
        // c = k + .85 (a/4 + b), and all add to 1.
        let scores = centrality(&three(), &[3.0], [(1, 2, 1.0), (0, 2, 1.0)].into_iter());
        let (b, c) = (1.637_5, 2.604_375);
        for (score, by_hand) in [scores[0], scores[2], scores[3]].into_iter().zip([1.0, b, c]) {
            assert!((score - by_hand / (1.0 + b + c)).abs() < 1e-10, "{score} is not {by_hand} of {}", 1.0 + b + c);
        }
        assert!(scores[1].is_nan(), "all origins are no country");
        // Without them C counts, and nobody owes it anything.
        let scores = centrality(&three(), &[3.0], std::iter::empty());
        assert!((scores[3] - 1.0 / 3.85).abs() < 1e-10 && (scores[2] - 1.85 / 3.85).abs() < 1e-10);
    }
}
