//! musafir simulates labour migration person by person.
//!
//! The way of a datum: text in `scenarios/*.toml` is read, overlaid, checked and resolved by [`scenario`] into a [`world`] and a
//! [`behaviour`]; [`population`] synthesises persons from published margins; [`engine`] moves them month by month; [`measure`] listens and
//! writes tables. A module may use only what stands to its left:
//!
//! `machine -> units -> math -> draw -> store -> world -> behaviour -> population -> hierarchy -> scenario -> engine -> measure -> experiment -> report -> cli`

pub mod behaviour;
pub mod cli;
pub mod draw;
pub mod engine;
pub mod experiment;
pub mod hierarchy;
pub mod machine;
pub mod math;
pub mod measure;
pub mod population;
pub mod report;
pub mod scenario;
pub mod store;
pub mod units;
pub mod world;
