// SPDX-License-Identifier: MIT
// Real RTP through real workers: over our own transports, over UDP, and through a pipe between two workers.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <set>

#include "media/pipes.hpp"
#include "media/testing/engine_fixture.hpp"

namespace dd::media {
namespace {

using namespace std::chrono_literals;
using testing::audio_packet;
using testing::opus_parameters;
using testing::rtp_packet;
using testing::vp8_parameters;

constexpr std::uint32_t kSsrc = 0x11223344;

// A UDP socket on loopback that belongs to the test.
class UdpSocket {
 public:
  UdpSocket() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_in address = loopback(0);
    ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t length = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~UdpSocket() { ::close(fd_); }
  std::uint16_t port() const { return port_; }
  void send_to(std::uint16_t port, const std::vector<std::uint8_t>& packet) {
    const sockaddr_in address = loopback(port);
    ::sendto(fd_, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  // RTP packets of a payload type that are waiting; RTCP is passed over.
  int drain(std::uint8_t payload_type) {
    int count = 0;
    std::uint8_t packet[2048];
    for (ssize_t size; (size = ::recv(fd_, packet, sizeof packet, 0)) > 0;) count += size > 12 && (packet[1] & 0x7f) == payload_type;
    return count;
  }

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  int fd_;
  std::uint16_t port_ = 0;
};

class MediaFlow : public testing::EngineTest {
 protected:
  std::shared_ptr<Router> router_on(std::size_t worker) { return engine_->find_router(make_router(worker)); }

  std::shared_ptr<DirectTransport> direct(const std::shared_ptr<Router>& router) {
    return must(router->create_direct_transport(random_uuid()));
  }

  std::shared_ptr<Producer> produce(Transport& transport, rtp::MediaKind kind, rtp::Parameters parameters) {
    ProduceSettings settings;
    settings.id = random_uuid();
    settings.kind = kind;
    settings.parameters = std::move(parameters);
    return must(transport.produce(std::move(settings), {}));
  }

  std::shared_ptr<Consumer> consume(Transport& transport, std::shared_ptr<Producer> producer, Consumer::Events events) {
    ConsumeSettings settings;
    settings.id = random_uuid();
    settings.producer = std::move(producer);
    settings.capabilities = engine_->router_capabilities();
    return must(transport.consume(std::move(settings), std::move(events)));
  }
};

TEST_F(MediaFlow, EveryConsumerOfARouterGetsEveryPacket) {
  open();
  auto router = router_on(0);
  auto transport = direct(router);
  auto producer = produce(*transport, rtp::MediaKind::kVideo, vp8_parameters(kSsrc));
  int received[3] = {};
  std::vector<std::shared_ptr<Consumer>> consumers;
  for (int& count : received) {
    Consumer::Events events;
    events.on_rtp = [&count](std::span<const std::uint8_t> packet) { count += packet.size() > 12; };
    consumers.push_back(consume(*transport, producer, std::move(events)));
  }
  for (std::uint16_t i = 0; i < 50; ++i) EXPECT_TRUE(producer->send(rtp_packet(96, i, i * 3000U, kSsrc)));
  EXPECT_TRUE(wait_until([&] { return received[0] == 50 && received[1] == 50 && received[2] == 50; }))
      << received[0] << " " << received[1] << " " << received[2];
  const auto stats = must(producer->stats());
  ASSERT_EQ(stats.size(), 1U);
  const auto found = std::find_if(stats[0].begin(), stats[0].end(), [](const auto& value) { return value.first == "packetCount"; });
  ASSERT_NE(found, stats[0].end());
  EXPECT_EQ(std::get<std::int64_t>(found->second), 50);
}

TEST_F(MediaFlow, PacketsPassThroughAPipeBetweenTwoWorkersUntilTheProducerPausesOrEnds) {
  open(2);
  auto here = router_on(0);
  auto there = router_on(1);
  auto sender = direct(here);
  auto receiver = direct(there);
  auto producer = produce(*sender, rtp::MediaKind::kVideo, vp8_parameters(kSsrc));
  Pipes pipes(loop_, ListenAddress{});
  auto copy = must(pipes.pipe(here, there, producer));
  EXPECT_EQ(copy->worker_side_id(), producer->worker_side_id());
  EXPECT_EQ(must(pipes.pipe(here, there, producer)), copy) << "piping again is the same pipe";
  EXPECT_EQ(pipes.link_count(), 1U);
  int received = 0;
  bool closed = false;
  bool paused = false;
  Consumer::Events events;
  events.on_rtp = [&](std::span<const std::uint8_t>) { ++received; };
  events.on_producer_closed = [&] { closed = true; };
  events.on_producer_paused = [&](bool now) { paused = now; };
  auto consumer = consume(*receiver, copy, std::move(events));
  std::uint16_t sequence = 0;
  for (; sequence < 50; ++sequence) producer->send(rtp_packet(96, sequence, sequence * 3000U, kSsrc));
  EXPECT_TRUE(wait_until([&] { return received == 50; })) << received;
  must(producer->pause());
  EXPECT_TRUE(wait_until([&] { return paused; }));
  must(producer->resume());
  EXPECT_TRUE(wait_until([&] { return !paused; }));
  producer->send(rtp_packet(96, sequence, sequence * 3000U, kSsrc));
  EXPECT_TRUE(wait_until([&] { return received == 51; })) << received;
  producer->close();
  EXPECT_TRUE(wait_until([&] { return closed; }));
  EXPECT_TRUE(copy->closed());
}

TEST_F(MediaFlow, ACrowdThatComesAtOnceOpensOnePipeAndCopiesEachProducerOnce) {
  open(2);
  auto here = router_on(0);
  auto there = router_on(1);
  auto sender = direct(here);
  const auto picture = produce(*sender, rtp::MediaKind::kVideo, vp8_parameters(kSsrc));
  const auto sound = produce(*sender, rtp::MediaKind::kAudio, opus_parameters(kSsrc + 1));
  Pipes pipes(loop_, ListenAddress{});
  std::set<std::shared_ptr<Producer>> copies;
  int answers = 0;
  for (int viewer = 0; viewer < 50; ++viewer) {
    for (const auto& producer : {picture, sound}) {
      spawn([](Task<Result<std::shared_ptr<Producer>>> piping, std::set<std::shared_ptr<Producer>>* all, int* count) -> Task<void> {
        const auto copy = co_await std::move(piping);
        ++*count;
        if (copy) all->insert(*copy);
      }(pipes.pipe(here, there, producer), &copies, &answers));
    }
  }
  ASSERT_TRUE(wait_until([&] { return answers == 100; })) << answers;
  EXPECT_EQ(copies.size(), 2U);
  EXPECT_EQ(pipes.link_count(), 1U);
}

TEST_F(MediaFlow, PacketsPassThroughAPipeWithinOneWorkerUnderAnotherId) {
  open();
  auto here = router_on(0);
  auto there = router_on(0);
  auto sender = direct(here);
  auto receiver = direct(there);
  auto producer = produce(*sender, rtp::MediaKind::kAudio, opus_parameters(kSsrc));
  Pipes pipes(loop_, ListenAddress{});
  auto copy = must(pipes.pipe(here, there, producer));
  EXPECT_NE(copy->worker_side_id(), producer->worker_side_id());
  int received = 0;
  Consumer::Events events;
  events.on_rtp = [&](std::span<const std::uint8_t>) { ++received; };
  auto consumer = consume(*receiver, copy, std::move(events));
  for (std::uint16_t i = 0; i < 20; ++i) producer->send(audio_packet(111, i, i * 960U, kSsrc, 10, 20));
  EXPECT_TRUE(wait_until([&] { return received == 20; })) << received;
}

TEST_F(MediaFlow, AKeyFrameRequestThatBringsNoneIsRepeatedUntilASenderThatIgnoredItIsWillingAgain) {
  // Chromium ignores requests within 300 ms of the last one it obeyed; the stock worker repeats after 1 s (third_party/mediasoup).
  open();
  auto router = router_on(0);
  std::vector<MonotonicTime> requests;
  auto sender = must(router->create_direct_transport(random_uuid(), [&](std::span<const std::uint8_t> packet) {
    if (packet.size() >= 12 && packet[1] == 206 && (packet[0] & 0x1f) == 1) requests.push_back(loop_.now());  // PLI, RFC 4585
  }));
  auto receiver = direct(router);
  auto producer = produce(*sender, rtp::MediaKind::kVideo, vp8_parameters(kSsrc));
  producer->send(rtp_packet(96, 1, 3000, kSsrc));
  Consumer::Events events;
  auto consumer = consume(*receiver, producer, std::move(events));
  must(consumer->request_key_frame());
  ASSERT_TRUE(wait_until([&] { return requests.size() >= 4; }, 900ms)) << requests.size();
  EXPECT_GE(requests[3] - requests[0], 300ms);
  EXPECT_LT(requests[3] - requests[0], 700ms);
  // A key frame ends it.
  producer->send(rtp_packet(96, 2, 6000, kSsrc));
  const auto asked = requests.size();
  wait_until([] { return false; }, 1200ms);
  EXPECT_EQ(requests.size(), asked);
}

TEST_F(MediaFlow, APlainTransportTakesRtpFromWhereTheFirstPacketComesAndSendsItToWhereItIsTold) {
  open();
  auto router = router_on(0);
  UdpSocket sender;
  UdpSocket recorder;
  PlainTransportSettings in;
  in.id = random_uuid();
  in.comedia = true;
  auto incoming = must(router->create_plain_transport(in));
  PlainTransportSettings out;
  out.id = random_uuid();
  auto outgoing = must(router->create_plain_transport(out));
  PlainTransport::Peer peer;
  peer.ip = "127.0.0.1";
  peer.port = recorder.port();
  must(outgoing->connect(peer));
  EXPECT_EQ(outgoing->tuple().remote_port, recorder.port());
  auto producer = produce(*incoming, rtp::MediaKind::kAudio, opus_parameters(kSsrc));
  auto consumer = consume(*outgoing, producer, {});
  const auto payload_type = consumer->parameters().codecs.at(0).payload_type;
  int received = 0;
  std::uint16_t sequence = 0;
  EXPECT_TRUE(wait_until([&] {
    sender.send_to(incoming->tuple().local_port, audio_packet(111, sequence, sequence * 960U, kSsrc, 10, 30));
    ++sequence;
    received += recorder.drain(payload_type);
    return received >= 30;
  })) << received;
}

TEST_F(MediaFlow, APlainTransportWithSrtpTellsItsKeyAndTakesThePeers) {
  open();
  auto router = router_on(0);
  PlainTransportSettings settings;
  settings.id = random_uuid();
  settings.srtp = SrtpSuite::kAeadAes256Gcm;
  auto transport = must(router->create_plain_transport(settings));
  ASSERT_TRUE(transport->srtp());
  EXPECT_EQ(transport->srtp()->suite, SrtpSuite::kAeadAes256Gcm);
  PlainTransport::Peer peer;
  peer.ip = "127.0.0.1";
  peer.port = 9;
  EXPECT_FALSE(run(transport->connect(peer))) << "without a key";
  peer.srtp = transport->srtp();
  must(transport->connect(peer));
}

// Two workers, each with a plain transport of its own, joined by SRTP; the far one hears what is sent to the near one.
class SecurePlainTransports : public MediaFlow, public ::testing::WithParamInterface<SrtpSuite> {
 protected:
  void open_both() {
    open(2);
    near_router_ = router_on(0);
    far_router_ = router_on(1);
    PlainTransportSettings settings;
    settings.srtp = GetParam();
    settings.id = random_uuid();
    near_ = must(near_router_->create_plain_transport(settings));
    settings.id = random_uuid();
    far_ = must(far_router_->create_plain_transport(settings));
  }
  static PlainTransport::Peer peer_at(const PlainTransport& transport) {
    PlainTransport::Peer peer;
    peer.ip = "127.0.0.1";
    peer.port = transport.tuple().local_port;
    peer.srtp = transport.srtp();
    return peer;
  }
  // Packets that came out at the far end until there are `enough`, or when `patience` is over.
  int flow(int enough, std::chrono::milliseconds patience) {
    auto sender = direct(near_router_);
    auto producer = produce(*sender, rtp::MediaKind::kAudio, opus_parameters(kSsrc));
    auto near_consumer = consume(*near_, producer, {});
    auto arriving = produce(*far_, rtp::MediaKind::kAudio, near_consumer->parameters());
    auto receiver = direct(far_router_);
    Consumer::Events events;
    events.on_rtp = [this](std::span<const std::uint8_t>) { ++received_; };
    auto far_consumer = consume(*receiver, arriving, std::move(events));
    std::uint16_t sequence = 0;
    wait_until(
        [&] {
          producer->send(audio_packet(111, sequence, sequence * 960U, kSsrc, 10, 30));
          ++sequence;
          return received_ >= enough;
        },
        patience);
    return received_;
  }

  int received_ = 0;  // packets may still come when a test is over
  std::shared_ptr<Router> near_router_;
  std::shared_ptr<Router> far_router_;
  std::shared_ptr<PlainTransport> near_;
  std::shared_ptr<PlainTransport> far_;
};

TEST_P(SecurePlainTransports, CarrySoundToWhoeverHasTheKey) {
  open_both();
  must(near_->connect(peer_at(*far_)));
  must(far_->connect(peer_at(*near_)));
  EXPECT_GE(flow(30, 5s), 30);
}

TEST_P(SecurePlainTransports, CarryNothingUnderAnotherKey) {
  open_both();
  must(near_->connect(peer_at(*far_)));
  PlainTransport::Peer stranger = peer_at(*near_);
  stranger.srtp = far_->srtp();
  must(far_->connect(stranger));
  EXPECT_EQ(flow(1, 500ms), 0);
}

INSTANTIATE_TEST_SUITE_P(EverySuite, SecurePlainTransports,
                         ::testing::Values(SrtpSuite::kAeadAes256Gcm, SrtpSuite::kAeadAes128Gcm, SrtpSuite::kAesCm128HmacSha1_80,
                                           SrtpSuite::kAesCm128HmacSha1_32));

TEST_F(MediaFlow, ObserversTellWhoIsLoudAndWhoLeads) {
  open();
  auto router = router_on(0);
  auto transport = direct(router);
  auto loud = produce(*transport, rtp::MediaKind::kAudio, opus_parameters(1, "a"));
  auto quiet = produce(*transport, rtp::MediaKind::kAudio, opus_parameters(2, "b"));
  std::vector<std::pair<std::string, int>> levels;
  std::string leading;
  AudioLevelSettings settings;
  settings.interval = 300ms;
  auto level_observer = router->create_audio_level_observer(settings, [&](const auto& now) { levels = now; });
  auto speaker_observer = router->create_active_speaker_observer(300ms, [&](const std::string& id) { leading = id; });
  for (const auto& producer : {loud, quiet}) {
    level_observer->add(*producer);
    speaker_observer->add(*producer);
  }
  std::uint16_t sequence = 0;
  EXPECT_TRUE(wait_until([&] {
    loud->send(audio_packet(111, sequence, sequence * 960U, 1, 10, 5));
    quiet->send(audio_packet(111, sequence, sequence * 960U, 2, 10, 60));
    ++sequence;
    return levels.size() == 2 && leading == loud->worker_side_id();
  })) << levels.size()
      << " " << leading;
  EXPECT_EQ(levels[0].first, loud->worker_side_id()) << "the loudest comes first";
  EXPECT_NEAR(levels[0].second, -5, 1);
  // Silence is told once.
  EXPECT_TRUE(wait_until([&] { return levels.empty(); }));
}

TEST_F(MediaFlow, MessagesReachTheDataConsumersOfOurOwnTransport) {
  open();
  auto router = router_on(0);
  auto transport = direct(router);
  ProduceDataSettings settings;
  settings.id = random_uuid();
  settings.label = "chat";
  auto producer = must(transport->produce_data(settings));
  std::vector<std::pair<std::uint32_t, std::string>> received;
  DataConsumer::Events events;
  events.on_message = [&](std::uint32_t type, std::span<const std::uint8_t> message) {
    received.emplace_back(type, std::string(message.begin(), message.end()));
  };
  auto consumer = must(transport->consume_data(random_uuid(), producer, std::move(events)));
  const std::string text = "namaste";
  EXPECT_TRUE(producer->send(MessageKind::kText, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
  EXPECT_TRUE(producer->send(MessageKind::kText, {}));
  EXPECT_TRUE(wait_until([&] { return received.size() == 2; }));
  EXPECT_EQ(received.at(0), (std::pair<std::uint32_t, std::string>(51, text)));
  EXPECT_EQ(received.at(1).first, 56U) << "an empty text has a type of its own (RFC 8831)";
}

}  // namespace
}  // namespace dd::media
