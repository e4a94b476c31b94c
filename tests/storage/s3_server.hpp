// SPDX-License-Identifier: MIT
// S3Server: the S3 server of s3_server.mjs as a child process on a loopback port, over a folder that outlives it.
// It can be killed and started again on the same port, from any thread. Owned by one test.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>

#include "net/s3_store.hpp"

namespace dd::storage {

class S3Server {
 public:
  S3Server();   // starts it
  ~S3Server();  // ends it and removes its folder
  S3Server(const S3Server&) = delete;
  S3Server& operator=(const S3Server&) = delete;

  void kill();   // -9
  void start();  // unless it runs

  net::StorageProfile profile() const;
  // What it has of a key; empty when it has none.
  std::string object(const std::string& key) const;

 private:
  const std::filesystem::path folder_;
  mutable std::mutex mutex_;  // guards the two below
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace dd::storage
