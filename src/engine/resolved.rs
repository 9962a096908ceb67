//! Parameters by the indices of a world, resolved once a run. May be used by `engine` and `measure`.

use super::month::LANES;
use crate::{
    behaviour::{Behaviour, in_order, traits::MOTIVES},
    population::person::Person,
    units::MULTIPLIER_ONE,
    world::World,
};

/// Share of jobs, and factor of demand, below which a market counts as that small, and no more than its reciprocal as large: logarithms of sizes
/// stay finite.
pub const LEAST_SHARE: f64 = 1e-6;

/// Values of parameters in the order of the world's indices, resolved once.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// Factor of women in weighing to leave, by origin.
    pub women: Vec<f64>,
    /// Factor of a home region in weighing to leave.
    pub home: Vec<f64>,
    /// Constant of a country for an origin (country's, pair's and origin's together), by origin x country.
    pub constant: Vec<f64>,
    /// Pull of a country, by motive x country.
    pub motive: Vec<f64>,
    /// `exp(pull / nest_country)`, by motive x destination region, with [`LANES`] more.
    pub motive_weight: Vec<f64>,
    /// `exp(b_kin / nest_country)`.
    pub kin_weight: f64,
    /// Earnings multiplier abroad over that at home, 1024ths, by sex x education.
    pub abroad_factor: [u32; 6],
    /// Share remitted, by origin.
    pub remitted: Vec<f64>,
    /// Share of new stays that are seasonal, by origin x country.
    pub seasonal: Vec<f64>,
    /// What a region weighs by its share of the country's jobs, `share^b_size`.
    pub region_size: Vec<f64>,
    /// Rates of class codes (see [`super::bounds::rates`]), by origin.
    pub rates: Vec<[u8; 256]>,
    /// Origin of each home region.
    pub origin_of: Vec<usize>,
    /// Country of each destination region.
    pub country_of: Vec<usize>,
    /// Regions of each country.
    pub regions_of: Vec<std::ops::Range<usize>>,
}

impl Resolved {
    /// Resolves the parameters of a scenario.
    pub fn new(world: &World, behaviour: &Behaviour) -> Resolved {
        let places = &world.places;
        let (origins, countries) = (&places.origins, &places.countries);
        let xi = in_order(&behaviour.choose.xi, countries, 0.0);
        let level = in_order(&behaviour.choose.origin, origins, 0.0);
        let pair = |c: usize, o: usize| behaviour.choose.xi_origin.get(&countries[c].code).and_then(|m| m.get(&origins[o].code)).copied().unwrap_or(0.0);
        let motive: Vec<f64> = MOTIVES.iter().flat_map(|m| behaviour.choose.motive.get(*m).map_or_else(|| vec![0.0; countries.len()], |v| in_order(v, countries, 0.0))).collect();
        let nest = behaviour.choose.nest_country;
        let women = in_order(&behaviour.consider.women, origins, 1.0);
        Resolved {
            motive_weight: (0..MOTIVES.len())
                .flat_map(|m| places.destinations.iter().map(move |d| (m, d.country)))
                .map(|(m, c)| crate::math::exp(motive[m * countries.len() + c] / nest))
                .chain([0.0; LANES])
                .collect(),
            kin_weight: crate::math::exp(behaviour.choose.b_kin / nest),
            constant: places.pairs().map(|(o, c)| xi[c] + level[o] + pair(c, o)).collect(),
            motive,
            abroad_factor: std::array::from_fn(|k| {
                let women = if k / 3 == 1 { behaviour.labour.women_pay_abroad } else { 1.0 };
                (women * behaviour.labour.education_pay_abroad[k % 3] * f64::from(MULTIPLIER_ONE)).round() as u32
            }),
            remitted: in_order(&behaviour.remit.share, origins, 0.0),
            seasonal: places.pairs().map(|(o, c)| world.demography.initial[o][c].seasonal_share).collect(),
            region_size: places.destinations.iter().map(|d| crate::math::exp(behaviour.choose.b_size * crate::math::ln(d.jobs_share.max(LEAST_SHARE)))).collect(),
            rates: women.iter().map(|women| super::bounds::rates(&behaviour.consider, *women)).collect(),
            women,
            home: places.homes.iter().map(|h| behaviour.consider.home.get(&h.id).copied().unwrap_or(1.0)).collect(),
            origin_of: places.homes.iter().map(|h| h.origin).collect(),
            country_of: places.destinations.iter().map(|d| d.country).collect(),
            regions_of: (0..countries.len()).map(|c| places.regions_of(c)).collect(),
        }
    }

    /// Earnings abroad of a person of multiplier one at home over those of a man of secondary education, 1024ths.
    #[inline]
    pub fn abroad_factor(&self, person: &Person) -> u32 {
        self.abroad_factor[usize::from(person.sex()) * 3 + usize::from(person.education())]
    }

    /// Earnings multiplier abroad of a person, 1024ths.
    #[inline]
    pub fn multiplier_abroad(&self, person: &Person) -> u16 {
        ((u32::from(person.multiplier) * self.abroad_factor(person)) >> 10).clamp(1, u32::from(u16::MAX)) as u16
    }
}
