//! Masks paths for the log: removes what could be a secret or an address.

/// The longest path in a line, in bytes.
const MAX_PATH: usize = 256;
/// The longest segment that is shown: secrets are longer than ids.
const MAX_SEGMENT: usize = 36;
/// The most digits that are shown without a letter: codes and phone numbers have more.
const MAX_DIGITS: usize = 3;

/// Replaces every segment by a star unless it is a name or an id. A client can write anything into a path,
/// also by mistake: a secret, an e-mail address, a phone number, control characters.
pub(super) fn masked(path: &str) -> String {
    let mut shown = String::with_capacity(path.len().min(MAX_PATH));
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            shown.push('/');
        }
        if shown.len().saturating_add(MAX_SEGMENT) > MAX_PATH {
            shown.push('…');
            return shown;
        }
        shown.push_str(if is_shown(segment) { segment } else { "*" });
    }
    shown
}

fn is_shown(segment: &str) -> bool {
    let is_plain = segment.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._".contains(&c));
    let has_letter = segment.bytes().any(|c| c.is_ascii_alphabetic());
    is_plain && segment.len() <= if has_letter { MAX_SEGMENT } else { MAX_DIGITS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids_are_shown() {
        for path in [
            "/",
            "/v1/graphql",
            "/v1/account/sessions/019d0a1b2c3d4e5f6071",
            "/v1/account/sessions/oauth2/callback/google/default",
            "/health/ready",
        ] {
            assert_eq!(masked(path), path);
        }
    }

    #[test]
    fn what_could_be_a_secret_or_an_address_is_not() {
        let secret = "a".repeat(37);
        for segment in [
            "ada@example.com",
            "ada%40example.com",
            "+12065550100",
            "12065550100",
            "1-206-555-0100",
            "123456",
            "a b",
            "a\nb",
            "a\u{1b}[31m",
            "\u{fc}",
            "secret=abc",
            "*",
            &secret,
        ] {
            assert_eq!(masked(&format!("/v1/{segment}/x")), "/v1/*/x", "{segment:?}");
        }
        assert_eq!(masked("*"), "*");
        let long = masked(&"/abc".repeat(1000));
        assert!(long.len() <= MAX_PATH + 4 && long.ends_with("/…"), "{long}");
    }
}
