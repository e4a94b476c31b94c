// SPDX-License-Identifier: MIT
#include "observe/process.hpp"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

namespace dd::observe {
namespace {

// The time the machine started, in seconds since 1970.
double boot_time() {
  std::ifstream in("/proc/stat");
  std::string line;
  while (std::getline(in, line)) {
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  }
  return 0;
}

double count_fds() {
  DIR* folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  double count = 0;
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count > 3 ? count - 3 : 0;  // ".", ".." and the folder itself
}

}  // namespace

std::optional<CpuTimes> parse_cpu_times(std::string_view proc_stat) {
  constexpr std::string_view kAllCores = "cpu ";
  if (!proc_stat.starts_with(kAllCores)) return std::nullopt;
  auto line = proc_stat.substr(kAllCores.size(), proc_stat.find('\n') - kAllCores.size());
  // user nice system idle iowait irq softirq steal; guest times after those are parts of user and nice.
  CpuTimes times;
  for (int field = 0; field < 8; ++field) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    std::uint64_t ticks = 0;
    const auto parsed = std::from_chars(line.data(), line.data() + line.size(), ticks);
    if (parsed.ec != std::errc{}) {
      if (field < 4) return std::nullopt;
      break;  // a kernel older than the later fields
    }
    line.remove_prefix(static_cast<std::size_t>(parsed.ptr - line.data()));
    times.total += ticks;
    if (field != 3 && field != 4) times.busy += ticks;
  }
  return times;
}

std::uint32_t CpuSampler::percent() {
  std::ifstream in("/proc/stat");
  std::string line;
  std::getline(in, line);
  const auto now = parse_cpu_times(line);
  return now ? percent_at(*now) : last_percent_;
}

std::uint32_t CpuSampler::percent_at(CpuTimes now) {
  // Some counters may go back a little (iowait does, by proc(5)); such a look says nothing.
  if (now.total <= last_.total || now.busy < last_.busy) return last_percent_;
  const auto total = now.total - last_.total;
  const auto busy = now.busy - last_.busy;
  last_ = now;
  last_percent_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(100, (busy * 100 + total / 2) / total));
  return last_percent_;
}

std::optional<RunTimes> parse_run_times(std::string_view schedstat) {
  std::uint64_t times[2] = {};
  for (auto& time : times) {
    schedstat.remove_prefix(std::min(schedstat.find_first_not_of(' '), schedstat.size()));
    const auto parsed = std::from_chars(schedstat.data(), schedstat.data() + schedstat.size(), time);
    if (parsed.ec != std::errc{}) return std::nullopt;
    schedstat.remove_prefix(static_cast<std::size_t>(parsed.ptr - schedstat.data()));
  }
  return RunTimes{std::chrono::nanoseconds(times[0]), std::chrono::nanoseconds(times[1])};
}

std::optional<std::uint32_t> BusySampler::percent(std::int64_t pid, std::chrono::nanoseconds now) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/schedstat");
  std::string line;
  std::getline(in, line);
  const auto times = parse_run_times(line);
  return times ? percent_at(pid, *times, now) : std::nullopt;
}

std::optional<std::uint32_t> BusySampler::percent_at(std::int64_t pid, const RunTimes& times, std::chrono::nanoseconds now) {
  const bool seen_before = std::exchange(pid_, pid) == pid;
  const auto elapsed = now - std::exchange(last_look_, now);
  const RunTimes before = std::exchange(last_, times);
  if (!seen_before || elapsed.count() <= 0 || times.run < before.run || times.waited < before.waited) return std::nullopt;
  const auto ran = times.run - before.run;
  const auto busy = ran + std::min(ran, times.waited - before.waited);
  return static_cast<std::uint32_t>(std::min<std::int64_t>(100, (busy.count() * 100 + elapsed.count() / 2) / elapsed.count()));
}

ProcessFigures read_process_figures() {
  static const double started_machine = boot_time();
  static const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  static const double page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  ProcessFigures figures;
  std::ifstream in("/proc/self/stat");
  std::string text;
  std::getline(in, text);
  // The second field is the program's name in parentheses and may hold anything; the third follows the last ')'.
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return figures;
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  for (int number = 3; fields >> field; ++number) {  // numbers as in proc(5)
    const double value = std::strtod(field.c_str(), nullptr);
    if (number == 14 || number == 15) figures.cpu_seconds += value / ticks;
    if (number == 20) figures.threads = value;
    if (number == 22) figures.start_time = started_machine + value / ticks;
    if (number == 24) figures.resident_bytes = value * page;
  }
  figures.open_fds = count_fds();
  return figures;
}

}  // namespace dd::observe
