// SPDX-License-Identifier: MIT
#include "media/testing/engine_fixture.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

namespace dd::media::testing {
namespace {

bool can_bind(int type, std::uint16_t port) {
  const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, type == SOCK_STREAM ? sizeof on : 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

void append(std::vector<std::uint8_t>& out, std::uint32_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::vector<std::uint8_t> rtp_header(std::uint8_t first, std::uint8_t payload_type, std::uint16_t sequence, std::uint32_t timestamp,
                                     std::uint32_t ssrc) {
  std::vector<std::uint8_t> packet{first, static_cast<std::uint8_t>(payload_type | 0x80)};  // the marker ends each frame
  append(packet, sequence, 2);
  append(packet, timestamp, 4);
  append(packet, ssrc, 4);
  return packet;
}

rtp::CodecParameters vp8_codec() {
  rtp::CodecParameters codec;
  codec.mime_type = "video/VP8";
  codec.payload_type = 96;
  codec.clock_rate = 90'000;
  codec.rtcp_feedback = {{"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}};
  return codec;
}

}  // namespace

std::uint16_t free_ports(std::size_t count) {
  // Tests run beside each other, and a port that was only looked at may be a neighbour's a moment later. So each call takes a
  // block of its own, locked for as long as this process lives. Below the ephemeral range, away from the engine's internal ports.
  constexpr std::uint64_t kBlock = 16;
  constexpr std::uint64_t kFirst = 15'000;
  constexpr std::uint64_t kBlocks = 900;
  EXPECT_LE(count, kBlock);
  for (int tries = 0; tries < 200; ++tries) {
    const auto first = static_cast<std::uint16_t>(kFirst + (random_u64() % kBlocks) * kBlock);
    const auto lock = std::filesystem::temp_directory_path() / fmt::format("doordarshan-test-ports-{}", first);
    const int fd = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) continue;
    bool free = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
    for (std::size_t i = 0; free && i < count; ++i) {
      const auto port = static_cast<std::uint16_t>(first + i);
      free = can_bind(SOCK_STREAM, port) && can_bind(SOCK_DGRAM, port);
    }
    if (free) return first;  // the descriptor, and with it the lock, stays until the process ends
    ::close(fd);
  }
  ADD_FAILURE() << "no free ports";
  return 0;
}

EngineSettings EngineTest::settings(std::size_t workers) {
  EngineSettings settings;
  const char* binary = std::getenv("DD_WORKER_BINARY");
  settings.worker_binary = binary ? binary : DD_WORKER_BINARY;
  for (std::size_t i = 0; i < workers; ++i) settings.workers.emplace_back("w" + std::to_string(i));
  settings.listen_ip = "127.0.0.1";
  settings.first_port = free_ports(workers);
  return settings;
}

void EngineTest::open(EngineSettings settings) {
  engine_ = std::make_unique<Engine>(loop_, metrics_, std::move(settings));
  engine_->set_events(&events_);
  must(engine_->start());
}

void EngineTest::TearDown() {
  if (!engine_) return;
  bool stopped = false;
  spawn([](Engine& engine, AsioLoop& loop, bool& done) -> Task<void> {
    co_await engine.stop();
    done = true;
    loop.stop();
  }(*engine_, loop_, stopped));
  if (!stopped) run_loop(std::chrono::seconds{60});
  EXPECT_TRUE(stopped);
  engine_.reset();
  // What was posted last (answers of requests that ended with their worker) still frees its waiters.
  auto last = loop_.after(Duration{0}, [this] { loop_.stop(); });
  loop_.run();
}

void EngineTest::run_loop(Duration limit) {
  auto timer = loop_.after(limit, [this] { loop_.stop(); });
  loop_.run();
}

bool EngineTest::wait_until(const std::function<bool()>& condition, Duration limit) {
  const auto end = loop_.now() + limit;
  while (!condition()) {
    if (loop_.now() >= end) return false;
    run_loop(std::chrono::milliseconds{5});
  }
  return true;
}

RouterId EngineTest::make_router(std::size_t worker) {
  RouterId router(random_uuid());
  must(engine_->create_router(WorkerId("w" + std::to_string(worker)), router));
  return router;
}

TransportId EngineTest::make_transport(const RouterId& router) {
  meeting::TransportRequest request;
  request.id = TransportId(random_uuid());
  request.router = router;
  return must(engine_->create_transport(request)).id;
}

ProducerId EngineTest::make_video(const TransportId& transport, bool simulcast) {
  meeting::ProduceRequest request;
  request.id = ProducerId(random_uuid());
  request.transport = transport;
  request.kind = rtp::MediaKind::kVideo;
  request.parameters = simulcast ? vp8_simulcast_parameters() : vp8_parameters(static_cast<std::uint32_t>(random_u64() | 1));
  return must(engine_->produce(request)).id;
}

meeting::ConsumeRequest EngineTest::consume_request(const TransportId& transport, const ProducerId& producer) {
  meeting::ConsumeRequest request;
  request.id = ConsumerId(random_uuid());
  request.transport = transport;
  request.producer = producer;
  request.capabilities = engine_->router_capabilities();
  return request;
}

rtp::Parameters opus_parameters(std::uint32_t ssrc, const std::string& mid) {
  rtp::CodecParameters codec;
  codec.mime_type = "audio/opus";
  codec.payload_type = 111;
  codec.clock_rate = 48'000;
  codec.channels = 2;
  rtp::Parameters parameters;
  parameters.mid = mid;
  parameters.codecs = {codec};
  rtp::HeaderExtensionParameters level;
  level.uri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
  level.id = 10;
  parameters.header_extensions = {level};
  rtp::EncodingParameters encoding;
  encoding.ssrc = ssrc;
  parameters.encodings = {encoding};
  return parameters;
}

rtp::Parameters vp8_parameters(std::uint32_t ssrc, const std::string& mid) {
  rtp::Parameters parameters;
  parameters.mid = mid;
  parameters.codecs = {vp8_codec()};
  rtp::EncodingParameters encoding;
  encoding.ssrc = ssrc;
  parameters.encodings = {encoding};
  return parameters;
}

rtp::Parameters vp8_simulcast_parameters(const std::string& mid) {
  rtp::Parameters parameters;
  parameters.mid = mid;
  parameters.codecs = {vp8_codec()};
  rtp::HeaderExtensionParameters stream_mid;
  stream_mid.uri = "urn:ietf:params:rtp-hdrext:sdes:mid";
  stream_mid.id = 1;
  rtp::HeaderExtensionParameters stream_rid;
  stream_rid.uri = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
  stream_rid.id = 2;
  parameters.header_extensions = {stream_mid, stream_rid};
  for (const char* rid : {"q", "h", "f"}) {
    rtp::EncodingParameters encoding;
    encoding.rid = rid;
    encoding.scalability_mode = "L1T3";
    parameters.encodings.push_back(encoding);
  }
  return parameters;
}

std::vector<std::uint8_t> rtp_packet(std::uint8_t payload_type, std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t ssrc) {
  auto packet = rtp_header(0x80, payload_type, sequence, timestamp, ssrc);
  // VP8 (RFC 7741): descriptor with the start of a partition, then a frame header whose lowest bit 0 says key frame.
  for (const int byte : {0x10, 0x00, 0x00, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01})
    packet.push_back(static_cast<std::uint8_t>(byte));
  packet.resize(200, 0);
  return packet;
}

std::vector<std::uint8_t> audio_packet(std::uint8_t payload_type, std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t ssrc,
                                       std::uint8_t extension_id, std::uint8_t level) {
  auto packet = rtp_header(0x90, payload_type, sequence, timestamp, ssrc);
  append(packet, 0xbede0001, 4);  // one-byte extensions (RFC 8285), one word
  packet.push_back(static_cast<std::uint8_t>(extension_id << 4));
  packet.push_back(static_cast<std::uint8_t>(0x80 | level));
  append(packet, 0, 2);
  packet.resize(packet.size() + 60, 0x55);
  return packet;
}

}  // namespace dd::media::testing
