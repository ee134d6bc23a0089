-- +goose Up

-- Most who come follow one link of a program: the row of a visitor of a program names the first such link of the day, by its
-- hash, with the hours in which they followed that one. A further link has a row of its own, as every link had before.
ALTER TABLE click_visitors
	ADD COLUMN link       bytea,
	ADD COLUMN link_hours integer NOT NULL DEFAULT 0,
	ADD COLUMN link_added integer NOT NULL DEFAULT 0,
	DROP CONSTRAINT click_visitors_hours,
	ADD CONSTRAINT click_visitors_hours CHECK (hours BETWEEN 1 AND 16777215 AND added & ~hours = 0),
	ADD CONSTRAINT click_visitors_link CHECK (link_hours & ~hours = 0 AND link_added & ~link_hours = 0 AND octet_length(link) = 16);
GRANT UPDATE (link_hours, link_added) ON click_visitors TO twist_app;
