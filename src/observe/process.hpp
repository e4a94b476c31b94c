// SPDX-License-Identifier: MIT
// What this process uses, and how busy the machine is, as Linux tells it in /proc: a few reads of memory the kernel renders, no disk.
// It knows nothing of the workers, which are processes of their own. The functions are safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace dd::observe {

struct ProcessFigures {
  double resident_bytes = 0;
  double cpu_seconds = 0;
  double open_fds = 0;
  double threads = 0;
  double start_time = 0;  // seconds since 1970
};

ProcessFigures read_process_figures();  // what cannot be read stays 0

// Time of all cores together since the machine started, in the kernel's ticks.
struct CpuTimes {
  std::uint64_t busy = 0;
  std::uint64_t total = 0;
};

std::optional<CpuTimes> parse_cpu_times(std::string_view proc_stat);  // the text of /proc/stat, see proc(5)

// How busy the machine's cores were between two looks, those of other programs and containers included.
// Belongs to one thread.
class CpuSampler {
 public:
  // 0 to 100, of all cores together, since the last call; since the machine's start at the first.
  std::uint32_t percent();
  std::uint32_t percent_at(CpuTimes now);  // the same of given times

 private:
  CpuTimes last_;
  std::uint32_t last_percent_ = 0;
};

}  // namespace dd::observe
