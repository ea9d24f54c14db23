"""What the measures share: the command line, runs of classify, and lines "name value target ok|MISSED"."""
import argparse
import json
import os
import subprocess
import sys

NAME = "www.kaede.example"


class Measure:
    def __init__(self, mailproc, folder, show):
        self.mailproc, self.folder, self.show, self.missed = mailproc, folder, show, False

    def classify(self, paths, names=(NAME,)):
        """One object a mail, in the order of the paths."""
        command = [self.mailproc, "classify", "--json"]
        for name in names:
            command += ["-n", name]
        for start in range(0, len(paths), 1000):
            run = subprocess.run(command + paths[start:start + 1000], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if run.returncode:
                sys.exit(f"classify: exit {run.returncode}: {run.stderr.decode(errors='replace')[-500:]}")
            for line in run.stdout.decode("utf-8").splitlines():
                yield json.loads(line)

    def note(self, text):
        if self.show:
            print("#", text)

    def line(self, name, value, target, is_met):
        print(f"{name:36} {value:>16} {target:>12} {'ok' if is_met else 'MISSED'}")
        self.missed |= not is_met

    def figure(self, name, count, of):
        self.line(name, f"{count}/{of}", "-", True)

    def at_least(self, name, count, of, share):
        self.line(name, f"{count}/{of}", f">={share}", of > 0 and count / of >= share)

    def at_most(self, name, count, of, most):
        self.line(name, f"{count}/{of}", f"<={most}", of > 0 and count <= most)

    def end(self):
        return 1 if self.missed else 0


def begin(manual, folder):
    parser = argparse.ArgumentParser(description=manual.split("\n")[0])
    parser.add_argument("mailproc", nargs="?", default=os.environ.get("MAILPROC", "build/mailproc"))
    parser.add_argument("fixtures")
    parser.add_argument("--list", action="store_true", help="say which cases are not as they should be")
    args = parser.parse_args()
    path = os.path.join(args.fixtures, folder) if folder else args.fixtures
    if not os.path.isdir(path):
        print(f"{folder}: skipped, not in {args.fixtures}")
        sys.exit(0)
    return Measure(args.mailproc, path, args.list)
