//! Accounts whose passwords other systems have hashed, one for each kind of hash.

/// An account whose password another system has hashed.
pub(super) struct Imported {
    /// The kind of the hash, with what decides its cost.
    pub(super) hash: &'static str,
    /// The address.
    pub(super) email: &'static str,
    /// The field that creates it.
    field: &'static str,
    /// The arguments of the hash.
    arguments: &'static str,
    /// Whether the hash costs more than the server's own, so that the time reveals that there is such an account.
    pub(super) is_dear: bool,
}

impl Imported {
    /// The document that creates the account.
    pub(super) fn document(&self) -> String {
        let Self { field, email, arguments, .. } = self;
        format!(
            "mutation {{ {field}(userId: \"unique()\", email: \"{email}\", {arguments}) {{ _id }} }}"
        )
    }
}

/// With the costs that these systems have by default, or that are common; bcrypt also with a low one.
pub(super) const IMPORTED: [Imported; 8] = [
    Imported {
        hash: "MD5",
        email: "md5@example.com",
        field: "usersCreateMD5User",
        arguments: r#"password: "5f4dcc3b5aa765d61d8327deb882cf99""#,
        is_dear: false,
    },
    Imported {
        hash: "SHA-512",
        email: "sha@example.com",
        field: "usersCreateSHAUser",
        arguments: r#"password: "4243da0a694e8a2f727c8060fe0507c8fa01ca68146c76d2c190805b638c20c6bf6ba04e21f11ae138785d0bff63c416e6f87badbffad37f6dee50094cc38c70", passwordVersion: "sha512""#,
        is_dear: false,
    },
    Imported {
        hash: "PHPass, 2^11 rounds",
        email: "phpass@example.com",
        field: "usersCreatePHPassUser",
        arguments: r#"password: "$P$984478476IagS59wHZvyQMArzfx58u.""#,
        is_dear: false,
    },
    Imported {
        hash: "argon2i, 64 MiB, 4 passes",
        email: "argon2@example.com",
        field: "usersCreateArgon2User",
        arguments: r#"password: "$argon2i$v=19$m=65536,t=4,p=1$YXBwd3JpdGU$A/54i238ed09ZR4NwlACU5XnkjNBZU9QeOEuhjLiexI""#,
        is_dear: true,
    },
    Imported {
        hash: "bcrypt, cost 5",
        email: "cheap@example.com",
        field: "usersCreateBcryptUser",
        arguments: r#"password: "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW""#,
        is_dear: false,
    },
    Imported {
        hash: "bcrypt, cost 10",
        email: "bcrypt@example.com",
        field: "usersCreateBcryptUser",
        arguments: r#"password: "$2a$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW""#,
        is_dear: true,
    },
    Imported {
        hash: "scrypt, N = 2^14, r = 8",
        email: "scrypt@example.com",
        field: "usersCreateScryptUser",
        arguments: r#"password: "3fdef49701bc4cfaacd551fe017283513284b4731e6945c263246ef948d3cf63b5d269c31fd697246085111a428245e24a4ddc6b64c687bc60a8910dbafc1d5b", passwordSalt: "appwrite", passwordCpu: 16384, passwordMemory: 8, passwordParallel: 1, passwordLength: 64"#,
        is_dear: true,
    },
    Imported {
        hash: "scrypt of Firebase",
        email: "firebase@example.com",
        field: "usersCreateScryptModifiedUser",
        arguments: r#"password: "UlM7JiXRcQhzAGlaonpSqNSLIz475WMddOgLjej5De9vxTy48K6WtqlEzrRFeK4t0COfMhWCb8wuMHgxOFCHFQ==", passwordSalt: "UxLMreBr6tYyjQ==", passwordSaltSeparator: "Bw==", passwordSignerKey: "XyEKE9RcTDeLEsL/RjwPDBv/RqDl8fb3gpYEOQaPihbxf1ZAtSOHCjuAAa7Q3oHpCYhXSN9tizHgVOwn6krflQ==""#,
        is_dear: true,
    },
];
