#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keeps what a reader relies on in every source file: licence line, length, words that do not belong.

Looks at the files git knows or would add. Prints `file:line: what is wrong` and exits 1.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_LINES = 800
LONG_FILES = {}  # path: the reason why it may be longer

CPP = (".cpp", ".hpp")
CODE = CPP + (".py", ".mjs", ".js", ".ts", ".sh", ".sql", ".proto")
SPDX_REQUIRED = CPP + (".py", ".proto")

# (pattern, where it is allowed, what to do instead). Matched in C++ under src/ and tests/.
BANNED = [
    (r"\bthis_thread::sleep_|\busleep\(|\bnanosleep\(", ["bench/", "src/store/testing/"], "wait on the loop, a condition or a ManualLoop"),
    (r"\b(system|steady|high_resolution)_clock::now\b", ["src/base/clock.cpp", "src/base/asio_loop.cpp", "bench/"], "take a Clock or the loop's now()"),
    (r"\busing namespace std;", [], "name what is meant"),
    (r"\b(TODO|FIXME|XXX)\b", [], "finish it or file an issue"),
    (r"\brand\(\)|\bsrand\(", [], "use base/random.hpp"),
    (r"\bstd::regex\b", [], "std::regex recurses on its input; write the scanner"),
    (r"\b(system|popen)\s*\(\s*\"", [], "use child/spawn.hpp"),
    (r"^\s*(class|struct) \w+(Manager|Helper|Util|Utils|Impl|Info)\b", [], "a class with such a name has no job"),
]
# Inner folders neither throw nor catch (ADR 0003).
NO_EXCEPTIONS = ("src/rtp/", "src/meeting/")


def tracked():
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True)
    return [name for name in out.stdout.decode().split("\0") if name]


def without_comment(line):
    return re.sub(r"//.*$", "", line)


def faults_of(name, lines):
    if name.endswith(SPDX_REQUIRED) and not any("SPDX-License-Identifier: MIT" in line for line in lines[:3]):
        yield 1, "the first line must be the SPDX line"
    if name.endswith(CODE) and len(lines) > MAX_LINES and name not in LONG_FILES:
        yield len(lines), f"{len(lines)} lines; {MAX_LINES} at most"
    if not name.endswith(CPP):
        return
    if name.endswith(".hpp") and "#pragma once" not in lines:
        yield 1, "a header needs #pragma once"
    for number, line in enumerate(lines, 1):
        code = without_comment(line)
        for pattern, places, instead in BANNED:
            text = line if "TODO" in pattern else code
            if re.search(pattern, text) and not any(name.startswith(place) for place in places):
                yield number, f"{re.search(pattern, text)[0].strip()}: {instead}"
        if name.startswith(NO_EXCEPTIONS) and not name.endswith("_test.cpp") and re.search(r"\b(throw|catch)\b", re.sub(r'"[^"]*"', "", code)):
            yield number, "inner folders neither throw nor catch"


def main():
    count = 0
    names = tracked()
    for name in names:
        path = ROOT / name
        if not name.endswith(CODE) or not path.is_file() or path.is_symlink():
            continue
        for number, fault in faults_of(name, path.read_text(encoding="utf-8").splitlines()):
            print(f"{name}:{number}: {fault}")
            count += 1
    for folder in sorted({name.split("/")[1] for name in names if re.fullmatch(r"src/\w+/[^/]+\.[ch]pp", name)}):
        if not (ROOT / "src" / folder / "README.md").is_file():
            print(f"src/{folder}: has no README.md")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
