//! The queue of a sweep: workers side by side, each with threads of its own, take groups of runs that share a past, simulate the shared months
//! once, and write each run when it ends. The bits of a run do not depend on who ran it, on what was shared, or on interruptions.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use super::{
    parting::Parting,
    sweep::{
        Sweep,
        plan::{Plan, Run},
        runs::{Finished, Runs},
    },
};
use crate::{
    behaviour::Behaviour,
    engine::Simulation,
    machine::thread_nanoseconds,
    measure::Recorder,
    population::{person::Chunk, synthesis},
    store::StoreError,
    world::World,
};

/// Who watches from outside; may stop it.
pub trait Watch: Sync {
    /// A month was simulated.
    fn month(&self, persons: u64);
    /// A run ended; why, if it failed.
    fn ended(&self, run: Run, failed: Option<&str>);
    /// Whether to stop.
    fn stopped(&self) -> bool;
}

/// Why a queue ended early.
#[derive(Debug)]
pub enum End {
    /// It was stopped.
    Stopped,
    /// A run could not be written.
    Store(StoreError),
    /// Threads could not be started.
    Threads(String),
}

/// How the work is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Division {
    /// Runs side by side.
    pub workers: usize,
    /// Threads of each.
    pub threads: usize,
    /// Bytes that pasts waiting for their branches may take.
    pub pasts: u64,
}

impl Division {
    /// Of some threads, for runs that need `each` bytes out of `memory`: as many runs side by side as fit, since single-threaded runs waste
    /// nothing; what threads are left go to the runs.
    pub fn new(threads: usize, runs: usize, each: u64, memory: u64) -> Division {
        let fit = (memory / each.max(1)).max(1) as usize;
        let workers = threads.min(runs.max(1)).min(fit).max(1);
        Division { workers, threads: (threads / workers).max(1), pasts: memory.saturating_sub(each * workers as u64) / 2 }
    }
}

/// What the workers' time went into.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// Processor time of synthesis and months, seconds; 0 where runs have several threads or the system does not tell.
    pub engine: f64,
    /// Time spent waiting for something to do, seconds, all workers.
    pub waiting: f64,
    /// Time from the first start to the end, seconds, all workers.
    pub all: f64,
}

/// A shared past: the state in which runs part.
struct Past {
    simulation: Vec<u8>,
    recorder: Vec<u8>,
    held: Arc<AtomicU64>,
}

impl Drop for Past {
    fn drop(&mut self) {
        self.held.fetch_sub((self.simulation.len() + self.recorder.len()) as u64, Ordering::Relaxed);
    }
}

/// Worlds of one replicate that are one run from a past on; without a past, from the start.
#[derive(Clone)]
struct Task {
    replicate: u32,
    group: Vec<usize>,
    past: Option<Arc<Past>>,
}

type Persons = Arc<OnceLock<Vec<Chunk>>>;

#[derive(Default)]
struct State {
    tasks: Vec<Task>,
    busy: usize,
    end: Option<End>,
    /// Synthesised persons by replicate and inputs, and how many tasks will start from them.
    persons: BTreeMap<(u32, u32), (usize, Persons)>,
}

/// The queue.
pub struct Queue<'a> {
    sweep: &'a Sweep,
    plan: &'a Plan,
    runs: &'a Runs,
    division: Division,
    watch: &'a dyn Watch,
    state: Mutex<State>,
    changed: Condvar,
    held: Arc<AtomicU64>,
    spent: Mutex<Spent>,
}

impl<'a> Queue<'a> {
    /// Of some runs, in the order of [`Plan::runs`].
    pub fn new(sweep: &'a Sweep, plan: &'a Plan, runs: &'a Runs, todo: &[Run], division: Division, watch: &'a dyn Watch) -> Queue<'a> {
        let queue = Queue { sweep, plan, runs, division, watch, state: Mutex::default(), changed: Condvar::new(), held: Arc::default(), spent: Mutex::default() };
        let mut tasks = Vec::new();
        for replicate in 1..=plan.replicates {
            let worlds: Vec<usize> = todo.iter().filter(|r| r.replicate == replicate).map(|r| r.world).collect();
            tasks.extend(plan.starts(&worlds).into_iter().map(|group| Task { replicate, group, past: None }));
        }
        // The last task is taken first.
        tasks.into_iter().rev().for_each(|task| queue.push(task));
        queue
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, task: Task) {
        let mut state = self.state();
        if task.past.is_none() {
            state.persons.entry(self.synthesis(&task)).or_default().0 += 1;
        }
        state.tasks.push(task);
        drop(state);
        self.changed.notify_one();
    }

    fn synthesis(&self, task: &Task) -> (u32, u32) {
        (task.replicate, self.plan.worlds[task.group[0]].synthesis)
    }

    /// Does all the work.
    ///
    /// # Errors
    /// If it was stopped, or a run could not be written.
    pub fn work(&self) -> Result<(), End> {
        let started = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..self.division.workers {
                scope.spawn(|| self.worker());
            }
        });
        self.spend(|s| s.all += started.elapsed().as_secs_f64() * self.division.workers as f64);
        self.state().end.take().map_or(Ok(()), Err)
    }

    /// What the time went into so far.
    pub fn spent(&self) -> Spent {
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spend(&self, add: impl FnOnce(&mut Spent)) {
        add(&mut self.spent.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Processor time of this thread, if it is the only one of the run.
    fn clock(&self) -> f64 {
        if self.division.threads == 1 { thread_nanoseconds() as f64 / 1e9 } else { 0.0 }
    }

    fn worker(&self) {
        let pool = match rayon::ThreadPoolBuilder::new().num_threads(self.division.threads).build() {
            Ok(pool) => pool,
            Err(error) => return self.end(End::Threads(error.to_string())),
        };
        while let Some(task) = self.take() {
            let mut group = task.group.clone();
            let replicate = task.replicate;
            let done = catch_unwind(AssertUnwindSafe(|| pool.install(|| self.grow(&task, &mut group))));
            let done = done.unwrap_or_else(|panic| {
                let why = panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
                self.failed(replicate, &group, &format!("the run ended in an error of the program: {}", why.unwrap_or_default()))
            });
            if let Err(end) = done {
                self.end(end);
            }
            self.state().busy -= 1;
            self.changed.notify_all();
        }
    }

    fn end(&self, end: End) {
        self.state().end.get_or_insert(end);
        self.changed.notify_all();
    }

    /// The next task; none if there will be none.
    fn take(&self) -> Option<Task> {
        let mut state = self.state();
        loop {
            if state.end.is_some() {
                return None;
            }
            if let Some(task) = state.tasks.pop() {
                state.busy += 1;
                return Some(task);
            }
            if state.busy == 0 {
                return None;
            }
            let since = Instant::now();
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            self.spend(|s| s.waiting += since.elapsed().as_secs_f64());
        }
    }

    fn failed(&self, replicate: u32, group: &[usize], why: &str) -> Result<(), End> {
        for &world in group {
            let run = Run { replicate, world };
            self.runs.fail(&self.plan.key(run), why).map_err(End::Store)?;
            self.watch.ended(run, Some(why));
        }
        Ok(())
    }

    /// Simulates a group to its end; where it parts, the others become tasks. `group` is told who is left.
    fn grow(&self, task: &Task, group: &mut Vec<usize>) -> Result<(), End> {
        let world = &self.plan.worlds[group[0]];
        let read = match self.sweep.world(&self.plan.points[world.point].levels, world.replicate) {
            Ok(read) => read,
            Err(findings) => return self.failed(task.replicate, group, &findings.to_string()),
        };
        let (mut simulation, mut recorder) = match self.begin(task, &read) {
            Ok(begun) => begun,
            Err(why) => return self.failed(task.replicate, group, &why.to_string()),
        };
        let mut parting = self.plan.parting(group, simulation.index());
        let (mut since, mut engine) = (self.clock(), 0.0);
        while !simulation.finished() {
            if parting == Some(simulation.index()) {
                engine += self.clock() - since;
                self.part(task, group, &simulation, &recorder);
                parting = self.plan.parting(group, simulation.index());
                since = self.clock();
            }
            simulation.step(&mut recorder);
            self.watch.month(simulation.rows() as u64);
            if self.watch.stopped() {
                return Err(End::Stopped);
            }
        }
        engine += self.clock() - since;
        self.spend(|s| s.engine += engine);
        let (state, persons) = (*simulation.state_hash().as_bytes(), simulation.rows() as u64);
        drop(simulation);
        let values: Vec<_> = recorder.values().into_iter().filter(|v| self.sweep.keeps(v)).collect();
        for &world in group.iter() {
            let run = Run { replicate: task.replicate, world };
            let finished = Finished { state, persons, values: values.clone() };
            self.runs.finish(&self.plan.key(run), &finished).map_err(End::Store)?;
            self.watch.ended(run, None);
        }
        Ok(())
    }

    fn begin<'s>(&self, task: &Task, (world, behaviour): &'s (World, Behaviour)) -> std::io::Result<(Simulation<'s>, Recorder)> {
        let setup = self.plan.setup(task.replicate);
        if let Some(past) = &task.past {
            let recorder = Recorder::load(world, setup.sample, task.replicate, &mut past.recorder.as_slice())?;
            return Ok((Simulation::resume(world, behaviour, setup, &mut past.simulation.as_slice())?, recorder.without_tables()));
        }
        let since = self.clock();
        let simulation = Simulation::with_population(world, behaviour, setup, self.persons(task, world, behaviour));
        let mut recorder = Recorder::new(world, setup.sample, task.replicate).without_tables();
        simulation.start(&mut recorder);
        self.spend(|s| s.engine += self.clock() - since);
        Ok((simulation, recorder))
    }

    /// The persons of a replicate, synthesised once for all tasks that start from them.
    fn persons(&self, task: &Task, world: &World, behaviour: &Behaviour) -> Vec<Chunk> {
        let key = self.synthesis(task);
        let persons = {
            let mut state = self.state();
            let Some((left, persons)) = state.persons.get_mut(&key) else { return self.synthesise(task, world, behaviour) };
            *left = left.saturating_sub(1);
            let (last, persons) = (*left == 0, persons.clone());
            if last {
                state.persons.remove(&key);
            }
            persons
        };
        persons.get_or_init(|| self.synthesise(task, world, behaviour));
        match Arc::try_unwrap(persons) {
            Ok(own) => own.into_inner().unwrap_or_default(),
            Err(shared) => shared.get().cloned().unwrap_or_default(),
        }
    }

    fn synthesise(&self, task: &Task, world: &World, behaviour: &Behaviour) -> Vec<Chunk> {
        let setup = self.plan.setup(task.replicate);
        synthesis::synthesise(world, behaviour, setup.seed, setup.sample, setup.chunk_rows)
    }

    /// Leaves those of the group who part from its first world to other tasks: from here if the past can be kept, else from where this task
    /// began.
    fn part(&self, task: &Task, group: &mut Vec<usize>, simulation: &Simulation<'_>, recorder: &Recorder) {
        let mut classes = self.plan.at(group, simulation.index());
        let own = classes.remove(0);
        match self.keep(simulation, recorder) {
            Some(past) => classes.into_iter().rev().for_each(|group| self.push(Task { replicate: task.replicate, group, past: Some(past.clone()) })),
            None => self.push(Task { replicate: task.replicate, group: classes.concat(), past: task.past.clone() }),
        }
        *group = own;
    }

    fn keep(&self, simulation: &Simulation<'_>, recorder: &Recorder) -> Option<Arc<Past>> {
        let size = simulation.bytes() as u64;
        if self.held.load(Ordering::Relaxed) + size > self.division.pasts {
            return None;
        }
        let (mut state, mut recorded) = (Vec::with_capacity(simulation.bytes() + (1 << 20)), Vec::new());
        simulation.save(&mut state).and_then(|()| recorder.save(&mut recorded)).ok()?;
        self.held.fetch_add((state.len() + recorded.len()) as u64, Ordering::Relaxed);
        Some(Arc::new(Past { simulation: state, recorder: recorded, held: self.held.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_and_memory_are_divided() {
        assert_eq!(Division::new(8, 100, 1 << 30, 64 << 30), Division { workers: 8, threads: 1, pasts: 28 << 30 });
        assert_eq!(Division::new(8, 100, 16 << 30, 40 << 30), Division { workers: 2, threads: 4, pasts: 4 << 30 });
        assert_eq!(Division::new(8, 2, 1 << 20, 1 << 30).threads, 4);
        assert_eq!(Division::new(2, 10, 1 << 40, 1 << 30), Division { workers: 1, threads: 2, pasts: 0 });
    }
}
