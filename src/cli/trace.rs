//! `musafir trace`: one life, month by month, with its reasons.

use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

use super::flags::Reading;
use crate::{
    behaviour::traits::{EDUCATIONS, MOTIVES, STATUSES, STAYS},
    engine::{
        CHUNK_ROWS, Setup, Simulation, abroad,
        event::{CAUSES_OF_RETURN, Event, Happening, OBSTACLES},
        explain::{self, Explanation},
        month::Environment,
        observe::{MonthView, Observer},
        totals::Totals,
    },
    population::person::{Chunk, HOME, MEMBER_BITS, MOST_HOUSEHOLDS, key_name, parse_key},
    scenario::{Kind, Scenario},
    units::Month,
    world::{World, place::Sector},
};

/// Arguments of `trace`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Scenario file.
    scenario: PathBuf,
    /// The person, `household.member`; without it, the first person of the sample who leaves home is followed.
    #[arg(long)]
    person: Option<String>,
    #[command(flatten)]
    reading: Reading,
    /// Seed of synthesis and dynamics.
    #[arg(long)]
    seed: Option<u64>,
    /// Share of households simulated, (0, 1].
    #[arg(long)]
    sample: Option<f64>,
    /// Last month simulated, YYYY-MM.
    #[arg(long)]
    until: Option<Month>,
    /// Number of alternatives shown.
    #[arg(long, default_value_t = 3)]
    alternatives: usize,
}

struct Life<'w> {
    world: &'w World,
    key: Option<u32>,
    sample: f64,
    alternatives: usize,
    /// Policy rules against citizens of the person's origin, as in the month before: name, index, whether in force.
    rules: Vec<(String, usize, bool)>,
    text: String,
    /// Months in a row without anything to tell.
    quiet: u32,
    /// Whether the month has something to tell.
    told: bool,
    /// Whether the life in the model is over.
    over: bool,
}

impl Life<'_> {
    fn line(&mut self, month: Month, what: &str) {
        if self.quiet > 0 {
            let _ = writeln!(self.text, "         ({} months without anything to tell)", self.quiet);
            self.quiet = 0;
        }
        self.told = true;
        let _ = writeln!(self.text, "{month}  {what}");
    }

    fn place(&self, place: u8) -> String {
        if place == HOME { "home".into() } else { self.world.places.destinations[usize::from(place)].name.clone() }
    }

    fn portrait(&mut self, chunk: &Chunk, row: usize) {
        let p = &chunk.person[row];
        let household = &chunk.household[usize::from(p.household)];
        let origin = self.world.places.homes[usize::from(chunk.home)].origin;
        let against = self.world.rules.iter().enumerate().filter(|(_, r)| r.does.origins.contains(&origin));
        self.rules = against.map(|(k, r)| (if r.name.is_empty() { r.id.clone() } else { r.name.clone() }, k, false)).collect();
        let death = if p.death == Month::NEVER.0 { String::new() } else { format!(", dies in {}", Month(p.death)) };
        let _ = writeln!(
            self.text,
            "Person {} of {}: {}, born {}{death}; education {}, works in {}, motive: {}; earnings x {:.2}; household of {} with {:.0} USD",
            key_name(chunk.key[row]),
            self.world.places.homes[usize::from(chunk.home)].name,
            ["man", "woman"][usize::from(p.sex())],
            Month(p.birth),
            EDUCATIONS[usize::from(p.education())],
            Sector::ALL[usize::from(p.trade())].name(),
            MOTIVES[usize::from(p.motive())],
            f64::from(p.multiplier) / f64::from(crate::units::MULTIPLIER_ONE),
            household.members,
            crate::units::Money(household.purse).usd(),
        );
        if p.place != HOME {
            let _ = writeln!(self.text, "At the start in {}, since {}, {}, {}", self.place(p.place), Month(p.since), STAYS[p.stay() as usize], STATUSES[p.status() as usize]);
        }
    }

    fn tell(&mut self, event: &Event, month: Month) {
        let to = self.place(event.after.place);
        let sector = Sector::ALL[usize::from(event.after.sector)].name();
        let what = match event.happening {
            Happening::CameOfAge => "turns 16".to_string(),
            Happening::Departed => {
                format!("LEAVES for {to}: {sector}, {}, {} (trip {})", STAYS[usize::from(event.after.stay)], STATUSES[usize::from(event.after.status)], event.trips)
            }
            Happening::Returned => format!("COMES HOME after {} months: {}", event.spell, CAUSES_OF_RETURN[usize::from(event.detail)]),
            Happening::MovedOn => format!("MOVES ON to {to}: {sector}, {}", STATUSES[usize::from(event.after.status)]),
            Happening::Removed => format!("is found without papers and REMOVED after {} months", event.spell),
            Happening::LostPapers => "loses papers".to_string(),
            Happening::GainedPapers => "gains papers".to_string(),
            Happening::ChangedStay => format!("the stay becomes {}", STAYS[usize::from(event.after.stay)]),
            Happening::ChangedMotive => format!("the motive becomes: {}", MOTIVES[usize::from(event.after.motive)]),
            Happening::Naturalised => format!("becomes a citizen in {to}"),
            Happening::Died => "dies".to_string(),
            Happening::AgedOut => "turns 65 and leaves the model".to_string(),
            Happening::Blocked => format!("would go to {to} and cannot: {}", OBSTACLES[usize::from(event.detail)]),
        };
        self.line(month, &what);
    }
}

impl Observer for Life<'_> {
    fn start(&mut self, _: &MonthView<'_>) {}

    fn before_visits(&mut self, env: &Environment<'_>, chunks: &[Chunk], totals: &Totals) {
        let Some((k, row)) = self.key.filter(|_| !self.over).and_then(|key| explain::find(chunks, key)) else { return };
        match explain::explain(env, &chunks[k], row, totals, self.sample) {
            Explanation::Home { hazard, weighed: true, earnings_usd, options } => {
                self.line(env.month, &format!("weighs leaving (hazard {hazard:.4} a month; earns {earnings_usd:.0} USD at home); staying has utility 0"));
                for option in options.iter().take(self.alternatives) {
                    let terms: Vec<String> = explain::TERMS.iter().zip(option.terms).filter(|(_, v)| v.abs() > 5e-3).map(|(name, v)| format!("{name} {v:+.2}")).collect();
                    let _ =
                        writeln!(self.text, "           {:<28} {:+.2} = {}; needs {:.0} USD", self.place(option.region as u8), option.utility, terms.join(", "), option.money_usd);
                }
            }
            Explanation::Abroad { hazards, times } if times.iter().any(|t| *t < 1.0) => {
                let felt: Vec<String> = (0..abroad::CAUSES).filter(|c| times[*c] < 1.0).map(|c| format!("{} (hazard {:.4})", abroad::NAMES[c], hazards[c])).collect();
                self.line(env.month, &format!("the month brings: {}", felt.join(", ")));
            }
            _ => {}
        }
    }

    fn month(&mut self, view: &MonthView<'_>) {
        if self.over {
            return;
        }
        for k in 0..self.rules.len() {
            let in_force = view.rules[self.rules[k].1].since.is_some();
            if in_force != self.rules[k].2 {
                self.rules[k].2 = in_force;
                let what = format!("{}: the rule {}", self.rules[k].0, if in_force { "comes into force" } else { "is lifted" });
                self.line(view.month, &what);
            }
        }
        let key = self.key;
        for event in view.events.iter().flat_map(|e| e.iter()).filter(|e| Some(e.key) == key) {
            self.tell(event, view.month);
            self.over |= matches!(event.happening, Happening::Died | Happening::AgedOut);
        }
        self.quiet += u32::from(!std::mem::take(&mut self.told));
    }
}

/// The key of the first person who leaves home.
struct FirstLeaver(Option<u32>);

impl Observer for FirstLeaver {
    fn start(&mut self, _: &MonthView<'_>) {}
    fn month(&mut self, view: &MonthView<'_>) {
        self.0 = self.0.or_else(|| view.events.iter().flat_map(|e| e.iter()).find(|e| e.happening == Happening::Departed).map(|e| e.key));
    }
}

/// Runs the scenario and tells one life.
pub fn execute(args: &Args) -> ExitCode {
    let mut overrides = match args.reading.overrides() {
        Ok(overrides) => overrides,
        Err(why) => return super::usage(&why),
    };
    overrides.until = args.until;
    overrides.set.extend(args.sample.map(|sample| ("run.sample".into(), format!("{sample:?}").to_lowercase())));
    overrides.set.extend(args.seed.map(|seed| ("run.seed".into(), seed.to_string())));
    if let Err(stop) = super::stop::expect(Kind::Scenario, &args.scenario) {
        return stop.end();
    }
    let scenario = match Scenario::load(&args.scenario, &overrides) {
        Ok(scenario) => scenario,
        Err(findings) => {
            super::diagnostics::print(&findings);
            return ExitCode::from(2);
        }
    };
    let key = match args.person.as_deref().map(|text| parse_key(text).ok_or(text)) {
        Some(Err(text)) => {
            return super::usage(&format!(
                "`{text}` is not a person: write household.member, e.g. 120345.1 (households are numbered up to {}, members up to {})",
                MOST_HOUSEHOLDS - 1,
                (1 << MEMBER_BITS) - 1
            ));
        }
        Some(Ok(key)) => Some(key),
        None => None,
    };
    let setup = Setup::replicate(scenario.run.seed, 1, scenario.run.sample, CHUNK_ROWS);
    let world = &scenario.world;
    let mut simulation = Simulation::new(world, &scenario.behaviour, setup);
    let mut key = key;
    if key.is_none() {
        let mut first = FirstLeaver(None);
        while first.0.is_none() && !simulation.finished() {
            simulation.step(&mut first);
        }
        if first.0.is_none() {
            return super::usage("nobody leaves home in this run and sample; name a person with --person household.member, or take a larger --sample");
        }
        key = first.0;
        simulation = Simulation::new(world, &scenario.behaviour, setup);
    }
    let mut life = Life { world, key, sample: setup.sample, alternatives: args.alternatives, rules: Vec::new(), text: String::new(), quiet: 0, told: false, over: false };
    match key.and_then(|key| explain::find(simulation.chunks(), key)) {
        Some((k, row)) => life.portrait(&simulation.chunks()[k], row),
        None => return super::usage("no such person in this sample: keys are household.member; whole households are kept, so try another member or a larger --sample"),
    }
    while !simulation.finished() {
        simulation.step(&mut life);
    }
    super::print(&life.text)
}
