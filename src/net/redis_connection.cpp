// SPDX-License-Identifier: MIT
#include "net/redis_connection.hpp"

#include <hiredis/hiredis.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

#include "base/check.hpp"
#include "base/completion.hpp"

namespace dd::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

RedisReply value_of(const redisReply& reply) {
  RedisReply value;
  switch (reply.type) {
    case REDIS_REPLY_INTEGER:
      value.kind = RedisReply::Kind::kInteger;
      value.integer = reply.integer;
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      value.kind = RedisReply::Kind::kText;
      value.text.assign(reply.str, static_cast<std::size_t>(reply.len));
      break;
    case REDIS_REPLY_ERROR:
      value.kind = RedisReply::Kind::kError;
      value.text.assign(reply.str, static_cast<std::size_t>(reply.len));
      break;
    case REDIS_REPLY_ARRAY:
      value.kind = RedisReply::Kind::kList;
      value.list.reserve(reply.elements);
      for (std::size_t i = 0; i < reply.elements; ++i) value.list.push_back(value_of(*reply.element[i]));
      break;
    default: break;
  }
  return value;
}

}  // namespace

void RedisConnection::FreeReader::operator()(redisReader* reader) const { redisReaderFree(reader); }

RedisConnection::RedisConnection(AsioLoop& loop, Duration patience)
    : loop_(loop), patience_(patience), socket_(loop.context()), resolver_(loop.context()), reader_(redisReaderCreate()) {
  DD_CHECK(reader_, "hiredis is out of memory");
}

RedisConnection::~RedisConnection() = default;

Task<Result<void>> RedisConnection::connect(std::shared_ptr<RedisConnection> self, RedisAddress address) {
  using Tcp = asio::ip::tcp;
  auto endpoints = std::make_shared<std::vector<Tcp::endpoint>>();
  const Timer limit = self->loop_.after(self->patience_, [weak = self->weak_from_this()] {
    if (const auto late = weak.lock()) late->close();
  });
  error_code no_address;
  const auto numeric = asio::ip::make_address(address.host, no_address);
  if (!no_address) {
    endpoints->emplace_back(numeric, address.port);
  } else {
    Completion<error_code> resolved(self->loop_);
    self->resolver_.async_resolve(address.host, std::to_string(address.port),
                                  [resolved, endpoints, self](error_code error, const Tcp::resolver::results_type& found) {
                                    for (const auto& one : found) endpoints->push_back(one.endpoint());
                                    resolved.resolve(error);
                                  });
    const error_code error = co_await resolved;
    if (error || !self->open_) co_return make_error(Errc::kUnavailable, "look up: " + error.message());
  }
  Completion<error_code> connected(self->loop_);
  asio::async_connect(self->socket_, *endpoints,
                      [connected, endpoints, self](error_code error, const Tcp::endpoint&) { connected.resolve(error); });
  const error_code error = co_await connected;
  if (error || !self->open_) co_return make_error(Errc::kUnavailable, "connect: " + error.message());
  error_code ignored;
  self->socket_.set_option(Tcp::no_delay(true), ignored);
  self->read();
  std::vector<Command> logins;
  if (!address.password.empty() && !address.user.empty()) logins.push_back({"AUTH", address.user, address.password});
  if (!address.password.empty() && address.user.empty()) logins.push_back({"AUTH", address.password});
  if (address.database != 0) logins.push_back({"SELECT", std::to_string(address.database)});
  logins.push_back({"PING"});
  for (const Command& login : logins) {
    auto reply = co_await self->ask(self, login);
    if (!reply) co_return reply.error();
    // The first word says enough ("WRONGPASS", "NOAUTH", "LOADING"); what follows may quote us.
    if (reply->is_error()) co_return make_error(Errc::kUnavailable, "log in: " + reply->text.substr(0, reply->text.find(' ')));
  }
  co_return ok();
}

Task<Result<RedisReply>> RedisConnection::ask(std::shared_ptr<RedisConnection> self, Command command) {
  Completion<Result<RedisReply>> done(self->loop_);
  done.resolve_after(self->patience_, Result<RedisReply>(make_error(Errc::kUnavailable, "Redis does not answer")));
  self->command(command, [done](RedisReply reply) { done.resolve(Result<RedisReply>(std::move(reply))); });
  auto reply = co_await done;
  co_return reply;
}

void RedisConnection::command(const Command& command, Answer answer, Duration longer) {
  if (!open_) return;
  std::vector<const char*> words;
  std::vector<std::size_t> sizes;
  for (const std::string& word : command) {
    words.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* bytes = nullptr;
  const int size = redisFormatCommandArgv(&bytes, static_cast<int>(words.size()), words.data(), sizes.data());
  DD_CHECK(size > 0, "hiredis is out of memory");
  outgoing_.append(bytes, static_cast<std::size_t>(size));
  redisFreeCommand(bytes);
  pending_.push_back({std::move(answer), loop_.now() + patience_ + longer});
  if (pending_.size() == 1) watch_time();
  if (writing_.empty()) write();
}

void RedisConnection::write() {
  writing_.swap(outgoing_);
  if (writing_.empty()) return;
  asio::async_write(socket_, asio::buffer(writing_), [self = shared_from_this()](error_code error, std::size_t) {
    self->writing_.clear();
    if (!self->open_) return;
    if (error) return self->lose(error.message());
    self->write();
  });
}

void RedisConnection::read() {
  socket_.async_read_some(asio::buffer(incoming_), [self = shared_from_this()](error_code error, std::size_t size) {
    if (!self->open_) return;
    if (error) return self->lose(error.message());
    redisReaderFeed(self->reader_.get(), self->incoming_.data(), size);
    self->take_replies();
    if (self->open_) self->read();
  });
}

void RedisConnection::take_replies() {
  while (open_) {
    void* found = nullptr;
    if (redisReaderGetReply(reader_.get(), &found) != REDIS_OK) return lose("what came is not Redis's protocol");
    if (found == nullptr) return;
    RedisReply reply = value_of(*static_cast<const redisReply*>(found));
    freeReplyObject(found);
    if (pending_.empty()) return lose("a reply that nobody asked for");
    auto answer = std::move(pending_.front().answer);
    pending_.pop_front();
    watch_time();
    if (answer) answer(std::move(reply));
  }
}

// Replies come in order, so the oldest command is the one to watch.
void RedisConnection::watch_time() {
  overdue_.cancel();
  if (pending_.empty()) return;
  overdue_ = loop_.after(std::max(Duration{0}, pending_.front().due - loop_.now()), [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->lose("a reply is overdue");
  });
}

void RedisConnection::lose(std::string_view why) {
  if (!open_) return;
  close();
  if (auto lost = std::exchange(lost_, {})) lost(why);
}

void RedisConnection::close() {
  if (!std::exchange(open_, false)) return;
  overdue_.cancel();
  resolver_.cancel();
  error_code ignored;
  socket_.close(ignored);
  // Destroying an answer may destroy what holds us.
  loop_.post([dropped = std::make_shared<std::deque<Pending>>(std::move(pending_))] {});
  pending_.clear();
}

}  // namespace dd::net
