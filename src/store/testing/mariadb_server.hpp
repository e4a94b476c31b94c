// SPDX-License-Identifier: MIT
// MariadbServer: a private MariaDB for one test program, in a temporary folder, as an ordinary process of this user.
// It is stopped and its folder removed when the object goes; if the program is killed instead, the server is killed with
// it and the next start removes the folder. Blocking; belongs to the test's main thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "store/settings.hpp"

namespace dd::store::testing {

class MariadbServer {
 public:
  // Takes a few seconds: it creates the data folder. Fails when Debian's mariadb-server-core is not installed.
  static Result<std::unique_ptr<MariadbServer>> start();
  ~MariadbServer();
  MariadbServer(const MariadbServer&) = delete;
  MariadbServer& operator=(const MariadbServer&) = delete;

  // Settings for a new, empty database of that name, by the unix socket and a user with a password.
  Result<Settings> create_database(const std::string& name);
  Settings settings_for(const std::string& database) const;
  // The same server by TCP on 127.0.0.1.
  Settings over_tcp(Settings settings) const;

  void kill();                 // as kill -9
  Result<void> start_again();  // after kill(), on the same data
  void suspend();              // as kill -STOP: it accepts connections and answers nothing
  void resume();

 private:
  explicit MariadbServer(std::string folder, std::uint16_t port) : folder_(std::move(folder)), port_(port) {}

  std::string folder_;
  std::uint16_t port_;
  pid_t process_ = -1;
};

}  // namespace dd::store::testing
