//! AWS's partitions: which regions there can be, and how ARNs and host names begin there.

use std::sync::LazyLock;

use regex_lite::Regex;

/// One closed part of AWS, with accounts and ARNs of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    /// What stands in ARNs: `aws`, `aws-cn`, `aws-us-gov`.
    pub id: &'static str,
    /// The end of its service host names.
    pub dns_suffix: &'static str,
    /// Where the partition's IAM is: it lists its tagged objects there alone.
    pub iam_region: &'static str,
    regions: &'static str,
}

/// Forms of region names by partition, as the SDKs' endpoint data gives them: a new region needs no new version.
/// <https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json>
const PARTITIONS: [Partition; 8] = [
    partition(
        "aws",
        "amazonaws.com",
        "us-east-1",
        r"^(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$",
    ),
    partition("aws-cn", "amazonaws.com.cn", "cn-north-1", r"^cn-\w+-\d+$"),
    partition(
        "aws-us-gov",
        "amazonaws.com",
        "us-gov-west-1",
        r"^us-gov-\w+-\d+$",
    ),
    partition(
        "aws-iso",
        "c2s.ic.gov",
        "us-iso-east-1",
        r"^us-iso-\w+-\d+$",
    ),
    partition(
        "aws-iso-b",
        "sc2s.sgov.gov",
        "us-isob-east-1",
        r"^us-isob-\w+-\d+$",
    ),
    partition(
        "aws-iso-e",
        "cloud.adc-e.uk",
        "eu-isoe-west-1",
        r"^eu-isoe-\w+-\d+$",
    ),
    partition(
        "aws-iso-f",
        "csp.hci.ic.gov",
        "us-isof-south-1",
        r"^us-isof-\w+-\d+$",
    ),
    partition(
        "aws-eusc",
        "amazonaws.eu",
        "eusc-de-east-1",
        r"^eusc-(de)-\w+-\d+$",
    ),
];

impl Partition {
    /// The partition that `region` has the form of.
    pub fn of_region(region: &str) -> Option<Self> {
        static FORMS: LazyLock<Vec<(Partition, Regex)>> = LazyLock::new(|| {
            PARTITIONS
                .iter()
                .map(|known| {
                    (
                        *known,
                        Regex::new(known.regions).expect("the table holds valid expressions"),
                    )
                })
                .collect()
        });
        FORMS
            .iter()
            .find(|(_, form)| form.is_match(region))
            .map(|(known, _)| *known)
    }

    /// The partition that regions of unknown form are taken to be in.
    pub const fn standard() -> Self {
        PARTITIONS[0]
    }
}

const fn partition(
    id: &'static str,
    dns_suffix: &'static str,
    iam_region: &'static str,
    regions: &'static str,
) -> Partition {
    Partition {
        id,
        dns_suffix,
        iam_region,
        regions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_belongs_to_one_partition_or_none() {
        let cases = [
            ("eu-central-1", Some("aws")),
            ("us-gov-west-1", Some("aws-us-gov")),
            ("cn-north-1", Some("aws-cn")),
            ("us-iso-east-1", Some("aws-iso")),
            ("eusc-de-east-1", Some("aws-eusc")),
            ("eu-central1", None),
            ("europe", None),
            ("us-east-1a", None),
            ("", None),
        ];
        for (region, expected) in cases {
            assert_eq!(
                Partition::of_region(region).map(|found| found.id),
                expected,
                "{region}"
            );
        }
    }
}
