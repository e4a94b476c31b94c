// SPDX-License-Identifier: MIT
#include "bench/load/server_processes.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <sstream>

namespace dd::load {
namespace {

namespace fs = std::filesystem;

// Only an address of this machine can be bound.
bool is_ours(const boost::asio::ip::address& address) {
  boost::asio::io_context context;
  boost::system::error_code error;
  boost::asio::ip::udp::socket socket(context);
  const boost::asio::ip::udp::endpoint endpoint(address, 0);
  socket.open(endpoint.protocol(), error);
  if (!error) socket.bind(endpoint, error);
  return !error;
}

// Lines of /proc/net/udp: "  sl  local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode ...".
std::set<std::string> sockets_at(const std::set<std::uint16_t>& ports) {
  std::set<std::string> sockets;
  for (const char* table : {"/proc/net/udp", "/proc/net/udp6"}) {
    std::ifstream file(table);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      std::istringstream words(line);
      std::string slot, local, remote, word, inode;
      words >> slot >> local >> remote;
      for (int skipped = 0; skipped < 6; ++skipped) words >> word;
      words >> inode;
      const auto colon = local.rfind(':');
      unsigned port = 0;
      if (colon == std::string::npos) continue;
      std::from_chars(local.data() + colon + 1, local.data() + local.size(), port, 16);
      // A socket of ours may have such a port only at the far end.
      if (ports.contains(static_cast<std::uint16_t>(port))) sockets.insert(fmt::format("socket:[{}]", inode));
    }
  }
  return sockets;
}

std::optional<int> pid_of(const fs::path& path) {
  const std::string name = path.filename().string();
  int pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return pid;
}

bool has_one_of(const fs::path& process, const std::set<std::string>& sockets) {
  std::error_code error;
  for (fs::directory_iterator entry(process / "fd", error), end; !error && entry != end; entry.increment(error)) {
    std::error_code unreadable;
    if (sockets.contains(fs::read_symlink(entry->path(), unreadable).string())) return true;
  }
  return false;
}

}  // namespace

ServerProcesses ServerProcesses::find(const std::vector<boost::asio::ip::address>& addresses, const std::set<std::uint16_t>& ports) {
  std::vector<int> pids;
  bool local = false;
  for (const auto& address : addresses) local = local || is_ours(address);
  if (!local) return ServerProcesses({});
  const auto sockets = sockets_at(ports);
  if (sockets.empty()) return ServerProcesses({});
  std::error_code error;
  for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
    const auto pid = pid_of(entry->path());
    if (pid && has_one_of(entry->path(), sockets)) pids.push_back(*pid);
  }
  return ServerProcesses(std::move(pids));
}

std::vector<std::string> ServerProcesses::names() const {
  std::vector<std::string> names;
  for (const int pid : pids_) {
    std::ifstream file(fmt::format("/proc/{}/comm", pid));
    std::string name;
    std::getline(file, name);
    names.push_back(name);
  }
  return names;
}

std::uint64_t ServerProcesses::cpu_nanoseconds() const {
  std::uint64_t sum = 0;
  for (const int pid : pids_) {
    std::error_code error;
    for (fs::directory_iterator entry(fmt::format("/proc/{}/task", pid), error), end; !error && entry != end; entry.increment(error)) {
      std::ifstream file(entry->path() / "schedstat");
      std::uint64_t nanoseconds = 0;
      file >> nanoseconds;
      sum += nanoseconds;
    }
  }
  return sum;
}

std::uint64_t own_cpu_nanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace dd::load
