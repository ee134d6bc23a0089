-- +goose Up

-- A promo code, and what it is taken for: of codes that look the same a program has one, also after its link was
-- withdrawn, so that an order by it is never somebody else's.
ALTER TABLE links
	ADD COLUMN promo      text COLLATE "C" NOT NULL DEFAULT '',
	ADD COLUMN promo_look text COLLATE "C" NOT NULL DEFAULT '',
	ADD CONSTRAINT links_promo_form CHECK ((promo = '') = (promo_look = '') AND promo ~ '^[A-Z0-9-]*$' AND promo_look ~ '^[A-Z34679]*$');
CREATE UNIQUE INDEX links_promo ON links (program, promo_look) WHERE promo_look <> '';

-- The same link once more is looked for before another is made.
CREATE INDEX links_same ON links (holder, program, destination) WHERE withdrawn_at IS NULL;

-- What a link is stays; when it expires and whether it was withdrawn moves.
CREATE TRIGGER links_fixed BEFORE UPDATE ON links FOR EACH ROW
	WHEN ((OLD.id, OLD.code, OLD.program, OLD.influencer, OLD.holder, OLD.destination, OLD.promo, OLD.promo_look, OLD.made_at)
		IS DISTINCT FROM (NEW.id, NEW.code, NEW.program, NEW.influencer, NEW.holder, NEW.destination, NEW.promo, NEW.promo_look, NEW.made_at))
	EXECUTE FUNCTION refuse_rewrite();
GRANT UPDATE (expires_at, withdrawn_at) ON links TO twist_app;
