UPDATE links SET expires_at = '2026-06-02 03:04:05Z', withdrawn_at = '2026-02-02 03:04:05Z';
