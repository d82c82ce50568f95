-- The statements that a server sends to PostgreSQL, each with its plan, here of 15 with 20,000 rows in each table. Those of lists are not here:
-- they follow from the queries, and src/query/read/tests.rs asks for the plans of all.
-- Written by `UPDATE=1 .ci/statements`, checked by tests/slow/statements.rs.

DELETE FROM "authenticators" WHERE "authenticators"."id" = $1;
--   Delete on authenticators
--     ->  Index Scan using authenticators_pkey on authenticators
--           Index Cond: ((id)::text = $1)

DELETE FROM "authenticators" WHERE "authenticators"."project_id" = $1 AND "authenticators"."user_id" = $2;
--   Delete on authenticators
--     ->  Index Scan using "idx-authenticators-project_id-user_id-kind" on authenticators
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

DELETE FROM "challenges" WHERE "challenges"."id" = $1;
--   Delete on challenges
--     ->  Index Scan using challenges_pkey on challenges
--           Index Cond: ((id)::text = $1)

DELETE FROM "challenges" WHERE "challenges"."id" IN (SELECT "challenges"."id" FROM "challenges" WHERE "challenges"."expires_at" <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED);
--   Where few rows are earlier:
--   Delete on challenges
--     ->  Nested Loop
--           ->  HashAggregate
--                 Group Key: ("ANY_subquery".id)::text
--                 ->  Subquery Scan on "ANY_subquery"
--                       ->  Limit
--                             ->  LockRows
--                                   ->  Index Scan using "idx-challenges-expires_at" on challenges challenges_1
--                                         Index Cond: (expires_at <= '1'::bigint)
--           ->  Index Scan using challenges_pkey on challenges
--                 Index Cond: ((id)::text = ("ANY_subquery".id)::text)

DELETE FROM "identities" WHERE "identities"."project_id" = $1 AND "identities"."user_id" = $2;
--   Delete on identities
--     ->  Index Scan using "idx-identities-project_id-user_id" on identities
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

DELETE FROM "identities" WHERE "identities"."project_id" = $1 AND "identities"."user_id" = $2 AND "identities"."id" = $3;
--   Delete on identities
--     ->  Index Scan using "idx-identities-project_id-user_id" on identities
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           Filter: ((id)::text = $3)

DELETE FROM "messages" WHERE "messages"."id" = $1;
--   Delete on messages
--     ->  Index Scan using messages_pkey on messages
--           Index Cond: ((id)::text = $1)

DELETE FROM "messages" WHERE "messages"."id" IN ($1);
--   Delete on messages
--     ->  Index Scan using messages_pkey on messages
--           Index Cond: ((id)::text = $1)

DELETE FROM "messages" WHERE "messages"."id" IN (SELECT "messages"."id" FROM "messages" WHERE "messages"."channel" IN ($1) AND "messages"."state" IN ($2, $3, $4, $5) AND "messages"."due_at" < $6 LIMIT $7 FOR UPDATE SKIP LOCKED);
--   Where few rows are earlier:
--   Delete on messages
--     ->  Nested Loop
--           ->  HashAggregate
--                 Group Key: ("ANY_subquery".id)::text
--                 ->  Subquery Scan on "ANY_subquery"
--                       ->  Limit
--                             ->  LockRows
--                                   ->  Index Scan using "idx-messages-channel-state-due_at" on messages messages_1
--                                         Index Cond: (((channel)::text = 'default'::text) AND (due_at < '1'::bigint))
--                                         Filter: ((state)::text = ANY ('{default,default,default,default}'::text[]))
--           ->  Index Scan using messages_pkey on messages
--                 Index Cond: ((id)::text = ("ANY_subquery".id)::text)

DELETE FROM "messages" WHERE "messages"."project_id" = $1 AND "messages"."recipient" IN ($2);
--   Delete on messages
--     ->  Index Scan using "idx-messages-project_id-recipient" on messages
--           Index Cond: (((project_id)::text = $1) AND ((recipient)::text = $2))

DELETE FROM "messages" WHERE "messages"."project_id" = $1 AND $2 = $3;
--   Delete on messages
--     ->  Result
--           One-Time Filter: ($2 = $3)
--           ->  Seq Scan on messages
--                 Filter: ((project_id)::text = $1)
--   Why: the list of values is empty, the condition false, and no row is read.

DELETE FROM "messages" WHERE $1 = $2;
--   Delete on messages
--     ->  Result
--           One-Time Filter: ($1 = $2)
--           ->  Seq Scan on messages
--   Why: the list of values is empty, the condition false, and no row is read.

DELETE FROM "oauth_flows" WHERE "oauth_flows"."id" = $1;
--   Delete on oauth_flows
--     ->  Index Scan using oauth_flows_pkey on oauth_flows
--           Index Cond: ((id)::text = $1)

DELETE FROM "oauth_flows" WHERE "oauth_flows"."id" IN (SELECT "oauth_flows"."id" FROM "oauth_flows" WHERE "oauth_flows"."expires_at" <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED);
--   Where few rows are earlier:
--   Delete on oauth_flows
--     ->  Nested Loop
--           ->  HashAggregate
--                 Group Key: ("ANY_subquery".id)::text
--                 ->  Subquery Scan on "ANY_subquery"
--                       ->  Limit
--                             ->  LockRows
--                                   ->  Index Scan using "idx-oauth_flows-expires_at" on oauth_flows oauth_flows_1
--                                         Index Cond: (expires_at <= '1'::bigint)
--           ->  Index Scan using oauth_flows_pkey on oauth_flows
--                 Index Cond: ((id)::text = ("ANY_subquery".id)::text)

DELETE FROM "passkey_challenges" WHERE "passkey_challenges"."id" = $1;
--   Delete on passkey_challenges
--     ->  Index Scan using passkey_challenges_pkey on passkey_challenges
--           Index Cond: ((id)::text = $1)

DELETE FROM "passkey_challenges" WHERE "passkey_challenges"."id" IN (SELECT "passkey_challenges"."id" FROM "passkey_challenges" WHERE "passkey_challenges"."expires_at" <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED);
--   Where few rows are earlier:
--   Delete on passkey_challenges
--     ->  Nested Loop
--           ->  HashAggregate
--                 Group Key: ("ANY_subquery".id)::text
--                 ->  Subquery Scan on "ANY_subquery"
--                       ->  Limit
--                             ->  LockRows
--                                   ->  Index Scan using "idx-passkey_challenges-expires_at" on passkey_challenges passkey_challenges_1
--                                         Index Cond: (expires_at <= '1'::bigint)
--           ->  Index Scan using passkey_challenges_pkey on passkey_challenges
--                 Index Cond: ((id)::text = ("ANY_subquery".id)::text)

DELETE FROM "passkey_challenges" WHERE "passkey_challenges"."project_id" = $1 AND "passkey_challenges"."user_id" = $2;
--   Delete on passkey_challenges
--     ->  Index Scan using "idx-passkey_challenges-project_id-user_id" on passkey_challenges
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

DELETE FROM "passkey_challenges" WHERE "passkey_challenges"."project_id" = $1 AND "passkey_challenges"."user_id" = $2 AND ("passkey_challenges"."expires_at" <= $3 OR "passkey_challenges"."passkey_id" = $4);
--   Delete on passkey_challenges
--     ->  Index Scan using "idx-passkey_challenges-project_id-user_id" on passkey_challenges
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           Filter: ((expires_at <= $3) OR ((passkey_id)::text = $4))

DELETE FROM "passkeys" WHERE "passkeys"."project_id" = $1 AND "passkeys"."id" = $2;
--   Delete on passkeys
--     ->  Index Scan using passkeys_pkey on passkeys
--           Index Cond: (((project_id)::text = $1) AND ((id)::text = $2))

DELETE FROM "passkeys" WHERE "passkeys"."project_id" = $1 AND "passkeys"."user_id" = $2;
--   Delete on passkeys
--     ->  Index Scan using "idx-passkeys-project_id-user_id" on passkeys
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

DELETE FROM "rate_limits" WHERE "rate_limits"."key" = $1;
--   Delete on rate_limits
--     ->  Index Scan using rate_limits_pkey on rate_limits
--           Index Cond: ((key)::text = $1)

DELETE FROM "rate_limits" WHERE "rate_limits"."key" IN (SELECT "rate_limits"."key" FROM "rate_limits" WHERE "rate_limits"."expires_at" <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED);
--   Where few rows are earlier:
--   Delete on rate_limits
--     ->  Nested Loop
--           ->  HashAggregate
--                 Group Key: ("ANY_subquery".key)::text
--                 ->  Subquery Scan on "ANY_subquery"
--                       ->  Limit
--                             ->  LockRows
--                                   ->  Index Scan using "idx-rate_limits-expires_at" on rate_limits rate_limits_1
--                                         Index Cond: (expires_at <= '1'::bigint)
--           ->  Index Scan using rate_limits_pkey on rate_limits
--                 Index Cond: ((key)::text = ("ANY_subquery".key)::text)

DELETE FROM "recovery_codes" WHERE "recovery_codes"."project_id" = $1 AND "recovery_codes"."user_id" = $2;
--   Delete on recovery_codes
--     ->  Index Scan using recovery_codes_pkey on recovery_codes
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

DELETE FROM "recovery_codes" WHERE "recovery_codes"."project_id" = $1 AND "recovery_codes"."user_id" = $2 AND "recovery_codes"."hash" = $3;
--   Delete on recovery_codes
--     ->  Index Scan using "idx-recovery_codes-hash" on recovery_codes
--           Index Cond: ((hash)::text = $3)
--           Filter: (((project_id)::text = $1) AND ((user_id)::text = $2))

DELETE FROM "revocations" WHERE "revocations"."id" IN (SELECT "revocations"."id" FROM "revocations" WHERE "revocations"."created_at" < $1 LIMIT $2 FOR UPDATE SKIP LOCKED);
--   Where few rows are earlier:
--   Delete on revocations
--     ->  Nested Loop
--           ->  HashAggregate
--                 Group Key: "ANY_subquery".id
--                 ->  Subquery Scan on "ANY_subquery"
--                       ->  Limit
--                             ->  LockRows
--                                   ->  Index Scan using "idx-revocations-created_at" on revocations revocations_1
--                                         Index Cond: (created_at < '1'::bigint)
--           ->  Index Scan using revocations_pkey on revocations
--                 Index Cond: (id = "ANY_subquery".id)

DELETE FROM "security_logs" WHERE "security_logs"."id" IN (SELECT "security_logs"."id" FROM "security_logs" WHERE "security_logs"."project_id" = $1 AND "security_logs"."created_at" <= $2 LIMIT $3 FOR UPDATE SKIP LOCKED);
--   Where few rows are earlier:
--   Delete on security_logs
--     ->  Nested Loop
--           ->  HashAggregate
--                 Group Key: "ANY_subquery".id
--                 ->  Subquery Scan on "ANY_subquery"
--                       ->  Limit
--                             ->  LockRows
--                                   ->  Index Scan using "idx-security_logs-project_id-created_at" on security_logs security_logs_1
--                                         Index Cond: (((project_id)::text = 'default'::text) AND (created_at <= '1'::bigint))
--           ->  Index Scan using security_logs_pkey on security_logs
--                 Index Cond: (id = "ANY_subquery".id)

DELETE FROM "security_logs" WHERE "security_logs"."id" IN (SELECT "security_logs"."id" FROM "security_logs" WHERE "security_logs"."project_id" = $1 AND "security_logs"."user_id" = $2 AND "security_logs"."number" <= $3 LIMIT $4);
--   Delete on security_logs
--     ->  Nested Loop
--           ->  HashAggregate
--                 Group Key: "ANY_subquery".id
--                 ->  Subquery Scan on "ANY_subquery"
--                       ->  Limit
--                             ->  Index Scan using "idx-security_logs-project_id-user_id-ip" on security_logs security_logs_1
--                                   Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--                                   Filter: (number <= $3)
--           ->  Index Scan using security_logs_pkey on security_logs
--                 Index Cond: (id = "ANY_subquery".id)

DELETE FROM "security_logs" WHERE "security_logs"."id" IN (SELECT "security_logs"."id" FROM "security_logs" WHERE "security_logs"."user_id" IS NULL AND "security_logs"."created_at" <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED);
--   Delete on security_logs
--     ->  Nested Loop
--           ->  HashAggregate
--                 Group Key: "ANY_subquery".id
--                 ->  Subquery Scan on "ANY_subquery"
--                       ->  Limit
--                             ->  LockRows
--                                   ->  Index Scan using "idx-security_logs-created_at-of_nobody" on security_logs security_logs_1
--                                         Index Cond: (created_at <= $1)
--                                         Filter: (user_id IS NULL)
--           ->  Index Scan using security_logs_pkey on security_logs
--                 Index Cond: (id = "ANY_subquery".id)

DELETE FROM "security_logs" WHERE "security_logs"."project_id" = $1 AND "security_logs"."user_id" = $2;
--   Delete on security_logs
--     ->  Index Scan using "idx-security_logs-project_id-user_id-ip" on security_logs
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

DELETE FROM "sessions" WHERE "sessions"."id" = $1;
--   Delete on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $1)

DELETE FROM "sessions" WHERE "sessions"."id" = $1 AND "sessions"."expires_at" <= $2;
--   Delete on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $1)
--           Filter: (expires_at <= $2)

DELETE FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2;
--   Delete on sessions
--     ->  Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

DELETE FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2 AND "sessions"."half_open" = $3;
--   Delete on sessions
--     ->  Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           Filter: (half_open = $3)

DELETE FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2 AND "sessions"."id" <> $3;
--   Delete on sessions
--     ->  Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           Filter: ((id)::text <> $3)

DELETE FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2 AND "sessions"."id" = $3;
--   Delete on sessions
--     ->  Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           Filter: ((id)::text = $3)

DELETE FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2 AND "sessions"."secret_hash" = $3;
--   Delete on sessions
--     ->  Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           Filter: ((secret_hash)::text = $3)

DELETE FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2 AND ("sessions"."id" IN ($3) OR "sessions"."expires_at" <= $4);
--   Delete on sessions
--     ->  Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           Filter: (((id)::text = $3) OR (expires_at <= $4))

DELETE FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2 AND ($3 = $4 OR "sessions"."expires_at" <= $5);
--   Delete on sessions
--     ->  Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           Filter: (($3 = $4) OR (expires_at <= $5))

DELETE FROM "signing_keys";
--   Delete on signing_keys
--     ->  Seq Scan on signing_keys

DELETE FROM "signing_keys" WHERE "signing_keys"."id" = $1;
--   Delete on signing_keys
--     ->  Seq Scan on signing_keys
--           Filter: ((id)::text = $1)

DELETE FROM "tokens" WHERE "tokens"."id" = $1;
--   Delete on tokens
--     ->  Index Scan using tokens_pkey on tokens
--           Index Cond: ((id)::text = $1)

DELETE FROM "tokens" WHERE "tokens"."id" IN ($1);
--   Delete on tokens
--     ->  Index Scan using tokens_pkey on tokens
--           Index Cond: ((id)::text = $1)

DELETE FROM "tokens" WHERE "tokens"."id" IN (SELECT "tokens"."id" FROM "tokens" WHERE "tokens"."expires_at" <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED);
--   Where few rows are earlier:
--   Delete on tokens
--     ->  Nested Loop
--           ->  HashAggregate
--                 Group Key: ("ANY_subquery".id)::text
--                 ->  Subquery Scan on "ANY_subquery"
--                       ->  Limit
--                             ->  LockRows
--                                   ->  Index Scan using "idx-tokens-expires_at" on tokens tokens_1
--                                         Index Cond: (expires_at <= '1'::bigint)
--           ->  Index Scan using tokens_pkey on tokens
--                 Index Cond: ((id)::text = ("ANY_subquery".id)::text)

DELETE FROM "tokens" WHERE "tokens"."project_id" = $1 AND "tokens"."purpose" IN ($2) AND "tokens"."address" = $3;
--   Delete on tokens
--     ->  Index Scan using "idx-tokens-project_id-address" on tokens
--           Index Cond: (((project_id)::text = $1) AND ((address)::text = $3))
--           Filter: ((purpose)::text = $2)

DELETE FROM "tokens" WHERE "tokens"."project_id" = $1 AND "tokens"."purpose" IN ($2) AND "tokens"."address" = $3 AND "tokens"."guessable" = $4;
--   Delete on tokens
--     ->  Index Scan using "idx-tokens-project_id-address" on tokens
--           Index Cond: (((project_id)::text = $1) AND ((address)::text = $3))
--           Filter: (((purpose)::text = $2) AND (guessable = $4))

DELETE FROM "tokens" WHERE "tokens"."project_id" = $1 AND "tokens"."purpose" IN ($2) AND "tokens"."address" = $3 AND "tokens"."guessable" = $4 AND "tokens"."id" NOT IN ($5);
--   Delete on tokens
--     ->  Index Scan using "idx-tokens-project_id-address" on tokens
--           Index Cond: (((project_id)::text = $1) AND ((address)::text = $3))
--           Filter: (((id)::text <> $5) AND ((purpose)::text = $2) AND (guessable = $4))

DELETE FROM "tokens" WHERE "tokens"."project_id" = $1 AND "tokens"."purpose" IN ($2) AND "tokens"."address" = $3 AND "tokens"."guessable" = $4 AND $5 = $6;
--   Delete on tokens
--     ->  Result
--           One-Time Filter: ($5 = $6)
--           ->  Index Scan using "idx-tokens-project_id-address" on tokens
--                 Index Cond: (((project_id)::text = $1) AND ((address)::text = $3))
--                 Filter: (((purpose)::text = $2) AND (guessable = $4))

DELETE FROM "tokens" WHERE ("tokens"."project_id" = $1 AND "tokens"."user_id" = $2) OR ("tokens"."project_id" = $3 AND "tokens"."user_id" IS NULL AND "tokens"."address" IN ($4));
--   Delete on tokens
--     ->  Bitmap Heap Scan on tokens
--           Recheck Cond: ((((project_id)::text = $1) AND ((user_id)::text = $2)) OR (((project_id)::text = $3) AND ((address)::text = $4)))
--           Filter: ((((project_id)::text = $1) AND ((user_id)::text = $2)) OR (((project_id)::text = $3) AND (user_id IS NULL) AND ((address)::text = $4)))
--           ->  BitmapOr
--                 ->  Bitmap Index Scan on "idx-tokens-project_id-user_id"
--                       Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--                 ->  Bitmap Index Scan on "idx-tokens-project_id-address"
--                       Index Cond: (((project_id)::text = $3) AND ((address)::text = $4))

DELETE FROM "tokens" WHERE ("tokens"."project_id" = $1 AND "tokens"."user_id" = $2) OR ("tokens"."project_id" = $3 AND "tokens"."user_id" IS NULL AND $4 = $5);
--   Delete on tokens
--     ->  Bitmap Heap Scan on tokens
--           Recheck Cond: ((((project_id)::text = $1) AND ((user_id)::text = $2)) OR (((project_id)::text = $3) AND (user_id IS NULL)))
--           Filter: ((((project_id)::text = $1) AND ((user_id)::text = $2)) OR (((project_id)::text = $3) AND (user_id IS NULL) AND ($4 = $5)))
--           ->  BitmapOr
--                 ->  Bitmap Index Scan on "idx-tokens-project_id-user_id"
--                       Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--                 ->  Bitmap Index Scan on "idx-tokens-project_id-user_id"
--                       Index Cond: (((project_id)::text = $3) AND (user_id IS NULL))
--   Why: the list of values is empty, the condition false, and no row is read.

DELETE FROM "used_id_tokens" WHERE "used_id_tokens"."id" IN (SELECT "used_id_tokens"."id" FROM "used_id_tokens" WHERE "used_id_tokens"."expires_at" <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED);
--   Where few rows are earlier:
--   Delete on used_id_tokens
--     ->  Nested Loop
--           ->  HashAggregate
--                 Group Key: ("ANY_subquery".id)::text
--                 ->  Subquery Scan on "ANY_subquery"
--                       ->  Limit
--                             ->  LockRows
--                                   ->  Index Scan using "idx-used_id_tokens-expires_at" on used_id_tokens used_id_tokens_1
--                                         Index Cond: (expires_at <= '1'::bigint)
--           ->  Index Scan using used_id_tokens_pkey on used_id_tokens
--                 Index Cond: ((id)::text = ("ANY_subquery".id)::text)

DELETE FROM "users" WHERE "users"."project_id" = $1 AND "users"."id" = $2;
--   Delete on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $1) AND ((id)::text = $2))

DELETE FROM "users" WHERE "users"."project_id" = $1 AND "users"."id" = $2 AND "users"."email" IS NULL AND "users"."phone" IS NULL AND "users"."password_hash" IS NULL AND "users"."created_at" <= $3 AND (NOT EXISTS(SELECT "sessions"."id" FROM "sessions" WHERE "sessions"."project_id" = "users"."project_id" AND "sessions"."user_id" = "users"."id" AND "sessions"."expires_at" > $4)) AND (NOT EXISTS(SELECT "identities"."id" FROM "identities" WHERE "identities"."project_id" = "users"."project_id" AND "identities"."user_id" = "users"."id")) AND (NOT EXISTS(SELECT "passkeys"."id" FROM "passkeys" WHERE "passkeys"."project_id" = "users"."project_id" AND "passkeys"."user_id" = "users"."id"));
--   Delete on users
--     ->  Nested Loop Anti Join
--           Join Filter: (((passkeys.project_id)::text = (users.project_id)::text) AND ((passkeys.user_id)::text = (users.id)::text))
--           ->  Nested Loop Anti Join
--                 Join Filter: (((identities.project_id)::text = (users.project_id)::text) AND ((identities.user_id)::text = (users.id)::text))
--                 ->  Nested Loop Anti Join
--                       Join Filter: (((sessions.project_id)::text = (users.project_id)::text) AND ((sessions.user_id)::text = (users.id)::text))
--                       ->  Index Scan using "idx-users-created_at-anonymous" on users
--                             Index Cond: (created_at <= $3)
--                             Filter: ((email IS NULL) AND (phone IS NULL) AND (password_hash IS NULL) AND ((project_id)::text = $1) AND ((id)::text = $2))
--                       ->  Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--                             Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--                             Filter: (expires_at > $4)
--                 ->  Index Scan using "idx-identities-project_id-user_id" on identities
--                       Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           ->  Index Scan using "idx-passkeys-project_id-user_id" on passkeys
--                 Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

INSERT INTO "api_keys" ("id", "project_id", "name", "hash", "scopes", "created_at") VALUES ($1, $2, $3, $4, $5, $6) RETURNING "id";
--   Insert on api_keys
--     ->  Result

INSERT INTO "api_keys" ("id", "project_id", "name", "hash", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);
--   Insert on api_keys
--     ->  Result

INSERT INTO "authenticators" ("id", "project_id", "user_id", "kind", "created_at", "verified_at", "seed", "last_step") VALUES ($1, $2, $3, $4, $5, $6, $7, $8);
--   Insert on authenticators
--     ->  Result

INSERT INTO "challenges" ("id", "project_id", "user_id", "session_id", "factor", "created_at", "expires_at", "address", "code_hash", "tries") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);
--   Insert on challenges
--     ->  Result

INSERT INTO "devices" ("project_id", "user_id", "fingerprint", "created_at") VALUES ($1, $2, $3, $4);
--   Insert on devices
--     ->  Result

INSERT INTO "identities" ("id", "project_id", "user_id", "created_at", "updated_at", "provider", "issuer", "subject", "email", "provider_tokens") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);
--   Insert on identities
--     ->  Result

INSERT INTO "messages" ("id", "project_id", "channel", "kind", "recipient", "sealed", "state", "attempts", "error", "created_at", "due_at", "expires_at") SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 WHERE (SELECT count(*) FROM (SELECT "messages"."id" FROM "messages" WHERE "messages"."project_id" = $13 AND "messages"."recipient" = $14 AND "channel" = 'webhook' AND "state" = 'queued' LIMIT $15) AS "waiting") < $16;
--   Insert on messages
--     InitPlan 1 (returns $0)
--       ->  Aggregate
--             ->  Limit
--                   ->  Index Only Scan using "idx-messages-project_id-recipient-due_at-events" on messages messages_1
--                         Index Cond: ((project_id = $13) AND (recipient = $14))
--     ->  Result
--           One-Time Filter: ($0 < $16)

INSERT INTO "messages" ("id", "project_id", "channel", "kind", "recipient", "sealed", "state", "attempts", "error", "created_at", "due_at", "expires_at") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);
--   Insert on messages
--     ->  Result

INSERT INTO "oauth_flows" ("id", "project_id", "expires_at", "sealed") VALUES ($1, $2, $3, $4);
--   Insert on oauth_flows
--     ->  Result

INSERT INTO "passkey_challenges" ("id", "project_id", "created_at", "expires_at", "challenge", "relying_party", "user_id", "session_id", "passkey_id", "user_handle", "name") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);
--   Insert on passkey_challenges
--     ->  Result

INSERT INTO "passkeys" ("project_id", "id", "user_id", "created_at", "updated_at", "accessed_at", "name", "rp_id", "user_handle", "credential_id", "public_key", "aaguid", "transports", "sign_count", "backup_eligible", "backed_up") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);
--   Insert on passkeys
--     ->  Result

INSERT INTO "rate_limits" ("key", "calls", "expires_at") VALUES ($1, $2, $3) ON CONFLICT ("key") DO UPDATE SET "key" = "excluded"."key";
--   Insert on rate_limits
--     Conflict Resolution: UPDATE
--     Conflict Arbiter Indexes: rate_limits_pkey
--     ->  Result

INSERT INTO "recovery_codes" ("project_id", "user_id", "hash", "created_at") VALUES ($1, $2, $3, $4), ($5, $6, $7, $8), ($9, $10, $11, $12), ($13, $14, $15, $16), ($17, $18, $19, $20), ($21, $22, $23, $24), ($25, $26, $27, $28), ($29, $30, $31, $32), ($33, $34, $35, $36), ($37, $38, $39, $40);
--   Insert on recovery_codes
--     ->  Values Scan on "*VALUES*"

INSERT INTO "revocations" ("project_id", "user_id", "session_id", "created_at") VALUES ($1, $2, $3, $4);
--   Insert on revocations
--     ->  Result

INSERT INTO "security_logs" ("number", "project_id", "user_id", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES (COALESCE((SELECT MAX("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = $1 AND "security_logs"."user_id" = $2), $3) + $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);
--   Insert on security_logs
--     InitPlan 2 (returns $1)
--       ->  Result
--             InitPlan 1 (returns $0)
--               ->  Limit
--                     ->  Index Only Scan Backward using "idx-security_logs-project_id-user_id-number" on security_logs security_logs_1
--                           Index Cond: ((project_id = $1) AND (user_id = $2) AND (number IS NOT NULL))
--     ->  Result

INSERT INTO "security_logs" ("number", "project_id", "user_id", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES (COALESCE((SELECT MAX("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = $1 AND "security_logs"."user_id" IS NULL), $2) + $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);
--   Insert on security_logs
--     InitPlan 2 (returns $1)
--       ->  Result
--             InitPlan 1 (returns $0)
--               ->  Limit
--                     ->  Index Only Scan Backward using "idx-security_logs-project_id-number-of_nobody" on security_logs security_logs_1
--                           Index Cond: ((project_id = $1) AND (number IS NOT NULL))
--     ->  Result

INSERT INTO "security_logs" ("project_id", "user_id", "number", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);
--   Insert on security_logs
--     ->  Result

INSERT INTO "security_logs" ("project_id", "user_id", "number", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING "id", "project_id", "user_id", "number", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at";
--   Insert on security_logs
--     ->  Result

INSERT INTO "sessions" ("id", "project_id", "user_id", "created_at", "updated_at", "expires_at", "secret_hash", "provider", "provider_uid", "ip", "user_agent", "country_code", "provider_tokens", "refreshing_until", "factors", "mfa_updated_at", "half_open") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17);
--   Insert on sessions
--     ->  Result

INSERT INTO "signing_keys" ("id", "project_id", "algorithm", "private_key", "created_at", "active_at") VALUES ($1, $2, $3, $4, $5, $6);
--   Insert on signing_keys
--     ->  Result

INSERT INTO "tokens" ("id", "project_id", "user_id", "asked_id", "created_at", "expires_at", "purpose", "address", "secret_hash", "guessable", "tries") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);
--   Insert on tokens
--     ->  Result

INSERT INTO "used_id_tokens" ("id", "expires_at") VALUES ($1, $2);
--   Insert on used_id_tokens
--     ->  Result

INSERT INTO "users" ("project_id", "id", "created_at", "updated_at", "accessed_at", "name", "email", "email_verified", "phone", "phone_verified", "password_hash", "password_updated_at", "enabled", "prefs", "prefs_revision", "labels", "mfa") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17);
--   Insert on users
--     ->  Result

INSERT INTO "users" ("project_id", "id", "created_at", "updated_at", "accessed_at", "name", "email", "email_verified", "phone", "phone_verified", "password_hash", "password_updated_at", "enabled", "prefs", "prefs_revision", "labels", "mfa") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT  DO NOTHING;
--   Insert on users
--     Conflict Resolution: NOTHING
--     ->  Result

SELECT "api_keys"."id", "api_keys"."project_id", "api_keys"."name", "api_keys"."hash", "api_keys"."scopes", "api_keys"."created_at", "api_keys"."expires_at", "api_keys"."revoked_at", "api_keys"."last_used_at" FROM "api_keys" LIMIT $1;
--   Limit
--     ->  Seq Scan on api_keys

SELECT "api_keys"."id", "api_keys"."project_id", "api_keys"."name", "api_keys"."hash", "api_keys"."scopes", "api_keys"."created_at", "api_keys"."expires_at", "api_keys"."revoked_at", "api_keys"."last_used_at" FROM "api_keys" WHERE "api_keys"."hash" = $1;
--   Seq Scan on api_keys
--     Filter: ((hash)::text = $1)

SELECT "api_keys"."id", "api_keys"."project_id", "api_keys"."name", "api_keys"."hash", "api_keys"."scopes", "api_keys"."created_at", "api_keys"."expires_at", "api_keys"."revoked_at", "api_keys"."last_used_at" FROM "api_keys" WHERE "api_keys"."id" = $1 LIMIT $2;
--   Limit
--     ->  Seq Scan on api_keys
--           Filter: ((id)::text = $1)

SELECT "api_keys"."id", "api_keys"."project_id", "api_keys"."name", "api_keys"."hash", "api_keys"."scopes", "api_keys"."created_at", "api_keys"."expires_at", "api_keys"."revoked_at", "api_keys"."last_used_at" FROM "api_keys" WHERE "api_keys"."revoked_at" IS NULL AND "api_keys"."expires_at" <= $1;
--   Seq Scan on api_keys
--     Filter: ((revoked_at IS NULL) AND (expires_at <= $1))

SELECT "authenticators"."id", "authenticators"."project_id", "authenticators"."user_id", "authenticators"."kind", "authenticators"."created_at", "authenticators"."verified_at", "authenticators"."seed", "authenticators"."last_step" FROM "authenticators" WHERE "authenticators"."project_id" = $1 AND "authenticators"."user_id" = $2 AND "authenticators"."kind" = $3;
--   Index Scan using "idx-authenticators-project_id-user_id-kind" on authenticators
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2) AND ((kind)::text = $3))

SELECT "authenticators"."id", "authenticators"."project_id", "authenticators"."user_id", "authenticators"."kind", "authenticators"."created_at", "authenticators"."verified_at", "authenticators"."seed", "authenticators"."last_step" FROM "authenticators" WHERE "authenticators"."project_id" = $1 AND "authenticators"."user_id" = $2 AND "authenticators"."kind" = $3 AND "authenticators"."verified_at" IS NOT NULL;
--   Index Scan using "idx-authenticators-project_id-user_id-kind" on authenticators
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2) AND ((kind)::text = $3))
--     Filter: (verified_at IS NOT NULL)

SELECT "authenticators"."id", "authenticators"."project_id", "authenticators"."user_id", "authenticators"."kind", "authenticators"."created_at", "authenticators"."verified_at", "authenticators"."seed", "authenticators"."last_step" FROM "authenticators" WHERE "authenticators"."seed" <> $1 AND "authenticators"."id" > $2 ORDER BY "authenticators"."id" ASC LIMIT $3;
--   Limit
--     ->  Index Scan using authenticators_pkey on authenticators
--           Index Cond: ((id)::text > $2)
--           Filter: (seed <> $1)

SELECT "authenticators"."id", "authenticators"."project_id", "authenticators"."user_id", "authenticators"."kind", "authenticators"."created_at", "authenticators"."verified_at", "authenticators"."seed", "authenticators"."last_step" FROM "authenticators" WHERE "authenticators"."seed" <> $1 ORDER BY "authenticators"."id" ASC LIMIT $2;
--   Limit
--     ->  Index Scan using authenticators_pkey on authenticators
--           Filter: (seed <> $1)
--   Why: goes through all rows once, a thousand at a time, while there is a `master_secret_previous`.

SELECT "authenticators"."kind" FROM "authenticators" WHERE "authenticators"."project_id" = $1 AND "authenticators"."user_id" = $2 AND "authenticators"."kind" = $3 AND "authenticators"."verified_at" IS NOT NULL;
--   Index Scan using "idx-authenticators-project_id-user_id-kind" on authenticators
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2) AND ((kind)::text = $3))
--     Filter: (verified_at IS NOT NULL)

SELECT "challenges"."id", "challenges"."project_id", "challenges"."user_id", "challenges"."session_id", "challenges"."factor", "challenges"."created_at", "challenges"."expires_at", "challenges"."address", "challenges"."code_hash", "challenges"."tries" FROM "challenges" WHERE "challenges"."id" = $1;
--   Index Scan using challenges_pkey on challenges
--     Index Cond: ((id)::text = $1)

SELECT "devices"."project_id", "devices"."user_id", "devices"."fingerprint", "devices"."created_at" FROM "devices" WHERE "devices"."project_id" = $1 AND "devices"."user_id" = $2;
--   Index Scan using devices_pkey on devices
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

SELECT "identities"."id" FROM "identities" WHERE "identities"."project_id" = $1 AND "identities"."user_id" = $2 LIMIT $3;
--   Limit
--     ->  Index Scan using "idx-identities-project_id-user_id" on identities
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."id" = $1;
--   Index Scan using identities_pkey on identities
--     Index Cond: ((id)::text = $1)

SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."id" = $1 AND "identities"."project_id" = $2;
--   Index Scan using identities_pkey on identities
--     Index Cond: ((id)::text = $1)
--     Filter: ((project_id)::text = $2)

SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."project_id" = $1 AND "identities"."issuer" = $2 AND "identities"."subject" = $3;
--   Index Scan using "idx-identities-subject" on identities
--     Index Cond: (((project_id)::text = $1) AND ((subject)::text = $3))
--     Filter: ((issuer)::text = $2)

SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."project_id" = $1 AND "identities"."user_id" = $2 AND "identities"."provider" = $3 AND "identities"."subject" = $4;
--   Index Scan using "idx-identities-project_id-user_id" on identities
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--     Filter: (((provider)::text = $3) AND ((subject)::text = $4))

SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."project_id" = $1 AND "identities"."user_id" = $2 ORDER BY "identities"."id" ASC LIMIT $3 OFFSET $4;
--   Limit
--     ->  Sort
--           Sort Key: id
--           ->  Index Scan using "idx-identities-project_id-user_id" on identities
--                 Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."provider_tokens" <> $1 AND "identities"."id" > $2 ORDER BY "identities"."id" ASC LIMIT $3;
--   Limit
--     ->  Index Scan using identities_pkey on identities
--           Index Cond: ((id)::text > $2)
--           Filter: (provider_tokens <> $1)

SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."provider_tokens" <> $1 ORDER BY "identities"."id" ASC LIMIT $2;
--   Limit
--     ->  Index Scan using identities_pkey on identities
--           Filter: (provider_tokens <> $1)
--   Why: goes through all rows once, a thousand at a time, while there is a `master_secret_previous`.

SELECT "messages"."created_at" FROM "messages" WHERE "messages"."channel" = $1 AND "messages"."state" = $2 AND "messages"."attempts" > $3 ORDER BY "messages"."due_at" DESC LIMIT $4;
--   Limit
--     ->  Index Scan Backward using "idx-messages-channel-state-due_at" on messages
--           Index Cond: (((channel)::text = $1) AND ((state)::text = $2))
--           Filter: (attempts > $3)

SELECT "messages"."due_at" FROM "messages" WHERE "messages"."channel" = $1 AND "messages"."state" = $2 AND "messages"."due_at" <= $3 ORDER BY "messages"."due_at" ASC LIMIT $4;
--   Limit
--     ->  Index Only Scan using "idx-messages-channel-state-due_at" on messages
--           Index Cond: ((channel = $1) AND (state = $2) AND (due_at <= $3))

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."channel" <> $1 AND "messages"."state" <> $2 AND "messages"."sealed" <> $3 AND ("messages"."due_at" <= $4 OR "messages"."attempts" > $5) AND "messages"."project_id" = $6 AND "messages"."id" > $7 ORDER BY "messages"."id" DESC LIMIT $8;
--   Limit
--     ->  Index Scan Backward using messages_pkey on messages
--           Index Cond: ((id)::text > $7)
--           Filter: (((channel)::text <> $1) AND ((state)::text <> $2) AND (sealed <> $3) AND ((project_id)::text = $6) AND ((due_at <= $4) OR (attempts > $5)))

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."channel" <> $1 AND "messages"."state" <> $2 AND "messages"."sealed" <> $3 AND ("messages"."due_at" <= $4 OR "messages"."attempts" > $5) AND "messages"."project_id" = $6 AND "messages"."recipient" = $7 AND "messages"."id" > $8 ORDER BY "messages"."id" DESC LIMIT $9;
--   Limit
--     ->  Sort
--           Sort Key: id DESC
--           ->  Index Scan using "idx-messages-project_id-recipient" on messages
--                 Index Cond: (((project_id)::text = $6) AND ((recipient)::text = $7))
--                 Filter: (((channel)::text <> $1) AND ((state)::text <> $2) AND (sealed <> $3) AND ((id)::text > $8) AND ((due_at <= $4) OR (attempts > $5)))

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."channel" <> $1 AND "messages"."state" <> $2 AND "messages"."sealed" <> $3 AND ("messages"."due_at" <= $4 OR "messages"."attempts" > $5) AND "messages"."project_id" = $6 AND "messages"."recipient" = $7 ORDER BY "messages"."id" DESC LIMIT $8;
--   Limit
--     ->  Sort
--           Sort Key: id DESC
--           ->  Index Scan using "idx-messages-project_id-recipient" on messages
--                 Index Cond: (((project_id)::text = $6) AND ((recipient)::text = $7))
--                 Filter: (((channel)::text <> $1) AND ((state)::text <> $2) AND (sealed <> $3) AND ((due_at <= $4) OR (attempts > $5)))

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."channel" <> $1 AND "messages"."state" <> $2 AND "messages"."sealed" <> $3 AND ("messages"."due_at" <= $4 OR "messages"."attempts" > $5) AND "messages"."project_id" = $6 ORDER BY "messages"."id" DESC LIMIT $7;
--   Limit
--     ->  Index Scan Backward using messages_pkey on messages
--           Filter: (((channel)::text <> $1) AND ((state)::text <> $2) AND (sealed <> $3) AND ((project_id)::text = $6) AND ((due_at <= $4) OR (attempts > $5)))
--   Why: the inbox of `accountd dev`; `serve` has none.

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."channel" <> $1 AND "messages"."state" <> $2 AND "messages"."sealed" <> $3 AND ("messages"."due_at" <= $4 OR "messages"."attempts" > $5) AND "messages"."recipient" = $6 ORDER BY "messages"."id" DESC LIMIT $7;
--   Limit
--     ->  Sort
--           Sort Key: id DESC
--           ->  Seq Scan on messages
--                 Filter: (((channel)::text <> $1) AND ((state)::text <> $2) AND (sealed <> $3) AND ((recipient)::text = $6) AND ((due_at <= $4) OR (attempts > $5)))
--   Why: the inbox of `accountd dev`; `serve` has none.

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."channel" <> $1 AND "messages"."state" <> $2 AND "messages"."sealed" <> $3 AND ("messages"."due_at" <= $4 OR "messages"."attempts" > $5) ORDER BY "messages"."id" DESC LIMIT $6;
--   Limit
--     ->  Index Scan Backward using messages_pkey on messages
--           Filter: (((channel)::text <> $1) AND ((state)::text <> $2) AND (sealed <> $3) AND ((due_at <= $4) OR (attempts > $5)))
--   Why: the inbox of `accountd dev`; `serve` has none.

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."channel" = $1 AND "messages"."state" = $2 AND "messages"."due_at" <= $3 ORDER BY "messages"."due_at" ASC LIMIT $4;
--   Limit
--     ->  Index Scan using "idx-messages-channel-state-due_at" on messages
--           Index Cond: (((channel)::text = $1) AND ((state)::text = $2) AND (due_at <= $3))

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."id" = $1 AND "messages"."project_id" = $2;
--   Index Scan using messages_pkey on messages
--     Index Cond: ((id)::text = $1)
--     Filter: ((project_id)::text = $2)

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."project_id" = $1 AND "messages"."recipient" = $2 AND "channel" = 'webhook' AND "state" = 'queued' AND "messages"."due_at" <= $3 ORDER BY "messages"."due_at" ASC LIMIT $4;
--   Limit
--     ->  Index Scan using "idx-messages-project_id-recipient-due_at-events" on messages
--           Index Cond: (((project_id)::text = $1) AND ((recipient)::text = $2) AND (due_at <= $3))

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."sealed" <> $1 AND "messages"."id" > $2 ORDER BY "messages"."id" ASC LIMIT $3;
--   Limit
--     ->  Index Scan using messages_pkey on messages
--           Index Cond: ((id)::text > $2)
--           Filter: (sealed <> $1)

SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."sealed" <> $1 ORDER BY "messages"."id" ASC LIMIT $2;
--   Limit
--     ->  Index Scan using messages_pkey on messages
--           Filter: (sealed <> $1)
--   Why: goes through all rows once, a thousand at a time, while there is a `master_secret_previous`.

SELECT "oauth_flows"."id", "oauth_flows"."project_id", "oauth_flows"."expires_at", "oauth_flows"."sealed" FROM "oauth_flows" WHERE "oauth_flows"."id" = $1 AND "oauth_flows"."project_id" = $2 AND "oauth_flows"."expires_at" > $3;
--   Index Scan using oauth_flows_pkey on oauth_flows
--     Index Cond: ((id)::text = $1)
--     Filter: ((expires_at > $3) AND ((project_id)::text = $2))

SELECT "passkey_challenges"."id", "passkey_challenges"."project_id", "passkey_challenges"."created_at", "passkey_challenges"."expires_at", "passkey_challenges"."challenge", "passkey_challenges"."relying_party", "passkey_challenges"."user_id", "passkey_challenges"."session_id", "passkey_challenges"."passkey_id", "passkey_challenges"."user_handle", "passkey_challenges"."name" FROM "passkey_challenges" WHERE "passkey_challenges"."project_id" = $1 AND "passkey_challenges"."id" = $2 AND "passkey_challenges"."user_id" = $3 AND "passkey_challenges"."session_id" = $4 AND "passkey_challenges"."passkey_id" = $5;
--   Index Scan using "idx-passkey_challenges-project_id-user_id" on passkey_challenges
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $3))
--     Filter: (((id)::text = $2) AND ((session_id)::text = $4) AND ((passkey_id)::text = $5))

SELECT "passkey_challenges"."id", "passkey_challenges"."project_id", "passkey_challenges"."created_at", "passkey_challenges"."expires_at", "passkey_challenges"."challenge", "passkey_challenges"."relying_party", "passkey_challenges"."user_id", "passkey_challenges"."session_id", "passkey_challenges"."passkey_id", "passkey_challenges"."user_handle", "passkey_challenges"."name" FROM "passkey_challenges" WHERE "passkey_challenges"."project_id" = $1 AND "passkey_challenges"."id" = $2 AND "passkey_challenges"."user_id" IS NULL;
--   Index Scan using passkey_challenges_pkey on passkey_challenges
--     Index Cond: ((id)::text = $2)
--     Filter: ((user_id IS NULL) AND ((project_id)::text = $1))

SELECT "passkey_challenges"."id", "passkey_challenges"."project_id", "passkey_challenges"."created_at", "passkey_challenges"."expires_at", "passkey_challenges"."challenge", "passkey_challenges"."relying_party", "passkey_challenges"."user_id", "passkey_challenges"."session_id", "passkey_challenges"."passkey_id", "passkey_challenges"."user_handle", "passkey_challenges"."name" FROM "passkey_challenges" WHERE "passkey_challenges"."project_id" = $1 AND "passkey_challenges"."user_id" = $2;
--   Index Scan using "idx-passkey_challenges-project_id-user_id" on passkey_challenges
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

SELECT "passkey_challenges"."id", "passkey_challenges"."project_id", "passkey_challenges"."created_at", "passkey_challenges"."expires_at", "passkey_challenges"."challenge", "passkey_challenges"."relying_party", "passkey_challenges"."user_id", "passkey_challenges"."session_id", "passkey_challenges"."passkey_id", "passkey_challenges"."user_handle", "passkey_challenges"."name" FROM "passkey_challenges" WHERE "passkey_challenges"."project_id" = $1 AND "passkey_challenges"."user_id" = $2 AND "passkey_challenges"."session_id" = $3 AND "passkey_challenges"."passkey_id" = $4;
--   Index Scan using "idx-passkey_challenges-project_id-user_id" on passkey_challenges
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--     Filter: (((session_id)::text = $3) AND ((passkey_id)::text = $4))

SELECT "passkeys"."id" FROM "passkeys" WHERE "passkeys"."project_id" = $1 AND "passkeys"."user_id" = $2 LIMIT $3;
--   Limit
--     ->  Index Scan using "idx-passkeys-project_id-user_id" on passkeys
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

SELECT "passkeys"."project_id", "passkeys"."id", "passkeys"."user_id", "passkeys"."created_at", "passkeys"."updated_at", "passkeys"."accessed_at", "passkeys"."name", "passkeys"."rp_id", "passkeys"."user_handle", "passkeys"."credential_id", "passkeys"."public_key", "passkeys"."aaguid", "passkeys"."transports", "passkeys"."sign_count", "passkeys"."backup_eligible", "passkeys"."backed_up" FROM "passkeys" WHERE "passkeys"."project_id" = $1 AND "passkeys"."credential_id" = $2;
--   Index Scan using "idx-passkeys-project_id-credential_id" on passkeys
--     Index Cond: (((project_id)::text = $1) AND (credential_id = $2))

SELECT "passkeys"."project_id", "passkeys"."id", "passkeys"."user_id", "passkeys"."created_at", "passkeys"."updated_at", "passkeys"."accessed_at", "passkeys"."name", "passkeys"."rp_id", "passkeys"."user_handle", "passkeys"."credential_id", "passkeys"."public_key", "passkeys"."aaguid", "passkeys"."transports", "passkeys"."sign_count", "passkeys"."backup_eligible", "passkeys"."backed_up" FROM "passkeys" WHERE "passkeys"."project_id" = $1 AND "passkeys"."id" = $2;
--   Index Scan using passkeys_pkey on passkeys
--     Index Cond: (((project_id)::text = $1) AND ((id)::text = $2))

SELECT "passkeys"."project_id", "passkeys"."id", "passkeys"."user_id", "passkeys"."created_at", "passkeys"."updated_at", "passkeys"."accessed_at", "passkeys"."name", "passkeys"."rp_id", "passkeys"."user_handle", "passkeys"."credential_id", "passkeys"."public_key", "passkeys"."aaguid", "passkeys"."transports", "passkeys"."sign_count", "passkeys"."backup_eligible", "passkeys"."backed_up" FROM "passkeys" WHERE "passkeys"."project_id" = $1 AND "passkeys"."user_id" = $2;
--   Index Scan using "idx-passkeys-project_id-user_id" on passkeys
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

SELECT "passkeys"."project_id", "passkeys"."id", "passkeys"."user_id", "passkeys"."created_at", "passkeys"."updated_at", "passkeys"."accessed_at", "passkeys"."name", "passkeys"."rp_id", "passkeys"."user_handle", "passkeys"."credential_id", "passkeys"."public_key", "passkeys"."aaguid", "passkeys"."transports", "passkeys"."sign_count", "passkeys"."backup_eligible", "passkeys"."backed_up" FROM "passkeys" WHERE "passkeys"."project_id" = $1 AND "passkeys"."user_id" = $2 AND "passkeys"."id" = $3;
--   Index Scan using "idx-passkeys-project_id-user_id" on passkeys
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--     Filter: ((id)::text = $3)

SELECT "passkeys"."project_id", "passkeys"."id", "passkeys"."user_id", "passkeys"."created_at", "passkeys"."updated_at", "passkeys"."accessed_at", "passkeys"."name", "passkeys"."rp_id", "passkeys"."user_handle", "passkeys"."credential_id", "passkeys"."public_key", "passkeys"."aaguid", "passkeys"."transports", "passkeys"."sign_count", "passkeys"."backup_eligible", "passkeys"."backed_up" FROM "passkeys" WHERE "passkeys"."project_id" = $1 AND "passkeys"."user_id" = $2 ORDER BY "passkeys"."created_at" ASC, "passkeys"."id" ASC LIMIT $3 OFFSET $4;
--   Limit
--     ->  Sort
--           Sort Key: created_at, id
--           ->  Index Scan using "idx-passkeys-project_id-user_id" on passkeys
--                 Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

SELECT "rate_limits"."key", "rate_limits"."calls", "rate_limits"."expires_at" FROM "rate_limits" WHERE "rate_limits"."key" = $1 FOR UPDATE;
--   LockRows
--     ->  Index Scan using rate_limits_pkey on rate_limits
--           Index Cond: ((key)::text = $1)

SELECT "rate_limits"."key", "rate_limits"."calls", "rate_limits"."expires_at" FROM "rate_limits" WHERE "rate_limits"."key" IN ($1);
--   Index Scan using rate_limits_pkey on rate_limits
--     Index Cond: ((key)::text = $1)

SELECT "recovery_codes"."hash" FROM "recovery_codes" WHERE "recovery_codes"."project_id" = $1 AND "recovery_codes"."user_id" = $2 LIMIT $3;
--   Limit
--     ->  Index Only Scan using recovery_codes_pkey on recovery_codes
--           Index Cond: ((project_id = $1) AND (user_id = $2))

SELECT "recovery_codes"."project_id", "recovery_codes"."user_id", "recovery_codes"."hash", "recovery_codes"."created_at" FROM "recovery_codes" WHERE "recovery_codes"."hash" <> $1 AND "recovery_codes"."hash" > $2 ORDER BY "recovery_codes"."hash" ASC LIMIT $3;
--   Limit
--     ->  Index Scan using "idx-recovery_codes-hash" on recovery_codes
--           Index Cond: ((hash)::text > $2)
--           Filter: ((hash)::text <> $1)

SELECT "recovery_codes"."project_id", "recovery_codes"."user_id", "recovery_codes"."hash", "recovery_codes"."created_at" FROM "recovery_codes" WHERE "recovery_codes"."hash" <> $1 ORDER BY "recovery_codes"."hash" ASC LIMIT $2;
--   Limit
--     ->  Index Scan using "idx-recovery_codes-hash" on recovery_codes
--           Filter: ((hash)::text <> $1)
--   Why: goes through all rows once, a thousand at a time, while there is a `master_secret_previous`.

SELECT "recovery_codes"."project_id", "recovery_codes"."user_id", "recovery_codes"."hash", "recovery_codes"."created_at" FROM "recovery_codes" WHERE "recovery_codes"."project_id" = $1 AND "recovery_codes"."user_id" = $2;
--   Index Scan using recovery_codes_pkey on recovery_codes
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

SELECT "recovery_codes"."project_id", "recovery_codes"."user_id", "recovery_codes"."hash", "recovery_codes"."created_at" FROM "recovery_codes" WHERE "recovery_codes"."project_id" = $1 AND "recovery_codes"."user_id" = $2 FOR UPDATE;
--   LockRows
--     ->  Index Scan using recovery_codes_pkey on recovery_codes
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))

SELECT "revocations"."id" FROM "revocations" ORDER BY "revocations"."id" DESC LIMIT $1;
--   Limit
--     ->  Index Only Scan Backward using revocations_pkey on revocations

SELECT "revocations"."id" FROM "revocations" WHERE "revocations"."id" > $1;
--   Index Only Scan using revocations_pkey on revocations
--     Index Cond: (id > $1)

SELECT "revocations"."id", "revocations"."project_id", "revocations"."user_id", "revocations"."session_id", "revocations"."created_at" FROM "revocations" WHERE "revocations"."id" > $1 ORDER BY "revocations"."id" ASC;
--   Index Scan using revocations_pkey on revocations
--     Index Cond: (id > $1)

SELECT "revocations"."id", "revocations"."project_id", "revocations"."user_id", "revocations"."session_id", "revocations"."created_at" FROM "revocations" WHERE "revocations"."project_id" = $1 AND "revocations"."created_at" >= $2 AND "revocations"."id" > $3 ORDER BY "revocations"."id" ASC LIMIT $4;
--   Limit
--     ->  Index Scan using revocations_pkey on revocations
--           Index Cond: (id > $3)
--           Filter: ((created_at >= $2) AND ((project_id)::text = $1))

SELECT "revocations"."id", "revocations"."project_id", "revocations"."user_id", "revocations"."session_id", "revocations"."created_at" FROM "revocations" WHERE "revocations"."project_id" = $1 AND "revocations"."created_at" >= $2 ORDER BY "revocations"."id" ASC;
--   Sort
--     Sort Key: id
--     ->  Index Scan using "idx-revocations-created_at" on revocations
--           Index Cond: (created_at >= $2)
--           Filter: ((project_id)::text = $1)

SELECT "security_logs"."id", "security_logs"."created_at" FROM "security_logs" WHERE "security_logs"."id" <= $1 ORDER BY "security_logs"."id" DESC LIMIT $2;
--   Limit
--     ->  Index Scan Backward using security_logs_pkey on security_logs
--           Index Cond: (id <= $1)

SELECT "security_logs"."id", "security_logs"."project_id", "security_logs"."user_id" FROM "security_logs" WHERE "security_logs"."id" > $1;
--   Index Scan using security_logs_pkey on security_logs
--     Index Cond: (id > $1)

SELECT "security_logs"."id", "security_logs"."project_id", "security_logs"."user_id", "security_logs"."number", "security_logs"."event", "security_logs"."user_email", "security_logs"."user_name", "security_logs"."actor_kind", "security_logs"."actor_id", "security_logs"."actor_name", "security_logs"."ip", "security_logs"."user_agent", "security_logs"."country_code", "security_logs"."created_at" FROM "security_logs" WHERE "security_logs"."project_id" = $1 AND "security_logs"."user_id" = $2 AND "security_logs"."ip" = $3 AND "security_logs"."event" IN ($4, $5) LIMIT $6;
--   Limit
--     ->  Index Scan using "idx-security_logs-project_id-user_id-ip" on security_logs
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2) AND ((ip)::text = $3))
--           Filter: ((event)::text = ANY ((ARRAY[$4, $5])::text[]))

SELECT "security_logs"."id", "security_logs"."project_id", "security_logs"."user_id", "security_logs"."number", "security_logs"."event", "security_logs"."user_email", "security_logs"."user_name", "security_logs"."actor_kind", "security_logs"."actor_id", "security_logs"."actor_name", "security_logs"."ip", "security_logs"."user_agent", "security_logs"."country_code", "security_logs"."created_at" FROM "security_logs" WHERE "security_logs"."project_id" = $1 AND "security_logs"."user_id" = $2 AND "security_logs"."number" <= $3 AND "security_logs"."number" > $4 ORDER BY "security_logs"."number" DESC LIMIT $5;
--   Limit
--     ->  Index Scan Backward using "idx-security_logs-project_id-user_id-number" on security_logs
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2) AND (number <= $3) AND (number > $4))

SELECT "security_logs"."id", "security_logs"."project_id", "security_logs"."user_id", "security_logs"."number", "security_logs"."event", "security_logs"."user_email", "security_logs"."user_name", "security_logs"."actor_kind", "security_logs"."actor_id", "security_logs"."actor_name", "security_logs"."ip", "security_logs"."user_agent", "security_logs"."country_code", "security_logs"."created_at" FROM "security_logs" WHERE "security_logs"."project_id" = $1 AND "security_logs"."user_id" = $2 AND "security_logs"."number" > $3 ORDER BY "security_logs"."number" ASC LIMIT $4;
--   Limit
--     ->  Index Scan using "idx-security_logs-project_id-user_id-number" on security_logs
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2) AND (number > $3))

SELECT "security_logs"."id", "security_logs"."project_id", "security_logs"."user_id", "security_logs"."number", "security_logs"."event", "security_logs"."user_email", "security_logs"."user_name", "security_logs"."actor_kind", "security_logs"."actor_id", "security_logs"."actor_name", "security_logs"."ip", "security_logs"."user_agent", "security_logs"."country_code", "security_logs"."created_at" FROM "security_logs" WHERE "security_logs"."project_id" = $1 AND "security_logs"."user_id" IN (SELECT "users"."id" FROM "users" WHERE "users"."project_id" = $2 AND "users"."email" = $3) AND "security_logs"."ip" = $4 AND "security_logs"."actor_kind" IN ($5, $6) AND "security_logs"."event" IN ($7, $8) LIMIT $9;
--   Limit
--     ->  Nested Loop
--           ->  Index Scan using "idx-users-project_id-email" on users
--                 Index Cond: (((project_id)::text = $2) AND ((email)::text = $3))
--           ->  Index Scan using "idx-security_logs-project_id-user_id-ip" on security_logs
--                 Index Cond: (((project_id)::text = $1) AND ((user_id)::text = (users.id)::text) AND ((ip)::text = $4))
--                 Filter: (((actor_kind)::text = ANY ((ARRAY[$5, $6])::text[])) AND ((event)::text = ANY ((ARRAY[$7, $8])::text[])))

SELECT "sessions"."id", "sessions"."ip" FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2 AND "sessions"."expires_at" > $3 AND "sessions"."half_open" = $4 AND "sessions"."id" <> $5 ORDER BY "sessions"."created_at" ASC, "sessions"."id" ASC;
--   Sort
--     Sort Key: created_at, id
--     ->  Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           Filter: ((expires_at > $3) AND ((id)::text <> $5) AND (half_open = $4))

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."id" = $1;
--   Index Scan using sessions_pkey on sessions
--     Index Cond: ((id)::text = $1)

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."id" = $1 AND "sessions"."project_id" = $2 AND "sessions"."user_id" = $3 AND "sessions"."expires_at" <= $4;
--   Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--     Index Cond: (((project_id)::text = $2) AND ((user_id)::text = $3))
--     Filter: ((expires_at <= $4) AND ((id)::text = $1))

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2 AND "sessions"."expires_at" > $3;
--   Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--     Filter: (expires_at > $3)

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2 AND "sessions"."expires_at" > $3 AND "sessions"."half_open" = $4;
--   Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--     Filter: ((expires_at > $3) AND (half_open = $4))

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2 AND "sessions"."expires_at" > $3 AND "sessions"."id" <> $4;
--   Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--     Filter: ((expires_at > $3) AND ((id)::text <> $4))

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2 AND "sessions"."expires_at" > $3 AND "sessions"."id" = $4;
--   Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--     Filter: ((expires_at > $3) AND ((id)::text = $4))

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2 AND "sessions"."expires_at" > $3 AND "sessions"."secret_hash" = $4;
--   Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--     Filter: ((expires_at > $3) AND ((secret_hash)::text = $4))

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2 AND "sessions"."expires_at" > $3 AND ("sessions"."id" IN ($4) OR "sessions"."expires_at" <= $5);
--   Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--     Filter: ((expires_at > $3) AND (((id)::text = $4) OR (expires_at <= $5)))

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2 AND "sessions"."expires_at" > $3 AND ($4 = $5 OR "sessions"."expires_at" <= $6);
--   Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--     Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--     Filter: ((expires_at > $3) AND (($4 = $5) OR (expires_at <= $6)))

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."project_id" = $1 AND "sessions"."user_id" = $2 AND "sessions"."expires_at" > $3 ORDER BY "sessions"."created_at" ASC, "sessions"."id" ASC;
--   Sort
--     Sort Key: created_at, id
--     ->  Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           Filter: (expires_at > $3)

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."provider_tokens" <> $1 AND "sessions"."id" > $2 ORDER BY "sessions"."id" ASC LIMIT $3;
--   Limit
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text > $2)
--           Filter: (provider_tokens <> $1)

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."provider_tokens" <> $1 ORDER BY "sessions"."id" ASC LIMIT $2;
--   Limit
--     ->  Index Scan using sessions_pkey on sessions
--           Filter: (provider_tokens <> $1)
--   Why: goes through all rows once, a thousand at a time, while there is a `master_secret_previous`.

SELECT "sessions"."id", "sessions"."project_id", "sessions"."user_id", "sessions"."created_at", "sessions"."updated_at", "sessions"."expires_at", "sessions"."secret_hash", "sessions"."provider", "sessions"."provider_uid", "sessions"."ip", "sessions"."user_agent", "sessions"."country_code", "sessions"."provider_tokens", "sessions"."refreshing_until", "sessions"."factors", "sessions"."mfa_updated_at", "sessions"."half_open" FROM "sessions" WHERE "sessions"."secret_hash" = $1 AND "sessions"."project_id" = $2 AND "sessions"."user_id" = $3 AND "sessions"."expires_at" <= $4;
--   Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--     Index Cond: (((project_id)::text = $2) AND ((user_id)::text = $3))
--     Filter: ((expires_at <= $4) AND ((secret_hash)::text = $1))

SELECT "signing_keys"."id", "signing_keys"."project_id", "signing_keys"."algorithm", "signing_keys"."private_key", "signing_keys"."created_at", "signing_keys"."active_at" FROM "signing_keys" ORDER BY "signing_keys"."active_at" ASC, "signing_keys"."id" ASC;
--   Sort
--     Sort Key: active_at, id
--     ->  Seq Scan on signing_keys

SELECT "signing_keys"."id", "signing_keys"."project_id", "signing_keys"."algorithm", "signing_keys"."private_key", "signing_keys"."created_at", "signing_keys"."active_at" FROM "signing_keys" WHERE "signing_keys"."private_key" <> $1 AND "signing_keys"."id" > $2 ORDER BY "signing_keys"."id" ASC LIMIT $3;
--   Limit
--     ->  Sort
--           Sort Key: id
--           ->  Seq Scan on signing_keys
--                 Filter: ((private_key <> $1) AND ((id)::text > $2))

SELECT "signing_keys"."id", "signing_keys"."project_id", "signing_keys"."algorithm", "signing_keys"."private_key", "signing_keys"."created_at", "signing_keys"."active_at" FROM "signing_keys" WHERE "signing_keys"."private_key" <> $1 ORDER BY "signing_keys"."id" ASC LIMIT $2;
--   Limit
--     ->  Sort
--           Sort Key: id
--           ->  Seq Scan on signing_keys
--                 Filter: (private_key <> $1)

SELECT "signing_keys"."id", "signing_keys"."project_id", "signing_keys"."algorithm", "signing_keys"."private_key", "signing_keys"."created_at", "signing_keys"."active_at" FROM "signing_keys" WHERE "signing_keys"."project_id" = $1 ORDER BY "signing_keys"."active_at" ASC, "signing_keys"."id" ASC;
--   Sort
--     Sort Key: active_at, id
--     ->  Seq Scan on signing_keys
--           Filter: ((project_id)::text = $1)

SELECT "tokens"."id" FROM "tokens" WHERE "tokens"."project_id" = $1 AND "tokens"."purpose" = $2 AND "tokens"."address" = $3 AND "tokens"."guessable" = $4 ORDER BY "tokens"."created_at" DESC, "tokens"."id" DESC LIMIT $5;
--   Limit
--     ->  Sort
--           Sort Key: created_at DESC, id DESC
--           ->  Index Scan using "idx-tokens-project_id-address" on tokens
--                 Index Cond: (((project_id)::text = $1) AND ((address)::text = $3))
--                 Filter: (((purpose)::text = $2) AND (guessable = $4))

SELECT "tokens"."id", "tokens"."project_id", "tokens"."user_id", "tokens"."asked_id", "tokens"."created_at", "tokens"."expires_at", "tokens"."purpose", "tokens"."address", "tokens"."secret_hash", "tokens"."guessable", "tokens"."tries" FROM "tokens" WHERE "tokens"."id" = $1;
--   Index Scan using tokens_pkey on tokens
--     Index Cond: ((id)::text = $1)

SELECT "tokens"."id", "tokens"."project_id", "tokens"."user_id", "tokens"."asked_id", "tokens"."created_at", "tokens"."expires_at", "tokens"."purpose", "tokens"."address", "tokens"."secret_hash", "tokens"."guessable", "tokens"."tries" FROM "tokens" WHERE (("tokens"."project_id" = $1 AND "tokens"."user_id" = $2) OR ("tokens"."project_id" = $3 AND "tokens"."asked_id" = $4)) AND "tokens"."purpose" IN ($5) AND "tokens"."expires_at" <= $6;
--   Bitmap Heap Scan on tokens
--     Recheck Cond: ((((project_id)::text = $1) AND ((user_id)::text = $2)) OR (((project_id)::text = $3) AND ((asked_id)::text = $4)))
--     Filter: ((expires_at <= $6) AND ((purpose)::text = $5))
--     ->  BitmapOr
--           ->  Bitmap Index Scan on "idx-tokens-project_id-user_id"
--                 Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           ->  Bitmap Index Scan on "idx-tokens-project_id-asked_id"
--                 Index Cond: (((project_id)::text = $3) AND ((asked_id)::text = $4))

SELECT "tokens"."id", "tokens"."project_id", "tokens"."user_id", "tokens"."asked_id", "tokens"."created_at", "tokens"."expires_at", "tokens"."purpose", "tokens"."address", "tokens"."secret_hash", "tokens"."guessable", "tokens"."tries" FROM "tokens" WHERE (("tokens"."project_id" = $1 AND "tokens"."user_id" = $2) OR ("tokens"."project_id" = $3 AND "tokens"."asked_id" = $4)) AND "tokens"."purpose" IN ($5) AND "tokens"."expires_at" > $6 AND "tokens"."created_at" <= $7 AND "tokens"."guessable" = $8 AND "tokens"."tries" < $9 ORDER BY "tokens"."id" ASC;
--   Sort
--     Sort Key: id
--     ->  Bitmap Heap Scan on tokens
--           Recheck Cond: ((((project_id)::text = $1) AND ((user_id)::text = $2)) OR (((project_id)::text = $3) AND ((asked_id)::text = $4)))
--           Filter: ((expires_at > $6) AND (created_at <= $7) AND (tries < $9) AND ((purpose)::text = $5) AND (guessable = $8))
--           ->  BitmapOr
--                 ->  Bitmap Index Scan on "idx-tokens-project_id-user_id"
--                       Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--                 ->  Bitmap Index Scan on "idx-tokens-project_id-asked_id"
--                       Index Cond: (((project_id)::text = $3) AND ((asked_id)::text = $4))

SELECT "tokens"."id", "tokens"."project_id", "tokens"."user_id", "tokens"."asked_id", "tokens"."created_at", "tokens"."expires_at", "tokens"."purpose", "tokens"."address", "tokens"."secret_hash", "tokens"."guessable", "tokens"."tries" FROM "tokens" WHERE (("tokens"."project_id" = $1 AND "tokens"."user_id" = $2) OR ("tokens"."project_id" = $3 AND "tokens"."asked_id" = $4)) AND "tokens"."purpose" IN ($5) AND "tokens"."expires_at" > $6 AND "tokens"."created_at" <= $7 AND "tokens"."guessable" = $8 AND "tokens"."tries" < $9 ORDER BY "tokens"."id" ASC FOR UPDATE;
--   LockRows
--     ->  Sort
--           Sort Key: id
--           ->  Bitmap Heap Scan on tokens
--                 Recheck Cond: ((((project_id)::text = $1) AND ((user_id)::text = $2)) OR (((project_id)::text = $3) AND ((asked_id)::text = $4)))
--                 Filter: ((expires_at > $6) AND (created_at <= $7) AND (tries < $9) AND ((purpose)::text = $5) AND (guessable = $8))
--                 ->  BitmapOr
--                       ->  Bitmap Index Scan on "idx-tokens-project_id-user_id"
--                             Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--                       ->  Bitmap Index Scan on "idx-tokens-project_id-asked_id"
--                             Index Cond: (((project_id)::text = $3) AND ((asked_id)::text = $4))

SELECT "tokens"."id", "tokens"."project_id", "tokens"."user_id", "tokens"."asked_id", "tokens"."created_at", "tokens"."expires_at", "tokens"."purpose", "tokens"."address", "tokens"."secret_hash", "tokens"."guessable", "tokens"."tries" FROM "tokens" WHERE (("tokens"."project_id" = $1 AND "tokens"."user_id" = $2) OR ("tokens"."project_id" = $3 AND "tokens"."asked_id" = $4)) AND "tokens"."purpose" IN ($5) AND "tokens"."expires_at" > $6 AND "tokens"."created_at" <= $7 AND "tokens"."secret_hash" = $8 AND "tokens"."guessable" = $9;
--   Index Scan using tokens_secret_hash_key on tokens
--     Index Cond: ((secret_hash)::text = $8)
--     Filter: ((expires_at > $6) AND (created_at <= $7) AND ((purpose)::text = $5) AND (guessable = $9) AND ((((project_id)::text = $1) AND ((user_id)::text = $2)) OR (((project_id)::text = $3) AND ((asked_id)::text = $4))))

SELECT "users"."id" FROM "users" WHERE "users"."project_id" = $1 ORDER BY "users"."id" ASC LIMIT $2;
--   Limit
--     ->  Index Only Scan using users_pkey on users
--           Index Cond: (project_id = $1)

SELECT "users"."id", "users"."email", "users"."phone", "users"."name" FROM "users" WHERE "users"."project_id" = $1 AND "users"."email" IN ($2);
--   Index Scan using "idx-users-project_id-email" on users
--     Index Cond: (((project_id)::text = $1) AND ((email)::text = $2))

SELECT "users"."id", "users"."email", "users"."phone", "users"."name" FROM "users" WHERE "users"."project_id" = $1 AND "users"."id" IN ($2);
--   Index Scan using users_pkey on users
--     Index Cond: (((project_id)::text = $1) AND ((id)::text = $2))

SELECT "users"."project_id", "users"."id" FROM "users" WHERE "users"."email" IS NULL AND "users"."phone" IS NULL AND "users"."password_hash" IS NULL AND "users"."created_at" <= $1 AND (NOT EXISTS(SELECT "sessions"."id" FROM "sessions" WHERE "sessions"."project_id" = "users"."project_id" AND "sessions"."user_id" = "users"."id" AND "sessions"."expires_at" > $2)) AND (NOT EXISTS(SELECT "identities"."id" FROM "identities" WHERE "identities"."project_id" = "users"."project_id" AND "identities"."user_id" = "users"."id")) AND (NOT EXISTS(SELECT "passkeys"."id" FROM "passkeys" WHERE "passkeys"."project_id" = "users"."project_id" AND "passkeys"."user_id" = "users"."id")) LIMIT $3;
--   Limit
--     ->  Nested Loop Anti Join
--           ->  Nested Loop Anti Join
--                 ->  Nested Loop Anti Join
--                       ->  Index Scan using "idx-users-created_at-anonymous" on users
--                             Index Cond: (created_at <= $1)
--                       ->  Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--                             Index Cond: (((project_id)::text = (users.project_id)::text) AND ((user_id)::text = (users.id)::text))
--                             Filter: (expires_at > $2)
--                 ->  Index Only Scan using "idx-identities-project_id-user_id" on identities
--                       Index Cond: ((project_id = (users.project_id)::text) AND (user_id = (users.id)::text))
--           ->  Index Only Scan using "idx-passkeys-project_id-user_id" on passkeys
--                 Index Cond: ((project_id = (users.project_id)::text) AND (user_id = (users.id)::text))

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa" FROM "users" WHERE "users"."project_id" = $1 AND "users"."email" = $2;
--   Index Scan using "idx-users-project_id-email" on users
--     Index Cond: (((project_id)::text = $1) AND ((email)::text = $2))

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa" FROM "users" WHERE "users"."project_id" = $1 AND "users"."email" = $2 FOR UPDATE;
--   LockRows
--     ->  Index Scan using "idx-users-project_id-email" on users
--           Index Cond: (((project_id)::text = $1) AND ((email)::text = $2))

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa" FROM "users" WHERE "users"."project_id" = $1 AND "users"."id" = $2;
--   Index Scan using users_pkey on users
--     Index Cond: (((project_id)::text = $1) AND ((id)::text = $2))

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa" FROM "users" WHERE "users"."project_id" = $1 AND "users"."id" = $2 FOR NO KEY UPDATE;
--   LockRows
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $1) AND ((id)::text = $2))

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa" FROM "users" WHERE "users"."project_id" = $1 AND "users"."id" = $2 FOR UPDATE;
--   LockRows
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $1) AND ((id)::text = $2))

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa" FROM "users" WHERE "users"."project_id" = $1 AND "users"."id" = $2 LIMIT $3 FOR UPDATE;
--   Limit
--     ->  LockRows
--           ->  Index Scan using users_pkey on users
--                 Index Cond: (((project_id)::text = $1) AND ((id)::text = $2))

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa" FROM "users" WHERE "users"."project_id" = $1 AND "users"."id" > $2 ORDER BY "users"."id" ASC LIMIT $3;
--   Limit
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $1) AND ((id)::text > $2))

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa" FROM "users" WHERE "users"."project_id" = $1 AND "users"."phone" = $2;
--   Index Scan using "idx-users-project_id-phone" on users
--     Index Cond: (((project_id)::text = $1) AND ((phone)::text = $2))

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa" FROM "users" WHERE "users"."project_id" = $1 AND "users"."phone" = $2 FOR UPDATE;
--   LockRows
--     ->  Index Scan using "idx-users-project_id-phone" on users
--           Index Cond: (((project_id)::text = $1) AND ((phone)::text = $2))

SELECT "users"."project_id", "users"."id", "users"."created_at", "users"."updated_at", "users"."accessed_at", "users"."name", "users"."email", "users"."email_verified", "users"."phone", "users"."phone_verified", "users"."password_hash", "users"."password_updated_at", "users"."enabled", "users"."prefs", "users"."prefs_revision", "users"."labels", "users"."mfa" FROM "users" WHERE "users"."project_id" = $1 ORDER BY "users"."id" ASC LIMIT $2;
--   Limit
--     ->  Index Scan using users_pkey on users
--           Index Cond: ((project_id)::text = $1)

SELECT 1;
--   Result

SELECT COUNT(*) AS num_items FROM (SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."project_id" = $1 AND "identities"."user_id" = $2 AND "identities"."issuer" IN ($3)) AS "sub_query";
--   Aggregate
--     ->  Index Scan using "idx-identities-project_id-user_id" on identities
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           Filter: ((issuer)::text = $3)

SELECT COUNT(*) AS num_items FROM (SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."project_id" = $1 AND "identities"."user_id" = $2 AND $3 = $4) AS "sub_query";
--   Aggregate
--     ->  Result
--           One-Time Filter: ($3 = $4)
--           ->  Index Only Scan using "idx-identities-project_id-user_id" on identities
--                 Index Cond: ((project_id = $1) AND (user_id = $2))

SELECT COUNT(*) AS num_items FROM (SELECT "identities"."id", "identities"."project_id", "identities"."user_id", "identities"."created_at", "identities"."updated_at", "identities"."provider", "identities"."issuer", "identities"."subject", "identities"."email", "identities"."provider_tokens" FROM "identities" WHERE "identities"."project_id" = $1 AND "identities"."user_id" = $2) AS "sub_query";
--   Aggregate
--     ->  Index Only Scan using "idx-identities-project_id-user_id" on identities
--           Index Cond: ((project_id = $1) AND (user_id = $2))

SELECT COUNT(*) AS num_items FROM (SELECT "messages"."id", "messages"."project_id", "messages"."channel", "messages"."kind", "messages"."recipient", "messages"."sealed", "messages"."state", "messages"."attempts", "messages"."error", "messages"."created_at", "messages"."due_at", "messages"."expires_at" FROM "messages" WHERE "messages"."project_id" = $1 AND "messages"."state" IN ($2) AND "messages"."due_at" > $3) AS "sub_query";
--   Aggregate
--     ->  Bitmap Heap Scan on messages
--           Recheck Cond: (((project_id)::text = $1) AND ((state)::text = $2))
--           Filter: (due_at > $3)
--           ->  Bitmap Index Scan on "idx-messages-project_id-state"
--                 Index Cond: (((project_id)::text = $1) AND ((state)::text = $2))

SELECT COUNT(*) AS num_items FROM (SELECT "passkeys"."project_id", "passkeys"."id", "passkeys"."user_id", "passkeys"."created_at", "passkeys"."updated_at", "passkeys"."accessed_at", "passkeys"."name", "passkeys"."rp_id", "passkeys"."user_handle", "passkeys"."credential_id", "passkeys"."public_key", "passkeys"."aaguid", "passkeys"."transports", "passkeys"."sign_count", "passkeys"."backup_eligible", "passkeys"."backed_up" FROM "passkeys" WHERE "passkeys"."project_id" = $1 AND "passkeys"."user_id" = $2 AND "passkeys"."rp_id" = $3) AS "sub_query";
--   Aggregate
--     ->  Index Scan using "idx-passkeys-project_id-user_id" on passkeys
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           Filter: ((rp_id)::text = $3)

SELECT COUNT(*) AS num_items FROM (SELECT "passkeys"."project_id", "passkeys"."id", "passkeys"."user_id", "passkeys"."created_at", "passkeys"."updated_at", "passkeys"."accessed_at", "passkeys"."name", "passkeys"."rp_id", "passkeys"."user_handle", "passkeys"."credential_id", "passkeys"."public_key", "passkeys"."aaguid", "passkeys"."transports", "passkeys"."sign_count", "passkeys"."backup_eligible", "passkeys"."backed_up" FROM "passkeys" WHERE "passkeys"."project_id" = $1 AND "passkeys"."user_id" = $2) AS "sub_query";
--   Aggregate
--     ->  Index Only Scan using "idx-passkeys-project_id-user_id" on passkeys
--           Index Cond: ((project_id = $1) AND (user_id = $2))

SELECT COUNT(*) AS num_items FROM (SELECT "security_logs"."id", "security_logs"."project_id", "security_logs"."user_id", "security_logs"."number", "security_logs"."event", "security_logs"."user_email", "security_logs"."user_name", "security_logs"."actor_kind", "security_logs"."actor_id", "security_logs"."actor_name", "security_logs"."ip", "security_logs"."user_agent", "security_logs"."country_code", "security_logs"."created_at" FROM "security_logs" WHERE "security_logs"."id" > $1 AND "security_logs"."project_id" = $2 AND "security_logs"."event" = $3 AND "security_logs"."created_at" > $4) AS "sub_query";
--   Aggregate
--     ->  Index Scan using security_logs_pkey on security_logs
--           Index Cond: (id > $1)
--           Filter: ((created_at > $4) AND ((project_id)::text = $2) AND ((event)::text = $3))

SELECT MAX("security_logs"."id") AS "id" FROM "security_logs" LIMIT $1;
--   Limit
--     InitPlan 1 (returns $0)
--       ->  Limit
--             ->  Index Only Scan Backward using security_logs_pkey on security_logs
--                   Index Cond: (id IS NOT NULL)
--     ->  Result

SELECT MAX("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = $1 AND "security_logs"."user_id" = $2;
--   Aggregate
--     ->  Index Only Scan using "idx-security_logs-project_id-user_id-number" on security_logs
--           Index Cond: ((project_id = $1) AND (user_id = $2))

SELECT MIN("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = $1 AND "security_logs"."user_id" = $2;
--   Aggregate
--     ->  Index Only Scan using "idx-security_logs-project_id-user_id-number" on security_logs
--           Index Cond: ((project_id = $1) AND (user_id = $2))

SELECT current_setting('fsync') AS value;
--   Result

SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now;
--   Result

SELECT pg_advisory_xact_lock(hashtextextended($1, 0));
--   Result

SELECT users.project_id, users.id, users.created_at, users.updated_at, users.accessed_at, users.name, users.email, users.email_verified, users.phone, users.phone_verified, users.password_hash, users.password_updated_at, users.enabled, users.prefs, users.prefs_revision, users.labels, users.mfa FROM users JOIN sessions ON sessions.project_id = users.project_id AND sessions.user_id = users.id WHERE users.project_id = $1 AND users.id = $2 AND sessions.id = $3 AND sessions.expires_at > $4 FOR UPDATE OF users FOR SHARE OF sessions;
--   LockRows
--     ->  Nested Loop
--           ->  Index Scan using users_pkey on users
--                 Index Cond: (((project_id)::text = $1) AND ((id)::text = $2))
--           ->  Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--                 Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--                 Filter: ((expires_at > $4) AND ((id)::text = $3))

SELECT users.project_id, users.id, users.created_at, users.updated_at, users.accessed_at, users.name, users.email, users.email_verified, users.phone, users.phone_verified, users.password_hash, users.password_updated_at, users.enabled, users.prefs, users.prefs_revision, users.labels, users.mfa, sessions.id, sessions.project_id, sessions.user_id, sessions.created_at, sessions.updated_at, sessions.expires_at, sessions.secret_hash, sessions.provider, sessions.provider_uid, sessions.ip, sessions.user_agent, sessions.country_code, sessions.provider_tokens, sessions.refreshing_until, sessions.factors, sessions.mfa_updated_at, sessions.half_open FROM sessions JOIN users ON users.project_id = sessions.project_id AND users.id = sessions.user_id WHERE sessions.project_id = $1 AND sessions.user_id = $2 AND sessions.expires_at > $3 AND sessions.id = $4;
--   Nested Loop
--     ->  Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           Filter: ((expires_at > $3) AND ((id)::text = $4))
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $1) AND ((id)::text = $2))

SELECT users.project_id, users.id, users.created_at, users.updated_at, users.accessed_at, users.name, users.email, users.email_verified, users.phone, users.phone_verified, users.password_hash, users.password_updated_at, users.enabled, users.prefs, users.prefs_revision, users.labels, users.mfa, sessions.id, sessions.project_id, sessions.user_id, sessions.created_at, sessions.updated_at, sessions.expires_at, sessions.secret_hash, sessions.provider, sessions.provider_uid, sessions.ip, sessions.user_agent, sessions.country_code, sessions.provider_tokens, sessions.refreshing_until, sessions.factors, sessions.mfa_updated_at, sessions.half_open FROM sessions JOIN users ON users.project_id = sessions.project_id AND users.id = sessions.user_id WHERE sessions.project_id = $1 AND sessions.user_id = $2 AND sessions.expires_at > $3 AND sessions.secret_hash = $4;
--   Nested Loop
--     ->  Index Scan using "idx-sessions-project_id-user_id-created_at" on sessions
--           Index Cond: (((project_id)::text = $1) AND ((user_id)::text = $2))
--           Filter: ((expires_at > $3) AND ((secret_hash)::text = $4))
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $1) AND ((id)::text = $2))

UPDATE "api_keys" SET "expires_at" = $1 WHERE "api_keys"."id" = $2 RETURNING "id", "project_id", "name", "hash", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at";
--   Update on api_keys
--     ->  Seq Scan on api_keys
--           Filter: ((id)::text = $2)

UPDATE "api_keys" SET "expires_at" = $1, "revoked_at" = $2 WHERE "api_keys"."id" = $3 RETURNING "id", "project_id", "name", "hash", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at";
--   Update on api_keys
--     ->  Seq Scan on api_keys
--           Filter: ((id)::text = $3)

UPDATE "api_keys" SET "last_used_at" = $1 WHERE "api_keys"."id" = $2 AND ("api_keys"."last_used_at" IS NULL OR "api_keys"."last_used_at" < $3);
--   Update on api_keys
--     ->  Seq Scan on api_keys
--           Filter: (((last_used_at IS NULL) OR (last_used_at < $3)) AND ((id)::text = $2))

UPDATE "api_keys" SET "revoked_at" = "api_keys"."expires_at" WHERE "api_keys"."revoked_at" IS NULL AND "api_keys"."expires_at" <= $1;
--   Update on api_keys
--     ->  Seq Scan on api_keys
--           Filter: ((revoked_at IS NULL) AND (expires_at <= $1))

UPDATE "api_keys" SET "revoked_at" = $1 WHERE "api_keys"."id" = $2 RETURNING "id", "project_id", "name", "hash", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at";
--   Update on api_keys
--     ->  Seq Scan on api_keys
--           Filter: ((id)::text = $2)

UPDATE "authenticators" SET "last_step" = $1 WHERE "authenticators"."id" = $2 AND "authenticators"."last_step" < $3;
--   Update on authenticators
--     ->  Index Scan using authenticators_pkey on authenticators
--           Index Cond: ((id)::text = $2)
--           Filter: (last_step < $3)

UPDATE "authenticators" SET "seed" = $1 WHERE "authenticators"."id" = $2 AND "authenticators"."seed" = $3;
--   Update on authenticators
--     ->  Index Scan using authenticators_pkey on authenticators
--           Index Cond: ((id)::text = $2)
--           Filter: (seed = $3)

UPDATE "authenticators" SET "verified_at" = $1, "last_step" = $2 WHERE "authenticators"."id" = $3 AND "authenticators"."verified_at" IS NULL AND "authenticators"."last_step" < $4;
--   Update on authenticators
--     ->  Index Scan using authenticators_pkey on authenticators
--           Index Cond: ((id)::text = $3)
--           Filter: ((verified_at IS NULL) AND (last_step < $4))

UPDATE "challenges" SET "tries" = "tries" + $1 WHERE "challenges"."id" = $2 AND "challenges"."project_id" = $3 AND "challenges"."user_id" = $4 AND "challenges"."session_id" = $5 AND "challenges"."expires_at" > $6 AND "challenges"."tries" < $7;
--   Update on challenges
--     ->  Index Scan using "idx-challenges-project_id-user_id" on challenges
--           Index Cond: (((project_id)::text = $3) AND ((user_id)::text = $4))
--           Filter: ((expires_at > $6) AND (tries < $7) AND ((id)::text = $2) AND ((session_id)::text = $5))

UPDATE "identities" SET "project_id" = $1, "user_id" = $2, "created_at" = $3, "updated_at" = $4, "provider" = $5, "issuer" = $6, "subject" = $7, "email" = $8, "provider_tokens" = $9 WHERE "identities"."id" = $10;
--   Update on identities
--     ->  Index Scan using identities_pkey on identities
--           Index Cond: ((id)::text = $10)

UPDATE "identities" SET "provider_tokens" = $1 WHERE "identities"."id" = $2 AND "identities"."provider_tokens" = $3;
--   Update on identities
--     ->  Index Scan using identities_pkey on identities
--           Index Cond: ((id)::text = $2)
--           Filter: (provider_tokens = $3)

UPDATE "identities" SET "provider_tokens" = $1 WHERE "identities"."id" = $2 RETURNING "id", "project_id", "user_id", "created_at", "updated_at", "provider", "issuer", "subject", "email", "provider_tokens";
--   Update on identities
--     ->  Index Scan using identities_pkey on identities
--           Index Cond: ((id)::text = $2)

UPDATE "messages" SET "due_at" = $1, "attempts" = "attempts" + $2, "error" = $3 WHERE "messages"."id" = $4 AND "messages"."state" = $5 AND "messages"."due_at" = $6;
--   Update on messages
--     ->  Index Scan using messages_pkey on messages
--           Index Cond: ((id)::text = $4)
--           Filter: (((state)::text = $5) AND (due_at = $6))

UPDATE "messages" SET "due_at" = $1, "error" = $2 WHERE "messages"."id" = $3;
--   Update on messages
--     ->  Index Scan using messages_pkey on messages
--           Index Cond: ((id)::text = $3)

UPDATE "messages" SET "sealed" = $1 WHERE "messages"."channel" IN ($2, $3, $4) AND "messages"."state" IN ($5) AND ("messages"."state" = $6 OR "messages"."expires_at" <= $7) AND "messages"."sealed" <> $8;
--   Update on messages
--     ->  Bitmap Heap Scan on messages
--           Recheck Cond: (((channel)::text = ANY ((ARRAY[$2, $3, $4])::text[])) AND ((state)::text = $5))
--           Filter: ((sealed <> $8) AND (((state)::text = $6) OR (expires_at <= $7)))
--           ->  Bitmap Index Scan on "idx-messages-channel-state-due_at"
--                 Index Cond: (((channel)::text = ANY ((ARRAY[$2, $3, $4])::text[])) AND ((state)::text = $5))

UPDATE "messages" SET "sealed" = $1 WHERE "messages"."id" = $2 AND "messages"."sealed" = $3;
--   Update on messages
--     ->  Index Scan using messages_pkey on messages
--           Index Cond: ((id)::text = $2)
--           Filter: (sealed = $3)

UPDATE "messages" SET "state" = $1, "due_at" = $2, "attempts" = $3 WHERE "messages"."id" = $4 AND ("messages"."state" = $5 OR ("messages"."state" = $6 AND "messages"."error" <> $7));
--   Update on messages
--     ->  Index Scan using messages_pkey on messages
--           Index Cond: ((id)::text = $4)
--           Filter: (((state)::text = $5) OR (((state)::text = $6) AND ((error)::text <> $7)))

UPDATE "messages" SET "state" = $1, "due_at" = $2, "error" = $3 WHERE "messages"."id" = $4;
--   Update on messages
--     ->  Index Scan using messages_pkey on messages
--           Index Cond: ((id)::text = $4)

UPDATE "messages" SET "state" = $1, "due_at" = $2, "error" = $3, "sealed" = $4 WHERE "messages"."id" = $5;
--   Update on messages
--     ->  Index Scan using messages_pkey on messages
--           Index Cond: ((id)::text = $5)

UPDATE "messages" SET "state" = $1, "sealed" = $2, "due_at" = $3 WHERE "messages"."channel" = $4 AND "messages"."state" = $5 AND "messages"."expires_at" <= $6;
--   Update on messages
--     ->  Bitmap Heap Scan on messages
--           Recheck Cond: (((channel)::text = $4) AND ((state)::text = $5))
--           Filter: (expires_at <= $6)
--           ->  Bitmap Index Scan on "idx-messages-channel-state-due_at"
--                 Index Cond: (((channel)::text = $4) AND ((state)::text = $5))

UPDATE "passkeys" SET "accessed_at" = $1, "sign_count" = $2, "backed_up" = $3 WHERE "passkeys"."project_id" = $4 AND "passkeys"."id" = $5;
--   Update on passkeys
--     ->  Index Scan using passkeys_pkey on passkeys
--           Index Cond: (((project_id)::text = $4) AND ((id)::text = $5))

UPDATE "passkeys" SET "updated_at" = $1, "name" = $2 WHERE "passkeys"."project_id" = $3 AND "passkeys"."id" = $4;
--   Update on passkeys
--     ->  Index Scan using passkeys_pkey on passkeys
--           Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))

UPDATE "rate_limits" SET "calls" = $1, "expires_at" = $2 WHERE "rate_limits"."key" = $3;
--   Update on rate_limits
--     ->  Index Scan using rate_limits_pkey on rate_limits
--           Index Cond: ((key)::text = $3)

UPDATE "recovery_codes" SET "hash" = $1 WHERE "recovery_codes"."hash" = $2 AND "recovery_codes"."hash" = $3;
--   Update on recovery_codes
--     ->  Result
--           One-Time Filter: ($2 = $3)
--           ->  Index Scan using "idx-recovery_codes-hash" on recovery_codes
--                 Index Cond: ((hash)::text = $3)

UPDATE "security_logs" SET "user_id" = $1 WHERE "security_logs"."project_id" = $2 AND "security_logs"."user_id" IN ($3);
--   Update on security_logs
--     ->  Index Scan using "idx-security_logs-project_id-user_id-ip" on security_logs
--           Index Cond: (((project_id)::text = $2) AND ((user_id)::text = $3))

UPDATE "sessions" SET "expires_at" = $1, "half_open" = $2 WHERE "sessions"."id" = $3;
--   Update on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $3)

UPDATE "sessions" SET "factors" = $1 WHERE "sessions"."id" = $2;
--   Update on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $2)

UPDATE "sessions" SET "provider" = $1 WHERE "sessions"."id" = $2 RETURNING "id", "project_id", "user_id", "created_at", "updated_at", "expires_at", "secret_hash", "provider", "provider_uid", "ip", "user_agent", "country_code", "provider_tokens", "refreshing_until", "factors", "mfa_updated_at", "half_open";
--   Update on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $2)

UPDATE "sessions" SET "provider_tokens" = $1 WHERE "sessions"."id" = $2 AND "sessions"."provider_tokens" = $3;
--   Update on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $2)
--           Filter: (provider_tokens = $3)

UPDATE "sessions" SET "provider_tokens" = $1 WHERE "sessions"."id" = $2 RETURNING "id", "project_id", "user_id", "created_at", "updated_at", "expires_at", "secret_hash", "provider", "provider_uid", "ip", "user_agent", "country_code", "provider_tokens", "refreshing_until", "factors", "mfa_updated_at", "half_open";
--   Update on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $2)

UPDATE "sessions" SET "provider_tokens" = $1, "refreshing_until" = $2 WHERE "sessions"."id" = $3 RETURNING "id", "project_id", "user_id", "created_at", "updated_at", "expires_at", "secret_hash", "provider", "provider_uid", "ip", "user_agent", "country_code", "provider_tokens", "refreshing_until", "factors", "mfa_updated_at", "half_open";
--   Update on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $3)

UPDATE "sessions" SET "provider_uid" = $1, "provider_tokens" = $2 WHERE "sessions"."id" = $3;
--   Update on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $3)

UPDATE "sessions" SET "refreshing_until" = $1 WHERE "sessions"."id" = $2;
--   Update on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $2)

UPDATE "sessions" SET "refreshing_until" = $1 WHERE "sessions"."id" = $2 AND "sessions"."provider_tokens" = $3 AND ("sessions"."refreshing_until" IS NULL OR "sessions"."refreshing_until" <= $4);
--   Update on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $2)
--           Filter: (((refreshing_until IS NULL) OR (refreshing_until <= $4)) AND (provider_tokens = $3))

UPDATE "sessions" SET "refreshing_until" = $1 WHERE "sessions"."id" = $2 RETURNING "id", "project_id", "user_id", "created_at", "updated_at", "expires_at", "secret_hash", "provider", "provider_uid", "ip", "user_agent", "country_code", "provider_tokens", "refreshing_until", "factors", "mfa_updated_at", "half_open";
--   Update on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $2)

UPDATE "sessions" SET "secret_hash" = $1 WHERE "sessions"."id" = $2;
--   Update on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $2)

UPDATE "sessions" SET "updated_at" = $1, "expires_at" = $2 WHERE "sessions"."id" = $3 RETURNING "id", "project_id", "user_id", "created_at", "updated_at", "expires_at", "secret_hash", "provider", "provider_uid", "ip", "user_agent", "country_code", "provider_tokens", "refreshing_until", "factors", "mfa_updated_at", "half_open";
--   Update on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $3)

UPDATE "sessions" SET "updated_at" = $1, "mfa_updated_at" = $2 WHERE "sessions"."id" = $3;
--   Update on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $3)

UPDATE "sessions" SET "updated_at" = $1, "secret_hash" = $2 WHERE "sessions"."id" = $3 RETURNING "id", "project_id", "user_id", "created_at", "updated_at", "expires_at", "secret_hash", "provider", "provider_uid", "ip", "user_agent", "country_code", "provider_tokens", "refreshing_until", "factors", "mfa_updated_at", "half_open";
--   Update on sessions
--     ->  Index Scan using sessions_pkey on sessions
--           Index Cond: ((id)::text = $3)

UPDATE "signing_keys" SET "private_key" = $1;
--   Update on signing_keys
--     ->  Seq Scan on signing_keys

UPDATE "signing_keys" SET "private_key" = $1 WHERE "signing_keys"."id" = $2 AND "signing_keys"."private_key" = $3;
--   Update on signing_keys
--     ->  Seq Scan on signing_keys
--           Filter: (((id)::text = $2) AND (private_key = $3))

UPDATE "tokens" SET "tries" = "tries" + $1 WHERE "tokens"."id" IN ($2);
--   Update on tokens
--     ->  Index Scan using tokens_pkey on tokens
--           Index Cond: ((id)::text = $2)

UPDATE "tokens" SET "tries" = "tries" + $1 WHERE $2 = $3;
--   Update on tokens
--     ->  Result
--           One-Time Filter: ($2 = $3)
--           ->  Seq Scan on tokens
--   Why: the list of values is empty, the condition false, and no row is read.

UPDATE "users" SET "accessed_at" = $1 WHERE "users"."project_id" = $2 AND "users"."id" = $3;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $2) AND ((id)::text = $3))

UPDATE "users" SET "accessed_at" = $1, "email_verified" = $2 WHERE "users"."project_id" = $3 AND "users"."id" = $4;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))

UPDATE "users" SET "accessed_at" = $1, "password_hash" = $2 WHERE "users"."project_id" = $3 AND "users"."id" = $4;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))

UPDATE "users" SET "accessed_at" = $1, "phone_verified" = $2 WHERE "users"."project_id" = $3 AND "users"."id" = $4;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))

UPDATE "users" SET "password_hash" = $1, "password_updated_at" = $2 WHERE "users"."project_id" = $3 AND "users"."id" = $4;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))

UPDATE "users" SET "updated_at" = $1, "accessed_at" = $2, "email_verified" = $3 WHERE "users"."project_id" = $4 AND "users"."id" = $5;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $4) AND ((id)::text = $5))

UPDATE "users" SET "updated_at" = $1, "accessed_at" = $2, "phone_verified" = $3 WHERE "users"."project_id" = $4 AND "users"."id" = $5;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $4) AND ((id)::text = $5))

UPDATE "users" SET "updated_at" = $1, "email" = $2 WHERE "users"."project_id" = $3 AND "users"."id" = $4;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))

UPDATE "users" SET "updated_at" = $1, "email" = $2, "email_verified" = $3 WHERE "users"."project_id" = $4 AND "users"."id" = $5;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $4) AND ((id)::text = $5))

UPDATE "users" SET "updated_at" = $1, "email" = $2, "email_verified" = $3, "password_hash" = $4, "password_updated_at" = $5 WHERE "users"."project_id" = $6 AND "users"."id" = $7;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $6) AND ((id)::text = $7))

UPDATE "users" SET "updated_at" = $1, "email_verified" = $2 WHERE "users"."project_id" = $3 AND "users"."id" = $4;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))

UPDATE "users" SET "updated_at" = $1, "email_verified" = $2, "password_hash" = $3, "password_updated_at" = $4 WHERE "users"."project_id" = $5 AND "users"."id" = $6;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $5) AND ((id)::text = $6))

UPDATE "users" SET "updated_at" = $1, "email_verified" = $2, "phone" = $3, "password_hash" = $4, "password_updated_at" = $5 WHERE "users"."project_id" = $6 AND "users"."id" = $7;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $6) AND ((id)::text = $7))

UPDATE "users" SET "updated_at" = $1, "name" = $2, "email" = $3, "email_verified" = $4 WHERE "users"."project_id" = $5 AND "users"."id" = $6;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $5) AND ((id)::text = $6))

UPDATE "users" SET "updated_at" = $1, "password_hash" = $2, "password_updated_at" = $3 WHERE "users"."project_id" = $4 AND "users"."id" = $5;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $4) AND ((id)::text = $5))

UPDATE "users" SET "updated_at" = $1, "phone" = $2 WHERE "users"."project_id" = $3 AND "users"."id" = $4;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))

UPDATE "users" SET "updated_at" = $1, "phone" = $2, "phone_verified" = $3 WHERE "users"."project_id" = $4 AND "users"."id" = $5;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $4) AND ((id)::text = $5))

UPDATE "users" SET "updated_at" = $1, "phone" = $2, "phone_verified" = $3, "password_hash" = $4, "password_updated_at" = $5 WHERE "users"."project_id" = $6 AND "users"."id" = $7;
--   Update on users
--     ->  Index Scan using users_pkey on users
--           Index Cond: (((project_id)::text = $6) AND ((id)::text = $7))

WITH "joined" AS (UPDATE "users" SET "updated_at" = $1, "email" = $2 WHERE "users"."project_id" = $3 AND "users"."id" = $4) INSERT INTO "security_logs" ("number", "project_id", "user_id", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES (COALESCE((SELECT MAX("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = $5 AND "security_logs"."user_id" = $6), $7) + $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20);
--   Insert on security_logs
--     CTE joined
--       ->  Update on users
--             ->  Index Scan using users_pkey on users
--                   Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))
--     InitPlan 3 (returns $3)
--       ->  Result
--             InitPlan 2 (returns $2)
--               ->  Limit
--                     ->  Index Only Scan Backward using "idx-security_logs-project_id-user_id-number" on security_logs security_logs_1
--                           Index Cond: ((project_id = $5) AND (user_id = $6) AND (number IS NOT NULL))
--     ->  Result

WITH "joined" AS (UPDATE "users" SET "updated_at" = $1, "email_verified" = $2 WHERE "users"."project_id" = $3 AND "users"."id" = $4) INSERT INTO "security_logs" ("number", "project_id", "user_id", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES (COALESCE((SELECT MAX("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = $5 AND "security_logs"."user_id" = $6), $7) + $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20);
--   Insert on security_logs
--     CTE joined
--       ->  Update on users
--             ->  Index Scan using users_pkey on users
--                   Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))
--     InitPlan 3 (returns $3)
--       ->  Result
--             InitPlan 2 (returns $2)
--               ->  Limit
--                     ->  Index Only Scan Backward using "idx-security_logs-project_id-user_id-number" on security_logs security_logs_1
--                           Index Cond: ((project_id = $5) AND (user_id = $6) AND (number IS NOT NULL))
--     ->  Result

WITH "joined" AS (UPDATE "users" SET "updated_at" = $1, "enabled" = $2 WHERE "users"."project_id" = $3 AND "users"."id" = $4) INSERT INTO "security_logs" ("number", "project_id", "user_id", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES (COALESCE((SELECT MAX("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = $5 AND "security_logs"."user_id" = $6), $7) + $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20);
--   Insert on security_logs
--     CTE joined
--       ->  Update on users
--             ->  Index Scan using users_pkey on users
--                   Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))
--     InitPlan 3 (returns $3)
--       ->  Result
--             InitPlan 2 (returns $2)
--               ->  Limit
--                     ->  Index Only Scan Backward using "idx-security_logs-project_id-user_id-number" on security_logs security_logs_1
--                           Index Cond: ((project_id = $5) AND (user_id = $6) AND (number IS NOT NULL))
--     ->  Result

WITH "joined" AS (UPDATE "users" SET "updated_at" = $1, "labels" = $2 WHERE "users"."project_id" = $3 AND "users"."id" = $4) INSERT INTO "security_logs" ("number", "project_id", "user_id", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES (COALESCE((SELECT MAX("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = $5 AND "security_logs"."user_id" = $6), $7) + $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20);
--   Insert on security_logs
--     CTE joined
--       ->  Update on users
--             ->  Index Scan using users_pkey on users
--                   Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))
--     InitPlan 3 (returns $3)
--       ->  Result
--             InitPlan 2 (returns $2)
--               ->  Limit
--                     ->  Index Only Scan Backward using "idx-security_logs-project_id-user_id-number" on security_logs security_logs_1
--                           Index Cond: ((project_id = $5) AND (user_id = $6) AND (number IS NOT NULL))
--     ->  Result

WITH "joined" AS (UPDATE "users" SET "updated_at" = $1, "mfa" = $2 WHERE "users"."project_id" = $3 AND "users"."id" = $4) INSERT INTO "security_logs" ("number", "project_id", "user_id", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES (COALESCE((SELECT MAX("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = $5 AND "security_logs"."user_id" = $6), $7) + $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20);
--   Insert on security_logs
--     CTE joined
--       ->  Update on users
--             ->  Index Scan using users_pkey on users
--                   Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))
--     InitPlan 3 (returns $3)
--       ->  Result
--             InitPlan 2 (returns $2)
--               ->  Limit
--                     ->  Index Only Scan Backward using "idx-security_logs-project_id-user_id-number" on security_logs security_logs_1
--                           Index Cond: ((project_id = $5) AND (user_id = $6) AND (number IS NOT NULL))
--     ->  Result

WITH "joined" AS (UPDATE "users" SET "updated_at" = $1, "name" = $2 WHERE "users"."project_id" = $3 AND "users"."id" = $4) INSERT INTO "security_logs" ("number", "project_id", "user_id", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES (COALESCE((SELECT MAX("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = $5 AND "security_logs"."user_id" = $6), $7) + $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20);
--   Insert on security_logs
--     CTE joined
--       ->  Update on users
--             ->  Index Scan using users_pkey on users
--                   Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))
--     InitPlan 3 (returns $3)
--       ->  Result
--             InitPlan 2 (returns $2)
--               ->  Limit
--                     ->  Index Only Scan Backward using "idx-security_logs-project_id-user_id-number" on security_logs security_logs_1
--                           Index Cond: ((project_id = $5) AND (user_id = $6) AND (number IS NOT NULL))
--     ->  Result

WITH "joined" AS (UPDATE "users" SET "updated_at" = $1, "phone" = $2 WHERE "users"."project_id" = $3 AND "users"."id" = $4) INSERT INTO "security_logs" ("number", "project_id", "user_id", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES (COALESCE((SELECT MAX("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = $5 AND "security_logs"."user_id" = $6), $7) + $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20);
--   Insert on security_logs
--     CTE joined
--       ->  Update on users
--             ->  Index Scan using users_pkey on users
--                   Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))
--     InitPlan 3 (returns $3)
--       ->  Result
--             InitPlan 2 (returns $2)
--               ->  Limit
--                     ->  Index Only Scan Backward using "idx-security_logs-project_id-user_id-number" on security_logs security_logs_1
--                           Index Cond: ((project_id = $5) AND (user_id = $6) AND (number IS NOT NULL))
--     ->  Result

WITH "joined" AS (UPDATE "users" SET "updated_at" = $1, "phone_verified" = $2 WHERE "users"."project_id" = $3 AND "users"."id" = $4) INSERT INTO "security_logs" ("number", "project_id", "user_id", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES (COALESCE((SELECT MAX("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = $5 AND "security_logs"."user_id" = $6), $7) + $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20);
--   Insert on security_logs
--     CTE joined
--       ->  Update on users
--             ->  Index Scan using users_pkey on users
--                   Index Cond: (((project_id)::text = $3) AND ((id)::text = $4))
--     InitPlan 3 (returns $3)
--       ->  Result
--             InitPlan 2 (returns $2)
--               ->  Limit
--                     ->  Index Only Scan Backward using "idx-security_logs-project_id-user_id-number" on security_logs security_logs_1
--                           Index Cond: ((project_id = $5) AND (user_id = $6) AND (number IS NOT NULL))
--     ->  Result

WITH "joined" AS (UPDATE "users" SET "updated_at" = $1, "prefs" = $2, "prefs_revision" = $3 WHERE "users"."project_id" = $4 AND "users"."id" = $5) INSERT INTO "security_logs" ("number", "project_id", "user_id", "event", "user_email", "user_name", "actor_kind", "actor_id", "actor_name", "ip", "user_agent", "country_code", "created_at") VALUES (COALESCE((SELECT MAX("security_logs"."number") AS "number" FROM "security_logs" WHERE "security_logs"."project_id" = $6 AND "security_logs"."user_id" = $7), $8) + $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21);
--   Insert on security_logs
--     CTE joined
--       ->  Update on users
--             ->  Index Scan using users_pkey on users
--                   Index Cond: (((project_id)::text = $4) AND ((id)::text = $5))
--     InitPlan 3 (returns $3)
--       ->  Result
--             InitPlan 2 (returns $2)
--               ->  Limit
--                     ->  Index Only Scan Backward using "idx-security_logs-project_id-user_id-number" on security_logs security_logs_1
--                           Index Cond: ((project_id = $6) AND (user_id = $7) AND (number IS NOT NULL))
--     ->  Result
