//! Worlds whose inputs are equal so far are one run, which parts where they first differ: how worlds group, when groups part, and what that
//! costs. Used by [`super::replicate`] for the worlds of a comparison and by [`super::sweep`] for those of a design.

/// Worlds, by index, and what they read.
pub trait Parting {
    /// Equal values are equal inputs.
    type Read: PartialEq;

    /// What synthesis and every month of a world read.
    fn base(&self, world: usize) -> Self::Read;

    /// What month `t` of a world reads beside that.
    fn read(&self, world: usize, t: usize) -> Self::Read;

    /// Months of a run.
    fn length(&self) -> usize;

    /// Groups of worlds that may start as one run, each in the order given, by their first.
    fn starts(&self, worlds: &[usize]) -> Vec<Vec<usize>> {
        classes(worlds, |w| (self.base(w), self.read(w, 0)))
    }

    /// Groups into which a group falls in month `t`.
    fn at(&self, group: &[usize], t: usize) -> Vec<Vec<usize>> {
        classes(group, |w| self.read(w, t))
    }

    /// The first month from `t` on in which a group parts.
    fn parting(&self, group: &[usize], t: usize) -> Option<usize> {
        let first = *group.first()?;
        (t..self.length()).find(|&k| group.iter().any(|&w| self.read(w, k) != self.read(first, k)))
    }

    /// Months that a group simulates from month `t` on, each shared month once.
    fn months_from(&self, group: &[usize], t: usize) -> u64 {
        match self.parting(group, t) {
            None => (self.length() - t) as u64,
            Some(k) => (k - t) as u64 + self.at(group, k).iter().map(|class| self.months_from(class, k)).sum::<u64>(),
        }
    }

    /// Months that worlds simulate, each shared month once.
    fn months_of(&self, worlds: &[usize]) -> u64 {
        self.starts(worlds).iter().map(|group| self.months_from(group, 0)).sum()
    }

    /// Most runs of a group from month `t` on that are in memory at once, if its branches run one after another.
    fn depth_from(&self, group: &[usize], t: usize) -> usize {
        self.parting(group, t).map_or(1, |k| 1 + self.at(group, k).iter().map(|class| self.depth_from(class, k)).max().unwrap_or(0))
    }
}

/// Groups of worlds with the same key, by their first.
pub fn classes<K: PartialEq>(worlds: &[usize], key: impl Fn(usize) -> K) -> Vec<Vec<usize>> {
    let mut classes: Vec<(K, Vec<usize>)> = Vec::new();
    for &world in worlds {
        let key = key(world);
        match classes.iter_mut().find(|(k, _)| *k == key) {
            Some((_, class)) => class.push(world),
            None => classes.push((key, vec![world])),
        }
    }
    classes.into_iter().map(|(_, class)| class).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Inputs of worlds by month: base first.
    struct Letters(Vec<&'static str>);

    impl Parting for Letters {
        type Read = u8;
        fn base(&self, world: usize) -> u8 {
            self.0[world].as_bytes()[0]
        }
        fn read(&self, world: usize, t: usize) -> u8 {
            self.0[world].as_bytes()[1 + t]
        }
        fn length(&self) -> usize {
            self.0[0].len() - 1
        }
    }

    #[test]
    fn worlds_share_what_they_have_in_common_and_part_once() {
        // The second differs from the first in month 2 alone, the third from month 1 on, the fourth in everything.
        let worlds = Letters(vec!["xaaaa", "xaaba", "xabbb", "yaaaa"]);
        let all = [0, 1, 2, 3];
        assert_eq!(worlds.starts(&all), [vec![0, 1, 2], vec![3]]);
        assert_eq!(worlds.parting(&[0, 1, 2], 0), Some(1));
        assert_eq!(worlds.at(&[0, 1, 2], 1), [vec![0, 1], vec![2]]);
        assert_eq!(worlds.parting(&[0, 1], 1), Some(2));
        // One month of three, one of two, then each its own; four of the stranger.
        assert_eq!(worlds.months_of(&all), (1 + (1 + 2 * 2) + 3) + 4);
        assert_eq!(worlds.depth_from(&[0, 1, 2], 0), 3);
        assert_eq!((worlds.parting(&[3], 0), worlds.months_of(&[3]), worlds.depth_from(&[3], 0)), (None, 4, 1));
    }
}
