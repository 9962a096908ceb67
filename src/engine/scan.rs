//! Who is due: a pass over the class codes and keys of a chunk, in blocks, without branches within a block. May be used by `engine`.

use super::{bounds::Bounds, month::Environment};
use crate::population::{class, person::Chunk};

/// Rows of a block: one bit each in a word.
const BLOCK: usize = 64;

/// Buffers of a scan, kept from month to month.
#[derive(Clone, Debug, Default)]
pub struct Due {
    /// Rows due for a visit, ascending.
    pub rows: Vec<u16>,
    abroad: Vec<u16>,
    keys: Vec<u32>,
    codes: Vec<u8>,
}

/// Finds the rows of a chunk whose draws lie under a bound.
///
/// Codes abroad have the largest bound in the first pass, so that they come out of it as candidates; the second pass compares all causes.
pub fn due(env: &Environment<'_>, chunk: &Chunk, bounds: &Bounds, due: &mut Due) {
    due.rows.clear();
    due.abroad.clear();
    let table = &bounds.consider[usize::from(chunk.home)];
    let stream = env.streams.consider;
    for (block, (codes, keys)) in chunk.class.chunks(BLOCK).zip(chunk.key.chunks(BLOCK)).enumerate() {
        let mut bound = [0u32; BLOCK];
        let mut bits = [0u32; BLOCK];
        for (b, code) in bound.iter_mut().zip(codes) {
            *b = table[usize::from(*code)];
        }
        for (b, key) in bits.iter_mut().zip(keys) {
            *b = stream.bits(*key) >> 1;
        }
        let mut hits = 0u64;
        for i in 0..BLOCK {
            hits |= u64::from(bits[i] < bound[i]) << i;
        }
        while hits != 0 {
            let i = hits.trailing_zeros() as usize;
            hits &= hits - 1;
            let row = (block * BLOCK + i) as u16;
            if codes[i] < class::ABROAD { due.rows.push(row) } else { due.abroad.push(row) }
        }
    }
    abroad(env, chunk, bounds, due);
}

/// Adds the rows abroad for which some cause lies under its bound.
fn abroad(env: &Environment<'_>, chunk: &Chunk, bounds: &Bounds, due: &mut Due) {
    let bounds = &bounds.abroad[env.resolved.origin_of[usize::from(chunk.home)]];
    due.keys.clear();
    due.codes.clear();
    due.keys.extend(due.abroad.iter().map(|row| chunk.key[usize::from(*row)]));
    due.codes.extend(due.abroad.iter().map(|row| chunk.class[usize::from(*row)] - class::ABROAD));
    let at_home = due.rows.len();
    for (block, keys) in due.keys.chunks(BLOCK).enumerate() {
        let from = block * BLOCK;
        let mut hits = 0u64;
        for (stream, bounds) in env.streams.causes.iter().zip(bounds) {
            let mut bound = [0u32; BLOCK];
            for (b, code) in bound.iter_mut().zip(&due.codes[from..from + keys.len()]) {
                *b = bounds[usize::from(*code)];
            }
            let mut bits = [0u32; BLOCK];
            for (b, key) in bits.iter_mut().zip(keys) {
                *b = stream.bits(*key) >> 1;
            }
            for i in 0..BLOCK {
                hits |= u64::from(bits[i] < bound[i]) << i;
            }
        }
        while hits != 0 {
            due.rows.push(due.abroad[from + hits.trailing_zeros() as usize]);
            hits &= hits - 1;
        }
    }
    if at_home < due.rows.len() {
        due.rows.sort_unstable();
    }
}
