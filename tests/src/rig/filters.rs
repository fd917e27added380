//! What differs from run to run, taken out of snapshots.

/// Runs assertions with filters for ids, addresses and times.
pub fn filtered(assertions: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(true);
    for (pattern, instead) in PATTERNS {
        settings.add_filter(pattern, instead);
    }
    settings.bind(assertions);
}

const PATTERNS: [(&str, &str); 10] = [
    (r"vpce-[0-9a-f]{8,17}", "[ENDPOINT]"),
    // In AWS's own words; config names them in double quotes.
    (r"'vpc-[0-9a-f]{17}'", "'[VPC]'"),
    (r"'sg-[0-9a-f]{17}'", "'[GROUP]'"),
    (r"\bd-[0-9a-z]{12}\b", "[DOMAIN]"),
    (
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "[UUID]",
    ),
    (r"\(request\s+[0-9A-Za-z-]+\)", "(request [REQUEST])"),
    (r"\(request\s+\[UUID\]\)", "(request [REQUEST])"),
    (r"127\.0\.0\.1:[0-9]{4,5}", "[SANDBOX]"),
    // Whether a line ends before a time depends on how many digits that has.
    (r"\s[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", " [TIME]"),
    (r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z", "[TIME]"),
];
