// SPDX-License-Identifier: MIT
// Which database remembers, and how long we wait for it; filled by app/ from the configuration.
// It parses nothing (database_url.hpp does) and its password reaches no log line.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace dd::store {

enum class DatabaseKind { kSqlite, kMysql };

struct Settings {
  DatabaseKind kind = DatabaseKind::kSqlite;

  std::string path = "doordarshan.db";  // SQLite's file

  std::string host = "127.0.0.1";  // MySQL or MariaDB
  std::uint16_t port = 3306;
  std::string unix_socket;  // instead of host and port, when not empty
  std::string user = "root";
  std::string password;
  std::string database = "doordarshan";
  std::string tls_ca;  // PEM file of the authority that signed the server's certificate; empty: no TLS

  // SQLite has one writer, so it always gets one thread.
  std::size_t threads = 3;
  std::size_t max_queued = 1024;

  // Kendra gives a call 1 to 1.5 s. An operation that has not begun its commit after `deadline` is abandoned; one that
  // has gets `commit_grace` more before it is reported as of unknown outcome.
  std::chrono::milliseconds deadline{800};
  std::chrono::milliseconds commit_grace{150};
  std::chrono::milliseconds reconcile_deadline{10'000};

  // Above the one second that a session waits for a row lock, so that a lock wait is never taken for a lost connection.
  std::chrono::seconds statement_timeout{2};
  std::chrono::seconds connect_timeout{1};
  std::chrono::milliseconds probe_interval{250};

  std::chrono::milliseconds heartbeat_interval{2'000};  // kendra gives a server up after 10 s
  std::chrono::seconds sweep_interval{60};
  std::chrono::seconds stale_after{60};  // a heartbeat older than this belongs to a start that has ended
};

}  // namespace dd::store
