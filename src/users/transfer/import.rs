//! Imports users: checks the rows, then creates all users in one transaction.

use std::collections::{HashMap, HashSet};

use entity::{ProjectId, UserId, user};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QuerySelect,
};

use super::row::Row;
use super::{ImportResult, RowProblem, problem};
use crate::account::{arguments, sign_up};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::db::OnUnique;
use crate::error::{Error, Result};

/// The most rows of one step: a transaction keeps others waiting.
const MAX_ROWS: usize = 1_000;
/// The most rows of one statement: databases limit its parameters.
const ROWS_PER_STATEMENT: usize = 500;

/// A value that only one user may have, by its name.
type Key = (&'static str, String);

/// A user to create.
struct NewUser {
    row: u32,
    user: user::Model,
    /// Whether the row names the id. Otherwise an existing user is recognized by address or number.
    has_id: bool,
}

/// An existing user that a row is compared with, without preferences and hashes.
#[derive(Clone, FromQueryResult)]
struct ExistingUser {
    id: UserId,
    email: Option<String>,
    phone: Option<String>,
    name: String,
}

/// Creates the users in `lines`, or only says what would be created.
pub(super) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    lines: &[String],
    is_dry: bool,
) -> Result<ImportResult> {
    if lines.len() > MAX_ROWS {
        return Err(Error::argument("rows", format!("must be at most {MAX_ROWS}.")));
    }
    let mut result = ImportResult::default();
    let read = read(app, client, lines, &mut result);
    if is_dry {
        let new = leave_out_existing(&read, client, app.db.read(), &mut result).await?;
        result.created = u32::try_from(new.len()).unwrap_or(u32::MAX);
    } else {
        let imported = app.change(actor, client, async |tx| {
            let mut result = result.clone();
            let new = leave_out_existing(&read, client, tx, &mut result).await?;
            for users in new.chunks(ROWS_PER_STATEMENT) {
                let rows = users.iter().map(|user| user.clone().into_active_model().reset_all());
                let inserted = user::Entity::insert_many(rows).exec_without_returning(tx).await;
                // Someone has just signed up with the same address. The next attempt sees that.
                inserted.on_unique(Error::GeneralServerBusy)?;
                tx.log_creations(users).await?;
            }
            result.created = u32::try_from(new.len()).unwrap_or(u32::MAX);
            Ok(result)
        });
        result = imported.await?;
    }
    result.problems.sort_by_key(|problem| problem.row);
    Ok(result)
}

/// Reads the rows. Those that can't be used are reported.
fn read(app: &App, client: &Client, lines: &[String], result: &mut ImportResult) -> Vec<NewUser> {
    let mut users = Vec::with_capacity(lines.len());
    for (row, line) in (0..).zip(lines) {
        match read_row(app, client, row, line) {
            Ok(new) => users.push(new),
            Err(problem) => result.problems.push(RowProblem { row, problem }),
        }
    }
    users
}

fn read_row(app: &App, client: &Client, row: u32, line: &str) -> Result<NewUser, String> {
    let parsed = Row::parse(line)?;
    let has_id = parsed.id.is_some();
    let now = app.clock.now();
    let id = arguments::chosen_id(app, parsed.id.as_deref().unwrap_or("unique()"));
    let user = id.and_then(|id| parsed.fill(sign_up::new_user_of_admin(client, id, now)));
    Ok(NewUser { row, user: user.map_err(|error| problem::of_error(&error))?, has_id })
}

/// The unique values of a user.
fn keys(
    id: &UserId,
    email: Option<&String>,
    phone: Option<&String>,
) -> impl Iterator<Item = Key> + use<> {
    let id = Some(("id", id.to_string()));
    let email = email.cloned().map(|email| ("email", email));
    let phone = phone.cloned().map(|phone| ("phone", phone));
    [id, email, phone].into_iter().flatten()
}

impl NewUser {
    fn keys(&self) -> impl Iterator<Item = Key> + use<> {
        keys(&self.user.id, self.user.email.as_ref(), self.user.phone.as_ref())
    }
}

/// The users who don't exist yet. Rows of existing ones are counted or reported, and so are those that repeat an earlier row
/// that can be used.
async fn leave_out_existing(
    users: &[NewUser],
    client: &Client,
    db: &impl ConnectionTrait,
    result: &mut ImportResult,
) -> Result<Vec<user::Model>> {
    let existing = find_existing(users, &client.project.id, db).await?;
    let (mut new, mut taken) = (Vec::with_capacity(users.len()), HashSet::new());
    for new_user in users {
        match exists(new_user, &existing, &taken) {
            Ok(false) => new.push(new_user.user.clone()),
            Ok(true) => result.unchanged = result.unchanged.saturating_add(1),
            Err(problem) => {
                result.problems.push(RowProblem { row: new_user.row, problem });
                continue;
            }
        }
        taken.extend(new_user.keys());
    }
    Ok(new)
}

/// Whether the user of a row exists already. Fails if another user has one of its values, or one of the rows that have `taken`
/// theirs.
fn exists(
    new_user: &NewUser,
    existing: &HashMap<Key, ExistingUser>,
    taken: &HashSet<Key>,
) -> Result<bool, String> {
    if let Some((name, _)) = new_user.keys().find(|key| taken.contains(key)) {
        return Err(format!("{name}: another row has the same"));
    }
    let mut found = new_user.keys().filter_map(|key| Some((key.0, existing.get(&key)?)));
    match found.next() {
        None => Ok(false),
        Some((_, other)) if is_same(&new_user.user, other, new_user.has_id) => Ok(true),
        Some((name, other)) => Err(format!("{name}: belongs to the user {}", other.id)),
    }
}

/// Whether a row is of an existing user. What users change themselves, such as a password, may differ.
fn is_same(row: &user::Model, user: &ExistingUser, has_id: bool) -> bool {
    let has_same_id = !has_id || row.id == user.id;
    has_same_id && row.email == user.email && row.phone == user.phone && row.name == user.name
}

/// The existing users with the same ids, addresses and numbers, by each of these.
async fn find_existing(
    users: &[NewUser],
    project: &ProjectId,
    db: &impl ConnectionTrait,
) -> Result<HashMap<Key, ExistingUser>> {
    use user::Column as C;
    let mut existing = HashMap::new();
    for (name, column) in [("id", C::Id), ("email", C::Email), ("phone", C::Phone)] {
        let all = users.iter().flat_map(NewUser::keys);
        let values: Vec<String> =
            all.filter(|(key, _)| *key == name).map(|(_, value)| value).collect();
        if values.is_empty() {
            continue;
        }
        let found = user::Entity::find()
            .select_only()
            .columns([C::Id, C::Email, C::Phone, C::Name])
            .filter(C::ProjectId.eq(project.clone()))
            .filter(column.is_in(values))
            .into_model::<ExistingUser>()
            .all(db)
            .await?;
        for user in found {
            let mut keys = keys(&user.id, user.email.as_ref(), user.phone.as_ref());
            let key = keys.find(|(key, _)| *key == name);
            existing.extend(key.map(|key| (key, user)));
        }
    }
    Ok(existing)
}
