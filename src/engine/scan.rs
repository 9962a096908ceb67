//! Who is due: a pass over the class codes and keys of a chunk, in blocks, without branches within a block. May be used by `engine`.

use super::{
    bounds::{ABROAD_CODES, ALWAYS, Bounds, CAUSE_LANES, hazard_of},
    month::Environment,
};
use crate::{
    draw::salted,
    population::{class, person::Chunk},
};

/// Rows of a block: one bit each in a word.
const BLOCK: usize = 64;

/// What a scan found; kept from month to month so that nothing is allocated.
#[derive(Clone, Debug, Default)]
pub struct Due {
    /// Rows at home whose draw of weighing to leave lies under the bound of their class, ascending.
    pub home: Vec<u16>,
    /// Rows abroad for which some cause lies under its bound, ascending, with those causes as bits.
    pub abroad: Vec<(u16, u16)>,
    candidates: Vec<u16>,
}

impl Due {
    /// Number of persons to visit.
    pub fn visits(&self) -> u64 {
        (self.home.len() + self.abroad.len()) as u64
    }
}

/// Finds the rows of a chunk whose draws lie under a bound.
///
/// The first pass reads keys and rates alone: a draw fires at hazard `h` if its uniform lies below `1 - exp(-h) <= h - h^2/2 + h^3/6`. Those
/// abroad come out of it as candidates; the second pass compares all causes.
pub fn due(env: &Environment<'_>, chunk: &Chunk, bounds: &Bounds, due: &mut Due) {
    due.home.clear();
    due.candidates.clear();
    let pace = bounds.pace[usize::from(chunk.home)];
    let stream = env.streams.consider;
    let (rates, rates_left) = chunk.rate.as_chunks::<BLOCK>();
    let (keys, keys_left) = chunk.key.as_chunks::<BLOCK>();
    let mut found = |block: usize, rates: &[u8; BLOCK], keys: &[u32; BLOCK]| {
        let mut under = [0u8; BLOCK];
        for i in 0..BLOCK {
            let h = hazard_of(rates[i]) * pace;
            let share = h * (1.0 - h * (0.5 - h * (1.0 / 6.0)));
            // Rounding of the bits to single precision is at most 64.
            let bits = (stream.bits(keys[i]) >> 1) as i32 as f32;
            under[i] = u8::from(bits < share * (2_147_483_648.0 * 1.0001) + 64.0) | u8::from(rates[i] == ALWAYS);
        }
        let mut hits = pack(&under);
        while hits != 0 {
            let row = block * BLOCK + hits.trailing_zeros() as usize;
            hits &= hits - 1;
            match chunk.class.get(row).copied().unwrap_or(class::INERT) {
                class::INERT => {}
                class::ABROAD.. => due.candidates.push(row as u16),
                _ => due.home.push(row as u16),
            }
        }
    };
    for (block, (rates, keys)) in rates.iter().zip(keys).enumerate() {
        found(block, rates, keys);
    }
    if !keys_left.is_empty() {
        // The last block is filled up; what is found there beyond the last row is dropped.
        let (mut last_rates, mut last_keys) = ([0; BLOCK], [0; BLOCK]);
        last_rates[..rates_left.len()].copy_from_slice(rates_left);
        last_keys[..keys_left.len()].copy_from_slice(keys_left);
        found(keys.len(), &last_rates, &last_keys);
    }
    abroad(env, chunk, bounds, due);
}

/// Bytes of 0 or 1 to the bits of a word.
#[inline]
fn pack(bytes: &[u8; BLOCK]) -> u64 {
    // Multiplying eight bytes of 0 or 1 by this constant gathers them, the first lowest, in the highest byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (words, _) = bytes.as_chunks::<8>();
    words.iter().enumerate().fold(0, |bits, (k, word)| bits | (u64::from_le_bytes(*word).wrapping_mul(GATHER) >> 56) << (8 * k))
}

/// Compares all causes of those abroad with their bounds, person by person, all causes at once.
fn abroad(env: &Environment<'_>, chunk: &Chunk, bounds: &Bounds, due: &mut Due) {
    let table = &bounds.abroad[env.resolved.origin_of[usize::from(chunk.home)]];
    let [before, between] = &bounds.salts;
    due.abroad.clear();
    for &row in &due.candidates {
        let key = chunk.key[usize::from(row)];
        let bound = &table[usize::from(chunk.class[usize::from(row)] - class::ABROAD) % ABROAD_CODES];
        let mut under = [0u32; CAUSE_LANES];
        for cause in 0..CAUSE_LANES {
            under[cause] = u32::from((salted(key, before[cause], between[cause]) >> 1) < bound[cause]) << cause;
        }
        let causes = under.iter().fold(0, |bits, hit| bits | hit);
        if causes != 0 {
            due.abroad.push((row, causes as u16));
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn packing_keeps_the_order() {
        let bits = 0x8001_f00d_1234_5679u64;
        let bytes = std::array::from_fn(|i| (bits >> i & 1) as u8);
        assert_eq!(super::pack(&bytes), bits);
    }
}
