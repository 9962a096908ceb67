//! What persons do: each file is one process with its parameters and pure functions. No function here knows of chunks, threads or files.
//! Uses `units`, `math`, `world`; the engine calls it.

pub mod afford;
pub mod choose;
pub mod consider;
pub mod enter;
pub mod policy;
pub mod remit;
pub mod settle;
pub mod stay;
pub mod traits;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::world::{labour, place::Country};

/// Values by ISO code of a country.
pub type ByCode = BTreeMap<String, f64>;

/// The values of `map` in the order of `countries`; `default` where a code is missing.
pub fn in_order(map: &ByCode, countries: &[Country], default: f64) -> Vec<f64> {
    countries.iter().map(|c| map.get(&c.code).copied().unwrap_or(default)).collect()
}

/// All behavioural parameters of a scenario.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Behaviour {
    /// Weighing to leave.
    pub consider: consider::Params,
    /// Choosing where.
    pub choose: choose::Params,
    /// Paying for it.
    pub afford: afford::Params,
    /// The legal channel.
    pub enter: enter::Params,
    /// Competing hazards abroad.
    pub stay: stay::Params,
    /// Remittances and the use of money.
    pub remit: remit::Params,
    /// Settling, motives, citizenship.
    pub settle: settle::Params,
    /// Labour markets.
    pub labour: labour::Params,
}
