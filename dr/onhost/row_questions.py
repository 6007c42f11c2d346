"""What is asked of the PostgreSQL that reads the rows of a log, in its words.

``{files}`` are numbers that we found, ``{told}`` a file of ours: nobody else has a word in it.
Values of types of a database's owner are not asked for: to show them may call what they wrote.
"""

from __future__ import annotations

from typing import Final

BETWEEN: Final = "\x02"
ANSWER: Final = (
    "COPY ({question}) TO '{told}' WITH (FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01')"
)
"""neither is in JSON, nor in a name that anybody uses"""

DATABASES: Final = "SELECT oid, datname FROM pg_database"
TABLES: Final = """\
SELECT c.relfilenode, c.oid, c.relkind, format('%s.%s', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm', 't') AND (c.relfilenode IN ({files}) OR c.oid IN ({files}))"""
ROWS: Final = "SELECT file, place, key, row FROM pg_temp.ndc_rows"
BEFORE_ROWS: Final = """\
UPDATE pg_class SET relhasindex = relkind = 't', reltablespace = 0 WHERE relfilenode IN ({files});

CREATE TEMPORARY TABLE ndc_rows (file oid, place text, key jsonb, row jsonb);

DO $ndc$
DECLARE
    one record;
    place tid;
    key jsonb;
    whole jsonb;
    reading text := 'SELECT (SELECT jsonb_object_agg(n, v) FROM (VALUES %s) x(n, v))'
        ' FROM %s t WHERE ctid = $1';
BEGIN
    FOR one IN
        SELECT relname FROM pg_class WHERE relkind = 't' AND relfilenode IN ({files})
    LOOP
        BEGIN
            EXECUTE format('REINDEX TABLE pg_toast.%I', one.relname);
        EXCEPTION WHEN OTHERS THEN
            NULL;
        END;
    END LOOP;
    FOR one IN
        SELECT c.relfilenode, format('ONLY %I.%I', n.nspname, c.relname) AS name,
            string_agg(a.pair, ', ') AS pairs,
            string_agg(a.pair, ', ') FILTER (WHERE a.is_key) AS keys
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN LATERAL (
            SELECT format(
                CASE t.typtype
                    WHEN 'e' THEN '(%L, to_jsonb(enum_out(t.%I)::text))'
                    ELSE '(%L, to_jsonb(t.%I))'
                END,
                a.attname, a.attname
            ) AS pair, a.attnum = ANY (i.indkey) AS is_key
            FROM pg_attribute a
            JOIN pg_type t ON t.oid = a.atttypid
            JOIN pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
            LEFT JOIN pg_index i ON i.indrelid = c.oid
                AND CASE c.relreplident WHEN 'i' THEN i.indisreplident ELSE i.indisprimary END
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                AND (t.typtype = 'e' OR b.typnamespace = 'pg_catalog'::regnamespace)
        ) a ON true
        WHERE c.relkind IN ('r', 'm') AND c.relfilenode IN ({files})
        GROUP BY 1, 2
    LOOP
        BEGIN
            FOR place IN EXECUTE format('SELECT ctid FROM %s', one.name) LOOP
                key := NULL;
                whole := NULL;
                BEGIN
                    IF one.keys IS NOT NULL THEN
                        EXECUTE format(reading, one.keys, one.name) INTO key USING place;
                    END IF;
                    EXECUTE format(reading, one.pairs, one.name) INTO whole USING place;
                EXCEPTION WHEN OTHERS THEN
                    NULL;
                END;
                INSERT INTO pg_temp.ndc_rows VALUES (one.relfilenode, place::text, key, whole);
            END LOOP;
        EXCEPTION WHEN OTHERS THEN
            NULL;
        END;
    END LOOP;
END
$ndc$;

"""
"""what has them be there: an index of long values, and no other one"""
