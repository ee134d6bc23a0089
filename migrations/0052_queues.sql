-- +goose Up

-- What an alert holds is found by the alert, and which alerts hold anything by stepping from one to the next: an open one
-- that holds very much costs the job nothing. Queues of programs are stepped through by commissions_queue as before.
CREATE INDEX commissions_alerted ON commissions (alert, id) WHERE alert <> '' AND state IN ('held', 'unfunded');
