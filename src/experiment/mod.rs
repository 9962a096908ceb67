//! Experiments: several runs on the same persons, seeds and draws, and what differs between them. Uses everything left of it; `report` and
//! `cli` may use it.
//!
//! What knows the parts of a world stands in two files: [`inputs`] (what a month reads, so that runs can share a past) and [`parts`] (what
//! one scenario changes against another, and worlds with some of the changes). [`parting`] says which worlds are one run, and until when;
//! [`replicate`] runs many worlds as one tree, [`compare`], [`diversion`] and [`attribute`] make the results of it, [`answer`] picks ten numbers
//! of them, [`record`] is what is left on disk beside the tables. [`sweep`] runs designs ([`design`]) over the keys of a scenario by a
//! [`queue`]; [`sensitivity`] and [`discover`] say what they tell. [`claims`] holds claims against the runs of many scenarios. [`past`] holds a
//! model against what was published; [`calibration`] fits uncertain keys to that, and what it leaves is an [`ensemble`], which the others take.

pub mod answer;
pub mod attribute;
pub mod calibration;
pub mod claims;
pub mod compare;
pub mod design;
pub mod discover;
pub mod diversion;
pub mod ensemble;
pub mod inputs;
pub mod parting;
pub mod parts;
pub mod past;
pub mod queue;
pub mod record;
pub mod replicate;
pub mod sensitivity;
pub mod sweep;
