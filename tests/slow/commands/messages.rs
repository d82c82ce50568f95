//! Each command of `accountd message`.

use std::time::Duration;

use super::{DataFolder, words};
use crate::support::{Behaviour, FakeServer};

const RECOVER: &str = "mutation { accountCreateRecovery(email: \"ada@example.com\", url: \"http://localhost/\") { _id } }";

#[test]
fn messages_are_listed_and_shown_without_their_contents() {
    let data = DataFolder::new();
    let server = data.start();
    data.printed("user create --id ada --email ada@example.com");
    server.field("", RECOVER);
    let secret = server.newest("ada@example.com")["secret"].as_str().unwrap().to_owned();

    let check = || {
        let list = data.printed("message list --to ada@example.com");
        let id = list.lines().nth(1).unwrap().split(' ').next().unwrap();
        assert!(list.ends_with("\n1 of 1 message\n"), "{list}");
        let shown = data.printed(&format!("message show {id}"));
        assert_eq!(words(&shown, "kind"), ["kind", "recovery"]);
        assert_eq!(words(&shown, "to"), ["to", "ada@example.com"]);
        let json = data.printed(&format!("message show {id} --json"));
        for text in [list.as_str(), &shown, &json] {
            assert!(!text.contains(&secret), "{text}");
        }
        assert!(data.error_of("message show nothing").contains("message_not_found"));
        assert_eq!(data.run("message list --state lost").status.code(), Some(2));
        assert_eq!(data.json("message list --state failed")["total"], 0);
        id.to_owned()
    };
    check();
    server.stop();
    let id = check();

    // The inbox has taken it.
    let refused = data.error_of(&format!("message retry {id}"));
    assert!(refused.contains("was delivered"), "{refused}");
}

/// A message that waits is sent now, and the command reports it.
#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_message_is_sent_now() {
    let relay = FakeServer::smtp().await;
    relay.be(Behaviour::Refuses(451));
    let url = format!("smtp://127.0.0.1:{}", relay.port);
    let done = tokio::task::spawn_blocking(move || {
        let mut data = DataFolder::new();
        data.settings.push(("ACCOUNTD_MAIL__URL", url));
        let server = data.start();
        data.printed("user create --id ada --email ada@example.com");
        server.field("", RECOVER);
        let list = || data.json("message list --channel mail")["messages"][0].clone();
        // The pause after the third attempt is long enough for the commands below, on a busy machine, too.
        for status in [451, 452, 450] {
            relay.be(Behaviour::Refuses(status));
            while !list()["error"].as_str().unwrap().contains(&status.to_string()) {
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        // From here on no server sends it, until it is due.
        server.stop();
        let waiting = list();
        let id = waiting["_id"].as_str().unwrap();
        let printed = data.printed(&format!("message retry {id}"));
        assert!(printed.starts_with(&format!("{id} is sent again now (was due 20")), "{printed}");
        assert!(list()["dueAt"].as_str() < waiting["dueAt"].as_str());
        assert_eq!(list()["attempts"], 0);
        assert_eq!(data.json("message list --channel webhook")["total"], 0);
        assert_eq!(data.run("message list --channel fax").status.code(), Some(2));
    });
    done.await.unwrap();
}
