//! Who is due: a pass over the class codes and keys of a chunk. May be used by `engine`.

use super::{abroad::CAUSES, bounds::Bounds, month::Environment};
use crate::population::{class, person::Chunk};

/// Rows of a chunk whose draws lie under a bound, ascending.
pub fn due(env: &Environment<'_>, chunk: &Chunk, bounds: &Bounds, due: &mut Vec<u16>) {
    due.clear();
    let consider = &bounds.consider[usize::from(chunk.home)];
    let abroad = &bounds.abroad[env.resolved.origin_of[usize::from(chunk.home)]];
    let stream = env.streams.consider;
    for (row, (&code, &key)) in chunk.class.iter().zip(&chunk.key).enumerate() {
        if code < class::ABROAD {
            if stream.bits(key) >> 1 < consider[usize::from(code)] {
                due.push(row as u16);
            }
        } else {
            let bounds = &abroad[usize::from(code - class::ABROAD)];
            let mut hit = false;
            for cause in 0..CAUSES {
                hit |= env.streams.causes[cause].bits(key) >> 1 < bounds[cause];
            }
            if hit {
                due.push(row as u16);
            }
        }
    }
}
