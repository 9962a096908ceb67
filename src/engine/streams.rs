//! The random streams of a month. May be used by `engine`.

use super::{
    abroad::{self, CAUSES},
    month::{LANES, MAX_COUNTRIES},
};
use crate::{
    draw::{Purpose, Stream},
    units::Month,
};

/// The streams of a month, one a purpose and alternative.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Streams {
    pub consider: Stream,
    pub frailty: [Stream; 2],
    pub stay: Stream,
    pub country: [Stream; MAX_COUNTRIES],
    /// With [`LANES`] more.
    pub region: Vec<Stream>,
    pub sector: [Stream; 4],
    pub channel: Stream,
    pub kind: Stream,
    pub border: Stream,
    pub granted: Stream,
    pub causes: [Stream; CAUSES],
    pub ban: Stream,
    pub experience: Stream,
    pub quota: Stream,
}

impl Streams {
    /// Of a month.
    pub fn new(seed: u64, month: Month, countries: usize, regions: usize) -> Streams {
        let one = |p: Purpose| Stream::new(seed, p, month, 0);
        let at = |p: Purpose, k: usize| Stream::new(seed, p, month, k as u32);
        Streams {
            consider: one(Purpose::Consider),
            frailty: [one(Purpose::Frailty), one(Purpose::FrailtyScale)],
            stay: one(Purpose::Stay),
            country: std::array::from_fn(|k| if k < countries { at(Purpose::Country, k) } else { Stream::default() }),
            region: (0..regions).map(|k| at(Purpose::Region, k)).chain([Stream::default(); LANES]).collect(),
            sector: [0, 1, 2, 3].map(|k| at(Purpose::Sector, k)),
            channel: one(Purpose::Channel),
            kind: one(Purpose::Kind),
            border: one(Purpose::Border),
            granted: one(Purpose::Granted),
            causes: abroad::PURPOSES.map(|(p, k)| at(p, k)),
            ban: one(Purpose::Ban),
            experience: one(Purpose::Experience),
            quota: one(Purpose::QuotaOrder),
        }
    }
}
