//! Corridors: named sets of links that open at a date, and the work of building them. May be used by everything right of `world`.

use crate::units::Month;

/// The building of a corridor.
#[derive(Clone, Debug, PartialEq)]
pub struct Construction {
    /// First month of work.
    pub from: Month,
    /// First month after the work.
    pub until: Month,
    /// Persons at work.
    pub workforce: f64,
    /// Share of them who are foreign workers of the contractor, 0 to 1: not filled locally.
    pub foreign_share: f64,
    /// Home regions (indices) among which the local jobs are divided evenly.
    pub homes: Vec<usize>,
}

/// A corridor. Its links stand in the network with their own opening.
#[derive(Clone, Debug, PartialEq)]
pub struct Corridor {
    /// Identifier in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// First month of service.
    pub opens: Month,
    /// How it is built, if that falls within the run.
    pub construction: Option<Construction>,
}
