//! The published past: what was published, and how near a model comes to it. `calibration`, `report` and `cli` may use it.
//!
//! [`target_file`] and [`targets`] say what was published and what of the model it is held against, [`monthly`] keeps what that needs,
//! [`observe`] is the observation operator. [`scores`], [`naive`] and [`gravity`] are arithmetic on numbers alone; [`patterns`] looks for what
//! the past shows at a glance; [`discrepancy`] is what a model misses of published series. [`validate`] puts all of it together,
//! [`validation`] is what it leaves on disk.

pub mod discrepancy;
pub mod gravity;
pub mod monthly;
pub mod naive;
pub mod observe;
pub mod patterns;
pub mod scores;
mod target_check;
pub mod target_file;
pub mod targets;
pub mod validate;
pub mod validation;
