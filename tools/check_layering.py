#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keeps the dependency rule of ARCHITECTURE.md: who may include whom, and where each library's headers may appear.

The tables below are complete: what is absent is forbidden. Prints `file:line: net/ may not include store/` and exits 1.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Arrows point inward. A name with a slash is one header of a folder instead of all of them.
MAY_INCLUDE = {
    "base": [],
    "rtp": ["base"],
    "meeting": ["base", "rtp"],
    "recording": ["base", "rtp"],
    "config": ["base"],
    "observe": ["base"],
    "child": ["base", "observe"],
    "trust": ["base"],
    "control": ["base", "trust", "observe", "meeting/store_port.hpp", "api/http.hpp", "api/json.hpp", "api/object_reader.hpp"],
    "signaling": ["base", "trust", "control", "observe", "api/http.hpp", "api/json.hpp", "api/object_reader.hpp", "meeting/gather.hpp"],
    "portal": ["base", "trust", "control", "signaling", "observe", "api", "recording"],
    "api": ["base", "rtp", "meeting", "recording", "observe", "config"],
    "net": ["base", "api", "recording", "observe", "meeting/event.hpp", "shelf/object_store.hpp", "signaling/socket.hpp", "control/signal_bus.hpp"],  # it implements UserSessionSink
    "media": ["base", "rtp", "meeting/media_port.hpp", "recording/tap_port.hpp", "child", "observe"],
    "store": ["base", "meeting/store_port.hpp", "control/control_store.hpp", "control/tenant_store.hpp", "trust/token.hpp", "observe"],
    "studio": ["base", "rtp", "meeting", "recording", "child", "observe"],
    "shelf": ["base", "recording", "observe"],
    "archive": ["base", "rtp", "recording", "observe"],
    "recorder": ["base", "rtp", "recording", "child", "observe"],
    "composer": ["base", "recording", "child", "observe"],
    "app": ["base", "rtp", "meeting", "recording", "config", "observe", "child", "api", "net", "media", "store", "studio", "shelf", "trust", "control", "signaling", "portal"],
    "bin": ["app", "config", "archive", "recorder", "composer"],
}

# Where the header of a library may be included, as folders or files of src/; each tells a reader where to look.
THIRD_PARTY = {
    r"boost/asio": ["net/", "base/asio_loop.cpp", "base/asio_loop_test.cpp"],
    r"boost/beast": ["net/"],
    r"boost/": ["net/"],
    r"(flatbuffers|FBS)/": ["media/"],
    r"soci/": ["store/"],
    r"(mysql|mariadb)/": ["store/"],
    r"sqlite3\.h": ["store/"],
    r"nlohmann/": ["api/", "net/", "config/json_object.cpp", "recording/", "shelf/", "archive/", "recorder/", "composer/", "studio/", "store/server_load.cpp", "trust/", "control/", "signaling/", "portal/"],
    r"(libavformat|libavcodec|libavutil|libswscale)/": ["archive/"],
    r"gst/": ["composer/"],
    r"pango/": ["composer/art.cpp"],
    r"spdlog/": ["observe/log.cpp"],
    r"prometheus/": ["observe/metrics.cpp"],
    r"curl/": ["net/curl_client.cpp"],
    r"hiredis/": ["net/redis"],
    r"openssl/": ["net/", "trust/", "portal/ticket.cpp"],
    r"CLI/": ["config/command_line.cpp", "config/admin_command.cpp", "archive/command_line.cpp"],
    r".*\.pb\.h": ["net/otlp_push"],
    r"tl/expected\.hpp": ["base/result.hpp"],
    r"fmt/": [""],
    r"(gtest|gmock)/": ["*_test.cpp", "/testing/"],
}

# The operating system's own headers that have a folder or an ending.
SYSTEM = re.compile(r"(sys|netinet|arpa|linux|net|bits)/\w+\.h|\w+\.h")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def allowed_place(places, path):
    for place in places:
        if place.startswith("*") and path.endswith(place[1:]):
            return True
        if place.startswith("/") and place in "/" + path:
            return True
        if not place.startswith(("*", "/")) and path.startswith(place):
            return True
    return False


def third_party_fault(path, header):
    for pattern, places in THIRD_PARTY.items():
        if re.match(pattern, header):
            return None if allowed_place(places, path) else f"{header} may be included in {', '.join(places)} only"
    if "/" in header and not SYSTEM.fullmatch(header):
        return f"{header} belongs to no library in the table of tools/check_layering.py"
    return None


def is_test(path):
    return path.endswith("_test.cpp") or "/testing/" in path


def inward_of(folder):
    reached = {folder}
    for name in MAY_INCLUDE[folder]:
        reached |= inward_of(name.split("/")[0])
    return reached


def folder_fault(path, header):
    own, folder = path.split("/")[0], header.split("/")[0]
    if "/" not in header:
        return f"\"{header}\" must name its folder"
    if folder not in MAY_INCLUDE:
        return f"there is no folder {folder}/ in the table of tools/check_layering.py"
    if folder == own or folder in MAY_INCLUDE[own] or header in MAY_INCLUDE[own]:
        return None
    # A test builds what its subject needs, so it may reach as far inward as its subject does through others.
    if is_test(path) and folder in inward_of(own):
        return None
    return f"{own}/ may not include {folder}/"


def faults_of(path, lines):
    own = path.split("/")[0]
    if own not in MAY_INCLUDE:
        yield 1, f"there is no folder {own}/ in the table of tools/check_layering.py"
        return
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        header = match[1] or match[2]
        fault = third_party_fault(path, header) if match[2] or header.endswith(".pb.h") else folder_fault(path, header)
        if fault:
            yield number, fault
        elif "/testing/" in header and not is_test(path):
            yield number, f"only tests may include {header}"


def main():
    count = 0
    for file in sorted((ROOT / "src").rglob("*.[ch]pp")):
        path = file.relative_to(ROOT / "src").as_posix()
        for number, fault in faults_of(path, file.read_text(encoding="utf-8").splitlines()):
            print(f"src/{path}:{number}: {fault}")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
