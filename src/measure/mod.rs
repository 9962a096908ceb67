//! Listens to a run and keeps what the result files need; never feeds back. Uses everything left of it; `experiment`, `report` and `cli`
//! may use it.
//!
//! A [`Recorder`] listens to one replicate; what it recorded goes into [`Results`], which write the files.

pub mod ages;
pub mod blocked;
pub mod checkpoint;
pub mod columns;
pub mod flows;
pub mod households;
pub mod labour;
pub mod policy;
pub mod ranks;
pub mod record;
pub mod recorder;
pub mod results;
pub mod scope;
pub mod statistics;
pub mod stocks;
pub mod summary;
pub mod tally;
pub mod year;

pub use recorder::{Recorded, Recorder};
pub use results::{Format, Results};
