//! Bounds of the hazards by class code: how large a draw can be and still mean an event. They decide who is looked at, never what happens
//! (thinning: Lewis & Shedler 1979). May be used by `engine`.

use super::{
    abroad::{self, CAUSES},
    month::Environment,
    screen::Screen,
};
use crate::{
    behaviour::consider,
    draw::{Stream, bound},
    population::class,
};

/// Room for codes abroad in a table: the next power of two.
pub const ABROAD_CODES: usize = (class::CODES - class::ABROAD as usize).next_power_of_two();
/// Room for causes in a row of a table: the next power of two.
pub const CAUSE_LANES: usize = CAUSES.next_power_of_two();
/// Codes at home, the inert included.
pub const HOME_CODES: usize = class::ABROAD as usize;

/// Bounds of a month.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Factor of the month on rates, by home region.
    pub pace: Vec<f32>,
    /// By home region, by code at home: hazard of weighing to leave without the factor of deprivation.
    pub hazard: Vec<[f64; HOME_CODES]>,
    /// Least and largest factor of deprivation, with room for rounding.
    pub deprivation: [f64; 2],
    /// By origin, by code abroad, by cause: compared with the draws' bits shifted right by one.
    pub abroad: Vec<[[u32; CAUSE_LANES]; ABROAD_CODES]>,
    /// Salts of the causes' streams.
    pub salts: [[u32; CAUSE_LANES]; 2],
    /// Of the choice to go.
    pub screen: Screen,
}

impl Bounds {
    /// Bounds of a month.
    pub fn new(env: &Environment<'_>) -> Bounds {
        let deprivation = env.behaviour.consider.deprivation_bounds();
        let hazard: Vec<[f64; HOME_CODES]> = (0..env.world.places.homes.len()).map(|home| std::array::from_fn(|code| at_home(env, home, code as u8))).collect();
        let pace = env.pace.iter().map(|pace| *pace as f32).collect();
        let abroad = (0..env.world.places.origins.len())
            .map(|origin| {
                let mut table = [[0; CAUSE_LANES]; ABROAD_CODES];
                for (k, row) in table.iter_mut().enumerate().take(env.countries() * 6) {
                    for (bound_of, hazard) in row.iter_mut().zip(abroad::bounds(env, origin, class::ABROAD + k as u8)) {
                        *bound_of = bound(hazard);
                    }
                }
                table
            })
            .collect();
        let mut salts = [[0; CAUSE_LANES]; 2];
        for (cause, (before, between)) in env.streams.causes.map(Stream::salts).into_iter().enumerate() {
            (salts[0][cause], salts[1][cause]) = (before, between);
        }
        Bounds { pace, hazard, deprivation, abroad, salts, screen: Screen::new(env) }
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

/// Rates of class codes of an origin: the least whose hazard is not below that of the class, women's factor `women`; [`ALWAYS`] abroad.
pub fn rates(params: &consider::Params, women: f64) -> [u8; 256] {
    let [_, deprivation] = params.deprivation_bounds();
    std::array::from_fn(|code| {
        if code == usize::from(class::INERT) {
            return 0;
        }
        if code >= HOME_CODES {
            return ALWAYS;
        }
        let (band, sex, education, experienced, kin) = class::home_parts(code as u8);
        let Some(band) = params.age.get(band) else { return 0 };
        let sex = if sex == 1 { women } else { 1.0 };
        let hazard = params.lambda0 * sex * params.education[education] * band.factor * params.ties(experienced, kin) * deprivation;
        (0..ALWAYS).find(|rate| f64::from(hazard_of(*rate)) >= hazard * (1.0 + 1e-6)).unwrap_or(ALWAYS)
    })
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
