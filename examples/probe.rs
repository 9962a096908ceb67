//! Probe.
use musafir::{engine::*, scenario::*};
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let set = args[3..].iter().map(|s| { let (a, b) = s.split_once('=').unwrap(); (a.to_string(), b.to_string()) }).collect();
    let t = std::time::Instant::now();
    let s = match Scenario::load(std::path::Path::new(&args[1]), &Overrides { set, root: None, until: None }) { Ok(s) => s, Err(f) => { eprintln!("{f:#?}"); std::process::exit(2) } };
    eprintln!("load {:?}", t.elapsed());
    let sample: f64 = args[2].parse().unwrap();
    let t = std::time::Instant::now();
    let mut sim = Simulation::new(&s.world, &s.behaviour, Setup { seed: 1, sample, chunk_rows: CHUNK_ROWS });
    eprintln!("synthesis {:?} rows {} bytes/row {:.1} warnings {:?}", t.elapsed(), sim.rows(), sim.bytes() as f64 / sim.rows() as f64, sim.warnings());
    struct P { acc: std::collections::BTreeMap<String, f64> }
    impl observe::Observer for P {
        fn start(&mut self, _: &observe::MonthView<'_>) {}
        fn month(&mut self, v: &observe::MonthView<'_>) {
            let pl = &v.world.places;
            let nc = pl.countries.len();
            let mut stock = vec![0f64; 3 * nc];
            let mut remit = vec![0f64; 3 * nc];
            for r in 0..pl.homes.len() { for d in 0..pl.destinations.len() {
                let o = pl.homes[r].origin; let c = pl.destinations[d].country;
                stock[o * nc + c] += v.totals.pair(r, d).iter().enumerate().filter(|(k, _)| k / 3 % 3 != 2).map(|(_, s)| s.persons).sum::<i64>() as f64 / v.sample;
                remit[o * nc + c] += musafir::units::Money(v.totals.money[r * pl.destinations.len() + d].remitted).usd() / v.sample / 1e9;
            } }
            let mut a = |k: &str, x: f64| *self.acc.entry(k.to_string()).or_default() += x;
            for o in 0..3 { a(&format!("remitRUS{o}"), remit[o * nc]); a(&format!("remit{o}"), remit[o*nc..(o+1)*nc].iter().sum()); }
            for e in v.events.iter().flat_map(|e| e.iter()) {
                use event::Happening::*;
                let o = pl.homes[e.home as usize].origin;
                match e.happening { Departed => a(&format!("dep{o}"), 1e-3 / v.sample), Returned | Removed => a(&format!("ret{o}"), 1e-3 / v.sample), Blocked => a(&format!("blk{}", e.detail), 1e-3 / v.sample), Naturalised => a(&format!("nat{o}"), 1e-3/v.sample), _ => {} }
            }
            let m = v.month.of_year();
            if m == 7 || m == 1 {
                let s = |c: usize| format!("{:.0}/{:.0}/{:.0}", stock[c] / 1e3, stock[nc + c] / 1e3, stock[2 * nc + c] / 1e3);
                let other: f64 = (2..nc).map(|c| stock[c] + stock[nc + c] + stock[2 * nc + c]).sum::<f64>() / 1e3;
                let by: Vec<String> = (2..nc).map(|c| format!("{}{:.0}", pl.countries[c].code, (stock[c] + stock[nc + c] + stock[2 * nc + c]) / 1e3)).collect();
                println!("{} RUS {} KAZ {} other {other:.0} {}", v.month, s(0), s(1), if m == 7 { by.join(" ") } else { String::new() });
            }
            if m == 11 {
                let acc = std::mem::take(&mut self.acc);
                let u: Vec<String> = v.tables.unemployment.iter().step_by(6).map(|u| format!("{u:.2}")).collect();
                println!("   {} {} | u {} | emp RUS {:.2} KAZ {:.2} fall {:.2} {:.2} visits {}", v.month.year(), acc.iter().map(|(k, x)| format!("{k} {x:.2}")).collect::<Vec<_>>().join(" "), u.join(" "), v.tables.employment[0], v.tables.employment[40], v.tables.demand_fall[0], v.tables.wage_fall[0], v.visits);
            }
        }
    }
    let t = std::time::Instant::now();
    let mut p = P { acc: Default::default() };
    while !sim.finished() { sim.step(&mut p); }
    eprintln!("simulate {:?} visits {} events {} pm {} hash {}", t.elapsed(), sim.visits(), sim.events(), sim.person_months(), sim.state_hash());
}
