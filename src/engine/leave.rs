//! The month of a person at home: weighing to leave, choosing, and whether the law lets one go. May be used by `engine`.

use super::{
    act::Act,
    event::Obstacle,
    month::{Environment, LANES},
    totals::{HOME_CELLS, home_cell},
};
use crate::{
    behaviour::choose::{CostForm, ln_arrival},
    draw::{Stream, ln_positive_stable},
    math::{exp, ln},
    population::person::{Chunk, HOME, Person},
    units::{MULTIPLIER_ONE, Month},
    world::{place::SECTORS, regime::Kind},
};

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
                env.budget_of(chunk.home, p.place, p).remitted * i64::from(env.resolved.multiplier_abroad(p))
            };
        }
    }
    income as f64 / adults.max(1) as f64 / env.mean_income[usize::from(chunk.home)].max(1.0)
}

/// Destination regions at which other members of the household are, as bits.
pub fn kin_at(env: &Environment<'_>, chunk: &Chunk, row: usize) -> u64 {
    let mut bits = 0;
    for member in chunk.rows_beside(row) {
        let p = &chunk.person[member];
        if member != row && p.place != HOME && p.active(env.month) {
            bits |= 1 << p.place;
        }
    }
    bits
}

/// What the destinations of a person weigh, country by country.
pub struct Scales<'a> {
    env: &'a Environment<'a>,
    per_earnings: f64,
    weights: &'a [f64],
    costs: &'a [f64],
    motive: &'a [f64],
    kin: u64,
}

/// Entries of a few regions from one on.
#[inline]
fn lanes<T: Copy + Default>(of: &[T], from: usize) -> [T; LANES] {
    of[from..].first_chunk().copied().unwrap_or_default()
}

// The loops over lanes stand in functions of their own: there they become vector instructions, inlined they do not.

/// Weights of a few regions with the journey, cost term of the form `ln(1 + C/w)`.
#[inline(never)]
fn weights_ln1p(weights: &[f64; LANES], motive: &[f64; LANES], costs: &[f64; LANES], per_earnings: f64, slope: f64) -> [f64; LANES] {
    let mut value = [0.0; LANES];
    for d in 0..LANES {
        value[d] = weights[d] * motive[d] * exp(slope * ln(1.0 + costs[d] * per_earnings));
    }
    value
}

/// Weights of a few regions with the journey, cost term of the form `C/w`.
#[inline(never)]
fn weights_linear(weights: &[f64; LANES], motive: &[f64; LANES], costs: &[f64; LANES], per_earnings: f64, slope: f64) -> [f64; LANES] {
    let mut value = [0.0; LANES];
    for d in 0..LANES {
        value[d] = weights[d] * motive[d] * exp(slope * costs[d] * per_earnings);
    }
    value
}

/// Times at which a few alternatives arrive: exponential over weight.
#[inline(never)]
fn arrivals(streams: &[Stream; LANES], weights: &[f64; LANES], key: u32) -> [f64; LANES] {
    let mut times = [0.0; LANES];
    for d in 0..LANES {
        times[d] = streams[d].exponential(key) / weights[d];
    }
    times
}

impl<'a> Scales<'a> {
    /// Of a person of a home region, with kin at the regions named by bits.
    pub fn new(env: &'a Environment<'_>, home: u8, person: &Person, kin: u64) -> Scales<'a> {
        let (destinations, cell) = (env.destinations(), home_cell(person.sex(), person.education(), person.trade()));
        let home_row = usize::from(home);
        Scales {
            env,
            per_earnings: 1.0 / own_earnings(env, home, person),
            weights: &env.tables.weight[(home_row * HOME_CELLS + cell) * destinations..][..destinations + LANES],
            costs: &env.journey[home_row * destinations..][..destinations + LANES],
            motive: &env.resolved.motive_weight[usize::from(person.motive()) * destinations..][..destinations + LANES],
            kin,
        }
    }

    /// Adds the weights of the regions of a country to `regions`; returns their sum.
    #[inline]
    pub fn weigh(&self, country: usize, regions: &mut Vec<f64>) -> f64 {
        let choose = &self.env.behaviour.choose;
        let range = self.env.resolved.regions_of[country].clone();
        let slope = -choose.b_cost / choose.nest_country;
        let first = regions.len();
        for from in range.clone().step_by(LANES) {
            let (weights, costs, motive) = (lanes(self.weights, from), lanes(self.costs, from), lanes(self.motive, from));
            let weights = match choose.cost_form {
                CostForm::Ln1p => weights_ln1p(&weights, &motive, &costs, self.per_earnings, slope),
                CostForm::Linear => weights_linear(&weights, &motive, &costs, self.per_earnings, slope),
            };
            regions.extend_from_slice(&weights);
        }
        // What was weighed beyond the country is not its own.
        regions.truncate(first + range.len());
        let mut kin = self.kin >> range.start & ((1 << range.len()) - 1);
        while kin != 0 {
            regions[first + kin.trailing_zeros() as usize] *= self.env.resolved.kin_weight;
            kin &= kin - 1;
        }
        regions[first..].iter().sum()
    }
}

/// What all destination regions weigh for a person, `exp(V / nest_country)`, 0 where there is no way; for `trace` and benches.
pub fn weigh(env: &Environment<'_>, chunk: &Chunk, row: usize, kin: u64) -> Vec<f64> {
    let scales = Scales::new(env, chunk.home, &chunk.person[row], kin);
    let mut all = Vec::with_capacity(env.destinations() + LANES);
    for c in 0..env.countries() {
        scales.weigh(c, &mut all);
    }
    all
}

/// Draws of the choice between staying and going: logarithms of the frailty of *go* and of the time at which staying arrives.
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    /// `ln S`.
    pub ln_frailty: f64,
    /// `ln E_0`.
    pub ln_stay: f64,
}

impl Draws {
    /// Of a person in a month.
    #[inline]
    pub fn of(env: &Environment<'_>, key: u32) -> Draws {
        let [u, e] = env.streams.frailty;
        Draws { ln_frailty: ln_positive_stable(env.behaviour.choose.nest_go, u.uniform(key), e.exponential(key)), ln_stay: ln(env.streams.stay.exponential(key)) }
    }
}

/// The race between staying, whose utility is `stay_at`, and the countries named by bits, with `regions` as room. `None`: stay.
fn race(env: &Environment<'_>, key: u32, scales: &Scales<'_>, countries: u16, draws: Draws, stay_at: f64, regions: &mut Vec<f64>) -> Option<(usize, usize)> {
    let choose = &env.behaviour.choose;
    regions.clear();
    let mut best = (draws.ln_stay - stay_at, None);
    let mut left = countries;
    while left != 0 {
        let c = left.trailing_zeros() as usize;
        left &= left - 1;
        let first = regions.len();
        let weight = scales.weigh(c, regions);
        if weight > LEAST_WEIGHT {
            let time = ln_arrival(env.streams.country[c].exponential(key), draws.ln_frailty, choose.nest_go, choose.nest_country * ln(weight));
            if time < best.0 {
                best = (time, Some((c, first)));
            }
        }
    }
    let (country, first) = best.1?;
    regions.extend([0.0; LANES]);
    Some((country, region(env, key, country, &regions[first..])?))
}

/// The region of a country: the least of exponential over weight. `weights` are those of its regions and, read by lanes, something more.
fn region(env: &Environment<'_>, key: u32, country: usize, weights: &[f64]) -> Option<usize> {
    let range = env.resolved.regions_of[country].clone();
    if range.len() == 1 {
        return Some(range.start);
    }
    let mut first = (f64::INFINITY, None);
    for from in range.clone().step_by(LANES) {
        let weights = lanes(weights, from - range.start);
        let times = arrivals(&lanes(&env.streams.region, from), &weights, key);
        for d in from..range.end.min(from + LANES) {
            if weights[d - from] > LEAST_WEIGHT && times[d - from] < first.0 {
                first = (times[d - from], Some(d));
            }
        }
    }
    first.1
}

/// Below this weight an alternative is none.
pub const LEAST_WEIGHT: f64 = 1e-280;

const _: () = assert!(SECTORS == LANES, "the sectors of a region arrive together");

/// The sector within a region.
fn sector(env: &Environment<'_>, home: u8, key: u32, person: &Person, destination: usize) -> u8 {
    let cell = env.resolved.origin_of[usize::from(home)] * HOME_CELLS + home_cell(person.sex(), person.education(), person.trade());
    let weights = lanes(&env.tables.sector_weight, (cell * env.destinations() + destination) * SECTORS);
    let times = arrivals(&env.streams.sector, &weights, key);
    (1..SECTORS).fold(0, |first, s| if times[s] < times[first] { s } else { first }) as u8
}

/// Whether the law lets a person into a country this month; quotas and money come later. Countries closed to all are not chosen.
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
    (person.education() < regime.min_education || refused).then_some(Obstacle::Regime)
}

/// What a person at home does. `next` tells the countries that beat staying, the first to arrive first, each with the weights of its regions
/// and something more. Who is refused takes the next best (rationed choice: de Palma, Picard & Waddell 2007), who applies for a place under a
/// quota has it in reserve, and who stands before a shut border waits.
pub fn leave<'r>(env: &Environment<'_>, home: u8, key: u32, person: &Person, kin: u64, mut next: impl FnMut() -> Option<(usize, &'r [f64])>) -> Option<Act> {
    let act = |[destination, sector]: [u8; 2], otherwise| Act::Leave { destination, sector, kin: kin != 0, otherwise };
    let (mut refused, mut applied) = (None, None);
    while let Some((country, regions)) = next() {
        let Some(destination) = region(env, key, country, regions) else { continue };
        if let Some(obstacle) = obstacle(env, home, key, person, country) {
            refused.get_or_insert(Act::Blocked { destination: destination as u8, obstacle });
            if obstacle == Obstacle::ClosedBorder {
                break;
            }
            continue;
        }
        let place = [destination as u8, sector(env, home, key, person, destination)];
        if env.regime[env.pair(home, country)].kind != Kind::Quota {
            return Some(applied.map_or_else(|| act(place, None), |first| act(first, Some(place))));
        }
        applied.get_or_insert(place);
    }
    applied.map(|first| act(first, None)).or(refused)
}

/// Whether a person abroad who weighs moving on does so, and where to: the same race, in which staying has the value of the present
/// region, and of kin beside, without a journey, and countries that admit by quota are not open (their places are given at home).
pub fn move_on(env: &Environment<'_>, chunk: &Chunk, row: usize, regions: &mut Vec<f64>) -> Option<Act> {
    let (home, key, person) = (chunk.home, chunk.key[row], &chunk.person[row]);
    let here = env.resolved.country_of[usize::from(person.place)];
    let open = (0..env.countries()).filter(|&c| c != here && env.regime[env.pair(home, c)].kind != Kind::Quota).fold(0, |bits, c| bits | 1 << c);
    let kin = kin_at(env, chunk, row);
    let cell = home_cell(person.sex(), person.education(), person.trade());
    let motive = env.resolved.motive[usize::from(person.motive()) * env.countries() + here];
    let beside = if kin >> person.place & 1 == 1 { env.behaviour.choose.b_kin } else { 0.0 };
    let stay_at = env.tables.value[(usize::from(home) * HOME_CELLS + cell) * env.destinations() + usize::from(person.place)] + motive + beside;
    let (country, destination) = race(env, key, &Scales::new(env, home, person, kin), open, Draws::of(env, key), stay_at, regions)?;
    if obstacle(env, home, key, person, country).is_some() {
        return None;
    }
    Some(Act::MoveOn { destination: destination as u8, sector: sector(env, home, key, person, destination), kin: kin != 0 })
}
