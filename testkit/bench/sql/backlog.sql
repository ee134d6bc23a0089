-- Nobody has sealed for a while: everything of history_entries.sql waits, what waits already too.
INSERT INTO waiting (source, id) SELECT 'entry', id FROM entries WHERE id LIKE 'ent\_0%' ORDER BY id
ON CONFLICT DO NOTHING;
