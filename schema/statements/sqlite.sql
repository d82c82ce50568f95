-- The statements that a server sends to SQLite, each with its plan. Those of lists are not here:
-- they follow from the queries, and src/query/read/tests.rs asks for the plans of all.
-- Written by `UPDATE=1 .ci/statements`, checked by tests/slow/statements.rs.

DELETE FROM "authenticators" WHERE "authenticators"."id" = ?;
--   SEARCH authenticators USING INDEX sqlite_autoindex_authenticators_1 (id=?)

DELETE FROM "authenticators" WHERE "authenticators"."project_id" = ? AND "authenticators"."user_id" = ?;
--   SEARCH authenticators USING COVERING INDEX idx-authenticators-project_id-user_id-kind (project_id=? AND user_id=?)

DELETE FROM "challenges" WHERE "challenges"."id" = ?;
--   SEARCH challenges USING INDEX sqlite_autoindex_challenges_1 (id=?)

DELETE FROM "challenges" WHERE "challenges"."id" IN (SELECT "challenges"."id" FROM "challenges" WHERE "challenges"."expires_at" <= ? LIMIT ? );
--   SEARCH challenges USING COVERING INDEX sqlite_autoindex_challenges_1 (id=?)
--   LIST SUBQUERY 1
--   SEARCH challenges USING INDEX idx-challenges-expires_at (expires_at<?)
--   CREATE BLOOM FILTER

DELETE FROM "generations";

DELETE FROM "identities" WHERE "identities"."project_id" = ? AND "identities"."user_id" = ?;
--   SEARCH identities USING COVERING INDEX idx-identities-project_id-user_id (project_id=? AND user_id=?)

DELETE FROM "identities" WHERE "identities"."project_id" = ? AND "identities"."user_id" = ? AND "identities"."id" = ?;
--   SEARCH identities USING INDEX sqlite_autoindex_identities_1 (id=?)

DELETE FROM "messages" WHERE "messages"."id" = ?;
--   SEARCH messages USING INDEX sqlite_autoindex_messages_1 (id=?)

DELETE FROM "messages" WHERE "messages"."id" IN (?);
--   SEARCH messages USING INDEX sqlite_autoindex_messages_1 (id=?)

DELETE FROM "messages" WHERE "messages"."id" IN (SELECT "messages"."id" FROM "messages" WHERE "messages"."channel" IN (?) AND "messages"."state" IN (?, ?, ?, ?) AND "messages"."due_at" < ? LIMIT ? );
--   SEARCH messages USING COVERING INDEX sqlite_autoindex_messages_1 (id=?)
--   LIST SUBQUERY 1
--   SEARCH messages USING INDEX idx-messages-channel-state-due_at (channel=? AND state=? AND due_at<?)
--   CREATE BLOOM FILTER

DELETE FROM "messages" WHERE "messages"."project_id" = ? AND "messages"."recipient" IN (?);
--   SEARCH messages USING INDEX idx-messages-project_id-recipient (project_id=? AND recipient=?)

DELETE FROM "messages" WHERE "messages"."project_id" = ? AND ? = ?;
--   SEARCH messages USING INDEX idx-messages-project_id-recipient (project_id=?)
--   Why: the list of values is empty, the condition false, and no row is read.

DELETE FROM "messages" WHERE ? = ?;
--   SCAN messages
--   Why: the list of values is empty, the condition false, and no row is read.

DELETE FROM "oauth_flows" WHERE "oauth_flows"."id" = ?;
--   SEARCH oauth_flows USING INDEX sqlite_autoindex_oauth_flows_1 (id=?)

DELETE FROM "oauth_flows" WHERE "oauth_flows"."id" IN (SELECT "oauth_flows"."id" FROM "oauth_flows" WHERE "oauth_flows"."expires_at" <= ? LIMIT ? );
--   SEARCH oauth_flows USING COVERING INDEX sqlite_autoindex_oauth_flows_1 (id=?)
--   LIST SUBQUERY 1
--   SEARCH oauth_flows USING INDEX idx-oauth_flows-expires_at (expires_at<?)
--   CREATE BLOOM FILTER

DELETE FROM "passkey_challenges" WHERE "passkey_challenges"."id" = ?;
--   SEARCH passkey_challenges USING INDEX sqlite_autoindex_passkey_challenges_1 (id=?)

DELETE FROM "passkey_challenges" WHERE "passkey_challenges"."id" IN (SELECT "passkey_challenges"."id" FROM "passkey_challenges" WHERE "passkey_challenges"."expires_at" <= ? LIMIT ? );
--   SEARCH passkey_challenges USING COVERING INDEX sqlite_autoindex_passkey_challenges_1 (id=?)
--   LIST SUBQUERY 1
--   SEARCH passkey_challenges USING INDEX idx-passkey_challenges-expires_at (expires_at<?)
--   CREATE BLOOM FILTER

DELETE FROM "passkey_challenges" WHERE "passkey_challenges"."project_id" = ? AND "passkey_challenges"."user_id" = ?;
--   SEARCH passkey_challenges USING COVERING INDEX idx-passkey_challenges-project_id-user_id (project_id=? AND user_id=?)

DELETE FROM "passkey_challenges" WHERE "passkey_challenges"."project_id" = ? AND "passkey_challenges"."user_id" = ? AND ("passkey_challenges"."expires_at" <= ? OR "passkey_challenges"."passkey_id" = ?);
--   SEARCH passkey_challenges USING INDEX idx-passkey_challenges-project_id-user_id (project_id=? AND user_id=?)

DELETE FROM "passkeys" WHERE "passkeys"."project_id" = ? AND "passkeys"."id" = ?;
--   SEARCH passkeys USING INDEX sqlite_autoindex_passkeys_1 (project_id=? AND id=?)

DELETE FROM "passkeys" WHERE "passkeys"."project_id" = ? AND "passkeys"."user_id" = ?;
--   SEARCH passkeys USING COVERING INDEX idx-passkeys-project_id-user_id (project_id=? AND user_id=?)

DELETE FROM "rate_limits" WHERE "rate_limits"."key" = ?;
--   SEARCH rate_limits USING INDEX sqlite_autoindex_rate_limits_1 (key=?)

DELETE FROM "rate_limits" WHERE "rate_limits"."key" IN (SELECT "rate_limits"."key" FROM "rate_limits" WHERE "rate_limits"."expires_at" <= ? LIMIT ? );
--   SEARCH rate_limits USING COVERING INDEX sqlite_autoindex_rate_limits_1 (key=?)
--   LIST SUBQUERY 1
--   SEARCH rate_limits USING INDEX idx-rate_limits-expires_at (expires_at<?)
--   CREATE BLOOM FILTER

DELETE FROM "recovery_codes" WHERE "recovery_codes"."project_id" = ? AND "recovery_codes"."user_id" = ?;
--   SEARCH recovery_codes USING COVERING INDEX sqlite_autoindex_recovery_codes_1 (project_id=? AND user_id=?)

DELETE FROM "recovery_codes" WHERE "recovery_codes"."project_id" = ? AND "recovery_codes"."user_id" = ? AND "recovery_codes"."hash" = ?;
--   SEARCH recovery_codes USING INDEX sqlite_autoindex_recovery_codes_1 (project_id=? AND user_id=? AND hash=?)

DELETE FROM "revocations" WHERE "revocations"."id" IN (SELECT "revocations"."id" FROM "revocations" WHERE "revocations"."created_at" < ? LIMIT ? );
--   SEARCH revocations USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 1
--   SEARCH revocations USING COVERING INDEX idx-revocations-created_at (created_at<?)
--   CREATE BLOOM FILTER

DELETE FROM "security_logs" WHERE "security_logs"."id" IN (SELECT "security_logs"."id" FROM "security_logs" WHERE "security_logs"."project_id" = ? AND "security_logs"."created_at" <= ? LIMIT ? );
--   SEARCH security_logs USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 1
--   SEARCH security_logs USING COVERING INDEX idx-security_logs-project_id-created_at (project_id=? AND created_at<?)
--   CREATE BLOOM FILTER

DELETE FROM "security_logs" WHERE "security_logs"."id" IN (SELECT "security_logs"."id" FROM "security_logs" WHERE "security_logs"."project_id" = ? AND "security_logs"."user_id" = ? AND "security_logs"."number" <= ? LIMIT ?);
--   SEARCH security_logs USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 1
--   SEARCH security_logs USING COVERING INDEX idx-security_logs-project_id-user_id-number (project_id=? AND user_id=? AND number<?)
--   CREATE BLOOM FILTER

DELETE FROM "security_logs" WHERE "security_logs"."id" IN (SELECT "security_logs"."id" FROM "security_logs" WHERE "security_logs"."user_id" IS NULL AND "security_logs"."created_at" <= ? LIMIT ? );
--   SEARCH security_logs USING INTEGER PRIMARY KEY (rowid=?)
--   LIST SUBQUERY 1
--   SEARCH security_logs USING INDEX idx-security_logs-created_at-of_nobody (created_at<?)
--   CREATE BLOOM FILTER

DELETE FROM "security_logs" WHERE "security_logs"."project_id" = ? AND "security_logs"."user_id" = ?;
--   SEARCH security_logs USING INDEX idx-security_logs-project_id-user_id-ip (project_id=? AND user_id=?)

DELETE FROM "sessions" WHERE "sessions"."id" = ?;
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)
--   SEARCH challenges USING COVERING INDEX idx-challenges-session_id (session_id=?)

DELETE FROM "sessions" WHERE "sessions"."id" = ? AND "sessions"."expires_at" <= ?;
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)
--   SEARCH challenges USING COVERING INDEX idx-challenges-session_id (session_id=?)

DELETE FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ?;
--   SEARCH sessions USING COVERING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)
--   SEARCH challenges USING COVERING INDEX idx-challenges-session_id (session_id=?)

DELETE FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."half_open" = ?;
--   SEARCH sessions USING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)
--   SEARCH challenges USING COVERING INDEX idx-challenges-session_id (session_id=?)

DELETE FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."id" <> ?;
--   SEARCH sessions USING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)
--   SEARCH challenges USING COVERING INDEX idx-challenges-session_id (session_id=?)

DELETE FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."id" = ?;
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)
--   SEARCH challenges USING COVERING INDEX idx-challenges-session_id (session_id=?)

DELETE FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."secret_hash" = ?;
--   SEARCH sessions USING INDEX idx-sessions-secret_hash (secret_hash=?)
--   SEARCH challenges USING COVERING INDEX idx-challenges-session_id (session_id=?)

DELETE FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND ("sessions"."id" IN (?) OR "sessions"."expires_at" <= ?);
--   SEARCH sessions USING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)
--   SEARCH challenges USING COVERING INDEX idx-challenges-session_id (session_id=?)

DELETE FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND (? = ? OR "sessions"."expires_at" <= ?);
--   SEARCH sessions USING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)
--   SEARCH challenges USING COVERING INDEX idx-challenges-session_id (session_id=?)

DELETE FROM "signing_keys";

DELETE FROM "signing_keys" WHERE "signing_keys"."id" = ?;
--   SEARCH signing_keys USING INDEX sqlite_autoindex_signing_keys_1 (id=?)

DELETE FROM "tokens" WHERE "tokens"."id" = ?;
--   SEARCH tokens USING INDEX sqlite_autoindex_tokens_1 (id=?)

DELETE FROM "tokens" WHERE "tokens"."id" IN (?);
--   SEARCH tokens USING INDEX sqlite_autoindex_tokens_1 (id=?)

DELETE FROM "tokens" WHERE "tokens"."id" IN (SELECT "tokens"."id" FROM "tokens" WHERE "tokens"."expires_at" <= ? LIMIT ? );
--   SEARCH tokens USING COVERING INDEX sqlite_autoindex_tokens_1 (id=?)
--   LIST SUBQUERY 1
--   SEARCH tokens USING INDEX idx-tokens-expires_at (expires_at<?)
--   CREATE BLOOM FILTER

DELETE FROM "tokens" WHERE "tokens"."project_id" = ? AND "tokens"."purpose" IN (?) AND "tokens"."address" = ?;
--   SEARCH tokens USING INDEX idx-tokens-project_id-address (project_id=? AND address=?)

DELETE FROM "tokens" WHERE "tokens"."project_id" = ? AND "tokens"."purpose" IN (?) AND "tokens"."address" = ? AND "tokens"."guessable" = ?;
--   SEARCH tokens USING INDEX idx-tokens-project_id-address (project_id=? AND address=?)

DELETE FROM "tokens" WHERE "tokens"."project_id" = ? AND "tokens"."purpose" IN (?) AND "tokens"."address" = ? AND "tokens"."guessable" = ? AND "tokens"."id" NOT IN (?);
--   SEARCH tokens USING INDEX idx-tokens-project_id-address (project_id=? AND address=?)

DELETE FROM "tokens" WHERE "tokens"."project_id" = ? AND "tokens"."purpose" IN (?) AND "tokens"."address" = ? AND "tokens"."guessable" = ? AND ? = ?;
--   SEARCH tokens USING INDEX idx-tokens-project_id-address (project_id=? AND address=?)

DELETE FROM "tokens" WHERE ("tokens"."project_id" = ? AND "tokens"."user_id" = ?) OR ("tokens"."project_id" = ? AND "tokens"."user_id" IS NULL AND "tokens"."address" IN (?));
--   MULTI-INDEX OR
--   INDEX 1
--   SEARCH tokens USING INDEX idx-tokens-project_id-user_id (project_id=? AND user_id=?)
--   INDEX 2
--   SEARCH tokens USING INDEX idx-tokens-project_id-address (project_id=? AND address=?)

DELETE FROM "tokens" WHERE ("tokens"."project_id" = ? AND "tokens"."user_id" = ?) OR ("tokens"."project_id" = ? AND "tokens"."user_id" IS NULL AND ? = ?);
--   MULTI-INDEX OR
--   INDEX 1
--   SEARCH tokens USING COVERING INDEX idx-tokens-project_id-user_id (project_id=? AND user_id=?)
--   INDEX 2
--   SEARCH tokens USING COVERING INDEX idx-tokens-project_id-user_id (project_id=? AND user_id=?)

DELETE FROM "used_id_tokens" WHERE "used_id_tokens"."id" IN (SELECT "used_id_tokens"."id" FROM "used_id_tokens" WHERE "used_id_tokens"."expires_at" <= ? LIMIT ? );
--   SEARCH used_id_tokens USING COVERING INDEX sqlite_autoindex_used_id_tokens_1 (id=?)
--   LIST SUBQUERY 1
--   SEARCH used_id_tokens USING INDEX idx-used_id_tokens-expires_at (expires_at<?)
--   CREATE BLOOM FILTER

DELETE FROM "users" WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)
--   SEARCH passkey_challenges USING COVERING INDEX idx-passkey_challenges-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH passkeys USING COVERING INDEX idx-passkeys-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH challenges USING COVERING INDEX idx-challenges-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH recovery_codes USING COVERING INDEX sqlite_autoindex_recovery_codes_1 (project_id=? AND user_id=?)
--   SEARCH authenticators USING COVERING INDEX idx-authenticators-project_id-user_id-kind (project_id=? AND user_id=?)
--   SEARCH identities USING COVERING INDEX idx-identities-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH devices USING COVERING INDEX sqlite_autoindex_devices_1 (project_id=? AND user_id=?)
--   SEARCH tokens USING COVERING INDEX idx-tokens-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH sessions USING COVERING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)

DELETE FROM "users" WHERE "users"."project_id" = ? AND "users"."id" = ? AND "users"."email" IS NULL AND "users"."phone" IS NULL AND "users"."password_hash" IS NULL AND "users"."created_at" <= ? AND (NOT EXISTS(SELECT "sessions"."id" FROM "sessions" WHERE "sessions"."project_id" = "users"."project_id" AND "sessions"."user_id" = "users"."id" AND "sessions"."expires_at" > ?)) AND (NOT EXISTS(SELECT "identities"."id" FROM "identities" WHERE "identities"."project_id" = "users"."project_id" AND "identities"."user_id" = "users"."id")) AND (NOT EXISTS(SELECT "passkeys"."id" FROM "passkeys" WHERE "passkeys"."project_id" = "users"."project_id" AND "passkeys"."user_id" = "users"."id"));
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH sessions USING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH identities USING INDEX idx-identities-project_id-user_id (project_id=? AND user_id=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH passkeys USING INDEX idx-passkeys-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH passkey_challenges USING COVERING INDEX idx-passkey_challenges-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH passkeys USING COVERING INDEX idx-passkeys-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH challenges USING COVERING INDEX idx-challenges-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH recovery_codes USING COVERING INDEX sqlite_autoindex_recovery_codes_1 (project_id=? AND user_id=?)
--   SEARCH authenticators USING COVERING INDEX idx-authenticators-project_id-user_id-kind (project_id=? AND user_id=?)
--   SEARCH identities USING COVERING INDEX idx-identities-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH devices USING COVERING INDEX sqlite_autoindex_devices_1 (project_id=? AND user_id=?)
--   SEARCH tokens USING COVERING INDEX idx-tokens-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH sessions USING COVERING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)

INSERT INTO "api_keys" ("id", "project_id", "name", "hash", "scopes", "created_at") VALUES (?, ?, ?, ?, ?, ?) RETURNING "id";

INSERT INTO "api_keys" ("id", "project_id", "name", "hash", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

INSERT INTO "authenticators" ("id", "project_id", "user_id", "kind", "created_at", "verified_at", "seed", "last_step") VALUES (?, ?, ?, ?, ?, ?, ?, ?);

INSERT INTO "challenges" ("id", "project_id", "user_id", "session_id", "factor", "created_at", "expires_at", "address", "code_hash", "tries") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

INSERT INTO "devices" ("project_id", "user_id", "fingerprint", "created_at") VALUES (?, ?, ?, ?);

INSERT INTO "generations" ("id", "number", "previous", "created_at", "backed_up_at") VALUES (?, ?, ?, ?, ?);

INSERT INTO "identities" ("id", "project_id", "user_id", "created_at", "updated_at", "provider", "issuer", "subject", "email", "provider_tokens") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

INSERT INTO "messages" ("id", "project_id", "channel", "kind", "recipient", "sealed", "state", "attempts", "error", "created_at", "due_at", "expires_at") SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM (SELECT "messages"."id" FROM "messages" WHERE "messages"."project_id" = ? AND "messages"."recipient" = ? AND "channel" = 'webhook' AND "state" = 'queued' LIMIT ?) AS "waiting") < ?;
--   SCAN CONSTANT ROW
--   SCALAR SUBQUERY 2
--   CO-ROUTINE waiting
--   SEARCH messages USING INDEX idx-messages-project_id-state (project_id=? AND state=?)
--   SCAN waiting

INSERT INTO "messages" ("id", "project_id", "channel", "kind", "recipient", "sealed", "state", "attempts", "error", "created_at", "due_at", "expires_at") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

INSERT INTO "oauth_flows" ("id", "project_id", "expires_at", "sealed") VALUES (?, ?, ?, ?);

INSERT INTO "passkey_challenges" ("id", "project_id", "created_at", "expires_at", "challenge", "relying_party", "user_id", "session_id", "passkey_id", "user_handle", "name") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

INSERT INTO "passkeys" ("project_id", "id", "user_id", "created_at", "updated_at", "accessed_at", "name", "rp_id", "user_handle", "credential_id", "public_key", "aaguid", "transports", "sign_count", "backup_eligible", "backed_up") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

INSERT INTO "rate_limits" ("key", "calls", "expires_at") VALUES (?, ?, ?) ON CONFLICT ("key") DO UPDATE SET "calls" = "excluded"."calls";

INSERT INTO "rate_limits" ("key", "calls", "expires_at") VALUES (?, ?, ?) ON CONFLICT ("key") DO UPDATE SET "key" = "excluded"."key";

INSERT INTO "recovery_codes" ("project_id", "user_id", "hash", "created_at") VALUES (?, ?, ?, ?), (?, ?, ?, ?), (?, ?, ?, ?), (?, ?, ?, ?), (?, ?, ?, ?), (?, ?, ?, ?), (?, ?, ?, ?), (?, ?, ?, ?), (?, ?, ?, ?), (?, ?, ?, ?);
--   SCAN 10-ROW VALUES CLAUSE

INSERT INTO "revocations" ("project_id", "user_id", "session_id", "created_at") VALUES (?, ?, ?, ?);

INSERT INTO "security_logs" ("number", "project_id", "user_id", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES (COALESCE((SELECT MAX("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = ? AND "security_logs"."user_id" = ?), ?) + ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
--   SCALAR SUBQUERY 1
--   SEARCH security_logs USING COVERING INDEX idx-security_logs-project_id-user_id-number (project_id=? AND user_id=?)

INSERT INTO "security_logs" ("number", "project_id", "user_id", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES (COALESCE((SELECT MAX("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = ? AND "security_logs"."user_id" IS NULL), ?) + ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
--   SCALAR SUBQUERY 1
--   SEARCH security_logs USING COVERING INDEX idx-security_logs-project_id-user_id-number (project_id=? AND user_id=?)

INSERT INTO "security_logs" ("project_id", "user_id", "number", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

INSERT INTO "security_logs" ("project_id", "user_id", "number", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING "id", "project_id", "user_id", "number", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at";

INSERT INTO "sessions" ("id", "project_id", "user_id", "created_at", "updated_at", "expires_at", "secret_hash", "provider", "provider_uid", "ip", "user_agent", "country_code", "provider_tokens", "refreshing_until", "factors", "mfa_updated_at", "half_open") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

INSERT INTO "signing_keys" ("id", "project_id", "algorithm", "private_key", "created_at", "active_at") VALUES (?, ?, ?, ?, ?, ?);

INSERT INTO "tokens" ("id", "project_id", "user_id", "asked_id", "created_at", "expires_at", "purpose", "address", "secret_hash", "guessable", "tries") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

INSERT INTO "used_id_tokens" ("id", "expires_at") VALUES (?, ?);

INSERT INTO "users" ("project_id", "id", "created_at", "updated_at", "accessed_at", "name", "email", "email_verified", "phone", "phone_verified", "password_hash", "password_updated_at", "enabled", "prefs", "prefs_revision", "labels", "mfa") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
--   SEARCH passkey_challenges USING COVERING INDEX idx-passkey_challenges-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH passkeys USING COVERING INDEX idx-passkeys-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH challenges USING COVERING INDEX idx-challenges-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH recovery_codes USING COVERING INDEX sqlite_autoindex_recovery_codes_1 (project_id=? AND user_id=?)
--   SEARCH authenticators USING COVERING INDEX idx-authenticators-project_id-user_id-kind (project_id=? AND user_id=?)
--   SEARCH identities USING COVERING INDEX idx-identities-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH devices USING COVERING INDEX sqlite_autoindex_devices_1 (project_id=? AND user_id=?)
--   SEARCH tokens USING COVERING INDEX idx-tokens-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH sessions USING COVERING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)

INSERT INTO "users" ("project_id", "id", "created_at", "updated_at", "accessed_at", "name", "email", "email_verified", "phone", "phone_verified", "password_hash", "password_updated_at", "enabled", "prefs", "prefs_revision", "labels", "mfa") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT  DO NOTHING;
--   SEARCH passkey_challenges USING COVERING INDEX idx-passkey_challenges-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH passkeys USING COVERING INDEX idx-passkeys-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH challenges USING COVERING INDEX idx-challenges-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH recovery_codes USING COVERING INDEX sqlite_autoindex_recovery_codes_1 (project_id=? AND user_id=?)
--   SEARCH authenticators USING COVERING INDEX idx-authenticators-project_id-user_id-kind (project_id=? AND user_id=?)
--   SEARCH identities USING COVERING INDEX idx-identities-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH devices USING COVERING INDEX sqlite_autoindex_devices_1 (project_id=? AND user_id=?)
--   SEARCH tokens USING COVERING INDEX idx-tokens-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH sessions USING COVERING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)

SELECT "api_keys"."id", "api_keys"."project_id", "api_keys"."name", "api_keys"."hash", "api_keys"."scopes", "api_keys"."created_at", "api_keys"."expires_at", "api_keys"."revoked_at", "api_keys"."last_used_at" FROM "api_keys" LIMIT ?;
--   SCAN api_keys

SELECT "api_keys"."id", "api_keys"."project_id", "api_keys"."name", "api_keys"."hash", "api_keys"."scopes", "api_keys"."created_at", "api_keys"."expires_at", "api_keys"."revoked_at", "api_keys"."last_used_at" FROM "api_keys" WHERE "api_keys"."id" = ? LIMIT ?;
--   SEARCH api_keys USING INDEX sqlite_autoindex_api_keys_1 (id=?)

SELECT "api_keys"."id", "api_keys"."project_id", "api_keys"."name", "api_keys"."hash", "api_keys"."scopes", "api_keys"."created_at", "api_keys"."expires_at", "api_keys"."revoked_at", "api_keys"."last_used_at" FROM "api_keys" WHERE "api_keys"."revoked_at" IS NULL AND "api_keys"."expires_at" <= ?;
--   SCAN api_keys

SELECT "api_keys"."id", "api_keys"."project_id", "api_keys"."name", "api_keys"."hash", "api_keys"."scopes", "api_keys"."created_at", "api_keys"."expires_at", "api_keys"."revoked_at", "api_keys"."last_used_at", ("api_keys"."hash" = ?) AS "is_sound" FROM (SELECT "api_keys".rowid AS "number" FROM "api_keys" WHERE "api_keys"."hash" = ?) AS "found" LEFT JOIN "api_keys" ON "api_keys".rowid = "found"."number";
--   SEARCH api_keys USING COVERING INDEX idx-api_keys-hash (hash=?)
--   SEARCH api_keys USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "authenticators"."id", "authenticators"."project_id", "authenticators"."user_id", "authenticators"."kind", "authenticators"."created_at", "authenticators"."verified_at", "authenticators"."seed", "authenticators"."last_step" FROM "authenticators" WHERE "authenticators"."seed" <> ? AND "authenticators"."id" > ? ORDER BY "authenticators"."id" ASC LIMIT ?;
--   SEARCH authenticators USING INDEX sqlite_autoindex_authenticators_1 (id>?)

SELECT "authenticators"."id", "authenticators"."project_id", "authenticators"."user_id", "authenticators"."kind", "authenticators"."created_at", "authenticators"."verified_at", "authenticators"."seed", "authenticators"."last_step" FROM "authenticators" WHERE "authenticators"."seed" <> ? ORDER BY "authenticators"."id" ASC LIMIT ?;
--   SCAN authenticators USING INDEX sqlite_autoindex_authenticators_1
--   Why: goes through all rows once, a thousand at a time, while there is a `master_secret_previous`.

SELECT "authenticators"."id", "authenticators"."project_id", "authenticators"."user_id", "authenticators"."kind", "authenticators"."created_at", "authenticators"."verified_at", "authenticators"."seed", "authenticators"."last_step", ("authenticators"."project_id" = ? AND "authenticators"."user_id" = ? AND "authenticators"."kind" = ? AND "authenticators"."verified_at" IS NOT NULL) AS "is_sound" FROM (SELECT "authenticators".rowid AS "number" FROM "authenticators" WHERE "authenticators"."project_id" = ? AND "authenticators"."user_id" = ? AND "authenticators"."kind" = ? AND "authenticators"."verified_at" IS NOT NULL) AS "found" LEFT JOIN "authenticators" ON "authenticators".rowid = "found"."number";
--   SEARCH authenticators USING INDEX idx-authenticators-project_id-user_id-kind (project_id=? AND user_id=? AND kind=?)
--   SEARCH authenticators USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "authenticators"."id", "authenticators"."project_id", "authenticators"."user_id", "authenticators"."kind", "authenticators"."created_at", "authenticators"."verified_at", "authenticators"."seed", "authenticators"."last_step", ("authenticators"."project_id" = ? AND "authenticators"."user_id" = ? AND "authenticators"."kind" = ?) AS "is_sound" FROM (SELECT "authenticators".rowid AS "number" FROM "authenticators" WHERE "authenticators"."project_id" = ? AND "authenticators"."user_id" = ? AND "authenticators"."kind" = ?) AS "found" LEFT JOIN "authenticators" ON "authenticators".rowid = "found"."number";
--   SEARCH authenticators USING COVERING INDEX idx-authenticators-project_id-user_id-kind (project_id=? AND user_id=? AND kind=?)
--   SEARCH authenticators USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "authenticators"."kind" FROM "authenticators" WHERE "authenticators"."project_id" = ? AND "authenticators"."user_id" = ? AND "authenticators"."kind" = ? AND "authenticators"."verified_at" IS NOT NULL;
--   SEARCH authenticators USING INDEX idx-authenticators-project_id-user_id-kind (project_id=? AND user_id=? AND kind=?)

SELECT "challenges"."id", "challenges"."project_id", "challenges"."user_id", "challenges"."session_id", "challenges"."factor", "challenges"."created_at", "challenges"."expires_at", "challenges"."address", "challenges"."code_hash", "challenges"."tries", ("challenges"."id" = ?) AS "is_sound" FROM (SELECT "challenges".rowid AS "number" FROM "challenges" WHERE "challenges"."id" = ?) AS "found" LEFT JOIN "challenges" ON "challenges".rowid = "found"."number";
--   SEARCH challenges USING COVERING INDEX sqlite_autoindex_challenges_1 (id=?)
--   SEARCH challenges USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "devices"."project_id", "devices"."user_id", "devices"."fingerprint", "devices"."created_at" FROM "devices" WHERE "devices"."project_id" = ? AND "devices"."user_id" = ?;
--   SEARCH devices USING INDEX sqlite_autoindex_devices_1 (project_id=? AND user_id=?)

SELECT "generations"."id", "generations"."number", "generations"."previous", "generations"."created_at", "generations"."backed_up_at" FROM "generations" LIMIT ?;
--   SCAN generations

SELECT "identities"."id" FROM "identities" WHERE "identities"."project_id" = ? AND "identities"."user_id" = ? LIMIT ?;
--   SEARCH identities USING INDEX idx-identities-project_id-user_id (project_id=? AND user_id=?)

SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."project_id" = ? AND "identities"."user_id" = ? ORDER BY "identities"."id" ASC LIMIT ? OFFSET ?;
--   SEARCH identities USING INDEX idx-identities-project_id-user_id (project_id=? AND user_id=?)
--   USE TEMP B-TREE FOR ORDER BY

SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."provider_tokens" <> ? AND "identities"."id" > ? ORDER BY "identities"."id" ASC LIMIT ?;
--   SEARCH identities USING INDEX sqlite_autoindex_identities_1 (id>?)

SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."provider_tokens" <> ? ORDER BY "identities"."id" ASC LIMIT ?;
--   SCAN identities USING INDEX sqlite_autoindex_identities_1
--   Why: goes through all rows once, a thousand at a time, while there is a `master_secret_previous`.

SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens", ("identities"."id" = ? AND "identities"."project_id" = ?) AS "is_sound" FROM (SELECT "identities".rowid AS "number" FROM "identities" WHERE "identities"."id" = ? AND "identities"."project_id" = ?) AS "found" LEFT JOIN "identities" ON "identities".rowid = "found"."number";
--   SEARCH identities USING INDEX sqlite_autoindex_identities_1 (id=?)
--   SEARCH identities USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens", ("identities"."id" = ?) AS "is_sound" FROM (SELECT "identities".rowid AS "number" FROM "identities" WHERE "identities"."id" = ?) AS "found" LEFT JOIN "identities" ON "identities".rowid = "found"."number";
--   SEARCH identities USING COVERING INDEX sqlite_autoindex_identities_1 (id=?)
--   SEARCH identities USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens", ("identities"."project_id" = ? AND "identities"."issuer" = ? AND "identities"."subject" = ?) AS "is_sound" FROM (SELECT "identities".rowid AS "number" FROM "identities" WHERE "identities"."project_id" = ? AND "identities"."issuer" = ? AND "identities"."subject" = ?) AS "found" LEFT JOIN "identities" ON "identities".rowid = "found"."number";
--   SEARCH identities USING COVERING INDEX idx-identities-project_id-issuer-subject (project_id=? AND issuer=? AND subject=?)
--   SEARCH identities USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens", ("identities"."project_id" = ? AND "identities"."user_id" = ? AND "identities"."provider" = ? AND "identities"."subject" = ?) AS "is_sound" FROM (SELECT "identities".rowid AS "number" FROM "identities" WHERE "identities"."project_id" = ? AND "identities"."user_id" = ? AND "identities"."provider" = ? AND "identities"."subject" = ?) AS "found" LEFT JOIN "identities" ON "identities".rowid = "found"."number";
--   SEARCH identities USING INDEX idx-identities-subject (project_id=? AND subject=?)
--   SEARCH identities USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "messages"."created_at" FROM "messages" WHERE "messages"."channel" = ? AND "messages"."state" = ? AND "messages"."attempts" > ? ORDER BY "messages"."due_at" DESC LIMIT ?;
--   SEARCH messages USING INDEX idx-messages-channel-state-due_at (channel=? AND state=?)

SELECT "messages"."due_at" FROM "messages" WHERE "messages"."channel" = ? AND "messages"."state" = ? AND "messages"."due_at" <= ? ORDER BY "messages"."due_at" ASC LIMIT ?;
--   SEARCH messages USING COVERING INDEX idx-messages-channel-state-due_at (channel=? AND state=? AND due_at<?)

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."channel" <> ? AND "messages"."state" <> ? AND "messages"."sealed" <> ? AND ("messages"."due_at" <= ? OR "messages"."attempts" > ?) AND "messages"."project_id" = ? AND "messages"."id" > ? ORDER BY "messages"."id" DESC LIMIT ?;
--   SEARCH messages USING INDEX idx-messages-project_id-recipient (project_id=?)
--   USE TEMP B-TREE FOR ORDER BY

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."channel" <> ? AND "messages"."state" <> ? AND "messages"."sealed" <> ? AND ("messages"."due_at" <= ? OR "messages"."attempts" > ?) AND "messages"."project_id" = ? AND "messages"."recipient" = ? AND "messages"."id" > ? ORDER BY "messages"."id" DESC LIMIT ?;
--   SEARCH messages USING INDEX idx-messages-project_id-recipient (project_id=? AND recipient=?)
--   USE TEMP B-TREE FOR ORDER BY

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."channel" <> ? AND "messages"."state" <> ? AND "messages"."sealed" <> ? AND ("messages"."due_at" <= ? OR "messages"."attempts" > ?) AND "messages"."project_id" = ? AND "messages"."recipient" = ? ORDER BY "messages"."id" DESC LIMIT ?;
--   SEARCH messages USING INDEX idx-messages-project_id-recipient (project_id=? AND recipient=?)
--   USE TEMP B-TREE FOR ORDER BY

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."channel" <> ? AND "messages"."state" <> ? AND "messages"."sealed" <> ? AND ("messages"."due_at" <= ? OR "messages"."attempts" > ?) AND "messages"."project_id" = ? ORDER BY "messages"."id" DESC LIMIT ?;
--   SEARCH messages USING INDEX idx-messages-project_id-recipient (project_id=?)
--   USE TEMP B-TREE FOR ORDER BY

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."channel" <> ? AND "messages"."state" <> ? AND "messages"."sealed" <> ? AND ("messages"."due_at" <= ? OR "messages"."attempts" > ?) AND "messages"."recipient" = ? ORDER BY "messages"."id" DESC LIMIT ?;
--   SCAN messages USING INDEX sqlite_autoindex_messages_1
--   Why: the inbox of `accountd dev`; `serve` has none.

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."channel" <> ? AND "messages"."state" <> ? AND "messages"."sealed" <> ? AND ("messages"."due_at" <= ? OR "messages"."attempts" > ?) ORDER BY "messages"."id" DESC LIMIT ?;
--   SCAN messages USING INDEX sqlite_autoindex_messages_1
--   Why: the inbox of `accountd dev`; `serve` has none.

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."channel" = ? AND "messages"."state" = ? AND "messages"."due_at" <= ? ORDER BY "messages"."due_at" ASC LIMIT ?;
--   SEARCH messages USING INDEX idx-messages-channel-state-due_at (channel=? AND state=? AND due_at<?)

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."project_id" = ? AND "messages"."recipient" = ? AND "channel" = 'webhook' AND "state" = 'queued' AND "messages"."due_at" <= ? ORDER BY "messages"."due_at" ASC LIMIT ?;
--   SEARCH messages USING INDEX idx-messages-project_id-recipient-due_at-events (project_id=? AND recipient=? AND due_at<?)

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."sealed" <> ? AND "messages"."id" > ? ORDER BY "messages"."id" ASC LIMIT ?;
--   SEARCH messages USING INDEX sqlite_autoindex_messages_1 (id>?)

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."sealed" <> ? ORDER BY "messages"."id" ASC LIMIT ?;
--   SCAN messages USING INDEX sqlite_autoindex_messages_1
--   Why: goes through all rows once, a thousand at a time, while there is a `master_secret_previous`.

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at", ("messages"."id" = ? AND "messages"."project_id" = ?) AS "is_sound" FROM (SELECT "messages".rowid AS "number" FROM "messages" WHERE "messages"."id" = ? AND "messages"."project_id" = ?) AS "found" LEFT JOIN "messages" ON "messages".rowid = "found"."number";
--   SEARCH messages USING INDEX sqlite_autoindex_messages_1 (id=?)
--   SEARCH messages USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "oauth_flows"."id", "oauth_flows"."project_id", "oauth_flows"."expires_at", "oauth_flows"."sealed", ("oauth_flows"."id" = ? AND "oauth_flows"."project_id" = ? AND "oauth_flows"."expires_at" > ?) AS "is_sound" FROM (SELECT "oauth_flows".rowid AS "number" FROM "oauth_flows" WHERE "oauth_flows"."id" = ? AND "oauth_flows"."project_id" = ? AND "oauth_flows"."expires_at" > ?) AS "found" LEFT JOIN "oauth_flows" ON "oauth_flows".rowid = "found"."number";
--   SEARCH oauth_flows USING INDEX sqlite_autoindex_oauth_flows_1 (id=?)
--   SEARCH oauth_flows USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "passkey_challenges"."id", "passkey_challenges"."project_id", "passkey_challenges"."created_at", "passkey_challenges"."expires_at", "passkey_challenges"."challenge", "passkey_challenges"."relying_party", "passkey_challenges"."user_id", "passkey_challenges"."session_id", "passkey_challenges"."passkey_id", "passkey_challenges"."user_handle", "passkey_challenges"."name" FROM "passkey_challenges" WHERE "passkey_challenges"."project_id" = ? AND "passkey_challenges"."user_id" = ?;
--   SEARCH passkey_challenges USING INDEX idx-passkey_challenges-project_id-user_id (project_id=? AND user_id=?)

SELECT "passkey_challenges"."id", "passkey_challenges"."project_id", "passkey_challenges"."created_at", "passkey_challenges"."expires_at", "passkey_challenges"."challenge", "passkey_challenges"."relying_party", "passkey_challenges"."user_id", "passkey_challenges"."session_id", "passkey_challenges"."passkey_id", "passkey_challenges"."user_handle", "passkey_challenges"."name", ("passkey_challenges"."project_id" = ? AND "passkey_challenges"."id" = ? AND "passkey_challenges"."user_id" = ? AND "passkey_challenges"."session_id" = ? AND "passkey_challenges"."passkey_id" = ?) AS "is_sound" FROM (SELECT "passkey_challenges".rowid AS "number" FROM "passkey_challenges" WHERE "passkey_challenges"."project_id" = ? AND "passkey_challenges"."id" = ? AND "passkey_challenges"."user_id" = ? AND "passkey_challenges"."session_id" = ? AND "passkey_challenges"."passkey_id" = ?) AS "found" LEFT JOIN "passkey_challenges" ON "passkey_challenges".rowid = "found"."number";
--   SEARCH passkey_challenges USING INDEX sqlite_autoindex_passkey_challenges_1 (id=?)
--   SEARCH passkey_challenges USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "passkey_challenges"."id", "passkey_challenges"."project_id", "passkey_challenges"."created_at", "passkey_challenges"."expires_at", "passkey_challenges"."challenge", "passkey_challenges"."relying_party", "passkey_challenges"."user_id", "passkey_challenges"."session_id", "passkey_challenges"."passkey_id", "passkey_challenges"."user_handle", "passkey_challenges"."name", ("passkey_challenges"."project_id" = ? AND "passkey_challenges"."id" = ? AND "passkey_challenges"."user_id" IS NULL) AS "is_sound" FROM (SELECT "passkey_challenges".rowid AS "number" FROM "passkey_challenges" WHERE "passkey_challenges"."project_id" = ? AND "passkey_challenges"."id" = ? AND "passkey_challenges"."user_id" IS NULL) AS "found" LEFT JOIN "passkey_challenges" ON "passkey_challenges".rowid = "found"."number";
--   SEARCH passkey_challenges USING INDEX sqlite_autoindex_passkey_challenges_1 (id=?)
--   SEARCH passkey_challenges USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "passkey_challenges"."id", "passkey_challenges"."project_id", "passkey_challenges"."created_at", "passkey_challenges"."expires_at", "passkey_challenges"."challenge", "passkey_challenges"."relying_party", "passkey_challenges"."user_id", "passkey_challenges"."session_id", "passkey_challenges"."passkey_id", "passkey_challenges"."user_handle", "passkey_challenges"."name", ("passkey_challenges"."project_id" = ? AND "passkey_challenges"."user_id" = ? AND "passkey_challenges"."session_id" = ? AND "passkey_challenges"."passkey_id" = ?) AS "is_sound" FROM (SELECT "passkey_challenges".rowid AS "number" FROM "passkey_challenges" WHERE "passkey_challenges"."project_id" = ? AND "passkey_challenges"."user_id" = ? AND "passkey_challenges"."session_id" = ? AND "passkey_challenges"."passkey_id" = ?) AS "found" LEFT JOIN "passkey_challenges" ON "passkey_challenges".rowid = "found"."number";
--   SEARCH passkey_challenges USING INDEX idx-passkey_challenges-project_id-user_id (project_id=? AND user_id=?)
--   SEARCH passkey_challenges USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "passkeys"."id" FROM "passkeys" WHERE "passkeys"."project_id" = ? AND "passkeys"."user_id" = ? LIMIT ?;
--   SEARCH passkeys USING INDEX idx-passkeys-project_id-user_id (project_id=? AND user_id=?)

SELECT "passkeys"."project_id", "passkeys"."id", "passkeys"."user_id", "passkeys"."created_at", "passkeys"."updated_at", "passkeys"."accessed_at", "passkeys"."name", "passkeys"."rp_id", "passkeys"."user_handle", "passkeys"."credential_id", "passkeys"."public_key", "passkeys"."aaguid", "passkeys"."transports", "passkeys"."sign_count", "passkeys"."backup_eligible", "passkeys"."backed_up" FROM "passkeys" WHERE "passkeys"."project_id" = ? AND "passkeys"."user_id" = ?;
--   SEARCH passkeys USING INDEX idx-passkeys-project_id-user_id (project_id=? AND user_id=?)

SELECT "passkeys"."project_id", "passkeys"."id", "passkeys"."user_id", "passkeys"."created_at", "passkeys"."updated_at", "passkeys"."accessed_at", "passkeys"."name", "passkeys"."rp_id", "passkeys"."user_handle", "passkeys"."credential_id", "passkeys"."public_key", "passkeys"."aaguid", "passkeys"."transports", "passkeys"."sign_count", "passkeys"."backup_eligible", "passkeys"."backed_up" FROM "passkeys" WHERE "passkeys"."project_id" = ? AND "passkeys"."user_id" = ? ORDER BY "passkeys"."created_at" ASC, "passkeys"."id" ASC LIMIT ? OFFSET ?;
--   SEARCH passkeys USING INDEX idx-passkeys-project_id-user_id (project_id=? AND user_id=?)
--   USE TEMP B-TREE FOR ORDER BY

SELECT "passkeys"."project_id", "passkeys"."id", "passkeys"."user_id", "passkeys"."created_at", "passkeys"."updated_at", "passkeys"."accessed_at", "passkeys"."name", "passkeys"."rp_id", "passkeys"."user_handle", "passkeys"."credential_id", "passkeys"."public_key", "passkeys"."aaguid", "passkeys"."transports", "passkeys"."sign_count", "passkeys"."backup_eligible", "passkeys"."backed_up", ("passkeys"."project_id" = ? AND "passkeys"."credential_id" = ?) AS "is_sound" FROM (SELECT "passkeys".rowid AS "number" FROM "passkeys" WHERE "passkeys"."project_id" = ? AND "passkeys"."credential_id" = ?) AS "found" LEFT JOIN "passkeys" ON "passkeys".rowid = "found"."number";
--   SEARCH passkeys USING COVERING INDEX idx-passkeys-project_id-credential_id (project_id=? AND credential_id=?)
--   SEARCH passkeys USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "passkeys"."project_id", "passkeys"."id", "passkeys"."user_id", "passkeys"."created_at", "passkeys"."updated_at", "passkeys"."accessed_at", "passkeys"."name", "passkeys"."rp_id", "passkeys"."user_handle", "passkeys"."credential_id", "passkeys"."public_key", "passkeys"."aaguid", "passkeys"."transports", "passkeys"."sign_count", "passkeys"."backup_eligible", "passkeys"."backed_up", ("passkeys"."project_id" = ? AND "passkeys"."id" = ?) AS "is_sound" FROM (SELECT "passkeys".rowid AS "number" FROM "passkeys" WHERE "passkeys"."project_id" = ? AND "passkeys"."id" = ?) AS "found" LEFT JOIN "passkeys" ON "passkeys".rowid = "found"."number";
--   SEARCH passkeys USING COVERING INDEX sqlite_autoindex_passkeys_1 (project_id=? AND id=?)
--   SEARCH passkeys USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "passkeys"."project_id", "passkeys"."id", "passkeys"."user_id", "passkeys"."created_at", "passkeys"."updated_at", "passkeys"."accessed_at", "passkeys"."name", "passkeys"."rp_id", "passkeys"."user_handle", "passkeys"."credential_id", "passkeys"."public_key", "passkeys"."aaguid", "passkeys"."transports", "passkeys"."sign_count", "passkeys"."backup_eligible", "passkeys"."backed_up", ("passkeys"."project_id" = ? AND "passkeys"."user_id" = ? AND "passkeys"."id" = ?) AS "is_sound" FROM (SELECT "passkeys".rowid AS "number" FROM "passkeys" WHERE "passkeys"."project_id" = ? AND "passkeys"."user_id" = ? AND "passkeys"."id" = ?) AS "found" LEFT JOIN "passkeys" ON "passkeys".rowid = "found"."number";
--   SEARCH passkeys USING INDEX sqlite_autoindex_passkeys_1 (project_id=? AND id=?)
--   SEARCH passkeys USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "rate_limits"."key", "rate_limits"."calls", "rate_limits"."expires_at" FROM "rate_limits" WHERE "rate_limits"."key" IN (?);
--   SEARCH rate_limits USING INDEX sqlite_autoindex_rate_limits_1 (key=?)

SELECT "rate_limits"."key", "rate_limits"."calls", "rate_limits"."expires_at", ("rate_limits"."key" = ?) AS "is_sound" FROM (SELECT "rate_limits".rowid AS "number" FROM "rate_limits" WHERE "rate_limits"."key" = ?) AS "found" LEFT JOIN "rate_limits" ON "rate_limits".rowid = "found"."number";
--   SEARCH rate_limits USING COVERING INDEX sqlite_autoindex_rate_limits_1 (key=?)
--   SEARCH rate_limits USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "recovery_codes"."hash" FROM "recovery_codes" WHERE "recovery_codes"."project_id" = ? AND "recovery_codes"."user_id" = ? LIMIT ?;
--   SEARCH recovery_codes USING COVERING INDEX sqlite_autoindex_recovery_codes_1 (project_id=? AND user_id=?)

SELECT "recovery_codes"."project_id", "recovery_codes"."user_id", "recovery_codes"."hash", "recovery_codes"."created_at" FROM "recovery_codes" WHERE "recovery_codes"."hash" <> ? AND "recovery_codes"."hash" > ? ORDER BY "recovery_codes"."hash" ASC LIMIT ?;
--   SEARCH recovery_codes USING INDEX idx-recovery_codes-hash (hash>?)

SELECT "recovery_codes"."project_id", "recovery_codes"."user_id", "recovery_codes"."hash", "recovery_codes"."created_at" FROM "recovery_codes" WHERE "recovery_codes"."hash" <> ? ORDER BY "recovery_codes"."hash" ASC LIMIT ?;
--   SCAN recovery_codes USING INDEX idx-recovery_codes-hash
--   Why: goes through all rows once, a thousand at a time, while there is a `master_secret_previous`.

SELECT "recovery_codes"."project_id", "recovery_codes"."user_id", "recovery_codes"."hash", "recovery_codes"."created_at" FROM "recovery_codes" WHERE "recovery_codes"."project_id" = ? AND "recovery_codes"."user_id" = ?;
--   SEARCH recovery_codes USING INDEX sqlite_autoindex_recovery_codes_1 (project_id=? AND user_id=?)

SELECT "revocations"."id" FROM "revocations" ORDER BY "revocations"."id" DESC LIMIT ?;
--   SCAN revocations

SELECT "revocations"."id" FROM "revocations" WHERE "revocations"."id" > ?;
--   SEARCH revocations USING INTEGER PRIMARY KEY (rowid>?)

SELECT "revocations"."id", "revocations"."project_id", "revocations"."user_id", "revocations"."session_id", "revocations"."created_at" FROM "revocations" WHERE "revocations"."id" > ? ORDER BY "revocations"."id" ASC;
--   SEARCH revocations USING INTEGER PRIMARY KEY (rowid>?)

SELECT "revocations"."id", "revocations"."project_id", "revocations"."user_id", "revocations"."session_id", "revocations"."created_at" FROM "revocations" WHERE "revocations"."project_id" = ? AND "revocations"."created_at" >= ? AND "revocations"."id" > ? ORDER BY "revocations"."id" ASC LIMIT ?;
--   SEARCH revocations USING INDEX idx-revocations-project_id-created_at (project_id=? AND created_at>?)
--   USE TEMP B-TREE FOR ORDER BY

SELECT "revocations"."id", "revocations"."project_id", "revocations"."user_id", "revocations"."session_id", "revocations"."created_at" FROM "revocations" WHERE "revocations"."project_id" = ? AND "revocations"."created_at" >= ? ORDER BY "revocations"."id" ASC;
--   SEARCH revocations USING INDEX idx-revocations-project_id-created_at (project_id=? AND created_at>?)
--   USE TEMP B-TREE FOR ORDER BY

SELECT "security_logs"."id", "security_logs"."created_at" FROM "security_logs" WHERE "security_logs"."id" <= ? ORDER BY "security_logs"."id" DESC LIMIT ?;
--   SEARCH security_logs USING INTEGER PRIMARY KEY (rowid<?)

SELECT "security_logs"."id", "security_logs"."project_id", "security_logs"."user_id", "security_logs"."number", "security_logs"."event", "security_logs"."user_email", "security_logs"."user_name", "security_logs"."actor_kind", "security_logs"."actor_id", "security_logs"."actor_name", "security_logs"."ip", "security_logs"."user_agent", "security_logs"."country_code", "security_logs"."created_at" FROM "security_logs" WHERE "security_logs"."project_id" = ? AND "security_logs"."user_id" = ? AND "security_logs"."ip" = ? AND "security_logs"."event" IN (?, ?) LIMIT ?;
--   SEARCH security_logs USING INDEX idx-security_logs-project_id-user_id-ip (project_id=? AND user_id=? AND ip=?)

SELECT "security_logs"."id", "security_logs"."project_id", "security_logs"."user_id", "security_logs"."number", "security_logs"."event", "security_logs"."user_email", "security_logs"."user_name", "security_logs"."actor_kind", "security_logs"."actor_id", "security_logs"."actor_name", "security_logs"."ip", "security_logs"."user_agent", "security_logs"."country_code", "security_logs"."created_at" FROM "security_logs" WHERE "security_logs"."project_id" = ? AND "security_logs"."user_id" = ? AND "security_logs"."number" <= ? AND "security_logs"."number" > ? ORDER BY "security_logs"."number" DESC LIMIT ?;
--   SEARCH security_logs USING INDEX idx-security_logs-project_id-user_id-number (project_id=? AND user_id=? AND number>? AND number<?)

SELECT "security_logs"."id", "security_logs"."project_id", "security_logs"."user_id", "security_logs"."number", "security_logs"."event", "security_logs"."user_email", "security_logs"."user_name", "security_logs"."actor_kind", "security_logs"."actor_id", "security_logs"."actor_name", "security_logs"."ip", "security_logs"."user_agent", "security_logs"."country_code", "security_logs"."created_at" FROM "security_logs" WHERE "security_logs"."project_id" = ? AND "security_logs"."user_id" = ? AND "security_logs"."number" > ? ORDER BY "security_logs"."number" ASC LIMIT ?;
--   SEARCH security_logs USING INDEX idx-security_logs-project_id-user_id-number (project_id=? AND user_id=? AND number>?)

SELECT "security_logs"."id", "security_logs"."project_id", "security_logs"."user_id", "security_logs"."number", "security_logs"."event", "security_logs"."user_email", "security_logs"."user_name", "security_logs"."actor_kind", "security_logs"."actor_id", "security_logs"."actor_name", "security_logs"."ip", "security_logs"."user_agent", "security_logs"."country_code", "security_logs"."created_at" FROM "security_logs" WHERE "security_logs"."project_id" = ? AND "security_logs"."user_id" IN (SELECT "users"."id" FROM "users" WHERE "users"."project_id" = ? AND "users"."email" = ?) AND "security_logs"."ip" = ? AND "security_logs"."actor_kind" IN (?, ?) AND "security_logs"."event" IN (?, ?) LIMIT ?;
--   SEARCH security_logs USING INDEX idx-security_logs-project_id-user_id-ip (project_id=? AND user_id=? AND ip=?)
--   LIST SUBQUERY 1
--   SEARCH users USING INDEX idx-users-project_id-email (project_id=? AND email=?)
--   CREATE BLOOM FILTER

SELECT "sessions"."id", "sessions"."ip" FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."expires_at" > ? AND "sessions"."half_open" = ? AND "sessions"."id" <> ? ORDER BY "sessions"."created_at" ASC, "sessions"."id" ASC;
--   SEARCH sessions USING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)
--   USE TEMP B-TREE FOR LAST TERM OF ORDER BY

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."expires_at" > ?;
--   SEARCH sessions USING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."expires_at" > ? AND "sessions"."half_open" = ?;
--   SEARCH sessions USING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."expires_at" > ? AND "sessions"."id" <> ?;
--   SEARCH sessions USING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."expires_at" > ? AND "sessions"."id" = ?;
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."expires_at" > ? AND "sessions"."secret_hash" = ?;
--   SEARCH sessions USING INDEX idx-sessions-secret_hash (secret_hash=?)

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."expires_at" > ? AND ("sessions"."id" IN (?) OR "sessions"."expires_at" <= ?);
--   SEARCH sessions USING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."expires_at" > ? AND (? = ? OR "sessions"."expires_at" <= ?);
--   SEARCH sessions USING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."provider_tokens" <> ? AND "sessions"."id" > ? ORDER BY "sessions"."id" ASC LIMIT ?;
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id>?)

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."provider_tokens" <> ? ORDER BY "sessions"."id" ASC LIMIT ?;
--   SCAN sessions USING INDEX sqlite_autoindex_sessions_1
--   Why: goes through all rows once, a thousand at a time, while there is a `master_secret_previous`.

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open", ("sessions"."id" = ?) AS "is_sound" FROM (SELECT "sessions".rowid AS "number" FROM "sessions" WHERE "sessions"."id" = ?) AS "found" LEFT JOIN "sessions" ON "sessions".rowid = "found"."number";
--   SEARCH sessions USING COVERING INDEX sqlite_autoindex_sessions_1 (id=?)
--   SEARCH sessions USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open", ("sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."expires_at" > ? AND "sessions"."id" = ?) AS "is_sound" FROM (SELECT "sessions".rowid AS "number" FROM "sessions" WHERE "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."expires_at" > ? AND "sessions"."id" = ?) AS "found" LEFT JOIN "sessions" ON "sessions".rowid = "found"."number";
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)
--   SEARCH sessions USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open", ("sessions"."secret_hash" = ? AND "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."expires_at" <= ?) AS "is_sound" FROM (SELECT "sessions".rowid AS "number" FROM "sessions" WHERE "sessions"."secret_hash" = ? AND "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."expires_at" <= ?) AS "found" LEFT JOIN "sessions" ON "sessions".rowid = "found"."number";
--   SEARCH sessions USING INDEX idx-sessions-secret_hash (secret_hash=?)
--   SEARCH sessions USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "signing_keys"."id", "signing_keys"."project_id", "signing_keys"."algorithm", "signing_keys"."private_key", "signing_keys"."created_at", "signing_keys"."active_at" FROM "signing_keys" ORDER BY "signing_keys"."active_at" ASC, "signing_keys"."id" ASC;
--   SCAN signing_keys
--   USE TEMP B-TREE FOR ORDER BY

SELECT "signing_keys"."id", "signing_keys"."project_id", "signing_keys"."algorithm", "signing_keys"."private_key", "signing_keys"."created_at", "signing_keys"."active_at" FROM "signing_keys" WHERE "signing_keys"."private_key" <> ? AND "signing_keys"."id" > ? ORDER BY "signing_keys"."id" ASC LIMIT ?;
--   SEARCH signing_keys USING INDEX sqlite_autoindex_signing_keys_1 (id>?)

SELECT "signing_keys"."id", "signing_keys"."project_id", "signing_keys"."algorithm", "signing_keys"."private_key", "signing_keys"."created_at", "signing_keys"."active_at" FROM "signing_keys" WHERE "signing_keys"."private_key" <> ? ORDER BY "signing_keys"."id" ASC LIMIT ?;
--   SCAN signing_keys USING INDEX sqlite_autoindex_signing_keys_1

SELECT "signing_keys"."id", "signing_keys"."project_id", "signing_keys"."algorithm", "signing_keys"."private_key", "signing_keys"."created_at", "signing_keys"."active_at" FROM "signing_keys" WHERE "signing_keys"."project_id" = ? ORDER BY "signing_keys"."active_at" ASC, "signing_keys"."id" ASC;
--   SCAN signing_keys
--   USE TEMP B-TREE FOR ORDER BY

SELECT "tokens"."id" FROM "tokens" WHERE "tokens"."project_id" = ? AND "tokens"."purpose" = ? AND "tokens"."address" = ? AND "tokens"."guessable" = ? ORDER BY "tokens"."created_at" DESC, "tokens"."id" DESC LIMIT ?;
--   SEARCH tokens USING INDEX idx-tokens-project_id-address (project_id=? AND address=?)
--   USE TEMP B-TREE FOR ORDER BY

SELECT "tokens"."id", "tokens"."project_id", "tokens"."user_id", "tokens"."asked_id", "tokens"."created_at", "tokens"."expires_at", "tokens"."purpose", "tokens"."address", "tokens"."secret_hash", "tokens"."guessable", "tokens"."tries" FROM "tokens" WHERE (("tokens"."project_id" = ? AND "tokens"."user_id" = ?) OR ("tokens"."project_id" = ? AND "tokens"."asked_id" = ?)) AND "tokens"."purpose" IN (?) AND "tokens"."expires_at" <= ?;
--   MULTI-INDEX OR
--   INDEX 1
--   SEARCH tokens USING INDEX idx-tokens-project_id-user_id (project_id=? AND user_id=?)
--   INDEX 2
--   SEARCH tokens USING INDEX idx-tokens-project_id-asked_id (project_id=? AND asked_id=?)

SELECT "tokens"."id", "tokens"."project_id", "tokens"."user_id", "tokens"."asked_id", "tokens"."created_at", "tokens"."expires_at", "tokens"."purpose", "tokens"."address", "tokens"."secret_hash", "tokens"."guessable", "tokens"."tries" FROM "tokens" WHERE (("tokens"."project_id" = ? AND "tokens"."user_id" = ?) OR ("tokens"."project_id" = ? AND "tokens"."asked_id" = ?)) AND "tokens"."purpose" IN (?) AND "tokens"."expires_at" > ? AND "tokens"."created_at" <= ? AND "tokens"."guessable" = ? AND "tokens"."tries" < ? ORDER BY "tokens"."id" ASC;
--   MULTI-INDEX OR
--   INDEX 1
--   SEARCH tokens USING INDEX idx-tokens-project_id-user_id (project_id=? AND user_id=?)
--   INDEX 2
--   SEARCH tokens USING INDEX idx-tokens-project_id-asked_id (project_id=? AND asked_id=?)
--   USE TEMP B-TREE FOR ORDER BY

SELECT "tokens"."id", "tokens"."project_id", "tokens"."user_id", "tokens"."asked_id", "tokens"."created_at", "tokens"."expires_at", "tokens"."purpose", "tokens"."address", "tokens"."secret_hash", "tokens"."guessable", "tokens"."tries", ("tokens"."id" = ?) AS "is_sound" FROM (SELECT "tokens".rowid AS "number" FROM "tokens" WHERE "tokens"."id" = ?) AS "found" LEFT JOIN "tokens" ON "tokens".rowid = "found"."number";
--   SEARCH tokens USING COVERING INDEX sqlite_autoindex_tokens_1 (id=?)
--   SEARCH tokens USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "tokens"."id", "tokens"."project_id", "tokens"."user_id", "tokens"."asked_id", "tokens"."created_at", "tokens"."expires_at", "tokens"."purpose", "tokens"."address", "tokens"."secret_hash", "tokens"."guessable", "tokens"."tries", ((("tokens"."project_id" = ? AND "tokens"."user_id" = ?) OR ("tokens"."project_id" = ? AND "tokens"."asked_id" = ?)) AND "tokens"."purpose" IN (?) AND "tokens"."expires_at" > ? AND "tokens"."created_at" <= ? AND "tokens"."secret_hash" = ? AND "tokens"."guessable" = ?) AS "is_sound" FROM (SELECT "tokens".rowid AS "number" FROM "tokens" WHERE (("tokens"."project_id" = ? AND "tokens"."user_id" = ?) OR ("tokens"."project_id" = ? AND "tokens"."asked_id" = ?)) AND "tokens"."purpose" IN (?) AND "tokens"."expires_at" > ? AND "tokens"."created_at" <= ? AND "tokens"."secret_hash" = ? AND "tokens"."guessable" = ?) AS "found" LEFT JOIN "tokens" ON "tokens".rowid = "found"."number";
--   SEARCH tokens USING INDEX sqlite_autoindex_tokens_2 (secret_hash=?)
--   SEARCH tokens USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "users"."id" FROM "users" WHERE "users"."project_id" = ? ORDER BY "users"."id" ASC LIMIT ?;
--   SEARCH users USING COVERING INDEX sqlite_autoindex_users_1 (project_id=?)

SELECT "users"."id", "users"."email", "users"."phone", "users"."name" FROM "users" WHERE "users"."project_id" = ? AND "users"."email" IN (?);
--   SEARCH users USING INDEX idx-users-project_id-email (project_id=? AND email=?)

SELECT "users"."id", "users"."email", "users"."phone", "users"."name" FROM "users" WHERE "users"."project_id" = ? AND "users"."id" IN (?);
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

SELECT "users"."project_id", "users"."id" FROM "users" WHERE "users"."email" IS NULL AND "users"."phone" IS NULL AND "users"."password_hash" IS NULL AND "users"."created_at" <= ? AND (NOT EXISTS(SELECT "sessions"."id" FROM "sessions" WHERE "sessions"."project_id" = "users"."project_id" AND "sessions"."user_id" = "users"."id" AND "sessions"."expires_at" > ?)) AND (NOT EXISTS(SELECT "identities"."id" FROM "identities" WHERE "identities"."project_id" = "users"."project_id" AND "identities"."user_id" = "users"."id")) AND (NOT EXISTS(SELECT "passkeys"."id" FROM "passkeys" WHERE "passkeys"."project_id" = "users"."project_id" AND "passkeys"."user_id" = "users"."id")) LIMIT ?;
--   SEARCH users USING INDEX idx-users-created_at-anonymous (created_at<?)
--   CORRELATED SCALAR SUBQUERY 1
--   SEARCH sessions USING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?)
--   CORRELATED SCALAR SUBQUERY 2
--   SEARCH identities USING INDEX idx-identities-project_id-user_id (project_id=? AND user_id=?)
--   CORRELATED SCALAR SUBQUERY 3
--   SEARCH passkeys USING INDEX idx-passkeys-project_id-user_id (project_id=? AND user_id=?)

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa" FROM "users" WHERE "users"."project_id" = ? AND "users"."email" = ? LIMIT ?;
--   SEARCH users USING INDEX idx-users-project_id-email (project_id=? AND email=?)

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa" FROM "users" WHERE "users"."project_id" = ? AND "users"."id" = ? LIMIT ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa" FROM "users" WHERE "users"."project_id" = ? AND "users"."id" > ? ORDER BY "users"."id" ASC LIMIT ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id>?)

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa" FROM "users" WHERE "users"."project_id" = ? ORDER BY "users"."id" ASC LIMIT ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=?)

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa", ("users"."project_id" = ? AND "users"."email" = ?) AS "is_sound" FROM (SELECT "users".rowid AS "number" FROM "users" WHERE "users"."project_id" = ? AND "users"."email" = ?) AS "found" LEFT JOIN "users" ON "users".rowid = "found"."number";
--   SEARCH users USING COVERING INDEX idx-users-project_id-email (project_id=? AND email=?)
--   SEARCH users USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa", ("users"."project_id" = ? AND "users"."id" = ? AND EXISTS(SELECT "sessions"."id" FROM "sessions" WHERE "sessions"."id" = ? AND "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."expires_at" > ?)) AS "is_sound" FROM (SELECT "users".rowid AS "number" FROM "users" WHERE "users"."project_id" = ? AND "users"."id" = ? AND EXISTS(SELECT "sessions"."id" FROM "sessions" WHERE "sessions"."id" = ? AND "sessions"."project_id" = ? AND "sessions"."user_id" = ? AND "sessions"."expires_at" > ?)) AS "found" LEFT JOIN "users" ON "users".rowid = "found"."number";
--   SEARCH users USING COVERING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)
--   SEARCH users USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH sessions EXISTS USING INDEX sqlite_autoindex_sessions_1 (id=?)
--   SCALAR SUBQUERY 1
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa", ("users"."project_id" = ? AND "users"."id" = ?) AS "is_sound" FROM (SELECT "users".rowid AS "number" FROM "users" WHERE "users"."project_id" = ? AND "users"."id" = ?) AS "found" LEFT JOIN "users" ON "users".rowid = "found"."number";
--   SEARCH users USING COVERING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)
--   SEARCH users USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa", ("users"."project_id" = ? AND "users"."phone" = ?) AS "is_sound" FROM (SELECT "users".rowid AS "number" FROM "users" WHERE "users"."project_id" = ? AND "users"."phone" = ?) AS "found" LEFT JOIN "users" ON "users".rowid = "found"."number";
--   SEARCH users USING COVERING INDEX idx-users-project_id-phone (project_id=? AND phone=?)
--   SEARCH users USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

SELECT 1;
--   SCAN CONSTANT ROW

SELECT COUNT(*) AS num_items FROM (SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."project_id" = ? AND "identities"."user_id" = ? AND "identities"."issuer" IN (?)) AS "sub_query";
--   SEARCH identities USING INDEX idx-identities-project_id-user_id (project_id=? AND user_id=?)

SELECT COUNT(*) AS num_items FROM (SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."project_id" = ? AND "identities"."user_id" = ? AND ? = ?) AS "sub_query";
--   SEARCH identities USING COVERING INDEX idx-identities-project_id-user_id (project_id=? AND user_id=?)

SELECT COUNT(*) AS num_items FROM (SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."project_id" = ? AND "identities"."user_id" = ?) AS "sub_query";
--   SEARCH identities USING COVERING INDEX idx-identities-project_id-user_id (project_id=? AND user_id=?)

SELECT COUNT(*) AS num_items FROM (SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."project_id" = ? AND "messages"."state" IN (?) AND "messages"."due_at" > ?) AS "sub_query";
--   SEARCH messages USING INDEX idx-messages-project_id-state (project_id=? AND state=?)

SELECT COUNT(*) AS num_items FROM (SELECT "passkeys"."project_id", "passkeys"."id", "passkeys"."user_id", "passkeys"."created_at", "passkeys"."updated_at", "passkeys"."accessed_at", "passkeys"."name", "passkeys"."rp_id", "passkeys"."user_handle", "passkeys"."credential_id", "passkeys"."public_key", "passkeys"."aaguid", "passkeys"."transports", "passkeys"."sign_count", "passkeys"."backup_eligible", "passkeys"."backed_up" FROM "passkeys" WHERE "passkeys"."project_id" = ? AND "passkeys"."user_id" = ? AND "passkeys"."rp_id" = ?) AS "sub_query";
--   SEARCH passkeys USING INDEX idx-passkeys-project_id-user_id (project_id=? AND user_id=?)

SELECT COUNT(*) AS num_items FROM (SELECT "passkeys"."project_id", "passkeys"."id", "passkeys"."user_id", "passkeys"."created_at", "passkeys"."updated_at", "passkeys"."accessed_at", "passkeys"."name", "passkeys"."rp_id", "passkeys"."user_handle", "passkeys"."credential_id", "passkeys"."public_key", "passkeys"."aaguid", "passkeys"."transports", "passkeys"."sign_count", "passkeys"."backup_eligible", "passkeys"."backed_up" FROM "passkeys" WHERE "passkeys"."project_id" = ? AND "passkeys"."user_id" = ?) AS "sub_query";
--   SEARCH passkeys USING COVERING INDEX idx-passkeys-project_id-user_id (project_id=? AND user_id=?)

SELECT COUNT(*) AS num_items FROM (SELECT "security_logs"."id", "security_logs"."project_id", "security_logs"."user_id", "security_logs"."number", "security_logs"."event", "security_logs"."user_email", "security_logs"."user_name", "security_logs"."actor_kind", "security_logs"."actor_id", "security_logs"."actor_name", "security_logs"."ip", "security_logs"."user_agent", "security_logs"."country_code", "security_logs"."created_at" FROM "security_logs" WHERE "security_logs"."id" > ? AND "security_logs"."project_id" = ? AND "security_logs"."event" = ? AND "security_logs"."created_at" > ?) AS "sub_query";
--   SEARCH security_logs USING INDEX idx-security_logs-project_id-created_at (project_id=? AND created_at>?)

SELECT MAX("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = ? AND "security_logs"."user_id" = ?;
--   SEARCH security_logs USING COVERING INDEX idx-security_logs-project_id-user_id-number (project_id=? AND user_id=?)

SELECT MIN("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = ? AND "security_logs"."user_id" = ?;
--   SEARCH security_logs USING COVERING INDEX idx-security_logs-project_id-user_id-number (project_id=? AND user_id=?)

SELECT named.rowid IS NOT NULL, users.project_id, users.id, users.created_at, users.updated_at, users.accessed_at, users.name, users.email, users.email_verified, users.phone, users.phone_verified, users.password_hash, users.password_updated_at, users.enabled, users.prefs, users.prefs_revision, users.labels, users.mfa, sessions.id, sessions.project_id, sessions.user_id, sessions.created_at, sessions.updated_at, sessions.expires_at, sessions.secret_hash, sessions.provider, sessions.provider_uid, sessions.ip, sessions.user_agent, sessions.country_code, sessions.provider_tokens, sessions.refreshing_until, sessions.factors, sessions.mfa_updated_at, sessions.half_open FROM users AS found LEFT JOIN users ON users.rowid = found.rowid LEFT JOIN sessions AS named ON named.project_id = ?1 AND named.user_id = ?2 LEFT JOIN sessions ON sessions.rowid = named.rowid WHERE found.project_id = ?1 AND found.id = ?2;
--   SEARCH found USING COVERING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)
--   SEARCH users USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
--   SEARCH named USING COVERING INDEX idx-sessions-project_id-user_id-created_at (project_id=? AND user_id=?) LEFT-JOIN
--   SEARCH sessions USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN

UPDATE "api_keys" SET "expires_at" = ? WHERE "api_keys"."id" = ? RETURNING "id", "project_id", "name", "hash", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at";
--   SEARCH api_keys USING INDEX sqlite_autoindex_api_keys_1 (id=?)

UPDATE "api_keys" SET "expires_at" = ?, "revoked_at" = ? WHERE "api_keys"."id" = ? RETURNING "id", "project_id", "name", "hash", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at";
--   SEARCH api_keys USING INDEX sqlite_autoindex_api_keys_1 (id=?)

UPDATE "api_keys" SET "last_used_at" = ? WHERE "api_keys"."id" = ? AND ("api_keys"."last_used_at" IS NULL OR "api_keys"."last_used_at" < ?);
--   SEARCH api_keys USING INDEX sqlite_autoindex_api_keys_1 (id=?)

UPDATE "api_keys" SET "revoked_at" = "api_keys"."expires_at" WHERE "api_keys"."revoked_at" IS NULL AND "api_keys"."expires_at" <= ?;
--   SCAN api_keys

UPDATE "api_keys" SET "revoked_at" = ? WHERE "api_keys"."id" = ? RETURNING "id", "project_id", "name", "hash", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at";
--   SEARCH api_keys USING INDEX sqlite_autoindex_api_keys_1 (id=?)

UPDATE "authenticators" SET "last_step" = ? WHERE "authenticators"."id" = ? AND "authenticators"."last_step" < ?;
--   SEARCH authenticators USING INDEX sqlite_autoindex_authenticators_1 (id=?)

UPDATE "authenticators" SET "seed" = ? WHERE "authenticators"."id" = ? AND "authenticators"."seed" = ?;
--   SEARCH authenticators USING INDEX sqlite_autoindex_authenticators_1 (id=?)

UPDATE "authenticators" SET "verified_at" = ?, "last_step" = ? WHERE "authenticators"."id" = ? AND "authenticators"."verified_at" IS NULL AND "authenticators"."last_step" < ?;
--   SEARCH authenticators USING INDEX sqlite_autoindex_authenticators_1 (id=?)

UPDATE "challenges" SET "tries" = "tries" + ? WHERE "challenges"."id" = ? AND "challenges"."project_id" = ? AND "challenges"."user_id" = ? AND "challenges"."session_id" = ? AND "challenges"."expires_at" > ? AND "challenges"."tries" < ?;
--   SEARCH challenges USING INDEX sqlite_autoindex_challenges_1 (id=?)

UPDATE "identities" SET "project_id" = ?, "user_id" = ?, "created_at" = ?, "updated_at" = ?, "provider" = ?, "issuer" = ?, "subject" = ?, "email" = ?, "provider_tokens" = ? WHERE "identities"."id" = ?;
--   SEARCH identities USING INDEX sqlite_autoindex_identities_1 (id=?)

UPDATE "identities" SET "provider_tokens" = ? WHERE "identities"."id" = ? AND "identities"."provider_tokens" = ?;
--   SEARCH identities USING INDEX sqlite_autoindex_identities_1 (id=?)

UPDATE "identities" SET "provider_tokens" = ? WHERE "identities"."id" = ? RETURNING "id", "project_id", "user_id", "created_at", "updated_at", "provider", "issuer", "subject", "email", "provider_tokens";
--   SEARCH identities USING INDEX sqlite_autoindex_identities_1 (id=?)

UPDATE "messages" SET "due_at" = ?, "attempts" = "attempts" + ?, "error" = ? WHERE "messages"."id" = ? AND "messages"."state" = ? AND "messages"."due_at" = ?;
--   SEARCH messages USING INDEX sqlite_autoindex_messages_1 (id=?)

UPDATE "messages" SET "due_at" = ?, "error" = ? WHERE "messages"."id" = ?;
--   SEARCH messages USING INDEX sqlite_autoindex_messages_1 (id=?)

UPDATE "messages" SET "sealed" = ? WHERE "messages"."channel" IN (?, ?, ?) AND "messages"."state" IN (?) AND ("messages"."state" = ? OR "messages"."expires_at" <= ?) AND "messages"."sealed" <> ?;
--   SEARCH messages USING INDEX idx-messages-channel-state-due_at (channel=? AND state=?)

UPDATE "messages" SET "sealed" = ? WHERE "messages"."id" = ? AND "messages"."sealed" = ?;
--   SEARCH messages USING INDEX sqlite_autoindex_messages_1 (id=?)

UPDATE "messages" SET "state" = ?, "due_at" = ?, "attempts" = ? WHERE "messages"."id" = ? AND ("messages"."state" = ? OR ("messages"."state" = ? AND "messages"."error" <> ?));
--   SEARCH messages USING INDEX sqlite_autoindex_messages_1 (id=?)

UPDATE "messages" SET "state" = ?, "due_at" = ?, "error" = ? WHERE "messages"."id" = ?;
--   SEARCH messages USING INDEX sqlite_autoindex_messages_1 (id=?)

UPDATE "messages" SET "state" = ?, "due_at" = ?, "error" = ?, "sealed" = ? WHERE "messages"."id" = ?;
--   SEARCH messages USING INDEX sqlite_autoindex_messages_1 (id=?)

UPDATE "messages" SET "state" = ?, "sealed" = ?, "due_at" = ? WHERE "messages"."channel" = ? AND "messages"."state" = ? AND "messages"."expires_at" <= ?;
--   SEARCH messages USING INDEX idx-messages-channel-state-due_at (channel=? AND state=?)

UPDATE "passkeys" SET "accessed_at" = ?, "sign_count" = ?, "backed_up" = ? WHERE "passkeys"."project_id" = ? AND "passkeys"."id" = ?;
--   SEARCH passkeys USING INDEX sqlite_autoindex_passkeys_1 (project_id=? AND id=?)

UPDATE "passkeys" SET "updated_at" = ?, "name" = ? WHERE "passkeys"."project_id" = ? AND "passkeys"."id" = ?;
--   SEARCH passkeys USING INDEX sqlite_autoindex_passkeys_1 (project_id=? AND id=?)

UPDATE "rate_limits" SET "calls" = ?, "expires_at" = ? WHERE "rate_limits"."key" = ?;
--   SEARCH rate_limits USING INDEX sqlite_autoindex_rate_limits_1 (key=?)

UPDATE "recovery_codes" SET "hash" = ? WHERE "recovery_codes"."hash" = ? AND "recovery_codes"."hash" = ?;
--   SEARCH recovery_codes USING INDEX idx-recovery_codes-hash (hash=?)

UPDATE "security_logs" SET "user_id" = ? WHERE "security_logs"."project_id" = ? AND "security_logs"."user_id" IN (?);
--   SEARCH security_logs USING INDEX idx-security_logs-project_id-user_id-ip (project_id=? AND user_id=?)

UPDATE "sessions" SET "expires_at" = ?, "half_open" = ? WHERE "sessions"."id" = ?;
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

UPDATE "sessions" SET "factors" = ? WHERE "sessions"."id" = ?;
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

UPDATE "sessions" SET "provider" = ? WHERE "sessions"."id" = ? RETURNING "id", "project_id", "user_id", "created_at", "updated_at", "expires_at", "secret_hash", "provider", "provider_uid", "ip", "user_agent", "country_code", "provider_tokens", "refreshing_until", "factors", "mfa_updated_at", "half_open";
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

UPDATE "sessions" SET "provider_tokens" = ? WHERE "sessions"."id" = ? AND "sessions"."provider_tokens" = ?;
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

UPDATE "sessions" SET "provider_tokens" = ? WHERE "sessions"."id" = ? RETURNING "id", "project_id", "user_id", "created_at", "updated_at", "expires_at", "secret_hash", "provider", "provider_uid", "ip", "user_agent", "country_code", "provider_tokens", "refreshing_until", "factors", "mfa_updated_at", "half_open";
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

UPDATE "sessions" SET "provider_tokens" = ?, "refreshing_until" = ? WHERE "sessions"."id" = ? RETURNING "id", "project_id", "user_id", "created_at", "updated_at", "expires_at", "secret_hash", "provider", "provider_uid", "ip", "user_agent", "country_code", "provider_tokens", "refreshing_until", "factors", "mfa_updated_at", "half_open";
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

UPDATE "sessions" SET "provider_uid" = ?, "provider_tokens" = ? WHERE "sessions"."id" = ?;
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

UPDATE "sessions" SET "refreshing_until" = ? WHERE "sessions"."id" = ?;
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

UPDATE "sessions" SET "refreshing_until" = ? WHERE "sessions"."id" = ? AND "sessions"."provider_tokens" = ? AND ("sessions"."refreshing_until" IS NULL OR "sessions"."refreshing_until" <= ?);
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

UPDATE "sessions" SET "refreshing_until" = ? WHERE "sessions"."id" = ? RETURNING "id", "project_id", "user_id", "created_at", "updated_at", "expires_at", "secret_hash", "provider", "provider_uid", "ip", "user_agent", "country_code", "provider_tokens", "refreshing_until", "factors", "mfa_updated_at", "half_open";
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

UPDATE "sessions" SET "secret_hash" = ? WHERE "sessions"."id" = ?;
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

UPDATE "sessions" SET "updated_at" = ?, "expires_at" = ? WHERE "sessions"."id" = ? RETURNING "id", "project_id", "user_id", "created_at", "updated_at", "expires_at", "secret_hash", "provider", "provider_uid", "ip", "user_agent", "country_code", "provider_tokens", "refreshing_until", "factors", "mfa_updated_at", "half_open";
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

UPDATE "sessions" SET "updated_at" = ?, "mfa_updated_at" = ? WHERE "sessions"."id" = ?;
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

UPDATE "sessions" SET "updated_at" = ?, "secret_hash" = ? WHERE "sessions"."id" = ? RETURNING "id", "project_id", "user_id", "created_at", "updated_at", "expires_at", "secret_hash", "provider", "provider_uid", "ip", "user_agent", "country_code", "provider_tokens", "refreshing_until", "factors", "mfa_updated_at", "half_open";
--   SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)

UPDATE "signing_keys" SET "private_key" = ?;
--   SCAN signing_keys

UPDATE "signing_keys" SET "private_key" = ? WHERE "signing_keys"."id" = ? AND "signing_keys"."private_key" = ?;
--   SEARCH signing_keys USING INDEX sqlite_autoindex_signing_keys_1 (id=?)

UPDATE "tokens" SET "tries" = "tries" + ? WHERE "tokens"."id" IN (?);
--   SEARCH tokens USING INDEX sqlite_autoindex_tokens_1 (id=?)

UPDATE "tokens" SET "tries" = "tries" + ? WHERE ? = ?;
--   SCAN tokens
--   Why: the list of values is empty, the condition false, and no row is read.

UPDATE "users" SET "accessed_at" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "accessed_at" = ?, "email_verified" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "accessed_at" = ?, "password_hash" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "accessed_at" = ?, "phone_verified" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "password_hash" = ?, "password_updated_at" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "accessed_at" = ?, "email_verified" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "accessed_at" = ?, "phone_verified" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "email" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "email" = ?, "email_verified" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "email" = ?, "email_verified" = ?, "password_hash" = ?, "password_updated_at" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "email_verified" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "email_verified" = ?, "password_hash" = ?, "password_updated_at" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "email_verified" = ?, "phone" = ?, "password_hash" = ?, "password_updated_at" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "enabled" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "labels" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "mfa" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "name" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "name" = ?, "email" = ?, "email_verified" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "password_hash" = ?, "password_updated_at" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "phone" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "phone" = ?, "phone_verified" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "phone" = ?, "phone_verified" = ?, "password_hash" = ?, "password_updated_at" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "phone_verified" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)

UPDATE "users" SET "updated_at" = ?, "prefs" = ?, "prefs_revision" = ? WHERE "users"."project_id" = ? AND "users"."id" = ?;
--   SEARCH users USING INDEX sqlite_autoindex_users_1 (project_id=? AND id=?)
