#!/usr/bin/env python3
"""Measure delivery reports on real ones.

usage: measure-bounce.py MAILPROC FIXTURES [--list]

FIXTURES/bounce-sisimai holds the reports, labels.tsv (bounce-hard, bounce-soft, auto, feedback, delivered) and expected.tsv. Prints a line a
figure, "name value target ok|MISSED"; --list says which mails are not read as labelled. Exit status 1 when a target is missed.
"""
import csv
import os
import sys

import measure

FOLDER = "bounce-sisimai"


def labels(folder):
    with open(os.path.join(folder, "labels.tsv"), encoding="utf-8") as f:
        return {row["file"]: row["label"] for row in csv.DictReader(f, delimiter="\t")}


def expected(folder):
    """The first recipient's row of each mail."""
    rows = {}
    with open(os.path.join(folder, "expected.tsv"), encoding="utf-8") as f:
        for row in csv.DictReader(f, delimiter="\t"):
            rows.setdefault(row["file"], row)
    return rows


def same_kind(label, kind):
    """The labels know no delays: a warning that the server still tries stands under soft among them."""
    return kind == "hard" if label == "bounce-hard" else kind in ("soft", "delayed")


def main():
    m = measure.begin(__doc__, FOLDER)
    folder, rows = m.folder, expected(m.folder)
    want = {name: label for name, label in labels(folder).items()}
    seen = {}
    for sub in ("bsd", "dos", "mac"):
        for got in m.classify([os.path.join(folder, sub)]):
            seen[sub, os.path.basename(got["file"])] = got
    bounces = recalled = agree = status = with_status = wrong = others = 0
    for (sub, name), got in sorted(seen.items()):
        label = want.get(name)
        if label is None:
            continue
        reason = rows.get(name, {}).get("reason", "")
        if not label.startswith("bounce"):
            others += 1
            if got["verdict"] == "bounce":
                wrong += 1
                m.note(f"{sub}/{name}: {label} read as bounce")
            continue
        bounces += 1
        if got["verdict"] != "bounce":
            m.note(f"{sub}/{name}: {label} {reason} read as {got['verdict']}: {got['reason']}")
            continue
        recalled += 1
        bounce = got["bounce"]
        if same_kind(label, bounce["kind"]):
            agree += 1
        else:
            m.note(f"{sub}/{name}: {label} {reason} {rows[name]['status']} read as {bounce['kind']} {bounce['status']}")
        code = rows.get(name, {}).get("status", "")
        if code and code[1:] != ".0.0" and not code.startswith(("5.9", "4.9", "5.0.9", "4.0.9")):
            with_status += 1
            status += bounce["status"] == code
    m.at_least("bounce-recall", recalled, bounces, 0.98)
    m.at_least("bounce-hard-soft", agree, recalled, 0.95)
    m.at_most("not-a-bounce-read-as-one", wrong, others, 0)
    m.figure("bounce-status-equal", status, with_status)
    m.figure("bounce-address-found", sum(1 for g in seen.values() if g.get("bounce", {}).get("recipient")), sum(1 for g in seen.values() if "bounce" in g))
    return m.end()


if __name__ == "__main__":
    sys.exit(main())
