//! Experiments: several runs on the same persons, seeds and draws, and what differs between them. Uses everything left of it; `report` and
//! `cli` may use it.

pub mod claims;
