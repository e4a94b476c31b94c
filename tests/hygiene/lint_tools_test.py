#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The lint tools catch what they are for, and let pass what is right."""
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
sys.dont_write_bytecode = True

import check_files  # noqa: E402
import check_layering  # noqa: E402
import secret_scan  # noqa: E402


def layering(path, *lines):
    return [fault for _, fault in check_layering.faults_of(path, lines)]


def files(path, *lines):
    return [fault for _, fault in check_files.faults_of(path, ["// SPDX-License-Identifier: MIT", "#pragma once", *lines])]


def secrets(line, name="a.txt"):
    return [fault for _, fault in secret_scan.faults_of(name, line.encode())]


class Layering(unittest.TestCase):
    def test_an_outward_include_is_named(self):
        self.assertEqual(layering("net/a.cpp", '#include "store/store.hpp"'), ["net/ may not include store/"])
        self.assertEqual(layering("base/a.cpp", '#include "rtp/parameters.hpp"'), ["base/ may not include rtp/"])

    def test_one_header_of_a_folder_is_not_the_folder(self):
        self.assertEqual(layering("media/a.cpp", '#include "meeting/media_port.hpp"'), [])
        self.assertEqual(layering("media/a.cpp", '#include "meeting/host.hpp"'), ["media/ may not include meeting/"])

    def test_libraries_stay_where_they_belong(self):
        self.assertEqual(len(layering("meeting/a.cpp", "#include <boost/asio/post.hpp>")), 1)
        self.assertEqual(len(layering("observe/metrics.hpp", "#include <prometheus/counter.h>")), 1)
        self.assertEqual(layering("net/a.cpp", "#include <boost/beast/http.hpp>", "#include <sys/socket.h>", "#include <vector>"), [])
        self.assertEqual(len(layering("api/a.cpp", "#include <unheard/of.hpp>")), 1)

    def test_only_tests_use_fakes(self):
        self.assertEqual(len(layering("app/a.cpp", '#include "base/testing/manual_loop.hpp"')), 1)
        self.assertEqual(layering("app/a_test.cpp", '#include "base/testing/manual_loop.hpp"', "#include <gtest/gtest.h>"), [])

    def test_a_new_folder_must_be_in_the_table(self):
        self.assertEqual(len(layering("util/a.cpp", "")), 1)


class Files(unittest.TestCase):
    def test_banned_words(self):
        for line in ("std::this_thread::sleep_for(1s);", "auto t = std::chrono::system_clock::now();", "using namespace std;",
                     "// TO" + "DO later", "class MeetingManager {"):
            self.assertEqual(len(files("src/app/a.hpp", line)), 1, line)

    def test_comments_may_speak(self):
        self.assertEqual(files("src/app/a.hpp", "// never system_clock::now() here"), [])

    def test_inner_folders_neither_throw_nor_catch(self):
        self.assertEqual(len(files("src/meeting/a.hpp", "throw 1;")), 1)
        self.assertEqual(files("src/net/a.hpp", "throw 1;"), [])

    def test_length_and_licence(self):
        self.assertEqual(len(files("src/app/a.hpp", *["x;"] * 800)), 1)
        self.assertEqual(len([*check_files.faults_of("src/app/a.cpp", ["int x;"])]), 1)


class Secrets(unittest.TestCase):
    def test_keys_and_tokens(self):
        # Put together here so that this file passes the scan itself.
        for text in ("-----BEGIN RSA PRIVATE" + " KEY-----", "AKIA" + "ABCDEFGHIJKLMNOP", "ghp_" + "a" * 36, "xoxb-" + "1" * 12,
                     "glpat-" + "a" * 20, "eyJ" + "a" * 20 + ".eyJ" + "b" * 20 + "." + "c" * 20, "see /ho" + "me/someone/project"):
            self.assertEqual(len(secrets(text)), 1, text[:8])

    def test_a_pardon_and_ordinary_text(self):
        self.assertEqual(secrets("AKIA" + "ABCDEFGHIJKLMNOP  # not a secret"), [])
        self.assertEqual(secrets("~/work/x ./work/y $HOME/work/ key=value"), [])

    def test_other_registries(self):
        self.assertEqual(len(secrets('"resolved": "https://npm.example.org/a.tgz"', "package-lock.json")), 1)

    def test_names_of_files(self):
        self.assertEqual(len(secrets("", "config/production.env")), 1)
        self.assertEqual(len(secrets("", "tls/server.key")), 1)
        self.assertEqual(secrets("", "config/local.env.example"), [])


if __name__ == "__main__":
    unittest.main()
