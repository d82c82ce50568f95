//! Creating users: with a password, without one, or with the hash of one from another system.
#![expect(clippy::too_many_arguments, reason = "the API has them")]

use async_graphql::{Context, Object};

use super::{actor, shown};
use crate::account::types::User;
use crate::config::Scope;
use crate::crypto::password_hash::{ScryptArguments, StoredHash};
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;

mod create;

use create::{NewPassword, NewUser};

/// Creates users.
#[derive(Debug, Default)]
pub struct UserCreationMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl UserCreationMutation {
    /// Creates a user. Everything but the id is optional. The project's `sign_up` doesn't apply, and no e-mail is sent.
    ///
    /// Errors: `user_already_exists`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::post::apply("/v1/users")
    )]
    async fn users_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The id of the new user: up to 36 of a-z, A-Z, 0-9, period, hyphen and underscore, beginning \
                    with a letter or digit; `unique()` generates one."
        )]
        user_id: String,
        #[graphql(desc = "The e-mail address.")] email: Option<String>,
        #[graphql(
            desc = "The phone number with `+` and country code, for example `+16175551212`."
        )]
        phone: Option<String>,
        #[graphql(desc = "The password: 8 characters to 256 bytes.", secret)] password: Option<
            String,
        >,
        #[graphql(desc = "The name: 1 to 128 characters.")] name: Option<String>,
    ) -> Result<Option<User>> {
        let password = password.map_or(NewPassword::None, NewPassword::Plain);
        create(ctx, NewUser { user_id, email, phone, name, password }).await
    }

    /// Creates a user with a password that another system has hashed with Argon2. It is replaced by this
    /// server's own hash when the user signs in.
    ///
    /// Errors: `user_already_exists`.
    #[graphql(
        name = "usersCreateArgon2User",
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::post::apply("/v1/users/argon2")
    )]
    async fn users_create_argon2_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the new user; `unique()` generates one.")] user_id: String,
        #[graphql(desc = "The e-mail address.")] email: String,
        #[graphql(
            desc = "The hash: `$argon2i$…` or `$argon2id$…`, with parameters and salt.",
            secret
        )]
        password: String,
        #[graphql(desc = "The name: 1 to 128 characters.")] name: Option<String>,
    ) -> Result<Option<User>> {
        let hash = StoredHash::argon2(&password)?;
        create(ctx, NewUser::with_hash(user_id, email, name, hash)).await
    }

    /// Creates a user with a password that another system has hashed with bcrypt. It is replaced by this
    /// server's own hash when the user signs in.
    ///
    /// Errors: `user_already_exists`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::post::apply("/v1/users/bcrypt")
    )]
    async fn users_create_bcrypt_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the new user; `unique()` generates one.")] user_id: String,
        #[graphql(desc = "The e-mail address.")] email: String,
        #[graphql(desc = "The hash: `$2a$…`, `$2b$…` or `$2y$…`.", secret)] password: String,
        #[graphql(desc = "The name: 1 to 128 characters.")] name: Option<String>,
    ) -> Result<Option<User>> {
        let hash = StoredHash::bcrypt(&password)?;
        create(ctx, NewUser::with_hash(user_id, email, name, hash)).await
    }

    /// Creates a user with a password that another system has hashed with MD5, without a salt. It is replaced
    /// by this server's own hash when the user signs in.
    ///
    /// Errors: `user_already_exists`.
    #[graphql(
        name = "usersCreateMD5User",
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::post::apply("/v1/users/md5")
    )]
    async fn users_create_md5_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the new user; `unique()` generates one.")] user_id: String,
        #[graphql(desc = "The e-mail address.")] email: String,
        #[graphql(desc = "The hash, in hexadecimal digits.", secret)] password: String,
        #[graphql(desc = "The name: 1 to 128 characters.")] name: Option<String>,
    ) -> Result<Option<User>> {
        let hash = StoredHash::md5(&password)?;
        create(ctx, NewUser::with_hash(user_id, email, name, hash)).await
    }

    /// Creates a user with a password that another system has hashed with `PHPass`. It is replaced by this
    /// server's own hash when the user signs in.
    ///
    /// Errors: `user_already_exists`.
    #[graphql(
        name = "usersCreatePHPassUser",
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::post::apply("/v1/users/phpass")
    )]
    async fn users_create_phpass_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the new user; `unique()` generates one.")] user_id: String,
        #[graphql(desc = "The e-mail address.")] email: String,
        #[graphql(desc = "The hash: `$P$…` or `$H$…`.", secret)] password: String,
        #[graphql(desc = "The name: 1 to 128 characters.")] name: Option<String>,
    ) -> Result<Option<User>> {
        let hash = StoredHash::phpass(&password)?;
        create(ctx, NewUser::with_hash(user_id, email, name, hash)).await
    }

    /// Creates a user with a password that another system has hashed with a function of the SHA family,
    /// without a salt. It is replaced by this server's own hash when the user signs in.
    ///
    /// Errors: `user_already_exists`.
    #[graphql(
        name = "usersCreateSHAUser",
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::post::apply("/v1/users/sha")
    )]
    async fn users_create_sha_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the new user; `unique()` generates one.")] user_id: String,
        #[graphql(desc = "The e-mail address.")] email: String,
        #[graphql(desc = "The hash, in hexadecimal digits.", secret)] password: String,
        #[graphql(
            desc = "The function: `sha1`, `sha224`, `sha256`, `sha384`, `sha512/224`, `sha512/256`, `sha512`, `sha3-224`, \
                    `sha3-256`, `sha3-384` or `sha3-512`. Default: `sha256`."
        )]
        password_version: Option<String>,
        #[graphql(desc = "The name: 1 to 128 characters.")] name: Option<String>,
    ) -> Result<Option<User>> {
        let hash = StoredHash::sha(&password, password_version.as_deref())?;
        create(ctx, NewUser::with_hash(user_id, email, name, hash)).await
    }

    /// Creates a user with a password that another system has hashed with scrypt. It is replaced by this
    /// server's own hash when the user signs in.
    ///
    /// Errors: `user_already_exists`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::post::apply("/v1/users/scrypt")
    )]
    async fn users_create_scrypt_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the new user; `unique()` generates one.")] user_id: String,
        #[graphql(desc = "The e-mail address.")] email: String,
        #[graphql(desc = "The hash, in hexadecimal digits.", secret)] password: String,
        #[graphql(desc = "The salt: its text is used as it is.")] password_salt: String,
        #[graphql(desc = "The cost N: a power of two, for example 16384.")] password_cpu: i32,
        #[graphql(desc = "The block size r, for example 8.")] password_memory: i32,
        #[graphql(desc = "The parallelism p, for example 1.")] password_parallel: i32,
        #[graphql(desc = "The length of the hash in bytes, for example 64.")] password_length: i32,
        #[graphql(desc = "The name: 1 to 128 characters.")] name: Option<String>,
    ) -> Result<Option<User>> {
        let arguments = ScryptArguments {
            salt: &password_salt,
            cpu: password_cpu,
            memory: password_memory,
            parallel: password_parallel,
            length: password_length,
        };
        let hash = StoredHash::scrypt(&password, arguments)?;
        create(ctx, NewUser::with_hash(user_id, email, name, hash)).await
    }

    /// Creates a user with a password that Firebase has hashed, with its modified scrypt. It is replaced by
    /// this server's own hash when the user signs in.
    ///
    /// Errors: `user_already_exists`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::post::apply("/v1/users/scrypt-modified")
    )]
    async fn users_create_scrypt_modified_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the new user; `unique()` generates one.")] user_id: String,
        #[graphql(desc = "The e-mail address.")] email: String,
        #[graphql(desc = "The hash in base64.", secret)] password: String,
        #[graphql(desc = "The user's salt in base64.")] password_salt: String,
        #[graphql(desc = "The project's salt separator in base64.")]
        password_salt_separator: String,
        #[graphql(desc = "The project's signer key in base64.", secret)]
        password_signer_key: String,
        #[graphql(desc = "The name: 1 to 128 characters.")] name: Option<String>,
    ) -> Result<Option<User>> {
        let hash = StoredHash::firebase_scrypt(
            &password,
            &password_salt,
            &password_salt_separator,
            &password_signer_key,
        )?;
        create(ctx, NewUser::with_hash(user_id, email, name, hash)).await
    }
}

async fn create(ctx: &Context<'_>, new: NewUser) -> Result<Option<User>> {
    let user = create::run(ctx.app(), &actor(ctx)?, ctx.client(), new).await?;
    Ok(Some(shown(ctx, user)))
}
