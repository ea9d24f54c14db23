#!/usr/bin/env python3
"""Measure ordinary mail about other things: it must never lead to an act.

usage: measure-ham.py MAILPROC FIXTURES [--list]

FIXTURES/negatives-spamassassin-ham holds 2,500 mails of people and lists. They are classified as they are, and with our notice quoted beneath, in
English and Japanese in turn, as if they were answers to it.
"""
import email
import email.message
import email.policy
import os
import sys
import tempfile

import measure

FOLDER = "negatives-spamassassin-ham"
ACTS = ("renew", "decline", "partial", "bounce")
# The automatic mails among them, by the start of their names: an absence, and two delivery reports that a list passed on.
AUTOMATIC = ("00033.2ceb520d", "01436.dc449ba3", "01542.ed72bf2c")

NOTICES = ("""On Sun, 22 Nov 2026 at 10:00, Sample Hosting SSL Renewals <ssl-renewal@hosting.example> wrote:
> Dear Customer,
>
> The dedicated SSL certificate below expires in 60 days.
>
>   Common name : www.kaede.example
>   Issued by   : GeoTrust
>   Expires     : 21 January 2027
>   Reference   : SSL-2026-00123
>
> It does not renew automatically. Please reply to this message and tell us whether you wish to renew:
>
>   [ ] I want to renew
>   [ ] I do not want to renew
>
> If you do not renew, browsers will show a warning.
""", """2026年11月22日(日) 10:00 サンプルホスティング SSL更新窓口 <ssl-renewal@hosting.example>:
> ご利用中の専用SSL証明書の有効期限が近づいておりますので、ご案内いたします。
>
>   コモンネーム : www.kaede.example
>   有効期限     : 2027年1月21日（あと60日）
>   管理番号     : SSL-2026-00123
>
> 専用SSL証明書は自動更新されません。更新される場合も、更新されない場合も、
> お手数ですが、このメールに返信して更新の意思の有無をお知らせください。
>
>   [ ] 更新する
>   [ ] 更新しない
>
""")


def text_of(mail):
    """The first text part; "" for a mail that cannot be taken apart."""
    try:
        for part in mail.walk():
            if part.get_content_type() == "text/plain":
                raw = part.get_payload(decode=True) or b""
                return raw.decode(part.get_content_charset() or "latin-1", "replace")
    except (LookupError, ValueError, AssertionError):
        pass
    return ""


def quoted(path, notice):
    """The mail's words as an answer above our notice."""
    with open(path, "rb") as f:
        mail = email.message_from_binary_file(f, policy=email.policy.compat32)
    out = email.message.Message()
    for name in ("From", "Return-Path", "List-Id", "Precedence", "Auto-Submitted"):
        if mail[name]:
            out[name] = " ".join(str(mail[name]).encode("ascii", "replace").decode().split())
    subject = " ".join(str(mail["Subject"] or "").encode("ascii", "replace").decode().split())
    out["Subject"] = "Re: " + subject
    out["In-Reply-To"] = "<notice.SSL-2026-00123@hosting.example>"
    out.set_payload(text_of(mail).rstrip("\n") + "\n\n" + notice, "utf-8")
    return out.as_bytes()


def judge(m, name, paths):
    counts = {}
    for got in m.classify(paths):
        verdict, file = got["verdict"], os.path.basename(got["file"])
        if verdict == "auto" and file.startswith(AUTOMATIC):
            verdict = "auto rightly"
        counts[verdict] = counts.get(verdict, 0) + 1
        if verdict not in ("review", "auto rightly"):
            words = "; ".join(f"{e['rule']}: {e['text']}" for e in got["evidence"])
            m.note(f"{name} {file}: {verdict}: {words or got['reason']}")
    for verdict in ("renew", "decline", "partial", "bounce", "auto"):
        m.at_most(f"{name}-{verdict}", counts.get(verdict, 0), len(paths), 0)
    m.figure(f"{name}-rightly-automatic", counts.get("auto rightly", 0), len(AUTOMATIC))


def main():
    m = measure.begin(__doc__, FOLDER)
    paths = sorted(os.path.join(top, name) for top, _, names in os.walk(m.folder) for name in names if name.endswith(".eml"))
    judge(m, "ham", paths)
    with tempfile.TemporaryDirectory() as scratch:
        replies = []
        for i, path in enumerate(paths):
            replies.append(os.path.join(scratch, os.path.basename(path)))
            with open(replies[-1], "wb") as f:
                f.write(quoted(path, NOTICES[i % 2]))
        judge(m, "ham-above-notice", replies)
    return m.end()


if __name__ == "__main__":
    sys.exit(main())
