// SPDX-License-Identifier: MIT
// Peer: one participant - its socket for signaling, its transports, what it sends and what it receives - and the steps in which it
// comes, in the order of docs/signaling.md. What it sends and measures is publisher.hpp's and subscriber.hpp's. Lives on the loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/asio_loop.hpp"
#include "base/task.hpp"
#include "bench/load/media_parameters.hpp"
#include "bench/load/network.hpp"
#include "bench/load/plan.hpp"
#include "bench/load/publisher.hpp"
#include "bench/load/signaling_client.hpp"
#include "bench/load/subscriber.hpp"

namespace dd::load {

// What all peers of a run have in common; outlives them.
struct PeerContext {
  AsioLoop& loop;
  Network& network;
  const DtlsIdentity& identity;
  const Arguments& arguments;
  Server server;
  std::vector<boost::asio::ip::address> may_send_to;
  std::uint32_t mark = 0;
  std::unique_ptr<Latencies> latencies = std::make_unique<Latencies>();  // of the present window
};

class Peer {
 public:
  Peer(PeerContext& context, Participant participant);

  // Joins, connects what it needs and, a publisher, sends. Once; the peer must stay until it has ended.
  Task<Result<void>> join();
  // Receives these producers from now on.
  Task<Result<void>> watch(std::vector<std::string> producers);
  Task<void> leave();

  void tick_publisher(MonotonicTime now);   // each millisecond
  void tick_transports(MonotonicTime now);  // each ten

  const Participant& participant() const { return participant_; }
  const std::vector<std::string>& producers() const { return producers_; }
  const Publisher* publisher() const { return publisher_.get(); }
  const Subscriber* subscriber() const { return subscriber_.get(); }
  const Transport* sending() const { return sending_.get(); }
  const Transport* receiving() const { return receiving_.get(); }
  std::vector<std::uint16_t> server_ports() const;  // where its media goes
  // What broke after all was well; nothing while it is.
  std::optional<std::string> failure() const;

 private:
  Task<Result<std::unique_ptr<Transport>>> open_transport(nlohmann::json options, TransportUser& user);
  Task<Result<void>> produce();
  void on_notification(const std::string& method, const nlohmann::json& params);
  PublisherSettings publisher_settings() const;
  Negotiation negotiation() const;

  PeerContext& context_;
  Participant participant_;
  std::unique_ptr<SignalingClient> signaling_;
  nlohmann::json router_capabilities_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<Subscriber> subscriber_;
  std::unique_ptr<Transport> sending_;    // after publisher_, which it tells what arrives
  std::unique_ptr<Transport> receiving_;  // after subscriber_
  std::vector<std::string> producers_;
  std::optional<std::string> lost_;  // what the server said
  bool capabilities_told_ = false;
};

}  // namespace dd::load
