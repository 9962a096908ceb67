//! Do results depend on anything but the scenario and the seed?

mod small;

use musafir::engine::{Setup, Simulation, oracle::Oracle};
use rayon::ThreadPoolBuilder;

fn hash(scenario: &musafir::scenario::Scenario, setup: Setup) -> String {
    small::run(scenario, setup, &mut ()).state_hash().to_hex().to_string()
}

/// Nests so narrow that screening by single precision has no room for many a draw: those countries must not be screened out.
const NARROW: [(&str, &str); 5] = [
    ("behaviour.choose.nest_go", "0.06"),
    ("behaviour.choose.nest_country", "0.06"),
    ("behaviour.choose.nest_region", "0.05"),
    ("behaviour.choose.b_net", "0.0"),
    ("behaviour.choose.xi", "{ RUS = -6.0, TUR = -6.0 }"),
];

/// A country whose weight single precision has no room for, until the motive to earn takes as much away again.
const LOUD: [(&str, &str); 6] = [
    NARROW[0],
    NARROW[1],
    NARROW[2],
    NARROW[3],
    ("behaviour.choose.xi", "{ RUS = 34.0, TUR = -6.0 }"),
    ("behaviour.choose.motive", "{ earn = { RUS = -40.0 }, settle = { RUS = -40.0 } }"),
];

#[test]
fn threads_and_chunks_do_not_matter() {
    let scenario = small::scenario(&[]);
    let expected = hash(&scenario, small::setup(1));
    for threads in [1, 2, 3, 8] {
        for chunk_rows in [100, 500, 30_000] {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let got = pool.install(|| hash(&scenario, Setup { chunk_rows, ..small::setup(1) }));
            assert_eq!(got, expected, "{threads} threads, chunks of {chunk_rows} rows");
        }
    }
    assert_ne!(hash(&scenario, small::setup(2)), expected, "another seed is another run");
}

#[test]
fn the_fast_engine_equals_the_naive_one_to_the_bit() {
    for (seed, set) in [
        (1, &[][..]),
        (5, &[("behaviour.choose.nest_go", "1.0"), ("behaviour.choose.wage_form", "linear"), ("behaviour.choose.b_wage", "0.1")][..]),
        (3, &NARROW[..]),
        (3, &LOUD[..]),
    ] {
        let scenario = small::scenario(set);
        let mut fast = Simulation::new(&scenario.world, &scenario.behaviour, small::setup(seed));
        let mut naive = Oracle::new(&scenario.world, &scenario.behaviour, small::setup(seed));
        let mut abroad = 0;
        while !fast.finished() {
            fast.step(&mut ());
            naive.step();
            for (a, b) in fast.chunks().iter().zip(&naive.chunks) {
                assert_eq!(a.key, b.key);
                for row in 0..a.key.len() {
                    assert_eq!(a.person[row], b.person[row], "{} in {}", musafir::population::person::key_name(a.key[row]), fast.month());
                }
                for household in 0..a.household.len() {
                    assert_eq!(fast.purse(a, household), b.household[household].purse, "purse of {} in {}", a.id(household), fast.month());
                    assert_eq!(a.household[household].migrants, b.household[household].migrants);
                }
                abroad += a.person.iter().filter(|p| p.place != musafir::population::person::HOME).count();
            }
        }
        assert!(abroad > 5_000, "the comparison must see people abroad, it saw {abroad} person-months");
    }
}

#[test]
fn when_a_scenario_ends_does_not_change_what_comes_before() {
    // But for its last year: output bends towards what follows, which a shorter scenario does not have.
    let [long, short] = [&[][..], &[("run.end", "2008-12")][..]].map(small::scenario);
    assert!(short.world.months < long.world.months);
    let [long, short] = [&long, &short].map(|scenario| {
        let mut simulation = Simulation::new(&scenario.world, &scenario.behaviour, small::setup(1));
        (0..36).for_each(|_| simulation.step(&mut ()));
        simulation.state_hash()
    });
    assert_eq!(long, short);
}

#[test]
fn a_run_resumed_from_a_checkpoint_is_the_same_run() {
    let scenario = small::scenario(&[]);
    let expected = hash(&scenario, small::setup(1));
    for stop in [1, 7, 12, 40] {
        let mut first = Simulation::new(&scenario.world, &scenario.behaviour, small::setup(1));
        for _ in 0..stop {
            first.step(&mut ());
        }
        let mut bytes = Vec::new();
        first.save(&mut bytes).expect("memory takes all");
        drop(first);
        let mut resumed = Simulation::resume(&scenario.world, &scenario.behaviour, small::setup(1), &mut bytes.as_slice()).expect("the bytes are whole");
        while !resumed.finished() {
            resumed.step(&mut ());
        }
        assert_eq!(resumed.state_hash().to_hex().to_string(), expected, "stopped after {stop} months");
        for cut in [0, 10, bytes.len() / 2, bytes.len() - 1] {
            assert!(Simulation::resume(&scenario.world, &scenario.behaviour, small::setup(1), &mut &bytes[..cut]).is_err());
        }
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        assert!(Simulation::resume(&scenario.world, &scenario.behaviour, small::setup(1), &mut bytes.as_slice()).is_err(), "a changed byte is found");
    }
}

#[test]
fn a_smaller_sample_is_part_of_the_larger() {
    let scenario = small::scenario(&[]);
    let people = |sample| -> std::collections::BTreeMap<u32, [u16; 3]> {
        let simulation = Simulation::new(&scenario.world, &scenario.behaviour, Setup { sample, ..small::setup(1) });
        simulation.chunks().iter().flat_map(|c| c.key.iter().zip(&c.person).map(|(k, p)| (*k, [p.birth, p.multiplier, p.since]))).collect()
    };
    let (small, large, all) = (people(0.2), people(0.5), people(1.0));
    assert!(!small.is_empty() && small.len() < large.len() && large.len() < all.len());
    assert!(small.iter().all(|(k, v)| large.get(k) == Some(v)));
    assert!(large.iter().all(|(k, v)| all.get(k) == Some(v)));
}
