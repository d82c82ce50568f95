//! E-mail addresses, phone numbers and URLs: which are accepted, and their normal forms.

mod email;
mod phone;
mod redirect;

pub use email::{Email, domain_to_ascii, email_key};
pub use phone::{Phone, phone_key};
pub use redirect::{Redirect, RejectedUrl, is_app_scheme, is_listed};
