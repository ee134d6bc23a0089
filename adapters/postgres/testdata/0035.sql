INSERT INTO click_hours VALUES ('prog_old', 'link_old', '2026-01-02 04:00:00Z', 'robot', 3, 7);
