//! `--dev` of the commands that keep and check the data of a server.

use std::fs;

use tempfile::TempDir;

use super::DataFolder;

/// The folder of a server without any configuration: its database is in `./data`, whatever the stores of the tests.
fn data_folder() -> DataFolder {
    let settings = vec![("ACCOUNTD_PASSWORD__MEMORY_KIB", "8".to_owned())];
    DataFolder { folder: TempDir::new().unwrap(), settings }
}

/// `accountd dev` is checked and backed up while it runs, and restored, all by one flag.
#[test]
fn a_development_server_is_checked_backed_up_and_restored() {
    let data = data_folder();
    let server = data.start();
    data.printed("user create --id ada");

    let findings = data.printed("doctor");
    let backed_up = data.printed("backup ada.backup");
    data.printed("user block ada");
    server.stop();
    let old = data.path("old");
    fs::create_dir(&old).unwrap();
    for name in ["accountd.db", "accountd.db.generation"] {
        fs::rename(data.path("data").join(name), old.join(name)).unwrap();
    }
    let restored = data.printed("restore ada.backup --since old/accountd.db");

    assert!(findings.lines().any(|line| line.starts_with("ok   database: ")), "{findings}");
    assert!(!findings.contains("bad "), "{findings}");
    assert!(backed_up.starts_with("backed up 1 user to "), "{backed_up}");
    let line = format!("restored {}, as of ", data.path("data/accountd.db").display());
    assert!(restored.lines().any(|it| it.starts_with(&line)), "{restored}");
    assert!(restored.contains("  default/ada: user.update.status"), "{restored}");
    let server = data.start();
    assert_eq!(data.json("user show ada")["_id"], "ada");
    drop(server);
}

/// Where no development server has run there is nothing to check or back up, and none of its files is made.
#[test]
fn a_folder_without_a_development_server_stays_as_it_is() {
    let data = data_folder();

    assert!(data.error_of("doctor").contains("there is no ./data"));
    assert!(data.error_of("backup ada.backup").contains("there is no database at "));

    assert_eq!(fs::read_dir(data.folder.path()).unwrap().count(), 0);
    // Of a database that was put back alone, the secret is lost: nothing says that another one fits.
    fs::create_dir(data.path("data")).unwrap();
    assert!(data.error_of("doctor").contains("there is no ./data/master.secret"));
    assert_eq!(fs::read_dir(data.path("data")).unwrap().count(), 0);
}

/// Settings that are not valid are a finding of `doctor`, and it goes on to the others.
#[test]
fn the_doctor_reports_settings_that_are_not_valid() {
    let mut data = data_folder();
    data.settings.push(("ACCOUNTD_PUBLIC_URL", "ftp://example.com".to_owned()));

    let output = data.run("doctor");

    let findings = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success());
    for finding in ["bad  settings: ", "ok   mail: "] {
        assert!(findings.lines().any(|line| line.starts_with(finding)), "{output:?}");
    }
}
