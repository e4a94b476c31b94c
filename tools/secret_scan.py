#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Refuses what must never be committed: keys, tokens, passwords in URLs, private registries, paths of one machine.

Without arguments it reads every file git tracks or would add; with `--staged` what the next commit would hold. A line
that is meant (a made-up secret in a test) ends in a comment with the words `not a secret`. Prints no secret, only where.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_BYTES = 2 * 1024 * 1024
PARDON = "not a secret"

# The patterns are written so that none of them matches itself.
PATTERNS = [
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE " + r"KEY-----")),
    ("an AWS access key", re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("an AWS secret key", re.compile(r"(?i)aws_?secret_?access_?key\W{1,4}[A-Za-z0-9/+=]{40}\b")),
    ("a GitHub token", re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})")),
    ("a GitLab token", re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}")),
    ("an npm token", re.compile(r"\bnpm_[A-Za-z0-9]{36}\b|_auth" + r"Token\s*=")),
    ("a Slack token", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}")),
    ("a Google key", re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b")),
    ("a Stripe key", re.compile(r"\b[sr]k_live_[0-9A-Za-z]{20,}")),
    ("a JSON web token", re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}")),
    ("a path of somebody's machine", re.compile(r"(?<![\w.~/$}-])/(home|Users)/[a-z][a-z0-9._-]+/|(?<![\w.~/$}-])/root/|(?<![\w.~/$}-])/work/")),  # not a secret
]
# The lock file holds hashes; where a package was fetched from is the business of the machine that fetched it.
REGISTRY = re.compile(r'"resolved":\s*"https?://[^"]+"|^\s*(@[\w-]+:)?registry\s*=\s*https?://')
FORBIDDEN_NAMES = re.compile(r"(^|/)(\.env|[^/]+\.pem|[^/]+\.key|id_(rsa|ecdsa|ed25519)|[^/]+\.(p12|pfx|keystore))$|^config/[^/]+\.env$")


def git(*arguments):
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout


def names(staged):
    if staged:
        out = git("diff", "--cached", "--name-only", "--diff-filter=ACMR", "-z")
    else:
        out = git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return [name for name in out.decode().split("\0") if name]


def content(name, staged):
    if staged:
        return git("show", f":{name}")
    path = ROOT / name
    return path.read_bytes() if path.is_file() and not path.is_symlink() else b""


def faults_of(name, data):
    if FORBIDDEN_NAMES.search(name):
        yield 1, "a file of this name holds secrets or one machine's settings"
    if len(data) > MAX_BYTES or b"\0" in data[:8192]:
        return
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if PARDON in line:
            continue
        for what, pattern in PATTERNS:
            if pattern.search(line):
                yield number, what
        if name.endswith((".json", ".npmrc")) and REGISTRY.search(line):
            yield number, "the address of a package registry"


def main():
    staged = "--staged" in sys.argv[1:]
    count = 0
    for name in names(staged):
        for number, what in faults_of(name, content(name, staged)):
            print(f"{name}:{number}: {what}")
            count += 1
    if count:
        print(f"secret scan: {count} found; a line that is meant carries the words '{PARDON}'", file=sys.stderr)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
