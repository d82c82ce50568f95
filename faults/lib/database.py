"""The databases under the servers, which programs also look into by themselves."""

import sqlite3


class Sqlite:
    """An SQLite file."""

    name = "SQLite"

    def __init__(self, folder):
        self.file = folder / "accountd.db"
        self.url = f"sqlite://{self.file}"

    def rows(self, query):
        """What a query returns."""
        connection = sqlite3.connect(self.file, timeout=10)
        try:
            rows = connection.execute(query).fetchall()
            connection.commit()
        finally:
            connection.close()
        return [tuple(str(value) for value in row) for row in rows]

    def is_sound(self):
        """Whether the file passes SQLite's own check."""
        return self.rows("PRAGMA integrity_check") == [("ok",)]


class PostgresDatabase:
    """One database of a PostgreSQL cluster."""

    name = "PostgreSQL"

    def __init__(self, cluster, name, url):
        self.cluster = cluster
        self.database = name
        self.url = url

    def rows(self, query):
        """What a query returns."""
        return self.cluster.rows(self.database, query)

    def is_sound(self):
        """Whether every table can be read whole."""
        tables = self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return bool(tables) and all(self.rows(f'SELECT count(*) FROM "{table}"') for (table,) in tables)
