//! The persons: their columns, households, and how they are synthesised from published margins.
//! Uses `world` and `behaviour`; the engine owns what is made here.

pub mod class;
pub mod person;
pub mod synthesis;
