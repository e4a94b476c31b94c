// SPDX-License-Identifier: MIT
#include "observe/process.hpp"

#include <dirent.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

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
