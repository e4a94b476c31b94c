// SPDX-License-Identifier: MIT
// SignalingClient: one WebSocket to a server's /signaling, with JSON-RPC calls and their answers (docs/signaling.md). It keeps below
// the server's bound on requests by itself, and does not come back when the socket ends: a load test wants to know.
// What the calls mean is peer.hpp's affair. Lives on the loop.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/asio_loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "net/tls_context.hpp"
#include "net/url.hpp"

namespace dd::load {

// Where to connect: the address that was given, looked up once for all peers.
struct Server {
  net::HttpOrigin origin;
  std::vector<boost::asio::ip::address> addresses;
  std::shared_ptr<const net::TlsContext> tls;  // null for http
};

Task<Result<Server>> find_server(AsioLoop& loop, net::HttpOrigin origin);

class SignalingClient {
 public:
  using Notification = std::function<void(const std::string& method, const nlohmann::json& params)>;

  static Task<Result<std::unique_ptr<SignalingClient>>> connect(AsioLoop& loop, const Server& server, Notification on_notification);
  ~SignalingClient();  // closes the socket; calls under way end with kUnavailable

  Task<Result<nlohmann::json>> call(std::string method, nlohmann::json params);
  // Why the socket ended, when it has.
  std::optional<std::string> ended() const;

  struct State;
  explicit SignalingClient(std::shared_ptr<State> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<State> state_;
};

}  // namespace dd::load
