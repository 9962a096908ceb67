//! Experiments: several runs on the same persons, seeds and draws, and what differs between them. Uses everything left of it; `report` and
//! `cli` may use it.
//!
//! What knows the parts of a world stands in two files: [`inputs`] (what a month reads, so that runs can share a past) and [`parts`] (what
//! one scenario changes against another, and worlds with some of the changes). [`replicate`] runs many worlds as one tree, [`compare`],
//! [`diversion`] and [`attribute`] make the results of it, [`answer`] picks ten numbers of them, [`record`] is what is left on disk beside the tables.
//! [`sweep`] runs designs ([`design`]) over the keys of a scenario by a [`queue`]; [`sensitivity`] and [`discover`] say what they tell.
//! [`claims`] holds claims against the runs of many scenarios. [`calibration`] fits uncertain keys to the published past; what it leaves is an
//! [`ensemble`], which the others take; [`discrepancy`] is what a model misses of published series.
//!
//! The published past: [`target_file`] and [`targets`] say what was published and what of the model it is held against, [`monthly`] keeps what
//! that needs, [`observe`] is the observation operator. [`scores`], [`naive`] and [`gravity`] are arithmetic on numbers alone; [`patterns`]
//! looks for what the past shows at a glance. [`validate`] puts all of it together, [`validation`] is what it leaves on disk.

pub mod answer;
pub mod attribute;
pub mod calibration;
pub mod claims;
pub mod compare;
pub mod design;
pub mod discover;
pub mod discrepancy;
pub mod diversion;
pub mod ensemble;
pub mod gravity;
pub mod inputs;
pub mod monthly;
pub mod naive;
pub mod observe;
pub mod parts;
pub mod patterns;
pub mod queue;
pub mod record;
pub mod replicate;
pub mod scores;
pub mod sensitivity;
pub mod sweep;
mod target_check;
pub mod target_file;
pub mod targets;
pub mod validate;
pub mod validation;
