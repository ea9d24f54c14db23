#!/usr/bin/env python3
"""year.py WORK MAIL LMTP-PORT DAYS - plays the customers, the bank and the staff of a year, then looks whether the books add up.

What must have happened is worked out here from the list of customers and from what was played, never from the program's own log: mails are counted in the
customers' mailboxes, yen in what they paid.
"""
import datetime
import email
import email.policy
import email.utils
import json
import os
import smtplib
import sqlite3
import subprocess
import sys

WORK, MAIL, PORT, DAYS = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
FIRST = datetime.date(2026, 4, 1)
PRODUCTS = ["cybertrust-sureserver", "geotrust-truebusiness", "secureserver-id"]
CUSTOMERS = 200
DAY = datetime.timedelta(days=1)
HABITS = ["renews", "declines", "silent", "late", "short", "never-pays", "asks", "changes-mind", "double", "away", "new-name", "renews", "renews"]
WORDS = {
    "renew": ["更新をお願いいたします。", "Please renew the certificate."],
    "decline": ["今回は更新しません。", "We will not renew the certificate."],
    "ask": ["費用はいくらになりますか。", "How much will it cost this year?"],
    "away": ["ただいま休暇をいただいております。", "I am out of the office until Monday."],
}


class Customer:
    def __init__(self, number):
        self.number, self.user = number, f"c{number}"
        self.habit = HABITS[number % len(HABITS)]
        self.japanese = number % 3 != 0
        self.method = "card" if number % 4 == 0 else "transfer"
        self.kana = f"カ）テスト{number}" if self.japanese else f"FIRM {number}"
        count = 3 if number % 20 == 7 else 1
        self.names = [f"www{i}.firm{number}.example" for i in range(count)]
        self.ends = [FIRST + datetime.timedelta(days=20 + (number * 7) % 350 + i) for i in range(count)]
        self.seen = set()
        self.asked = False
        self.notices = 0


class Year:
    def __init__(self):
        self.customers = [Customer(n) for n in range(CUSTOMERS)]
        self.day = FIRST
        self.todo = {}      # day → what is done in its morning
        self.sent = 0       # mails that customers wrote
        self.paid = 0       # yen that customers paid
        self.letters = []   # Message-IDs of the mails in their mailboxes
        self.failures = []
        self.forecasts = self.forecasts_right = 0
        self.runs = 0

    def mp(self, *words, allow=(0, 1)):
        run = subprocess.run([os.environ["MAILPROC"], "--now", f"{self.day}T10:00:00+09:00", "-c", f"{WORK}/mailproc.conf", *words],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if run.returncode not in allow:
            self.failures.append(f"{self.day} {' '.join(words)}: exit {run.returncode}: {run.stderr.decode(errors='replace')[-300:]}")
        return run.stdout.decode()

    def later(self, days, what):
        self.todo.setdefault(self.day + days * DAY, []).append(what)

    # ---- customers ----

    def write(self, customer, letter, words, extra=(), tick=None):
        mail = email.message_from_bytes(letter, policy=email.policy.default)
        text = mail.get_body(("plain",)).get_content()
        body = WORDS[words][0 if customer.japanese else 1] if words else ""
        quote = "\n".join("> " + l for l in (tick(text) if tick else text).splitlines())
        charset = "iso-2022-jp" if customer.japanese and customer.number % 2 else "utf-8"
        head = [f"From: {customer.user}@firm{customer.number}.example", "To: ssl-renewal@hosting.example",
                f"Message-ID: {email.utils.make_msgid(domain='customer.example')}", f"In-Reply-To: {mail['Message-ID']}", "Subject: Re: answer", *extra,
                "MIME-Version: 1.0", f"Content-Type: text/plain; charset={charset}", "Content-Transfer-Encoding: 8bit"]
        raw = "\r\n".join(head).encode() + b"\r\n\r\n" + (body + "\n\nOn that day SSL wrote:\n" + quote + "\n").encode(charset, "replace").replace(b"\n", b"\r\n")
        with smtplib.LMTP("127.0.0.1", PORT) as lmtp:
            lmtp.sendmail("someone@customer.example", ["ssl-renewal@hosting.example"], raw)
        self.sent += 1

    def react(self, customer, kind, letter):
        habit = customer.habit
        answer = lambda words, *extra: (lambda: self.write(customer, letter, words, extra))
        if kind == "notice":
            customer.notices += 1
            if len(customer.names) == 3 and b"www2." in letter and habit in ("renews", "short", "double", "late"):
                self.later(1, answer("renew"))
            elif habit in ("renews", "short", "double", "never-pays"):
                self.later(1 + customer.number % 4, answer("renew"))
            elif habit == "declines":
                self.later(2, answer("decline"))
            elif habit == "asks":
                self.later(1, answer("ask"))
            elif habit == "changes-mind":
                self.later(1, answer("decline"))
                self.later(6, answer("renew"))
            elif habit == "away":
                self.later(1, answer("away", "Auto-Submitted: auto-replied"))
                self.later(9, answer("renew"))
        elif kind == "reminder" and habit == "late" and not customer.asked:
            customer.asked = True
            self.later(1, answer("renew"))

    def read_mailboxes(self):
        for customer in self.customers:
            folder = f"{MAIL}/{customer.user}/Maildir/new"
            for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
                if name in customer.seen:
                    continue
                customer.seen.add(name)
                with open(f"{folder}/{name}", "rb") as f:
                    letter = f.read()
                mail = email.message_from_bytes(letter, policy=email.policy.default)
                self.letters.append(str(mail["Message-ID"]).strip("<>"))
                self.react(customer, str(mail["X-Mailproc-Letter"]), letter)

    # ---- the bank ----

    def pay(self):
        db = sqlite3.connect(f"file:{WORK}/mailproc.db?mode=ro", uri=True)
        rows = db.execute("SELECT invoice.number, total, code, due_day, invoice.id FROM invoice JOIN customer ON customer.id = invoice.customer "
                          "WHERE invoice.state = 'open' AND NOT EXISTS (SELECT 1 FROM payment WHERE payment.invoice = invoice.id)").fetchall()
        db.close()
        today = (self.day - datetime.date(1970, 1, 1)).days
        lines = []
        for number, total, code, due, _ in rows:
            customer = self.customers[int(code[2:])]
            if due - today > 5 or customer.habit == "never-pays":
                continue
            amount = total - 440 if customer.habit == "short" else total
            times = 2 if customer.habit == "double" else 1
            for _ in range(times):
                self.paid += amount
                if customer.method == "card":
                    self.mp("payment", "record", number, str(amount), "--date", str(self.day), "--by", "Panel", "--method", "card")
                else:
                    lines.append(f"{self.day},{amount},{customer.kana},{number}")
        if lines:
            with open(f"{WORK}/bank.csv", "w", encoding="utf-8") as f:
                f.write("日付,入金額,振込依頼人名,摘要\r\n" + "".join(l + "\r\n" for l in lines))
            self.mp("payment", "import", f"{WORK}/bank.csv")

    # ---- staff ----

    def staff(self):
        for line in self.mp("review", "list", "--json").splitlines():
            review = json.loads(line)
            state = self.states().get(review["reference"])
            decision = "renew" if state == "noticed" else "acknowledge"
            if self.mp("review", "decide", str(review["id"]), decision, "--by", "Sato", allow=(0, 65)) == "":
                self.mp("review", "decide", str(review["id"]), "acknowledge", "--by", "Sato")
        for line in self.mp("payment", "list", "--open", "--json").splitlines():
            payment = json.loads(line)
            if payment["state"] == "short":
                self.mp("payment", "match", str(payment["id"]), payment["invoice"], "--accept", "--by", "Sato")
            else:
                self.mp("payment", "close", str(payment["id"]), "--by", "Sato", "--note", "paid back")
        for reference, state in self.states().items():
            age = self.age.get((reference, state), 0)
            if state == "paid" and age >= 1:
                self.mp("record", reference, "applied", "--by", "Sato")
            elif state == "applied" and age >= 4:
                self.mp("record", reference, "installed", "--by", "Sato", "--until", self.new_end(reference))
            elif state == "noticed" and self.habit_of(reference) == "new-name" and age >= 3:
                self.mp("record", reference, "new-purchase", "--by", "Sato")

    def rows(self, sql, *values):
        db = sqlite3.connect(f"file:{WORK}/mailproc.db?mode=ro", uri=True)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def states(self):
        found = {}
        self.age = {}
        now = int(datetime.datetime.fromisoformat(f"{self.day}T10:00:00+09:00").timestamp())
        for reference, kind, state, at in self.rows("SELECT reference, kind, state, state_at FROM renewal"):
            if kind == "renewal":
                found[reference] = state
                self.age[reference, state] = (now - at) // 86400
        return found

    def habit_of(self, reference):
        code = self.rows("SELECT code FROM renewal JOIN term ON term.id = renewal.term JOIN customer ON customer.id = term.customer WHERE reference = ?", reference)
        return self.customers[int(code[0][0][2:])].habit

    def new_end(self, reference):
        end = self.rows("SELECT ends_at FROM renewal JOIN term ON term.id = renewal.term WHERE reference = ?", reference)[0][0]
        day = datetime.datetime.fromtimestamp(end, datetime.timezone(datetime.timedelta(hours=9))).date()
        try:
            return str(day.replace(year=day.year + 1))
        except ValueError:
            return str(day.replace(year=day.year + 1, day=28))

    # ---- the days ----

    CALENDAR = ("notice", "reminder", "payment-reminder", "last-chance", "lapsed")

    def said_for_tomorrow(self):
        wanted = dict.fromkeys(self.CALENDAR, 0)
        for line in self.mp("forecast", "--json", "--until", str(self.day + DAY)).splitlines():
            row = json.loads(line)
            if row["day"] == str(self.day + DAY):
                for kind in self.CALENDAR:
                    wanted[kind] = row["letters"].get(kind, 0)
        return wanted

    def happened_today(self):
        start = int(datetime.datetime.fromisoformat(f"{self.day}T00:00:00+09:00").timestamp())
        found = dict.fromkeys(self.CALENDAR, 0)
        for kind, count in self.rows("SELECT kind, count(*) FROM letter WHERE wanted_at >= ? GROUP BY kind", start):
            if kind in found:
                found[kind] = count
        return found

    def live(self):
        said = None
        for n in range(DAYS):
            is_quiet = said is not None     # nothing happens on a day that was forecast, but what the calendar says
            if is_quiet:
                self.todo.setdefault(self.day + DAY, [])[:0] = self.todo.pop(self.day, [])
            else:
                for what in self.todo.pop(self.day, []):
                    what()
            self.mp("run", *(["--allow", "400"] if n == 0 else []))
            self.runs += 1
            if is_quiet:
                self.forecasts += 1
                happened = self.happened_today()
                if happened == said:
                    self.forecasts_right += 1
                else:
                    self.failures.append(f"{self.day}: forecast {said}, happened {happened}")
                said = None
            self.read_mailboxes()
            if not is_quiet and n % 3 == 0:
                self.pay()
            if n % 2 == 0:
                self.staff()
            if n % 14 == 13:
                said = self.said_for_tomorrow()
            self.day += DAY
        self.mp("run")
        self.read_mailboxes()


def import_list(year):
    with open(f"{WORK}/customers.csv", "w", encoding="utf-8") as f:
        f.write("customer,customer_name,language,payment_method,payer_kana,plan,contact_name,contact_email,common_name,organization,country,product,not_after\n")
        for c in year.customers:
            for name, end in zip(c.names, c.ends):
                f.write(f"C-{c.number},{'株式会社テスト' if c.japanese else 'Firm '}{c.number},{'ja' if c.japanese else 'en'},{c.method},{c.kana},"
                        f"{'flex' if c.number % 9 == 0 else 'standard'},,{c.user}@firm{c.number}.example,{name},Firm {c.number},JP,{PRODUCTS[c.number % 3]},{end}\n")
    year.mp("import", f"{WORK}/customers.csv", allow=(0,))


def main():
    year = Year()
    import_list(year)
    year.live()
    cases = []
    case = lambda good, sentence, *notes: cases.append((bool(good), sentence, notes))
    rows = year.rows
    last = year.day

    case(not year.failures, "every command of every day ends as it should, and each forecast of a day equals it", *year.failures[:10])
    case(year.forecasts == year.forecasts_right and year.forecasts > 0, f"{year.forecasts} forecasts of the next day agree with what happened")

    # Every notice that was due: two months before each end, and once.
    due = {n for c in year.customers for n, e in zip(c.names, c.ends) if e - datetime.timedelta(days=60) < last - DAY}
    counts = dict(rows("SELECT common_name, count(*) FROM letter_item JOIN letter ON letter.id = letter JOIN renewal ON renewal.id = letter_item.renewal "
                       "JOIN term ON term.id = renewal.term WHERE letter.kind = 'notice' AND letter.state = 'accepted' AND term.previous IS NULL GROUP BY 1"))
    case(not due - set(counts), f"each of {len(due)} renewals whose time has come was announced", sorted(due - set(counts))[:5])
    case(all(v == 1 for v in counts.values()), "and announced once", {k: v for k, v in counts.items() if v != 1})

    # What lies in the mailboxes is what the books say was accepted.
    accepted = [r[0] for r in rows("SELECT message_id FROM letter WHERE state = 'accepted' AND contact IS NOT NULL")]
    case(sorted(accepted) == sorted(year.letters), f"{len(year.letters)} letters in the customers' mailboxes are those of the books, each once",
         len(accepted), len(set(year.letters)))
    case(rows("SELECT count(*) FROM letter WHERE state NOT IN ('accepted', 'withdrawn')")[0][0] == 0, "no letter is left behind",
         rows("SELECT kind, state, reason FROM letter WHERE state NOT IN ('accepted', 'withdrawn') LIMIT 5"))

    # Every mail of theirs has one outcome.
    outcomes = dict(rows("SELECT coalesce(outcome, 'none'), count(*) FROM message GROUP BY 1"))
    case(sum(outcomes.values()) == year.sent and "none" not in outcomes, f"each of {year.sent} mails has one outcome", outcomes)
    case(outcomes.get("automatic", 0) > 0 and outcomes.get("applied", 0) > 0 and
         rows("SELECT count(*) FROM review")[0][0] > 0, "answers, automatic answers and questions were among them", outcomes)

    # Every yen.
    case(rows("SELECT coalesce(sum(amount), 0) FROM payment")[0][0] == year.paid, f"{year.paid} yen that were paid are recorded, and no other",
         rows("SELECT sum(amount) FROM payment"))
    case(not rows("SELECT number FROM invoice WHERE net <> (SELECT sum(amount) FROM invoice_line WHERE invoice = invoice.id) OR tax <> net / 10"),
         "each invoice is the sum of its lines and the tax on it, rounded once")
    case(not rows("SELECT number FROM invoice WHERE state = 'paid' AND NOT EXISTS (SELECT 1 FROM payment WHERE invoice = invoice.id AND "
                  "(state = 'matched' OR decision = 'accepted'))"), "what counts as paid was paid")
    case(not rows("SELECT year FROM invoice GROUP BY year HAVING max(sequence) <> count(*) OR min(sequence) <> 1"), "the numbers of invoices have no gap")
    case(not rows("SELECT renewal FROM invoice_line JOIN invoice ON invoice.id = invoice WHERE invoice.state <> 'void' GROUP BY renewal HAVING count(*) > 1"),
         "no renewal was billed twice")

    # Where everything ended.
    over = [r for r in rows("SELECT reference, state FROM renewal JOIN term ON term.id = renewal.term WHERE kind = 'renewal' AND ends_at < ?",
                            int(datetime.datetime.combine(last - 3 * DAY, datetime.time()).timestamp()))]
    open_ends = [r for r in over if r[1] in ("upcoming", "noticed", "ordered", "declined")]
    case(not open_ends, f"none of {len(over)} terms that are over still waits for its customer", open_ends[:5])
    renewed = rows("SELECT count(*) FROM renewal WHERE state = 'renewed' AND kind = 'renewal'")[0][0]
    case(renewed > 0 and renewed == rows("SELECT count(*) FROM term WHERE previous IS NOT NULL")[0][0], f"each of {renewed} renewals that went through has its next term")
    quiet = [c for c in year.customers if c.habit == "declines"]
    case(not rows("SELECT 1 FROM orders JOIN customer ON customer.id = orders.customer WHERE code IN (%s)" % ",".join(f"'C-{c.number}'" for c in quiet)),
         "nobody who declined was billed")

    print(f"1..{len(cases)}")
    for i, (good, sentence, notes) in enumerate(cases, 1):
        print(f"{'ok' if good else 'not ok'} {i} - {sentence}")
        if not good:
            for note in notes:
                print(f"# {note}")
    print(f"# {year.runs} days, {len(year.letters)} letters, {year.sent} answers, {year.paid} yen")
    sys.exit(0 if all(c[0] for c in cases) else 1)


main()
