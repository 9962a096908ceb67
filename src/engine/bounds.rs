//! Bounds of the hazards by class code: how large a draw can be and still mean an event. They decide who is looked at, never what happens
//! (thinning: Lewis & Shedler 1979). May be used by `engine`.

use super::{
    abroad::{self, CAUSES},
    month::Environment,
    screen::Screen,
};
use crate::{
    behaviour::consider,
    draw::{Stream, UPPER_ERROR, bound},
    population::class,
};

/// Room for codes abroad in a table: the next power of two.
pub const ABROAD_CODES: usize = (class::CODES - class::ABROAD as usize).next_power_of_two();
/// Codes at home, the inert included.
pub const HOME_CODES: usize = class::ABROAD as usize;

/// Bounds of one cause abroad.
#[derive(Clone, Debug)]
pub struct CauseBounds {
    /// Index of the cause.
    pub cause: usize,
    /// Its draws.
    pub stream: Stream,
    /// By code abroad: the largest half of a draw that may fire, with room for the error of `draw::upper`; -1 where the cause cannot happen.
    pub bound: [i32; ABROAD_CODES],
}

/// Bounds of a month.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Factor of the month on rates, by home region.
    pub pace: Vec<f32>,
    /// By home region, by code at home: hazard of weighing to leave without the factor of deprivation.
    pub hazard: Vec<[f64; HOME_CODES]>,
    /// Least and largest factor of deprivation, with room for rounding.
    pub deprivation: [f64; 2],
    /// By origin, by cause that can happen to anyone.
    pub abroad: Vec<Vec<CauseBounds>>,
    /// Of the choice to go.
    pub screen: Screen,
}

impl Bounds {
    /// Bounds of a month.
    pub fn new(env: &Environment<'_>) -> Bounds {
        let deprivation = env.behaviour.consider.deprivation_bounds();
        let hazard: Vec<[f64; HOME_CODES]> = (0..env.world.places.homes.len()).map(|home| std::array::from_fn(|code| at_home(env, home, code as u8))).collect();
        let pace = env.pace.iter().map(|pace| *pace as f32).collect();
        let abroad = (0..env.world.places.origins.len()).map(|origin| of_causes(env, origin)).collect();
        Bounds { pace, hazard, deprivation, abroad, screen: Screen::new(env) }
    }
}

/// The rate of those whom every scan must look at again.
pub const ALWAYS: u8 = u8::MAX;
/// Exponent and four binary digits of the least rate, 2^-15.
const LEAST_RATE: u32 = (127 - 15) << 4;

/// The hazard that a rate stands for, before the month's pace: sixteen steps an octave.
#[inline(always)]
pub fn hazard_of(rate: u8) -> f32 {
    f32::from_bits((u32::from(rate) + LEAST_RATE) << 19)
}

/// Rates of class codes of an origin: the least whose hazard is not below that of the class, women's factor `women`.
pub fn rates(params: &consider::Params, women: f64) -> [u8; 256] {
    let [_, deprivation] = params.deprivation_bounds();
    std::array::from_fn(|code| {
        // Those abroad stand in a list of their own.
        if code == usize::from(class::INERT) || code >= HOME_CODES {
            return 0;
        }
        let (band, sex, education, experienced, kin) = class::home_parts(code as u8);
        let Some(band) = params.age.get(band) else { return 0 };
        let sex = if sex == 1 { women } else { 1.0 };
        let hazard = params.lambda0 * sex * params.education[education] * band.factor * params.ties(experienced, kin) * deprivation;
        (0..ALWAYS).find(|rate| f64::from(hazard_of(*rate)) >= hazard * (1.0 + 1e-6)).unwrap_or(ALWAYS)
    })
}

/// Bounds of the causes that can happen to anyone of an origin.
fn of_causes(env: &Environment<'_>, origin: usize) -> Vec<CauseBounds> {
    let mut causes: Vec<CauseBounds> = (0..CAUSES).map(|cause| CauseBounds { cause, stream: env.streams.causes[cause], bound: [-1; ABROAD_CODES] }).collect();
    for code in 0..env.countries() * 6 {
        for (of_cause, hazard) in causes.iter_mut().zip(abroad::bounds(env, origin, class::ABROAD + code as u8)) {
            of_cause.bound[code] = if hazard > 0.0 { (bound(hazard) - 1 + UPPER_ERROR).min(i32::MAX as u32) as i32 } else { -1 };
        }
    }
    causes.retain(|of_cause| of_cause.bound.iter().any(|bound| *bound >= 0));
    causes
}

/// Hazard of weighing to leave of a code at home, without the factor of deprivation.
fn at_home(env: &Environment<'_>, home: usize, code: u8) -> f64 {
    let (params, bands) = (&env.behaviour.consider, env.behaviour.consider.age.len());
    if code == class::INERT {
        return 0.0;
    }
    let (band, sex, education, experienced, kin) = class::home_parts(code);
    if band >= bands {
        return 0.0;
    }
    env.consider[((home * 2 + sex) * 3 + education) * bands + band] * params.ties(experienced, kin)
}
