// SPDX-License-Identifier: MIT
// mediasoup's worker inside a fuzzer: its loop, its static parts and the requests of its channel, without Worker itself, whose constructor
// runs the loop to its end. Here the fuzzer turns the loop, and decides what time it is: a definition of clock_gettime() makes libuv's
// and the worker's monotonic clock a number that only advance() moves, so that an input does the same on every machine, and timers of
// seconds fire in an instant. One for the process, on one thread; routers and servers are made and closed for each input.
#pragma once

#include <arpa/inet.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "Channel/ChannelMessageRegistrator.hpp"
#include "Channel/ChannelNotifier.hpp"
#include "Channel/ChannelSocket.hpp"
#include "DepLibSRTP.hpp"
#include "DepLibUV.hpp"
#include "DepLibWebRTC.hpp"
#include "DepOpenSSL.hpp"
#include "FBS/message.h"
#include "Logger.hpp"
#include "MediaSoupErrors.hpp"
#include "RTC/DtlsTransport.hpp"
#include "RTC/Router.hpp"
#include "RTC/SrtpSession.hpp"
#include "RTC/WebRtcServer.hpp"
#include "Shared.hpp"
#include "Utils.hpp"
#include "base/check.hpp"

namespace dd::fuzz {

inline std::int64_t monotonic_ns = std::int64_t{1'000'000} * 1'000'000'000;

}  // namespace dd::fuzz

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  if (clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_COARSE) return static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
  now->tv_sec = dd::fuzz::monotonic_ns / 1'000'000'000;
  now->tv_nsec = dd::fuzz::monotonic_ns % 1'000'000'000;
  return 0;
}

namespace dd::fuzz {

using Method = FBS::Request::Method;
using RequestBody = FBS::Request::Body;

class WorkerInProcess : public RTC::Router::Listener {
 public:
  static WorkerInProcess& only() {
    static WorkerInProcess worker;
    return worker;
  }

  // Loopback addresses are plenty: this one is this process's, so its ports collide with nobody's.
  const std::string& ip() const { return ip_; }
  Shared& shared() { return *shared_; }

  // Turns the loop until nothing is left to read.
  void turn() {
    for (int i = 0; i < 3; ++i) uv_run(DepLibUV::GetLoop(), UV_RUN_NOWAIT);
  }
  void advance(std::int64_t milliseconds) {
    monotonic_ns += milliseconds * 1'000'000;
    turn();
  }

  // A request as the server would send it; `builder` holds its body. False when it was refused, as it is when the object is gone.
  bool ask(flatbuffers::FlatBufferBuilder& builder, Method method, const std::string& handler, RequestBody type = RequestBody::NONE,
           flatbuffers::Offset<void> body = 0) {
    builder.Finish(FBS::Request::CreateRequestDirect(builder, 1, method, handler.c_str(), type, body));
    Channel::ChannelRequest request(channel_.get(), flatbuffers::GetRoot<FBS::Request::Request>(builder.GetBufferPointer()));
    try {
      auto* receiver = shared_->GetChannelMessageRegistrator()->GetChannelRequestHandler(handler);
      if (!receiver) return false;
      receiver->HandleRequest(&request);
      return true;
    } catch (const MediaSoupTypeError& error) {
      request.TypeError(error.what());
    } catch (const MediaSoupNotFoundError& error) {
      request.NotFoundError(error.what());
    } catch (const MediaSoupError& error) {
      request.Error(error.what());
    }
    return false;
  }
  bool ask(Method method, const std::string& handler) {
    flatbuffers::FlatBufferBuilder builder;
    return ask(builder, method, handler);
  }

  // What the last request was answered.
  const FBS::Response::Response& answer() const { return *FBS::Message::GetSizePrefixedMessage(answer_.data())->data_as_Response(); }

  template <typename Type>
  Type* object(const std::string& id) {
    return dynamic_cast<Type*>(shared_->GetChannelMessageRegistrator()->GetChannelRequestHandler(id));
  }

  // Its transports ask for the server by name; there is one at most.
  std::unique_ptr<RTC::WebRtcServer> server;
  std::unique_ptr<RTC::Router> router;

  RTC::WebRtcServer* OnRouterNeedWebRtcServer(const RTC::Router*, const std::string&) override { return server.get(); }

 private:
  WorkerInProcess() {
    in_addr address{htonl((127U << 24) | ((static_cast<std::uint32_t>(::getpid()) * 2654435761U) >> 8) | 2U)};
    char text[INET_ADDRSTRLEN];
    ip_ = ::inet_ntop(AF_INET, &address, text, sizeof(text));

    DepLibUV::ClassInit();
    channel_ = std::make_unique<Channel::ChannelSocket>(&read, nullptr, &write, this);
    shared_ = std::make_unique<Shared>(new Channel::ChannelMessageRegistrator(), new Channel::ChannelNotifier(channel_.get()));
    channel_->SetShared(shared_.get());
    Logger::ClassInit(channel_.get());
    DepOpenSSL::ClassInit();
    DepLibSRTP::ClassInit();
    DepLibWebRTC::ClassInit();
    Utils::Crypto::ClassInit();
    RTC::DtlsTransport::ClassInit();
    RTC::SrtpSession::ClassInit();
  }

  static ChannelReadFreeFn read(std::uint8_t**, std::uint32_t*, std::size_t*, const void*, ChannelReadCtx) { return nullptr; }

  static void write(const std::uint8_t* bytes, std::uint32_t size, ChannelWriteCtx context) {
    flatbuffers::Verifier verifier(bytes, size);
    DD_CHECK(FBS::Message::VerifySizePrefixedMessageBuffer(verifier), "the worker said what nobody can read");
    if (FBS::Message::GetSizePrefixedMessage(bytes)->data_type() != FBS::Message::Body::Response) return;
    static_cast<WorkerInProcess*>(context)->answer_.assign(bytes, bytes + size);
  }

  std::string ip_;
  std::unique_ptr<Channel::ChannelSocket> channel_;
  std::unique_ptr<Shared> shared_;
  std::vector<std::uint8_t> answer_;
};

}  // namespace dd::fuzz
