// SPDX-License-Identifier: MIT
// One child process: started with a channel on its descriptors 3 (in) and 4 (out), watched, and ended within a bound.
// It inherits nothing else: no descriptor, no signal mask, and only the environment it is given. It is not restarted here.
// Lives on its loop; on_exit runs on it once, after the child has been reaped.
#pragma once

#include <memory>
#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "child/output_lines.hpp"

namespace dd::child {

struct ProcessSettings {
  std::string name;  // in log lines
  std::string program;
  std::vector<std::string> arguments;    // without the program's own name
  std::vector<std::string> environment;  // "NAME=value"
  // What it prints, a line at a time and bounded (output_lines.hpp); when this is empty it is logged.
  std::function<void(std::string_view line)> on_output = {};
};

struct Exit {
  int code = 0;    // meaningful when signal is 0
  int signal = 0;  // what killed it
};

class Process {
 public:
  using OnExit = UniqueFunction<void(Exit)>;

  static Result<std::unique_ptr<Process>> open(Loop& loop, ProcessSettings settings, OnExit on_exit);

  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // kills and reaps a child that still runs; on_exit is not called then

  pid_t pid() const { return pid_; }
  int write_fd() const { return write_fd_; }  // the other end of the child's descriptor 3
  int read_fd() const { return read_fd_; }    // the other end of its descriptor 4
  bool running() const { return pidfd_ >= 0; }

  void kill();                        // SIGKILL
  void terminate(Duration patience);  // SIGTERM, and SIGKILL after `patience`

 private:
  Process(Loop& loop, ProcessSettings settings, OnExit on_exit);
  Result<void> start();
  void on_pidfd_readable();
  void close_fds();

  Loop& loop_;
  ProcessSettings settings_;
  OnExit on_exit_;
  pid_t pid_ = -1;
  int pidfd_ = -1;
  int write_fd_ = -1;
  int read_fd_ = -1;
  std::unique_ptr<OutputLines> output_;
  FdWatch exit_watch_;
  Timer kill_timer_;
};

}  // namespace dd::child
