#!/usr/bin/env python3
"""Measure caution on Japanese answers to other questions.

usage: measure-asdc.py MAILPROC FIXTURES [--list]

FIXTURES/answers-ja-asdc holds answers from hotel talk, labelled YES, NO or NYNN (neither). Each is put as the answer to a letter that asks
"更新されますか". Never may a YES be read as decline or a NO as renew, and of those that say neither at most one in a thousand may be acted on.
"""
import csv
import os
import sys
import tempfile

import measure

FOLDER = "answers-ja-asdc"
MAIL = """From: =?utf-8?B?5p2J55Sw?= <sugita@kaede.example>
Subject: Re: SSL-2026-00123
In-Reply-To: <notice.SSL-2026-00123@hosting.example>
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{answer}

2026年11月22日(日) 10:00 サンプルホスティング SSL更新窓口 <ssl-renewal@hosting.example>:
> 専用SSL証明書の有効期限が近づいております。
>
> 更新されますか？
"""


def main():
    m = measure.begin(__doc__, FOLDER)
    with open(os.path.join(m.folder, "yes-no-neither.tsv"), encoding="utf-8") as f:
        rows = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    count = {}
    with tempfile.TemporaryDirectory() as scratch:
        paths = []
        for i, row in enumerate(rows):
            paths.append(os.path.join(scratch, f"{i:05}.eml"))
            with open(paths[-1], "w", encoding="utf-8") as f:
                f.write(MAIL.format(answer=row["answer"]))
        for row, got in zip(rows, m.classify(paths)):
            key = row["label"], got["verdict"]
            count[key] = count.get(key, 0) + 1
            if key in (("YES", "decline"), ("NO", "renew")) or (row["label"] == "NYNN" and got["verdict"] in ("renew", "decline")):
                words = "; ".join(f"{e['rule']}: {e['text']}" for e in got["evidence"])
                m.note(f"{row['label']} read as {got['verdict']}: {row['question']} | {row['answer']} | {words}")
    of = {label: sum(n for (has, _), n in count.items() if has == label) for label in ("YES", "NO", "NYNN")}
    m.at_most("asdc-yes-read-as-decline", count.get(("YES", "decline"), 0), of["YES"], 0)
    m.at_most("asdc-no-read-as-renew", count.get(("NO", "renew"), 0), of["NO"], 0)
    m.at_most("asdc-neither-acted-on", count.get(("NYNN", "renew"), 0) + count.get(("NYNN", "decline"), 0), of["NYNN"], of["NYNN"] // 1000)
    m.at_most("asdc-lost", sum(n for (_, verdict), n in count.items() if verdict in ("auto", "bounce")), len(rows), 0)
    m.figure("asdc-yes-read-as-renew", count.get(("YES", "renew"), 0), of["YES"])
    m.figure("asdc-no-read-as-decline", count.get(("NO", "decline"), 0), of["NO"])
    return m.end()


if __name__ == "__main__":
    sys.exit(main())
