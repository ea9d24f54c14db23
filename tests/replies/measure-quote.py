#!/usr/bin/env python3
"""New words that are cut out as other projects' tests expect.

usage: measure-quote.py [MAILPROC] FIXTURES [--list]

reply-discourse-trimmer: the text that is left is the same, without blanks at both ends. reply-talon: the same without white space.
reply-crisp: the first piece of the mail is the same. Quotations that stand above an answer are never words of the reply here: some of
the expected texts keep them, and count as missed.
"""
import json
import os
import re
import sys
import tempfile

import measure

HEAD = b"From: a@customer.example\nTo: ssl@hosting.example\nSubject: Re: x\nMIME-Version: 1.0\nContent-Type: text/%s; charset=utf-8\n" \
       b"Content-Transfer-Encoding: 8bit\n\n"


def read(path):
    with open(path, "rb") as f:
        return f.read()


def words_of(m, bodies):
    """The new words of each (body, subtype)."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i, (body, subtype) in enumerate(bodies):
            paths.append(os.path.join(folder, f"{i:05}.eml"))
            with open(paths[-1], "wb") as f:
                f.write(body if subtype is None else HEAD % subtype.encode() + body)
        return [got["reply"] for got in m.classify(paths)]


def compare(m, name, cases, same, target):
    """cases: (label, body, subtype, expected)."""
    right = 0
    for (label, _, _, want), got in zip(cases, words_of(m, [(body, subtype) for _, body, subtype, _ in cases])):
        if same(want, got):
            right += 1
        else:
            m.note(f"{name} {label}: {got!r} instead of {want!r}")
    m.line(name, f"{right}/{len(cases)}", f">={target}", right >= target)


def trimmer(m, folder):
    cases = []
    for name in sorted(os.listdir(os.path.join(folder, "trimmed"))):
        cases.append((name, read(os.path.join(folder, "emails", name)), "plain", read(os.path.join(folder, "trimmed", name)).decode().strip()))
    compare(m, "quote-discourse-trimmer", cases, lambda want, got: got.replace("\r", "").strip() == want.replace("\r", "").strip(), 60)


def talon(m, folder):
    cases = []
    for line in read(os.path.join(folder, "expected.tsv")).decode().splitlines()[1:]:
        name, want = line.split("\t")
        if want.startswith("see "):
            want = read(os.path.join(folder, "standard_replies", want[4:])).decode()
        subtype = "html" if name.endswith(".html") else None
        cases.append((name, read(os.path.join(folder, name)), subtype, want.replace("\\n", "\n")))
    compare(m, "quote-talon", cases, lambda want, got: re.sub(r"\s", "", got) == re.sub(r"\s", "", want), 19)


def crisp(m, folder):
    cases = []
    for case in json.loads(read(os.path.join(folder, "expected.json"))):
        if "expected_first_fragment_trimmed" in case:
            cases.append((case["test"], read(os.path.join(folder, case["file"])), "plain", case["expected_first_fragment_trimmed"]))
    compare(m, "quote-crisp", cases, lambda want, got: got.replace("\r", "").strip() == want.replace("\r", "").strip(), 40)


def main():
    m = measure.begin(__doc__, "")
    for name, run in (("reply-discourse-trimmer", trimmer), ("reply-talon", talon), ("reply-crisp", crisp)):
        folder = os.path.join(m.folder, name)
        if os.path.isdir(folder):
            run(m, folder)
        else:
            print(f"{name}: skipped, not in {m.folder}")
    return m.end()


if __name__ == "__main__":
    sys.exit(main())
