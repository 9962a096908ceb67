//! Bounds of the hazards by class code: how large a draw can be and still mean an event. They decide who is looked at, never what happens
//! (thinning: Lewis & Shedler 1979). May be used by `engine`.

use super::{
    abroad::{self, CAUSES},
    month::Environment,
};
use crate::{draw::bound, population::class};

/// Bounds of a month, compared with the draws' bits shifted right by one.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// By home region, by class code (256 each): weighing to leave; the largest for codes abroad, which the scan looks at again.
    pub consider: Vec<[u32; 256]>,
    /// By origin, by cause, by code abroad.
    pub abroad: Vec<[Vec<u32>; CAUSES]>,
}

impl Bounds {
    /// Bounds of a month.
    pub fn new(env: &Environment<'_>) -> Bounds {
        let params = &env.behaviour.consider;
        let deprivation = params.deprivation_bound();
        let bands = params.age.len();
        let consider = (0..env.world.places.homes.len())
            .map(|r| {
                std::array::from_fn(|code| {
                    if code >= usize::from(class::ABROAD) {
                        return u32::MAX;
                    }
                    if code == usize::from(class::INERT) {
                        return 0;
                    }
                    let (band, sex, education, experienced, kin) = class::home_parts(code as u8);
                    if band >= bands {
                        return 0;
                    }
                    bound(env.consider[((r * 2 + sex) * 3 + education) * bands + band] * params.ties(experienced, kin) * deprivation)
                })
            })
            .collect();
        let abroad = (0..env.world.places.origins.len())
            .map(|origin| {
                let codes = class::ABROAD..class::ABROAD + env.countries() as u8 * 6;
                let by_code: Vec<[u32; CAUSES]> = codes.map(|code| abroad::bounds(env, origin, code).map(bound)).collect();
                std::array::from_fn(|cause| by_code.iter().map(|b| b[cause]).collect())
            })
            .collect();
        Bounds { consider, abroad }
    }
}
