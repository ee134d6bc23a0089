-- +goose Up

-- A link is active until it expires or is withdrawn. How many an influencer has is asked whenever another is
-- made: those that are not active any more stand outside of what is counted, or at its far end.
ALTER TABLE links
	ADD COLUMN expires_at   timestamptz,
	ADD COLUMN withdrawn_at timestamptz,
	ADD CONSTRAINT links_expiry CHECK (expires_at > made_at),
	ADD CONSTRAINT links_withdrawal CHECK (withdrawn_at >= made_at);
CREATE INDEX links_active ON links (holder, (coalesce(expires_at, 'infinity'))) WHERE withdrawn_at IS NULL;
