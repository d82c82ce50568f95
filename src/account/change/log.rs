//! The security log: its rows are written with the change.

use entity::security_log::Event;
use entity::{ProjectId, UserId, security_log, user};
use sea_orm::sea_query::{CommonTableExpression, Expr, LockType, UpdateStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    Set, TryIntoModel,
};

use super::Change;
use crate::account::webhooks::event_of;
use crate::config::WebhookEvent;
use crate::db::FindUnique;
use crate::error::Result;

impl Change<'_> {
    /// Writes the columns of a user that were set, at least one, and logs `event` as [`Self::log`] does.
    pub(crate) async fn update_user(
        &self,
        change: user::ActiveModel,
        event: Event,
    ) -> Result<user::Model> {
        self.update_user_and_publish(change, event, event_of(event)).await
    }

    /// The same; webhooks get `published` instead of the event's own.
    pub(crate) async fn update_user_and_publish(
        &self,
        change: user::ActiveModel,
        event: Event,
        published: Option<WebhookEvent>,
    ) -> Result<user::Model> {
        let user = change.clone().try_into_model()?;
        let update = user::Entity::update(change).validate()?;
        let mut joined = None;
        if self.get_database_backend() == DbBackend::Postgres && self.has_locked(&user.key()) {
            // One statement, which is a round trip less.
            joined = Some(update.into_query());
        } else {
            update.exec_without_returning(self).await?;
        }
        self.append(event, Some(&user), joined).await?;
        self.publish(published, &user).await?;
        Ok(user)
    }

    /// Writes a row about `user` into the security log, and stores the event for webhooks.
    pub(crate) async fn log(&self, event: Event, user: &user::Model) -> Result<()> {
        self.log_about(event, Some(user)).await?;
        self.publish(event_of(event), user).await
    }

    /// Stores the event for webhooks.
    async fn publish(&self, event: Option<WebhookEvent>, user: &user::Model) -> Result<()> {
        match event {
            Some(event) => self.webhooks().publish_user(event, user).await,
            None => Ok(()),
        }
    }

    /// Writes a row into the security log: about `user`, or without a user where the account doesn't exist. A deletion
    /// names no user.
    pub(crate) async fn log_about(&self, event: Event, user: Option<&user::Model>) -> Result<()> {
        self.append(event, user, None).await
    }

    /// The same, in one statement with `joined`, which PostgreSQL can do.
    async fn append(
        &self,
        event: Event,
        user: Option<&user::Model>,
        joined: Option<UpdateStatement>,
    ) -> Result<()> {
        let project = &self.client.project.id;
        let user_id = user.map(|user| &user.id);
        let key = (project.clone(), user_id.cloned().unwrap_or_else(|| UserId::new("")));
        if self.get_database_backend() == DbBackend::Postgres && !self.has_locked(&key) {
            // Rows of one user are numbered one at a time. This lock is weak enough for transactions that
            // only insert rows which reference the user. Without a user, look for a row all the same, so
            // that it takes as long (EN-3).
            user::Entity::find_by_id(key).lock(LockType::NoKeyUpdate).find_unique(self).await?;
        }
        let row = self.log_row(event, user);
        // Once all rows of a user are older than the retention, the next one must not have a number that another had.
        // Nobody has had one event a second in all those years.
        let restarts = self.client.project.security_log.retention.is_some();
        let floor = if restarts && event != Event::UserCreate { self.now.seconds() } else { 0 };
        let mut insert = security_log::Entity::insert_next(row, floor)?;
        if let Some(joined) = joined {
            let joined = CommonTableExpression::new().table_name("joined").query(joined).to_owned();
            insert.with_cte(joined);
        }
        self.execute(&insert).await?;
        if let Some(user) = user_id {
            self.notify_log((project.clone(), user.clone()));
        }
        Ok(())
    }

    /// Writes the first row of each of these new users into the security log, and removes their ids from rows of deleted
    /// users, as [`Self::anonymize_log`] does.
    pub(crate) async fn log_creations(&self, users: &[user::Model]) -> Result<()> {
        let project = &self.client.project.id;
        self.anonymize(project, users.iter().map(|user| user.id.clone()).collect()).await?;
        let rows = users.iter().map(|user| security_log::ActiveModel {
            number: Set(1),
            ..self.log_row(Event::UserCreate, Some(user))
        });
        security_log::Entity::insert_many(rows).exec_without_returning(self).await?;
        Ok(())
    }

    /// A row for the security log, without its number.
    fn log_row(&self, event: Event, user: Option<&user::Model>) -> security_log::ActiveModel {
        let (client, key) = (self.client, self.actor.key());
        let named = user.filter(|_| event != Event::UserDelete);
        security_log::ActiveModel {
            project_id: Set(client.project.id.clone()),
            user_id: Set(user.map(|user| user.id.clone())),
            event: Set(event.as_str().to_owned()),
            user_email: Set(named.and_then(|user| user.email.clone()).unwrap_or_default()),
            user_name: Set(named.map(|user| user.name.clone()).unwrap_or_default()),
            actor_kind: Set(self.actor.kind().as_str().to_owned()),
            actor_id: Set(key.map(|key| key.id.clone()).unwrap_or_default()),
            actor_name: Set(key.map(|key| key.name.clone()).unwrap_or_default()),
            ip: Set(client.ip.to_string()),
            user_agent: Set(client.user_agent.clone()),
            country_code: Set(client.country_code.clone()),
            created_at: Set(self.now),
            ..Default::default()
        }
    }

    /// Removes the user's id from log rows of a deleted user with the same id, so that the new user can't
    /// read them.
    pub(crate) async fn anonymize_log(&self, user: &user::Model) -> Result<()> {
        self.anonymize(&user.project_id, vec![user.id.clone()]).await
    }

    async fn anonymize(&self, project: &ProjectId, users: Vec<UserId>) -> Result<()> {
        security_log::Entity::update_many()
            .col_expr(security_log::Column::UserId, Expr::value(None::<String>))
            .filter(security_log::Column::ProjectId.eq(project.clone()))
            .filter(security_log::Column::UserId.is_in(users))
            .exec(self)
            .await?;
        Ok(())
    }
}
