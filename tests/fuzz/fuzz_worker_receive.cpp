// SPDX-License-Identifier: MIT
// The worker's way of a datagram with our data path on it: recvmmsg, batch, ICE, DTLS, SRTP, RTP and RTCP, the router's forwarding consumer
// by consumer, encryption, the send queues. The input says which peer sends what in which batch, and what is closed, paused or asked for
// between two datagrams of one batch. Real sockets on the loopback carry it; those who come as browsers do may come over TCP. The worker
// must not crash, and what a subscriber is sent must decrypt. worker_meeting.hpp is who takes part, worker_datagrams.hpp what they say.
// An input has tens of thousands of features; weighing them takes libFuzzer several times as long as the worker takes for the input.
// libfuzzer: -entropic=0 -max_len=1500
// links: mediasoup-worker-parts dd_load_wire dd_rtp dd_base
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "RTC/PlainTransport.hpp"
#include "RTC/RTP/ProbationGenerator.hpp"
#include "RTC/TcpServer.hpp"
#include "bench/load/stun.hpp"
#include "loop_clock.hpp"
#include "worker_connection.hpp"
#include "worker_datagrams.hpp"
#include "worker_meeting.hpp"

namespace {

using namespace dd::fuzz;

constexpr int kMostDatagrams = 600, kMostHandshakes = 3;  // of one input: it is to be short
constexpr std::size_t kBatch = 48;
constexpr std::uint8_t kAct = 0xfe;  // first byte of a stranger's datagram that is an order to the relay

// The peers' sockets, for all inputs.
struct Sockets {
  std::array<int, kPeers> descriptors{};
  std::array<std::uint16_t, kPeers> ports{};
  Sockets() {
    for (std::size_t who = 0; who < kPeers; ++who) {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      ::inet_pton(AF_INET, WorkerInProcess::only().ip().c_str(), &address.sin_addr);
      descriptors[who] = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      socklen_t size = sizeof(address);
      DD_CHECK(::bind(descriptors[who], reinterpret_cast<sockaddr*>(&address), size) == 0, "no loopback");
      ::getsockname(descriptors[who], reinterpret_cast<sockaddr*>(&address), &size);
      ports[who] = ntohs(address.sin_port);
    }
  }
};

// libsrtp starts once only, and the worker's start is to be the one that counts: it puts other ciphers in. So the peers' is before it, and undone.
void start_srtp_for_peers() {
  load::SrtpKeys keys{.profile = load::SrtpProfile::kAes128CmSha1, .local = Datagram(30), .remote = Datagram(30)};
  DD_CHECK(load::SrtpSession::open(keys), "libsrtp does not start");
  srtp_shutdown();
}

// Whoever asks: a header of upstream's that was found instead of the patched one once let all of the packet's way read the clock.
bool clock_stands_in_a_batch() {
  Shared& shared = WorkerInProcess::only().shared();
  const std::int64_t before = shared.GetTimeUs();
  std::int64_t within = 0;
  {
    const dd::loop_clock::Frozen batch;
    monotonic_ns += 1'000'000;
    within = shared.GetTimeUs();
  }
  return within == before && shared.GetTimeUs() == before + 1000;
}

// Upstream keeps it in memory that all transports of a thread share: who came later sent the others' back, and they were refused as repeated.
bool probation_counts_for_each_transport() {
  constexpr std::size_t kLength = 200;
  RTC::RTP::ProbationGenerator first;
  const std::uint16_t began = first.GetNextPacket(kLength)->GetSequenceNumber();
  RTC::RTP::ProbationGenerator second;
  const std::uint16_t other = second.GetNextPacket(kLength)->GetSequenceNumber();
  const bool counts = first.GetNextPacket(kLength)->GetSequenceNumber() == began + 1;
  return counts && second.GetNextPacket(kLength)->GetSequenceNumber() == other + 1;
}

const load::DtlsIdentity& identity() {
  static const auto opened =
      load::DtlsIdentity::open({load::SrtpProfile::kAeadAes256Gcm, load::SrtpProfile::kAeadAes128Gcm, load::SrtpProfile::kAes128CmSha1});
  DD_CHECK(opened, "no DTLS certificate");
  return **opened;
}

class Session : public RTC::UdpSocket::Listener, public RTC::TcpServer::Listener, public RTC::TcpConnection::Listener {
 public:
  Session(Input& input, const Choice& choice)
      : worker_(WorkerInProcess::only()), input_(input), choice_(choice), meeting_(worker_, choice) {
    std::string ip = worker_.ip();
    RTC::Transport::SocketFlags flags;
    relay_ = std::make_unique<RTC::UdpSocket>(this, &worker_.shared(), ip, kRelayPort, flags);
    for (std::size_t who = 0; who < kPeers; ++who) {
      Peer& peer = peers_[who];
      peer.target.sin_family = AF_INET;
      ::inet_pton(AF_INET, ip.c_str(), &peer.target.sin_addr);
      peer.target.sin_port = htons(who == kPlainSubscriber ? static_cast<std::uint16_t>(kPlainPort + who) : kRelayPort);
    }
    if (choice_.tcp) {
      tcp_relay_ = std::make_unique<RTC::TcpServer>(this, this, &worker_.shared(), ip, kRelayPort, flags);
      for (const std::size_t who : {kBrowserPublisher, kBrowserSubscriber}) connections_[who].emplace(ip, kRelayPort);
      worker_.turn();
    }
    connect_plain(kPlainPublisher);
    connect_plain(kPlainSubscriber);
    drain();  // what an earlier input left
  }

  ~Session() override {
    flush();
    meeting_.close_router();
    meeting_.close_server();
    relay_.reset();
    tcp_relay_.reset();
    worker_.turn();
    drain();
  }

  void run() {
    while (input_.at < input_.end && datagrams_ < kMostDatagrams) {
      const std::uint8_t what = input_.next();
      const std::size_t who = (what >> 4U) % kPeers;
      switch (what % 16) {
        case 5: kept_ = input_.next(); [[fallthrough]];  // the next piece over TCP ends within a frame
        default: send(who, make_.protect(who, make_.rtp(who), false)); break;
        case 6:
        case 7: send(who, make_.protect(who, make_.rtcp(who), true)); break;
        case 8: send(who, stun(who)); break;
        case 9: send(who, make_.raw()); break;
        case 10: send(kStranger, {kAct, input_.next(), input_.next()}); break;
        case 11: {
          const std::uint8_t order = input_.next();
          act(order, input_.next());
          break;
        }
        case 12: flush(); break;
        case 13:
          flush();
          worker_.advance(input_.next() * std::int64_t{10});
          drain();
          break;
        case 14: handshake(is_browser(who) ? who : kBrowserSubscriber); break;
        case 15: segments(who); break;
      }
      if (pending_.size() >= kBatch) flush();
    }
  }

 private:
  // --- the worker's side: one batch, many receivers
  void OnUdpSocketPacketReceived(RTC::UdpSocket* socket, const std::uint8_t* data, std::size_t size, std::size_t room, const sockaddr* from,
                                 std::int64_t at_us) override {
    const std::uint16_t port = ntohs(reinterpret_cast<const sockaddr_in*>(from)->sin_port);
    if (port == sockets().ports[kStranger] && data[0] == kAct && size == 3) return act(data[1], data[2]);
    try {
      hand_over(socket, data, size, room, from, at_us);
    } catch (const std::exception& error) {
      // The socket would drop the datagram, but whatever was under way is lost.
      dd::check_failed("nothing is thrown", error.what(), __FILE__, __LINE__);
    }
  }

  void hand_over(RTC::UdpSocket* socket, const std::uint8_t* data, std::size_t size, std::size_t room, const sockaddr* from,
                 std::int64_t at_us) {
    const std::uint16_t port = ntohs(reinterpret_cast<const sockaddr_in*>(from)->sin_port);
    for (const std::size_t who : {kPlainPublisher, kPlainSubscriber}) {
      if (port != sockets().ports[who]) continue;
      if (auto* plain = worker_.object<RTC::PlainTransport>(kNames[who]))
        plain->OnUdpSocketPacketReceived(socket, data, size, room, from, at_us);
      return;
    }
    if (worker_.server) worker_.server->OnUdpSocketPacketReceived(socket, data, size, room, from, at_us);
  }

  void OnTcpConnectionPacketReceived(RTC::TcpConnection* connection, const std::uint8_t* data, std::size_t size, std::size_t room,
                                     std::int64_t at_us) override {
    if (data[0] == kAct && size == 3) {
      // What closes a transport closes its connection, and that comes from the channel only, never while one is read.
      constexpr std::array kClosing{0, 12, 13, 14, 15};
      if (std::ranges::find(kClosing, data[1] % 16) == kClosing.end()) act(data[1], data[2]);
      return;
    }
    try {
      if (worker_.server) worker_.server->OnTcpConnectionPacketReceived(connection, data, size, room, at_us);
    } catch (const std::exception& error) {
      dd::check_failed("nothing is thrown", error.what(), __FILE__, __LINE__);
    }
  }

  void OnRtcTcpConnectionClosed(RTC::TcpServer* server, RTC::TcpConnection* connection) override {
    if (worker_.server) worker_.server->OnRtcTcpConnectionClosed(server, connection);
  }

  // Whatever may happen between two datagrams.
  void act(std::uint8_t order, std::uint8_t about) {
    const std::size_t who = about % kStranger;
    const std::size_t publisher = who % 2 == 0 ? kBrowserPublisher : kPlainPublisher;
    const std::size_t subscriber = (about & 4) != 0 ? kBrowserSubscriber : kPlainSubscriber;
    const bool video = (about & 8) != 0;
    switch (order % 16) {
      case 0: meeting_.close_transport(who); break;
      case 1: meeting_.close_producer(publisher, video); break;
      case 2: meeting_.close_consumer(subscriber, publisher, video); break;
      case 3: worker_.ask(Method::PRODUCER_PAUSE, Meeting::producer(publisher, video)); break;
      case 4: worker_.ask(Method::PRODUCER_RESUME, Meeting::producer(publisher, video)); break;
      case 5: worker_.ask(Method::CONSUMER_PAUSE, Meeting::consumer(subscriber, publisher, video)); break;
      case 6: worker_.ask(Method::CONSUMER_RESUME, Meeting::consumer(subscriber, publisher, video)); break;
      case 7: meeting_.prefer(subscriber, publisher, about >> 4U & 3U, about >> 6U); break;
      case 8: worker_.ask(Method::CONSUMER_REQUEST_KEY_FRAME, Meeting::consumer(subscriber, publisher, true)); break;
      case 9:
        worker_.ask(Method::TRANSPORT_DUMP, kNames[who]);
        worker_.ask(Method::TRANSPORT_GET_STATS, kNames[who]);
        worker_.ask(Method::PRODUCER_GET_STATS, Meeting::producer(publisher, true));
        worker_.ask(Method::CONSUMER_GET_STATS, Meeting::consumer(subscriber, publisher, true));
        break;
      case 10: meeting_.limit_outgoing(subscriber, about * std::uint64_t{20'000}); break;
      case 11:
        if (is_browser(who)) worker_.ask(Method::TRANSPORT_RESTART_ICE, kNames[who]);
        break;
      case 12:
        if (worker_.object<RTC::Transport>(kNames[who])) break;
        meeting_.reopen(who);
        peers_[who].dtls.reset();
        peers_[who].srtp.reset();
        peers_[who].fragment.clear();
        for (Peer& peer : peers_) peer.mixed = true;
        if (connections_[who]) connections_[who].emplace(worker_.ip(), kRelayPort);
        if (!is_browser(who)) connect_plain(who);
        break;
      case 13: meeting_.close_server(); break;
      case 14: meeting_.close_router(); break;
      case 15:  // everything, with the socket that is read
        meeting_.close_router();
        meeting_.close_server();
        relay_.reset();
        break;
    }
  }

  // --- the peers' side
  static const Sockets& sockets() {
    static const Sockets all;
    return all;
  }

  struct Pending {
    std::size_t who;
    Datagram bytes;
    std::uint16_t segment;  // the kernel is to cut it there; 0: nowhere
  };

  void send(std::size_t who, Datagram bytes, std::uint16_t segment = 0) {
    if (bytes.empty()) return;
    ++datagrams_;
    pending_.push_back({who, std::move(bytes), segment});
  }

  void flush() {
    for (Pending& each : pending_) {
      if (connections_[each.who]) {
        connections_[each.who]->add(each.bytes);
        continue;
      }
      iovec part{each.bytes.data(), each.bytes.size()};
      msghdr header{};
      header.msg_name = &peers_[each.who].target;
      header.msg_namelen = sizeof(sockaddr_in);
      header.msg_iov = &part;
      header.msg_iovlen = 1;
      alignas(cmsghdr) char control[CMSG_SPACE(sizeof(std::uint16_t))]{};
      if (each.segment != 0) {
        header.msg_control = control;
        header.msg_controllen = sizeof(control);
        cmsghdr* message = CMSG_FIRSTHDR(&header);
        message->cmsg_level = SOL_UDP;
        message->cmsg_type = UDP_SEGMENT;
        message->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
        std::memcpy(CMSG_DATA(message), &each.segment, sizeof(each.segment));
      }
      static_cast<void>(::sendmsg(sockets().descriptors[each.who], &header, 0));
    }
    pending_.clear();
    for (auto& connection : connections_) {
      if (connection) connection->send(std::exchange(kept_, 0));
    }
    worker_.turn();
    drain();
  }

  void drain() {
    static std::array<std::uint8_t, 70'000> bytes;
    for (std::size_t who = 0; who < kPeers; ++who) {
      for (;;) {
        const ssize_t size = ::recv(sockets().descriptors[who], bytes.data(), bytes.size(), 0);
        if (size < 0) break;
        received(peers_[who], {bytes.data(), static_cast<std::size_t>(size)});
      }
      if (connections_[who]) connections_[who]->receive([&](load::MutableBytes frame) { received(peers_[who], frame); });
    }
  }

  void received(Peer& peer, load::MutableBytes datagram) {
    if (peer.dtls && !peer.srtp && load::is_dtls(datagram)) {
      static_cast<void>(peer.dtls->handle(datagram));
      return;
    }
    if (!peer.srtp || datagram.size() < 12 || datagram[0] < 128 || datagram[0] > 191) return;
    if (dd::rtp::is_rtcp(datagram)) {
      const bool plain = peer.srtp->unprotect_rtcp(datagram).has_value();
      DD_CHECK(plain || peer.mixed, "RTCP that does not decrypt");
      return;
    }
    const std::uint16_t sequence = dd::rtp::read_u16(datagram, 2);
    const std::uint32_t ssrc = dd::rtp::read_u32(datagram, 8);
    const auto last = peer.received.find(ssrc);
    // Begun near the end of a round, a stream whose first packets are lost never decrypts (RFC 3711, section 3.3.1).
    if (last == peer.received.end() && begins_anywhere(ssrc)) DD_CHECK(sequence < 0xC000, "a stream that began in the round's second half");
    const auto step = last == peer.received.end() ? std::int16_t{1} : static_cast<std::int16_t>(sequence - last->second);
    const bool plain = peer.srtp->unprotect_rtp(datagram).has_value();
    // What is repeated or far off may be refused by the subscriber too; then it no longer knows in which round the stream is, and as little
    // when its socket was full.
    if (!plain) {
      DD_CHECK(step <= 0 || step > 0x100 || peer.mixed || peer.lost.contains(ssrc), "a packet that does not decrypt");
      peer.lost.insert(ssrc);
    }
    if (plain && step > 0) peer.received[ssrc] = sequence;
  }

  void connect_plain(std::size_t who) {
    if (!worker_.object<RTC::PlainTransport>(kNames[who])) return;
    constexpr std::array kProfiles{load::SrtpProfile::kAeadAes256Gcm, load::SrtpProfile::kAeadAes128Gcm, load::SrtpProfile::kAes128CmSha1};
    flatbuffers::FlatBufferBuilder to;
    load::SrtpKeys keys;
    flatbuffers::Offset<FBS::SrtpParameters::SrtpParameters> srtp;
    const bool encrypted = choice_.plain_suite >= 0;
    if (encrypted) {
      keys.profile = kProfiles[static_cast<std::size_t>(choice_.plain_suite)];
      keys.local.assign(load::sizes_of(keys.profile).key + load::sizes_of(keys.profile).salt, static_cast<std::uint8_t>(who + 1));
      const std::string text = Utils::String::Base64Encode(keys.local.data(), keys.local.size());
      srtp = FBS::SrtpParameters::CreateSrtpParametersDirect(to, static_cast<FBS::SrtpParameters::SrtpCryptoSuite>(choice_.plain_suite),
                                                             text.c_str());
    }
    const auto body = who == kPlainPublisher
                          ? FBS::PlainTransport::CreateConnectRequestDirect(to, nullptr, {}, {}, srtp)
                          : FBS::PlainTransport::CreateConnectRequestDirect(to, worker_.ip().c_str(), sockets().ports[who], {}, srtp);
    const bool connected =
        worker_.ask(to, Method::PLAINTRANSPORT_CONNECT, kNames[who], RequestBody::PlainTransport_ConnectRequest, body.Union());
    DD_CHECK(connected, "a plain transport that cannot be connected");
    if (!encrypted) return;
    const auto* answer = worker_.answer().body_as_PlainTransport_ConnectResponse();
    std::size_t length = 0;
    const std::uint8_t* remote = Utils::String::Base64Decode(answer->srtpParameters()->keyBase64()->str(), length);
    keys.remote.assign(remote, remote + length);
    auto session = load::SrtpSession::open(keys);
    DD_CHECK(session, "no SRTP session");
    peers_[who].srtp.emplace(std::move(*session));
  }

  bool ask_for_credentials(std::size_t who) {
    if (!worker_.ask(Method::TRANSPORT_DUMP, kNames[who])) return false;
    const auto* dump = worker_.answer().body_as_WebRtcTransport_DumpResponse();
    peers_[who].fragment = dump->iceParameters()->usernameFragment()->str();
    peers_[who].password = dump->iceParameters()->password()->str();
    return true;
  }

  void handshake(std::size_t who) {
    Peer& peer = peers_[who];
    flush();
    if (peer.dtls || handshakes_ >= kMostHandshakes || !ask_for_credentials(who)) return;
    ++handshakes_;
    datagrams_ += 8;
    std::string fingerprint;
    for (const auto& each : RTC::DtlsTransport::GetLocalFingerprints()) {
      if (each.algorithm == RTC::DtlsTransport::FingerprintAlgorithm::SHA256) fingerprint = each.value;
    }
    flatbuffers::FlatBufferBuilder to;
    const std::vector fingerprints{FBS::WebRtcTransport::CreateFingerprintDirect(to, FBS::WebRtcTransport::FingerprintAlgorithm::SHA256,
                                                                                 identity().fingerprint().c_str())};
    const auto dtls = FBS::WebRtcTransport::CreateDtlsParametersDirect(to, &fingerprints, FBS::WebRtcTransport::DtlsRole::CLIENT);
    const auto body = FBS::WebRtcTransport::CreateConnectRequest(to, dtls);
    worker_.ask(to, Method::WEBRTCTRANSPORT_CONNECT, kNames[who], RequestBody::WebRtcTransport_ConnectRequest, body.Union());
    peer.dtls = std::make_unique<load::DtlsClient>(identity(), fingerprint);
    send(who, binding_request(who));
    static_cast<void>(peer.dtls->start());
    for (int flight = 0; flight < 4 && !peer.dtls->keys(); ++flight) {
      for (auto& datagram : peer.dtls->outgoing()) send(who, std::move(datagram));
      peer.dtls->outgoing().clear();
      flush();
    }
    if (!peer.dtls->keys()) return;
    auto session = load::SrtpSession::open(*peer.dtls->keys());
    DD_CHECK(session, "no SRTP session");
    peer.srtp.emplace(std::move(*session));
  }

  Datagram binding_request(std::size_t who) {
    load::StunTransaction transaction{};
    transaction[0] = static_cast<std::uint8_t>(++transactions_);
    return load::encode_binding_request({.transaction = transaction,
                                         .username = peers_[who].fragment + ":peer",
                                         .password = peers_[who].password,
                                         .tie_breaker = 1,
                                         .priority = 0x6E001EFF});
  }

  Datagram stun(std::size_t who) {
    const std::uint8_t what = input_.next();
    const std::size_t whom = (what & 1U) != 0 ? kBrowserPublisher : kBrowserSubscriber;
    if (who != whom) peers_[who].mixed = true;
    // A stranger or another participant may try a name; asked for now, it is the new one after an ICE restart.
    if (peers_[whom].fragment.empty() || (what & 2U) != 0) static_cast<void>(ask_for_credentials(whom));
    Datagram out = peers_[whom].fragment.empty() ? Datagram(20) : binding_request(whom);
    for (int i = 0; i < what >> 5U; ++i) make_.spoil(out);
    return out;
  }

  // Many packets of one size, sent as one: what a sender with segmentation offload does. The receiver's kernel cuts them again.
  void segments(std::size_t who) {
    const std::uint8_t how = input_.next();
    Datagram all;
    std::size_t size = 0;
    Datagram one = make_.protect(who, make_.rtp(who), false);
    for (int i = 0; i <= how % 32; ++i) {
      if (size == 0) size = one.size();
      if (one.size() > size || all.size() + one.size() > 65'000) break;
      all.insert(all.end(), one.begin(), one.end());
      if (one.size() >= 4 && !peers_[who].srtp) load::write_u16(one, 2, dd::rtp::read_u16(one, 2) + 1U);
    }
    const auto segment = static_cast<std::uint16_t>(size);
    send(who, std::move(all), segment > 1472 ? std::uint16_t{1472} : segment);
  }

  WorkerInProcess& worker_;
  Input& input_;
  Choice choice_;
  Meeting meeting_;
  std::unique_ptr<RTC::UdpSocket> relay_;
  std::unique_ptr<RTC::TcpServer> tcp_relay_;
  std::array<std::optional<FramedConnection>, kPeers> connections_;
  std::size_t kept_ = 0;
  std::array<Peer, kPeers> peers_;
  DatagramMaker make_{input_, choice_, peers_};
  std::vector<Pending> pending_;
  int datagrams_ = 0;
  int handshakes_ = 0;
  unsigned transactions_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool started = (start_srtp_for_peers(), true);
  static_cast<void>(started);
#ifdef DD_MS_BATCH_CLOCK
  static const bool frozen = clock_stands_in_a_batch();
  DD_CHECK(frozen, "the clock goes on in a batch");
#endif
  static const bool counts = probation_counts_for_each_transport();
  DD_CHECK(counts, "probing of one transport that changes another's");
  Input input{data, data + size};
  const std::uint8_t first = input.next();
  const std::uint8_t second = input.next();
  Choice choice;
  choice.codec = first % kVideoCodecs.size();
  choice.encodings = (first >> 2U & 3U) % 3 + std::size_t{1};
  choice.by_rid = (first & 16U) != 0;
  choice.pipe = (first & 32U) != 0;
  choice.transport_cc = (first & 64U) == 0;
  choice.tcp = (first & 128U) != 0;
  choice.plain_suite = second % 4 - 1;
  Session session(input, choice);
  session.run();
  return 0;
}
