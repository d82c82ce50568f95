//! The tables in docs/commands.md are what the commands print.

use std::{env, fs};

use super::{DataFolder, printed};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/commands.md");
/// The commands of the page that are followed by what they print.
const COMMANDS: [&str; 4] = ["user list", "user show ada", "user log ada", "message list"];
const RECOVER: &str = "mutation { accountCreateRecovery(email: \"ada@example.com\", url: \"http://localhost/\") { _id } }";

/// `UPDATE=1` writes them.
#[test]
fn the_examples_are_printed_so() {
    let data = DataFolder::new();
    let server = data.start();
    let name = ["--name", "Ada Lovelace"];
    let ada = ["user", "create", "--id", "ada", "--email", "ada@example.com"];
    printed(&data.run_with(&[&ada[..], &name].concat(), ""));
    data.printed("user verify ada --email");
    data.printed("user label ada vip beta");
    data.printed("user create --id bob --phone +16175551212 --name Bob");
    data.printed("user block bob");
    server.field("", RECOVER);
    while data.json("message list --state delivered")["total"] == 0 {
        std::thread::yield_now();
    }

    let before = fs::read_to_string(PAGE).unwrap();
    let mut page = before.clone();
    for command in COMMANDS {
        let head = format!("```console\n$ accountd {command}\n");
        let at = page.find(&head).unwrap_or_else(|| panic!("{PAGE} has no example of {command}"));
        let length = page[at..].find("\n```\n").unwrap();
        let example = head + data.printed(command).trim_end();
        page.replace_range(at..at + length, &anonymous(&example));
    }

    if env::var_os("UPDATE").is_some() {
        fs::write(PAGE, page).unwrap();
    } else {
        assert_eq!(page, before, "run this test with UPDATE=1");
    }
}

/// The same for every run: times and generated ids are replaced by others of the same length.
fn anonymous(text: &str) -> String {
    let words = text.split_inclusive([' ', '\n']).map(|word| {
        let (is_digit, is_hex) = (|c: char| c.is_ascii_digit(), |c: char| c.is_ascii_hexdigit());
        let form: String = word.trim_end().replace(is_digit, "0");
        let end = &word[word.trim_end().len()..];
        match form.as_str() {
            "0000-00-00" => format!("2026-11-29{end}"),
            "00:00:00" => format!("10:00:00{end}"),
            form if form.len() >= 20 && form.chars().all(is_hex) => {
                format!("{}{end}", &"01a2f3c4d5e6b7a8c9d0e1f2"[..form.len()])
            }
            _ => word.to_owned(),
        }
    });
    words.collect()
}
