//! What a file means to be: scenarios, sweeps and the others are told apart by their keys. Used by `scenario` and `cli`.

use std::path::Path;

use super::{document, tree::Node};

/// Kinds of files that commands take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A scenario, or nothing that can be told.
    Scenario,
    /// A sweep.
    Sweep,
    /// A calibration.
    Calibration,
    /// An ensemble.
    Ensemble,
    /// A book of claims.
    Claims,
    /// Targets, or the bars of their scores.
    Targets,
}

/// Keys at the top of a file by which it is known, those of whole scenarios apart; the first that fits is meant.
const KNOWN_BY: [(Kind, &[&str]); 5] = [
    (Kind::Sweep, &["design", "factor"]),
    (Kind::Ensemble, &["member", "discrepancy"]),
    (Kind::Calibration, &["method", "parameter"]),
    (Kind::Claims, &["claim"]),
    (Kind::Targets, &["series", "bars"]),
];

/// Keys of whole scenarios.
pub const WHOLE: [&str; 4] = ["extends", "run", "tables", "behaviour"];

/// Keys of parts that scenarios extend.
pub const PARTS: [&str; 8] = ["regime", "closure", "amnesty", "trend", "corridor", "shock", "rule", "cells"];

impl Kind {
    /// Of a file; a scenario if it cannot be read.
    pub fn of(file: &Path) -> Kind {
        Kind::of_tree(&document::tree_of(file))
    }

    /// Of what a file holds.
    pub fn of_tree(tree: &Node) -> Kind {
        KNOWN_BY.iter().find(|(_, keys)| tree.has_any(keys)).map_or(Kind::Scenario, |(kind, _)| *kind)
    }

    /// Of what a file holds that is to be a scenario: it is one if it has anything of one.
    pub fn of_scenario(tree: &Node) -> Kind {
        if tree.has_any(&WHOLE) || tree.has_any(&PARTS) { Kind::Scenario } else { Kind::of_tree(tree) }
    }

    /// For people.
    pub fn name(self) -> &'static str {
        ["a scenario", "a sweep", "a calibration", "an ensemble", "a book of claims", "a file of targets"][self as usize]
    }

    /// What takes it.
    pub fn taken(self) -> &'static str {
        [
            "`musafir run` takes it",
            "`musafir sweep` takes it",
            "`musafir calibrate` takes it",
            "give it to --ensemble",
            "`musafir claims` takes it",
            "`musafir validate SCENARIO` reads it, with the others of its folder",
        ][self as usize]
    }
}
