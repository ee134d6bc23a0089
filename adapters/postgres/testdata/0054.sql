INSERT INTO reservations VALUES ('prog_old', 'SUMMER20', 'SUMMERZO', '2026-01-02 04:00:00Z');
