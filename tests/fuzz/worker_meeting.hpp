// SPDX-License-Identifier: MIT
// A meeting inside the worker of worker_in_process.hpp, made anew for each input: a publisher and a subscriber that come as browsers do
// (ICE, DTLS, SRTP through a WebRtcServer) and two that come over plain transports, with video and audio from each publisher to each
// subscriber. It asks for objects; what is sent to them is the fuzzer's affair.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "FBS/audioLevelObserver.h"
#include "FBS/consumer.h"
#include "FBS/plainTransport.h"
#include "FBS/rtpParameters.h"
#include "FBS/transport.h"
#include "FBS/webRtcTransport.h"
#include "RTC/RTP/ProbationGenerator.hpp"
#include "worker_in_process.hpp"

namespace dd::fuzz {

// The fuzzer's own socket of the worker: what comes to it is given to whom it is for, all in one batch. Then the server's, the plain ones'.
inline constexpr std::uint16_t kRelayPort = 30000, kServerPort = 30001, kPlainPort = 30010;

enum Who : std::size_t { kBrowserPublisher, kPlainPublisher, kBrowserSubscriber, kPlainSubscriber, kStranger, kPeers };
inline constexpr std::array<const char*, kPeers> kNames{"browser-publisher", "plain-publisher", "browser-subscriber", "plain-subscriber",
                                                        ""};
inline constexpr bool is_browser(std::size_t who) { return who == kBrowserPublisher || who == kBrowserSubscriber; }

struct VideoCodec {
  const char* mime;
  bool layers_inside;  // SVC
};
inline constexpr std::array<VideoCodec, 4> kVideoCodecs{
    {{"video/VP8", false}, {"video/VP9", true}, {"video/H264", false}, {"video/AV1", true}}};
inline constexpr std::uint8_t kVideoType = 101, kRtxType = 102, kAudioType = 111;
// Ids of the header extensions are their place in the enumeration and one.
inline constexpr std::uint8_t kMidId = 1, kRidId = 2, kExtensions = 12;
inline constexpr std::array<const char*, 3> kRids{"r0", "r1", "r2"};

// SSRCs: of a publisher's stream (3 is audio), its RTX, what the router calls it, and a subscriber's.
inline std::uint32_t ssrc_of(std::size_t who, std::size_t stream) { return static_cast<std::uint32_t>(1000 + who * 100 + stream); }
inline std::uint32_t rtx_of(std::uint32_t ssrc) { return ssrc + 10; }
inline std::uint32_t mapped(std::uint32_t ssrc) { return ssrc + 50; }
inline std::uint32_t consumer_ssrc(std::size_t who, std::size_t publisher, std::size_t stream) {
  return static_cast<std::uint32_t>(5000 + who * 100 + publisher * 30 + stream);
}
// Streams whose first sequence number is the worker's own choice: probing, and RTX to a subscriber.
inline bool begins_anywhere(std::uint32_t ssrc) {
  return ssrc == RTC::RTP::ProbationGenerator::Ssrc || (ssrc >= 5000 && (ssrc - 5000) % 100 % 30 >= 10);
}

struct Choice {
  std::size_t codec = 0;
  std::size_t encodings = 3;  // of the video, 1 to 3
  bool by_rid = false;
  bool pipe = false;  // subscribers take all encodings
  bool transport_cc = true;
  bool tcp = false;      // of the browsers
  int plain_suite = -1;  // -1: RTP without encryption
};

class Meeting {
 public:
  Meeting(WorkerInProcess& worker, const Choice& choice) : worker_(worker), choice_(choice) {
    worker_.router = std::make_unique<RTC::Router>(&worker_.shared(), "router", &worker_);
    open_server();
    for (std::size_t who = 0; who < kStranger; ++who) is_browser(who) ? open_browser(who) : open_plain(who);
    ask_to_create_observer();
    for (const std::size_t publisher : {kBrowserPublisher, kPlainPublisher}) {
      produce(publisher, true);
      produce(publisher, false);
      for (const std::size_t subscriber : {kBrowserSubscriber, kPlainSubscriber}) {
        consume(subscriber, publisher, true);
        consume(subscriber, publisher, false);
      }
    }
  }
  Meeting(const Meeting&) = delete;
  Meeting& operator=(const Meeting&) = delete;

  static std::string producer(std::size_t who, bool video) { return std::string(video ? "video-" : "audio-") + std::to_string(who); }
  static std::string consumer(std::size_t who, std::size_t publisher, bool video) {
    return producer(publisher, video) + "-to-" + std::to_string(who);
  }

  void close_transport(std::size_t who) {
    flatbuffers::FlatBufferBuilder to;
    const auto body = FBS::Router::CreateCloseTransportRequestDirect(to, kNames[who]);
    ask_router(to, Method::ROUTER_CLOSE_TRANSPORT, RequestBody::Router_CloseTransportRequest, body.Union());
  }
  void close_producer(std::size_t who, bool video) {
    flatbuffers::FlatBufferBuilder to;
    const auto body = FBS::Transport::CreateCloseProducerRequestDirect(to, producer(who, video).c_str());
    worker_.ask(to, Method::TRANSPORT_CLOSE_PRODUCER, kNames[who], RequestBody::Transport_CloseProducerRequest, body.Union());
  }
  void close_consumer(std::size_t who, std::size_t publisher, bool video) {
    flatbuffers::FlatBufferBuilder to;
    const auto body = FBS::Transport::CreateCloseConsumerRequestDirect(to, consumer(who, publisher, video).c_str());
    worker_.ask(to, Method::TRANSPORT_CLOSE_CONSUMER, kNames[who], RequestBody::Transport_CloseConsumerRequest, body.Union());
  }
  void prefer(std::size_t who, std::size_t publisher, std::uint8_t spatial, std::uint8_t temporal) {
    flatbuffers::FlatBufferBuilder to;
    const auto layers = FBS::Consumer::CreateConsumerLayers(to, spatial, temporal);
    const auto body = FBS::Consumer::CreateSetPreferredLayersRequest(to, layers);
    worker_.ask(to, Method::CONSUMER_SET_PREFERRED_LAYERS, consumer(who, publisher, true), RequestBody::Consumer_SetPreferredLayersRequest,
                body.Union());
  }
  void limit_outgoing(std::size_t who, std::uint64_t bitrate) {
    flatbuffers::FlatBufferBuilder to;
    const auto body = FBS::Transport::CreateSetMaxOutgoingBitrateRequest(to, bitrate);
    worker_.ask(to, Method::TRANSPORT_SET_MAX_OUTGOING_BITRATE, kNames[who], RequestBody::Transport_SetMaxOutgoingBitrateRequest,
                body.Union());
  }
  // Also opened again: who was closed comes back with what she had.
  void reopen(std::size_t who) {
    if (!worker_.router || worker_.object<RTC::Transport>(kNames[who])) return;
    is_browser(who) ? open_browser(who) : open_plain(who);
    const bool publishes = who == kBrowserPublisher || who == kPlainPublisher;
    if (publishes) produce(who, true), produce(who, false);
    for (const std::size_t publisher : {kBrowserPublisher, kPlainPublisher}) {
      for (const std::size_t subscriber : {kBrowserSubscriber, kPlainSubscriber}) {
        if (publisher != who && subscriber != who) continue;
        consume(subscriber, publisher, true);
        consume(subscriber, publisher, false);
      }
    }
  }
  void close_router() { worker_.router.reset(); }
  void close_server() { worker_.server.reset(); }
  ~Meeting() {
    close_router();
    close_server();
    worker_.turn();
  }

 private:
  using Builder = flatbuffers::FlatBufferBuilder;

  void ask_router(Builder& to, Method method, RequestBody type, flatbuffers::Offset<void> body) {
    if (worker_.router) worker_.ask(to, method, "router", type, body);
  }

  auto listen(Builder& to, std::uint16_t port) {
    const auto range = FBS::Transport::CreatePortRange(to);
    const auto flags = FBS::Transport::CreateSocketFlags(to);
    return FBS::Transport::CreateListenInfoDirect(to, FBS::Transport::Protocol::UDP, worker_.ip().c_str(), nullptr, false, port, range,
                                                  flags);
  }

  void open_server() {
    Builder to;
    const std::vector infos{listen(to, kServerPort)};
    to.Finish(FBS::Worker::CreateCreateWebRtcServerRequestDirect(to, "server", &infos));
    const auto* body = flatbuffers::GetRoot<FBS::Worker::CreateWebRtcServerRequest>(to.GetBufferPointer());
    worker_.server = std::make_unique<RTC::WebRtcServer>(&worker_.shared(), "server", body->listenInfos());
  }

  void open_browser(std::size_t who) {
    if (!worker_.server) return;
    Builder to;
    const auto base = FBS::Transport::CreateOptions(to, false, 600'000);
    const auto server = FBS::WebRtcTransport::CreateListenServerDirect(to, "server");
    const auto options =
        FBS::WebRtcTransport::CreateWebRtcTransportOptions(to, base, FBS::WebRtcTransport::Listen::ListenServer, server.Union());
    const auto body = FBS::Router::CreateCreateWebRtcTransportRequestDirect(to, kNames[who], options);
    ask_router(to, Method::ROUTER_CREATE_WEBRTCTRANSPORT_WITH_SERVER, RequestBody::Router_CreateWebRtcTransportRequest, body.Union());
  }

  // The publisher is found by its first packet (comedia), at the relay; the subscriber says where it is, and uses the transport's own port.
  void open_plain(std::size_t who) {
    Builder to;
    const auto base = FBS::Transport::CreateOptions(to);
    const auto info = listen(to, static_cast<std::uint16_t>(kPlainPort + who));
    const bool encrypted = choice_.plain_suite >= 0;
    const auto suite = static_cast<FBS::SrtpParameters::SrtpCryptoSuite>(encrypted ? choice_.plain_suite : 0);
    const auto options =
        FBS::PlainTransport::CreatePlainTransportOptions(to, base, info, 0, true, who == kPlainPublisher, encrypted, suite);
    const auto body = FBS::Router::CreateCreatePlainTransportRequestDirect(to, kNames[who], options);
    ask_router(to, Method::ROUTER_CREATE_PLAINTRANSPORT, RequestBody::Router_CreatePlainTransportRequest, body.Union());
  }

  void ask_to_create_observer() {
    Builder to;
    const auto options = FBS::AudioLevelObserver::CreateAudioLevelObserverOptions(to, 4, -80, 300);
    const auto body = FBS::Router::CreateCreateAudioLevelObserverRequestDirect(to, "levels", options);
    ask_router(to, Method::ROUTER_CREATE_AUDIOLEVELOBSERVER, RequestBody::Router_CreateAudioLevelObserverRequest, body.Union());
  }

  auto parameters(Builder& to, bool video, const char* mid,
                  const std::vector<flatbuffers::Offset<FBS::RtpParameters::RtpEncodingParameters>>& encodings) {
    namespace fbs = FBS::RtpParameters;
    std::vector<flatbuffers::Offset<fbs::RtcpFeedback>> feedback;
    if (video) {
      feedback = {fbs::CreateRtcpFeedbackDirect(to, "nack", ""), fbs::CreateRtcpFeedbackDirect(to, "nack", "pli"),
                  fbs::CreateRtcpFeedbackDirect(to, "ccm", "fir")};
    }
    feedback.push_back(choice_.transport_cc ? fbs::CreateRtcpFeedbackDirect(to, "transport-cc", "")
                                            : fbs::CreateRtcpFeedbackDirect(to, "goog-remb", ""));
    std::vector<flatbuffers::Offset<fbs::RtpCodecParameters>> codecs;
    if (video) {
      codecs.push_back(
          fbs::CreateRtpCodecParametersDirect(to, kVideoCodecs[choice_.codec].mime, kVideoType, 90'000, {}, nullptr, &feedback));
      const std::vector apt{fbs::CreateParameterDirect(to, "apt", fbs::Value::Integer32, fbs::CreateInteger32(to, kVideoType).Union())};
      codecs.push_back(fbs::CreateRtpCodecParametersDirect(to, "video/rtx", kRtxType, 90'000, {}, &apt));
    } else {
      codecs.push_back(fbs::CreateRtpCodecParametersDirect(to, "audio/opus", kAudioType, 48'000, std::uint8_t{2}, nullptr, &feedback));
    }
    std::vector<flatbuffers::Offset<fbs::RtpHeaderExtensionParameters>> extensions;
    for (std::uint8_t id = 1; id <= kExtensions; ++id) {
      const auto uri = static_cast<fbs::RtpHeaderExtensionUri>(id - 1);
      if (!choice_.transport_cc && uri == fbs::RtpHeaderExtensionUri::TransportWideCcDraft01) continue;
      extensions.push_back(fbs::CreateRtpHeaderExtensionParameters(to, uri, id));
    }
    return fbs::CreateRtpParametersDirect(to, mid, &codecs, &extensions, &encodings, fbs::CreateRtcpParametersDirect(to, "cname"));
  }

  std::size_t encodings(bool video) const { return video ? choice_.encodings : 1; }
  bool layers_inside(bool video) const { return video && choice_.encodings == 1 && kVideoCodecs[choice_.codec].layers_inside; }
  static std::size_t stream(bool video, std::size_t i) { return video ? i : 3; }

  void produce(std::size_t who, bool video) {
    namespace fbs = FBS::RtpParameters;
    Builder to;
    std::vector<flatbuffers::Offset<fbs::RtpEncodingParameters>> encodings;
    std::vector<flatbuffers::Offset<fbs::EncodingMapping>> mappings;
    for (std::size_t i = 0; i < this->encodings(video); ++i) {
      const std::uint32_t ssrc = ssrc_of(who, stream(video, i));
      const char* mode = layers_inside(video) ? "L3T3" : video ? "L1T3" : nullptr;
      if (video && choice_.by_rid) {
        encodings.push_back(fbs::CreateRtpEncodingParametersDirect(to, {}, kRids[i], {}, 0, false, mode));
        mappings.push_back(fbs::CreateEncodingMappingDirect(to, kRids[i], {}, mapped(ssrc)));
      } else {
        const auto rtx = video ? fbs::CreateRtx(to, rtx_of(ssrc)) : 0;
        encodings.push_back(fbs::CreateRtpEncodingParametersDirect(to, ssrc, nullptr, {}, rtx, false, mode));
        mappings.push_back(fbs::CreateEncodingMappingDirect(to, nullptr, ssrc, mapped(ssrc)));
      }
    }
    const std::uint8_t type = video ? kVideoType : kAudioType;
    std::vector codecs{fbs::CreateCodecMapping(to, type, type)};
    if (video) codecs.push_back(fbs::CreateCodecMapping(to, kRtxType, kRtxType));
    const auto mapping = fbs::CreateRtpMappingDirect(to, &codecs, &mappings);
    const auto body =
        FBS::Transport::CreateProduceRequestDirect(to, producer(who, video).c_str(), video ? fbs::MediaKind::VIDEO : fbs::MediaKind::AUDIO,
                                                   parameters(to, video, video ? "v" : "a", encodings), mapping);
    if (!worker_.ask(to, Method::TRANSPORT_PRODUCE, kNames[who], RequestBody::Transport_ProduceRequest, body.Union()) || video) return;
    Builder observe;
    const auto add = FBS::RtpObserver::CreateAddProducerRequestDirect(observe, producer(who, false).c_str());
    worker_.ask(observe, Method::RTPOBSERVER_ADD_PRODUCER, "levels", RequestBody::RtpObserver_AddProducerRequest, add.Union());
  }

  void consume(std::size_t who, std::size_t publisher, bool video) {
    namespace fbs = FBS::RtpParameters;
    Builder to;
    const bool pipe = video && choice_.pipe;
    std::vector<flatbuffers::Offset<fbs::RtpEncodingParameters>> offered;
    for (std::size_t i = 0; i < encodings(video); ++i) {
      const char* mode = layers_inside(video) ? "L3T3" : video ? "L1T3" : nullptr;
      offered.push_back(
          fbs::CreateRtpEncodingParametersDirect(to, mapped(ssrc_of(publisher, stream(video, i))), nullptr, {}, 0, false, mode));
    }
    std::vector<flatbuffers::Offset<fbs::RtpEncodingParameters>> taken;
    for (std::size_t i = 0; i < (pipe ? offered.size() : 1); ++i) {
      const std::uint32_t ssrc = consumer_ssrc(who, publisher, stream(video, i));
      const auto rtx = video ? fbs::CreateRtx(to, rtx_of(ssrc)) : 0;
      const char* mode = pipe || !video        ? nullptr
                         : layers_inside(true) ? "L3T3"
                         : offered.size() == 3 ? "L3T3"
                         : offered.size() == 2 ? "L2T3"
                                               : "L1T3";
      taken.push_back(fbs::CreateRtpEncodingParametersDirect(to, ssrc, nullptr, {}, rtx, false, mode));
    }
    const std::string mid = std::to_string(publisher) + (video ? "v" : "a");
    const auto body = FBS::Transport::CreateConsumeRequestDirect(
        to, consumer(who, publisher, video).c_str(), producer(publisher, video).c_str(),
        video ? fbs::MediaKind::VIDEO : fbs::MediaKind::AUDIO, parameters(to, video, mid.c_str(), taken),
        pipe ? fbs::Type::PIPE : fbs::Type::SIMPLE, &offered);
    worker_.ask(to, Method::TRANSPORT_CONSUME, kNames[who], RequestBody::Transport_ConsumeRequest, body.Union());
  }

  WorkerInProcess& worker_;
  Choice choice_;
};

}  // namespace dd::fuzz
