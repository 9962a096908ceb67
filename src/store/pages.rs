//! Dictionary-encoded column chunks written by index: the caller has codes already, so nothing is hashed or compared. Pages are the hybrid
//! of runs and bit-packed groups of the Parquet format, without compression; a page's width is that of its own largest index.

use ::parquet::{
    basic::{Compression, Encoding},
    column::{
        page::{CompressedPage, Page, PageWriter},
        writer::ColumnCloseResult,
    },
    errors::ParquetError,
    file::{
        metadata::ColumnChunkMetaData,
        statistics::Statistics,
        writer::{SerializedPageWriter, TrackedWrite},
    },
    schema::types::ColumnDescPtr,
};
use bytes::Bytes;

/// Rows of a page: small, so that widths follow the data.
const PAGE_ROWS: usize = 1 << 13;
/// Shortest run worth leaving bit-packing for.
const SHORTEST_RUN: usize = 16;

/// A dictionary: its values in plain encoding, their number.
pub(super) struct Dictionary {
    pub bytes: Vec<u8>,
    pub values: usize,
}

/// Encodes indices into a dictionary as a chunk of a required column; the bytes and what describes them.
pub(super) fn chunk(column: ColumnDescPtr, dictionary: Dictionary, indices: &[u32], statistics: Option<Statistics>) -> Result<(Bytes, ColumnCloseResult), ParquetError> {
    let mut sink = TrackedWrite::new(Vec::new());
    let mut writer = SerializedPageWriter::new(&mut sink);
    let size = dictionary.bytes.len();
    let page = Page::DictionaryPage { buf: dictionary.bytes.into(), num_values: dictionary.values as u32, encoding: Encoding::PLAIN, is_sorted: false };
    writer.write_page(CompressedPage::new(page, size))?;
    let mut first_page = None;
    for rows in indices.chunks(PAGE_ROWS) {
        let buf = hybrid(rows);
        let size = buf.len();
        let page = Page::DataPage {
            buf: buf.into(),
            num_values: rows.len() as u32,
            encoding: Encoding::RLE_DICTIONARY,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let written = writer.write_page(CompressedPage::new(page, size))?;
        first_page.get_or_insert(written.offset);
    }
    writer.close()?;
    let bytes = sink.into_inner()?;
    let mut metadata = ColumnChunkMetaData::builder(column)
        .set_compression(Compression::UNCOMPRESSED)
        .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
        .set_num_values(indices.len() as i64)
        .set_total_compressed_size(bytes.len() as i64)
        .set_total_uncompressed_size(bytes.len() as i64)
        .set_dictionary_page_offset(Some(0))
        .set_data_page_offset(first_page.unwrap_or(bytes.len() as u64) as i64);
    if let Some(statistics) = statistics {
        metadata = metadata.set_statistics(statistics);
    }
    let close = ColumnCloseResult {
        bytes_written: bytes.len() as u64,
        rows_written: indices.len() as u64,
        metadata: metadata.build()?,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok((bytes.into(), close))
}

/// Width in one byte, then runs and bit-packed groups of eight.
fn hybrid(indices: &[u32]) -> Vec<u8> {
    let largest = indices.iter().copied().fold(0, u32::max);
    let width = (32 - largest.leading_zeros()).max(1) as usize;
    let mut out = Vec::with_capacity(16 + indices.len() * width / 16);
    out.push(width as u8);
    let (mut packed_from, mut at) = (0, 0);
    while at < indices.len() {
        let value = indices[at];
        let run = 1 + indices[at + 1..].iter().take_while(|&&other| other == value).count();
        // Bit-packed groups are whole but for the last of all, so a run gives the group before it what that lacks.
        let lacking = (packed_from..at).len().next_multiple_of(8) - (at - packed_from);
        if run >= lacking + SHORTEST_RUN {
            pack(&indices[packed_from..at + lacking], width, &mut out);
            varint(((run - lacking) << 1) as u64, &mut out);
            out.extend_from_slice(&value.to_le_bytes()[..width.div_ceil(8)]);
            packed_from = at + run;
        }
        at += run;
    }
    pack(&indices[packed_from..], width, &mut out);
    out
}

/// Bit-packed groups of eight, the last filled up with zeros.
fn pack(indices: &[u32], width: usize, out: &mut Vec<u8>) {
    if indices.is_empty() {
        return;
    }
    let groups = indices.len().div_ceil(8);
    varint((groups << 1 | 1) as u64, out);
    let end = out.len() + groups * width;
    let (mut bits, mut held) = (0u64, 0);
    for &index in indices {
        bits |= u64::from(index) << held;
        held += width;
        while held >= 8 {
            out.push(bits as u8);
            bits >>= 8;
            held -= 8;
        }
    }
    if held > 0 {
        out.push(bits as u8);
    }
    out.resize(end, 0);
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 128 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Values of a dictionary of texts in plain encoding; none if it is not whole.
pub(super) fn texts(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut rest, mut list) = (bytes, Vec::new());
    while !rest.is_empty() {
        let (length, tail) = rest.split_first_chunk::<4>()?;
        let (text, tail) = tail.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        list.push(text);
        rest = tail;
    }
    Some(list)
}

/// Reads the indices of a page of `count` values, as [`hybrid`] writes them: hands on each with how often it stands there in a row. Whether
/// the page was whole and `take` took them all.
pub(super) fn indices(bytes: &[u8], count: usize, take: &mut impl FnMut(u32, usize) -> bool) -> bool {
    let Some((&width, mut rest)) = bytes.split_first().filter(|(w, _)| **w <= 32) else { return false };
    let (width, mut left) = (usize::from(width), count);
    while left > 0 {
        let Some((head, tail)) = unvarint(rest) else { return false };
        rest = tail;
        let times = (head >> 1) as usize;
        if head & 1 == 0 {
            let Some((value, tail)) = rest.split_at_checked(width.div_ceil(8)) else { return false };
            rest = tail;
            let value = value.iter().rev().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
            let run = times.min(left);
            if run == 0 || !take(value, run) {
                return false;
            }
            left -= run;
        } else {
            let Some((packed, tail)) = times.checked_mul(width).and_then(|bytes| rest.split_at_checked(bytes)) else { return false };
            rest = tail;
            let (mut bits, mut held, mut at) = (0u64, 0, 0);
            for _ in 0..times.saturating_mul(8).min(left) {
                while held < width {
                    bits |= u64::from(packed[at]) << held;
                    (at, held) = (at + 1, held + 8);
                }
                if !take((bits & ((1 << width) - 1)) as u32, 1) {
                    return false;
                }
                (bits, held, left) = (bits >> width, held - width, left - 1);
            }
            if times == 0 {
                return false;
            }
        }
    }
    true
}

fn unvarint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (place, byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 127) << (7 * place);
        if byte & 128 == 0 {
            return Some((value, &bytes[place + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut state = 1u32;
        for most in [1, 2, 9, 300, 70_000] {
            let values: Vec<u32> = (0..5000u32)
                .map(|i| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    if i / 100 % 2 == 0 { most / 2 } else { (state >> 8) % most }
                })
                .collect();
            let (bytes, mut back) = (hybrid(&values), Vec::new());
            let mut take = |value, times| {
                back.extend(std::iter::repeat_n(value, times));
                true
            };
            assert!(indices(&bytes, values.len(), &mut take));
            assert_eq!(back, values);
            assert!(!indices(&bytes[..bytes.len() / 2], values.len(), &mut |_, _| true), "a page that is cut off");
        }
        assert!(!indices(&[], 1, &mut |_, _| true) && !indices(&[1, 0], 1, &mut |_, _| true) && !indices(&[33, 1], 1, &mut |_, _| true));
        assert_eq!(texts(&[1, 0, 0, 0, b'a', 2, 0, 0, 0, b'b', b'c']), Some(vec![&b"a"[..], b"bc"]));
        assert_eq!(texts(&[9, 0, 0, 0, b'a']), None);
    }

    #[test]
    fn runs_and_groups_are_those_of_the_format() {
        // The example of the format: 0 to 7 at width 3.
        assert_eq!(hybrid(&[0, 1, 2, 3, 4, 5, 6, 7]), [3, 0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010]);
        assert_eq!(hybrid(&[0; 100]), [1, 200, 1, 0]);
        // Three values, completed to a group by five of the run of 30; then the rest of the run.
        let mut values = vec![1, 0, 1];
        values.extend([0; 30]);
        assert_eq!(hybrid(&values), [1, 0b11, 0b101, 50, 0]);
        assert_eq!(hybrid(&[]), [1]);
    }
}
