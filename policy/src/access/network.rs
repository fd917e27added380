//! Address ranges of `IpAddress` and `NotIpAddress`.

use std::net::IpAddr;

/// An address range of either family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    /// In the upper bits; an IPv4 address uses 32 of them.
    address: u128,
    mask: u128,
    is_v6: bool,
}

impl Network {
    /// Reads an address or a range in CIDR notation. Bits below the prefix
    /// make no difference.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv6() { 128 } else { 32 };
        let length = match prefix {
            None => width,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok().filter(|length| *length <= width)?
            }
            Some(_) => return None,
        };
        let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
        Some(Self {
            address: bits(address) & mask,
            mask,
            is_v6: address.is_ipv6(),
        })
    }

    /// Whether the range holds the address; IPv4 and IPv6 never meet.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        self.is_v6 == address.is_ipv6() && bits(address) & self.mask == self.address
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_its_addresses_and_no_others() {
        let cases = [
            ("203.0.113.0/24", "203.0.113.255", true),
            ("203.0.113.0/24", "203.0.114.0", false),
            ("203.0.113.77/24", "203.0.113.1", true),
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "10.0.0.1", false),
            ("2001:db8::/32", "2001:db8:1::5", true),
            ("2001:db8::/32", "2001:db9::", false),
        ];
        for (range, address, expected) in cases {
            let network = Network::parse(range).expect("a range");
            let address = address.parse().expect("an address");
            assert_eq!(network.contains(address), expected, "{range} {address}");
        }
    }

    #[test]
    fn what_is_no_range_is_none() {
        for text in [
            "",
            "10.0.0/8",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/8/8",
            "any",
            "10.*.0.0",
        ] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
