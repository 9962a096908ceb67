//! The month of a person at home: weighing to leave, choosing, and whether the law lets one go. May be used by `engine`.

use super::{
    act::Act,
    event::Obstacle,
    month::{Environment, MAX_COUNTRIES},
    totals::{HOME_CELLS, home_cell},
};
use crate::{
    behaviour::choose::{CostForm, ln_arrival},
    draw::{exponential, ln_positive_stable},
    math::{exp, ln},
    population::person::{Chunk, HOME, Person},
    units::{MULTIPLIER_ONE, Month},
    world::{place::SECTORS, regime::Kind},
};

/// Most destination regions that a choice has room for.
pub const MAX_DESTINATIONS: usize = 48;

/// The alternatives of one person: what each weighs in the races.
#[derive(Clone, Debug)]
pub struct Weighed {
    /// `exp(V / nest_country)` by destination region, 0 where there is no way.
    pub region: [f64; MAX_DESTINATIONS],
    /// Its sum over the regions of a country, 0 for a country that is not open.
    pub country: [f64; MAX_COUNTRIES],
    /// Whether other members of the household are abroad.
    pub kin: bool,
}

/// Own expected earnings at home, US dollars a month.
pub fn own_earnings(env: &Environment<'_>, home: u8, person: &Person) -> f64 {
    let cell = home_cell(person.sex(), person.education(), person.trade());
    env.tables.home_earnings[usize::from(home) * HOME_CELLS + cell] * f64::from(person.multiplier) / f64::from(MULTIPLIER_ONE)
}

/// Hazard of weighing to leave, a month.
pub fn consider_hazard(env: &Environment<'_>, chunk: &Chunk, row: usize) -> f64 {
    let person = &chunk.person[row];
    let params = &env.behaviour.consider;
    let Some(band) = params.band(person.age(env.month)) else { return 0.0 };
    let k = ((usize::from(chunk.home) * 2 + usize::from(person.sex())) * 3 + usize::from(person.education())) * params.age.len() + band;
    let ties = params.ties(person.experienced(env.month), chunk.has_kin(row));
    env.consider[k] * ties * params.deprivation(relative_income(env, chunk, row))
}

/// Income of the person's household per adult over the mean of the region.
fn relative_income(env: &Environment<'_>, chunk: &Chunk, row: usize) -> f64 {
    let (mut income, mut adults) = (0i64, 0i64);
    for member in chunk.rows(usize::from(chunk.person[row].household)) {
        let p = &chunk.person[member];
        if p.active(env.month) {
            adults += 1;
            income += if p.place == HOME {
                env.home_rate[usize::from(chunk.home) * HOME_CELLS + home_cell(p.sex(), p.education(), p.trade())] * i64::from(p.multiplier)
            } else {
                env.budget_of(chunk.home, p.place, p).remitted * i64::from(p.multiplier)
            };
        }
    }
    income as f64 / adults.max(1) as f64 / env.mean_income[usize::from(chunk.home)].max(1.0)
}

/// Destination regions at which other members of the household are, as bits.
pub fn kin_at(env: &Environment<'_>, chunk: &Chunk, row: usize) -> u64 {
    let mut bits = 0;
    for member in chunk.rows(usize::from(chunk.person[row].household)) {
        let p = &chunk.person[member];
        if member != row && p.place != HOME && p.active(env.month) {
            bits |= 1 << p.place;
        }
    }
    bits
}

/// What all destinations weigh for a person.
pub fn weigh(env: &Environment<'_>, chunk: &Chunk, row: usize) -> Weighed {
    let person = &chunk.person[row];
    let (home, destinations) = (usize::from(chunk.home), env.destinations());
    let choose = &env.behaviour.choose;
    let per_earnings = 1.0 / own_earnings(env, chunk.home, person);
    let cell = home_cell(person.sex(), person.education(), person.trade());
    let weights = &env.tables.weight[(home * HOME_CELLS + cell) * destinations..][..destinations];
    let costs = &env.journey[home * destinations..][..destinations];
    let motive = &env.resolved.motive_weight[usize::from(person.motive()) * destinations..][..destinations];
    let mut weighed = Weighed { region: [0.0; MAX_DESTINATIONS], country: [0.0; MAX_COUNTRIES], kin: false };
    let region = &mut weighed.region[..destinations];
    // One plain loop a form, so that each becomes vector instructions.
    let slope = -choose.b_cost / choose.nest_country;
    match choose.cost_form {
        CostForm::Ln1p => {
            for d in 0..destinations {
                region[d] = weights[d] * motive[d] * exp(slope * ln(1.0 + costs[d] * per_earnings));
            }
        }
        CostForm::Linear => {
            for d in 0..destinations {
                region[d] = weights[d] * motive[d] * exp(slope * costs[d] * per_earnings);
            }
        }
    }
    let mut kin = kin_at(env, chunk, row);
    weighed.kin = kin != 0;
    while kin != 0 {
        region[kin.trailing_zeros() as usize] *= env.resolved.kin_weight;
        kin &= kin - 1;
    }
    for (c, regions) in env.resolved.regions_of.iter().enumerate() {
        weighed.country[c] = weighed.region[regions.clone()].iter().sum();
    }
    weighed
}

/// The race between staying and the countries; `stay_at` is the utility of not moving (0 at home). `None`: stay.
fn race(env: &Environment<'_>, key: u32, weighed: &Weighed, stay_at: f64) -> Option<(usize, usize)> {
    let choose = &env.behaviour.choose;
    let [u, e] = env.streams.frailty;
    let ln_s = ln_positive_stable(choose.nest_go, u.uniform(key), e.exponential(key));
    let mut times = [0.0; MAX_COUNTRIES];
    for c in 0..MAX_COUNTRIES {
        let value = choose.nest_country * ln(weighed.country[c].max(LEAST_WEIGHT));
        times[c] = ln_arrival(exponential(env.streams.country[c].bits(key)), ln_s, choose.nest_go, value);
    }
    let mut best = (ln(exponential(env.streams.stay.bits(key))) - stay_at, None);
    for c in 0..env.countries() {
        if times[c] < best.0 && weighed.country[c] > LEAST_WEIGHT {
            best = (times[c], Some(c));
        }
    }
    let country = best.1?;
    // Regions of the winner: the least of exponential over weight.
    let mut first: Option<(f64, usize)> = None;
    for d in env.resolved.regions_of[country].clone().filter(|d| weighed.region[*d] > LEAST_WEIGHT) {
        let time = env.streams.region[d].exponential(key) / weighed.region[d];
        if first.is_none_or(|(least, _)| time < least) {
            first = Some((time, d));
        }
    }
    Some((country, first?.1))
}

/// Below this weight an alternative is none.
const LEAST_WEIGHT: f64 = 1e-280;

/// The sector within a region.
fn sector(env: &Environment<'_>, home: u8, key: u32, person: &Person, destination: usize) -> u8 {
    let cell = usize::from(home) * HOME_CELLS + home_cell(person.sex(), person.education(), person.trade());
    let values = &env.tables.sector_value[(cell * env.destinations() + destination) * SECTORS..][..SECTORS];
    let entrants = (0..SECTORS).map(|s| (s, values[s], env.streams.sector[s].exponential(key)));
    crate::behaviour::choose::race(entrants, env.behaviour.choose.nest_region).unwrap_or(0) as u8
}

/// Whether the law lets a person into a country this month; quotas and money come later.
pub fn obstacle(env: &Environment<'_>, home: u8, key: u32, person: &Person, country: usize) -> Option<Obstacle> {
    let pair = env.pair(home, country);
    let regime = &env.regime[pair];
    if usize::from(person.ban_country) == country && Month(person.ban_until) > env.month {
        return Some(Obstacle::Ban);
    }
    if env.entry[pair] < 1.0 && env.streams.border.uniform(key) >= env.entry[pair] {
        return Some(Obstacle::ClosedBorder);
    }
    let refused = matches!(regime.kind, Kind::Visa | Kind::Quota) && env.streams.granted.uniform(key) >= regime.success;
    (regime.kind == Kind::Closed || person.education() < regime.min_education || refused).then_some(Obstacle::Regime)
}

/// Whether a person at home weighs leaving this month.
pub fn weighs(env: &Environment<'_>, chunk: &Chunk, row: usize) -> bool {
    exponential(env.streams.consider.bits(chunk.key[row])) < consider_hazard(env, chunk, row)
}

/// What a person at home who weighs leaving does.
pub fn choose(env: &Environment<'_>, chunk: &Chunk, row: usize) -> Option<Act> {
    let (key, person) = (chunk.key[row], &chunk.person[row]);
    let weighed = weigh(env, chunk, row);
    let (country, destination) = race(env, key, &weighed, 0.0)?;
    Some(match obstacle(env, chunk.home, key, person, country) {
        Some(obstacle) => Act::Blocked { destination: destination as u8, obstacle },
        None => Act::Leave { destination: destination as u8, sector: sector(env, chunk.home, key, person, destination), kin: weighed.kin },
    })
}

/// Whether a person abroad who weighs moving on does so, and where to: the same race, in which staying has the value of the present
/// country without a journey, and countries that admit by quota are not open (their places are given at home).
pub fn move_on(env: &Environment<'_>, chunk: &Chunk, row: usize) -> Option<Act> {
    let (key, person) = (chunk.key[row], &chunk.person[row]);
    let mut weighed = weigh(env, chunk, row);
    let (home, here) = (chunk.home, env.resolved.country_of[usize::from(person.place)]);
    for c in 0..env.countries() {
        if c == here || env.regime[env.pair(home, c)].kind == Kind::Quota {
            weighed.country[c] = 0.0;
        }
    }
    let cell = home_cell(person.sex(), person.education(), person.trade());
    let motive = env.resolved.motive[usize::from(person.motive()) * env.countries() + here];
    let stay_at = env.tables.value[(usize::from(home) * HOME_CELLS + cell) * env.destinations() + usize::from(person.place)] + motive;
    let (country, destination) = race(env, key, &weighed, stay_at)?;
    if obstacle(env, home, key, person, country).is_some() {
        return None;
    }
    Some(Act::MoveOn { destination: destination as u8, sector: sector(env, home, key, person, destination), kin: weighed.kin })
}
