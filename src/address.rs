//! E-mail addresses and phone numbers: which are taken, and which spellings mean the same one.

mod email;
mod phone;

pub use email::Email;
pub use email::email_key;
pub use phone::Phone;
pub use phone::phone_key;
