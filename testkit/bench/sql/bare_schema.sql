-- The least that moves value: balances with a floor, and a row for each transfer.
CREATE TABLE bare_balances (
	id      integer PRIMARY KEY,
	balance bigint NOT NULL CHECK (balance >= 0)
) WITH (fillfactor = 60);

CREATE TABLE bare_transfers (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	source      integer NOT NULL,
	destination integer NOT NULL,
	amount      bigint NOT NULL CHECK (amount > 0)
);

INSERT INTO bare_balances SELECT n, 100000000000000 FROM generate_series(1, 10000) AS n;
