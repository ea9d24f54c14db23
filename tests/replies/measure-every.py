#!/usr/bin/env python3
"""Every file of the fixtures as a mail: time, memory, and findings of the sanitizers.

usage: measure-every.py MAILPROC FIXTURES [--list]

All files are classified, mails or not, and so are all mails of mbox files. In the given build the slowest may take a second and 64 MB. If there is
a build with sanitizers (build-sanitize/mailproc, or MAILPROC_SANITIZE), it reads them too, without a finding.
"""
import mailbox
import os
import subprocess
import sys
import tempfile
import time

import measure

SECONDS, MEGABYTES = 1.0, 64
BATCH = 200


def files_of(m, scratch):
    paths = sorted(os.path.join(top, name) for top, _, names in os.walk(m.folder) for name in names)
    for path in [p for p in paths if os.path.basename(p).startswith("mbox")]:
        for i, mail in enumerate(mailbox.mbox(path, create=False)):
            paths.append(os.path.join(scratch, f"{os.path.basename(path)}.{i:05}.eml"))
            with open(paths[-1], "wb") as f:
                f.write(mail.as_bytes())
    return paths


def run(mailproc, paths):
    """(seconds between results, peak megabytes of any process, results, standard error) of a batch."""
    with tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        child = subprocess.Popen([mailproc, "classify", "--json", "-n", measure.NAME] + paths, stdout=subprocess.PIPE, stderr=errors)
        waits, lines = [], []
        for line in child.stdout:
            lines.append(line)
            waits.append(time.monotonic() - start)
            start = time.monotonic()
        child.stdout.close()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        text = errors.read().decode(errors="replace")
    return waits, usage.ru_maxrss / 1024, lines, text, child.returncode


def slow(m, mailproc, path):
    """A mail that took long among others may have waited for the machine: what it takes alone, at best of three."""
    return min(run(mailproc, [path])[0][0] for _ in range(3))


def measure_plain(m, paths):
    late = answered = 0
    longest, peak = 0.0, 0.0
    for start in range(0, len(paths), BATCH):
        batch = paths[start:start + BATCH]
        waits, megabytes, lines, _, _ = run(m.mailproc, batch)
        answered += len(lines)
        peak = max(peak, megabytes)
        if megabytes > MEGABYTES:
            m.note(f"{megabytes:.0f} MB among {batch[0]} and {len(batch) - 1} more")
        for path, wait in zip(batch, waits):
            if wait > SECONDS and len(lines) == len(batch):
                wait = slow(m, m.mailproc, path)
            longest = max(longest, wait)
            if wait > SECONDS:
                late += 1
                m.note(f"{wait:.2f} s for {path}")
    m.at_least("every-file-gets-a-verdict", answered, len(paths), 1)
    m.at_most("every-slower-than-a-second", late, len(paths), 0)
    m.line("every-slowest-seconds", f"{longest:.2f}", f"<={SECONDS:.0f}", longest <= SECONDS)
    m.line("every-peak-megabytes", f"{peak:.0f}", f"<={MEGABYTES}", peak <= MEGABYTES)


def measure_sanitized(m, mailproc, paths):
    findings = answered = 0
    for start in range(0, len(paths), BATCH):
        batch = paths[start:start + BATCH]
        _, _, lines, text, _ = run(mailproc, batch)
        answered += len(lines)
        found = text.count("ERROR: ") + text.count("runtime error:") + sum(b"the mail crashed its reader" in l or b"ended without an answer" in l for l in lines)
        findings += found
        if found:
            m.note(f"{found} findings among {batch[0]} and {len(batch) - 1} more: {text[:500]}")
    m.at_most("every-sanitizer-findings", findings, len(paths), 0)
    m.at_least("every-sanitized-verdicts", answered, len(paths), 1)


def main():
    m = measure.begin(__doc__, "")
    sanitized = os.environ.get("MAILPROC_SANITIZE", "build-sanitize/mailproc")
    with tempfile.TemporaryDirectory() as scratch:
        paths = files_of(m, scratch)
        measure_plain(m, paths)
        if os.path.exists(sanitized):
            measure_sanitized(m, sanitized, paths)
        else:
            print("skipped: every-sanitizer-findings (no build with sanitizers)")
    return m.end()


if __name__ == "__main__":
    sys.exit(main())
