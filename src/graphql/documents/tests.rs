//! Which documents are found, and which are kept.

use std::path::Path;

use super::*;
use crate::config::graphql::GraphQl;

const SDL: &str = "type Query { accountGet(s: String): User } type User { _id: ID name: String }";
const TEXT: &str = "{ accountGet { name } }";

fn open(trusted_documents: bool, folder: Option<&Path>) -> Documents {
    let config = GraphQl {
        introspection: true,
        graphiql: false,
        trusted_documents,
        documents: folder.map(Path::to_path_buf),
    };
    let catalog = Arc::new(Catalog::read_types(SDL).unwrap());
    let trusted = TrustedDocuments::open(&config).unwrap();
    Documents::new(catalog, DocumentLimits::default(), true, trusted)
}

fn kind(found: Result<Arc<Checked>, FindError>) -> &'static str {
    match found {
        Ok(_) => "ok",
        Err(FindError::Unknown(error)) => error.wire().0,
        Err(FindError::Invalid(_)) => "invalid",
    }
}

#[test]
fn a_document_is_found_once_it_is_registered_by_its_hash() {
    let documents = open(false, None);
    let hash = sha256_hex(TEXT);

    assert_eq!(kind(documents.find(Some(&hash), "")), "graphql_persisted_query_not_found");
    assert_eq!(kind(documents.find(Some(&hash), TEXT)), "ok");
    assert_eq!(kind(documents.find(Some(&hash), "")), "ok");
    assert_eq!(kind(documents.find(Some(&hash), "{ a }")), "general_argument_invalid");
    assert_eq!(kind(documents.find(Some("00"), TEXT)), "general_argument_invalid");
    assert_eq!(kind(documents.find(None, TEXT)), "ok");
}

#[test]
fn with_trusted_documents_nothing_else_is_admitted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("me.graphql"), TEXT).unwrap();
    let other = "{ __typename }";
    let id = sha256_hex(other);
    // The second has the hash of another text.
    let all = format!(r#"{{"a1": "{{ accountGet {{ _id }} }}", "{id}": "{TEXT}"}}"#);
    std::fs::write(folder.path().join("all.json"), all).unwrap();
    let documents = open(true, Some(folder.path()));
    let hash = sha256_hex(TEXT);

    for id in ["me", &hash, &format!("sha256:{hash}"), "a1", &id] {
        assert_eq!(kind(documents.find(Some(id), "")), "ok", "{id}");
    }
    assert_eq!(kind(documents.find(Some(&hash), TEXT)), "ok");
    assert_eq!(kind(documents.find(None, TEXT)), "graphql_document_not_trusted");
    assert_eq!(kind(documents.find(Some(&id), other)), "graphql_document_not_trusted");
    assert_eq!(kind(documents.find(Some("a1"), other)), "graphql_document_not_trusted");
    assert_eq!(kind(documents.find(Some("nobody"), "")), "graphql_document_not_trusted");
}

#[test]
fn a_document_is_checked_once_however_it_is_sent() {
    let documents = open(false, None);
    let hash = sha256_hex(TEXT);

    let found = [
        documents.find(None, TEXT),
        documents.find(None, TEXT),
        documents.find(Some(&hash), TEXT),
        documents.find(Some(&hash), ""),
    ];
    let found = found.map(Result::unwrap);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("me.graphql"), TEXT).unwrap();
    let trusting = open(true, Some(folder.path()));
    let trusted = [trusting.find(Some("me"), ""), trusting.find(Some(&hash), TEXT)];
    let [by_name, by_hash] = trusted.map(Result::unwrap);

    assert!(found.iter().all(|other| Arc::ptr_eq(&found[0], other)));
    assert!(Arc::ptr_eq(&by_name, &by_hash));
}

/// A literal may be a password: its document is kept only where a client registers it.
#[test]
fn a_literal_is_not_kept_unless_its_document_is_registered() {
    let documents = open(false, None);
    let text = "{ accountGet(s: \"hunter2\") { name } }";
    let hash = sha256_hex(text);

    assert_eq!(kind(documents.find(None, text)), "ok");
    assert_eq!(kind(documents.find(Some(&hash), "")), "graphql_persisted_query_not_found");
    assert_eq!(kind(documents.find(Some(&hash), text)), "ok");
    assert_eq!(kind(documents.find(Some(&hash), "")), "ok");
}

#[test]
fn what_does_not_pass_the_guard_is_not_registered() {
    let documents = open(false, None);
    let text = "{ nothing }";
    let hash = sha256_hex(text);

    assert_eq!(kind(documents.find(Some(&hash), text)), "invalid");
    assert_eq!(kind(documents.find(Some(&hash), "")), "graphql_persisted_query_not_found");
}

#[test]
fn what_is_kept_is_bounded() {
    let documents = open(false, None);
    for number in 0..20_000 {
        documents.find(None, &format!("{{ a{number}: __typename }}")).unwrap();
    }
    documents.checked.run_pending_tasks();

    assert!(documents.checked.weighted_size() <= CAPACITY);
    assert!(documents.checked.entry_count() > 1_000);
}
