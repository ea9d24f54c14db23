"""Reads mails with Python's email package (policy.default), as a second opinion on what the letter writer wrote.

usage: parse_mail.py FILE.eml…      prints one JSON object a file
"""
import email
import email.header
import email.policy
import email.utils
import json
import sys


def part_text(message, kind):
    part = message.get_body((kind,))
    return part.get_content().replace("\r\n", "\n") if part else None


def people(message, name):
    """Names by decode_header: Python 3.11's policy.default puts a blank between encoded words of a display name (RFC 2047 6.2 says none)."""
    pairs = email.utils.getaddresses(message.get_all(name, []))
    return [(str(email.header.make_header(email.header.decode_header(n))), a) for n, a in pairs]


def read(path):
    with open(path, "rb") as file:
        raw = file.read()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    lines = raw.split(b"\r\n")
    head = raw.split(b"\r\n\r\n")[0].split(b"\r\n")
    plain = email.message_from_bytes(raw, policy=email.policy.compat32)
    return {
        "fields": [name.lower() for name in message.keys()],
        "subject": message["Subject"],
        "from": people(plain, "From"), "to": people(plain, "To"), "reply_to": people(plain, "Reply-To"),
        "date": message["Date"].datetime.isoformat(),
        "message_id": str(message["Message-ID"]),
        "in_reply_to": message["In-Reply-To"], "references": message["References"],
        "auto": message["Auto-Submitted"], "kind": message["X-Mailproc-Letter"], "language": message["Content-Language"],
        "type": message.get_content_type(),
        "text": part_text(message, "plain"), "html": part_text(message, "html"),
        "files": [[p.get_filename(), p.get_content_type(), p.get_payload(decode=True).hex()] for p in message.iter_attachments()] if message.is_multipart() else [],
        "recipients": [a.addr_spec for a in message["To"].addresses],
        "defects": [str(d) for p in message.walk() for d in p.defects] + [f"{n}: {d}" for n in message.keys() for d in message[n].defects],
        "longest": max(len(line) for line in lines),
        "longest_folded": max((len(line) for line in head if not line.startswith((b"Message-ID", b"In-Reply-To", b" <"))), default=0),
        "bare_ends": raw.replace(b"\r\n", b"").count(b"\r") + raw.replace(b"\r\n", b"").count(b"\n"),
        "is_ascii": all(byte < 128 for byte in raw),
        "blank_ended": sum(line.endswith(b" ") for line in head),
    }


for name in sys.argv[1:]:
    print(json.dumps(read(name)))
