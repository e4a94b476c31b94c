// SPDX-License-Identifier: MIT
// One run of a program that works on a recording at rest (recover, finish, compose): its progress, and how it ended.
// It decides neither what runs nor when (workshop.hpp does). Below normal priority: live media goes first.
// Lives on the control loop; destroying it kills the program, and the end of the thread that opened it terminates it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/completion.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "child/spawn.hpp"

namespace dd::studio {

struct ToolProgress {
  double percent = 0;
  double speed = 0;  // times real time; 0 while nobody can tell
  std::optional<std::uint64_t> eta_seconds;
};

// A line of a tool's output: progress, its last word, wishes, or none of them.
struct ToolLine {
  std::optional<ToolProgress> progress;
  bool done = false;
  std::string file;   // of the last word: what was made
  std::string error;  // what it complains of
  // A live composer's wishes: of which tracks it would take a layer how many steps smaller, and where it waits for a key frame.
  std::vector<std::pair<std::string, unsigned>> previews;
  std::vector<std::string> key_frames;
};
ToolLine parse_tool_line(std::string_view line);

class Tool {
 public:
  using OnLine = std::function<void(const ToolLine&)>;

  // `niceness` as of nice(1): live media goes first.
  static Result<std::unique_ptr<Tool>> open(Loop& loop, std::string program, std::vector<std::string> arguments, OnLine on_line,
                                            int niceness = 15);

  // What it made (empty when it says nothing), or what it complained of; once it has exited.
  Completion<Result<std::string>> end() const { return end_; }
  void kill() { process_->kill(); }
  void terminate() { process_->terminate(std::chrono::seconds{5}); }

 private:
  Tool(Loop& loop, OnLine hears) : hears_(std::move(hears)), end_(loop) {}
  void on_line(std::string_view line);
  void on_exit(child::Exit exit);

  OnLine hears_;
  Completion<Result<std::string>> end_;
  std::string made_;
  std::string complaint_;
  std::unique_ptr<child::Process> process_;
};

}  // namespace dd::studio
