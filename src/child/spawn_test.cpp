// SPDX-License-Identifier: MIT
// Real processes and descriptors: /bin/sh and /bin/cat stand for the children.
#include "child/spawn.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <optional>

#include "base/asio_loop.hpp"
#include "child/frame_connection.hpp"

namespace dd::child {
namespace {

using namespace std::chrono_literals;

class ProcessTest : public testing::Test {
 protected:
  std::unique_ptr<Process> open(std::string script) {
    auto process =
        Process::open(loop_, {"test", "/bin/sh", {"-c", std::move(script)}, {"PATH=/usr/bin:/bin", "COLOUR=blue"}}, [this](Exit exit) {
          exit_ = exit;
          loop_.stop();
        });
    EXPECT_TRUE(process) << process.error().message;
    return process ? std::move(*process) : nullptr;
  }

  void run() {
    auto limit = loop_.after(20s, [this] {
      ADD_FAILURE() << "took too long";
      loop_.stop();
    });
    loop_.run();
  }

  AsioLoop loop_;
  std::optional<Exit> exit_;
};

TEST_F(ProcessTest, TellsTheExitCode) {
  auto process = open("exit 42");
  run();
  EXPECT_EQ(exit_->code, 42);
  EXPECT_EQ(exit_->signal, 0);
  EXPECT_FALSE(process->running());
}

TEST_F(ProcessTest, TellsTheSignalThatKilledIt) {
  auto process = open("sleep 100");
  process->kill();
  run();
  EXPECT_EQ(exit_->signal, SIGKILL);
}

TEST_F(ProcessTest, KillsAChildThatIgnoresSigtermAfterThePatience) {
  auto process = open("trap '' TERM; echo ready >&4; while :; do sleep 0.01; done");
  auto ready = loop_.watch(process->read_fd(), FdReady::kReadable, [&] {
    char byte[16];
    if (::read(process->read_fd(), byte, sizeof byte) > 0) process->terminate(50ms);
  });
  run();
  EXPECT_EQ(exit_->signal, SIGKILL);
}

TEST_F(ProcessTest, GivesTheChildNothingButItsChannelsAndItsEnvironment) {
  // Leaks on purpose what a library without CLOEXEC would.
  const int leaked = ::fcntl(STDOUT_FILENO, F_DUPFD, 20);
  auto process =
      open("[ \"$COLOUR\" = blue ] && [ -z \"$HOME\" ] && [ -L /proc/$$/fd/4 ] && [ ! -L /proc/$$/fd/" + std::to_string(leaked) + " ]");
  run();
  EXPECT_EQ(exit_->code, 0);
  ::close(leaked);
}

TEST_F(ProcessTest, RefusesAProgramThatIsNotThere) {
  auto process = Process::open(loop_, {"test", "/no/such/program", {}, {}}, [](Exit) {});
  ASSERT_FALSE(process);
  EXPECT_NE(process.error().message.find("/no/such/program"), std::string::npos);
}

TEST_F(ProcessTest, DestroyingItEndsTheChild) {
  auto process = open("sleep 100");
  const pid_t pid = process->pid();
  process.reset();
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_FALSE(exit_);
}

std::vector<std::uint8_t> frame(std::size_t length, std::uint8_t fill) {
  std::vector<std::uint8_t> out(kFramePrefix + length, fill);
  for (int i = 0; i < 4; ++i) out[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(length >> (8 * i));
  return out;
}

TEST_F(ProcessTest, CarriesFramesBothWays) {
  auto process = open("exec cat <&3 >&4");
  std::vector<std::size_t> echoed;
  FrameConnection connection(
      loop_, process->read_fd(), process->write_fd(), {},
      [&](std::span<const std::uint8_t> message) {
        echoed.push_back(message.size());
        if (echoed.size() == 3) process->kill();
      },
      [](const Error&) {});
  // The second is larger than any socket buffer, so it has to wait for the child to read.
  EXPECT_TRUE(connection.send(frame(10, 1)));
  EXPECT_TRUE(connection.send(frame(3'000'000, 2)));
  EXPECT_TRUE(connection.send(frame(20, 3)));
  EXPECT_GT(connection.unsent(), 0U);
  run();
  EXPECT_EQ(echoed, (std::vector<std::size_t>{14, 3'000'004, 24}));
}

TEST_F(ProcessTest, RefusesToQueueMoreThanTheBoundForAChildThatDoesNotRead) {
  auto process = open("sleep 100");
  FrameConnection connection(
      loop_, process->read_fd(), process->write_fd(), {.max_frame = 1U << 20, .max_unsent = 1U << 20}, [](std::span<const std::uint8_t>) {},
      [](const Error&) {});
  Result<void> sent = ok();
  int frames = 0;
  for (; sent && frames < 100; ++frames) sent = connection.send(frame(100'000, 0));
  EXPECT_EQ(sent.error().code, Errc::kUnavailable);
  EXPECT_LT(frames, 20);
  EXPECT_LE(connection.unsent(), std::size_t{1} << 20);
}

TEST_F(ProcessTest, TellsWhenTheChildClosedItsChannel) {
  auto process = open("exec 3>&- 4>&-; sleep 100");
  bool ended = false;
  FrameConnection connection(
      loop_, process->read_fd(), process->write_fd(), {}, [](std::span<const std::uint8_t>) {},
      [&](const Error&) {
        ended = true;
        process->kill();
      });
  run();
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace dd::child
