// SPDX-License-Identifier: MIT
#include "tests/storage/s3_server.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/random.hpp"
#include "shelf/testing/sample_recording.hpp"

extern char** environ;  // NOLINT: POSIX's name

namespace dd::storage {
namespace {
namespace fs = std::filesystem;
}

S3Server::S3Server() : folder_(fs::temp_directory_path() / ("dd-s3-" + random_uuid())) {
  fs::create_directories(folder_);
  start();
}

S3Server::~S3Server() {
  kill();
  fs::remove_all(folder_);
}

void S3Server::start() {
  const std::lock_guard lock(mutex_);
  if (pid_ >= 0) return;
  int out[2];
  DD_CHECK(::pipe2(out, O_CLOEXEC) == 0, "no pipe");
  const std::string port = std::to_string(port_);
  const std::string folder = folder_.string();
  const char* const arguments[] = {DD_NODE, DD_S3_SERVER, port.c_str(), folder.c_str(), nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  DD_CHECK(::posix_spawn(&pid_, DD_NODE, &actions, nullptr, const_cast<char* const*>(arguments), environ) == 0, "no node");
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  std::string said;
  char c = 0;
  while (said.find('\n') == std::string::npos && ::read(out[0], &c, 1) == 1) said += c;
  ::close(out[0]);
  DD_CHECK(said.starts_with("ready "), "the S3 server did not start; is s3rver among the node_modules?");
  port_ = static_cast<std::uint16_t>(std::stoul(said.substr(6)));
}

void S3Server::kill() {
  const std::lock_guard lock(mutex_);
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
}

net::StorageProfile S3Server::profile() const {
  const std::lock_guard lock(mutex_);
  net::StorageProfile profile;
  profile.endpoint = fmt::format("http://127.0.0.1:{}", port_);
  profile.bucket = "recordings";
  profile.access_key = "S3RVER";  // the server's own, fixed ones
  profile.secret_key = "S3RVER";
  return profile;
}

std::string S3Server::object(const std::string& key) const {
  return shelf::testing::SampleRoot::read(folder_ / "recordings" / (key + "._S3rver_object"));
}

}  // namespace dd::storage
