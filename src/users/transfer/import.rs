//! Imports users: checks the rows, then creates all users in one transaction.

use std::collections::{HashMap, HashSet};

use entity::{ProjectId, user};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};

use super::row::Row;
use super::{ImportResult, RowProblem};
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

/// A user to create.
struct NewUser {
    row: u32,
    user: user::Model,
    /// Whether the row names the id. Otherwise an existing user is recognized by address or number.
    has_id: bool,
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

/// Reads the rows. Those that can't be used, or that repeat an earlier one, are reported.
fn read(app: &App, client: &Client, lines: &[String], result: &mut ImportResult) -> Vec<NewUser> {
    let mut users = Vec::with_capacity(lines.len());
    let mut seen = HashSet::new();
    for (row, line) in (0..).zip(lines) {
        let new = read_row(app, client, row, line).and_then(|new| {
            for key in keys(&new.user) {
                if !seen.insert(key.clone()) {
                    return Err(format!("{}: another row has the same", key.0));
                }
            }
            Ok(new)
        });
        match new {
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
    Ok(NewUser { row, user: user.map_err(problem)?, has_id })
}

/// What is unique of a user.
fn keys(user: &user::Model) -> impl Iterator<Item = (&'static str, String)> {
    let id = Some(("id", user.id.to_string()));
    let email = user.email.clone().map(|email| ("email", email));
    let phone = user.phone.clone().map(|phone| ("phone", phone));
    [id, email, phone].into_iter().flatten()
}

fn problem(error: Error) -> String {
    match error {
        Error::GeneralArgumentInvalid { argument, problem } => format!("{argument}: {problem}"),
        error => error.to_string(),
    }
}

/// The users who don't exist yet. Rows of existing ones are counted or reported.
async fn leave_out_existing(
    users: &[NewUser],
    client: &Client,
    db: &impl ConnectionTrait,
    result: &mut ImportResult,
) -> Result<Vec<user::Model>> {
    let existing = find_existing(users, &client.project.id, db).await?;
    let mut new = Vec::with_capacity(users.len());
    for NewUser { row, user, has_id } in users {
        let mut found = keys(user).filter_map(|key| Some((key.0, existing.get(&key)?)));
        match found.next() {
            None => new.push(user.clone()),
            Some((_, other)) if is_same(user, other, *has_id) => {
                result.unchanged = result.unchanged.saturating_add(1);
            }
            Some((key, other)) => result.problems.push(RowProblem {
                row: *row,
                problem: format!("{key}: the user {} has the same, and is another one", other.id),
            }),
        }
    }
    Ok(new)
}

/// Whether a row is of an existing user. What users change themselves, such as a password, may differ.
fn is_same(row: &user::Model, user: &user::Model, has_id: bool) -> bool {
    let has_same_id = !has_id || row.id == user.id;
    has_same_id && row.email == user.email && row.phone == user.phone && row.name == user.name
}

/// The existing users with the same ids, addresses and numbers, by each of these.
async fn find_existing(
    users: &[NewUser],
    project: &ProjectId,
    db: &impl ConnectionTrait,
) -> Result<HashMap<(&'static str, String), user::Model>> {
    let mut existing = HashMap::new();
    for (name, column) in
        [("id", user::Column::Id), ("email", user::Column::Email), ("phone", user::Column::Phone)]
    {
        let all = users.iter().flat_map(|new| keys(&new.user));
        let values: Vec<String> =
            all.filter(|(key, _)| *key == name).map(|(_, value)| value).collect();
        if values.is_empty() {
            continue;
        }
        let found = user::Entity::find()
            .filter(user::Column::ProjectId.eq(project.clone()))
            .filter(column.is_in(values))
            .all(db)
            .await?;
        for user in found {
            let key = keys(&user).find(|(key, _)| *key == name);
            existing.extend(key.map(|key| (key, user)));
        }
    }
    Ok(existing)
}
