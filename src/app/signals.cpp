// SPDX-License-Identifier: MIT
#include "app/signals.hpp"

#include <csignal>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/check.hpp"

namespace dd::app {

TerminationSignals::TerminationSignals() {
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGINT);
  sigaddset(&mask, SIGTERM);
  DD_CHECK(pthread_sigmask(SIG_BLOCK, &mask, nullptr) == 0, "block termination signals");
  fd_ = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
  DD_CHECK(fd_ >= 0, "signalfd");
  // A peer that closes its socket early is an error code to handle, not a reason to die.
  std::signal(SIGPIPE, SIG_IGN);
}

TerminationSignals::~TerminationSignals() {
  watch_.cancel();
  close(fd_);
}

void TerminationSignals::watch(Loop& loop, UniqueFunction<void(int signal)> on_signal) {
  on_signal_ = std::move(on_signal);
  watch_ = loop.watch(fd_, FdReady::kReadable, [this] {
    signalfd_siginfo signal{};
    while (read(fd_, &signal, sizeof(signal)) == static_cast<ssize_t>(sizeof(signal))) on_signal_(static_cast<int>(signal.ssi_signo));
  });
}

}  // namespace dd::app
