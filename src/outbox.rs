//! The outbox: messages are stored in the transaction of the change, and sent later by a worker.

mod alert;
pub mod backlog;
pub mod inbox;
mod sms_quota;
pub mod worker;

pub use alert::{compose_alert, schedule_alert};
pub use sms_quota::charge_sms;
