// SPDX-License-Identifier: MIT
// ServerProcesses: the processes that forward the media, when they run on this machine, and the CPU time they have taken. Any server
// will do: it is found by who has the UDP ports to which we send. Reads /proc; needs to be root or the server's user for that.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace dd::load {

class ServerProcesses {
 public:
  // Given by number; those that do not exist count as having taken no time.
  explicit ServerProcesses(std::vector<int> pids) : pids_(std::move(pids)) {}
  // Whoever has these ports; nobody when none of the addresses is this machine's.
  static ServerProcesses find(const std::vector<boost::asio::ip::address>& addresses, const std::set<std::uint16_t>& ports);

  bool known() const { return !pids_.empty(); }
  const std::vector<int>& pids() const { return pids_; }
  std::vector<std::string> names() const;
  // Of all their threads since they started, exact to the nanosecond (/proc/PID/task/TID/schedstat).
  std::uint64_t cpu_nanoseconds() const;

 private:
  std::vector<int> pids_;
};

std::uint64_t own_cpu_nanoseconds();

}  // namespace dd::load
