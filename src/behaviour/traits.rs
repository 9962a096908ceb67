//! The attributes of a person that behaviour depends on, as small types. May be used by everything right of `behaviour`.

use serde::{Deserialize, Serialize};

/// Why a person goes or would go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Motive {
    Earn,
    Study,
    Experience,
    Settle,
}

/// Kind of stay abroad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Stay {
    Seasonal,
    OpenEnded,
    Settled,
}

/// Legal status abroad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Status {
    Documented,
    Undocumented,
    Naturalised,
}

impl Motive {
    /// All, by index.
    pub const ALL: [Motive; 4] = [Motive::Earn, Motive::Study, Motive::Experience, Motive::Settle];
}

impl Stay {
    /// All, by index.
    pub const ALL: [Stay; 3] = [Stay::Seasonal, Stay::OpenEnded, Stay::Settled];
}

impl Status {
    /// All, by index.
    pub const ALL: [Status; 3] = [Status::Documented, Status::Undocumented, Status::Naturalised];
}

/// Names in files, by the index of the variant.
pub const SEXES: [&str; 2] = ["men", "women"];
/// See [`crate::world::demography::Education`].
pub const EDUCATIONS: [&str; 3] = ["basic", "secondary", "tertiary"];
/// See [`Motive`].
pub const MOTIVES: [&str; 4] = ["earn", "study", "experience", "settle"];
/// See [`Stay`].
pub const STAYS: [&str; 3] = ["seasonal", "open-ended", "settled"];
/// See [`Status`].
pub const STATUSES: [&str; 3] = ["documented", "undocumented", "naturalised"];
