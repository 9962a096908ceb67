//! What a visit decides, before anything is written. May be used by `engine`.

use super::event::{Cause, Obstacle};
use crate::behaviour::traits::{Motive, Stay};

/// A decision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Act {
    /// Leave home for a region and sector, if the purse allows.
    Leave {
        /// Destination region.
        destination: u8,
        /// Sector.
        sector: u8,
        /// Whether kin were abroad at the end of the month before (credit).
        kin: bool,
        /// Region and sector to go to where there is no place under a quota.
        otherwise: Option<[u8; 2]>,
    },
    /// Chose to go and may not.
    Blocked {
        /// Destination region wished for.
        destination: u8,
        /// Why not.
        obstacle: Obstacle,
    },
    /// Come home.
    Return(Cause),
    /// Weigh other countries; becomes [`Act::MoveOn`] or nothing.
    WeighMovingOn,
    /// Move on, if the purse allows.
    MoveOn {
        /// Destination region.
        destination: u8,
        /// Sector.
        sector: u8,
        /// Whether kin were abroad at the end of the month before (credit).
        kin: bool,
    },
    /// Lose papers.
    LosePapers,
    /// Gain papers.
    GainPapers,
    /// Be found and sent home.
    Removal,
    /// Change the kind of stay.
    Become(Stay),
    /// Change the motive.
    Turn(Motive),
    /// Become a citizen.
    Naturalise,
}
