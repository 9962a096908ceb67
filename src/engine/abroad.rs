//! The month of a person abroad: competing hazards, each with its own draw. May be used by `engine`.

use super::{act::Act, event::Cause, month::Environment};
use crate::{
    behaviour::traits::{Education, Motive, Status, Stay},
    draw::{Purpose, exponential},
    population::{class, person::Person},
    units::{MILLS, Month},
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

/// What the hazards of a person abroad depend on, beside country, kind of stay and status.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circumstances {
    /// At or beyond the age from which people return for age.
    pub old: bool,
    /// May turn to study.
    pub can_study: bool,
    /// May turn to settle.
    pub can_settle: bool,
    /// Factor on becoming settled.
    pub settler: f64,
    /// The savings goal is reached.
    pub goal_reached: bool,
    /// Long enough in the country for citizenship.
    pub eligible: bool,
    /// Longer in the country than the days that need no permit.
    pub overstays: bool,
}

/// Hazards a month by cause.
pub fn hazards(env: &Environment<'_>, pair: usize, stay: Stay, status: Status, at: &Circumstances) -> [f64; CAUSES] {
    let (params, settle, regime) = (&env.behaviour.stay, &env.behaviour.settle, &env.regime[pair]);
    let climate = &env.climate[pair];
    let returns = params.returns(stay, status, regime.ban_undocumented, climate);
    let documented = status == Status::Documented;
    let when = |condition: bool, hazard: f64| if condition { hazard } else { 0.0 };
    [
        when(stay == Stay::Seasonal, returns.ordinary),
        when(stay != Stay::Seasonal, returns.ordinary),
        when(at.goal_reached && stay != Stay::Settled, params.goal_reached * climate.leave),
        returns.job,
        returns.wage,
        when(at.old, params.age * climate.leave),
        params.onward[stay as usize],
        if documented { regime.papers_lost } else { regime.papers_gained },
        when(!documented && at.overstays, regime.detection),
        match stay {
            Stay::Seasonal => settle.seasonal_to_open_ended,
            Stay::OpenEnded => when(documented, settle.open_ended_to_settled * at.settler),
            Stay::Settled => 0.0,
        },
        when(at.can_study, settle.earn_to_study),
        when(at.can_settle && stay != Stay::Seasonal, settle.any_to_settle),
        when(documented && stay == Stay::Settled && at.eligible, regime.naturalisation),
    ]
}

/// Bounds of the hazards for everyone with a class code abroad, in the order of causes.
pub fn bounds(env: &Environment<'_>, origin: usize, code: u8) -> [f64; CAUSES] {
    let (country, stay, status) = class::abroad_parts(code);
    let settler = env.behaviour.settle.settler.max(1.0);
    let at = Circumstances { old: true, can_study: true, can_settle: true, settler, goal_reached: true, eligible: true, overstays: true };
    hazards(env, origin * env.countries() + country, stay, status, &at)
}

/// The circumstances of a person.
pub fn circumstances(env: &Environment<'_>, home: u8, key: u32, person: &Person) -> Circumstances {
    let (params, settle) = (&env.behaviour.stay, &env.behaviour.settle);
    let pair = env.pair(home, env.resolved.country_of[usize::from(person.place)]);
    let age = person.age(env.month);
    let months = env.month.since(Month(person.since));
    let motive = person.motive_type();
    Circumstances {
        old: age >= params.age_from as i32 * 12,
        can_study: motive == Motive::Earn && age < settle.study_until as i32 * 12 && person.education_type() >= Education::Secondary,
        can_settle: motive != Motive::Settle,
        settler: if motive == Motive::Settle { settle.settler } else { 1.0 },
        goal_reached: person.stay() != Stay::Settled && goal_reached(env, home, key, person, months),
        eligible: months >= i32::from(env.regime[pair].naturalisation_months),
        overstays: months * 30 >= env.regime[pair].days as i32,
    }
}

/// Whether savings and remittances of the stay, at this month's rates, have reached the person's goal.
fn goal_reached(env: &Environment<'_>, home: u8, key: u32, person: &Person, months: i32) -> bool {
    let budget = env.budget_of(home, person.place, person);
    let gathered = f64::from(months) * (budget.saved + budget.remitted) as f64 / MILLS;
    let goal = crate::draw::Stream::new(env.seed, Purpose::GoalSize, Month(person.since), 0).normal(key);
    let cell = super::totals::home_cell(person.sex(), person.education(), person.trade());
    let earnings = env.tables.home_earnings[usize::from(home) * super::totals::HOME_CELLS + cell];
    gathered >= env.behaviour.stay.goal(goal) * earnings
}

/// What happens to a person abroad this month, given the draws of all causes.
pub fn visit(env: &Environment<'_>, home: u8, key: u32, person: &Person) -> Option<Act> {
    let country = env.resolved.country_of[usize::from(person.place)];
    let at = circumstances(env, home, key, person);
    let hazards = hazards(env, env.pair(home, country), person.stay(), person.status(), &at);
    let mut first: Option<(f64, usize)> = None;
    for (cause, hazard) in hazards.iter().enumerate() {
        if *hazard > 0.0 {
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
