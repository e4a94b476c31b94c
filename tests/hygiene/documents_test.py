#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The pages name files, make targets and settings that exist."""
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
MADE = ("build/", "data/", "test-output/", "node_modules/", "/")  # of a build or a run, and URLs


def pages():
    found = [ROOT / name for name in PAGES if (ROOT / name).is_file()]
    return found + sorted((ROOT / "docs").rglob("*.md"))


def exists(text):
    if any(character in text for character in "*<{"):
        return any(ROOT.glob(re.sub(r"<[^>]*>", "*", re.sub(r"\{[^}]*\}", "*", text)))) or any(ROOT.glob("src/" + re.sub(r"\{[^}]*\}", "*", text)))
    return (ROOT / text).exists() or (ROOT / "src" / text).exists()


class Documents(unittest.TestCase):
    def test_every_required_page_is_there(self):
        for name in PAGES + ["LICENSE", "docs/local-setup.md", "docs/configuration.md", "docs/adr/0001-workers-are-child-processes.md"]:
            self.assertTrue((ROOT / name).is_file(), name)

    def test_links_lead_somewhere(self):
        for page in pages():
            for target in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
                if not re.match(r"[a-z]+:", target):
                    self.assertTrue((page.parent / target).exists(), f"{page.name} links {target}")

    def test_architecture_names_files_that_exist(self):
        text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
        self.assertLess(len(text.splitlines()), 200)
        named = re.findall(r"`((?:src/|tests/|tools/|docs/|third_party/|bench/|[a-z]+/)[\w./*{},<>-]+)`", text)
        self.assertGreater(len(named), 20)
        for name in named:
            if not name.startswith(MADE):
                self.assertTrue(exists(name), f"ARCHITECTURE.md names {name}")

    def test_make_targets_exist(self):
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        targets = set(re.findall(r"^([a-z0-9-]+):", makefile, re.MULTILINE))
        for page in pages():
            for target in re.findall(r"`make ([a-z0-9-]+)", page.read_text(encoding="utf-8")):
                self.assertIn(target, targets, f"{page.name} says make {target}")

    def test_the_version_is_one(self):
        header = (ROOT / "src" / "base" / "version.hpp").read_text(encoding="utf-8")
        package = (ROOT / "package.json").read_text(encoding="utf-8")
        version = re.search(r'kVersion = "([^"]+)"', header)[1]
        self.assertEqual(re.search(r'"version": "([^"]+)"', package)[1], version)

    def test_decisions_are_one_page_each_and_numbered(self):
        names = sorted(path.name for path in (ROOT / "docs" / "adr").glob("*.md"))
        self.assertEqual([name[:4] for name in names], [f"{number:04}" for number in range(1, len(names) + 1)])
        for name in names:
            text = (ROOT / "docs" / "adr" / name).read_text(encoding="utf-8")
            self.assertLess(len(text.splitlines()), 70, name)
            for heading in ("Context", "Decision", "Consequences"):
                self.assertIn(f"\n## {heading}\n", text, name)

    def test_shell_scripts_can_be_started(self):
        listed = subprocess.run(["git", "ls-files", "-s", "tools", ".ci"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for line in listed.splitlines():
            mode, name = line.split()[0], line.split("\t")[1]
            if name.endswith(".sh") or name.startswith(("tools/hooks/", ".ci/")):
                self.assertEqual(mode, "100755", name)


if __name__ == "__main__":
    unittest.main()
