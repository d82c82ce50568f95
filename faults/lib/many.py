"""Fills the file of a stopped server with many users."""

import sqlite3

NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) "
USERS = """INSERT INTO users
(project_id, id, created_at, updated_at, accessed_at, name, email, email_verified, phone_verified, enabled, prefs)
SELECT 'default', 'many' || n, 0, 0, 0, 'User ' || n, 'many' || n || '@example.com', 0, 0, 1, '{{}}' FROM numbers"""
SESSIONS = """INSERT INTO sessions
(id, project_id, user_id, created_at, updated_at, expires_at, secret_hash, provider, provider_uid, ip, user_agent, country_code)
SELECT 'session' || n, 'default', 'many' || n, 0, 0, 9000000000000, 'hash' || n, 'email', 'many' || n || '@example.com',
'192.0.2.1', '', '--' FROM numbers"""
LOGS = """INSERT INTO security_logs
(project_id, user_id, event, user_email, user_name, ip, user_agent, country_code, created_at, number)
SELECT 'default', 'many' || n, 'session.create', 'many' || n || '@example.com', 'User ' || n, '192.0.2.1', '', '--', 0, 1
FROM numbers"""


def fill(store, count, *more):
    """Adds so many users; `more` may be SESSIONS and LOGS, one row for each user."""
    with sqlite3.connect(store.file) as connection:
        for rows in (USERS, *more):
            connection.execute((NUMBERS + rows).format(count=count))
    connection.close()
