//! Why do people come home, and who stays away?

mod small;

use musafir::{
    engine::{
        event::{Cause, Happening},
        market::{Drivers, Market},
        observe::{MonthView, Observer},
        totals::Totals,
    },
    scenario::Scenario,
    units::Month,
};

/// Departures, and returns by cause, of an origin from a month on.
struct Journeys {
    from: Month,
    origin: usize,
    departures: usize,
    returns: [usize; 6],
}

impl Observer for Journeys {
    fn start(&mut self, _: &MonthView<'_>) {}
    fn month(&mut self, view: &MonthView<'_>) {
        let own = |home: u8| view.world.places.homes[usize::from(home)].origin == self.origin;
        for event in view.events.iter().flat_map(|e| e.iter()).filter(|e| view.month >= self.from && own(e.home)) {
            match event.happening {
                Happening::Departed => self.departures += 1,
                Happening::Returned => self.returns[usize::from(event.detail)] += 1,
                _ => {}
            }
        }
    }
}

fn journeys(scenario: &Scenario, from: &str) -> Journeys {
    let origin = scenario.world.places.origin("UZB").expect("Uzbekistan is in the small world");
    let mut journeys = Journeys { from: from.parse().expect("a month"), origin, departures: 0, returns: [0; 6] };
    small::run(scenario, small::setup(4), &mut journeys);
    journeys
}

#[test]
fn people_come_home_when_pay_there_rises() {
    let risen = "[{ id = 'home', series = 'wage_usd', places = ['UZB'], factor = 2.0, from = 2007-01-01 }]";
    let [calm, risen] = [small::scenario(&[]), small::scenario(&[("shock", risen)])];
    let [before, after] = [&calm, &risen].map(|scenario| journeys(scenario, "2007-01"));
    let fallen = |journeys: &Journeys| journeys.returns[Cause::WageFallen as usize];
    assert!(fallen(&after) > fallen(&before) + 30, "{} against {}", fallen(&after), fallen(&before));
    // What they earn abroad is the same.
    let [a, b] = [&calm, &risen].map(|s| Drivers::new(&s.world, &s.behaviour));
    assert_eq!(a.pay, b.pay);
    let (uzb, rus, t) = (after.origin, calm.world.places.country("RUS").expect("it is there"), 30);
    assert!((b.relative_pay(uzb, rus, t) * 2.0 / a.relative_pay(uzb, rus, t) - 1.0).abs() < 1e-12);
}

#[test]
fn want_of_work_brings_people_home_and_keeps_others_away() {
    let [few, many] = [0.2, 5.0].map(|factor| {
        let mut scenario = small::scenario(&[("behaviour.stay.b_job", "2.0")]);
        scenario.world.markets.countries.iter_mut().for_each(|country| country.jobs_2013 *= factor);
        journeys(&scenario, "2006-01")
    });
    let lost = |journeys: &Journeys| journeys.returns[Cause::JobLost as usize] as f64 / journeys.returns.iter().sum::<usize>() as f64;
    assert!(lost(&few) > 0.3 && lost(&many) < 0.05, "{} and {} of the returns", lost(&few), lost(&many));
    assert!((few.departures as f64) < 0.9 * many.departures as f64, "{} against {}", few.departures, many.departures);
}

#[test]
fn work_is_wanting_where_there_are_more_migrants_than_jobs() {
    let scenario = small::scenario(&[]);
    let (world, behaviour) = (&scenario.world, &scenario.behaviour);
    let (drivers, totals) = (Drivers::new(world, behaviour), Totals::new(world));
    let mut market = Market::new(world, behaviour, &drivers, &totals, 1.0);
    let (rus, labour) = (world.places.country("RUS").expect("it is there"), &behaviour.labour);
    let regions = world.places.regions_of(rus);
    // Employment by cell at a crowding, and the mean by who is there.
    for (crowding, idle) in [(0.5, false), (1.0, false), (2.0, true), (5.0, true)] {
        let (mut supply, mut employed) = (0.0, 0.0);
        for k in regions.start * 4..regions.end * 4 {
            (market.supply[k], market.employment[k]) = (k as f64 + 1.0, labour.employment_level(crowding, 0.0));
            supply += market.supply[k];
            employed += market.supply[k] * market.employment[k];
        }
        let expected = (labour.employment_max * 2f64.powf(-1.0 / labour.crowding_power) * supply / employed).ln().max(0.0);
        let found = market.idle(world, behaviour, rus);
        assert!((found - expected).abs() < 1e-12 && (found > 1e-9) == idle, "{found} against {expected} at {crowding}");
    }
}
