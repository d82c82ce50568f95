//! Whether the database can serve: it answers, and the disk has room.

use sea_orm::{ConnectionTrait, Statement};

use super::Db;
use crate::error::Result;

impl Db {
    /// Fails when the database doesn't answer, or when the last write found the disk full and another one still does.
    pub async fn check(&self) -> Result<()> {
        let query = Statement::from_string(self.store.get_database_backend(), "SELECT 1");
        self.store.query_one_raw(query).await?;
        if self.is_full() { self.try_to_write().await } else { Ok(()) }
    }

    /// Writes as much as a large change does, and takes it back. Fails as long as the disk has no room for it.
    async fn try_to_write(&self) -> Result<()> {
        // Not together with changes that wait: they may need less.
        let fill = "BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS disk_probe (room BLOB); \
                    INSERT INTO disk_probe VALUES (zeroblob(262144)); COMMIT";
        for statement in [fill, "DROP TABLE IF EXISTS disk_probe"] {
            self.store.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
