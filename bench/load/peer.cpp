// SPDX-License-Identifier: MIT
#include "bench/load/peer.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "base/random.hpp"

namespace dd::load {

using nlohmann::json;
using namespace std::chrono_literals;

namespace {

constexpr Duration kTransportLimit = 20s;
constexpr std::size_t kProducersAtOnce = 256;  // producers of one `consume`
constexpr std::uint8_t kVp8 = 96;
constexpr std::uint8_t kRtx = 97;
constexpr std::uint8_t kOpus = 111;
constexpr std::uint32_t kVideoClock = 90'000;
constexpr std::uint32_t kAudioClock = 48'000;

// SSRCs of one sender must differ, those of different senders need not.
std::uint32_t new_ssrc() { return static_cast<std::uint32_t>(random_u64() % 0xFFFF'0000U) + 0x8000U; }

}  // namespace

Peer::Peer(PeerContext& context, Participant participant) : context_(context), participant_(std::move(participant)) {}

Negotiation Peer::negotiation() const {
  return {.transport_feedback = context_.arguments.transport_feedback, .nack = context_.arguments.nack};
}

Task<Result<void>> Peer::join() {
  auto notify = [this](const std::string& method, const json& params) { on_notification(method, params); };
  auto connecting = SignalingClient::connect(context_.loop, context_.server, notify);
  DD_CO_TRY(signaling_, co_await std::move(connecting));
  json params = {{"token", context_.arguments.token}, {"meetingId", participant_.meeting}, {"participantId", participant_.name},
                 {"instanceId", random_token(16)},    {"name", participant_.name},         {"client", {{"name", "doordarshan-load"}}}};
  auto joining = signaling_->call("join", std::move(params));
  DD_CO_TRY(const json joined, co_await std::move(joining));
  const json media = joined.value("media", json::object());
  router_capabilities_ = media.value("rtpCapabilities", json::object());

  if (participant_.publishes) {
    publisher_ = std::make_unique<Publisher>(publisher_settings());
    auto opening = open_transport(media.value("send", json()), *publisher_);
    DD_CO_TRY(sending_, co_await std::move(opening));
  }
  if (participant_.subscribes) {
    const SubscriberSettings settings{
        .mark = context_.mark, .nack = context_.arguments.nack, .transport_feedback = context_.arguments.transport_feedback};
    subscriber_ = std::make_unique<Subscriber>(settings, *context_.latencies, random_u64());
    auto opening = open_transport(media.value("receive", json()), *subscriber_);
    DD_CO_TRY(receiving_, co_await std::move(opening));
  }
  // Transports need ticks to connect, and get them as soon as they are members.
  for (Transport* transport : {sending_.get(), receiving_.get()}) {
    if (transport == nullptr) continue;
    json connect = {
        {"transportId", transport->id()},
        {"dtlsParameters",
         {{"role", "client"}, {"fingerprints", json::array({{{"algorithm", "sha-256"}, {"value", context_.identity.fingerprint()}}})}}}};
    auto telling = signaling_->call("transport.connect", std::move(connect));
    DD_CO_TRY_VOID(co_await std::move(telling));
    const auto connected = transport->connected();
    connected.resolve_after(kTransportLimit, make_error(Errc::kDeadlineExceeded, "the media transport was not connected within 20 s"));
    DD_CO_TRY_VOID(co_await connected);
  }
  if (subscriber_) subscriber_->start(*receiving_, context_.loop.now());
  if (publisher_) {
    auto producing = produce();
    DD_CO_TRY_VOID(co_await std::move(producing));
  }
  co_return ok();
}

Task<Result<std::unique_ptr<Transport>>> Peer::open_transport(json options, TransportUser& user) {
  if (!options.is_object()) co_return make_error(Errc::kForbidden, "the token's grants give no such transport");
  DD_CO_TRY(auto parsed, parse_transport(options, context_.may_send_to));
  co_return Transport::open(context_.loop, context_.network, context_.identity, std::move(parsed), user);
}

PublisherSettings Peer::publisher_settings() const {
  PublisherSettings settings;
  settings.cname = participant_.name;
  settings.mark = context_.mark;
  settings.seed = random_u64() >> 1;
  settings.video = camera_layers(context_.arguments);
  for (VideoLayer& layer : settings.video) {
    const std::string rid = layer.stream.rid;
    layer.stream = {.ssrc = new_ssrc(),
                    .payload_type = kVp8,
                    .clock_rate = kVideoClock,
                    .rtx_ssrc = new_ssrc(),
                    .rtx_payload_type = kRtx,
                    .mid = "1",
                    .rid = rid,
                    .extensions = sender_extensions(router_capabilities_, "video", negotiation())};
    if (rid.empty()) layer.stream.extensions.rid = layer.stream.extensions.repaired_rid = 0;
  }
  if (context_.arguments.audio) {
    RtpStreamSettings stream;
    stream.ssrc = new_ssrc();
    stream.payload_type = kOpus;
    stream.clock_rate = kAudioClock;
    stream.mid = "0";
    stream.extensions = sender_extensions(router_capabilities_, "audio", negotiation());
    settings.audio.push_back(std::move(stream));
  }
  return settings;
}

Task<Result<void>> Peer::produce() {
  const PublisherSettings& settings = publisher_->settings();
  std::vector<std::pair<std::string, json>> kinds;
  if (!settings.audio.empty()) kinds.emplace_back("audio", audio_parameters(settings.audio.front(), settings.cname, negotiation()));
  if (!settings.video.empty()) kinds.emplace_back("video", video_parameters(settings.video, settings.cname, negotiation()));
  for (auto& [kind, parameters] : kinds) {
    json params = {{"transportId", sending_->id()}, {"kind", kind}, {"rtpParameters", std::move(parameters)}};
    auto producing = signaling_->call("produce", std::move(params));
    DD_CO_TRY(const json produced, co_await std::move(producing));
    producers_.push_back(produced.value("producerId", std::string{}));
  }
  publisher_->start(*sending_, context_.loop.now());
  co_return ok();
}

Task<Result<void>> Peer::watch(std::vector<std::string> producers) {
  for (std::size_t at = 0; at < producers.size(); at += kProducersAtOnce) {
    const auto end = std::min(at + kProducersAtOnce, producers.size());
    json params = {{"producerIds", std::vector<std::string>(producers.begin() + static_cast<std::ptrdiff_t>(at),
                                                            producers.begin() + static_cast<std::ptrdiff_t>(end))},
                   {"paused", true}};
    if (!capabilities_told_) params["rtpCapabilities"] = receiver_capabilities(router_capabilities_, negotiation());
    const Nanoseconds asked = stamp_now();
    auto consuming = signaling_->call("consume", std::move(params));
    DD_CO_TRY(const json answer, co_await std::move(consuming));
    capabilities_told_ = true;
    const json failed = answer.value("failed", json::array());
    if (!failed.empty()) {
      co_return make_error(Errc::kUnavailable, fmt::format("consume: {} of {} producers refused: {}", failed.size(), end - at,
                                                           failed[0].value("message", std::string{"no message"})));
    }
    // Paused at first, so that no packet comes before its SSRC is known here.
    std::vector<std::string> consumers;
    for (const json& one : answer.value("consumers", json::array())) {
      DD_CO_TRY(const Consumer consumer, parse_consumer(one));
      subscriber_->add(consumer.stream, asked);
      consumers.push_back(consumer.id);
    }
    json resume = {{"consumerIds", std::move(consumers)}};
    auto resuming = signaling_->call("consumer.resume", std::move(resume));
    DD_CO_TRY_VOID(co_await std::move(resuming));
  }
  co_return ok();
}

Task<void> Peer::leave() {
  if (!signaling_ || signaling_->ended()) co_return;
  json none = json::object();
  auto leaving = signaling_->call("leave", std::move(none));
  (void)co_await std::move(leaving);
}

void Peer::on_notification(const std::string& method, const json& params) {
  if (method == "media.lost" || method == "meeting.ended" || method == "you.removed" || method == "drain") {
    lost_ = fmt::format("{} {}", method, params.value("reason", std::string{}));
  }
  if (method == "producer.paused" && !params.value("reason", std::string{}).empty())
    lost_ = fmt::format("{} {}", method, params.value("reason", ""));
}

void Peer::tick_publisher(MonotonicTime now) {
  if (publisher_) publisher_->tick(now);
}

void Peer::tick_transports(MonotonicTime now) {
  if (sending_) sending_->tick(now);
  if (receiving_) receiving_->tick(now);
  if (subscriber_) subscriber_->tick(now);
}

std::vector<std::uint16_t> Peer::server_ports() const {
  std::vector<std::uint16_t> ports;
  for (const Transport* transport : {sending_.get(), receiving_.get()}) {
    if (transport != nullptr) ports.push_back(transport->server_port());
  }
  return ports;
}

std::optional<std::string> Peer::failure() const {
  for (const Transport* transport : {sending_.get(), receiving_.get()}) {
    if (transport != nullptr && transport->failure()) return transport->failure()->message;
  }
  if (lost_) return lost_;
  if (signaling_ && signaling_->ended()) return "signaling: " + *signaling_->ended();
  return std::nullopt;
}

}  // namespace dd::load
