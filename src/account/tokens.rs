//! One-time secrets: created with the message that carries them, redeemed once.

mod issue;
mod redeem;
mod with_minimum_duration;

pub(super) use issue::NewMessage;
pub(crate) use issue::{NewToken, store};
pub(super) use redeem::{PresentedToken, check_unspent, consume, find, find_by_address};
pub(super) use with_minimum_duration::with_minimum_duration;
