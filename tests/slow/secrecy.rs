//! The secrets of a running server: that they are where they belong, and nowhere else.

use std::path::Path;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::{Server, connect, stores};

const ADA: &str = "ada@example.com";
const PHONE: &str = "+12065550100";
const URL: &str = "http://localhost:3000/";
const PASSWORD: &str = "first secret password";

/// Somebody who uses a server, and keeps what came by which way.
struct User<'a> {
    server: &'a Server,
    /// Secrets that were chosen, or came by mail.
    secrets: Vec<String>,
    /// Codes that came by mail or text message.
    codes: Vec<String>,
    /// Secrets that one response contained, and no other.
    returned: Vec<String>,
    answers: Vec<String>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

impl User<'_> {
    /// Calls a field, and answers what it is asked for.
    fn call(&mut self, session: &str, field: &str, selection: &str) -> Value {
        let answer =
            self.server.post(session, &format!("mutation {{ {field} {{ {selection} }} }}"));
        self.answers.push(answer.to_string());
        answer["data"]
            .as_object()
            .and_then(|data| data.values().next())
            .cloned()
            .unwrap_or_default()
    }

    /// Reads the newest message to an address: the user's id, and the secret or else the code.
    fn read(&mut self, to: &str) -> (String, String) {
        let message = self.server.newest(to);
        let (secret, code) = (text(&message["secret"]), text(&message["code"]));
        self.codes.extend((!code.is_empty()).then_some(code));
        if secret.len() > 6 {
            self.secrets.push(secret.clone());
        }
        (text(&message["userId"]), secret)
    }

    /// Asks for a message with a secret, and redeems it with a field that answers `selection`.
    fn redeem(&mut self, session: &str, create: &str, to: &str, update: &str) -> Value {
        let token = self.call(session, create, "userId");
        let (_, secret) = self.read(to);
        let (name, more) = update.split_once(' ').unwrap_or((update, ""));
        let field = format!("{name}(userId: {}, secret: \"{secret}\"{more})", token["userId"]);
        let selection = if name.contains("Session") { "_id secret" } else { "_id userId" };
        let redeemed = self.call("", &field, selection);
        assert!(redeemed.is_object(), "{field}: {:?}", self.answers.last());
        redeemed
    }

    /// Runs through everything that has a secret.
    fn use_everything(&mut self) {
        let new = "second secret password";
        let wrong = "third secret password";
        self.secrets.extend([PASSWORD, new, wrong].map(str::to_owned));
        let sign_up =
            format!("accountCreate(userId: \"ada\", email: \"{ADA}\", password: \"{PASSWORD}\")");
        self.call("", &sign_up, "_id email");
        let sign_in =
            format!("accountCreateEmailSession(email: \"{ADA}\", password: \"{PASSWORD}\")");
        let session = text(&self.call("", &sign_in, "secret")["secret"]);
        let jwt = text(&self.call(&session, "accountCreateJWT", "jwt")["jwt"]);
        let phone = format!("accountUpdatePhone(phone: \"{PHONE}\", password: \"{PASSWORD}\")");
        self.call(&session, &phone, "_id phone");

        let page = format!("url: \"{URL}\"");
        let create = format!("accountCreateVerification({page})");
        self.redeem(&session, &create, ADA, "accountUpdateVerification");
        self.redeem(
            &session,
            "accountCreatePhoneVerification",
            PHONE,
            "accountUpdatePhoneVerification",
        );
        let create =
            format!("accountCreateMagicURLSession(userId: \"unique()\", email: \"{ADA}\", {page})");
        let by_link = self.redeem("", &create, ADA, "accountUpdateMagicURLSession");
        let create = format!("accountCreateEmailToken(userId: \"unique()\", email: \"{ADA}\")");
        let by_code = self.redeem("", &create, ADA, "accountCreateSession");
        let other = "+12065550101";
        let create = format!("accountCreatePhoneSession(userId: \"unique()\", phone: \"{other}\")");
        let by_phone = self.redeem("", &create, other, "accountUpdatePhoneSession");
        let create = format!("accountCreateRecovery(email: \"{ADA}\", {page})");
        let update = format!("accountUpdateRecovery , password: \"{new}\"");
        self.redeem("", &create, ADA, &update);

        // One that fails, and some that are never redeemed.
        self.call("", &sign_in.replace(PASSWORD, wrong), "_id");
        self.call("", &create, "_id");
        self.read(ADA);
        self.call(
            "",
            &format!("accountCreateMagicURLToken(userId: \"unique()\", email: \"{ADA}\")"),
            "_id",
        );
        self.read(ADA);
        self.returned.extend([session, jwt]);
        self.returned.extend([by_link, by_code, by_phone].map(|session| text(&session["secret"])));
        for session in self.returned.clone() {
            self.returned.extend(inner_secret(&session));
        }
    }
}

/// The secret within the secret of a session, which also holds the user's id.
fn inner_secret(session: &str) -> Option<String> {
    use base64::Engine;
    let inner = base64::engine::general_purpose::STANDARD.decode(session).ok()?;
    let inner: Value = serde_json::from_slice(&inner).ok()?;
    Some(text(&inner["secret"]))
}

/// All files below a folder, with what is in them.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.is_file() {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

/// All rows of a database, each value apart from the next.
async fn rows(url: &str) -> String {
    let db = connect(url).await;
    let backend = db.get_database_backend();
    let texts = async |query: String| -> Vec<String> {
        let rows = db.query_all_raw(Statement::from_string(backend, query)).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    };
    let tables = match backend {
        DbBackend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
        _ => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
    };
    let mut found = String::new();
    for table in texts(tables.to_owned()).await {
        let row = match backend {
            DbBackend::Sqlite => {
                let columns = "group_concat('quote(\"' || name || '\")', '||'',''||')";
                texts(format!("SELECT {columns} FROM pragma_table_info('{table}')")).await.concat()
            }
            _ => "t::text".to_owned(),
        };
        found += &texts(format!("SELECT {row} FROM {table} AS t")).await.join("\n");
    }
    found
}

/// Everything in a Redis that counts calls.
async fn counted(url: &str) -> String {
    let client = redis::Client::open(url).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut connection).await.unwrap();
    let mut found = keys.join("\n");
    for key in keys {
        let mut range = redis::cmd("ZRANGE");
        let range = range.arg(&key).arg(0).arg(-1);
        let calls: Vec<String> = range.query_async(&mut connection).await.unwrap_or_default();
        found += &calls.join(",");
    }
    found
}

/// Whether a code stands in a text as a word of its own: among hashes and times its digits may come by chance.
fn holds_code(text: &str, code: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == code)
}

/// OT-5: after using everything, no secret is in the database, its log, the limits, the server's log, or in an answer other
/// than the one that it belongs to; and the server's log has nobody's address or number.
#[test]
fn no_secret_is_left_behind() {
    let folder = TempDir::new().unwrap();
    let server = Server::start_on_stores(folder.path(), &[("RUST_LOG", "debug")]);
    let (secrets, codes, returned, answers) = Default::default();
    let mut user = User { server: &server, secrets, codes, returned, answers };

    user.use_everything();

    let User { secrets, codes, returned, answers, .. } = user;
    drop(server);
    assert!(secrets.len() >= 7 && codes.len() >= 5 && returned.len() >= 8, "{secrets:?} {codes:?}");
    let in_answers = |secret: &str| answers.iter().filter(|text| text.contains(secret)).count();
    assert!(secrets.iter().all(|secret| in_answers(secret) == 0));
    assert!(returned.iter().all(|secret| in_answers(secret) <= 1));
    let files = files(folder.path());
    let log = files.iter().find(|(name, _)| name.ends_with("log.txt")).unwrap();
    let mut texts = vec![String::from_utf8(log.1.clone()).unwrap(), answers.concat()];
    let runtime = Runtime::new().unwrap();
    let stores = stores(folder.path());
    if stores.is_empty() {
        let is_database = |name: &str| Path::new(name).extension().is_some_and(|end| end == "db");
        for (name, _) in files.iter().filter(|(name, _)| is_database(name)) {
            texts.push(runtime.block_on(rows(&format!("sqlite://{name}"))));
        }
    }
    for (name, url) in &stores {
        match *name {
            "ACCOUNTD_DATABASE__URL" => texts.push(runtime.block_on(rows(url))),
            "ACCOUNTD_REDIS__URL" => texts.push(runtime.block_on(counted(url))),
            _ => {}
        }
    }
    assert!(texts.len() >= 3 && texts[2..].concat().contains(ADA), "{texts:?}");
    for secret in secrets.iter().chain(&returned) {
        for (name, bytes) in &files {
            let is_there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_there, "{name} holds {secret}");
        }
        assert!(texts[2..].iter().all(|text| !text.contains(secret.as_str())), "{secret}");
    }
    let in_log = |text: &&str| texts[0].contains(*text);
    assert_eq!([ADA, PHONE, "12065550101"].iter().find(|text| in_log(text)), None);
    assert!(texts[0].contains("fields=\"accountCreateRecovery\""), "requests are in the log");
    for code in &codes {
        assert!(texts.iter().all(|text| !holds_code(text, code)), "{code}");
    }
}
