// SPDX-License-Identifier: MIT
// Our own end in a router: RTP and messages travel over the worker's channel instead of a socket.
// For tests, and for what is rare enough to pass through the control loop. Lives on the control loop; made by Router.
#pragma once

#include "media/transport.hpp"

namespace dd::media {

class DirectTransport final : public Transport {
 public:
  using OnRtcp = UniqueFunction<void(std::span<const std::uint8_t> packet)>;  // what the router tells its producers and consumers here

  DirectTransport(std::shared_ptr<Channel> channel, std::string id, std::string router, OnRtcp on_rtcp)
      : Transport(std::move(channel), std::move(id), std::move(router), Cname::kOnePerTransport, Data::kDirect),
        on_rtcp_(std::move(on_rtcp)) {}

  void listen() {
    if (!on_rtcp_) return;
    subscription_ = channel_->subscribe(id_, [weak = weak_from_this()](const FBS::Notification::Notification& notification) {
      const auto self = std::static_pointer_cast<DirectTransport>(weak.lock());
      const auto* body = notification.body_as_DirectTransport_RtcpNotification();
      if (self && body) self->on_rtcp_({body->data()->data(), body->data()->size()});
    });
  }

  // One RTCP packet to the router's producers and consumers on this transport. False when it could not be sent.
  bool send_rtcp(std::span<const std::uint8_t> packet) {
    if (closed()) return false;
    auto& builder = channel_->builder();
    const auto body = FBS::Transport::CreateSendRtcpNotification(builder, builder.CreateVector(packet.data(), packet.size()));
    return channel_->notify(FBS::Notification::Event::TRANSPORT_SEND_RTCP, id_, FBS::Notification::Body::Transport_SendRtcpNotification,
                            body.Union());
  }

 private:
  OnRtcp on_rtcp_;
};

}  // namespace dd::media
