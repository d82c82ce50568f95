//! E-mail addresses, phone numbers and URLs: which are taken, and which spellings mean the same one.

mod email;
mod phone;
mod redirect;

pub use email::Email;
pub use email::email_key;
pub use phone::Phone;
pub use phone::phone_key;
pub use redirect::Redirect;
pub use redirect::is_listed;
