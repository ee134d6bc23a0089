-- +goose Up

-- A badge is applied for under a name, and stands beside that name. What is pending is judged by the name that
-- is shown now.
ALTER TABLE applications
	DROP CONSTRAINT applications_kind,
	ADD CONSTRAINT applications_kind CHECK (kind IN ('influencer_verified', 'merchant')),
	ADD COLUMN name text NOT NULL DEFAULT '';
UPDATE applications AS a SET name = i.display_name FROM influencers AS i WHERE i.account = a.account AND a.state = 'pending';
ALTER TABLE applications
	ADD CONSTRAINT applications_name CHECK (kind = 'influencer_verified' OR name = '');

-- Why an operator took a badge back; whoever carries one has no such reason.
ALTER TABLE influencers
	ADD COLUMN withdrawn text NOT NULL DEFAULT '',
	ADD CONSTRAINT influencers_withdrawn CHECK (withdrawn = '' OR NOT verified AND char_length(withdrawn) <= 500);
GRANT UPDATE (withdrawn) ON influencers TO twist_app;
