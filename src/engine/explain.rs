//! A person's month with its reasons: every hazard and every term of the utility as a named quantity. For `trace`; never part of a run.

use super::{
    abroad::{self, CAUSES},
    leave,
    month::{Environment, REGION_TERMS},
    totals::{HOME_CELLS, Totals, home_cell},
};
use crate::{
    draw::exponential,
    population::person::{Chunk, HOME},
};

/// A destination region as a person weighs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// Destination region (index).
    pub region: usize,
    /// Named terms of the utility, in the order of [`TERMS`].
    pub terms: [f64; TERMS.len()],
    /// Their sum.
    pub utility: f64,
    /// Money needed, US dollars.
    pub money_usd: f64,
}

/// Names of the terms.
pub const TERMS: [&str; 10] = {
    let [network, jobs, regime, constants, fall, ties] = REGION_TERMS;
    ["earnings and sector", network, jobs, regime, constants, fall, ties, "journey", "kin", "motive"]
};

/// What a person weighs in a month.
#[derive(Clone, Debug, PartialEq)]
pub enum Explanation {
    /// Not of age, naturalised, aged out or dead.
    Nothing,
    /// At home.
    Home {
        /// Hazard of weighing to leave.
        hazard: f64,
        /// Whether the draw of the month made them weigh it.
        weighed: bool,
        /// Own expected earnings at home, US dollars a month.
        earnings_usd: f64,
        /// The destinations, best first (only if weighed).
        options: Vec<Alternative>,
    },
    /// Abroad: hazards by cause (see `abroad::NAMES`), and time of each cause's draw in months (below 1: within the month).
    Abroad {
        /// Hazards.
        hazards: [f64; CAUSES],
        /// Times.
        times: [f64; CAUSES],
    },
}

/// Where the person with a key stands: chunk and row.
pub fn find(chunks: &[Chunk], key: u32) -> Option<(usize, usize)> {
    let k = chunks.partition_point(|c| c.key.last().is_some_and(|last| *last < key));
    let row = chunks.get(k)?.key.binary_search(&key).ok()?;
    Some((k, row))
}

/// The month of one person.
pub fn explain(env: &Environment<'_>, chunk: &Chunk, row: usize, totals: &Totals, sample: f64) -> Explanation {
    let (person, key) = (&chunk.person[row], chunk.key[row]);
    if !person.active(env.month) {
        return Explanation::Nothing;
    }
    if person.place == HOME {
        let hazard = leave::consider_hazard(env, chunk, row);
        let weighed = exponential(env.streams.consider.bits(key)) < hazard;
        let options = if weighed { options(env, chunk, row, totals, sample) } else { Vec::new() };
        return Explanation::Home { hazard, weighed, earnings_usd: leave::own_earnings(env, chunk.home, person), options };
    }
    if person.status() == crate::behaviour::traits::Status::Naturalised {
        return Explanation::Nothing;
    }
    let hazards: [f64; CAUSES] = std::array::from_fn(|cause| abroad::hazard(env, chunk.home, key, person, cause));
    let times = std::array::from_fn(|cause| if hazards[cause] > 0.0 { exponential(env.streams.causes[cause].bits(key)) / hazards[cause] } else { f64::INFINITY });
    Explanation::Abroad { hazards, times }
}

fn options(env: &Environment<'_>, chunk: &Chunk, row: usize, totals: &Totals, sample: f64) -> Vec<Alternative> {
    let (person, home, destinations) = (&chunk.person[row], usize::from(chunk.home), env.destinations());
    let choose = &env.behaviour.choose;
    let own = leave::own_earnings(env, chunk.home, person);
    let cell = home_cell(person.sex(), person.education(), person.trade());
    let population = (0..destinations).map(|d| totals.diaspora(home, d) as f64 / sample).sum::<f64>() + totals.at_home(home) as f64 / sample;
    let kin = leave::kin_at(env, chunk, row);
    let weighed = leave::weigh(env, chunk, row, kin);
    let mut options: Vec<Alternative> = (0..destinations)
        .filter(|d| weighed[*d] > 0.0)
        .map(|d| {
            let c = env.resolved.country_of[d];
            let cost = env.tables.cost[home * destinations + d];
            let region = env.region_terms(home, d, totals.diaspora(home, d) as f64 / sample, population);
            let [network, size, regime, constants, demand, ties] = region;
            let journey = choose.cost_term(cost.generalised, own);
            let pull = if kin >> d & 1 == 1 { choose.b_kin } else { 0.0 };
            let motive = env.resolved.motive[usize::from(person.motive()) * env.countries() + c];
            let sector = env.tables.value[(home * HOME_CELLS + cell) * destinations + d] - region.iter().sum::<f64>();
            Alternative {
                region: d,
                terms: [sector, network, size, regime, constants, demand, ties, journey, pull, motive],
                utility: choose.nest_country * crate::math::ln(weighed[d]),
                money_usd: cost.money,
            }
        })
        .collect();
    options.sort_by(|a, b| b.utility.total_cmp(&a.utility));
    options
}
