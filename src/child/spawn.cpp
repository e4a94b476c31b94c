// SPDX-License-Identifier: MIT
#include "child/spawn.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

// glibc 2.36 declares pidfd_open() without C linkage for C++.
extern "C" {
#include <sys/pidfd.h>
}

#include "observe/log.hpp"

namespace dd::child {
namespace {

constexpr int kChildIn = 3;
constexpr int kChildOut = 4;
constexpr int kAboveChildFds = 10;  // where the parent's ends may lie without meeting 0 to 4 in the child

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

Error errno_error(std::string_view what) { return make_error(Errc::kInternal, fmt::format("{}: {}", what, std::strerror(errno))); }

Result<Fd> moved_up(Fd fd) {
  Fd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kAboveChildFds));
  if (moved.get() < 0) return errno_error("fcntl");
  return moved;
}

struct Pair {
  Fd ours;
  Fd childs;
};

Result<Pair> open_channel() {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) return errno_error("socketpair");
  Pair pair{Fd(fds[0]), Fd(fds[1])};
  DD_TRY(pair.childs, moved_up(std::move(pair.childs)));
  return pair;
}

Result<Pair> open_output() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return errno_error("pipe2");
  Pair pair{Fd(fds[0]), Fd(fds[1])};
  if (::fcntl(pair.ours.get(), F_SETFL, O_NONBLOCK) != 0) return errno_error("fcntl");
  DD_TRY(pair.childs, moved_up(std::move(pair.childs)));
  return pair;
}

struct SpawnActions {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  SpawnActions() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnActions() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (const auto& string : strings) out.push_back(const_cast<char*>(string.c_str()));  // posix_spawn does not write to them
  out.push_back(nullptr);
  return out;
}

}  // namespace

Process::Process(Loop& loop, ProcessSettings settings, OnExit on_exit)
    : loop_(loop), settings_(std::move(settings)), on_exit_(std::move(on_exit)) {}

Result<std::unique_ptr<Process>> Process::open(Loop& loop, ProcessSettings settings, OnExit on_exit) {
  std::unique_ptr<Process> process(new Process(loop, std::move(settings), std::move(on_exit)));
  auto started = process->start();
  if (!started) return std::move(started.error()).during(fmt::format("start {}", process->settings_.program));
  return process;
}

Result<void> Process::start() {
  DD_TRY(auto in, open_channel());
  DD_TRY(auto out, open_channel());
  DD_TRY(auto output, open_output());

  SpawnActions actions;
  posix_spawn_file_actions_addopen(&actions.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions.files, output.childs.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions.files, output.childs.get(), STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&actions.files, in.childs.get(), kChildIn);
  posix_spawn_file_actions_adddup2(&actions.files, out.childs.get(), kChildOut);
  // Libraries open descriptors without CLOEXEC (Asio its sockets); a child that kept one would keep a port or a client alive.
  posix_spawn_file_actions_addclosefrom_np(&actions.files, kChildOut + 1);

  sigset_t all;
  sigset_t none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&actions.attributes, &all);
  posix_spawnattr_setsigmask(&actions.attributes, &none);
  // A group of its own: Ctrl-C in a terminal reaches us alone, and we decide when the children end.
  posix_spawnattr_setpgroup(&actions.attributes, 0);
  posix_spawnattr_setflags(&actions.attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);

  std::vector<std::string> argument_strings{settings_.program};
  argument_strings.insert(argument_strings.end(), settings_.arguments.begin(), settings_.arguments.end());
  const auto arguments = pointers(argument_strings);
  const auto environment = pointers(settings_.environment);
  const int failure =
      ::posix_spawn(&pid_, settings_.program.c_str(), &actions.files, &actions.attributes, arguments.data(), environment.data());
  if (failure != 0) {
    pid_ = -1;
    errno = failure;
    return errno_error("posix_spawn");
  }
  pidfd_ = ::pidfd_open(pid_, 0);
  if (pidfd_ < 0) {
    const Error error = errno_error("pidfd_open");
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    return error;
  }
  ::fcntl(pidfd_, F_SETFD, FD_CLOEXEC);
  write_fd_ = in.ours.release();
  read_fd_ = out.ours.release();
  output_ = std::make_unique<OutputLines>(loop_, output.ours.release(), [this](std::string_view line) {
    if (settings_.on_output) return settings_.on_output(line);
    observe::log_warn("child_output", {{"child", settings_.name}, {"line", line}});
  });
  exit_watch_ = loop_.watch(pidfd_, FdReady::kReadable, [this] { on_pidfd_readable(); });
  return ok();
}

void Process::on_pidfd_readable() {
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(pidfd_), &info, WEXITED | WNOHANG) != 0 || info.si_pid == 0) return;
  Exit exit;
  (info.si_code == CLD_EXITED ? exit.code : exit.signal) = info.si_status;
  exit_watch_.cancel();
  kill_timer_.cancel();
  ::close(std::exchange(pidfd_, -1));
  output_.reset();
  auto on_exit = std::move(on_exit_);
  on_exit(exit);  // may destroy this
}

void Process::kill() {
  if (running()) ::kill(pid_, SIGKILL);
}

void Process::terminate(Duration patience) {
  if (!running()) return;
  ::kill(pid_, SIGTERM);
  kill_timer_ = loop_.after(patience, [this] { kill(); });
}

void Process::close_fds() {
  for (int* fd : {&write_fd_, &read_fd_, &pidfd_}) {
    if (*fd >= 0) ::close(std::exchange(*fd, -1));
  }
}

Process::~Process() {
  exit_watch_.cancel();
  kill_timer_.cancel();
  if (running()) {
    // A killed process ends in microseconds, unless the kernel holds it in a disk wait; nothing of ours writes to disk there.
    ::kill(pid_, SIGKILL);
    // By pid, which is ours until it is reaped: Asio makes descriptors it watches non-blocking, and a pidfd then does not wait.
    ::waitpid(pid_, nullptr, 0);
  }
  output_.reset();
  close_fds();
}

}  // namespace dd::child
