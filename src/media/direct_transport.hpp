// SPDX-License-Identifier: MIT
// Our own end in a router: RTP and messages travel over the worker's channel instead of a socket.
// For tests, and for what is rare enough to pass through the control loop. Lives on the control loop; made by Router.
#pragma once

#include "media/transport.hpp"

namespace dd::media {

class DirectTransport final : public Transport {
 public:
  DirectTransport(std::shared_ptr<Channel> channel, std::string id, std::string router)
      : Transport(std::move(channel), std::move(id), std::move(router), Cname::kOnePerTransport, Data::kDirect) {}

  // One RTCP packet to the router's producers and consumers on this transport. False when it could not be sent.
  bool send_rtcp(std::span<const std::uint8_t> packet) {
    if (closed()) return false;
    auto& builder = channel_->builder();
    const auto body = FBS::Transport::CreateSendRtcpNotification(builder, builder.CreateVector(packet.data(), packet.size()));
    return channel_->notify(FBS::Notification::Event::TRANSPORT_SEND_RTCP, id_, FBS::Notification::Body::Transport_SendRtcpNotification,
                            body.Union());
  }
};

}  // namespace dd::media
