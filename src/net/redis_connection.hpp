// SPDX-License-Identifier: MIT
// RedisConnection: one connection to Redis on the loop - commands go out in a pipeline, replies come back in their order.
// hiredis writes and parses the protocol; the socket is Asio's, so that nothing blocks and no second event loop is needed.
// It does not reconnect. Lives on the control loop's context; operations under way keep it alive.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/asio_loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "net/url.hpp"

struct redisReader;

namespace dd::net {

struct RedisReply {
  enum class Kind { kNil, kInteger, kText, kError, kList };
  Kind kind = Kind::kNil;
  std::int64_t integer = 0;
  std::string text;  // also of an error
  std::vector<RedisReply> list;

  bool is_error() const { return kind == Kind::kError; }
};

class RedisConnection final : public std::enable_shared_from_this<RedisConnection> {
 public:
  using Answer = UniqueFunction<void(RedisReply)>;
  using Command = std::vector<std::string>;

  RedisConnection(AsioLoop& loop, Duration patience);
  ~RedisConnection();

  // Connects and logs in. Messages of errors name neither address nor password.
  static Task<Result<void>> connect(std::shared_ptr<RedisConnection> self, RedisAddress address);

  // Called once when the connection breaks or a reply is overdue; not after close(). The answers under way are dropped.
  void on_lost(UniqueFunction<void(std::string_view why)> lost) { lost_ = std::move(lost); }
  // A reply is due after `patience`, and `longer` for a command that waits by itself.
  void command(const Command& command, Answer answer, Duration longer = Duration{0});
  void close();

 private:
  struct Pending {
    Answer answer;
    MonotonicTime due;
  };

  Task<Result<RedisReply>> ask(std::shared_ptr<RedisConnection> self, Command command);
  void write();
  void read();
  void take_replies();
  void watch_time();
  void lose(std::string_view why);

  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
  struct FreeReader {
    void operator()(redisReader* reader) const;
  };

  AsioLoop& loop_;
  const Duration patience_;
  Socket socket_;
  boost::asio::ip::tcp::resolver resolver_;
  std::unique_ptr<redisReader, FreeReader> reader_;
  std::deque<Pending> pending_;
  std::string outgoing_;  // not given to the socket yet
  std::string writing_;
  std::array<char, 16 * 1024> incoming_{};
  Timer overdue_;
  UniqueFunction<void(std::string_view)> lost_;
  bool open_ = true;
};

}  // namespace dd::net
