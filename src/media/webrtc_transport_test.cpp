// SPDX-License-Identifier: MIT
// What a transport makes of the worker's news about its peer; the test writes the news by hand, in simulated time.
#include "media/webrtc_transport.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_loop.hpp"

namespace dd::media {
namespace {

using namespace std::chrono_literals;
using FBS::WebRtcTransport::DtlsState;
using FBS::WebRtcTransport::IceState;
using meeting::TransportEnd;
using meeting::TransportState;

class WebRtcTransportNews : public ::testing::Test {
 protected:
  WebRtcTransportNews() {
    WebRtcTransport::Events events;
    events.on_state = [this](TransportState state) { states_.push_back(state); };
    events.on_failed = [this](TransportEnd end) { ends_.push_back(end); };
    transport_ = std::make_shared<WebRtcTransport>(channel_, "t", "r", 30s, std::move(events));
    transport_->listen();
  }

  void tell(FBS::Notification::Event event, FBS::Notification::Body body_type, flatbuffers::Offset<void> body) {
    const auto notification = FBS::Notification::CreateNotificationDirect(builder_, "t", event, body_type, body);
    builder_.FinishSizePrefixed(FBS::Message::CreateMessage(builder_, FBS::Message::Body::Notification, notification.Union()));
    EXPECT_TRUE(channel_->handle_frame({builder_.GetBufferPointer(), builder_.GetSize()}));
    builder_.Clear();
    loop_.run_ready();
  }
  void ice(IceState state) {
    tell(FBS::Notification::Event::WEBRTCTRANSPORT_ICE_STATE_CHANGE, FBS::Notification::Body::WebRtcTransport_IceStateChangeNotification,
         FBS::WebRtcTransport::CreateIceStateChangeNotification(builder_, state).Union());
  }
  void dtls(DtlsState state) {
    tell(FBS::Notification::Event::WEBRTCTRANSPORT_DTLS_STATE_CHANGE, FBS::Notification::Body::WebRtcTransport_DtlsStateChangeNotification,
         FBS::WebRtcTransport::CreateDtlsStateChangeNotificationDirect(builder_, state).Union());
  }
  void peer_comes_over(FBS::Transport::Protocol protocol) {
    const auto tuple = FBS::Transport::CreateTupleDirect(builder_, "127.0.0.1", 1, "127.0.0.1", 2, protocol);
    tell(FBS::Notification::Event::WEBRTCTRANSPORT_ICE_SELECTED_TUPLE_CHANGE,
         FBS::Notification::Body::WebRtcTransport_IceSelectedTupleChangeNotification,
         FBS::WebRtcTransport::CreateIceSelectedTupleChangeNotification(builder_, tuple).Union());
    ice(IceState::CONNECTED);
  }

  dd::testing::ManualLoop loop_;
  observe::Metrics metrics_;
  flatbuffers::FlatBufferBuilder builder_;
  std::shared_ptr<Channel> channel_ =
      std::make_shared<Channel>(loop_, metrics_, ChannelSettings{}, [](std::span<const std::uint8_t>) -> Result<void> { return ok(); });
  std::vector<TransportState> states_;
  std::vector<TransportEnd> ends_;
  std::shared_ptr<WebRtcTransport> transport_;
};

TEST_F(WebRtcTransportNews, ConnectingIsToldStepByStep) {
  peer_comes_over(FBS::Transport::Protocol::UDP);
  ice(IceState::COMPLETED);
  dtls(DtlsState::CONNECTING);
  dtls(DtlsState::CONNECTED);
  EXPECT_EQ(states_, (std::vector{TransportState::kIceConnected, TransportState::kIceCompleted, TransportState::kDtlsConnected}));
  EXPECT_TRUE(ends_.empty());
}

TEST_F(WebRtcTransportNews, LosingTheConsentOverUdpFailsTheTransport) {
  peer_comes_over(FBS::Transport::Protocol::UDP);
  ice(IceState::DISCONNECTED);
  EXPECT_EQ(states_.back(), TransportState::kIceDisconnected);
  EXPECT_EQ(ends_, std::vector{TransportEnd::kIceTimeout});
}

TEST_F(WebRtcTransportNews, ALostTcpConnectionMayBeOpenedAgainWithinTheConsentTimeout) {
  peer_comes_over(FBS::Transport::Protocol::TCP);
  ice(IceState::DISCONNECTED);
  loop_.advance(29s);
  EXPECT_TRUE(ends_.empty());
  ice(IceState::CONNECTED);
  loop_.advance(60s);
  EXPECT_TRUE(ends_.empty());
  ice(IceState::DISCONNECTED);
  loop_.advance(30s);
  EXPECT_EQ(ends_, std::vector{TransportEnd::kIceTimeout});
}

TEST_F(WebRtcTransportNews, AFailedAndAClosedDtlsConnectionDiffer) {
  dtls(DtlsState::FAILED);
  dtls(DtlsState::CLOSED);
  EXPECT_EQ(ends_, (std::vector{TransportEnd::kDtlsFailed, TransportEnd::kDtlsClosed}));
}

TEST_F(WebRtcTransportNews, AClosedTransportTellsNothing) {
  peer_comes_over(FBS::Transport::Protocol::TCP);
  ice(IceState::DISCONNECTED);
  transport_->close();
  loop_.advance(60s);
  dtls(DtlsState::FAILED);
  EXPECT_TRUE(ends_.empty());
}

}  // namespace
}  // namespace dd::media
