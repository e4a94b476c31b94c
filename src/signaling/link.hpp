// SPDX-License-Identifier: MIT
// Link: one WebSocket of a client - how fast it may speak, how slowly it may read, and what its first request must be.
// It knows no meeting; once joined, its requests are the session's. It lives as long as its socket, or a coroutine that answers on it.
// Lives on the control loop.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/loop.hpp"
#include "signaling/hub.hpp"
#include "signaling/json_rpc.hpp"
#include "signaling/socket.hpp"
#include "signaling/token_bucket.hpp"

namespace dd::signaling {

class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(std::shared_ptr<Hub> hub, std::shared_ptr<Socket> socket);

  void open();  // from now on the first request is awaited
  void receive(std::string text);
  void on_closed();

  bool usable() const { return socket_ != nullptr && !closing_; }
  std::size_t queued_bytes() const { return socket_ ? socket_->queued_bytes() : 0; }
  void send(std::string text);  // a peer that is too slow for it is closed
  void close(CloseCode code, std::string_view reason);
  void close_soon(CloseCode code, std::string reason);  // what is being answered is still sent

  void bind(std::shared_ptr<Session> session);  // its requests go there

 private:
  bool within_rate();
  void await_first_call();
  void first_call(Call call);
  static Task<void> answer_join(std::shared_ptr<Link> self, Call call);

  std::shared_ptr<Hub> hub_;
  std::shared_ptr<Socket> socket_;
  std::shared_ptr<Session> session_;
  TokenBucket rate_;
  Timer deadline_;
  unsigned refusals_ = 0;
  unsigned faults_ = 0;
  bool joining_ = false;
  bool closing_ = false;
};

}  // namespace dd::signaling
