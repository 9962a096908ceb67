//! The class code: one byte a person, all that the monthly scan reads beside the key. A code says only how large a hazard can be; it never
//! decides what happens. May be used by `population`, `engine` and the resolution of scenarios.

use crate::behaviour::traits::{Status, Stay};

/// Nobody whom the scan must look at: not yet of age, aged out, dead, or naturalised.
pub const INERT: u8 = 0;
/// Most age bands that a code has room for.
pub const BANDS: usize = 6;
/// Codes from here on are abroad.
pub const ABROAD: u8 = 1 + (BANDS * 24) as u8;
/// Number of codes.
pub const CODES: usize = ABROAD as usize + 16 * 6;

/// Code of a person at home.
#[inline]
pub fn at_home(band: usize, sex: u8, education: u8, experienced: bool, kin: bool) -> u8 {
    1 + ((((band as u8 * 2 + sex) * 3 + education) * 2 + u8::from(experienced)) * 2 + u8::from(kin))
}

/// The parts of a code at home: band, sex, education, experienced, kin.
pub fn home_parts(code: u8) -> (usize, usize, usize, bool, bool) {
    let c = usize::from(code - 1);
    (c / 24, c / 12 % 2, c / 4 % 3, c / 2 % 2 == 1, c % 2 == 1)
}

/// Whether a code at home tells of experience; the inert one does not.
#[inline]
pub fn experienced(code: u8) -> bool {
    (code.max(1) - 1) / 2 % 2 == 1
}

/// Whether a code at home tells of kin who are or were abroad; the inert one does not.
#[inline]
pub fn has_kin(code: u8) -> bool {
    (code.max(1) - 1) % 2 == 1
}

/// The code of a person at home who comes into another age band; other codes stay.
#[inline]
pub fn in_band(code: u8, band: usize) -> u8 {
    match code {
        INERT | ABROAD.. => code,
        code => 1 + band as u8 * 24 + (code - 1) % 24,
    }
}

/// The code at home of the same person without experience.
#[inline]
pub fn without_experience(code: u8) -> u8 {
    if experienced(code) { code - 2 } else { code }
}

/// Code of a person abroad.
#[inline]
pub fn abroad(country: usize, stay: Stay, status: Status) -> u8 {
    match status {
        Status::Naturalised => INERT,
        _ => ABROAD + (country as u8 * 3 + stay as u8) * 2 + u8::from(status == Status::Undocumented),
    }
}

/// The parts of a code abroad: country, stay, status.
pub fn abroad_parts(code: u8) -> (usize, Stay, Status) {
    let c = code - ABROAD;
    let stay = Stay::ALL[usize::from(c / 2 % 3)];
    (usize::from(c / 6), stay, if c % 2 == 1 { Status::Undocumented } else { Status::Documented })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_parts_are_inverse() {
        for code in 1..ABROAD {
            let (band, sex, education, experienced, kin) = home_parts(code);
            assert_eq!(at_home(band, sex as u8, education as u8, experienced, kin), code);
            assert_eq!(at_home(band, sex as u8, education as u8, false, kin), without_experience(code));
            assert_eq!((super::experienced(code), has_kin(code)), (experienced, kin));
            assert_eq!(at_home(3, sex as u8, education as u8, experienced, kin), in_band(code, 3));
        }
        assert_eq!((super::experienced(INERT), has_kin(INERT), without_experience(INERT), in_band(INERT, 3)), (false, false, INERT, INERT));
        for code in ABROAD..CODES as u8 {
            let (country, stay, status) = abroad_parts(code);
            assert_eq!(abroad(country, stay, status), code);
        }
    }
}
