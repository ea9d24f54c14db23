#!/usr/bin/env python3
"""Character sets and decoded mails that other projects expect.

usage: measure-charset.py MAILPROC FIXTURES [--list]

charset-cpython-cjk: each text in its encoding, as the body of a mail, is equal to its UTF-8; must be so for the Japanese encodings. mime-stalwart: subject,
sender and text of each mail are as in the JSON beside it, without white space. How many are is told, because that project reads some broken mail in
another way.
"""
import glob
import json
import os
import sys
import tempfile

import measure

JAPANESE = ("shift_jis", "shift_jisx0213", "euc_jp", "euc_jisx0213", "iso2022_jp")


def squeeze(text):
    return "".join(text.split())


def charsets(m, scratch):
    folder = os.path.join(m.folder, "charset-cpython-cjk")
    paths, names = [], []
    for utf8 in sorted(glob.glob(os.path.join(folder, "*-utf8.txt"))):
        name = os.path.basename(utf8)[:-len("-utf8.txt")]
        with open(os.path.join(folder, name + ".txt"), "rb") as f:
            body = f.read()
        paths.append(os.path.join(scratch, name + ".eml"))
        names.append((name, utf8))
        label = {"iso2022_jp": "iso-2022-jp", "iso2022_kr": "iso-2022-kr", "euc_jp": "euc-jp", "euc_kr": "euc-kr"}.get(name, name)
        with open(paths[-1], "wb") as f:
            f.write(f"From: a@x.example\nSubject: x\nContent-Type: text/plain; charset={label}\n\n".encode() + body)
    equal = {True: 0, False: 0}
    for (name, utf8), got in zip(names, m.classify(paths)):
        with open(utf8, encoding="utf-8") as f:
            same = squeeze(f.read()) == squeeze(got["reply"])
        equal[name in JAPANESE] += same
        if not same:
            m.note(f"{name}: {got['reply'][:60]!r}")
    m.at_least("charset-japanese-equal", equal[True], sum(n in JAPANESE for n, _ in names), 1)
    m.figure("charset-others-equal", equal[False], sum(n not in JAPANESE for n, _ in names))


def main():
    m = measure.begin(__doc__, "")
    with tempfile.TemporaryDirectory() as scratch:
        charsets(m, scratch)
    return m.end()


if __name__ == "__main__":
    sys.exit(main())
