//! Scenario discovery by the patient rule induction method (Friedman & Fisher 1999; Bryant & Lempert 2010): boxes of factors in which an
//! outcome is dense, found by peeling a little off one side at a time.

/// Share of the points in a box that one peel takes, about.
const PEEL: f64 = 0.05;
/// Least share of all points in a box.
const LEAST: f64 = 0.05;
/// Least number of points in a box.
const FEWEST: usize = 4;
/// Largest probability that chance makes a side of one of the factors.
const SIGNIFICANT: f64 = 0.05;
/// Most factors that bound a box.
const MOST_FACTORS: usize = 4;

/// What a box says of a factor.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    /// From one place to another.
    Between(f64, f64),
    /// One of some alternatives.
    OneOf(Vec<usize>),
}

impl Side {
    fn holds(&self, x: f64) -> bool {
        match self {
            Side::Between(low, high) => (*low..=*high).contains(&x),
            Side::OneOf(list) => list.contains(&(x as usize)),
        }
    }
}

/// A box.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Restricted factors and what is said of them.
    pub sides: Vec<(usize, Side)>,
    /// Share of all cases of interest that are in the box.
    pub coverage: f64,
    /// Share of the points in the box that are cases of interest.
    pub density: f64,
    /// Share of all points that are in the box.
    pub mass: f64,
}

/// Points, by factor whether its values have an order, and which points are cases of interest.
#[derive(Clone, Copy, Debug)]
pub struct Cases<'a> {
    /// Places by point and factor.
    pub points: &'a [Vec<f64>],
    /// By factor.
    pub ordered: &'a [bool],
    /// By point.
    pub interest: &'a [bool],
}

/// Boxes one after the other, each found among the points that are in none before it; at most `most`, as long as each is denser than all points.
pub fn regions(cases: &Cases<'_>, most: usize) -> Vec<Region> {
    let mut left: Vec<usize> = (0..cases.points.len()).collect();
    let mut found = Vec::new();
    while found.len() < most {
        let Some(sides) = best(cases, &left) else { break };
        let region = cases.measured(sides);
        if region.density <= cases.density() {
            break;
        }
        left.retain(|&i| !cases.inside(i, &region.sides));
        found.push(region);
    }
    found
}

impl Cases<'_> {
    fn inside(&self, point: usize, sides: &[(usize, Side)]) -> bool {
        sides.iter().all(|(f, side)| side.holds(self.points[point][*f]))
    }

    fn hits(&self, list: &[usize]) -> usize {
        list.iter().filter(|&&i| self.interest[i]).count()
    }

    /// Share of all points that are cases of interest.
    fn density(&self) -> f64 {
        self.interest.iter().filter(|x| **x).count() as f64 / self.points.len().max(1) as f64
    }

    fn measured(&self, sides: Vec<(usize, Side)>) -> Region {
        let all: Vec<usize> = (0..self.points.len()).collect();
        let within: Vec<usize> = all.iter().copied().filter(|&i| self.inside(i, &sides)).collect();
        let share = |a: usize, b: usize| if b == 0 { 0.0 } else { a as f64 / b as f64 };
        Region { sides, coverage: share(self.hits(&within), self.hits(&all)), density: share(self.hits(&within), within.len()), mass: share(within.len(), all.len()) }
    }
}

/// The best box, by one factor more at a time (the first two together if none does alone): peeling all factors at once takes a little off
/// many sides that mean nothing, and hides the few that do. None if no side is beyond chance.
fn best(cases: &Cases<'_>, left: &[usize]) -> Option<Vec<(usize, Side)>> {
    let all = cases.ordered.len();
    let choose = |sets: Vec<Vec<usize>>| {
        let tried = sets.into_iter().filter_map(|factors| Some((bounded(cases, left, &factors)?, factors)));
        // Of equally good ones the first.
        tried.reduce(|best, other| if other.0.score > best.0.score { other } else { best })
    };
    let pairs = || choose((0..all).flat_map(|f| (f + 1..all).map(move |g| vec![f, g])).collect());
    let (mut top, mut factors) = choose((0..all).map(|f| vec![f]).collect()).or_else(pairs)?;
    while factors.len() < MOST_FACTORS {
        let more = (0..all).filter(|f| !factors.contains(f)).map(|f| [&factors[..], &[f]].concat()).collect();
        let Some(next) = choose(more).filter(|next| next.0.score > top.score) else { break };
        (top, factors) = next;
    }
    // The whole box was one of many, of each factor.
    let most = SIGNIFICANT / (all * top.tried) as f64;
    (by_chance(cases, left, &top.sides, &[]) <= most).then_some(top.sides)
}

/// A box by some factors.
struct Bounded {
    score: f64,
    sides: Vec<(usize, Side)>,
    /// Boxes of the trajectory.
    tried: usize,
}

/// How good a box is: the harmonic mean of its coverage and of what its density gains over that of all `left`, as a share of what it could.
/// All points together are worth nothing.
fn score(cases: &Cases<'_>, left: &[usize], inside: &[usize]) -> f64 {
    let (all, within) = (cases.hits(left) as f64, cases.hits(inside) as f64);
    let base = all / left.len() as f64;
    let (coverage, gain) = (within / all, (within / inside.len().max(1) as f64 - base) / (1.0 - base));
    if gain > 0.0 { 2.0 * coverage * gain / (coverage + gain) } else { 0.0 }
}

/// The best box of the peeling trajectory of some factors, without sides that do nothing, of whose sides chance explains none as well.
fn bounded(cases: &Cases<'_>, left: &[usize], factors: &[usize]) -> Option<Bounded> {
    let (all, hits) = (left.len(), cases.hits(left));
    if hits == 0 || hits == all {
        return None;
    }
    let least = FEWEST.max((LEAST * cases.points.len() as f64).ceil() as usize);
    let mut trajectory: Vec<(f64, Vec<usize>)> = Vec::new();
    let mut inside = left.to_vec();
    while let Some(smaller) = peel(cases, &inside, factors).filter(|s| s.len() >= least) {
        inside = smaller;
        trajectory.push((score(cases, left, &inside), inside.clone()));
    }
    let tried = trajectory.len();
    // Of equal boxes the larger comes first.
    trajectory.sort_by(|a, b| b.0.total_cmp(&a.0));
    trajectory.iter().take_while(|(score, _)| *score > 0.0).find_map(|(_, inside)| {
        let sides = needed(cases, left, sides(cases, left, inside, factors));
        // The factor was one of many that were tried (Bonferroni).
        let most = SIGNIFICANT / cases.ordered.len() as f64;
        let without = |k: usize| sides.iter().enumerate().filter(|(j, _)| *j != k).map(|(_, side)| side.clone()).collect::<Vec<_>>();
        let beyond_chance = !sides.is_empty() && (0..sides.len()).all(|k| by_chance(cases, left, &sides, &without(k)) <= most);
        beyond_chance.then(|| Bounded { score: worth(cases, left, &sides), sides, tried })
    })
}

/// The score of the points within some sides.
fn worth(cases: &Cases<'_>, left: &[usize], sides: &[(usize, Side)]) -> f64 {
    score(cases, left, &left.iter().copied().filter(|&i| cases.inside(i, sides)).collect::<Vec<_>>())
}

/// Sides without those that can go without harm: they are hulls of the points inside, so each must be needed to keep others out.
fn needed(cases: &Cases<'_>, left: &[usize], mut sides: Vec<(usize, Side)>) -> Vec<(usize, Side)> {
    let mut k = 0;
    while k < sides.len() {
        let without: Vec<(usize, Side)> = sides.iter().enumerate().filter(|(j, _)| *j != k).map(|(_, s)| s.clone()).collect();
        if worth(cases, left, &without) >= worth(cases, left, &sides) {
            sides = without;
        } else {
            k += 1;
        }
    }
    sides
}

/// Probability that as many cases of interest are in a box if its points were drawn at random from those of a box with fewer sides
/// (quasi-p-value: Bryant & Lempert 2010).
fn by_chance(cases: &Cases<'_>, left: &[usize], sides: &[(usize, Side)], fewer: &[(usize, Side)]) -> f64 {
    let within = |sides: &[(usize, Side)]| left.iter().copied().filter(|&i| cases.inside(i, sides)).collect::<Vec<_>>();
    let (wide, narrow) = (within(fewer), within(sides));
    let density = cases.hits(&wide) as f64 / wide.len().max(1) as f64;
    at_least(cases.hits(&narrow), narrow.len(), density)
}

/// Probability of at least `hits` of `n` independent trials that succeed with probability `p`.
fn at_least(hits: usize, n: usize, p: f64) -> f64 {
    if hits == 0 || p >= 1.0 {
        return 1.0;
    }
    if p <= 0.0 {
        return 0.0;
    }
    let mut ln_term = n as f64 * (-p).ln_1p();
    let mut tail = 0.0;
    for k in 0..=n {
        if k >= hits {
            tail += ln_term.exp();
        }
        ln_term += ((n - k) as f64 / (k + 1) as f64).ln() + (p / (1.0 - p)).ln();
    }
    tail.min(1.0)
}

/// The points that are left after the peel of one of some factors that makes the box densest; none if nothing can be peeled.
fn peel(cases: &Cases<'_>, inside: &[usize], factors: &[usize]) -> Option<Vec<usize>> {
    let mut top: Option<(f64, Vec<usize>)> = None;
    let mut offer = |kept: Vec<usize>| {
        if kept.is_empty() || kept.len() == inside.len() {
            return;
        }
        let density = cases.hits(&kept) as f64 / kept.len() as f64;
        // Of equally dense boxes the one that keeps more.
        if top.as_ref().is_none_or(|(d, k)| density > *d || (density == *d && kept.len() > k.len())) {
            top = Some((density, kept));
        }
    };
    for &f in factors {
        let place = |i: &usize| cases.points[*i][f];
        let mut places: Vec<f64> = inside.iter().map(place).collect();
        places.sort_by(f64::total_cmp);
        let taken = ((PEEL * inside.len() as f64).ceil() as usize).max(1);
        if cases.ordered[f] {
            let (low, high) = (places[taken.min(places.len() - 1)], places[places.len() - 1 - taken.min(places.len() - 1)]);
            // Where many points stand at the end, all of them go.
            let low = if low == places[0] { places.iter().copied().find(|x| *x > low) } else { Some(low) };
            let high = if high == places[places.len() - 1] { places.iter().rev().copied().find(|x| *x < high) } else { Some(high) };
            if let Some(low) = low {
                offer(inside.iter().copied().filter(|i| place(i) >= low).collect());
            }
            if let Some(high) = high {
                offer(inside.iter().copied().filter(|i| place(i) <= high).collect());
            }
        } else {
            places.dedup();
            for out in places {
                offer(inside.iter().copied().filter(|i| place(i) != out).collect());
            }
        }
    }
    top.map(|(_, kept)| kept)
}

/// What the points inside have in common, factor by factor, where it is less than what all have.
fn sides(cases: &Cases<'_>, all: &[usize], inside: &[usize], factors: &[usize]) -> Vec<(usize, Side)> {
    let of = |list: &[usize], f: usize| {
        let mut places: Vec<f64> = list.iter().map(|&i| cases.points[i][f]).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        places
    };
    let mut factors = factors.to_vec();
    factors.sort_unstable();
    factors
        .into_iter()
        .filter_map(|f| {
            let (whole, part) = (of(all, f), of(inside, f));
            let ends = |p: &[f64]| Some((*p.first()?, *p.last()?));
            if cases.ordered[f] {
                let (low, high) = ends(&part)?;
                (ends(&whole) != ends(&part)).then_some((f, Side::Between(low, high)))
            } else {
                (whole != part).then(|| (f, Side::OneOf(part.iter().map(|x| *x as usize).collect())))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::design::{Design, Kind};

    fn points(n: usize, factors: usize) -> Vec<Vec<f64>> {
        Design { kind: Kind::LatinHypercube, points: n, trajectories: 2, levels: 4, seed: 5 }.unit(&vec![Vec::new(); factors])
    }

    #[test]
    fn tails_are_those_of_the_binomial_distribution() {
        assert!((at_least(8, 10, 0.5) - 56.0 / 1024.0).abs() < 1e-12);
        assert!((at_least(1, 1000, 1e-3) - (1.0 - 0.999f64.powi(1000))).abs() < 1e-9);
        assert_eq!([at_least(0, 5, 0.2), at_least(3, 5, 0.0), at_least(5, 5, 1.0)], [1.0, 0.0, 1.0]);
    }

    #[test]
    fn what_chance_explains_is_no_box() {
        // So many points are of interest, wherever they lie.
        let points = points(48, 2);
        for every in 2..=8 {
            let interest: Vec<bool> = (0..points.len()).map(|i| i % every == 0).collect();
            let found = regions(&Cases { points: &points, ordered: &[true; 2], interest: &interest }, 3);
            assert!(found.is_empty(), "every {every}th: {found:?}");
        }
    }

    #[test]
    fn a_constructed_box_is_found() {
        let points = points(600, 5);
        let interest: Vec<bool> = points.iter().map(|p| p[1] > 0.6 && (0.2..0.7).contains(&p[3])).collect();
        let regions = regions(&Cases { points: &points, ordered: &[true; 5], interest: &interest }, 1);
        let region = &regions[0];
        assert!(region.coverage > 0.9 && region.density > 0.9, "{region:?}");
        assert_eq!(region.sides.iter().map(|s| s.0).collect::<Vec<_>>(), [1, 3]);
        let Side::Between(low, high) = region.sides[1].1 else { panic!("an ordered factor") };
        assert!((low - 0.2).abs() < 0.05 && (high - 0.7).abs() < 0.05, "{low} {high}");
        let Side::Between(low, _) = region.sides[0].1 else { panic!("an ordered factor") };
        assert!((low - 0.6).abs() < 0.05, "{low}");
    }

    #[test]
    fn alternatives_and_a_second_box_are_found() {
        let mut points = points(900, 3);
        for p in &mut points {
            p[0] = (p[0] * 4.0).floor();
        }
        let interest: Vec<bool> = points.iter().map(|p| (p[0] == 2.0 && p[1] < 0.5) || (p[0] == 0.0 && p[2] > 0.6)).collect();
        let regions = regions(&Cases { points: &points, ordered: &[false, true, true], interest: &interest }, 2);
        assert_eq!(regions.len(), 2);
        let alternatives: Vec<&Side> = regions.iter().filter_map(|r| r.sides.iter().find(|s| s.0 == 0)).map(|s| &s.1).collect();
        assert_eq!(alternatives, [&Side::OneOf(vec![2]), &Side::OneOf(vec![0])]);
        assert!(regions.iter().map(|r| r.coverage).sum::<f64>() > 0.85 && regions.iter().all(|r| r.density > 0.85), "{regions:?}");
    }

    #[test]
    fn a_weak_box_among_many_factors_is_found_and_no_box_is_emptier_than_all() {
        // The condition holds mostly where two of twenty factors are high; elsewhere now and then.
        let points = points(250, 20);
        let interest: Vec<bool> = points.iter().enumerate().map(|(i, p)| if p[3] > 0.4 && p[11] < 0.6 { i % 5 < 3 } else { i % 20 == 0 }).collect();
        let cases = Cases { points: &points, ordered: &[true; 20], interest: &interest };
        let regions = regions(&cases, 3);
        assert_eq!(regions[0].sides.iter().map(|s| s.0).collect::<Vec<_>>(), [3, 11], "{regions:?}");
        assert!(regions[0].density > 0.5 && regions[0].coverage > 0.6, "{regions:?}");
        assert!(regions.iter().all(|region| region.density > cases.density()), "{regions:?}");
    }

    #[test]
    fn two_factors_make_a_box() {
        let points = points(60, 6);
        let interest: Vec<bool> = points.iter().map(|p| (p[1] > 0.5) == (p[4] > 0.5) && p[1] > 0.5 || (p[1] < 0.2 && p[4] < 0.2)).collect();
        let regions = regions(&Cases { points: &points, ordered: &[true; 6], interest: &interest }, 1);
        assert_eq!(regions[0].sides.iter().map(|s| s.0).collect::<Vec<_>>(), [1, 4], "{regions:?}");
    }

    #[test]
    fn where_the_condition_holds_for_many_a_box_is_found_still() {
        let points = points(200, 3);
        let interest: Vec<bool> = points.iter().enumerate().map(|(i, p)| if p[1] > 0.5 { i % 5 < 4 } else { i % 5 < 2 }).collect();
        let regions = regions(&Cases { points: &points, ordered: &[true; 3], interest: &interest }, 1);
        assert!(regions[0].sides.len() == 1 && regions[0].sides[0].0 == 1 && regions[0].density > 0.75, "{regions:?}");
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        let points = points(100, 2);
        let cases = |interest: &[bool]| regions(&Cases { points: &points, ordered: &[true; 2], interest }, 3);
        assert!(cases(&[false; 100]).is_empty());
        assert!(cases(&[true; 100]).is_empty());
    }
}
