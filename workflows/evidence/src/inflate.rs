//! From the bytes of a file to JSON text: gzip or plain, whole or refused.

use std::borrow::Cow;
use std::io::Read;

use flate2::bufread::GzDecoder;

/// A trail file holds at most 50 MB compressed and real ones inflate about twentyfold.
/// More than this is no trail file, and memory has to stay bounded.
const MOST_INFLATED: u64 = 1 << 30;
pub(crate) const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Why a file could not be inflated.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("the gzip data is broken: {0}")]
    Broken(std::io::Error),
    /// A second member may hold records that a check of the first never saw.
    #[error("{0} bytes follow the gzip data; a trail never writes such a file")]
    TrailingData(usize),
    #[error("it inflates to more than {} MiB", MOST_INFLATED >> 20)]
    TooLarge,
}

/// The text of a file, inflated if it is gzip.
pub(crate) fn inflate(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Unreadable> {
    if !bytes.starts_with(&GZIP_MAGIC) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut decoder = GzDecoder::new(bytes);
    let mut text = Vec::with_capacity(bytes.len().saturating_mul(8).min(64 << 20));
    decoder
        .by_ref()
        .take(MOST_INFLATED + 1)
        .read_to_end(&mut text)
        .map_err(Unreadable::Broken)?;
    if text.len() as u64 > MOST_INFLATED {
        return Err(Unreadable::TooLarge);
    }
    match decoder.into_inner().len() {
        0 => Ok(Cow::Owned(text)),
        left => Err(Unreadable::TrailingData(left)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).expect("writing to memory");
        encoder.finish().expect("writing to memory")
    }

    #[test]
    fn files_inflate_whole_or_not_at_all() {
        let whole = gzip(b"{}");
        let second_member = [gzip(b"{}"), gzip(b"[]")].concat();
        let padded = [gzip(b"{}"), b"\n".to_vec()].concat();
        let cut = whole[..whole.len() - 4].to_vec();
        let mut flipped = whole.clone();
        let crc = flipped.len() - 6;
        flipped[crc] ^= 1;
        let cases: [(&str, Vec<u8>, Result<&str, &str>); 6] = [
            ("gzip", whole, Ok("{}")),
            ("plain", b"{}".to_vec(), Ok("{}")),
            ("second member", second_member, Err("22 bytes follow")),
            ("padding", padded, Err("1 bytes follow")),
            ("cut", cut, Err("the gzip data is broken")),
            ("flipped", flipped, Err("the gzip data is broken")),
        ];
        for (name, bytes, expected) in cases {
            let found = inflate(&bytes).map_err(|error| error.to_string());
            match expected {
                Ok(text) => assert_eq!(found.as_deref(), Ok(text.as_bytes()), "{name}"),
                Err(start) => assert!(
                    found
                        .as_ref()
                        .is_err_and(|message| message.starts_with(start)),
                    "{name}: {found:?}"
                ),
            }
        }
    }
}
