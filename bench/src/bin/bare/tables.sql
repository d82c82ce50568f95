CREATE TABLE users (
    project_id TEXT NOT NULL,
    id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    accessed_at INTEGER NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    email_verified INTEGER NOT NULL,
    phone TEXT,
    phone_verified INTEGER NOT NULL,
    password_hash TEXT,
    password_updated_at INTEGER,
    enabled INTEGER NOT NULL,
    prefs TEXT NOT NULL,
    PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX users_email ON users (project_id, email);
CREATE UNIQUE INDEX users_phone ON users (project_id, phone);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    provider TEXT NOT NULL,
    provider_uid TEXT NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    country_code TEXT NOT NULL,
    FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id)
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX sessions_user ON sessions (project_id, user_id, created_at);

CREATE TABLE security_logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id TEXT NOT NULL,
    user_id TEXT,
    event TEXT NOT NULL,
    user_email TEXT NOT NULL,
    user_name TEXT NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    country_code TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX security_logs_user ON security_logs (project_id, user_id, id);
