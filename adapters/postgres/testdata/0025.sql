UPDATE positions SET compound_at = '2026-01-02 03:04:05+00' WHERE active + waiting > 0;
