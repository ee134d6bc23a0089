INSERT INTO links (id, code, program, influencer, holder, destination, promo, promo_look, made_at)
VALUES ('link_promo', 'Promo', 'prog_old', 'infl_old', 'acct_old', 'https://shop.example/', 'OLD-10', 'OIDIO', '2026-01-02 03:04:05Z');
