//! Does each channel of a corridor do what it says, and only that?

mod small;

use musafir::{
    engine::{
        Simulation,
        corridors::Effects,
        market::Drivers,
        observe::{MonthView, Observer},
        tables::Tables,
        totals::{HOME_CELLS, home_cell},
    },
    measure::{Recorded, Recorder, Results},
    scenario::Scenario,
    units::Month,
    world::{
        World,
        corridor::{Channels, Construction, Corridor, Phase, Site, SiteJobs, Transit, Visitors},
        network::{Link, Mode},
        place::MacroArea,
    },
};

// Regions of the small world.
const BISHKEK: usize = 0;
const SOUTH: usize = 1;
const ANDIJAN: usize = 2;
const MOSCOW: usize = 0;
const SIBERIA: usize = 1;
const ISTANBUL: usize = 2;

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12 * a.abs().max(b.abs()).max(1.0), "{a} is not {b}");
}

/// The small world without its corridor.
fn bare() -> Scenario {
    let mut scenario = small::scenario(&[]);
    scenario.world.corridors.clear();
    scenario
}

fn node(world: &World, name: &str) -> usize {
    world.network.nodes.iter().position(|n| n.id == name).expect("the node is in the small world")
}

fn link(world: &World, ends: [&str; 2], mode: Mode, km: f64, hours: f64) -> Link {
    Link {
        id: "new".to_string(),
        ends: ends.map(|name| node(world, name)),
        mode,
        km,
        hours,
        fare_usd: None,
        border_hours: 1.0,
        border_usd: 0.0,
        passengers: true,
        opens: Month::FIRST,
        closes: Month::NEVER,
        crosses: Vec::new(),
    }
}

/// A corridor that serves from July 2007 and does nothing yet.
fn corridor(links: Vec<Link>, channels: Channels) -> Corridor {
    Corridor {
        id: "new".to_string(),
        name: "New".to_string(),
        leads_to: Vec::new(),
        planned: Month::new(2007, 7),
        opens: Month::new(2007, 7),
        closes: Month::NEVER,
        cost_usd_m: None,
        links,
        construction: None,
        transit: None,
        visitors: None,
        channels,
    }
}

/// A flight from Tashkent to Istanbul beside the one there is, at a given fare.
fn flight(world: &World, fare: f64) -> Link {
    Link { fare_usd: Some(fare), ..link(world, ["Tashkent", "Istanbul"], Mode::Air, 3350.0, 5.0) }
}

fn with(scenario: &Scenario, corridors: Vec<Corridor>) -> Scenario {
    let mut changed = scenario.clone();
    changed.world.corridors = corridors;
    changed
}

/// Keeps the tables of each month.
#[derive(Default)]
struct Months(Vec<Tables>);

impl Observer for Months {
    fn start(&mut self, _: &MonthView<'_>) {}
    fn month(&mut self, view: &MonthView<'_>) {
        self.0.push(view.tables.clone());
    }
}

fn months(scenario: &Scenario) -> Vec<Tables> {
    let mut months = Months::default();
    small::run(scenario, small::setup(1), &mut months);
    months.0
}

/// Index of a month of the run.
fn at(year: i32, month: u32) -> usize {
    Month::new(year, month).since(Month::new(2005, 1)) as usize
}

fn hash(scenario: &Scenario) -> String {
    small::run(scenario, small::setup(1), &mut ()).state_hash().to_hex().to_string()
}

fn recorded(scenario: &Scenario) -> (String, Recorded) {
    let mut recorder = Recorder::new(&scenario.world, 1.0, 1);
    let run = small::run(scenario, small::setup(1), &mut recorder);
    (run.state_hash().to_hex().to_string(), recorder.finish().expect("memory takes all"))
}

#[test]
fn travel_lowers_the_fare_by_the_difference_and_does_nothing_else() {
    let none = bare();
    let by_distance = 60.0 + 0.06 * 3350.0;
    let cheap = with(&none, vec![corridor(vec![flight(&none.world, by_distance - 10.0)], Channels { travel: true, ..Channels::OFF })]);
    let (before, after) = (months(&none), months(&cheap));
    let cost = |tables: &Tables, home: usize, d: usize| tables.cost[home * 3 + d];
    let t = at(2007, 7);
    assert!(before[..t] == after[..t], "nothing happens before it opens");
    for home in 0..3 {
        for d in 0..3 {
            // From Bishkek one flies to Istanbul directly, from elsewhere by Tashkent.
            let gain = if d == ISTANBUL && home != BISHKEK { 10.0 } else { 0.0 };
            close(cost(&before[t], home, d).generalised - cost(&after[t], home, d).generalised, gain);
            close(cost(&before[t], home, d).money - cost(&after[t], home, d).money, gain);
            close(cost(&before[t], home, d).hours, cost(&after[t], home, d).hours);
        }
    }
    assert_eq!(Effects::new(&none.world), Effects::new(&cheap.world));
    assert_ne!(hash(&none), hash(&cheap), "people answer");
}

#[test]
fn a_freight_line_carries_nobody() {
    let none = bare();
    for travel in [true, false] {
        let freight = Link { passengers: false, ..link(&none.world, ["Andijan", "Moscow"], Mode::Rail, 10.0, 1.0) };
        let line = with(&none, vec![corridor(vec![freight], Channels { travel, ..Channels::OFF })]);
        assert!(months(&none) == months(&line));
        assert_eq!(hash(&none), hash(&line));
    }
    let people = with(&none, vec![corridor(vec![link(&none.world, ["Andijan", "Moscow"], Mode::Rail, 10.0, 1.0)], Channels { travel: true, ..Channels::OFF })]);
    assert_ne!(hash(&none), hash(&people), "with passenger service it would carry many");
}

fn building(sites: Vec<Site>, jobs: Vec<SiteJobs>) -> Construction {
    let (from, until) = (Month::new(2006, 1), Month::new(2007, 7));
    Construction { from, planned_until: until, until, workforce: 30.0, foreign_share: 0.4, sites, jobs }
}

/// Labour force of a home region, simulated persons being real ones.
fn force(simulation: &Simulation<'_>, drivers: &Drivers, world: &World, home: usize, t: usize) -> f64 {
    let of = |sex: u8| {
        let first = home * HOME_CELLS + home_cell(sex, 0, 0);
        let persons: i64 = simulation.totals().home[first..first + HOME_CELLS / 2].iter().map(|s| s.persons).sum();
        persons as f64 * drivers.participation[world.places.homes[home].origin][usize::from(sex)][t]
    };
    of(0) + of(1)
}

/// Runs two scenarios side by side up to the end of month `t`, the first in which they differ, and returns the fall of unemployment in
/// home regions and what it should be if `formal` jobs came to each.
fn falls(a: &Scenario, b: &Scenario, t: usize, formal: impl Fn(&Simulation<'_>, &Drivers, usize) -> f64) -> Vec<(f64, f64)> {
    let drivers = Drivers::new(&a.world, &a.behaviour);
    let [x, y] = [a, b].map(|scenario| {
        let mut simulation = Simulation::new(&scenario.world, &scenario.behaviour, small::setup(1));
        (0..=t).for_each(|_| simulation.step(&mut ()));
        simulation
    });
    let fall = |home: usize| x.market().unemployment[home] - y.market().unemployment[home];
    let expected = |home: usize| (1.0 - x.market().informal[home]) * formal(&x, &drivers, home) / force(&x, &drivers, &a.world, home, t);
    (0..3).map(|home| (fall(home), expected(home))).collect()
}

#[test]
fn construction_gives_the_workforce_without_its_foreign_share() {
    let none = bare();
    let on = Channels { construction: true, foreign_workforce: true, ..Channels::OFF };
    let line = || vec![Link { passengers: false, ..link(&none.world, ["Osh", "Andijan"], Mode::Rail, 60.0, 1.0) }];
    let even = with(&none, vec![Corridor { construction: Some(building(vec![Site::Home(SOUTH), Site::Destination(SIBERIA)], Vec::new())), ..corridor(line(), on) }]);
    let t = at(2006, 1);
    let effects = Effects::new(&even.world);
    for (month, jobs) in [(t - 1, 0.0), (t, 9.0), (at(2007, 6), 9.0), (at(2007, 7), 0.0)] {
        // 30 x 0.6 over two regions.
        close(effects.home_jobs[SOUTH][month], jobs);
        close(effects.destination_jobs[SIBERIA][month], jobs);
        assert!(effects.home_jobs[BISHKEK][month] == 0.0 && effects.home_jobs[ANDIJAN][month] == 0.0 && effects.destination_jobs[MOSCOW][month] == 0.0);
    }
    // Jobs abroad draw people in the same month, who are missed at home.
    let at_home = with(&none, vec![Corridor { construction: Some(building(vec![Site::Home(SOUTH)], Vec::new())), ..corridor(line(), on) }]);
    for (home, (fall, expected)) in falls(&none, &at_home, t, |_, _, home| if home == SOUTH { 18.0 } else { 0.0 }).into_iter().enumerate() {
        close(fall, expected);
        assert!((fall > 0.0) == (home == SOUTH));
    }
    let (before, after) = (months(&none), months(&even));
    for k in 0..12 {
        let jobs = if k == SIBERIA * 4 { 9.0 } else { 0.0 };
        close(after[t].jobs[k] - before[t].jobs[k], jobs);
    }
    assert!(before[t].cost == after[t].cost && before[t].tie == after[t].tie);
}

#[test]
fn a_country_weighs_more_by_the_jobs_that_a_corridor_adds() {
    for (site, crowded) in [(SIBERIA, false), (SIBERIA, true), (ISTANBUL, false), (ISTANBUL, true)] {
        weighs_more(site, crowded);
    }
    let (none, line) = two_markets(Channels { markets: true, ..Channels::OFF });
    let (t, access) = (at(2007, 7), &Effects::new(&line.world).destination_demand);
    let (before, after) = (&months(&none)[t], &months(&line)[t]);
    close(after.region_size[MOSCOW], before.region_size[MOSCOW] + none.behaviour.choose.nest_country * access[MOSCOW][t].ln());
    assert!(access[MOSCOW][t] > 1.0 && after.sector_size == before.sector_size && after.region_size[SIBERIA..] == before.region_size[SIBERIA..]);
}

/// Builds at a site, in a country with more migrants than jobs if it is crowded.
fn weighs_more(site: usize, crowded: bool) {
    let mut none = bare();
    if crowded {
        none.world.markets.countries.iter_mut().for_each(|country| country.jobs_2013 = 1.0);
    }
    let (jobs, choose) = (40.0 * 0.6, &none.behaviour.choose);
    let on = Channels { construction: true, foreign_workforce: true, ..Channels::OFF };
    let line = || vec![Link { passengers: false, ..link(&none.world, ["Osh", "Andijan"], Mode::Rail, 60.0, 1.0) }];
    let t = at(2006, 1);
    let before = &months(&none)[t];
    let demand = &Drivers::new(&none.world, &none.behaviour).demand;
    let place = &none.world.places.destinations[site];
    let regions = none.world.places.regions_of(place.country);
    let migrants: f64 = before.supply[regions.start * 4..regions.end * 4].iter().sum();
    let without = none.world.markets.countries[place.country].jobs_2013 * demand[place.country][t];
    assert_eq!(crowded, without < migrants);
    let all = without.max(migrants);
    let building = Construction { workforce: 40.0, ..building(vec![Site::Destination(site)], Vec::new()) };
    let built = with(&none, vec![Corridor { construction: Some(building), ..corridor(line(), on) }]);
    let after = &months(&built)[t];
    // Weights of regions within a nest are exponentials of utility over its parameter.
    let weight = |tables: &Tables, regions: &[usize]| regions.iter().map(|d| (tables.region_size[*d] / choose.nest_country).exp()).sum::<f64>();
    let (of_country, others) = if site == SIBERIA { (&[MOSCOW, SIBERIA][..], &[MOSCOW, ISTANBUL][..]) } else { (&[ISTANBUL][..], &[MOSCOW, SIBERIA][..]) };
    let added: f64 = of_country.iter().map(|d| size(&none, *d) * jobs / all).sum();
    close(weight(after, of_country) - weight(before, of_country), demand[place.country][t] * added * chance(&none, before, site)[0]);
    assert!(others.iter().all(|d| after.region_size[*d] == before.region_size[*d] && after.sector_size[d * 4..][..4] == before.sector_size[d * 4..][..4]));
    // Sectors share the jobs of the region that one may have, those of building go to construction alone.
    let in_sector: [f64; 4] = std::array::from_fn(|s| (all * place.jobs_share * place.sector_jobs[s] + if s == 0 { jobs } else { 0.0 }) * chance(&none, before, site)[s]);
    for (sector, jobs) in in_sector.iter().enumerate() {
        close(after.sector_size[site * 4 + sector], choose.nest_region * (jobs / in_sector.iter().sum::<f64>()).max(1e-6).ln());
    }
}

/// What a region weighs by its share of the country's jobs.
fn size(scenario: &Scenario, destination: usize) -> f64 {
    scenario.world.places.destinations[destination].jobs_share.powf(scenario.behaviour.choose.b_size)
}

/// The chance to have a job of each sector of a region: employment over that of a market with as many jobs as migrants.
fn chance(scenario: &Scenario, month: &Tables, destination: usize) -> [f64; 4] {
    let labour = &scenario.behaviour.labour;
    let base = labour.employment_max * 2f64.powf(-1.0 / labour.crowding_power);
    std::array::from_fn(|s| month.employment[destination * 4 + s] / base)
}

#[test]
fn a_country_weighs_by_what_its_demand_has_grown_and_the_chance_to_have_a_job() {
    let scenario = bare();
    let (choose, demand) = (&scenario.behaviour.choose, Drivers::new(&scenario.world, &scenario.behaviour).demand);
    for (t, month) in months(&scenario).iter().enumerate() {
        for (d, place) in scenario.world.places.destinations.iter().enumerate() {
            let jobs: f64 = place.sector_jobs.iter().zip(chance(&scenario, month, d)).map(|(share, chance)| share * chance).sum();
            close(month.region_size[d], choose.nest_country * (demand[place.country][t] * size(&scenario, d) * jobs).ln());
        }
    }
}

#[test]
fn a_boom_draws_people_where_migrants_are_few_for_the_jobs_too() {
    let boom = "[{ id = 'boom', series = 'gdp_growth', places = ['TUR'], add = 0.3, from = 2006-01-01, until = 2008-01-01 }]";
    let [calm, boom] = [small::scenario(&[]), small::scenario(&[("shock", boom)])].map(|mut scenario| {
        scenario.world.markets.countries.iter_mut().for_each(|country| country.jobs_2013 *= 1000.0);
        months(&scenario)
    });
    let stock = |months: &[Tables], d: usize| months[at(2008, 1)..].iter().flat_map(|month| &month.supply[d * 4..][..4]).sum::<f64>();
    let gained = stock(&boom, ISTANBUL) / stock(&calm, ISTANBUL);
    assert!(gained > 1.1, "{gained}");
    // Pay is at the bound of its crowding: what they come for are the jobs.
    let last = calm.len() - 1;
    (ISTANBUL * 4..ISTANBUL * 4 + 4).for_each(|k| close(calm[last].pay[k], boom[last].pay[k]));
}

#[test]
fn jobs_by_region_and_year_take_the_place_of_an_even_division() {
    let scenario = small::scenario(&[("corridor.valley.channels.markets", "false")]);
    let effects = Effects::new(&scenario.world);
    for (year, south, andijan, siberia) in [(2005, 0.0, 0.0, 0.0), (2006, 25.0, 20.0, 15.0), (2007, 30.0, 30.0, 0.0), (2008, 40.0, 0.0, 0.0)] {
        let t = at(year, 5);
        close(effects.home_jobs[SOUTH][t], 0.6 * south);
        close(effects.home_jobs[ANDIJAN][t], 0.6 * andijan);
        close(effects.destination_jobs[SIBERIA][t], 0.6 * siberia);
    }
    close(effects.home_jobs[SOUTH][at(2008, 7)], 0.0);
}

#[test]
fn without_the_foreign_workforce_all_jobs_are_local() {
    let (off, zero, on) = (
        small::scenario(&[("corridor.valley.channels.foreign_workforce", "false")]),
        small::scenario(&[("corridor.valley.construction.foreign_share", "0.0")]),
        small::scenario(&[]),
    );
    assert_eq!(hash(&off), hash(&zero));
    assert_ne!(hash(&off), hash(&on));
    let jobs = |scenario: &Scenario| Effects::new(&scenario.world).home_jobs[ANDIJAN][at(2007, 3)];
    close(jobs(&off), 30.0);
    close(jobs(&on), 18.0);
}

/// Andijan and Moscow joined by one railway, and a faster one beside it.
fn two_markets(channels: Channels) -> (Scenario, Scenario) {
    let mut none = bare();
    let slow = link(&none.world, ["Andijan", "Moscow"], Mode::Rail, 1000.0, 20.0);
    let fast = Link { hours: 10.0, passengers: false, ..slow.clone() };
    none.world.network.links = vec![slow];
    let line = with(&none, vec![corridor(vec![fast], channels)]);
    (none, line)
}

#[test]
fn markets_raise_the_demand_for_labour_by_market_access() {
    let (none, line) = two_markets(Channels { markets: true, ..Channels::OFF });
    // 1000 km at .04, one border at 8, loading at 6, hours at .5 with one at the border.
    let (slow, fast) = (40.0 + 8.0 + 6.0 + 0.5 * 21.0, 40.0 + 8.0 + 6.0 + 0.5 * 11.0);
    // Population x wage of July 2009 x ratio.
    let wage = |code: &str| none.world.series.get("wage_usd", code).expect("every country has wages")[at(2009, 7)];
    let (andijan, moscow) = (1500.0 * wage("UZB") * 0.9, 4000.0 * wage("RUS") * 1.6);
    let near = |cost: f64| (-0.003 * cost).exp();
    let at_andijan = ((andijan + moscow * near(fast)) / (andijan + moscow * near(slow))).powf(0.1);
    let at_moscow = ((moscow + andijan * near(fast)) / (moscow + andijan * near(slow))).powf(0.1);
    let effects = Effects::new(&line.world);
    let t = at(2007, 7);
    close(effects.home_demand[ANDIJAN][t], at_andijan);
    close(effects.destination_demand[MOSCOW][t], at_moscow);
    assert!(at_andijan > 1.001 && at_moscow > 1.0);
    for month in [0, t - 1] {
        assert!(effects.home_demand[ANDIJAN][month] == 1.0 && effects.destination_demand[MOSCOW][month] == 1.0);
    }
    for (home, d) in [(BISHKEK, SIBERIA), (SOUTH, ISTANBUL)] {
        assert!(effects.home_demand[home][t] == 1.0 && effects.destination_demand[d][t] == 1.0, "what the line does not touch stays as it is");
    }
    let (before, after) = (months(&none), months(&line));
    for sector in 0..4 {
        close(after[t].jobs[MOSCOW * 4 + sector] / before[t].jobs[MOSCOW * 4 + sector], at_moscow);
    }
    assert!(before[t].cost == after[t].cost && before[t].tie == after[t].tie);
    let formal = |simulation: &Simulation<'_>, drivers: &Drivers, home: usize| {
        let output = drivers.output[none.world.places.homes[home].origin][t].powf(none.behaviour.labour.formal_jobs_gdp);
        if home == ANDIJAN { simulation.market().formal_start[home] * output * (at_andijan - 1.0) } else { 0.0 }
    };
    for (fall, expected) in falls(&none, &line, t, formal) {
        close(fall, expected);
    }
}

#[test]
fn goods_in_transit_bring_income_and_jobs() {
    let none = bare();
    let transit = Transit { tonnes_per_year: 24_000.0, usd_per_tonne: 5.0, jobs_per_tonne: 0.001, homes: vec![SOUTH, ANDIJAN] };
    let line = |channels| {
        let far = Link { passengers: false, ..link(&none.world, ["Osh", "Andijan"], Mode::Rail, 9000.0, 900.0) };
        with(&none, vec![Corridor { transit: Some(transit.clone()), closes: Month::new(2009, 4), ..corridor(vec![far], channels) }])
    };
    let on = line(Channels { markets: true, ..Channels::OFF });
    let effects = Effects::new(&on.world);
    for (t, jobs) in [(at(2007, 6), 0.0), (at(2007, 7), 12.0), (at(2009, 3), 12.0), (at(2009, 4), 0.0)] {
        close(effects.home_jobs[SOUTH][t], jobs);
        close(effects.home_jobs[ANDIJAN][t], jobs);
    }
    let income = |scenario: &Scenario, origin: &str, year: i32| {
        let results = Results { replicates: vec![recorded(scenario).1] };
        results.summary(&scenario.world).mean("transit_income_usd", origin, "ALL", year).expect("the measure is there")
    };
    for (year, usd) in [(2006, 0.0), (2007, 30_000.0), (2008, 60_000.0), (2009, 15_000.0), (2010, 0.0)] {
        close(income(&on, "KGZ", year), usd);
        close(income(&on, "UZB", year), usd);
        close(income(&on, "CA3", year), 2.0 * usd);
    }
    close(income(&line(Channels { markets: false, ..Channels::ON }), "CA3", 2008), 0.0);
}

#[test]
fn ties_relax_with_their_half_life_and_add_to_utility() {
    let none = bare();
    let visitors = Visitors { passengers_per_year: 90.0, homes: vec![SOUTH] };
    let line = |channels, passengers| {
        let far = Link { passengers, ..link(&none.world, ["Osh", "Istanbul"], Mode::Rail, 20_000.0, 1000.0) };
        with(&none, vec![Corridor { leads_to: vec![MacroArea::Turkic], visitors: Some(visitors.clone()), ..corridor(vec![far], channels) }])
    };
    let on = line(Channels { ties: true, ..Channels::OFF }, true);
    // 90 passengers to 700 people, a base of .5, a half-life of 24 months.
    let gap = 0.1 * (1.0 + 1000.0 * 90.0 / 700.0f64).ln();
    assert!(0.5 + gap < 1.0);
    let effects = Effects::new(&on.world);
    let t = at(2007, 7);
    for n in [0, 1, 12, 24, 41] {
        close(effects.tie(SOUTH, MacroArea::Turkic, t + n), gap * (1.0 - 0.5f64.powf(n as f64 / 24.0)));
        for (home, area) in [(SOUTH, MacroArea::Russian), (BISHKEK, MacroArea::Turkic), (ANDIJAN, MacroArea::Turkic)] {
            assert!(effects.tie(home, area, t + n) == 0.0);
        }
    }
    let (before, after) = (months(&none), months(&on));
    assert!(before[..=t] == after[..=t], "nothing happens before it opens, and in its first month");
    for (k, (a, b)) in before[t + 1].value.iter().zip(&after[t + 1].value).enumerate() {
        let (home, d) = (k / (HOME_CELLS * 3), k % 3);
        let tie = if home == SOUTH && d == ISTANBUL { gap * (1.0 - 0.5f64.powf(1.0 / 24.0)) } else { 0.0 };
        close(b - a, tie);
    }
    assert!(before[t + 1].cost == after[t + 1].cost && before[t + 1].jobs == after[t + 1].jobs);
    assert_eq!(hash(&line(Channels { ties: true, ..Channels::OFF }, false)), hash(&none), "without passenger service nobody visits");
    let mut crowded = on.clone();
    crowded.world.corridors[0].visitors = Some(Visitors { passengers_per_year: 1e9, homes: vec![SOUTH] });
    close(Effects::new(&crowded.world).tie(SOUTH, MacroArea::Turkic, t + 24), 0.25);
}

#[test]
fn ties_grow_with_nearer_markets_of_the_area_alone() {
    let channels = Channels { markets: true, ties: true, ..Channels::OFF };
    let (_, mut line) = two_markets(channels);
    line.world.corridors[0].leads_to = vec![MacroArea::Russian];
    let effects = Effects::new(&line.world);
    let t = at(2007, 7);
    // The elasticity of demand is .1, m is .5: ln MA = ln(demand) / .1.
    let gap = 0.5 * effects.home_demand[ANDIJAN][t].ln() / 0.1;
    assert!(gap > 0.0 && gap < 0.4);
    let tie = effects.tie(ANDIJAN, MacroArea::Russian, t + 24);
    assert!((tie - gap / 2.0).abs() < 1e-9, "{tie} after the half-life of a gap of {gap}");
    assert!(effects.tie(ANDIJAN, MacroArea::Turkic, t + 24) == 0.0);
    line.world.corridors[0].channels.markets = false;
    assert!(Effects::new(&line.world).tie(ANDIJAN, MacroArea::Russian, t + 24) == 0.0);
}

#[test]
fn a_corridor_with_all_channels_off_is_no_corridor() {
    let (none, mut off) = (bare(), small::scenario(&[]));
    let (hash_on, on) = recorded(&off);
    off.world.corridors[0].channels = Channels::OFF;
    let ((hash_none, none), (hash_off, off)) = (recorded(&none), recorded(&off));
    assert_eq!(hash_none, hash_off);
    assert!(none.parts == off.parts && bits(&none) == bits(&off), "all tables and all yearly values to the bit");
    assert_ne!(hash_none, hash_on);
    assert!(bits(&none) != bits(&on));
}

fn bits(recorded: &Recorded) -> Vec<(i32, u8, u8, u8, u64)> {
    recorded.values.iter().map(|v| (v.year, v.measure, v.origin, v.destination, v.value.to_bits())).collect()
}

#[test]
fn one_channel_alone_touches_nothing_of_the_others() {
    let none = bare();
    let valley = small::scenario(&[]).world.corridors;
    // Costs of journeys, jobs at home while building, jobs abroad, demand, jobs of transit, ties.
    let touched = |channels: Channels| {
        let scenario = with(&none, vec![Corridor { channels, ..valley[0].clone() }]);
        let (a, b) = (Effects::new(&none.world), Effects::new(&scenario.world));
        let costs = |s: &Scenario| s.world.network.costs(s.world.passenger_links(Month::new(2009, 1)), &[0, 1, 2], &[7, 8, 9]);
        let jobs = |e: &Effects, t: usize| e.home_jobs.iter().map(|j| j[t]).collect::<Vec<f64>>();
        [
            costs(&none) != costs(&scenario),
            jobs(&a, at(2007, 1)) != jobs(&b, at(2007, 1)),
            a.destination_jobs != b.destination_jobs,
            a.home_demand != b.home_demand && a.destination_demand != b.destination_demand,
            jobs(&a, at(2009, 1)) != jobs(&b, at(2009, 1)),
            a.ties != b.ties,
        ]
    };
    assert_eq!(touched(Channels::OFF), [false; 6]);
    assert_eq!(touched(Channels { travel: true, ..Channels::OFF }), [true, false, false, false, false, false]);
    assert_eq!(touched(Channels { construction: true, ..Channels::OFF }), [false, true, true, false, false, false]);
    assert_eq!(touched(Channels { markets: true, ..Channels::OFF }), [false, false, false, true, true, false]);
    assert_eq!(touched(Channels { foreign_workforce: true, ..Channels::OFF }), [false; 6]);
    assert_eq!(touched(Channels { ties: true, ..Channels::OFF }), [false, false, false, false, false, true]);
    assert_eq!(touched(Channels::ON), [true; 6]);
}

#[test]
fn a_delay_stretches_the_work_and_puts_off_the_opening() {
    let late = small::scenario(&[("corridor.valley.delay_months", "10"), ("corridor.valley.closes", "2010-03-01"), ("corridor.valley.channels.markets", "false")]);
    let corridor = &late.world.corridors[0];
    assert_eq!((corridor.planned, corridor.opens), (Month::new(2008, 7), Month::new(2009, 5)));
    let phases = [
        (2005, 12, Phase::Planned),
        (2006, 1, Phase::Building),
        (2008, 6, Phase::Building),
        (2008, 7, Phase::Delayed),
        (2009, 5, Phase::Open),
        (2010, 2, Phase::Open),
        (2010, 3, Phase::Closed),
    ];
    for (year, month, phase) in phases {
        assert_eq!(corridor.phase(Month::new(year, month)), phase, "{year}-{month}");
    }
    let work = |scenario: &Scenario| {
        let effects = Effects::new(&scenario.world);
        effects.home_jobs.iter().chain(&effects.destination_jobs).flatten().sum::<f64>()
    };
    let prompt = small::scenario(&[("corridor.valley.channels.markets", "false")]);
    // Years of 12, 12 and 6 months become 16, 16 and 8: exactly the same work.
    close(work(&prompt), work(&late));
    let effects = Effects::new(&late.world);
    close(effects.home_jobs[SOUTH][at(2006, 1)], 0.75 * 0.6 * 25.0);
    close(effects.home_jobs[SOUTH][at(2009, 4)], 0.75 * 0.6 * 40.0);
    close(effects.home_jobs[SOUTH][at(2009, 5)], 0.0);
    let costs = |year: i32, month: u32| {
        let world = &late.world;
        world.network.costs(world.passenger_links(Month::new(year, month)), &[node(world, "Osh")], &[node(world, "Novosibirsk")])[0][0].expect("there is a way").generalised
    };
    assert!(costs(2009, 5) < costs(2009, 4), "open");
    assert!(costs(2010, 3) == costs(2009, 4), "closed");
    assert!(late.world.passenger_links_change(Month::new(2009, 5)) && late.world.passenger_links_change(Month::new(2010, 3)));
    assert!(!late.world.passenger_links_change(Month::new(2008, 7)));
}
