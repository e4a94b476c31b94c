// SPDX-License-Identifier: MIT
// Shows how far a command is: a bar that is drawn over itself on a terminal, or JSON lines for a program.
// It measures nothing; the command says. On neither a terminal nor with JSON asked for it is silent.
// Owned by the command; writes to stderr (the bar) and stdout (JSON).
#pragma once

#include <string>
#include <string_view>

namespace dd::archive {

enum class ProgressStyle { kBar, kJson, kSilent };

class ProgressBar {
 public:
  explicit ProgressBar(ProgressStyle style) : style_(style) {}
  ~ProgressBar() { end(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(double percent, std::string_view doing);
  void end();  // leaves the bar's line

 private:
  ProgressStyle style_;
  bool drawn_ = false;
};

// `[#####     ]  50.0 %  tracks/...`, at most `width` letters.
std::string bar_text(double percent, std::string_view doing, std::size_t width);

}  // namespace dd::archive
