//! The month of a person abroad: competing hazards, each with its own draw. May be used by `engine`.

use super::{act::Act, event::Cause, month::Environment};
use crate::{
    behaviour::{
        settle,
        stay::{self, Climate},
        traits::{Motive, Status, Stay},
    },
    draw::{Purpose, exponential},
    population::{class, person::Person},
    units::{MILLS, MULTIPLIER_ONE, Month},
    world::{demography::Education, regime::Regime},
};

/// Number of causes.
pub const CAUSES: usize = 13;

/// The causes in the order of all tables, with the purpose and index of their draws.
pub const PURPOSES: [(Purpose, usize); CAUSES] = [
    (Purpose::Season, 0),
    (Purpose::Family, 0),
    (Purpose::Goal, 0),
    (Purpose::JobLost, 0),
    (Purpose::WageFallen, 0),
    (Purpose::Age, 0),
    (Purpose::Onward, 0),
    (Purpose::Papers, 0),
    (Purpose::Removal, 0),
    (Purpose::StayKind, 0),
    (Purpose::MotiveChange, 0),
    (Purpose::MotiveChange, 1),
    (Purpose::Naturalise, 0),
];

/// Names of the causes, for `trace`.
pub const NAMES: [&str; CAUSES] = [
    "season ends",
    "family",
    "goal reached",
    "job lost",
    "pay fallen",
    "age",
    "weighs moving on",
    "papers",
    "removal",
    "kind of stay",
    "turns to study",
    "turns to settle",
    "naturalisation",
];

/// Hazards a month by cause of one kind of stay and status, for a person who meets every condition and has no motive to settle.
pub fn hazards(params: &stay::Params, settle: &settle::Params, regime: &Regime, climate: &Climate, stay: Stay, status: Status) -> [f64; CAUSES] {
    let returns = params.returns(stay, status, regime.ban_risk(), climate);
    let documented = status == Status::Documented;
    let when = |condition: bool, hazard: f64| if condition { hazard } else { 0.0 };
    [
        when(stay == Stay::Seasonal, returns.ordinary),
        when(stay != Stay::Seasonal, returns.ordinary),
        when(stay != Stay::Settled, params.goal_reached * climate.leave),
        returns.job,
        returns.wage,
        params.age * climate.leave,
        params.onward[stay as usize] * climate.leave,
        if documented { regime.papers_lost } else { regime.papers_gained },
        when(!documented, regime.detection * climate.leave),
        match stay {
            Stay::Seasonal => settle.seasonal_to_open_ended,
            Stay::OpenEnded => when(documented, settle.open_ended_to_settled),
            Stay::Settled => 0.0,
        },
        settle.earn_to_study,
        when(stay != Stay::Seasonal, settle.any_to_settle),
        when(documented && stay == Stay::Settled, regime.naturalisation),
    ]
}

/// Causes in the order of [`PURPOSES`] that depend on the person.
const GOAL: usize = 2;
const AGE: usize = 5;
const REMOVAL: usize = 8;
const STAY_KIND: usize = 9;
const STUDY: usize = 10;
const SETTLE: usize = 11;
const NATURALISE: usize = 12;

/// Bounds of the hazards for everyone of an origin with a class code abroad, in the order of causes.
pub fn bounds(env: &Environment<'_>, origin: usize, code: u8) -> [f64; CAUSES] {
    let (country, stay, status) = class::abroad_parts(code);
    let mut bounds = *env.causes_of(origin * env.countries() + country, stay, status);
    bounds[STAY_KIND] *= env.behaviour.settle.settler.max(1.0);
    bounds
}

/// Hazard of one cause for a person abroad.
pub fn hazard(env: &Environment<'_>, home: u8, key: u32, person: &Person, cause: usize) -> f64 {
    let pair = env.pair(home, env.resolved.country_of[usize::from(person.place)]);
    let full = env.causes_of(pair, person.stay(), person.status())[cause];
    if full <= 0.0 {
        return 0.0;
    }
    let (params, settle, regime) = (&env.behaviour.stay, &env.behaviour.settle, &env.regime[pair]);
    let months = || env.month.since(Month(person.since));
    let motive = person.motive_type();
    let meets = match cause {
        GOAL => goal_reached(env, home, key, person, months()),
        AGE => person.age(env.month) >= params.age_from as i32 * 12,
        // At least as long in the country as the days that need no permit, thirty of them a month.
        REMOVAL => months() * 30 >= regime.days as i32,
        STUDY => motive == Motive::Earn && person.age(env.month) < settle.study_until as i32 * 12 && person.education_type() >= Education::Secondary,
        SETTLE => motive != Motive::Settle,
        NATURALISE => months() >= i32::from(regime.naturalisation_months),
        _ => true,
    };
    match (meets, cause) {
        (false, _) => 0.0,
        (true, STAY_KIND) if person.stay() == Stay::OpenEnded && motive == Motive::Settle => full * settle.settler,
        (true, _) => full,
    }
}

/// Whether savings and remittances of the stay, at this month's rates, have reached the person's goal.
fn goal_reached(env: &Environment<'_>, home: u8, key: u32, person: &Person, months: i32) -> bool {
    let budget = env.budget_of(home, person.place, person);
    let factor = f64::from(env.resolved.abroad_factor(person)) / f64::from(MULTIPLIER_ONE);
    let gathered = f64::from(months) * (budget.saved + budget.remitted) as f64 / MILLS * factor;
    let goal = crate::draw::Stream::new(env.seed, Purpose::GoalSize, Month(person.since), 0).normal(key);
    let cell = super::totals::home_cell(person.sex(), person.education(), person.trade());
    let earnings = env.tables.home_earnings[usize::from(home) * super::totals::HOME_CELLS + cell];
    gathered >= env.behaviour.stay.goal(goal) * earnings
}

/// All causes, as bits.
pub const ALL_CAUSES: u16 = (1 << CAUSES) - 1;

/// What happens to a person abroad this month, given the draws of the causes named by bits (others must be known not to fire).
pub fn visit(env: &Environment<'_>, home: u8, key: u32, person: &Person, causes: u16) -> Option<Act> {
    let mut first: Option<(f64, usize)> = None;
    let mut left = causes;
    while left != 0 {
        let cause = left.trailing_zeros() as usize;
        left &= left - 1;
        let hazard = hazard(env, home, key, person, cause);
        if hazard > 0.0 {
            let time = exponential(env.streams.causes[cause].bits(key)) / hazard;
            if time < 1.0 && first.is_none_or(|(least, _)| time < least) {
                first = Some((time, cause));
            }
        }
    }
    Some(match first?.1 {
        0 => Act::Return(Cause::SeasonEnded),
        1 => Act::Return(Cause::Family),
        2 => Act::Return(Cause::GoalReached),
        3 => Act::Return(Cause::JobLost),
        4 => Act::Return(Cause::WageFallen),
        5 => Act::Return(Cause::Age),
        6 => Act::WeighMovingOn,
        7 if person.status() == Status::Documented => Act::LosePapers,
        7 => Act::GainPapers,
        8 => Act::Removal,
        9 if person.stay() == Stay::Seasonal => Act::Become(Stay::OpenEnded),
        9 => Act::Become(Stay::Settled),
        10 => Act::Turn(Motive::Study),
        11 => Act::Turn(Motive::Settle),
        _ => Act::Naturalise,
    })
}
