// SPDX-License-Identifier: MIT
// Datagrams made from a fuzzer's input: RTP of the streams that worker_meeting.hpp knows, RTCP about them, DTLS records and anything. They
// are what a peer would send, with what the input wants to be different; then encrypted with the peer's keys, or spoiled.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bench/load/dtls_client.hpp"
#include "bench/load/srtp_session.hpp"
#include "worker_meeting.hpp"

namespace dd::fuzz {

namespace load = dd::load;
using Datagram = std::vector<std::uint8_t>;

// The bytes of the input, one at a time; zeros behind its end.
struct Input {
  const std::uint8_t* at;
  const std::uint8_t* end;
  std::uint8_t next() { return at < end ? *at++ : std::uint8_t{0}; }
  void append_to(Datagram& out, std::size_t count) {
    while (count-- > 0) out.push_back(next());
  }
};

struct Peer {
  sockaddr_in target{};
  std::unique_ptr<load::DtlsClient> dtls;
  std::optional<load::SrtpSession> srtp;
  std::string fragment, password;
  // Not all that comes is for these keys: a transport was opened again, or another's was told to send here.
  bool mixed = false;
  std::set<std::uint32_t> lost;                           // streams
  std::map<std::uint32_t, std::uint16_t> sent, received;  // highest sequence number by SSRC
};

class DatagramMaker {
 public:
  DatagramMaker(Input& input, const Choice& choice, std::array<Peer, kPeers>& peers) : input_(input), choice_(choice), peers_(peers) {}

  Datagram protect(std::size_t who, Datagram plain, bool is_rtcp) {
    const std::uint8_t how = input_.next();
    if (how >= 240) spoil(plain);
    if (peers_[who].srtp && how % 16 != 15 && plain.size() >= 12) {
      const std::size_t size = plain.size();
      plain.resize(size + load::kSrtpOverhead);
      auto& srtp = *peers_[who].srtp;
      const auto encrypted = is_rtcp ? srtp.protect_rtcp(plain, size) : srtp.protect_rtp(plain, size);
      plain.resize(encrypted.value_or(size));
      if (how % 16 == 14) spoil(plain);
    }
    return plain;
  }

  void spoil(Datagram& bytes) {
    const std::size_t at = input_.next();
    if (!bytes.empty()) bytes[at % bytes.size()] = input_.next();
    if (at % 4 == 3) bytes.resize(bytes.size() / 2);
  }

  Datagram rtp(std::size_t who) {
    const std::uint8_t what = input_.next();
    const std::size_t stream = what & 3U;
    const bool video = stream < 3;
    const bool rtx = video && (what & 4U) != 0;
    const bool extended = (what & 8U) != 0;
    const bool padded = (what & 16U) != 0;
    std::uint32_t ssrc = ssrc_of(who, stream);
    if (rtx) ssrc = rtx_of(ssrc);
    if ((what & 0xe0U) == 0xe0U) ssrc += 500 + input_.next();
    std::uint16_t& sequence = peers_[who].sent[ssrc];
    const std::uint8_t step = input_.next();  // mostly the next one; else back, ahead or far off
    sequence = static_cast<std::uint16_t>(sequence + (step < 192 ? 1 : step < 250 ? step - 220 : (step - 250) * 9000));

    Datagram out;
    load::append_u8(out, 0x80U | (extended ? 0x10U : 0U) | (padded ? 0x20U : 0U));
    load::append_u8(out, ((what & 32U) != 0 ? 0x80U : 0U) | (rtx ? kRtxType : video ? kVideoType : kAudioType));
    load::append_u16(out, sequence);
    load::append_u32(out, static_cast<std::uint32_t>(sequence / 4 * 3000U));
    load::append_u32(out, ssrc);
    if (extended) extensions(out, stream);
    if (rtx) load::append_u16(out, static_cast<std::uint32_t>(sequence - input_.next() % 8));
    const std::uint8_t length = input_.next();
    if (video && (length & 1U) != 0) {
      payload_head(out, sequence);
    } else {
      input_.append_to(out, input_.next() % 24);
    }
    out.resize(out.size() + (length < 250 ? length * 5U : length * 36U), static_cast<std::uint8_t>(sequence));
    if (padded) out.back() = input_.next();
    return out;
  }

  Datagram rtcp(std::size_t who) {
    Datagram out;
    const std::uint8_t packets = input_.next();
    for (int i = 0; i <= packets % 3; ++i) one_rtcp(out, who);
    return out;
  }

  Datagram raw() {
    Datagram out;
    const std::uint8_t what = input_.next();
    if ((what & 1U) != 0) {  // a DTLS record
      load::append_u8(out, 20 + what % 7U);
      load::append_u16(out, 0xfefd);
      out.resize(11);
      load::append_u16(out, what >> 3U);
    }
    input_.append_to(out, what >> 2U);
    if ((what & 2U) != 0) out.resize(out.size() + input_.next() * std::size_t{230}, 0x80);
    return out;
  }

 private:
  void extensions(Datagram& out, std::size_t stream) {
    const std::uint8_t which = input_.next();
    Datagram body;
    const bool two_bytes = (which & 1U) != 0;
    const auto element = [&](std::uint32_t id, std::size_t size) {
      if (two_bytes) {
        load::append_u8(body, id);
        load::append_u8(body, static_cast<std::uint32_t>(size));
      } else {
        load::append_u8(body, id << 4U | static_cast<std::uint32_t>((size - 1) & 15U));
      }
    };
    if ((which & 2U) != 0) {
      element(kMidId, 1);
      load::append_u8(body, stream < 3 ? 'v' : 'a');
    }
    if ((which & 4U) != 0) {
      element(kRidId, 2);
      load::append_u8(body, 'r');
      load::append_u8(body, '0' + static_cast<std::uint32_t>(stream));
    }
    for (unsigned bit = 3; bit < 8; ++bit) {
      if ((which >> bit & 1U) == 0) continue;
      const std::size_t size = input_.next() % 12 + std::size_t{1};
      element(input_.next() % 16U, size);
      input_.append_to(body, size);
    }
    while (body.size() % 4 != 0) body.push_back(0);
    load::append_u16(out, two_bytes ? 0x1000 : 0xbede);
    load::append_u16(out, static_cast<std::uint32_t>(body.size() / 4));
    out.insert(out.end(), body.begin(), body.end());
  }

  // The beginning of a frame of the codec, with a picture id and layers; a key frame or not.
  void payload_head(Datagram& out, std::uint16_t picture) {
    const std::uint8_t what = input_.next();
    const bool key = (what & 1U) != 0;
    const std::uint32_t temporal = what >> 1U & 3U, spatial = what >> 3U & 3U;
    switch (choice_.codec) {
      case 0:
        for (const std::uint32_t byte :
             {0x90U, 0xf0U, 0x80U | (picture >> 8U & 0x7fU), picture & 0xffU, std::uint32_t{picture} / 4U & 0xffU, temporal << 6U | 0x20U,
              key ? 0x10U : 0x11U, 0x02U, 0x00U, 0x9dU, 0x01U, 0x2aU, 0x80U, 0x02U, 0x68U, 0x01U}) {
          load::append_u8(out, byte);
        }
        break;
      case 1:
        for (const std::uint32_t byte :
             {key ? 0xacU : 0xecU, 0x80U | (picture >> 8U & 0x7fU), picture & 0xffU, temporal << 5U | spatial << 1U, picture & 0xffU}) {
          load::append_u8(out, byte);
        }
        break;
      case 2:
        for (const std::uint32_t byte : {key ? 0x65U : 0x61U, 0x88U, 0x84U}) load::append_u8(out, byte);
        break;
      default:
        for (const std::uint32_t byte : {key ? 0x18U : 0x10U, 0x0aU, 0x0bU}) load::append_u8(out, byte);
    }
  }

  // Of a stream that this peer sends or is sent, mostly.
  std::uint32_t some_ssrc(std::size_t who) {
    const std::uint8_t which = input_.next();
    const std::uint32_t rtx = (which & 128U) != 0 ? 10 : 0;
    if (which % 16 == 15) return which * 77U;
    if (who == kBrowserPublisher || who == kPlainPublisher) return ssrc_of(who, which & 3U) + rtx;
    return consumer_ssrc(who, which >> 2U & 1U, which & 3U) + rtx;
  }

  void one_rtcp(Datagram& out, std::size_t who) {
    constexpr std::array<std::array<std::uint8_t, 2>, 16> kKinds{{{200, 0},
                                                                  {201, 1},
                                                                  {205, 1},
                                                                  {206, 1},
                                                                  {206, 4},
                                                                  {206, 15},
                                                                  {205, 15},
                                                                  {202, 1},
                                                                  {203, 1},
                                                                  {207, 0},
                                                                  {200, 1},
                                                                  {201, 31},
                                                                  {205, 3},
                                                                  {206, 2},
                                                                  {204, 0},
                                                                  {206, 3}}};
    const std::uint8_t what = input_.next();
    const auto [type, count] = kKinds[what % 16];
    const std::size_t begin = out.size();
    load::append_u8(out, 0x80U | count);
    load::append_u8(out, type);
    load::append_u16(out, 0);
    const std::uint32_t ssrc = some_ssrc(who);
    load::append_u32(out, type == 205 || type == 206 ? 1 : ssrc);
    if (type == 205 || type == 206) load::append_u32(out, ssrc);
    if (type == 201 && count == 1) load::append_u32(out, ssrc);
    if (type == 200) {
      load::append_u32(out, static_cast<std::uint32_t>(monotonic_ns / 1'000'000'000));
      load::append_u32(out, 0);
      load::append_u32(out, static_cast<std::uint32_t>(peers_[who].sent[ssrc] / 4 * 3000U));
      load::append_u32(out, 10);
      load::append_u32(out, 1000);
      if (count == 1) load::append_u32(out, ssrc);
    }
    if (type == 205 && count == 1) {
      load::append_u16(out, static_cast<std::uint32_t>(peers_[who].received[ssrc] - input_.next() % 64));
    } else if (type == 206 && count == 15) {
      for (const char letter : {'R', 'E', 'M', 'B'}) load::append_u8(out, static_cast<std::uint8_t>(letter));
    } else if (type == 206 && count == 4) {
      load::append_u32(out, ssrc);
    }
    input_.append_to(out, input_.next() % 40);
    while (out.size() % 4 != 0) out.push_back(0);
    const std::size_t words = (out.size() - begin) / 4 - 1;
    load::write_u16(load::MutableBytes(out).subspan(begin), 2, static_cast<std::uint32_t>(what >= 250 ? words + what - 252 : words));
  }

  Input& input_;
  const Choice& choice_;
  std::array<Peer, kPeers>& peers_;
};

}  // namespace dd::fuzz
