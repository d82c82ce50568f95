-- Partitions the large tables of accountd on PostgreSQL 15 or newer: users and what identifies them by project, what they
-- leave behind by user. Run it as the owner of the tables while no server runs; it copies all rows. docs/operating/growth.md
-- says what it is good for.
--
--   psql --set ON_ERROR_STOP=1 --file partition.sql accountd

BEGIN;

-- Replaces a table by one with the same columns, rows, indexes, keys and triggers, partitioned by the hash of `by`.
CREATE FUNCTION pg_temp.partition(name text, by text[], partitions int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  old regclass := to_regclass(quote_ident(name));
  hashed text := (SELECT string_agg(quote_ident(c), ', ') FROM unnest(by) c);
  -- What is made again once the rows are there.
  later text[] := '{}';
  number text;
  item record;
BEGIN
  IF (SELECT relkind = 'p' FROM pg_class WHERE oid = old) THEN
    RETURN;
  END IF;

  -- Indexes and unique keys. A unique one has to contain the hashed columns: they are put in front of it.
  FOR item IN
    SELECT i.relname, x.indisunique, pg_get_indexdef(x.indexrelid) AS definition, k.contype,
      (SELECT array_agg(a.attname::text ORDER BY o) FROM unnest(x.indkey::int2[]) WITH ORDINALITY u(n, o)
        JOIN pg_attribute a ON a.attrelid = old AND a.attnum = u.n WHERE u.o <= x.indnkeyatts) AS columns,
      (SELECT format(' INCLUDE (%s)', string_agg(quote_ident(a.attname), ', ' ORDER BY o)) FROM unnest(x.indkey::int2[]) WITH ORDINALITY u(n, o)
        JOIN pg_attribute a ON a.attrelid = old AND a.attnum = u.n WHERE u.o > x.indnkeyatts HAVING count(*) > 0) AS included,
      EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = old AND a.attname = ANY (by) AND NOT a.attnotnull) AS is_nullable
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.conrelid = old
    WHERE x.indrelid = old
  LOOP
    IF NOT item.indisunique THEN
      later := later || item.definition;
      CONTINUE;
    END IF;
    SELECT string_agg(quote_ident(c), ', ' ORDER BY place, o) INTO item.definition FROM (
      SELECT c, 1 AS place, o FROM unnest(by) WITH ORDINALITY u(c, o) WHERE c <> ALL (item.columns)
      UNION ALL SELECT c, 2, o FROM unnest(item.columns) WITH ORDINALITY u(c, o)
    ) parts;
    later := later || CASE
      WHEN item.contype = 'p' AND NOT item.is_nullable
        THEN format('ALTER TABLE %I ADD CONSTRAINT %I PRIMARY KEY (%s)%s', name, item.relname, item.definition, item.included)
      ELSE format('CREATE UNIQUE INDEX %I ON %I (%s)%s', item.relname, name, item.definition, item.included)
    END;
    -- It is still looked up by its own columns alone.
    IF NOT by <@ item.columns THEN
      later := later || format('CREATE INDEX ON %I (%s)', name, (SELECT string_agg(quote_ident(c), ', ') FROM unnest(item.columns) c));
    END IF;
  END LOOP;

  -- Foreign keys of the table, and those that refer to it, which have to name the hashed columns, too.
  FOR item IN
    SELECT k.conname, k.conrelid::regclass AS of_table, k.confrelid = old AS refers,
      pg_get_constraintdef(k.oid) AS definition,
      (SELECT array_agg(a.attname::text) FROM unnest(k.confkey) n JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = n) AS columns
    FROM pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0 AND old IN (k.conrelid, k.confrelid)
  LOOP
    IF item.refers AND NOT by <@ item.columns THEN
      item.definition := regexp_replace(item.definition, '\(', '(' || hashed || ', ', 'g');
    END IF;
    later := later || format('ALTER TABLE %s ADD CONSTRAINT %I %s', item.of_table, item.conname, item.definition);
  END LOOP;
  FOR item IN SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger WHERE tgrelid = old AND NOT tgisinternal LOOP
    later := later || item.definition;
  END LOOP;

  -- Partitioned tables have no identity columns before PostgreSQL 17: a sequence counts on.
  number := (SELECT attname FROM pg_attribute WHERE attrelid = old AND attidentity <> '');
  EXECUTE format('ALTER TABLE %s RENAME TO %I', old, name || '_whole');
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY HASH (%s)',
    name, name || '_whole', hashed);
  FOR part IN 0 .. partitions - 1 LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
      name || '_' || part, name, partitions, part);
  END LOOP;
  EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, name || '_whole');
  EXECUTE format('DROP TABLE %I CASCADE', name || '_whole');
  IF number IS NOT NULL THEN
    EXECUTE format('CREATE SEQUENCE %I OWNED BY %I.%I', name || '_' || number || '_seq', name, number);
    EXECUTE format('ALTER TABLE %I ALTER %I SET DEFAULT nextval(%L)', name, number, quote_ident(name || '_' || number || '_seq'));
    EXECUTE format('SELECT setval(%L, max(%I)) FROM %I', quote_ident(name || '_' || number || '_seq'), number, name);
  END IF;
  -- Keys before the foreign keys that need them.
  FOR item IN SELECT definition FROM unnest(later) definition ORDER BY definition LIKE '%FOREIGN KEY%' LOOP
    EXECUTE item.definition;
  END LOOP;
END
$$;

-- Each address, number, provider account and passkey is unique in its project, so these can't be partitioned by user.
SELECT pg_temp.partition(name, '{project_id}', 8) FROM unnest('{users,user_words,identities,passkeys}'::text[]) name;
SELECT pg_temp.partition(name, '{project_id,user_id}', 8) FROM unnest('{sessions,devices,security_logs}'::text[]) name;

COMMIT;
ANALYZE;
