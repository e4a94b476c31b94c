// SPDX-License-Identifier: MIT
// One end of a pipe between two routers: streams pass whole, with all their layers, keeping their SSRCs and CNAMEs.
// Which ends belong together is pipes.hpp's matter. Lives on the control loop; made by Router.
#pragma once

#include "media/plain_transport.hpp"
#include "media/transport.hpp"

namespace dd::media {

struct PipeTransportSettings {
  std::string id;
  ListenAddress listen;
  bool enable_rtx = false;   // loopback and a datacentre lose nothing
  bool enable_srtp = false;  // between machines
};

class PipeTransport final : public Transport {
 public:
  PipeTransport(std::shared_ptr<Channel> channel, std::string id, std::string router);

  const Tuple& tuple() const { return tuple_; }
  const std::optional<SrtpKey>& srtp() const { return srtp_; }
  void set_description(const FBS::PipeTransport::DumpResponse& dump);

  Task<Result<void>> connect(std::string ip, std::uint16_t port, std::optional<SrtpKey> srtp);
  // Takes the producer's stream as it is, for the other end to produce.
  Task<Result<std::shared_ptr<Consumer>>> consume_all(std::string id, std::shared_ptr<Producer> producer, Consumer::Events events);

 private:
  Tuple tuple_;
  std::optional<SrtpKey> srtp_;
  bool rtx_ = false;
};

}  // namespace dd::media
