#!/usr/bin/env python3
"""mail.py - the customers' mail program in the scenario tests

    mail.py text FILE                      the text part of a mail, decoded
    mail.py html FILE                      its HTML part
    mail.py header FILE NAME               a header, decoded
    mail.py reply FILE [options] > MAIL    an answer to a letter, as a mail program writes it
    mail.py deliver PORT USER < MAIL       hands a mail to the LMTP server
    mail.py mailto FILE renew|decline [--from ADDRESS] > MAIL    what a click on the letter's link sends

reply: --from ADDRESS  --name NAME  --body TEXT  --no-quote  --below  --tick LINE (marks that line of the quoted form)
       --charset NAME  --html-only  --subject TEXT  --no-ids (no In-Reply-To, References)  --strip-token  --auth LINE (Authentication-Results)
       --header "NAME: VALUE"  --date TEXT  --id MESSAGE-ID
"""
import argparse
import base64
import email
import email.header
import email.policy
import email.utils
import html
import re
import smtplib
import sys
import urllib.parse


def load(path):
    with open(path, "rb") as f:
        return email.message_from_binary_file(f, policy=email.policy.default)


def part(mail, kind):
    found = mail.get_body(preferencelist=(kind,))
    return found.get_content().replace("\r\n", "\n") if found else ""


TOKEN = re.compile(r"[0-9]+-[a-z2-7]{26}")


def encoded(value, charset):
    return value if value.isascii() else email.header.Header(value, charset, maxlinelen=70).encode(linesep="\r\n")


def build(args, letter_text, subject, message_id, references, recipient):
    body = args.body.replace("\\n", "\n")
    quoted = letter_text
    if args.strip_token:
        quoted, subject = TOKEN.sub("", quoted), TOKEN.sub("", subject)
    if args.tick:
        out = []
        for line in quoted.split("\n"):
            out.append(line.replace("[ ]", "[x]", 1) if args.tick in line and "[ ]" in line and not any("[x]" in o for o in out) else line)
        quoted = "\n".join(out)
    quote = "\n".join("> " + line for line in quoted.split("\n"))
    if args.no_quote:
        text = body
    elif args.below:
        text = quote + "\n\n" + body
    else:
        text = body + "\n\n2026/11/23 10:00, SSL <" + recipient + "> wrote:\n" + quote
    charset = args.charset
    if args.html_only:
        text = "<html><body>" + "".join(f"<div>{html.escape(l) or '<br>'}</div>\n" for l in body.split("\n")) + \
               ("" if args.no_quote else "<blockquote>" + "<br>\n".join(html.escape(l) for l in quoted.split("\n")) + "</blockquote>") + "</body></html>"
    raw = text.encode(charset, "replace")
    lines = []
    if args.auth:
        lines.append(f"Authentication-Results: {args.auth}")
    lines += [f"From: {encoded(args.name, charset)} <{args.sender}>" if args.name else f"From: {args.sender}",
              f"To: <{recipient}>", f"Date: {args.date}", f"Message-ID: <{args.id}>", f"Subject: {encoded(subject, charset)}", "MIME-Version: 1.0"]
    if message_id and not args.no_ids and not args.strip_token:
        lines += [f"In-Reply-To: {message_id}", f"References: {' '.join(references + [message_id])}"]
    lines += args.header
    head = [f'Content-Type: text/{"html" if args.html_only else "plain"}; charset="{charset}"']
    if charset == "iso-2022-jp":
        head += ["Content-Transfer-Encoding: 7bit", ""]
        payload = raw.replace(b"\n", b"\r\n")
    else:
        head += ["Content-Transfer-Encoding: base64", ""]
        payload = base64.encodebytes(raw.replace(b"\n", b"\r\n")).replace(b"\n", b"\r\n")
    if args.attach:
        whole = "\r\n".join(["--=mixed"] + head).encode() + b"\r\n" + payload + b"\r\n"
        for one in args.attach:
            kind, path = one.split("=", 1)
            name = path.rsplit("/", 1)[-1]
            with open(path, "rb") as f:
                data = base64.encodebytes(f.read()).replace(b"\n", b"\r\n")
            whole += "\r\n".join(["--=mixed", f'Content-Type: {kind}; name="{name}"', f'Content-Disposition: attachment; filename="{name}"',
                                  "Content-Transfer-Encoding: base64", "", ""]).encode() + data
        payload = whole + b"--=mixed--\r\n"
        head = ['Content-Type: multipart/mixed; boundary="=mixed"', ""]
    lines += head
    sys.stdout.buffer.write("\r\n".join(lines).encode() + b"\r\n" + payload + b"\r\n")


def options(ap):
    ap.add_argument("--from", dest="sender")
    ap.add_argument("--name", default="")
    ap.add_argument("--body", default="")
    ap.add_argument("--no-quote", action="store_true")
    ap.add_argument("--below", action="store_true")
    ap.add_argument("--tick")
    ap.add_argument("--charset", default="utf-8")
    ap.add_argument("--html-only", action="store_true")
    ap.add_argument("--subject")
    ap.add_argument("--no-ids", action="store_true")
    ap.add_argument("--strip-token", action="store_true")
    ap.add_argument("--auth")
    ap.add_argument("--header", action="append", default=[])
    ap.add_argument("--attach", action="append", default=[], metavar="TYPE=FILE")
    ap.add_argument("--date", default="Mon, 23 Nov 2026 10:00:00 +0900")
    ap.add_argument("--id", default=email.utils.make_msgid(domain="customer.example").strip("<>"))


def main():
    ap = argparse.ArgumentParser()
    sub = ap.add_subparsers(dest="verb", required=True)
    for verb in ("text", "html"):
        sub.add_parser(verb).add_argument("file")
    p = sub.add_parser("header")
    p.add_argument("file")
    p.add_argument("field")
    p = sub.add_parser("reply")
    p.add_argument("file")
    options(p)
    p = sub.add_parser("mailto")
    p.add_argument("file")
    p.add_argument("answer", choices=("renew", "decline"))
    options(p)
    p = sub.add_parser("deliver")
    p.add_argument("port", type=int)
    p.add_argument("user")
    args = ap.parse_args()
    if args.verb in ("text", "html"):
        sys.stdout.write(part(load(args.file), "plain" if args.verb == "text" else "html"))
    elif args.verb == "header":
        print(load(args.file)[args.field] or "")
    elif args.verb == "deliver":
        with smtplib.LMTP("127.0.0.1", args.port) as lmtp:
            lmtp.sendmail("someone@customer.example", [args.user], sys.stdin.buffer.read())
    else:
        mail = load(args.file)
        recipient = email.utils.parseaddr(str(mail["Reply-To"] or mail["From"]))[1]
        if not args.sender:
            args.sender = email.utils.parseaddr(str(mail["To"]))[1]
        if args.verb == "mailto":
            links = [urllib.parse.urlsplit(html.unescape(l)) for l in re.findall(r'href="(mailto:[^"]+)"', part(mail, "html"))]
            link = links[0 if args.answer == "renew" else 1]
            query = urllib.parse.parse_qs(link.query)
            args.body, args.no_quote = query["body"][0].replace("\r\n", "\n"), True
            build(args, "", query["subject"][0], None, [], urllib.parse.unquote(link.path))
            return
        subject = args.subject if args.subject is not None else "Re: " + str(mail["Subject"])
        references = str(mail["References"] or "").split()
        build(args, part(mail, "plain"), subject, str(mail["Message-ID"]), references, recipient)


main()
