-- +goose Up

-- What a search is found by is dear to compute: whoever plans a search shall read it from the index, and not compute it
-- for every name that has the letters.
ALTER FUNCTION search_grams(text) COST 10000;
