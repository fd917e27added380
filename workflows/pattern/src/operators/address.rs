//! `cidr`: addresses and address blocks, as AWS's matcher spells them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::error::Problem;

/// An address block. Bits after the prefix may be set in its text; they do not count.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    base: IpAddr,
    prefix: u32,
    text: String,
}

impl Block {
    pub(crate) fn parse(text: &[u8]) -> Result<Self, Problem> {
        let text = String::from_utf8_lossy(text).into_owned();
        let refused = || Problem::NotABlock(text.clone());
        let (address, prefix) = text.split_once('/').ok_or_else(refused)?;
        // An IPv6 address with a dotted tail is none to AWS's matcher.
        let dotted_tail = address.contains(':') && address.contains('.');
        let base = parse_address(address.as_bytes())
            .filter(|_| !dotted_tail)
            .ok_or_else(refused)?
            .to_canonical();
        let prefix: u32 = prefix.parse().map_err(|_| refused())?;
        let bits = if base.is_ipv4() { 32 } else { 128 };
        if prefix == bits {
            return Err(Problem::SingleAddress(text));
        }
        if prefix > bits {
            return Err(refused());
        }
        Ok(Self { base, prefix, text })
    }

    /// Whether the address lies in the block; one that maps IPv4 into IPv6 counts as both.
    pub(crate) fn contains(&self, found: IpAddr) -> bool {
        let (base, found, bits) = match (self.base, found) {
            (IpAddr::V4(base), found) => {
                let IpAddr::V4(found) = found.to_canonical() else {
                    return false;
                };
                (u128::from(base.to_bits()), u128::from(found.to_bits()), 32)
            }
            (IpAddr::V6(base), IpAddr::V6(found)) => (base.to_bits(), found.to_bits(), 128),
            (IpAddr::V6(_), IpAddr::V4(_)) => return false,
        };
        // A prefix of 0 leaves nothing to compare and shifts by all bits.
        let differing = base ^ found;
        differing.checked_shr(bits - self.prefix).unwrap_or(0) == 0
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// Reads an address. Leading zeros in IPv4 are decimal, zones and brackets are not allowed.
pub(crate) fn parse_address(text: &[u8]) -> Option<IpAddr> {
    if memchr::memchr(b':', text).is_some() {
        let address: Ipv6Addr = std::str::from_utf8(text).ok()?.parse().ok()?;
        return Some(IpAddr::V6(address));
    }
    let mut octets = [0; 4];
    let mut parts = text.split(|byte| *byte == b'.');
    for octet in &mut octets {
        *octet = parse_octet(parts.next()?)?;
    }
    parts
        .next()
        .is_none()
        .then_some(IpAddr::V4(Ipv4Addr::from_octets(octets)))
}

fn parse_octet(text: &[u8]) -> Option<u8> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u8, |octet, byte| {
        let digit = byte.is_ascii_digit().then(|| byte - b'0')?;
        octet.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::{Block, Problem, parse_address};

    #[test]
    fn blocks_hold_their_addresses() {
        for (block, address, expected) in [
            ("10.0.0.0/8", "10.255.255.255", true),
            ("10.1.2.3/8", "10.0.0.1", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.0/8", "010.0.0.1", true),
            ("10.0.0.0/8", "::ffff:a00:1", true),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "10.0.0.1", false),
            ("::/0", "::ffff:a00:1", true),
            ("2001:DB8::/32", "2001:0db8:0:0:0:0:0:1", true),
            ("2001:db8::/32", "2001:db9::", false),
            ("10.0.0.7/31", "10.0.0.6", true),
        ] {
            let block = Block::parse(block.as_bytes()).expect("a block");
            let address = parse_address(address.as_bytes()).expect("an address");
            assert_eq!(
                block.contains(address),
                expected,
                "{} {address}",
                block.text()
            );
        }
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for text in [
            "",
            "/8",
            "10.0.0.0",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0.0/8/8",
            "10.0.0.0/8 ",
            "10.0.0/8",
            "256.0.0.0/8",
            "::ffff:a00:0/104",
            "fe80::1%eth0/64",
            "2001:db8:::/32",
            "::ffff:10.0.0.0/8",
        ] {
            assert!(
                matches!(Block::parse(text.as_bytes()), Err(Problem::NotABlock(_))),
                "{text}"
            );
        }
        for text in ["10.0.0.1/32", "::1/128"] {
            assert!(
                matches!(
                    Block::parse(text.as_bytes()),
                    Err(Problem::SingleAddress(_))
                ),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in [
            "",
            "10",
            "10.0.0",
            "10.0.0.1 ",
            " 10.0.0.1",
            "0x0a.0.0.1",
            "10.0.0.256",
            "[::1]",
            "a:b",
            "fe80::1%eth0",
            "1:2:3:4:5:6:7",
            "10..0.1",
        ] {
            assert!(parse_address(text.as_bytes()).is_none(), "{text}");
        }
    }
}
