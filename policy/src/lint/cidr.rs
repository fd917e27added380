//! Address ranges, as far as comparing them needs.

use std::net::Ipv4Addr;

/// A range of IPv4 addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cidr {
    first: u32,
    bits: u32,
}

impl Cidr {
    /// Reads `10.0.0.0/16`, or one address.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/').unwrap_or((text, "32"));
        let bits: u32 = bits.parse().ok().filter(|bits| *bits <= 32)?;
        let address: Ipv4Addr = address.parse().ok()?;
        let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
        Some(Self {
            first: address.to_bits() & mask,
            bits,
        })
    }

    /// Whether every address of `other` is one of this range.
    pub(super) fn contains(self, other: Self) -> bool {
        let mask = u32::MAX.checked_shl(32 - self.bits).unwrap_or(0);
        self.bits <= other.bits && other.first & mask == self.first
    }

    /// Whether these are addresses of private networks (RFC 1918).
    pub(super) fn is_private(self) -> bool {
        ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
            .iter()
            .filter_map(|text| Self::parse(text))
            .any(|range| range.contains(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_contains_what_lies_in_it() {
        for (outer, inner, expected) in [
            ("10.0.0.0/16", "10.0.3.0/24", true),
            ("10.0.0.0/16", "10.1.0.0/24", false),
            ("10.0.3.0/24", "10.0.0.0/16", false),
            ("0.0.0.0/0", "10.0.0.1", true),
            ("10.0.3.7/24", "10.0.3.200/32", true),
        ] {
            let range = |text| Cidr::parse(text).expect(text);
            assert_eq!(
                range(outer).contains(range(inner)),
                expected,
                "{outer} {inner}"
            );
        }
        for text in ["", "10.0.0.0/33", "fd00::/8", "10.0.0/8", "sg-1"] {
            assert_eq!(Cidr::parse(text), None, "{text}");
        }
    }
}
