//! The listener of one replicate.

use std::io::{self, Read, Write};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    ages::{self, Counts},
    blocked::Blocked,
    columns::TABLES,
    flows::Sums,
    households::{self, Inequality},
    labour, policy, ranks,
    scope::Scope,
    stocks::Foreign,
    tally::{Counted, Tally},
    year::{Value, Year},
};
use crate::{
    engine::{
        event::Event,
        month::Environment,
        observe::{MonthView, Observer},
        totals::Totals,
    },
    population::{person::Chunk, synthesis},
    store::{
        parquet::{self, Part},
        table::{Layout, Table},
    },
    units::Month,
    world::World,
};

const FLOWS: usize = 0;
const STOCKS: usize = 1;
const REMITTANCES: usize = 2;
const LABOUR: usize = 3;
const HIERARCHY: usize = 4;
const BLOCKED: usize = 5;
const POLICY: usize = 6;
const AGES: usize = 7;

/// What a replicate left: encoded parts of all tables (in the order of [`TABLES`]) and yearly values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// Parts by table, one a year.
    pub parts: Vec<Vec<Part>>,
    /// Yearly values.
    pub values: Vec<Value>,
}

/// What a checkpoint holds.
#[derive(Clone, Serialize, Deserialize)]
struct State {
    tallies: Vec<Tally>,
    year: Year,
    tables: Vec<Table>,
    recorded: Recorded,
    last_month: u16,
}

/// Listens to one replicate.
pub struct Recorder {
    scope: Scope,
    layouts: Vec<Layout>,
    replicate: u32,
    weight: f64,
    end: Month,
    tables: bool,
    /// Of the month that closes a year, between its visits and its end.
    households: Vec<Inequality>,
    /// Likewise, by home region.
    ages: Vec<Counts>,
    state: State,
    failure: Option<io::Error>,
}

impl Recorder {
    /// For replicate `replicate` (from 1) of a run at `sample`.
    pub fn new(world: &World, sample: f64, replicate: u32) -> Recorder {
        let scope = Scope::new(world);
        let weight = 1.0 / sample;
        Recorder {
            layouts: scope.layouts(weight),
            replicate,
            weight,
            end: world.last_month(),
            tables: true,
            households: Vec::new(),
            ages: Vec::new(),
            state: State {
                tallies: (0..scope.homes()).map(|home| Tally::new(&scope, home)).collect(),
                year: Year::new(&scope),
                tables: TABLES.iter().map(|t| Table::new(t)).collect(),
                recorded: Recorded { parts: vec![Vec::new(); TABLES.len()], values: Vec::new() },
                last_month: 0,
            },
            scope,
            failure: None,
        }
    }

    /// Keeps the yearly values and no tables.
    #[must_use]
    pub fn without_tables(mut self) -> Recorder {
        self.tables = false;
        self
    }

    /// A recorder that has heard the same so far, for a run that goes on from here in another world of the same places.
    #[must_use]
    pub fn fork(&self) -> Recorder {
        Recorder {
            scope: self.scope.clone(),
            layouts: self.layouts.clone(),
            replicate: self.replicate,
            weight: self.weight,
            end: self.end,
            tables: self.tables,
            households: self.households.clone(),
            ages: self.ages.clone(),
            state: self.state.clone(),
            failure: self.failure.as_ref().map(|e| io::Error::new(e.kind(), e.to_string())),
        }
    }

    /// Bytes that the encoded parts of `replicates` replicates need, about: they stay in memory to the end. Fitted to the baseline at samples
    /// 0.03 and 0.1 (40 and 67 MB): rows of tables are cells, so they grow more slowly than persons.
    pub fn bytes_needed(world: &World, sample: f64, replicates: u32) -> u64 {
        let persons = synthesis::expected_rows(world, sample).max(0.0);
        (72.0 * world.months as f64 * persons.sqrt() * f64::from(replicates)) as u64
    }

    /// Writes everything that a resumed recorder needs.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn save(&self, out: &mut dyn Write) -> io::Result<()> {
        postcard::to_io(&self.state, out).map(|_| ()).map_err(io::Error::other)
    }

    /// A recorder as it was when saved, for the same world, sample and replicate.
    ///
    /// # Errors
    /// Those of the reader; content that is not of this world.
    pub fn load(world: &World, sample: f64, replicate: u32, input: &mut dyn Read) -> io::Result<Recorder> {
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes)?;
        let state: State = postcard::from_bytes(&bytes).map_err(io::Error::other)?;
        let mut recorder = Recorder::new(world, sample, replicate);
        let fits = state.tallies.len() == recorder.state.tallies.len()
            && state.tallies.iter().zip(&recorder.state.tallies).all(|(a, b)| a.fits(b))
            && state.year.pairs.len() == recorder.state.year.pairs.len()
            && state.year.rules.len() == recorder.state.year.rules.len()
            && state.tables.len() == TABLES.len()
            && state.recorded.parts.len() == TABLES.len();
        if !fits {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the checkpoint is of another world"));
        }
        recorder.state = State { tallies: state.tallies.into_iter().map(|tally| tally.ready(&recorder.scope)).collect(), ..state };
        Ok(recorder)
    }

    /// What was recorded; the running year is closed first.
    ///
    /// # Errors
    /// Those of the Parquet encoder.
    pub fn finish(mut self) -> io::Result<Recorded> {
        self.close();
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.state.recorded),
        }
    }

    /// The yearly values alone; the running year is closed first.
    pub fn values(mut self) -> Vec<Value> {
        self.close();
        self.state.recorded.values
    }

    /// Closes a year that runs.
    fn close(&mut self) {
        if self.state.tables[LABOUR].rows() > 0 {
            self.close_year(Month(self.state.last_month));
        }
    }

    /// Tallies the events of a month, home regions side by side; moves and stocks of foreign citizens by origin x country.
    fn tally(&mut self, view: &MonthView<'_>) -> (Vec<Sums>, Vec<Foreign>) {
        let (scope, countries) = (&self.scope, self.scope.countries);
        // Chunks stand in the order of home regions; one without events belongs to none.
        let chunks: Vec<&[Event]> = view.events.iter().copied().filter(|events| !events.is_empty()).collect();
        let first = |home: usize| chunks.partition_point(|events| usize::from(events[0].home) < home);
        let (replicate, month, rows) = (self.replicate, view.month.0, self.tables);
        let tally = |(home, tally): (usize, &mut Tally)| tally.month(scope, chunks[first(home)..first(home + 1)].iter().copied().flatten(), replicate, month, rows);
        let counted: Vec<Counted> = self.state.tallies.par_iter_mut().enumerate().map(tally).collect();
        let mut moves = vec![Sums::default(); scope.origins * countries];
        let mut foreign = vec![Foreign::default(); scope.origins * countries];
        for (of_home, origin) in counted.iter().zip(&scope.origin_of) {
            self.state.tables[FLOWS].append(&of_home.flows);
            self.state.tables[STOCKS].append(&of_home.stocks);
            for country in 0..countries {
                let pair = origin * countries + country;
                moves[pair].plus(&of_home.moves[country]);
                foreign[pair].plus(&of_home.foreign[country]);
                self.state.year.pairs[pair].ended(&of_home.ends[country]);
            }
        }
        (moves, foreign)
    }

    /// Whether a month is the last of a year, or of the run.
    fn closes(&self, month: Month) -> bool {
        month.of_year() == 11 || month == self.end
    }

    fn close_year(&mut self, month: Month) {
        let january = month.0 - month.of_year() as u16;
        let attempts: Vec<Blocked> = self.state.tallies.par_iter_mut().map(|tally| tally.blocked.take()).collect();
        let mut blocked = Blocked::default();
        for of_home in attempts {
            blocked.append(of_home);
        }
        for ((home, counts), tally) in std::mem::take(&mut self.ages).iter().enumerate().zip(&mut self.state.tallies) {
            let pairs = &mut self.state.year.pairs[self.scope.origin_of[home] * self.scope.countries..];
            pairs.iter_mut().zip(counts.classes()).for_each(|(pair, classes)| pair.aged(&classes));
            if self.tables {
                tally.ages.flush(home, self.replicate, month.0, counts, &mut self.state.tables[AGES]);
            }
        }
        let cannot = blocked.flush(&self.scope, self.replicate, january, &mut self.state.tables[BLOCKED]);
        self.state.year.values(&self.scope, month.year(), self.weight, &cannot, &mut self.state.recorded.values);
        self.state.year.turn(&self.scope);
        if !self.tables {
            self.state.tables.iter_mut().for_each(Table::clear);
            return;
        }
        let encode = |(table, layout): (&mut Table, &Layout)| {
            let part = parquet::encode(layout, table);
            table.clear();
            part
        };
        let encoded: Vec<io::Result<Part>> = self.state.tables.par_iter_mut().zip(&self.layouts).map(encode).collect();
        for (parts, part) in self.state.recorded.parts.iter_mut().zip(encoded) {
            match part {
                Ok(part) => parts.push(part),
                Err(failure) => self.failure = Some(failure),
            }
        }
    }
}

/// GDP of rows of origins in a month, US dollars a year; NaN without the series.
fn gdp(scope: &Scope, view: &MonthView<'_>) -> Vec<f64> {
    let of = |code: &String| view.world.series.get("gdp_usd", code).and_then(|v| v.get(view.index)).copied().unwrap_or(f64::NAN);
    let mut gdp: Vec<f64> = scope.origin_names[..scope.origins].iter().map(of).collect();
    gdp.push(gdp.iter().sum());
    gdp
}

impl Observer for Recorder {
    /// The events of the start are a census of those abroad.
    fn start(&mut self, view: &MonthView<'_>) {
        for event in view.events.iter().copied().flatten() {
            self.state.tallies[usize::from(event.home)].found(&self.scope, event);
        }
    }

    /// Incomes of households and ages are those of the start of the last month of a year.
    fn before_visits(&mut self, environment: &Environment<'_>, chunks: &[Chunk], _: &Totals) {
        if self.closes(environment.month) {
            self.households = households::inequality(&self.scope, environment, chunks);
            self.ages = ages::census(&self.scope, chunks, environment.month, self.tables);
        }
    }

    fn month(&mut self, view: &MonthView<'_>) {
        let last_of_year = self.closes(view.month);
        let (moves, foreign) = self.tally(view);
        let tables = &mut self.state.tables;
        labour::money(&self.scope, view, self.replicate, &mut tables[REMITTANCES]);
        labour::markets(&self.scope, view, self.replicate, &mut tables[LABOUR]);
        policy::rules(&self.scope, view, self.replicate, &mut tables[POLICY]);
        let gdp = gdp(&self.scope, view);
        let households = std::mem::take(&mut self.households);
        let last = last_of_year.then(|| ranks::record(&self.scope, view, self.replicate, &foreign, &gdp, households, &mut tables[HIERARCHY]));
        self.state.year.add(&self.scope, view, &moves, &foreign, &gdp, last);
        self.state.last_month = view.month.0;
        if last_of_year {
            self.close_year(view.month);
        }
    }
}
