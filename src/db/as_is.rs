//! Writing rows whose columns are all known here, without reading them back.

use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    TryIntoModel,
};

/// A row that is written as it is. SeaORM's own `insert` and `update` read it back, with a statement of its own on SQLite.
pub(crate) trait AsIs: ActiveModelTrait {
    /// Inserts the row.
    async fn insert_as_is(
        self,
        db: &impl ConnectionTrait,
    ) -> Result<<Self::Entity as EntityTrait>::Model, DbErr>;

    /// Writes the columns that were set.
    async fn update_as_is(
        self,
        db: &impl ConnectionTrait,
    ) -> Result<<Self::Entity as EntityTrait>::Model, DbErr>;
}

impl<A> AsIs for A
where
    A: ActiveModelTrait + ActiveModelBehavior + TryIntoModel<<A::Entity as EntityTrait>::Model>,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    async fn insert_as_is(
        self,
        db: &impl ConnectionTrait,
    ) -> Result<<Self::Entity as EntityTrait>::Model, DbErr> {
        let row = self.clone().try_into_model()?;
        A::Entity::insert(self).exec_without_returning(db).await?;
        Ok(row)
    }

    async fn update_as_is(
        self,
        db: &impl ConnectionTrait,
    ) -> Result<<Self::Entity as EntityTrait>::Model, DbErr> {
        let row = self.clone().try_into_model()?;
        A::Entity::update(self).validate()?.exec_without_returning(db).await?;
        Ok(row)
    }
}
