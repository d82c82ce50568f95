//! What is kept, for how long, and how much of it.

use entity::{Count, ProjectId, SessionId, Timestamp, UserId};

use super::*;

fn key(id: &str) -> UserKey {
    (ProjectId::new("default"), UserId::new(id))
}

/// An account with preferences of a size.
pub(in crate::db) fn account(id: &str, prefs: usize) -> Arc<Account> {
    let now = Timestamp::from_millis(0);
    let user = user::Model {
        project_id: ProjectId::new("default"),
        id: UserId::new(id),
        created_at: now,
        updated_at: now,
        accessed_at: now,
        name: "Ada Lovelace".to_owned(),
        email: Some("ada@example.com".to_owned()),
        email_verified: false,
        phone: None,
        phone_verified: false,
        password_hash: Some("$argon2id$v=19$m=19456,t=2,p=1$".repeat(3)),
        password_updated_at: None,
        enabled: true,
        prefs: "x".repeat(prefs),
        prefs_revision: Count::default(),
        labels: "[]".to_owned(),
        mfa: false,
    };
    let session = session::Model {
        id: SessionId::new("01a2b3c4d5e6f7a8b9c0"),
        project_id: ProjectId::new("default"),
        user_id: UserId::new(id),
        created_at: now,
        updated_at: now,
        expires_at: now,
        secret_hash: "0".repeat(64),
        provider: "email".to_owned(),
        provider_uid: "ada@example.com".to_owned(),
        ip: "203.0.113.7".to_owned(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101".to_owned(),
        country_code: "--".to_owned(),
        provider_tokens: None,
        refreshing_until: None,
        factors: r#"["password"]"#.to_owned(),
        mfa_updated_at: None,
        half_open: false,
    };
    Arc::new(Account { user: Arc::new(user), sessions: vec![Arc::new(session)] })
}

fn keep(accounts: &Accounts, id: &str, prefs: usize) {
    let version = accounts.version(&key(id)).unwrap();
    accounts.keep(key(id), version, account(id, prefs));
}

/// SJ-4: who reads while a change is committed doesn't keep what was read, however late that comes.
#[test]
fn what_was_read_before_a_change_is_not_kept_after_it() {
    let accounts = Accounts::new(1 << 20);
    let version = accounts.version(&key("ada")).unwrap();
    let old = account("ada", 2);

    accounts.begin_change(key("ada"));
    accounts.end_change(&key("ada"));
    accounts.keep(key("ada"), version, Arc::clone(&old));
    assert!(accounts.find(&key("ada")).is_none());

    let version = accounts.version(&key("ada")).unwrap();
    accounts.forget_all();
    accounts.keep(key("ada"), version, old);
    assert!(accounts.find(&key("ada")).is_none());

    keep(&accounts, "ada", 2);
    assert!(accounts.find(&key("ada")).is_some());
}

/// SJ-4: from the first statement of a change until it is committed, its user is not kept; those of others stay.
#[test]
fn an_account_is_not_kept_while_it_changes() {
    let accounts = Accounts::new(1 << 20);
    keep(&accounts, "ada", 2);
    keep(&accounts, "bob", 2);

    accounts.begin_change(key("ada"));

    let during = accounts.version(&key("ada")).unwrap();
    keep(&accounts, "ada", 2);
    assert!(accounts.find(&key("ada")).is_none());
    assert!(accounts.find(&key("bob")).is_some());
    accounts.end_change(&key("ada"));
    accounts.keep(key("ada"), during, account("ada", 2));
    assert!(accounts.find(&key("ada")).is_none());
    keep(&accounts, "ada", 2);
    assert!(accounts.find(&key("ada")).is_some());
    accounts.forget_all();
    assert!(accounts.find(&key("bob")).is_none());
    assert_eq!(accounts.bytes(), 0);
}

/// A project's user has nothing to do with the user of that id in another one.
#[test]
fn projects_are_kept_apart() {
    let accounts = Accounts::new(1 << 20);
    keep(&accounts, "ada", 2);

    assert!(accounts.find(&(ProjectId::new("other"), UserId::new("ada"))).is_none());
}

/// However many users call, and however much each has: the memory is bounded, and in use.
#[test]
fn memory_is_bounded() {
    let max = 1 << 20;
    let accounts = Accounts::new(max);
    for n in 0..20_000 {
        keep(&accounts, &format!("user{n}"), n % 3_000);
        assert!(accounts.bytes() <= max);
    }
    assert!(accounts.bytes() > max / 2);
    // Each time in the place of the one before.
    for _ in 0..100 {
        keep(&accounts, "ada", 2);
    }
    assert!(accounts.bytes() <= max);
}

/// An account that takes more than its share of the memory is read each time.
#[test]
fn a_huge_account_is_not_kept() {
    let accounts = Accounts::new(1 << 20);

    keep(&accounts, "ada", 1 << 15);

    assert!(accounts.find(&key("ada")).is_none());
    assert_eq!(accounts.bytes(), 0);
}

/// The account that was asked for last stays the longest.
#[test]
fn the_account_that_nobody_asks_for_goes() {
    let accounts = Accounts::new(1 << 20);
    keep(&accounts, "ada", 2);
    keep(&accounts, "bob", 2);
    for n in 0..20_000 {
        keep(&accounts, &format!("user{n}"), 2);
        assert!(accounts.find(&key("ada")).is_some(), "{n}");
    }

    assert!(accounts.find(&key("bob")).is_none());
}

/// An account with one session takes a little more than a kilobyte.
#[test]
fn an_account_takes_little() {
    let bytes = account("01a2b3c4d5e6f7a8b9c0", 2).bytes();

    assert!((1_000..1_600).contains(&bytes), "{bytes}");
}
