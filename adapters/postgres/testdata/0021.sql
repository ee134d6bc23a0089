INSERT INTO pool_figures VALUES ('pool_old', 20456, 100000, -1, 12);
UPDATE influencers SET search = ' old' || E'\n old\n ';
