//! Which master secrets will do, and that secrets stay secret.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use super::*;

#[test]
fn a_secret_of_digits_stays_a_text() {
    let digits = "00012345678901234567890123456789e5";
    let config =
        Config::load(None, variables(&[("ACCOUNTD_MASTER_SECRET", digits)]), Mode::Serve).unwrap();

    assert_eq!(config.master_secret.unwrap().expose(), digits);
}

/// DL-7: a master secret that is empty, short or known is refused.
#[test]
fn a_weak_master_secret_is_refused() {
    let errors: Vec<_> = [
        "",
        "short",
        "6f1d0a7be92c4358a1f07e6d3b5c294",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "Change-Me-Change-Me-Change-Me-Change-Me",
        "0123456789abcdef0123456789abcdef",
    ]
    .into_iter()
    .map(|secret| {
        let config = Config { master_secret: Some(Secret::new(secret)), ..config_with("") };
        config.check().unwrap_err().to_string()
    })
    .collect();

    insta::assert_snapshot!(errors.join("\n"), @r"
    master_secret: it is empty
    master_secret: it is shorter than 32 bytes
    master_secret: it is shorter than 32 bytes
    master_secret: it repeats few characters: make it random
    master_secret: it is taken from an example: make it random
    master_secret: it is taken from an example: make it random
    ");
}

/// DL-7: a key file that anybody but its owner can read is refused.
#[test]
fn a_master_secret_that_others_can_read_is_refused() {
    let file = file(&format!("{SECRET}\n"));
    let path = Some(file.path().to_owned());
    let config = Config { master_secret: None, master_secret_file: path, ..config_with("") };

    for mode in [0o600, 0o400] {
        fs::set_permissions(file.path(), Permissions::from_mode(mode)).unwrap();
        assert_eq!(config.read_master_secret().unwrap().expose(), SECRET);
    }
    for mode in [0o604, 0o640, 0o644, 0o602] {
        fs::set_permissions(file.path(), Permissions::from_mode(mode)).unwrap();
        let error = config.check().unwrap_err().to_string();
        let place = format!("master_secret_file {}: others can access it", file.path().display());
        assert!(error.starts_with(&place), "{error}");
    }
}

#[test]
fn two_master_secrets_are_one_too_many() {
    let config = config_with("master_secret_file = '/etc/accountd/master.secret'");

    insta::assert_snapshot!(config.check().unwrap_err(), @"master_secret and master_secret_file are both set: keep one");
}

#[test]
fn what_is_secret_is_not_printed() {
    let config = config_with(
        "
        database.url = 'postgres://me:hunter2@db/accounts'
        redis.url = 'redis://:hunter2@redis'
        sms.url = 'twilio://account:hunter2@number'
        ",
    );
    let printed = format!("{config:?}");

    assert!(!printed.contains("hunter2") && !printed.contains(SECRET), "{printed}");
}
