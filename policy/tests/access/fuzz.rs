//! A million documents and questions, most of them broken: none brings evaluation down.

use cloister_policy::Document;
use cloister_policy::access::{Attached, Caller, Policies, Request, answer_line};

/// Tests of [`SHARE`] documents each, so that they run beside each other.
const SHARES: u64 = 4;
/// A million in all, as `make test` builds them; a tenth without optimisation,
/// where the checks for overflow are on.
const SHARE: u64 = if cfg!(debug_assertions) {
    25_000
} else {
    250_000
};

/// Small, so that a million are read in seconds. At each `@` come patterns and
/// values that nobody would write.
const DOCUMENTS: [&str; 6] = [
    r#"{"Statement":{"Effect":"Allow","Action":"s3:@*","Resource":"@"}}"#,
    r#"{"Statement":[{"Effect":"Deny","NotAction":["a:B*@"],"NotResource":"arn:aws:s3:@:@:l/${aws:username}@"}]}"#,
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"arn:a*@:s?:*:@:l/${a@,'b'}"}}"#,
    r#"{"Statement":{"Effect":"Allow","NotPrincipal":{"AWS":["111122223333@","arn:aws:iam::@"]},"Action":"?3:Get*","Resource":"*"}}"#,
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAllValues:StringLikeIfExists":{"k":["a@*","${k@}"]}}}}"#,
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NumericLessThan":{"k":"1@"},"ArnLike":{"aws:PrincipalArn":"arn:@:@"},"DateEquals":{"k":"2026-@"},"IpAddress":{"k":"@/8"}}}}"#,
];

const QUESTIONS: [&str; 2] = [
    r#"{"principal":"arn:aws:iam::111122223333:role/r","action":"s3:GetObject","resource":"arn:aws:s3:::l/a@","context":{"k@":"@"},"policies":{"identity":[{"Statement":[]}]}}"#,
    r#"{"id":"1","principal":{"service":"s3.amazonaws.com"},"action":"a:B","resource":"*","context":{"k":[1,true]},"policies":{"resource":"{}","unread":["trust"]}}"#,
];

/// What breaks JSON, or a policy.
const HARD: [&str; 12] = [
    "\"", "{", "}", "[", "]", ":", ",", "\\", "\\u0000", "1e999", "null", "true",
];

/// What mostly leaves JSON whole and means something to a pattern or a value.
const SOFT: [&str; 14] = [
    "*",
    "?",
    "$",
    "${",
    "${*}",
    "${a, 'b'}",
    "}",
    "\u{e9}",
    "\u{1f512}",
    "-1",
    ":",
    ".5",
    "0",
    "/",
];

/// Marsaglia's xorshift: the same numbers every time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits")
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.next() % from.len()]
    }

    /// The text with each `@` filled, and every other time with one to three
    /// changes anywhere.
    fn changed(&mut self, text: &str, bytes: &mut Vec<u8>) {
        bytes.clear();
        for letter in text.bytes() {
            match letter {
                b'@' => (0..self.next() % 4).for_each(|_| self.insert(&SOFT, bytes.len(), bytes)),
                letter => bytes.push(letter),
            }
        }
        if self.next().is_multiple_of(2) {
            return;
        }
        for _ in 0..=self.next() % 3 {
            let at = self.next() % (bytes.len() + 1);
            match self.next() % 6 {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, u8::try_from(self.next() % 256).expect("a byte")),
                2 if at < bytes.len() => {
                    bytes.remove(at);
                }
                3 if at < bytes.len() => bytes[at] ^= 1 << (self.next() % 8),
                4 => self.insert(&SOFT, at, bytes),
                _ => self.insert(&HARD, at, bytes),
            }
        }
    }

    fn insert(&mut self, pieces: &[&str], at: usize, bytes: &mut Vec<u8>) {
        let piece = self.pick(pieces);
        bytes.splice(at..at, piece.bytes());
    }
}

/// Reads and decides a share; returns how many were documents after all.
fn run(share: u64) -> u64 {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15 ^ (share + 1));
    let requests = [
        "arn:aws:iam::111122223333:user/a",
        "anonymous",
        "s3.amazonaws.com",
    ]
    .map(|caller| {
        Request::new(
            Caller::parse(caller).expect("a caller"),
            "s3:GetObject",
            "arn:aws:s3:::l/a",
        )
        .with("k", "a1")
    });
    let mut bytes = Vec::new();
    let mut read = 0;
    for round in 0..SHARE {
        // One in sixteen is a question.
        if round % 16 == 0 {
            let question = numbers.pick(&QUESTIONS);
            numbers.changed(question, &mut bytes);
            let answer = answer_line(1, &String::from_utf8_lossy(&bytes));
            assert!(
                answer.starts_with('{') && !answer.contains('\n'),
                "{answer}"
            );
            continue;
        }
        let document = numbers.pick(&DOCUMENTS);
        numbers.changed(document, &mut bytes);
        let Ok(document) = Document::parse(&String::from_utf8_lossy(&bytes)) else {
            continue;
        };
        read += 1;
        let attached = Attached::new("d", document);
        let policies = match round % 4 {
            0 => Policies {
                resource: Some(attached),
                ..Policies::default()
            },
            1 => Policies {
                endpoint: Some(attached),
                ..Policies::default()
            },
            2 => Policies {
                service_control: vec![vec![attached]],
                ..Policies::default()
            },
            _ => Policies {
                identity: vec![attached],
                ..Policies::default()
            },
        };
        let request = &requests[numbers.next() % requests.len()];
        let decision = policies.decide(request);
        assert!(!decision.reason(request).is_empty());
    }
    read
}

fn check(share: u64) {
    assert!(share < SHARES);
    let read = run(share);
    // Too many or too few would mean that the changes are no test.
    assert!((SHARE / 4..SHARE * 9 / 10).contains(&read), "{read}");
}

#[test]
fn a_million_documents_bring_nothing_down_first_share() {
    check(0);
}

#[test]
fn a_million_documents_bring_nothing_down_second_share() {
    check(1);
}

#[test]
fn a_million_documents_bring_nothing_down_third_share() {
    check(2);
}

#[test]
fn a_million_documents_bring_nothing_down_fourth_share() {
    check(3);
}

#[test]
fn hostile_patterns_take_no_longer_than_others() {
    let star = "*a".repeat(200);
    let text = "a".repeat(2_000);
    let document = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "{star}b", "Resource": "arn:aws:*:{star}:{star}c:x*:{star}d",
            "Condition": {{"StringLike": {{"k": "{star}e"}}, "ArnLike": {{"k": "arn:aws:s3:::{star}f"}}}}}}}}"#
    );
    let policies = Policies {
        identity: vec![Attached::new(
            "d",
            Document::parse(&document).expect("a policy"),
        )],
        ..Policies::default()
    };
    let caller = Caller::parse("111122223333").expect("a caller");
    let request = Request::new(
        caller,
        format!("s3:{text}"),
        format!("arn:aws:s3:{text}:{text}:{text}"),
    )
    .with("k", &text);
    policies.decide(&request);
}
