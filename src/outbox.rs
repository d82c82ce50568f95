//! The outbox: messages are stored with the change that causes them, and sent after it by a worker.

mod alert;
pub mod inbox;
mod sms_quota;
pub mod worker;

pub use alert::compose_alert;
pub use sms_quota::charge_sms;
