-- The records of mailproc. Instants (_at) are seconds since 1970 UTC, days (_day) are local calendar days
-- counted from 1970-01-01, amounts are whole units of the currency (yen). Words under CHECK are those of
-- words.h. Text that a person wrote or that names a person lies in rows that can be erased; events cannot change.

PRAGMA application_id = 0x6d6c7072;	-- 'mlpr'
PRAGMA user_version = 1;		-- the number of this step

-- Who buys certificates.
CREATE TABLE customer (
	id             INTEGER PRIMARY KEY,
	code           TEXT NOT NULL UNIQUE CHECK (code <> ''),	-- the company's own customer number
	name           TEXT NOT NULL CHECK (name <> ''),
	is_firm        INTEGER NOT NULL DEFAULT 1 CHECK (is_firm IN (0, 1)),	-- 御中 or 様
	language       TEXT NOT NULL CHECK (language IN ('ja', 'en')),
	plan           TEXT NOT NULL DEFAULT 'standard' CHECK (plan IN ('standard', 'flex')),
	payment_method TEXT NOT NULL CHECK (payment_method IN ('card', 'transfer')),
	payer_kana     TEXT NOT NULL DEFAULT '',	-- the name a bank transfer carries
	paused         INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),	-- no letters until staff say so
	pause_note     TEXT NOT NULL DEFAULT '',
	created_at     INTEGER NOT NULL
) STRICT;

-- A person with an address that letters go to.
CREATE TABLE contact (
	id         INTEGER PRIMARY KEY,
	customer   INTEGER NOT NULL REFERENCES customer,
	role       TEXT NOT NULL CHECK (role IN ('admin', 'billing', 'technical')),
	name       TEXT NOT NULL DEFAULT '',		-- '' where only the firm is known
	address    TEXT NOT NULL CHECK (address LIKE '%_@_%'),	-- domain in lower-case A-labels
	text_only  INTEGER NOT NULL DEFAULT 0 CHECK (text_only IN (0, 1)),	-- no HTML twin
	created_at INTEGER NOT NULL,
	removed_at INTEGER,				-- no longer written to; kept for the history
	UNIQUE (customer, role, address)
) STRICT;
CREATE INDEX contact_by_address ON contact (address COLLATE NOCASE);

-- Further addresses a contact writes from.
CREATE TABLE contact_address (
	contact INTEGER NOT NULL REFERENCES contact,
	address TEXT NOT NULL CHECK (address LIKE '%_@_%'),
	PRIMARY KEY (contact, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_address_by_address ON contact_address (address COLLATE NOCASE);

-- What a customer bought: a product for one common name, for a year.
CREATE TABLE term (
	id          INTEGER PRIMARY KEY,
	customer    INTEGER NOT NULL REFERENCES customer,
	product     TEXT NOT NULL CHECK (product <> ''),	-- id in mailproc.conf
	common_name TEXT NOT NULL CHECK (common_name <> ''),
	starts_at   INTEGER NOT NULL,
	ends_at     INTEGER NOT NULL CHECK (ends_at > starts_at),
	previous    INTEGER REFERENCES term,
	UNIQUE (customer, common_name, product, ends_at)
) STRICT;

-- A certificate that serves a term, or a part of it.
CREATE TABLE certificate (
	id                  INTEGER PRIMARY KEY,
	term                INTEGER NOT NULL REFERENCES term,
	authority           TEXT NOT NULL,		-- id in mailproc.conf
	common_name         TEXT NOT NULL CHECK (common_name <> ''),	-- the distinguished name in its parts (RFC 4514)
	organization        TEXT NOT NULL DEFAULT '',
	organizational_unit TEXT NOT NULL DEFAULT '',
	locality            TEXT NOT NULL DEFAULT '',
	state_or_province   TEXT NOT NULL DEFAULT '',
	country             TEXT NOT NULL DEFAULT '',
	not_before          INTEGER NOT NULL,
	not_after           INTEGER NOT NULL CHECK (not_after > not_before),
	serial              TEXT NOT NULL DEFAULT '',	-- hexadecimal, lower case
	UNIQUE (term, not_after)
) STRICT;
CREATE INDEX certificate_by_name ON certificate (common_name);

-- Subject alternative names of a certificate (RFC 5280 4.2.1.6), as A-labels.
CREATE TABLE certificate_name (
	certificate INTEGER NOT NULL REFERENCES certificate,
	name        TEXT NOT NULL CHECK (name <> ''),
	PRIMARY KEY (certificate, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX certificate_name_by_name ON certificate_name (name);

-- Numbers that are given out in order and without gaps, per year.
CREATE TABLE counter (
	name TEXT NOT NULL CHECK (name IN ('renewal', 'invoice', 'order')),
	year INTEGER NOT NULL,
	last INTEGER NOT NULL CHECK (last >= 0),
	PRIMARY KEY (name, year)
) STRICT, WITHOUT ROWID;

-- One passage through the workflow. Its state is written by one function only (renewal_advance).
CREATE TABLE renewal (
	id             INTEGER PRIMARY KEY,
	reference      TEXT NOT NULL UNIQUE,	-- SSL-2026-00123
	kind           TEXT NOT NULL CHECK (kind IN ('renewal', 're-issue')),
	term           INTEGER NOT NULL REFERENCES term,
	certificate    INTEGER NOT NULL REFERENCES certificate,
	state          TEXT NOT NULL DEFAULT 'upcoming' CHECK (state IN ('upcoming', 'noticed', 'ordered', 'paid',
	                   'applied', 'renewed', 'declined', 'lapsed', 'replaced')),
	state_at       INTEGER NOT NULL,
	next_day       INTEGER,			-- the day of the next dated step; NULL when none is left
	payment_method TEXT CHECK (payment_method IN ('card', 'transfer')),	-- where it differs from the customer's
	purchase_order TEXT NOT NULL DEFAULT '',	-- the customer's own number, wished for the order
	addressee      TEXT NOT NULL DEFAULT '',	-- wished for the invoice, where it is not the customer's name
	round          INTEGER NOT NULL DEFAULT 0,	-- answers applied so far: a changed answer gets letters of its own
	successor      INTEGER REFERENCES certificate,	-- the certificate that closed it
	created_at     INTEGER NOT NULL,
	UNIQUE (kind, certificate)
) STRICT;
CREATE INDEX renewal_due ON renewal (next_day) WHERE next_day IS NOT NULL;
CREATE INDEX renewal_by_state ON renewal (state, next_day);
CREATE INDEX renewal_by_term ON renewal (term);

-- The last look at the server of a renewal: what is served beside what is on record.
CREATE TABLE sighting (
	renewal      INTEGER PRIMARY KEY REFERENCES renewal,
	looked_at    INTEGER NOT NULL,
	since_at     INTEGER NOT NULL,		-- this finding, with this certificate
	host         TEXT NOT NULL,		-- that was looked at; '' none
	finding      TEXT NOT NULL CHECK (finding IN ('same', 'new', 'changed', 'other', 'away', 'not-checked')),
	is_for_staff INTEGER NOT NULL CHECK (is_for_staff IN (0, 1)),
	detail       TEXT NOT NULL DEFAULT '',	-- in words
	not_after    INTEGER,			-- of what is served; NULL: nothing was seen
	serial       TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX sighting_for_staff ON sighting (since_at) WHERE is_for_staff = 1;

-- One order a reply: it may renew several certificates.
CREATE TABLE orders (
	id             INTEGER PRIMARY KEY,
	number         TEXT NOT NULL UNIQUE,
	customer       INTEGER NOT NULL REFERENCES customer,
	payment_method TEXT NOT NULL CHECK (payment_method IN ('card', 'transfer')),
	purchase_order TEXT NOT NULL DEFAULT '',	-- the customer's own number
	state          TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'void', 'done')),
	created_at     INTEGER NOT NULL,
	void_at        INTEGER,
	void_reason    TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE order_line (
	orders      INTEGER NOT NULL REFERENCES orders,
	position    INTEGER NOT NULL CHECK (position >= 1),
	renewal     INTEGER NOT NULL REFERENCES renewal,
	product     TEXT NOT NULL,
	description TEXT NOT NULL,
	amount      INTEGER NOT NULL CHECK (amount >= 0),	-- without tax
	tax_percent INTEGER NOT NULL CHECK (tax_percent BETWEEN 0 AND 100),
	PRIMARY KEY (orders, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_line_by_renewal ON order_line (renewal);

-- A qualified invoice: number without gaps per year, tax rounded once per invoice and rate.
CREATE TABLE invoice (
	id         INTEGER PRIMARY KEY,
	number     TEXT NOT NULL UNIQUE,
	year       INTEGER NOT NULL,
	sequence   INTEGER CHECK (sequence >= 1),	-- NULL: its number was given elsewhere, before the takeover
	orders     INTEGER NOT NULL REFERENCES orders,
	customer   INTEGER NOT NULL REFERENCES customer,
	addressee  TEXT NOT NULL,
	issued_day INTEGER NOT NULL,
	due_day    INTEGER NOT NULL,
	currency   TEXT NOT NULL,
	net        INTEGER NOT NULL CHECK (net >= 0),
	tax        INTEGER NOT NULL CHECK (tax >= 0),
	total      INTEGER NOT NULL CHECK (total = net + tax),
	state      TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid', 'void')),
	void_at    INTEGER,
	void_reason TEXT NOT NULL DEFAULT '',
	UNIQUE (year, sequence)
) STRICT;
CREATE INDEX invoice_by_order ON invoice (orders);

CREATE TABLE invoice_line (
	invoice     INTEGER NOT NULL REFERENCES invoice,
	position    INTEGER NOT NULL CHECK (position >= 1),
	renewal     INTEGER NOT NULL REFERENCES renewal,
	description TEXT NOT NULL,
	amount      INTEGER NOT NULL CHECK (amount >= 0),
	tax_percent INTEGER NOT NULL CHECK (tax_percent BETWEEN 0 AND 100),
	is_open     INTEGER NOT NULL DEFAULT 1 CHECK (is_open IN (0, 1)),	-- of an invoice that is open or paid, not void
	PRIMARY KEY (invoice, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX invoice_line_one_open ON invoice_line (renewal) WHERE is_open = 1;

CREATE TABLE invoice_tax (
	invoice     INTEGER NOT NULL REFERENCES invoice,
	tax_percent INTEGER NOT NULL,
	net         INTEGER NOT NULL,
	tax         INTEGER NOT NULL,
	PRIMARY KEY (invoice, tax_percent)
) STRICT, WITHOUT ROWID;

-- What the billing program is to be told, in this order: an order, and that it is void. No row: there was no program then.
CREATE TABLE billing (
	id          INTEGER PRIMARY KEY,
	orders      INTEGER NOT NULL REFERENCES orders,
	about       TEXT NOT NULL CHECK (about IN ('order', 'void')),
	state       TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'accepted', 'refused')),
	state_at    INTEGER NOT NULL,
	tries       INTEGER NOT NULL DEFAULT 0,	-- counted durably before each
	next_try_at INTEGER NOT NULL,
	text        TEXT NOT NULL DEFAULT '',	-- the last answer: how it ended and what it printed
	UNIQUE (orders, about)
) STRICT;
CREATE INDEX billing_waiting ON billing (id) WHERE state = 'waiting';

-- Money that came, as it was reported. It waits for staff while it is not matched and nobody has decided.
CREATE TABLE payment (
	id          INTEGER PRIMARY KEY,
	invoice     INTEGER REFERENCES invoice,	-- NULL: not known which
	amount      INTEGER NOT NULL CHECK (amount > 0),
	paid_day    INTEGER NOT NULL,
	method      TEXT NOT NULL CHECK (method IN ('card', 'transfer')),
	state       TEXT NOT NULL CHECK (state IN ('matched', 'short', 'over', 'unmatched', 'double', 'late')),
	source      TEXT NOT NULL,		-- who or what said so
	payer       TEXT NOT NULL DEFAULT '',	-- as the bank wrote it
	text        TEXT NOT NULL DEFAULT '',	-- likewise
	reason      TEXT NOT NULL DEFAULT '',	-- why it is in this state
	import_key  BLOB UNIQUE CHECK (length(import_key) = 32),	-- of its row in a bank's file; NULL: entered by hand
	recorded_at INTEGER NOT NULL,
	decision    TEXT CHECK (decision IN ('accepted', 'closed')),	-- by staff; NULL: nobody had to, or has yet
	decided_by  TEXT NOT NULL DEFAULT '',
	decided_at  INTEGER,
	note        TEXT NOT NULL DEFAULT '',
	CHECK (invoice IS NOT NULL OR state = 'unmatched')
) STRICT;
CREATE INDEX payment_by_invoice ON payment (invoice);
CREATE INDEX payment_open ON payment (id) WHERE state <> 'matched' AND decision IS NULL;

-- A folder that is polled, and how far.
CREATE TABLE mailbox (
	id           INTEGER PRIMARY KEY,
	name         TEXT NOT NULL UNIQUE,	-- user@host/folder, or the path of a Maildir
	uid_validity INTEGER NOT NULL DEFAULT 0,
	last_uid     INTEGER NOT NULL DEFAULT 0,
	polled_at    INTEGER
) STRICT;

-- A mail that was fetched. Its bytes are in message_raw, what it says in message_reading.
CREATE TABLE message (
	id         INTEGER PRIMARY KEY,
	mailbox    INTEGER NOT NULL REFERENCES mailbox,
	key        TEXT NOT NULL,		-- UIDVALIDITY:UID, or the unique name of a Maildir file
	sha256     BLOB NOT NULL CHECK (length(sha256) = 32),	-- of the raw bytes
	size       INTEGER NOT NULL,		-- on the server; more than the stored bytes where it was cut
	arrived_at INTEGER,			-- INTERNALDATE
	fetched_at INTEGER NOT NULL,
	attempts   INTEGER NOT NULL DEFAULT 0,	-- readings begun, counted durably before each
	outcome    TEXT CHECK (outcome IN ('applied', 'acknowledged', 'automatic', 'bounce', 'duplicate',
	               'unrelated', 'review', 'quarantined')),	-- NULL: not yet handled
	reason     TEXT NOT NULL DEFAULT '',
	handled_at INTEGER,
	folder     TEXT,			-- where it is to be moved; NULL: it stays
	moved_at   INTEGER,
	lies_in    TEXT,			-- the folder that it was moved to last; NULL: where it was fetched
	message_id TEXT,			-- a hint only
	sender     TEXT,
	subject    TEXT,
	letter     INTEGER REFERENCES letter,	-- the letter it answers
	contact    INTEGER REFERENCES contact,
	UNIQUE (mailbox, key)
) STRICT;
CREATE INDEX message_by_sha256 ON message (sha256);
CREATE INDEX message_by_outcome ON message (outcome);	-- NULL too: those that wait to be handled
CREATE INDEX message_by_letter ON message (letter) WHERE letter IS NOT NULL;
CREATE INDEX message_unmoved ON message (mailbox) WHERE folder IS NOT NULL AND moved_at IS NULL;

CREATE TABLE message_raw (
	message INTEGER PRIMARY KEY REFERENCES message,
	bytes   BLOB NOT NULL
) STRICT;

-- What the reader made of it, as JSON: addresses, the new words, the cut words, verdict and evidence.
CREATE TABLE message_reading (
	message INTEGER PRIMARY KEY REFERENCES message,
	reading TEXT NOT NULL CHECK (reading GLOB '[[{]*')
) STRICT;

-- A (reply, action) pair is applied once.
CREATE TABLE message_action (
	message INTEGER NOT NULL REFERENCES message,
	renewal INTEGER NOT NULL REFERENCES renewal,
	action  TEXT NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (message, renewal)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_action_by_renewal ON message_action (renewal);

-- A mail of ours.
CREATE TABLE letter (
	id            INTEGER PRIMARY KEY,
	kind          TEXT NOT NULL CHECK (kind IN ('notice', 'reminder', 'payment-request', 'invoice', 'payment-reminder',
	                  'application-started', 'renewed', 'declined', 'last-chance', 'lapsed', 'new-purchase',
	                  'reissue-started', 'install', 'confirm', 'answer', 'needs-you', 'digest')),
	customer      INTEGER REFERENCES customer,	-- NULL: to staff about a stranger's mail
	contact       INTEGER REFERENCES contact,	-- NULL: to staff
	review        INTEGER UNIQUE REFERENCES review,	-- the review a letter to staff tells of
	language      TEXT NOT NULL CHECK (language IN ('ja', 'en')),
	state         TEXT NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'ready', 'claimed', 'accepted',
	                  'refused', 'unknown', 'held', 'withdrawn')),
	state_at      INTEGER NOT NULL,
	reason        TEXT NOT NULL DEFAULT '',		-- why it is held, refused or withdrawn
	wanted_at     INTEGER NOT NULL,
	rendered_at   INTEGER,
	message_id    TEXT UNIQUE,			-- without <>; the same on every try
	in_reply_to   TEXT,				-- of the customer's mail, without <>
	thread        TEXT NOT NULL DEFAULT '',		-- References: ids with <>, blanks between
	recipient     TEXT,
	envelope_from TEXT,
	subject       TEXT,
	tries         INTEGER NOT NULL DEFAULT 0,
	next_try_at   INTEGER,
	run           INTEGER REFERENCES run,		-- the claim: which connection of which run, and its turn
	lane          INTEGER,
	sequence      INTEGER,
	answer_code   INTEGER,				-- the server's last answer for this recipient
	answer        TEXT,
	bounce_status TEXT				-- RFC 3463, when it came back
) STRICT;
CREATE INDEX letter_by_state ON letter (state);
CREATE INDEX letter_by_contact ON letter (contact);

CREATE TABLE letter_bytes (
	letter INTEGER PRIMARY KEY REFERENCES letter,
	bytes  BLOB NOT NULL,		-- the whole mail, CRLF
	text   TEXT NOT NULL		-- its text part in UTF-8, to tell quoted words from new ones
) STRICT;

-- What staff wrote, for a letter of theirs.
CREATE TABLE letter_words (
	letter INTEGER PRIMARY KEY REFERENCES letter,
	text   TEXT NOT NULL CHECK (text <> '')
) STRICT;

-- What a letter is about, in its order. One letter per renewal, kind, round and contact (for staff: per review).
CREATE TABLE letter_item (
	letter   INTEGER NOT NULL REFERENCES letter,
	position INTEGER NOT NULL CHECK (position >= 1),
	renewal  INTEGER NOT NULL REFERENCES renewal,
	kind     TEXT NOT NULL,
	round    INTEGER NOT NULL,
	contact  INTEGER REFERENCES contact,	-- NULL: to staff
	PRIMARY KEY (letter, position),
	UNIQUE (renewal, kind, round, contact)
) STRICT, WITHOUT ROWID;

-- A message that waits for staff, or did.
CREATE TABLE review (
	id         INTEGER PRIMARY KEY,
	message    INTEGER NOT NULL UNIQUE REFERENCES message,
	renewal    INTEGER REFERENCES renewal,	-- the first it may be about; NULL: not known
	reason     TEXT NOT NULL,		-- why it stopped
	suggestion TEXT NOT NULL DEFAULT '',	-- what the program would have done
	opened_at  INTEGER NOT NULL,
	decision   TEXT CHECK (decision IN ('renew', 'decline', 'acknowledge', 'ignore', 'attached')),	-- NULL: open
	decided_by TEXT NOT NULL DEFAULT '',
	decided_at INTEGER,
	note       TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX review_open ON review (opened_at) WHERE decision IS NULL;
CREATE INDEX review_by_renewal ON review (renewal) WHERE renewal IS NOT NULL;

-- What happened, never changed. Personal text does not belong here: evidence names rules and words.
CREATE TABLE event (
	id         INTEGER PRIMARY KEY,
	renewal    INTEGER REFERENCES renewal,	-- NULL: about the whole (an import, a run)
	at         INTEGER NOT NULL,
	event      TEXT NOT NULL,
	from_state TEXT,
	to_state   TEXT,
	by         TEXT NOT NULL,		-- 'mailproc', or a name
	message    INTEGER REFERENCES message,
	evidence   TEXT NOT NULL DEFAULT '{}' CHECK (evidence GLOB '[[{]*')
) STRICT;
CREATE INDEX event_by_renewal ON event (renewal, id);
CREATE TRIGGER event_is_final_update BEFORE UPDATE ON event
	BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_is_final_delete BEFORE DELETE ON event
	BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER event_is_final_replace BEFORE INSERT ON event WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
	BEGIN SELECT RAISE(ABORT, 'events are never replaced'); END;	-- INSERT OR REPLACE deletes without the trigger above

-- Keeps runs from sending anything until staff allow it: set by an import, cleared by `run --allow`.
CREATE TABLE guard (
	id     INTEGER PRIMARY KEY CHECK (id = 1),
	set_at INTEGER NOT NULL,
	reason TEXT NOT NULL CHECK (reason <> '')
) STRICT;

-- One run of the program and what it counted.
CREATE TABLE run (
	id         INTEGER PRIMARY KEY,
	command    TEXT NOT NULL,
	started_at INTEGER NOT NULL,
	ended_at   INTEGER,
	fault      TEXT NOT NULL DEFAULT '',
	counts     TEXT NOT NULL DEFAULT '{}' CHECK (counts GLOB '[[{]*')
) STRICT;
