use super::*;

#[test]
fn a_list_of_names_has_an_end() {
    let mut list = String::new();
    for name in ["a", "", "b", "a"] {
        append(&mut list, name);
    }
    assert_eq!(list, "a,b");

    for number in 0..1000 {
        append(&mut list, &format!("accountGet{number}"));
    }
    assert!(list.len() < MAX_LIST + 4 && list.ends_with(",…"), "{list}");
    assert_eq!(list.matches('…').count(), 1);
}

#[tokio::test]
async fn spawned_work_belongs_to_the_request() {
    let id = || RequestLog::current().map(|log| log.id().to_owned());
    let client = IpAddr::from([203, 0, 113, 9]);
    let log = RequestLog::new("a1".to_owned(), Method::GET, "/", client, None);

    let spawned = log.scope(async move { tokio::spawn(carry(async move { id() })).await });

    assert_eq!(spawned.await.unwrap(), Some("a1".to_owned()));
    assert_eq!(carry(async move { id() }).await, None);
}
