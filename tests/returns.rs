//! Why do people come home, and who stays away?

mod small;

use musafir::{
    behaviour::traits::Status,
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
    let relative = |drivers: &Drivers| drivers.net_pay(uzb, rus, 0.0, t)[1];
    assert!((relative(&b) * 2.0 / relative(&a) - 1.0).abs() < 1e-12);
}

#[test]
fn a_dearer_permit_is_a_fall_of_pay_for_those_who_pay_it() {
    let dearer = "[{ id = 'fee', citizens = ['UZB'], country = 'RUS', permit_factor = 5.0, from = 2008-01-01 }]";
    let [calm, dearer] = [small::scenario(&[]), small::scenario(&[("shock", dearer)])];
    let (world, behaviour) = (&dearer.world, &dearer.behaviour);
    let (uzb, rus) = (world.places.origin("UZB").expect("it is there"), world.places.country("RUS").expect("it is there"));
    let (drivers, totals) = (Drivers::new(world, behaviour), Totals::new(world));
    let mut market = Market::new(world, behaviour, &drivers, &totals, 1.0);
    let regimes = |t: usize| -> Vec<_> { world.places.pairs().map(|(o, c)| world.law.regime(o, c, world.start.plus(t as i32)).clone()).collect() };
    let (pair, memory) = (uzb * world.places.countries.len() + rus, behaviour.stay.wage_memory);
    let after = "2008-01".parse::<Month>().expect("a month").since(world.start) as usize;
    let mut peaks = [[0.0_f64; 2]; 2];
    for t in 0..=after {
        let regimes = regimes(t);
        market.remember(world, behaviour, &drivers, &regimes, t);
        for (status, fee, peak) in [(Status::Documented, regimes[pair].permit_usd_month, 0), (Status::Undocumented, 0.0, 1)] {
            let now = [drivers.deflator[t], drivers.wage[uzb][t]].map(|unit| (drivers.pay[rus][t] - fee) / unit);
            for (peak, now) in peaks[peak].iter_mut().zip(now) {
                *peak = (*peak * (1.0 - memory)).max(now);
            }
            let expected = (peaks[peak][0] / now[0]).max(peaks[peak][1] / now[1]).ln().max(0.0);
            let found = market.wage_fall(&drivers, (uzb, rus), &regimes[pair], status, t);
            assert!((found - expected).abs() < 1e-12, "{found} against {expected} in month {t}");
        }
    }
    let fall = |status| market.wage_fall(&drivers, (uzb, rus), &regimes(after)[pair], status, after);
    assert!(fall(Status::Documented) > fall(Status::Undocumented) + 0.1, "{} against {}", fall(Status::Documented), fall(Status::Undocumented));
    // And people act on it.
    let fallen = |scenario| journeys(scenario, "2008-01").returns[Cause::WageFallen as usize];
    let [before, after] = [&calm, &dearer].map(fallen);
    assert!(after > before + 10, "{after} against {before}");
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
