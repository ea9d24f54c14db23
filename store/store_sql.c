/*
 * store_sql.c - the text of every statement. All are prepared when the store is opened; values come in by name, and no
 * statement is put together at run time.
 */
#include "store_sql.h"

#define CUSTOMER_COLUMNS                                                                           \
	"id, code, name, is_firm, language, plan, payment_method, payer_kana, paused, pause_note, created_at"
#define CONTACT_COLUMNS "id, customer, role, name, address, text_only"
#define TERM_COLUMNS "id, customer, product, common_name, starts_at, ends_at, previous"
#define CERTIFICATE_COLUMNS                                                                        \
	"id, term, authority, common_name, organization, organizational_unit, locality, state_or_province, country, " \
	"not_before, not_after, serial"
#define RENEWAL_COLUMNS                                                                            \
	"r.id, r.reference, r.kind, r.term, r.certificate, r.state, r.state_at, r.next_day, "      \
	"r.payment_method, r.round, r.successor, r.created_at, t.customer FROM renewal r JOIN term t ON t.id = r.term"
#define MESSAGE_COLUMNS                                                                            \
	"id, mailbox, key, size, arrived_at, fetched_at, attempts, outcome, reason, folder, lies_in, sender, subject, message_id, letter, contact"
#define VIEW_RENEWAL_COLUMNS                                                                       \
	"r.reference, r.kind, r.state, r.state_at, c.code AS customer, c.name AS customer_name, "  \
	"x.common_name, t.product, x.authority, t.ends_at AS term_ends_at, x.not_after AS certificate_ends_at, r.next_day, " \
	"(SELECT s.finding FROM sighting s WHERE s.renewal = r.id AND s.is_for_staff = 1) AS seen "\
	"FROM renewal r JOIN term t ON t.id = r.term JOIN customer c ON c.id = t.customer JOIN certificate x ON x.id = r.certificate"

#define INVOICE_COLUMNS                                                                            \
	"i.id, i.number, i.orders, i.customer, i.addressee, i.issued_day, i.due_day, i.currency, i.net, i.tax, i.total, i.state"
#define PAYMENT_IS_OPEN "p.state <> 'matched' AND p.decision IS NULL"

const char *const sql_text[sql_count] = {
	/* store.c */
	[SQL_BEGIN] =
	    "BEGIN IMMEDIATE",
	[SQL_BEGIN_LOOK] =
	    "BEGIN DEFERRED",
	[SQL_COMMIT] =
	    "COMMIT",
	[SQL_ROLLBACK] =
	    "ROLLBACK",
	[SQL_INTEGRITY_CHECK] =
	    "PRAGMA integrity_check(1)",
	[SQL_FOREIGN_KEY_CHECK] =
	    "PRAGMA foreign_key_check",
	[SQL_RUN_BEGIN] =
	    "INSERT INTO run (command, started_at) VALUES (:command, :now)",
	[SQL_RUN_END] =
	    "UPDATE run SET ended_at = :now, fault = :fault, counts = :counts WHERE id = :id",
	[SQL_COUNT_UP] =
	    "INSERT INTO counter (name, year, last) VALUES (:name, :year, 1) "
	    "ON CONFLICT (name, year) DO UPDATE SET last = last + 1 RETURNING last",

	/* store_guard.c */
	[SQL_GUARD_GET] =
	    "SELECT set_at, reason FROM guard WHERE id = 1",
	[SQL_GUARD_SET] =
	    "INSERT INTO guard (id, set_at, reason) VALUES (1, :now, :reason) ON CONFLICT (id) DO UPDATE SET set_at = excluded.set_at, reason = excluded.reason",
	[SQL_GUARD_CLEAR] =
	    "DELETE FROM guard",

	/* store_words.c */
	[SQL_WORDS_ROUND] =
	    "SELECT coalesce(max(round), 0) + 1 FROM letter_item WHERE renewal = :renewal AND kind = 'answer' AND contact = :contact",
	[SQL_WORDS_ADD] =
	    "INSERT INTO letter_words (letter, text) VALUES (:letter, :text)",
	[SQL_WORDS_GET] =
	    "SELECT text FROM letter_words WHERE letter = :letter",

	/* store_takeover.c */
	[SQL_TAKEOVER_INVOICE] =
	    "SELECT id, orders, customer FROM invoice WHERE number = :number",
	[SQL_TAKEOVER_POSITION] =
	    "SELECT coalesce(max(position), 0) + 1 FROM order_line WHERE orders = :orders",
	[SQL_TAKEOVER_SUM] =
	    "UPDATE invoice SET net = net + :net, tax = tax + :tax, total = total + :net + :tax WHERE id = :invoice",
	[SQL_TAKEOVER_TAX] =
	    "INSERT INTO invoice_tax (invoice, tax_percent, net, tax) VALUES (:invoice, :tax_percent, :net, :tax) "
	    "ON CONFLICT (invoice, tax_percent) DO UPDATE SET net = net + excluded.net, tax = tax + excluded.tax",
	[SQL_TAKEOVER_COUNTER] =
	    "INSERT INTO counter (name, year, last) VALUES (:name, :year, :last) "
	    "ON CONFLICT (name, year) DO UPDATE SET last = max(last, excluded.last)",
	[SQL_TAKEOVER_LETTER] =
	    "UPDATE letter SET state = 'accepted', state_at = :at, wanted_at = :at, reason = 'sent before the takeover' WHERE id = :id AND state = 'wanted'",

	/* store_customer.c */
	[SQL_CUSTOMER_GET] =
	    "SELECT " CUSTOMER_COLUMNS " FROM customer WHERE id = :id",
	[SQL_CUSTOMER_FIND] =
	    "SELECT " CUSTOMER_COLUMNS " FROM customer WHERE code = :code",
	[SQL_CUSTOMER_ADD] =
	    "INSERT INTO customer (code, name, is_firm, language, plan, payment_method, payer_kana, paused, pause_note, created_at) "
	    "VALUES (:code, :name, :is_firm, :language, :plan, :payment_method, :payer_kana, :paused, :pause_note, :created_at)",
	[SQL_CUSTOMER_SET] =
	    "UPDATE customer SET (code, name, is_firm, language, plan, payment_method, payer_kana, paused, pause_note) "
	    "= (:code, :name, :is_firm, :language, :plan, :payment_method, :payer_kana, :paused, :pause_note) WHERE id = :id AND "
	    "(code, name, is_firm, language, plan, payment_method, payer_kana, paused, pause_note) "
	    "IS NOT (:code, :name, :is_firm, :language, :plan, :payment_method, :payer_kana, :paused, :pause_note)",
	[SQL_CONTACT_GET] =
	    "SELECT " CONTACT_COLUMNS " FROM contact WHERE id = :id",
	[SQL_CONTACT_LIST] =
	    "SELECT " CONTACT_COLUMNS " FROM contact WHERE customer = :customer AND removed_at IS NULL "
	    "ORDER BY CASE role WHEN 'admin' THEN 0 WHEN 'billing' THEN 1 ELSE 2 END, id",
	[SQL_CONTACT_PUT] =
	    "INSERT INTO contact (customer, role, name, address, text_only, created_at) "
	    "VALUES (:customer, :role, :name, :address, :text_only, :now) "
	    "ON CONFLICT (customer, role, address) DO UPDATE SET name = excluded.name, text_only = excluded.text_only, removed_at = NULL "
	    "WHERE (name, text_only, removed_at) IS NOT (excluded.name, excluded.text_only, NULL)",
	[SQL_CONTACT_ID] =
	    "SELECT id FROM contact WHERE customer = :customer AND role = :role AND address = :address",
	[SQL_CONTACT_SET] =
	    "UPDATE contact SET role = :role, name = :name, address = :address, text_only = :text_only, removed_at = :removed_at WHERE id = :id",
	[SQL_CONTACT_ADD_ADDRESS] =
	    "INSERT INTO contact_address (contact, address) VALUES (:contact, :address) ON CONFLICT DO NOTHING",
	[SQL_CONTACT_ADDRESSES] =
	    "SELECT address FROM contact WHERE customer = :customer AND removed_at IS NULL "
	    "UNION SELECT a.address FROM contact c JOIN contact_address a ON a.contact = c.id "
	    "WHERE c.customer = :customer AND c.removed_at IS NULL ORDER BY 1",
	[SQL_CONTACT_OWNER] =
	    "SELECT customer FROM contact WHERE address = :address COLLATE NOCASE "
	    "UNION SELECT c.customer FROM contact_address a JOIN contact c ON c.id = a.contact "
	    "WHERE a.address = :address COLLATE NOCASE LIMIT 2",

	/* store_certificate.c */
	[SQL_TERM_GET] =
	    "SELECT " TERM_COLUMNS " FROM term WHERE id = :id",
	[SQL_TERM_FIND] =
	    "SELECT " TERM_COLUMNS " FROM term "
	    "WHERE customer = :customer AND common_name = :common_name AND product = :product AND ends_at = :ends_at",
	[SQL_TERM_PUT] =
	    "INSERT INTO term (customer, product, common_name, starts_at, ends_at, previous) "
	    "VALUES (:customer, :product, :common_name, :starts_at, :ends_at, :previous) "
	    "ON CONFLICT (customer, common_name, product, ends_at) DO UPDATE "
	    "SET starts_at = excluded.starts_at, previous = coalesce(excluded.previous, previous) "
	    "WHERE (starts_at, previous) IS NOT (excluded.starts_at, coalesce(excluded.previous, previous))",
	[SQL_TERM_ID] =
	    "SELECT id FROM term WHERE customer = :customer AND common_name = :common_name AND product = :product AND ends_at = :ends_at",
	[SQL_CERTIFICATE_GET] =
	    "SELECT " CERTIFICATE_COLUMNS " FROM certificate WHERE id = :id",
	[SQL_CERTIFICATE_FIND] =
	    "SELECT " CERTIFICATE_COLUMNS " FROM certificate WHERE term = :term AND not_after = :not_after",
	[SQL_CERTIFICATE_NEWEST] =
	    "SELECT " CERTIFICATE_COLUMNS " FROM certificate WHERE term = :term ORDER BY not_after DESC, id DESC LIMIT 1",
	[SQL_CERTIFICATE_OF_NAME] =
	    "SELECT " CERTIFICATE_COLUMNS " FROM certificate WHERE common_name = :name "
	    "OR id IN (SELECT certificate FROM certificate_name WHERE name = :name) ORDER BY common_name = :name DESC, not_after DESC, id DESC LIMIT 1",
	[SQL_CERTIFICATE_PUT] =
	    "INSERT INTO certificate (term, authority, common_name, organization, organizational_unit, locality, state_or_province, "
	    "country, not_before, not_after, serial) VALUES (:term, :authority, :common_name, :organization, :organizational_unit, :locality, "
	    ":state_or_province, :country, :not_before, :not_after, :serial) ON CONFLICT (term, not_after) DO UPDATE SET authority = excluded.authority, "
	    "common_name = excluded.common_name, organization = excluded.organization, organizational_unit = excluded.organizational_unit, "
	    "locality = excluded.locality, state_or_province = excluded.state_or_province, country = excluded.country, "
	    "not_before = excluded.not_before, serial = excluded.serial "
	    "WHERE (authority, common_name, organization, organizational_unit, locality, state_or_province, country, not_before, serial) "
	    "IS NOT (excluded.authority, excluded.common_name, excluded.organization, excluded.organizational_unit, excluded.locality, "
	    "excluded.state_or_province, excluded.country, excluded.not_before, excluded.serial)",
	[SQL_CERTIFICATE_ID] =
	    "SELECT id FROM certificate WHERE term = :term AND not_after = :not_after",
	[SQL_CERTIFICATE_NAMES] =
	    "SELECT name FROM certificate_name WHERE certificate = :certificate ORDER BY name",
	[SQL_CERTIFICATE_NAME_ADD] =
	    "INSERT INTO certificate_name (certificate, name) VALUES (:certificate, :name) ON CONFLICT DO NOTHING",
	[SQL_CERTIFICATE_NAME_DROP] =
	    "DELETE FROM certificate_name WHERE certificate = :certificate AND name = :name",
	[SQL_CERTIFICATE_IS_KNOWN] =
	    "SELECT EXISTS (SELECT 1 FROM certificate WHERE common_name = :name) "
	    "OR EXISTS (SELECT 1 FROM certificate_name WHERE name = :name)",

	/* store_sighting.c */
	[SQL_SIGHTING_DUE] =
	    "SELECT r.id FROM renewal r LEFT JOIN sighting s ON s.renewal = r.id WHERE (r.state IN ('noticed', 'ordered', 'paid', 'applied') "
	    "OR (r.kind = 're-issue' AND r.state = 'upcoming' AND r.next_day <= :today)) AND (s.looked_at IS NULL OR s.looked_at < :since) "
	    "ORDER BY r.state = 'applied' DESC, s.looked_at IS NOT NULL, s.looked_at, r.id LIMIT :max",
	[SQL_SIGHTING_GET] =
	    "SELECT renewal, looked_at, since_at, host, finding, is_for_staff, detail, not_after, serial FROM sighting WHERE renewal = :renewal",
	[SQL_SIGHTING_PUT] =
	    "INSERT INTO sighting (renewal, looked_at, since_at, host, finding, is_for_staff, detail, not_after, serial) "
	    "VALUES (:renewal, :now, :now, :host, :finding, :is_for_staff, :detail, :not_after, :serial) ON CONFLICT (renewal) DO UPDATE SET "
	    "since_at = CASE WHEN (finding, is_for_staff, serial) IS (excluded.finding, excluded.is_for_staff, excluded.serial) THEN since_at ELSE excluded.since_at END, "
	    "looked_at = excluded.looked_at, host = excluded.host, finding = excluded.finding, is_for_staff = excluded.is_for_staff, "
	    "detail = excluded.detail, not_after = excluded.not_after, serial = excluded.serial RETURNING since_at",

	/* store_renewal.c */
	[SQL_RENEWAL_GET] =
	    "SELECT " RENEWAL_COLUMNS " WHERE r.id = :id",
	[SQL_RENEWAL_FIND] =
	    "SELECT " RENEWAL_COLUMNS " WHERE r.reference = :reference",
	[SQL_RENEWAL_OF_CERTIFICATE] =
	    "SELECT " RENEWAL_COLUMNS " WHERE r.kind = :kind AND r.certificate = :certificate",
	[SQL_RENEWAL_OF_TERM] =
	    "SELECT " RENEWAL_COLUMNS " WHERE r.term = :term AND r.kind = :kind ORDER BY r.id DESC LIMIT 1",
	[SQL_RENEWAL_ADD] =
	    "INSERT INTO renewal (reference, kind, term, certificate, state_at, next_day, payment_method, round, created_at) "
	    "VALUES (:reference, :kind, :term, :certificate, :created_at, :next_day, :payment_method, :round, :created_at)",
	[SQL_RENEWAL_MOVE] =
	    "UPDATE renewal SET state = :to, state_at = :now, next_day = :next_day, round = :round WHERE id = :id AND state = :from",
	[SQL_RENEWAL_SET_NEXT_DAY] =
	    "UPDATE renewal SET next_day = :next_day WHERE id = :id",
	[SQL_RENEWAL_SET_PAYMENT_METHOD] =
	    "UPDATE renewal SET payment_method = :payment_method WHERE id = :id",
	[SQL_RENEWAL_SET_CERTIFICATE] =
	    "UPDATE renewal SET certificate = :certificate WHERE id = :id",
	[SQL_RENEWAL_SET_SUCCESSOR] =
	    "UPDATE renewal SET successor = :certificate WHERE id = :id AND successor IS NULL",
	[SQL_RENEWAL_SIBLINGS] =
	    "SELECT r.id FROM term t JOIN renewal r ON r.term = t.id WHERE t.customer = :customer AND r.kind = 'renewal' AND r.state = :state "
	    "AND r.next_day <= :day ORDER BY r.next_day, r.id LIMIT :max",
	[SQL_RENEWAL_DUE] =
	    "SELECT id FROM renewal INDEXED BY renewal_due WHERE next_day <= :day AND id > :after ORDER BY id LIMIT :max",
	[SQL_EVENT_ADD] =
	    "INSERT INTO event (renewal, at, event, from_state, to_state, by, message, evidence) "
	    "VALUES (:renewal, :at, :event, :from_state, :to_state, :by, :message, :evidence)",

	/* store_money.c */
	[SQL_ORDER_ADD] =
	    "INSERT INTO orders (number, customer, payment_method, purchase_order, created_at) "
	    "VALUES (:number, :customer, :payment_method, :purchase_order, :created_at)",
	[SQL_ORDER_LINE_ADD] =
	    "INSERT INTO order_line (orders, position, renewal, product, description, amount, tax_percent) "
	    "VALUES (:orders, :position, :renewal, :product, :description, :amount, :tax_percent)",
	[SQL_INVOICE_ADD] =
	    "INSERT INTO invoice (number, year, sequence, orders, customer, addressee, issued_day, due_day, currency, net, tax, total) "
	    "VALUES (:number, :year, :sequence, :orders, :customer, :addressee, :issued_day, :due_day, :currency, :net, :tax, :total)",
	[SQL_INVOICE_LINE_ADD] =
	    "INSERT INTO invoice_line (invoice, position, renewal, description, amount, tax_percent) "
	    "VALUES (:invoice, :position, :renewal, :description, :amount, :tax_percent)",
	[SQL_INVOICE_LINE_OPEN] =
	    "SELECT i.number FROM invoice_line l JOIN invoice i ON i.id = l.invoice WHERE l.renewal = :renewal AND l.is_open = 1",
	[SQL_INVOICE_TAX_ADD] =
	    "INSERT INTO invoice_tax (invoice, tax_percent, net, tax) VALUES (:invoice, :tax_percent, :net, :tax)",
	[SQL_INVOICE_OF_RENEWAL] =
	    "SELECT " INVOICE_COLUMNS " "
	    "FROM invoice_line l JOIN invoice i ON i.id = l.invoice WHERE l.renewal = :renewal AND l.is_open = 1",
	[SQL_ORDER_OPEN_OF_RENEWAL] =
	    "SELECT o.id FROM order_line l JOIN orders o ON o.id = l.orders WHERE l.renewal = :renewal AND o.state = 'open' "
	    "AND NOT EXISTS (SELECT 1 FROM invoice i WHERE i.orders = o.id AND i.state = 'paid') ORDER BY o.id DESC LIMIT 1",
	[SQL_ORDER_VOID] =
	    "UPDATE orders SET state = 'void', void_at = :now, void_reason = :reason WHERE id = :orders",
	[SQL_INVOICE_LINES_CLOSE] =
	    "UPDATE invoice_line SET is_open = 0 WHERE invoice IN (SELECT id FROM invoice WHERE orders = :orders AND state = 'open')",
	[SQL_INVOICE_VOID] =
	    "UPDATE invoice SET state = 'void', void_at = :now, void_reason = :reason WHERE orders = :orders AND state = 'open'",
	[SQL_INVOICE_ROW] =
	    "SELECT i.id, i.number, o.number AS \"order\", c.code AS customer, c.name AS customer_name, i.addressee, i.issued_day, i.due_day, "
	    "i.currency, i.net, i.tax, i.total, i.state, o.payment_method, o.purchase_order, i.void_at, i.void_reason "
	    "FROM invoice i JOIN orders o ON o.id = i.orders JOIN customer c ON c.id = i.customer WHERE i.id = :invoice",
	[SQL_INVOICE_ROW_LINES] =
	    "SELECT l.position, r.reference, l.renewal, l.description, l.amount, l.tax_percent "
	    "FROM invoice_line l JOIN renewal r ON r.id = l.renewal WHERE l.invoice = :invoice ORDER BY l.position",
	[SQL_INVOICE_ROW_TAXES] =
	    "SELECT tax_percent, net, tax FROM invoice_tax WHERE invoice = :invoice ORDER BY tax_percent",
	[SQL_INVOICE_ROW_PAYMENTS] =
	    "SELECT id, amount, paid_day, method, state, decision, source, recorded_at FROM payment WHERE invoice = :invoice ORDER BY id",
	[SQL_INVOICE_GET] =
	    "SELECT " INVOICE_COLUMNS " FROM invoice i WHERE i.id = :id",
	[SQL_INVOICE_FIND] =
	    "SELECT " INVOICE_COLUMNS " FROM invoice i WHERE i.number = :number",
	[SQL_INVOICE_LAST_OF_RENEWAL] =
	    "SELECT " INVOICE_COLUMNS " FROM invoice_line l JOIN invoice i ON i.id = l.invoice WHERE l.renewal = :renewal "
	    "ORDER BY l.is_open DESC, i.id DESC LIMIT 1",
	[SQL_INVOICE_RENEWALS] =
	    "SELECT renewal FROM invoice_line WHERE invoice = :invoice ORDER BY position",
	[SQL_INVOICE_WITH_TOTAL] =
	    "SELECT i.id, i.number, i.state, c.payer_kana, c.name FROM invoice i JOIN customer c ON c.id = i.customer "
	    "WHERE i.total = :total AND i.state <> 'void' ORDER BY i.id",
	[SQL_INVOICE_PAID] =
	    "UPDATE invoice SET state = 'paid' WHERE id = :invoice AND state = 'open'",
	[SQL_INVOICE_UNPAYABLE] =
	    "SELECT i.id FROM invoice_line l JOIN invoice i ON i.id = l.invoice WHERE l.renewal = :renewal AND l.is_open = 1 AND i.state = 'open' "
	    "AND NOT EXISTS (SELECT 1 FROM invoice_line m JOIN renewal r ON r.id = m.renewal WHERE m.invoice = i.id "
	    "AND r.state NOT IN ('lapsed', 'replaced', 'declined'))",
	[SQL_ORDER_EVENTS] =
	    "SELECT e.event, e.at AS \"at\", o.number AS \"order\", i.number AS invoice, c.code AS customer, c.name AS customer_name, i.addressee, "
	    "o.purchase_order, o.payment_method, i.issued_day, i.due_day, i.currency, i.net, i.tax, i.total, e.reason, "
	    "(SELECT json_group_array(json_object('position', position, 'reference', reference, 'product', product, 'description', description, "
	    "'amount', amount, 'tax_percent', tax_percent)) FROM (SELECT l.position, r.reference, l.product, l.description, l.amount, l.tax_percent "
	    "FROM order_line l JOIN renewal r ON r.id = l.renewal WHERE l.orders = o.id ORDER BY l.position)) AS lines_json, "
	    "(SELECT json_group_array(json_object('tax_percent', tax_percent, 'net', net, 'tax', tax)) FROM "
	    "(SELECT tax_percent, net, tax FROM invoice_tax WHERE invoice = i.id ORDER BY tax_percent)) AS taxes_json "
	    "FROM (SELECT id, 'order' AS event, created_at AS at, '' AS reason FROM orders "
	    "UNION ALL SELECT id, 'void', void_at, void_reason FROM orders WHERE state = 'void') e "
	    "JOIN orders o ON o.id = e.id JOIN customer c ON c.id = o.customer JOIN invoice i ON i.orders = o.id "
	    "WHERE (:orders = 0 OR o.id = :orders) AND (:about = '' OR e.event = :about) AND e.at >= :since ORDER BY e.at, o.id, e.event",
	[SQL_WISHES_SET] =
	    "UPDATE renewal SET purchase_order = coalesce(:purchase_order, purchase_order), addressee = coalesce(:addressee, addressee) "
	    "WHERE id = :renewal",
	[SQL_WISHES_GET] =
	    "SELECT purchase_order, addressee FROM renewal WHERE id = :renewal",

	/* store_payment.c */
	[SQL_PAYMENT_ADD] =
	    "INSERT INTO payment (invoice, amount, paid_day, method, state, source, payer, text, reason, import_key, recorded_at) "
	    "VALUES (:invoice, :amount, :paid_day, :method, :state, :source, :payer, :text, :reason, :import_key, :now) "
	    "ON CONFLICT (import_key) DO NOTHING",
	[SQL_PAYMENT_GET] =
	    "SELECT id, invoice, amount, paid_day, method, state, source, payer, text, reason, decision, decided_by, note "
	    "FROM payment WHERE id = :id",
	[SQL_PAYMENT_PLACE] =
	    "UPDATE payment SET invoice = :invoice, state = :state, reason = :reason WHERE id = :id",
	[SQL_PAYMENT_DECIDE] =
	    "UPDATE payment SET decision = :decision, decided_by = :by, decided_at = :now, note = :note WHERE id = :id",
	[SQL_PAYMENT_SUM] =
	    "SELECT coalesce(sum(amount), 0) FROM payment WHERE invoice = :invoice AND id <> :except "
	    "AND (decision = 'accepted' OR (decision IS NULL AND state IN ('matched', 'short', 'over')))",
	[SQL_PAYMENT_COMPLETE] =
	    "UPDATE payment SET state = 'matched', reason = :reason WHERE invoice = :invoice AND state = 'short' AND decision IS NULL",
	[SQL_VIEW_PAYMENTS] =
	    "SELECT p.id, p.paid_day, p.amount, p.method, p.state, i.number AS invoice, c.name AS customer_name, p.payer, p.text, p.reason, p.source, "
	    "p.decision, p.decided_by, p.decided_at, p.note, p.recorded_at FROM payment p LEFT JOIN invoice i ON i.id = p.invoice "
	    "LEFT JOIN customer c ON c.id = i.customer WHERE NOT :open OR (" PAYMENT_IS_OPEN ") ORDER BY p.paid_day, p.id",

	/* store_billing.c */
	[SQL_BILLING_WANT] =
	    "INSERT INTO billing (orders, about, state_at, next_try_at) VALUES (:orders, 'order', :now, :now)",
	[SQL_BILLING_WANT_VOID] =
	    "INSERT INTO billing (orders, about, state_at, next_try_at) SELECT orders, 'void', :now, :now FROM billing "
	    "WHERE orders = :orders AND about = 'order' AND state <> 'refused'",
	[SQL_BILLING_DUE] =
	    "SELECT b.id FROM billing b WHERE b.state = 'waiting' AND b.next_try_at <= :now AND b.id > :after AND (b.about = 'order' "
	    "OR NOT EXISTS (SELECT 1 FROM billing f WHERE f.orders = b.orders AND f.about = 'order' AND f.state = 'waiting')) "
	    "ORDER BY b.id LIMIT :max",
	[SQL_BILLING_GET] =
	    "SELECT b.id, b.orders, o.number, b.about, b.state, b.tries FROM billing b JOIN orders o ON o.id = b.orders WHERE b.id = :id",
	[SQL_BILLING_TRY] =
	    "UPDATE billing SET tries = tries + 1, next_try_at = :next_try_at WHERE id = :id AND state = 'waiting'",
	[SQL_BILLING_ANSWER] =
	    "UPDATE billing SET state = :state, state_at = :now, text = :text, next_try_at = :next_try_at WHERE id = :id",
	[SQL_BILLING_FIND] =
	    "SELECT b.id FROM billing b JOIN orders o ON o.id = b.orders WHERE o.number = :number AND b.state <> 'accepted' "
	    "ORDER BY b.id LIMIT 1",
	[SQL_BILLING_HOLDS] =
	    "SELECT EXISTS (SELECT 1 FROM billing b JOIN orders o ON o.id = b.orders WHERE b.orders = :orders AND b.about = 'order' "
	    "AND b.state <> 'accepted' AND o.payment_method = 'card')",
	[SQL_VIEW_BILLING] =
	    "SELECT o.number AS \"order\", i.number AS invoice, b.about, b.state, b.tries, b.state_at, b.next_try_at, b.text, c.name AS customer_name "
	    "FROM billing b JOIN orders o ON o.id = b.orders JOIN customer c ON c.id = o.customer JOIN invoice i ON i.orders = o.id "
	    "WHERE :all OR b.state = 'waiting' OR (b.state = 'refused' AND (b.about = 'void' OR o.state <> 'void')) ORDER BY b.id",

	/* store_message.c */
	[SQL_MAILBOX_GET] =
	    "SELECT id, uid_validity, last_uid, polled_at IS NULL FROM mailbox WHERE name = :name",
	[SQL_MAILBOX_ADD] =
	    "INSERT INTO mailbox (name) VALUES (:name)",
	[SQL_MAILBOX_PUT] =
	    "UPDATE mailbox SET uid_validity = :uid_validity, last_uid = :last_uid, polled_at = :now WHERE id = :id",
	[SQL_MESSAGE_SAME] =
	    "SELECT id FROM message WHERE sha256 = :sha256 ORDER BY id LIMIT 1",
	[SQL_MESSAGE_ADD] =
	    "INSERT INTO message (mailbox, key, sha256, size, arrived_at, fetched_at) "
	    "VALUES (:mailbox, :key, :sha256, :size, :arrived_at, :now) ON CONFLICT (mailbox, key) DO NOTHING",
	[SQL_MESSAGE_RAW_ADD] =
	    "INSERT INTO message_raw (message, bytes) VALUES (:message, :bytes)",
	[SQL_MESSAGE_GET] =
	    "SELECT " MESSAGE_COLUMNS " FROM message WHERE id = :id",
	[SQL_MESSAGE_RAW] =
	    "SELECT bytes FROM message_raw WHERE message = :message",
	[SQL_MESSAGE_READING] =
	    "SELECT reading FROM message_reading WHERE message = :message",
	[SQL_MESSAGE_UNHANDLED] =
	    "SELECT id FROM message WHERE outcome IS NULL AND id > :after ORDER BY id LIMIT :max",
	[SQL_MESSAGE_LIST] = "SELECT id FROM message WHERE id > :after ORDER BY id LIMIT :max",
	[SQL_MESSAGE_ATTEMPT] =
	    "UPDATE message SET attempts = attempts + 1 WHERE id = :id RETURNING attempts",
	[SQL_MESSAGE_FINISH] =
	    "UPDATE message SET outcome = :outcome, reason = :reason, handled_at = :now, folder = :folder, sender = :sender, "
	    "subject = :subject, message_id = :message_id, letter = :letter, contact = :contact WHERE id = :id AND outcome IS NULL",
	[SQL_MESSAGE_READING_PUT] =
	    "INSERT INTO message_reading (message, reading) VALUES (:message, :reading) "
	    "ON CONFLICT (message) DO UPDATE SET reading = excluded.reading",
	[SQL_MESSAGE_REDECIDE] =
	    "UPDATE message SET outcome = :outcome, folder = :folder, moved_at = CASE WHEN folder IS :folder THEN moved_at END "
	    "WHERE id = :id AND outcome IS NOT NULL",
	[SQL_MESSAGE_ACT] =
	    "INSERT INTO message_action (message, renewal, action, at) VALUES (:message, :renewal, :action, :now) ON CONFLICT DO NOTHING",
	[SQL_MESSAGE_UNMOVED] =
	    "SELECT " MESSAGE_COLUMNS " FROM message INDEXED BY message_unmoved WHERE mailbox = :mailbox AND folder IS NOT NULL AND moved_at IS NULL ORDER BY id LIMIT :max",
	[SQL_MESSAGE_MOVED] =
	    "UPDATE message SET moved_at = :now, lies_in = folder WHERE id = :id",

	/* store_review.c */
	[SQL_REVIEW_ADD] =
	    "INSERT INTO review (message, renewal, reason, suggestion, opened_at) VALUES (:message, :renewal, :reason, :suggestion, :now)",
	[SQL_REVIEW_GET] =
	    "SELECT id, message, renewal, reason, suggestion, opened_at, decision, decided_by, note, decided_at FROM review WHERE id = :id",
	[SQL_REVIEW_DECIDE] =
	    "UPDATE review SET decision = :decision, decided_by = :by, note = :note, decided_at = :now WHERE id = :id AND decision IS NULL",
	[SQL_REVIEW_SET_RENEWAL] =
	    "UPDATE review SET renewal = :renewal WHERE id = :id",

	/* store_letter.c */
	[SQL_LETTER_OF_REVIEW] =
	    "SELECT id FROM letter WHERE review = :review",
	[SQL_LETTER_OF_ITEM] =
	    "SELECT letter FROM letter_item WHERE renewal = :renewal AND kind = :kind AND round = :round AND contact = :contact",
	[SQL_LETTER_ADD] =
	    "INSERT INTO letter (kind, customer, contact, review, language, state_at, wanted_at, in_reply_to, thread) "
	    "VALUES (:kind, :customer, :contact, :review, :language, :now, :now, :in_reply_to, :thread)",
	[SQL_LETTER_ITEM_ADD] =
	    "INSERT INTO letter_item (letter, position, renewal, kind, round, contact) "
	    "VALUES (:letter, :position, :renewal, :kind, :round, :contact)",
	[SQL_LETTER_GET] =
	    "SELECT id, kind, customer, contact, review, language, state, state_at, reason, wanted_at, rendered_at, message_id, in_reply_to, "
	    "thread, recipient, envelope_from, subject, tries, next_try_at FROM letter WHERE id = :id",
	[SQL_LETTER_ITEMS] =
	    "SELECT renewal, round FROM letter_item WHERE letter = :letter ORDER BY position",
	[SQL_LETTER_ITEM_COUNT] =
	    "SELECT count(*) FROM letter_item WHERE letter = :letter",
	[SQL_LETTER_FIND] =
	    "SELECT id FROM letter WHERE message_id = :message_id",
	[SQL_LETTER_LAST] =
	    "SELECT l.id FROM letter_item i JOIN letter l ON l.id = i.letter WHERE i.renewal = :renewal AND i.contact = :contact "
	    "AND l.state <> 'withdrawn' ORDER BY l.id DESC LIMIT 1",
	[SQL_LETTER_HISTORY] =
	    "SELECT max(l.wanted_at), min(CASE i.kind WHEN 'reminder' THEN i.round END), "
	    "max(CASE i.kind WHEN 'payment-reminder' THEN i.round END) "
	    "FROM letter_item i JOIN letter l ON l.id = i.letter WHERE i.renewal = :renewal AND l.state <> 'withdrawn'",
	[SQL_LETTER_LIST] =
	    "SELECT id FROM letter WHERE state = :state AND id > :after AND (:state <> 'ready' OR next_try_at <= :now) ORDER BY id LIMIT :max",
	[SQL_LETTER_RENDERED] =
	    "UPDATE letter SET state = 'ready', state_at = :now, rendered_at = :now, next_try_at = :now, message_id = :message_id, "
	    "recipient = :recipient, envelope_from = :envelope_from, subject = :subject, reason = '' "
	    "WHERE id = :id AND (state = 'wanted' OR (state = 'held' AND rendered_at IS NULL))",
	[SQL_LETTER_BYTES_ADD] =
	    "INSERT INTO letter_bytes (letter, bytes, text) VALUES (:letter, :bytes, :text)",
	[SQL_LETTER_BYTES] =
	    "SELECT bytes, text FROM letter_bytes WHERE letter = :letter",
	[SQL_LETTER_BYTES_DROP] =
	    "DELETE FROM letter_bytes WHERE letter = :letter",
	[SQL_LETTER_CLAIM] =
	    "UPDATE letter SET state = 'claimed', state_at = :now, run = :run, lane = :lane, sequence = :sequence "
	    "WHERE id = :id AND state = 'ready'",
	[SQL_LETTER_UNCLAIM] =
	    "UPDATE letter SET state = 'ready', state_at = :now, run = NULL, lane = NULL, sequence = NULL WHERE id = :id AND state = 'claimed'",
	[SQL_LETTER_ANSWER] =
	    "UPDATE letter SET tries = tries + (state = 'claimed'), state = :state, state_at = :now, answer_code = :code, answer = :answer, "
	    "next_try_at = :next_try_at, reason = :reason WHERE id = :id AND state IN ('claimed', 'unknown')",
	[SQL_LETTER_PARK] =
	    "UPDATE letter SET state = :state, state_at = :now, reason = :reason, next_try_at = NULL "
	    "WHERE id = :id AND (state IN ('wanted', 'ready') OR (state = 'held' AND rendered_at IS NULL))",
	[SQL_LETTER_ANEW] =
	    "UPDATE letter SET state = 'wanted', state_at = :now, reason = :reason, rendered_at = NULL, message_id = NULL, recipient = NULL, "
	    "envelope_from = NULL, subject = NULL, next_try_at = NULL WHERE id = :id AND state = 'ready' AND tries = 0",
	[SQL_LETTER_TO_WITHDRAW] =
	    "SELECT l.id, l.state = 'ready' FROM letter_item i JOIN letter l ON l.id = i.letter WHERE i.renewal = :renewal AND i.kind = :kind "
	    "AND (l.state = 'wanted' OR (l.state = 'held' AND l.rendered_at IS NULL) OR (l.state = 'ready' AND l.tries = 0)) ORDER BY l.id LIMIT 1",
	[SQL_LETTER_ITEM_DROP] =
	    "DELETE FROM letter_item WHERE letter = :letter AND renewal = :renewal",
	[SQL_LETTER_BOUNCED] =
	    "UPDATE letter SET bounce_status = :status WHERE id = :id",
	[SQL_LETTER_CLAIMS] =
	    "SELECT id, run, lane, sequence FROM letter WHERE state = 'claimed' ORDER BY run, lane, sequence LIMIT :max",

	/* store_waiting.c */
	[SQL_WAITING_REVIEWS] =
	    "SELECT v.id, v.opened_at, r.reference, coalesce(c.name, d.name) AS customer_name, v.reason "
	    "FROM review v JOIN message m ON m.id = v.message LEFT JOIN renewal r ON r.id = v.renewal LEFT JOIN term t ON t.id = r.term "
	    "LEFT JOIN customer c ON c.id = t.customer LEFT JOIN contact k ON k.id = m.contact LEFT JOIN customer d ON d.id = k.customer "
	    "WHERE v.decision IS NULL AND v.opened_at < :since ORDER BY v.opened_at, v.id LIMIT 100",
	[SQL_WAITING_LETTERS] =
	    "SELECT l.id, l.kind, l.state, l.reason, "
	    "(SELECT r.reference FROM letter_item i JOIN renewal r ON r.id = i.renewal WHERE i.letter = l.id ORDER BY i.position LIMIT 1) AS reference "
	    "FROM letter l WHERE l.state IN ('held', 'unknown', 'refused') AND l.state_at < :since "
	    "AND l.kind NOT IN ('needs-you', 'digest') ORDER BY l.id LIMIT 100",
	[SQL_WAITING_PAYMENTS] =
	    "SELECT p.id, p.amount AS total, coalesce(i.currency, 'JPY') AS currency, p.paid_day, p.state, p.payer, i.number, p.reason "
	    "FROM payment p LEFT JOIN invoice i ON i.id = p.invoice "
	    "WHERE p.decision IS NULL AND p.state <> 'matched' AND p.recorded_at < :since ORDER BY p.recorded_at, p.id LIMIT 100",
	[SQL_WAITING_UNPAID] =
	    "SELECT i.number, c.name AS customer_name, i.total, i.currency, i.due_day, "
	    "(SELECT r.reference FROM invoice_line n JOIN renewal r ON r.id = n.renewal WHERE n.invoice = i.id ORDER BY n.position LIMIT 1) AS reference, "
	    "(SELECT t.common_name FROM invoice_line n JOIN renewal r ON r.id = n.renewal JOIN term t ON t.id = r.term WHERE n.invoice = i.id "
	    "ORDER BY n.position LIMIT 1) AS common_name "
	    "FROM invoice i JOIN customer c ON c.id = i.customer WHERE i.state = 'open' AND i.due_day < :today ORDER BY i.due_day, i.id LIMIT 100",
	[SQL_WAITING_APPLY] =
	    "SELECT r.reference, t.common_name, c.name AS customer_name, r.state_at FROM renewal r JOIN term t ON t.id = r.term "
	    "JOIN customer c ON c.id = t.customer WHERE r.state = 'paid' AND r.state_at < :since ORDER BY r.state_at, r.id LIMIT 100",
	[SQL_WAITING_LATE] =
	    "SELECT r.reference, t.common_name, c.name AS customer_name, r.state, x.not_after AS ends_at FROM renewal r "
	    "JOIN certificate x ON x.id = r.certificate JOIN term t ON t.id = r.term JOIN customer c ON c.id = t.customer "
	    "WHERE x.not_after <= :now AND (r.state IN ('paid', 'applied') OR (r.kind = 're-issue' AND r.state IN ('upcoming', 'noticed'))) "
	    "ORDER BY x.not_after, r.id LIMIT 100",
	[SQL_WAITING_REISSUES] =
	    "SELECT r.reference, t.common_name, c.name AS customer_name, x.not_after AS ends_at FROM renewal r "
	    "JOIN certificate x ON x.id = r.certificate JOIN term t ON t.id = r.term JOIN customer c ON c.id = t.customer "
	    "WHERE r.kind = 're-issue' AND r.state IN ('upcoming', 'noticed') AND r.next_day <= :today ORDER BY x.not_after, r.id LIMIT 100",
	[SQL_WAITING_TOLD_AT] =
	    "SELECT max(CASE WHEN state IN ('wanted', 'ready') THEN 253370764800 ELSE wanted_at END) FROM letter " /* the year 9999 */
	    "WHERE kind = :kind AND contact IS NULL AND state <> 'withdrawn'",

	/* store_view.c */
	[SQL_VIEW_RENEWALS] =
	    "SELECT " VIEW_RENEWAL_COLUMNS " WHERE r.state NOT IN ('renewed', 'lapsed', 'replaced') ORDER BY r.next_day IS NULL, r.next_day, r.id",
	[SQL_VIEW_RENEWALS_DUE] =
	    "SELECT " VIEW_RENEWAL_COLUMNS " WHERE r.next_day <= :until_day AND r.state NOT IN ('renewed', 'lapsed', 'replaced') ORDER BY r.next_day, r.id",
	[SQL_VIEW_RENEWALS_STATE] =
	    "SELECT " VIEW_RENEWAL_COLUMNS " WHERE r.state = :state AND (:until_day = -1 OR r.next_day <= :until_day) ORDER BY r.next_day IS NULL, r.next_day, r.id",
	[SQL_VIEW_RENEWAL] =
	    "SELECT " VIEW_RENEWAL_COLUMNS " WHERE r.id = :renewal",
	[SQL_VIEW_RENEWAL_ORDER_ID] =
	    "SELECT orders FROM order_line WHERE renewal = :renewal ORDER BY orders DESC LIMIT 1",
	[SQL_VIEW_RENEWAL_INVOICE_ID] =
	    "SELECT invoice.id FROM order_line l JOIN invoice ON invoice.orders = l.orders WHERE l.renewal = :renewal ORDER BY invoice.id DESC LIMIT 1",
	[SQL_VIEW_CUSTOMER] =
	    "SELECT code, name, is_firm, language, plan, payment_method, payer_kana, paused, pause_note FROM customer WHERE id = :customer",
	[SQL_VIEW_CONTACTS] =
	    "SELECT id, role, name, address, text_only, (SELECT json_group_array(address) FROM contact_address WHERE contact = contact.id) AS also_json "
	    "FROM contact WHERE customer = :customer AND removed_at IS NULL ORDER BY CASE role WHEN 'admin' THEN 0 WHEN 'billing' THEN 1 ELSE 2 END, id",
	[SQL_VIEW_CERTIFICATE] =
	    "SELECT authority, common_name, organization, organizational_unit, locality, state_or_province, country, not_before, not_after, serial, "
	    "(SELECT json_group_array(name) FROM (SELECT name FROM certificate_name WHERE certificate = certificate.id ORDER BY name)) AS names_json "
	    "FROM certificate WHERE id = :certificate",
	[SQL_VIEW_TERM] =
	    "SELECT product, common_name, starts_at, ends_at FROM term WHERE id = :term",
	[SQL_VIEW_SIGHTING] =
	    "SELECT looked_at, since_at, host, finding, is_for_staff, detail, not_after, serial FROM sighting WHERE renewal = :renewal",
	[SQL_VIEW_ORDER] =
	    "SELECT number, state, payment_method, purchase_order, created_at, void_at, void_reason, "
	    "(SELECT state FROM billing WHERE orders = :orders ORDER BY id DESC LIMIT 1) AS billing_state, "
	    "(SELECT text FROM billing WHERE orders = :orders ORDER BY id DESC LIMIT 1) AS billing_text FROM orders WHERE id = :orders",
	[SQL_VIEW_LETTERS] =
	    "SELECT l.id, l.kind, c.address AS contact, l.state, l.state_at, l.subject, l.message_id, l.answer, l.reason "
	    "FROM letter l LEFT JOIN contact c ON c.id = l.contact "
	    "WHERE l.id IN (SELECT letter FROM letter_item WHERE renewal = :renewal) "
	    "OR l.review IN (SELECT id FROM review WHERE renewal = :renewal) ORDER BY l.id",
	[SQL_VIEW_EVENTS] =
	    "SELECT at, event, from_state AS \"from\", to_state AS \"to\", by, message, evidence AS evidence_json FROM event WHERE renewal = :renewal ORDER BY id",
	[SQL_VIEW_MESSAGES] =
	    "SELECT m.id, m.outcome, m.reason, m.handled_at FROM message m WHERE m.id IN ( "
	    "SELECT message FROM message_action WHERE renewal = :renewal "
	    "UNION SELECT message FROM review WHERE renewal = :renewal "
	    "UNION SELECT message FROM event WHERE renewal = :renewal AND message IS NOT NULL "
	    "UNION SELECT a.id FROM message a JOIN letter_item i ON i.letter = a.letter WHERE a.letter IS NOT NULL AND i.renewal = :renewal) ORDER BY m.id",
	[SQL_VIEW_REVIEWS] =
	    "SELECT v.id, v.opened_at, r.reference, coalesce(c.name, d.name) AS customer_name, m.sender, m.subject, v.reason, v.suggestion, v.decision "
	    "FROM review v JOIN message m ON m.id = v.message LEFT JOIN renewal r ON r.id = v.renewal LEFT JOIN term t ON t.id = r.term "
	    "LEFT JOIN customer c ON c.id = t.customer LEFT JOIN contact k ON k.id = m.contact LEFT JOIN customer d ON d.id = k.customer "
	    "WHERE :all OR v.decision IS NULL ORDER BY v.opened_at, v.id",
	[SQL_STATUS_STATES] =
	    "SELECT state, count(*) FROM renewal GROUP BY state",
	[SQL_STATUS_LETTERS] =
	    "SELECT state, count(*) FROM letter GROUP BY state",
	[SQL_STATUS_OUTCOMES] =
	    "SELECT outcome, count(*) FROM message WHERE outcome IS NOT NULL GROUP BY outcome",
	[SQL_STATUS_NUMBERS] =
	    "SELECT (SELECT count(*) FROM review WHERE decision IS NULL) AS reviews_open, "
	    "(SELECT min(opened_at) FROM review WHERE decision IS NULL) AS oldest_review_at, "
	    "(SELECT count(*) FROM renewal WHERE next_day <= :today) AS due, "
	    "(SELECT count(*) FROM renewal r JOIN term t ON t.id = r.term JOIN customer c ON c.id = t.customer "
	    "WHERE r.next_day <= :overdue AND c.paused = 0) AS overdue, "
	    "(SELECT count(*) FROM invoice WHERE state = 'open') AS invoices_open, "
	    "(SELECT count(*) FROM invoice WHERE state = 'open' AND due_day < :today) AS invoices_overdue, "
	    "(SELECT count(*) FROM payment p WHERE " PAYMENT_IS_OPEN ") AS payments_open, "
	    "(SELECT count(*) FROM billing WHERE state = 'waiting') AS billing_waiting, "
	    "(SELECT count(*) FROM billing WHERE state = 'waiting' AND tries > 0) AS billing_failing, "
	    "(SELECT count(*) FROM billing WHERE state = 'waiting' AND tries > 3) AS billing_stuck, "
	    "(SELECT count(*) FROM billing b JOIN orders o ON o.id = b.orders WHERE b.state = 'refused' "
	    "AND (b.about = 'void' OR o.state <> 'void')) AS billing_refused, "
	    "(SELECT count(*) FROM message WHERE outcome IS NULL) AS unhandled",
	[SQL_STATUS_UNRELATED] =
	    "SELECT subject FROM message WHERE outcome = 'unrelated' ORDER BY id DESC LIMIT 10",
	[SQL_STATUS_LAST_RUN] =
	    "SELECT command, started_at, ended_at, fault, counts AS counts_json FROM run ORDER BY id DESC LIMIT 1",
	[SQL_STATUS_MAILBOXES] =
	    "SELECT name, polled_at FROM mailbox ORDER BY name",
	[SQL_STATUS_SEEN] =
	    "SELECT r.reference, x.common_name, s.host, s.finding, s.detail, s.not_after, s.serial, s.looked_at, s.since_at "
	    "FROM sighting s JOIN renewal r ON r.id = s.renewal JOIN certificate x ON x.id = r.certificate "
	    "WHERE s.is_for_staff = 1 AND r.state NOT IN ('renewed', 'lapsed', 'replaced') ORDER BY s.since_at DESC, r.id LIMIT 100",
	[SQL_STATUS_HELD] =
	    "SELECT l.id, l.kind, l.state, l.state_at, l.reason, coalesce( "
	    "(SELECT r.reference FROM letter_item i JOIN renewal r ON r.id = i.renewal WHERE i.letter = l.id ORDER BY i.position LIMIT 1), "
	    "(SELECT r.reference FROM review v JOIN renewal r ON r.id = v.renewal WHERE v.id = l.review)) AS reference "
	    "FROM letter l WHERE l.state IN ('held', 'unknown', 'refused') ORDER BY l.id DESC LIMIT 100",
	[SQL_STATUS_GUARD] =
	    "SELECT set_at, reason FROM guard",
	[SQL_VIEW_INVOICES_SINCE] =
	    "SELECT count(*), coalesce(sum(total), 0), coalesce(max(id), :after) FROM invoice WHERE id > :after",
};
