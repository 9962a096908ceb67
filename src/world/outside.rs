//! Pairs of countries that are not simulated, at published values. May be used by everything right of `world`.

/// Migrants of one country in another, and what they send back: held constant over the run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Country that they come from, an index into [`super::place::Places::all`].
    pub from: usize,
    /// Country in which they live, likewise.
    pub to: usize,
    /// Persons; 0 where nothing is published.
    pub persons: f64,
    /// US dollars a year sent from `to` to `from`; 0 where nothing is published.
    pub remittances_usd: f64,
}
