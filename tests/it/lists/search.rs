//! Search: by the beginning of any word of a user.

use entity::user_word;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::pages::add_many;
use super::{add, filter, listed, run, with_five};
use crate::support::TestApp;

async fn found(app: &TestApp, text: &str) -> Vec<String> {
    let (total, ids) = listed(app, &[], Some(text)).await.unwrap();
    assert_eq!(total, ids.len() as u64, "{text}");
    ids
}

#[tokio::test]
async fn users_are_found_by_the_beginning_of_any_word() {
    let app = with_five().await;
    let columns = [("name", "'Jean-Luc O''Neil (\"JL\")'"), ("email", "'jl.picard@example.fr'")];
    add(&app, "f4b1C9", 9_000, &columns).await;
    add(&app, "forger", 9_002, &[("name", "'label:vip'")]).await;
    add(&app, "greek", 9_001, &[("name", "'Élodie Иванова'")]).await;

    let names = "'Анна-Мария МакДональд d’Étévé Thin\u{2009}Space'";
    add(&app, "mixed", 9_003, &[("name", names)]).await;

    for (text, expected) in [
        ("МакДональд", vec!["mixed"]),
        ("анна-мария", vec!["mixed"]),
        ("мария", vec!["mixed"]),
        ("d’étévé", vec!["mixed"]),
        ("thin\u{2009}space", vec!["mixed"]),
        ("анна макдон", vec![]),
        ("ada", vec!["ada", "eve"]),
        ("ADA", vec!["ada", "eve"]),
        ("love", vec!["ada"]),
        ("ada love", vec!["ada"]),
        ("love ada", vec!["ada"]),
        ("ada bob", vec![]),
        ("ada@example.com", vec!["ada"]),
        ("\"ada@ex\"", vec!["ada"]),
        ("example", vec![]),
        ("+49", vec!["carol"]),
        ("car", vec!["carol"]),
        ("F4B1", vec!["f4b1C9"]),
        ("luc", vec!["f4b1C9"]),
        ("jean-luc", vec!["f4b1C9"]),
        ("o'neil", vec!["f4b1C9"]),
        ("neil", vec!["f4b1C9"]),
        ("(\"jl\")", vec!["f4b1C9"]),
        ("jl.pic", vec!["f4b1C9"]),
        ("élodie", vec!["greek"]),
        ("ÉLODIE иван", vec!["greek"]),
        ("100%", vec!["dan"]),
        ("a%", vec![]),
        ("label:vip", vec!["ada", "eve"]),
        ("label:vip love", vec!["ada"]),
        ("label:vi", vec![]),
        ("lab", vec!["forger"]),
        ("label:", vec![]),
        (">", vec![]),
        ("' OR 1 = 1 --", vec![]),
        ("zoe", vec![]),
    ] {
        assert_eq!(found(&app, text).await, expected, "{text}");
    }
}

/// Every writer keeps the words: a changed name is found, the old one isn't, and who is deleted is gone.
#[tokio::test]
async fn words_follow_the_user() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    ada.run("accountUpdateName", json!({"name": "Augusta King"})).await.data();
    assert_eq!(found(&app, "augusta").await.len(), 1);
    assert_eq!(found(&app, "ada").await.len(), 1);

    ada.run("accountUpdateName", json!({"name": "Countess"})).await.data();
    assert_eq!(found(&app, "augusta").await.len(), 0);
    assert_eq!(found(&app, "count").await.len(), 1);
    run(&app, "UPDATE users SET labels = '[\"vip\"]'").await;
    assert_eq!(found(&app, "label:vip").await.len(), 1);
    run(&app, "UPDATE users SET labels = '[]', email = NULL").await;
    assert_eq!(found(&app, "label:vip").await.len(), 0);
    assert_eq!(found(&app, "ada").await.len(), 0);

    run(&app, "DELETE FROM users").await;
    assert_eq!(user_word::Entity::find().count(app.app.db.read()).await.unwrap(), 0);
}

/// Where many users have a word, they are read in the order of the list, and each is looked at.
#[tokio::test]
async fn a_frequent_word_finds_the_same() {
    let app = TestApp::new().await;
    add_many(&app, 4_500, "'Ada-Marie \"O''Neil\" Élodie ' || n").await;
    add(&app, "bob", 20_000, &[("name", "'Bob'")]).await;

    for text in ["ada", "ada-m", "marie", "neil", "o'n", "élo", "ÉLO", "many", "ada neil"] {
        let (total, first) =
            listed(&app, &[filter("orderDesc", "", json!([]))], Some(text)).await.unwrap();

        assert_eq!((total, first.len(), first[0].as_str()), (4_500, 25, "many4500"), "{text}");
    }
    let (total, _) = listed(&app, &[], Some("ada many77@")).await.unwrap();
    assert_eq!(total, 1);
}

/// A name may have what looks like a label, also behind a separator. It is found as other words are, alone and among others.
#[tokio::test]
async fn a_name_with_a_label_is_found() {
    let app = TestApp::new().await;
    for (id, name) in
        [("u1", "'(label:x) Ada'"), ("u2", "'Ada a-label:x'"), ("u3", "'label:x Ada'")]
    {
        add(&app, id, 1_000, &[("name", name)]).await;
    }
    for text in ["label;x", "ada label;x", "label;x ada", "label; ad"] {
        assert_eq!(found(&app, text).await, ["u1", "u2", "u3"], "{text}");
    }
    assert_eq!(found(&app, "a-label:x ada").await, ["u2"]);
    assert_eq!(found(&app, "label:x").await, [""; 0]);
}
