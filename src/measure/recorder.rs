//! The listener of one replicate.

use std::io::{self, Read, Write};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    blocked::Blocked,
    columns::TABLES,
    flows::{Flows, Sums},
    households::{self, Inequality},
    labour, policy, ranks,
    scope::Scope,
    stocks::Stocks,
    year::{Value, Year},
};
use crate::{
    engine::{
        event::{Event, HOME, Happening},
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
    stocks: Stocks,
    blocked: Blocked,
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
    flows: Flows,
    /// Of the month that closes a year, between its visits and its end.
    households: Vec<Inequality>,
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
            end: world.start.plus(world.months as i32 - 1),
            tables: true,
            flows: Flows::new(&scope),
            households: Vec::new(),
            state: State {
                stocks: Stocks::new(&scope),
                blocked: Blocked::default(),
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
            flows: Flows::new(&self.scope),
            households: self.households.clone(),
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
        let fits = state.stocks.fits(&recorder.state.stocks)
            && state.year.pairs.len() == recorder.state.year.pairs.len()
            && state.year.rules.len() == recorder.state.year.rules.len()
            && state.tables.len() == TABLES.len()
            && state.recorded.parts.len() == TABLES.len();
        if !fits {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the checkpoint is of another world"));
        }
        recorder.state = state;
        Ok(recorder)
    }

    /// What was recorded; the running year is closed first.
    ///
    /// # Errors
    /// Those of the Parquet encoder.
    pub fn finish(mut self) -> io::Result<Recorded> {
        if self.state.tables[LABOUR].rows() > 0 {
            self.close_year(Month(self.state.last_month));
        }
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.state.recorded),
        }
    }

    fn count(&mut self, event: &Event, of_year: usize) {
        self.state.stocks.count(&self.scope, event);
        match event.happening {
            Happening::Blocked => self.state.blocked.count(&self.scope, event, of_year),
            Happening::LostPapers | Happening::GainedPapers | Happening::ChangedStay | Happening::ChangedMotive => {}
            _ => self.flows.count(&self.scope, event),
        }
        match event.happening {
            Happening::Returned if event.before.place != HOME => {
                let pair = self.pair(event.home, event.before.place);
                let pair = &mut self.state.year.pairs[pair];
                pair.returned += 1;
                pair.trips += i64::from(event.trips);
                pair.months += i64::from(event.spell);
            }
            Happening::MovedOn if event.before.place != HOME && event.after.place != HOME && event.before.status < 2 => {
                let (from, to) = (self.pair(event.home, event.before.place), self.pair(event.home, event.after.place));
                if from != to {
                    self.state.year.pairs[from].onward_out += 1;
                    self.state.year.pairs[to].onward += 1;
                }
            }
            _ => {}
        }
    }

    fn pair(&self, home: u8, destination: u8) -> usize {
        self.scope.origin_of[usize::from(home)] * self.scope.countries + self.scope.country_of[usize::from(destination)]
    }

    /// Whether a month is the last of a year, or of the run.
    fn closes(&self, month: Month) -> bool {
        month.of_year() == 11 || month == self.end
    }

    fn close_year(&mut self, month: Month) {
        let january = month.0 - month.of_year() as u16;
        let cannot = self.state.blocked.flush(&self.scope, self.replicate, january, &mut self.state.tables[BLOCKED]);
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
            self.state.stocks.found(&self.scope, event);
        }
    }

    /// Incomes of households are those of the start of the last month of a year.
    fn before_visits(&mut self, environment: &Environment<'_>, chunks: &[Chunk], _: &Totals) {
        if self.closes(environment.month) {
            self.households = households::inequality(&self.scope, environment, chunks);
        }
    }

    fn month(&mut self, view: &MonthView<'_>) {
        let of_year = view.month.of_year();
        for event in view.events.iter().copied().flatten() {
            self.count(event, of_year);
        }
        let last_of_year = self.closes(view.month);
        let tables = &mut self.state.tables;
        let mut moves = vec![Sums::default(); self.scope.origins * self.scope.countries];
        self.flows.flush(&self.scope, self.replicate, view.month.0, &mut tables[FLOWS], &mut moves);
        let foreign = self.state.stocks.flush(&self.scope, self.replicate, view.month.0, &mut tables[STOCKS]);
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
