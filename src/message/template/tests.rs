//! The templates.

use super::*;

fn draft(kind: Kind) -> Draft<'static> {
    let values = Values {
        name: "Ada",
        link: "https://example.com/?userId=ada&secret=s",
        code: "012345",
        lifetime: Duration::from_hours(1),
        phrase: "Golden Fox",
        time: "2026-11-23 12:00 UTC",
        device: "Firefox on Windows",
        ip: "192.0.2.1",
        ..Values::default()
    };
    Draft { kind, to: "ada@example.com", deliverable: true, values, ttl: Duration::ZERO }
}

fn written(templates: &Templates, language: &str, kind: Kind) -> Content {
    templates.write(language, "Example", &draft(kind)).unwrap()
}

/// Each message in each language, word for word.
#[test]
fn the_messages_are_these() {
    let templates = Templates::load(None).unwrap();
    let mut settings = insta::Settings::new();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (language, _) in LANGUAGES {
        let messages: Vec<_> = Kind::ALL
            .into_iter()
            .map(|kind| {
                let whole = draft(kind);
                let (link, code) = match kind {
                    Kind::Recovery | Kind::Verification => (whole.values.link, ""),
                    Kind::MagicLink => (whole.values.link, whole.values.code),
                    Kind::RecoveryOtp
                    | Kind::VerificationOtp
                    | Kind::EmailCode
                    | Kind::PhoneCode
                    | Kind::MfaCode => ("", whole.values.code),
                    _ => ("", ""),
                };
                let values = Values { link, code, ..whole.values };
                let content = templates.write(language, "Example", &Draft { values, ..whole });
                let Content { subject, text, html, .. } = content.unwrap();
                format!("==== {}\n{subject}\n\n{text}\n\n{html}", kind.name())
            })
            .collect();
        settings.bind(|| {
            insta::assert_snapshot!(format!("messages_{language}"), messages.join("\n\n"));
        });
    }
}

#[test]
fn every_language_words_every_message() {
    let templates = Templates::load(None).unwrap();
    for (language, _) in LANGUAGES {
        for kind in Kind::ALL {
            let content = written(&templates, language, kind);
            assert!(!content.text.is_empty(), "{language} {kind:?}");
            assert!(
                !content.text.contains("{{") && !content.html.contains("{{"),
                "{language} {kind:?}"
            );
            assert_eq!(
                content.subject.is_empty(),
                kind.channel() == Channel::Sms,
                "{language} {kind:?}"
            );
        }
        let recovery = written(&templates, language, Kind::Recovery);
        assert!(recovery.text.contains("https://example.com/?userId=ada&secret=s"), "{language}");
        assert!(
            recovery.html.contains("lang=\"") && recovery.html.contains(language),
            "{language}"
        );
        let code = written(&templates, language, Kind::PhoneCode);
        assert!(code.text.starts_with("012345"), "{language}: {}", code.text);
        let magic = written(&templates, language, Kind::MagicLink);
        assert!(magic.text.contains("012345") && magic.html.contains("012345"), "{language}");
        assert!(
            magic.text.contains("Golden Fox") && magic.html.contains("Golden Fox"),
            "{language}"
        );
    }
}

/// NW-4: a name or a project's name adds neither a line to the subject nor markup to the mail.
#[test]
fn values_stay_values() {
    let templates = Templates::load(None).unwrap();
    let values = Values {
        name: "<b>Ada</b>",
        link: "https://example.com/?a=\"><script>",
        ..draft(Kind::Recovery).values
    };
    let draft = Draft { values, ..draft(Kind::Recovery) };

    let content = templates.write("en", "Ex\r\nBcc: x@y.z\u{2028}ample", &draft).unwrap();

    assert!(!content.subject.contains(['\r', '\n', '\u{2028}']), "{:?}", content.subject);
    assert!(
        !content.html.contains("<b>Ada") && !content.html.contains("<script>"),
        "{}",
        content.html
    );
}

/// NW-4: what a user calls itself doesn't become a link in a mail to somebody else.
#[test]
fn a_name_is_no_advertisement() {
    let long = "x".repeat(51);
    for name in [
        "win at evil.test",
        "https://evil.test",
        "evil.test/win",
        "eve@evil.test",
        "call tel:1",
        "x\u{2028}Your account is locked",
        "x\u{2029}Your account is locked",
        "x\u{202e}dekcol si tnuocca ruoY",
        &long,
    ] {
        assert!(!is_name(name), "{name}");
    }
    for name in ["Ada", "Dr. Ada Lovelace", "Ada L.", "J. R. R. Tolkien", "小林 さくら", ""] {
        assert!(is_name(name), "{name}");
    }
}

/// DL-8: no alert holds a link or a code.
#[test]
fn alerts_contain_no_secret() {
    let templates = Templates::load(None).unwrap();
    for (language, _) in LANGUAGES {
        for kind in Kind::ALL.into_iter().filter(|kind| Kind::is_alert(kind.name())) {
            let values = Values { link: "", code: "", ..draft(kind).values };
            let content =
                templates.write(language, "Example", &Draft { values, ..draft(kind) }).unwrap();
            assert!(!content.text.contains("://"), "{language} {kind:?}");
            // An alert about an operator's change doesn't contain the operator's address.
            if !matches!(kind, Kind::AddressTaken | Kind::MfaReset) {
                assert!(
                    content.text.contains("192.0.2.1"),
                    "{language} {kind:?}: {}",
                    content.text
                );
            }
        }
    }
}

#[test]
fn the_preferred_language_is_found_without_its_region() {
    let templates = Templates::load(None).unwrap();
    let preferred = |wanted: &[&str]| {
        let wanted: Vec<String> = wanted.iter().map(|tag| (*tag).to_owned()).collect();
        templates.preferred(&wanted).to_owned()
    };

    assert_eq!(preferred(&["de-AT", "en"]), "de");
    assert_eq!(preferred(&["xx", "JA_jp"]), "ja");
    assert_eq!(preferred(&["xx", ""]), "en");
    assert_eq!(preferred(&[]), "en");
}

#[test]
fn a_folder_replaces_words_and_layouts() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    file("en.toml", "[recovery]\nsubject = \"A new password for {{ project }}\"");
    file("pt.toml", "[recovery]\nsubject = \"Nova senha\"");
    file("layout.txt", "{{ subject }}: {{ link }}");

    let templates = Templates::load(Some(folder.path())).unwrap();

    let english = written(&templates, "en", Kind::Recovery);
    assert_eq!(english.subject, "A new password for Example");
    assert_eq!(
        english.text,
        "A new password for Example: https://example.com/?userId=ada&secret=s"
    );
    assert_eq!(written(&templates, "pt", Kind::Recovery).subject, "Nova senha");
    let builtin = Templates::load(None).unwrap();
    assert_eq!(
        written(&templates, "pt", Kind::Probe).subject,
        written(&builtin, "en", Kind::Probe).subject
    );
}

#[test]
fn a_template_that_does_not_fit_is_named() {
    for (text, complaint) in [
        ("[recovery]\nsubject = \"{{ nmae }}\"", "en.toml, recovery"),
        ("[recovery]\nsubject = \"{{ name\"", "en.toml, recovery"),
        ("[recovry]\nsubject = \"x\"", "there is no message `recovry`"),
        ("[recovery]\nsubjct = \"x\"", "en.toml"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("en.toml"), text).unwrap();

        let error = Templates::load(Some(folder.path())).err().unwrap();

        assert!(format!("{error:#}").contains(complaint), "{error:#}");
    }
}
