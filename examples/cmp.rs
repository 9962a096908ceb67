//! Cmp.
use musafir::{engine::*, scenario::*};
fn main() {
    let s = Scenario::load(std::path::Path::new("tests/small/small.toml"), &Overrides { set: vec![], root: None, until: None }).unwrap();
    let mk = |c| Simulation::new(&s.world, &s.behaviour, Setup { seed: 1, sample: 1.0, chunk_rows: c });
    let (mut a, mut b) = (mk(500), mk(100));
    let flat = |x: &Simulation| -> Vec<(u32, musafir::population::person::Person)> { x.chunks().iter().flat_map(|c| c.key.iter().copied().zip(c.person.iter().map(|p| musafir::population::person::Person { household: 0, ..*p }))).collect() };
    let pur = |x: &Simulation| -> Vec<(u32, i64)> { x.chunks().iter().flat_map(|c| (0..c.household.len()).map(|h| (c.household[h].id, x.purse(c, h))).collect::<Vec<_>>()).collect() };
    for m in 0..72 {
        let (fa, fb) = (flat(&a), flat(&b));
        println!("{m} rows {} {} chunks {} {}", fa.len(), fb.len(), a.chunks().len(), b.chunks().len());
        for (x, y) in fa.iter().zip(&fb) { if x != y { println!("{x:?}\n{y:?}"); return; } }
        for (x, y) in pur(&a).iter().zip(&pur(&b)) { if x != y { println!("{x:?}\n{y:?}"); return; } }
        if a.totals() != b.totals() { println!("totals"); return; }
        if a.market() != b.market() { println!("market"); return; }
        if a.state_hash() != b.state_hash() { println!("hash"); }
        a.step(&mut ()); b.step(&mut ());
    }
}
