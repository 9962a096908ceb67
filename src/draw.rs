//! All randomness there is. A number is a pure function of (seed, purpose, household, member, month, index): nothing is drawn "next",
//! so that no result depends on threads, on chunks or on who else was simulated.
//!
//! Two stages. *Philox2x64-10* (Salmon, Moraes, Dror, Shaw 2011) turns (seed, purpose, month, index) into the salts of a [`Stream`], once a month.
//! A stream turns a person's key into 32 bits with two rounds of a published integer hash (`lowbias32`, a bijection of measured bias .17 of the
//! ideal: C. Wellons, hash-prospector, 2018) around the salts:
//! additions, shifts and 32-bit products only, so that a loop over persons becomes vector instructions.
//!
//! Every module right of this one in the architecture may use it.

use crate::units::Month;

/// What a draw is for. One name a cause: a change of one hazard never shifts another's luck.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Purpose {
    // Synthesis.
    KeepHousehold = 1,
    HouseholdSize,
    Birth,
    Kinship,
    Sex,
    Education,
    Trade,
    Motive,
    Multiplier,
    Wealth,
    Death,
    InitialPlace,
    InitialSector,
    InitialStay,
    InitialStatus,
    InitialSince,
    InitialExperience,
    // At home.
    Consider,
    Frailty,
    FrailtyScale,
    Stay,
    Country,
    Region,
    Sector,
    Channel,
    Kind,
    Border,
    Granted,
    // Abroad, one a cause.
    Season,
    Family,
    Goal,
    JobLost,
    WageFallen,
    Age,
    Onward,
    Papers,
    Removal,
    StayKind,
    MotiveChange,
    Naturalise,
    // On the way.
    Ban,
    Amnesty,
    Experience,
    GoalSize,
    QuotaSize,
    QuotaOrder,
    // States.
    Policy,
    // Experiments.
    Design,
    Bootstrap,
}

impl Purpose {
    /// The purposes of synthesis.
    pub const SYNTHESIS: [Purpose; 17] = [
        Purpose::KeepHousehold,
        Purpose::HouseholdSize,
        Purpose::Birth,
        Purpose::Kinship,
        Purpose::Sex,
        Purpose::Education,
        Purpose::Trade,
        Purpose::Motive,
        Purpose::Multiplier,
        Purpose::Wealth,
        Purpose::Death,
        Purpose::InitialPlace,
        Purpose::InitialSector,
        Purpose::InitialStay,
        Purpose::InitialStatus,
        Purpose::InitialSince,
        Purpose::InitialExperience,
    ];
}

/// One block of Philox2x64-10: 128 bits from a 128-bit counter and a 64-bit key.
pub fn philox2x64(counter: [u64; 2], key: u64) -> [u64; 2] {
    const MULTIPLIER: u64 = 0xD2B7_4407_B1CE_6E93;
    const WEYL: u64 = 0x9E37_79B9_7F4A_7C15;
    let [mut c0, mut c1] = counter;
    let mut key = key;
    for _ in 0..10 {
        let product = u128::from(MULTIPLIER) * u128::from(c0);
        let (high, low) = ((product >> 64) as u64, product as u64);
        c0 = high ^ key ^ c1;
        c1 = low;
        key = key.wrapping_add(WEYL);
    }
    [c0, c1]
}

/// The first and the last step of `lowbias32`. It is linear: `folded(a ^ b)` is `folded(a) ^ folded(b)`.
#[inline(always)]
pub fn folded(x: u32) -> u32 {
    x ^ (x >> 16)
}

/// The steps of `lowbias32` between the first and the last.
#[inline(always)]
fn stirred(x: u32) -> u32 {
    let x = x.wrapping_mul(0x7feb_352d);
    (x ^ (x >> 15)).wrapping_mul(0x846c_a68b)
}

/// `lowbias32(lowbias32(key ^ before) + between)` but for the last step, which leaves the upper 16 bits as they are: enough to hold a draw
/// against a bound. Key and first salt are [`folded`].
#[inline(always)]
pub fn upper(key: u32, before: u32, between: u32) -> u32 {
    stirred(folded(folded(stirred(key ^ before)).wrapping_add(between)))
}

/// How far half of [`upper`] may lie from half of the bits that it stands for.
pub const UPPER_ERROR: u32 = 1 << 15;

/// The draws of one purpose, month and index, for every person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    /// Folded.
    before: u32,
    between: u32,
}

impl Stream {
    /// The stream of a purpose in a month; `index` tells alternatives or events of one purpose apart.
    pub fn new(seed: u64, purpose: Purpose, month: Month, index: u32) -> Stream {
        let counter = (u64::from(purpose as u8) << 48) | (u64::from(month.0) << 32) | u64::from(index);
        let [salt, _] = philox2x64([counter, 0x6d75_7361_6669_7200], seed);
        Stream { before: folded(salt as u32), between: (salt >> 32) as u32 }
    }

    /// The two salts as [`upper`] takes them.
    pub fn salts(self) -> (u32, u32) {
        (self.before, self.between)
    }

    /// 32 random bits of the person with this key.
    #[inline(always)]
    pub fn bits(self, key: u32) -> u32 {
        folded(self.upper(folded(key)))
    }

    /// The same of a [`folded`] key, of which only the upper 16 bits may be used.
    #[inline(always)]
    pub fn upper(self, key: u32) -> u32 {
        upper(key, self.before, self.between)
    }

    /// Uniform in the open interval (0, 1).
    #[inline(always)]
    pub fn uniform(self, key: u32) -> f64 {
        uniform(self.bits(key))
    }

    /// Exponential with mean 1; increasing in the bits, so that small bits are early events.
    #[inline(always)]
    pub fn exponential(self, key: u32) -> f64 {
        exponential(self.bits(key))
    }

    /// Standard normal (inverse of the distribution function, Acklam's rational approximation, relative error below 1.2e-9).
    pub fn normal(self, key: u32) -> f64 {
        normal_quantile(self.uniform(key))
    }
}

/// Bits to a number in (0, 1).
#[inline(always)]
pub fn uniform(bits: u32) -> f64 {
    (crate::math::small_integer(u64::from(bits)) + 0.5) * (1.0 / 4_294_967_296.0)
}

/// Bits to an exponential with mean 1. An event of hazard `h` a month happens within the month when this is below `h`.
#[inline(always)]
pub fn exponential(bits: u32) -> f64 {
    -crate::math::ln(1.0 - uniform(bits))
}

/// The bound against which `bits >> 1` is compared: no draw that fires at hazard `h` lies at or above it.
pub fn bound(h: f64) -> u32 {
    if h.is_nan() || h <= 0.0 {
        return 0;
    }
    let share = 1.0 - (-h).exp();
    ((share * 2_147_483_648.0).ceil() + 2.0).min(2_147_483_648.0) as u32
}

/// Quantile of the standard normal distribution for `p` in (0, 1) (P. J. Acklam 2003).
pub fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [-39.696_830_286_653_76, 220.946_098_424_520_5, -275.928_510_446_968_7, 138.357_751_867_269, -30.664_798_066_147_16, 2.506_628_277_459_239];
    const B: [f64; 5] = [-54.476_098_798_224_06, 161.585_836_858_040_9, -155.698_979_859_886_6, 66.801_311_887_719_72, -13.280_681_552_885_72];
    const C: [f64; 6] = [-0.007_784_894_002_430_293, -0.322_396_458_041_136_5, -2.400_758_277_161_838, -2.549_732_539_343_734, 4.374_664_141_464_968, 2.938_163_982_698_783];
    const D: [f64; 4] = [0.007_784_695_709_041_462, 0.322_467_129_070_039_8, 2.445_134_137_142_996, 3.754_408_661_907_416];
    let tail = |q: f64| (((((C[0] * q + C[1]) * q + C[2]) * q + C[3]) * q + C[4]) * q + C[5]) / ((((D[0] * q + D[1]) * q + D[2]) * q + D[3]) * q + 1.0);
    if p < 0.02425 {
        tail((-2.0 * crate::math::ln(p)).sqrt())
    } else if p > 1.0 - 0.02425 {
        -tail((-2.0 * crate::math::ln(1.0 - p)).sqrt())
    } else {
        let q = p - 0.5;
        let r = q * q;
        (((((A[0] * r + A[1]) * r + A[2]) * r + A[3]) * r + A[4]) * r + A[5]) * q / (((((B[0] * r + B[1]) * r + B[2]) * r + B[3]) * r + B[4]) * r + 1.0)
    }
}

/// Logarithm of the positive-stable frailty of index `lambda` (Laplace transform `exp(-s^lambda)`), by Kanter (1975), from a uniform and an
/// exponential draw: `S = sin(lambda u)/sin(u)^(1/lambda) (sin((1 - lambda) u)/e)^((1 - lambda)/lambda)`, `u` uniform on (0, pi).
///
/// At `lambda = 1` it is exactly 0.
#[inline]
pub fn ln_positive_stable(lambda: f64, uniform: f64, exponential: f64) -> f64 {
    if lambda >= 1.0 { 0.0 } else { ln_kanter(lambda, uniform, exponential) }
}

/// [`ln_positive_stable`] for `lambda` below 1, without branches.
#[inline(always)]
pub fn ln_kanter(lambda: f64, uniform: f64, exponential: f64) -> f64 {
    use crate::math::{ln, sin_half_turn};
    let u = uniform * std::f64::consts::PI;
    let odd = (1.0 - lambda) / lambda;
    ln(sin_half_turn(lambda * u)) - ln(sin_half_turn(u)) / lambda + odd * (ln(sin_half_turn((1.0 - lambda) * u)) - ln(exponential))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lowbias32(x: u32) -> u32 {
        folded(stirred(folded(x)))
    }

    #[test]
    fn philox_known_answers() {
        assert_eq!(philox2x64([0, 0], 0), [0xca00_a045_9843_d731, 0x66c2_4222_c9a8_45b5]);
        assert_eq!(philox2x64([u64::MAX, u64::MAX], u64::MAX), [0x65b0_21d6_0cd8_310f, 0x4d02_f322_2f86_df20]);
        assert_eq!(philox2x64([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344], 0xa409_3822_299f_31d0), [0x0a5e_742c_2997_341c, 0xb0f8_83d3_8000_de5d]);
    }

    #[test]
    fn bits_of_neighbours_and_months_are_unrelated() {
        // Correlation of n independent pairs stays within 5/sqrt(n); mean within 5 standard errors.
        let n = 200_000u32;
        let month = |m| Stream::new(7, Purpose::Consider, Month(m), 0);
        let (a, b) = (month(1260), month(1261));
        let centred = |s: Stream, k: u32| s.uniform(k) - 0.5;
        let bound = 5.0 / f64::from(n).sqrt() / 12.0;
        let mean = |f: &dyn Fn(u32) -> f64| (0..n).map(f).sum::<f64>() / f64::from(n);
        assert!(mean(&|k| centred(a, k)).abs() < bound * 12f64.sqrt());
        assert!(mean(&|k| centred(a, k) * centred(b, k)).abs() < bound);
        assert!(mean(&|k| centred(a, k) * centred(a, k + 1)).abs() < bound);
        assert!(mean(&|k| centred(a, k) * centred(a, k ^ 32)).abs() < bound);
    }

    #[test]
    fn upper_bits_are_those_of_the_draw() {
        let stream = Stream::new(7, Purpose::Consider, Month(1260), 3);
        let (before, between) = (philox2x64([u64::from(Purpose::Consider as u8) << 48 | 1260 << 32 | 3, 0x6d75_7361_6669_7200], 7)[0], stream.between);
        for key in (0..2_000_000_u32).step_by(997) {
            let bits = lowbias32(lowbias32(key ^ before as u32).wrapping_add(between));
            assert_eq!(stream.bits(key), bits);
            let upper = stream.upper(folded(key));
            assert_eq!(upper >> 16, bits >> 16);
            assert!((upper >> 1).abs_diff(bits >> 1) < UPPER_ERROR);
        }
    }

    #[test]
    fn every_draw_that_fires_lies_below_its_bound() {
        for h in [1e-9, 1e-4, 0.003, 0.7, 3.0, 40.0] {
            for bits in (0..=u32::MAX).step_by(65_537).chain([0, 1, u32::MAX]) {
                assert!(exponential(bits) >= h || (bits >> 1) < bound(h));
            }
        }
        assert_eq!(bound(0.0), 0);
    }

    #[test]
    fn frailty_has_the_laplace_transform_of_the_stable_law() {
        let (lambda, n) = (0.6, 200_000u32);
        let (u, e) = (Stream::new(3, Purpose::Frailty, Month(1), 0), Stream::new(3, Purpose::FrailtyScale, Month(1), 0));
        for s in [0.3, 1.0, 2.5] {
            let mean = (0..n).map(|k| (-s * ln_positive_stable(lambda, u.uniform(k), e.exponential(k)).exp()).exp()).sum::<f64>() / f64::from(n);
            assert!((mean - (-s.powf(lambda)).exp()).abs() < 5.0 * 0.5 / f64::from(n).sqrt());
        }
    }
}
