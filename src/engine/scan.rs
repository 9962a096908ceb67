//! Who is due: a pass over the class codes and keys of a chunk, in blocks, without branches within a block. May be used by `engine`.

use super::{
    bounds::{ABROAD_CODES, ALWAYS, Bounds, CauseBounds, hazard_of},
    month::Environment,
};
use crate::{
    draw::{Stream, UPPER_ERROR, folded},
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
    hits: Vec<u64>,
    rows: Vec<u16>,
}

impl Due {
    /// Number of persons to visit.
    pub fn visits(&self) -> u64 {
        (self.home.len() + self.abroad.len()) as u64
    }
}

/// Finds the rows of a chunk whose draws lie under a bound.
pub fn due(env: &Environment<'_>, chunk: &Chunk, bounds: &Bounds, due: &mut Due) {
    due.hits.clear();
    under_rates(&chunk.rate, &chunk.key, bounds.pace[usize::from(chunk.home)], env.streams.consider, &mut due.hits);
    due.home.clear();
    rows(&due.hits, |row| {
        // Rounding up may hit anybody, and the last block is filled up.
        if matches!(chunk.class.get(usize::from(row)), Some(1..class::ABROAD)) {
            due.home.push(row);
        }
    });
    due.rows.clear();
    rows(&chunk.abroad, |row| due.rows.push(row));
    due.abroad.clear();
    let causes = &bounds.abroad[env.resolved.origin_of[usize::from(chunk.home)]];
    for rows in due.rows.chunks(BLOCK) {
        abroad(chunk, causes, rows, &mut due.abroad);
    }
}

/// Rows whose bits are set, ascending.
#[inline(always)]
fn rows(words: &[u64], mut each: impl FnMut(u16)) {
    for (block, &word) in words.iter().enumerate() {
        let mut left = word;
        while left != 0 {
            each((block * BLOCK) as u16 + left.trailing_zeros() as u16);
            left &= left - 1;
        }
    }
}

/// Whose draw lies under the bound of their rate, as bits. Reads rates and keys alone: a draw fires at hazard `h` if its uniform lies below
/// `1 - exp(-h) <= h`.
#[inline(never)]
fn under_rates(rates: &[u8], keys: &[u32], pace: f32, stream: Stream, hits: &mut Vec<u64>) {
    let (rates, rates_left) = rates.as_chunks::<BLOCK>();
    let (keys, keys_left) = keys.as_chunks::<BLOCK>();
    hits.extend(rates.iter().zip(keys).map(|(rates, keys)| under(rates, keys, pace, stream)));
    if !keys_left.is_empty() {
        let (mut last_rates, mut last_keys) = ([0; BLOCK], [0; BLOCK]);
        last_rates[..rates_left.len()].copy_from_slice(rates_left);
        last_keys[..keys_left.len()].copy_from_slice(keys_left);
        hits.push(under(&last_rates, &last_keys, pace, stream));
    }
}

#[inline(always)]
fn under(rates: &[u8; BLOCK], keys: &[u32; BLOCK], pace: f32, stream: Stream) -> u64 {
    // Rounding of the bits to single precision is at most 64.
    const ROOM: f32 = UPPER_ERROR as f32 + 64.0;
    let scale = pace * (2_147_483_648.0 * 1.0001);
    let mut under = [0u8; BLOCK];
    for i in 0..BLOCK {
        let bits = (stream.upper(folded(keys[i])) >> 1) as i32 as f32;
        under[i] = u8::from(bits < hazard_of(rates[i]) * scale + ROOM) | u8::from(rates[i] == ALWAYS);
    }
    pack(&under)
}

/// Bytes of 0 or 1 to the bits of a word.
#[inline]
fn pack(bytes: &[u8; BLOCK]) -> u64 {
    // Multiplying eight bytes of 0 or 1 by this constant gathers them, the first lowest, in the highest byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (words, _) = bytes.as_chunks::<8>();
    words.iter().enumerate().fold(0, |bits, (k, word)| bits | (u64::from_le_bytes(*word).wrapping_mul(GATHER) >> 56) << (8 * k))
}

/// Compares the draws of all causes of a block of those abroad with their bounds, cause by cause.
fn abroad(chunk: &Chunk, causes: &[CauseBounds], rows: &[u16], due: &mut Vec<(u16, u16)>) {
    let (mut keys, mut codes, mut hits) = ([0u32; BLOCK], [0u8; BLOCK], [0u32; BLOCK]);
    for (i, &row) in rows.iter().enumerate() {
        keys[i] = folded(chunk.key[usize::from(row)]);
        codes[i] = chunk.class[usize::from(row)] - class::ABROAD;
    }
    for of_cause in causes {
        let mut bounds = [0; BLOCK];
        for i in 0..BLOCK {
            bounds[i] = of_cause.bound[usize::from(codes[i]) % ABROAD_CODES];
        }
        compare(&keys, &bounds, of_cause.stream, of_cause.cause as u32, &mut hits);
    }
    due.extend(rows.iter().zip(hits).filter(|(_, causes)| *causes != 0).map(|(&row, causes)| (row, causes as u16)));
}

/// Marks whose draw of a cause lies under their bound; keys are folded. Stands apart so that its loop becomes vector instructions.
#[inline(never)]
fn compare(keys: &[u32; BLOCK], bounds: &[i32; BLOCK], stream: Stream, cause: u32, hits: &mut [u32; BLOCK]) {
    for i in 0..BLOCK {
        hits[i] |= u32::from((stream.upper(keys[i]) >> 1) as i32 <= bounds[i]) << cause;
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
