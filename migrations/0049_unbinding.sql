-- +goose Up

-- Whom an order bound to somebody is asked for when what it earned is rejected. It begins with the holder, as the one before it did.
CREATE INDEX bindings_made ON bindings (holder, conversion);
DROP INDEX bindings_holder;
