//! What follows from the values of a test.

use super::{Claim, Test};
use crate::measure::statistics;

/// What the runs say to a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// All within the bounds.
    Supported,
    /// The interval reaches over a bound, or there is no value.
    CannotTell,
    /// All beyond a bound.
    Refuted,
    /// No run can tell.
    NotTested,
}

impl Verdict {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Supported => "supported",
            Verdict::CannotTell => "cannot tell",
            Verdict::Refuted => "refuted",
            Verdict::NotTested => "not tested",
        }
    }
}

/// Mean over replicates, quantiles 0.05 and 0.95; none if a replicate has no value, or there are fewer than two.
pub fn spread(values: &[f64]) -> Option<(f64, f64, f64)> {
    if values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let (mean, _, quantiles) = statistics::spread(values);
    quantiles.map(|(low, high)| (mean, low, high))
}

/// Of a test: supported if the whole interval lies strictly within the bounds, refuted if it lies wholly beyond one (an effect of exactly zero
/// refutes "more than 0"), else it cannot be told.
pub fn of_test(test: &Test, values: &[f64]) -> Verdict {
    let Some((_, low, high)) = spread(values) else { return Verdict::CannotTell };
    let (above, below) = (test.above.unwrap_or(f64::NEG_INFINITY), test.below.unwrap_or(f64::INFINITY));
    if low > above && high < below {
        Verdict::Supported
    } else if high <= above || low >= below {
        Verdict::Refuted
    } else {
        Verdict::CannotTell
    }
}

/// Of a claim: the worst of its tests.
pub fn of_claim(claim: &Claim, tests: &[Verdict]) -> Verdict {
    if claim.not_tested.is_some() { Verdict::NotTested } else { tests.iter().copied().max().unwrap_or(Verdict::NotTested) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(above: Option<f64>, below: Option<f64>) -> Test {
        Test { what: String::new(), of: super::super::Term::default(), over: None, above, below }
    }

    #[test]
    fn intervals_within_beyond_and_across_the_bounds() {
        let inside = test(Some(1.0), Some(2.0));
        assert_eq!(of_test(&inside, &[1.2, 1.5, 1.9]), Verdict::Supported);
        assert_eq!(of_test(&inside, &[2.2, 2.5, 2.9]), Verdict::Refuted);
        assert_eq!(of_test(&inside, &[0.1, 0.2]), Verdict::Refuted);
        assert_eq!(of_test(&inside, &[1.5, 2.5]), Verdict::CannotTell);
        assert_eq!(of_test(&inside, &[0.0, 3.0]), Verdict::CannotTell);
        let sign = test(Some(0.0), None);
        assert_eq!(of_test(&sign, &[0.0, 0.0]), Verdict::Refuted, "no effect is not more than none");
        assert_eq!(of_test(&sign, &[1e-9, 2e-9]), Verdict::Supported);
        assert_eq!(of_test(&sign, &[1.0, f64::NAN]), Verdict::CannotTell);
        assert_eq!(of_test(&sign, &[]), Verdict::CannotTell);
        assert_eq!(of_test(&sign, &[1.0]), Verdict::CannotTell, "one run has no interval");
    }

    #[test]
    fn a_claim_is_as_good_as_its_worst_test() {
        let claim = |not_tested: Option<&str>| Claim { number: 1, says: String::new(), past: false, not_tested: not_tested.map(String::from), note: None, test: Vec::new() };
        assert_eq!(of_claim(&claim(None), &[Verdict::Supported, Verdict::CannotTell]), Verdict::CannotTell);
        assert_eq!(of_claim(&claim(None), &[Verdict::Refuted, Verdict::CannotTell, Verdict::Supported]), Verdict::Refuted);
        assert_eq!(of_claim(&claim(None), &[Verdict::Supported]), Verdict::Supported);
        assert_eq!(of_claim(&claim(Some("why")), &[]), Verdict::NotTested);
    }
}
