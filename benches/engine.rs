//! What do the parts of a month cost? `cargo bench` on the shipped baseline at a sample of 0.02.

use std::{hint::black_box, path::Path};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use musafir::{
    engine::{CHUNK_ROWS, Setup, Simulation, abroad, bounds::Bounds, leave, scan},
    population::person::HOME,
    scenario::{Overrides, Scenario},
};

fn benches(c: &mut Criterion) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/baseline.toml");
    let scenario = Scenario::load(&path, &Overrides { set: Vec::new(), root: None, until: None }).unwrap_or_else(|findings| panic!("{findings:?}"));
    let setup = Setup { seed: 1, sample: 0.02, chunk_rows: CHUNK_ROWS };
    let mut simulation = Simulation::new(&scenario.world, &scenario.behaviour, setup);
    for _ in 0..100 {
        simulation.step(&mut ());
    }
    let env = simulation.environment();
    let bounds = Bounds::new(&env);
    let chunks = simulation.chunks();
    let rows: usize = chunks.iter().map(|chunk| chunk.key.len()).sum();

    let mut group = c.benchmark_group("month");
    group.throughput(Throughput::Elements(rows as u64));
    let mut due = scan::Due::default();
    group.bench_function("scan, per row", |b| {
        b.iter(|| {
            chunks
                .iter()
                .map(|chunk| {
                    scan::due(&env, chunk, &bounds, &mut due);
                    due.visits()
                })
                .sum::<u64>()
        });
    });
    group.bench_function("tables and bounds", |b| b.iter(|| black_box(Bounds::new(&simulation.environment()))));
    group.finish();

    let at_home: Vec<(usize, usize)> = (0..chunks.len())
        .flat_map(|k| (0..chunks[k].key.len()).map(move |row| (k, row)))
        .filter(|(k, row)| chunks[*k].person[*row].place == HOME && chunks[*k].person[*row].active(env.month))
        .step_by(37)
        .take(2_000)
        .collect();
    let away: Vec<(usize, usize)> = (0..chunks.len())
        .flat_map(|k| (0..chunks[k].key.len()).map(move |row| (k, row)))
        .filter(|(k, row)| chunks[*k].person[*row].place != HOME && chunks[*k].person[*row].active(env.month))
        .step_by(7)
        .take(2_000)
        .collect();
    let mut group = c.benchmark_group("person");
    group.throughput(Throughput::Elements(at_home.len() as u64));
    group.bench_function("visit at home (hazard alone)", |b| b.iter(|| at_home.iter().map(|(k, row)| leave::consider_hazard(&env, &chunks[*k], *row)).sum::<f64>()));
    group.bench_function("choice (utilities of all destinations)", |b| b.iter(|| at_home.iter().map(|(k, row)| leave::weigh(&env, &chunks[*k], *row, 0)[0]).sum::<f64>()));
    group.throughput(Throughput::Elements(away.len() as u64));
    group.bench_function("visit abroad (all causes)", |b| {
        b.iter(|| away.iter().filter(|(k, row)| abroad::visit(&env, chunks[*k].home, chunks[*k].key[*row], &chunks[*k].person[*row], abroad::ALL_CAUSES).is_some()).count());
    });
    group.finish();

    let mut group = c.benchmark_group("engine");
    group.sample_size(10);
    group.throughput(Throughput::Elements(rows as u64));
    group.bench_function("twelve months, sample 0.02", |b| {
        b.iter(|| {
            let mut run = Simulation::new(&scenario.world, &scenario.behaviour, setup);
            for _ in 0..12 {
                run.step(&mut ());
            }
            run.events()
        });
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
