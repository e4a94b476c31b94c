// SPDX-License-Identifier: MIT
#define MS_CLASS "UdpSocketHandle"

#include "handles/UdpSocketHandle.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <exception>
#include <memory>

#include "DepLibUV.hpp"
#include "Logger.hpp"
#include "MediaSoupErrors.hpp"
#include "Utils.hpp"
#include "batch.hpp"

namespace {

using dd::Batch;

// Batches before the other handles of the loop get their turn.
constexpr int kRounds = 8;

// What recvmmsg fills, for all sockets of this loop.
struct Headers {
  std::array<sockaddr_storage, Batch::kDatagrams> from;
  std::array<iovec, Batch::kDatagrams> parts;
  std::array<mmsghdr, Batch::kDatagrams> all{};

  Headers() {
    for (size_t i = 0; i < Batch::kDatagrams; ++i) {
      this->parts[i] = {Batch::slot(i), Batch::kSlot};
      this->all[i].msg_hdr.msg_iov = &this->parts[i];
      this->all[i].msg_hdr.msg_iovlen = 1;
      this->all[i].msg_hdr.msg_name = &this->from[i];
    }
  }
};

Headers& headers() {
  static thread_local Headers ofThisLoop;
  return ofThisLoop;
}

void onReady(uv_poll_t* handle, int status, int events) {
  if (auto* socket = static_cast<UdpSocketHandle*>(handle->data)) socket->OnUvReady(status, events);
}

void onClosePoll(uv_handle_t* handle) { delete reinterpret_cast<uv_poll_t*>(handle); }
void onCloseUdp(uv_handle_t* handle) { delete reinterpret_cast<uv_udp_t*>(handle); }

int descriptorOf(uv_udp_t* handle) {
  uv_os_fd_t descriptor = -1;
  return uv_fileno(reinterpret_cast<uv_handle_t*>(handle), &descriptor) == 0 ? descriptor : -1;
}

}  // namespace

UdpSocketHandle::UdpSocketHandle(uv_udp_t* uvHandle) : dd::SendSocket(descriptorOf(uvHandle)), uvHandle(uvHandle) {
  this->uvHandle->data = this;
  this->uvPoll = new uv_poll_t;
  int err = uv_poll_init(DepLibUV::GetLoop(), this->uvPoll, descriptorOf(uvHandle));
  if (err != 0) {
    delete this->uvPoll;
    uv_close(reinterpret_cast<uv_handle_t*>(this->uvHandle), onCloseUdp);
    MS_THROW_ERROR("uv_poll_init() failed: %s", uv_strerror(err));
  }
  this->uvPoll->data = this;

  err = Watch(UV_READABLE);
  if (err != 0 || !SetLocalAddress()) {
    uv_close(reinterpret_cast<uv_handle_t*>(this->uvPoll), onClosePoll);
    uv_close(reinterpret_cast<uv_handle_t*>(this->uvHandle), onCloseUdp);
    MS_THROW_ERROR("error watching the socket or getting its local IP and port");
  }
}

UdpSocketHandle::~UdpSocketHandle() { InternalClose(); }

void UdpSocketHandle::Dump(int indentation) const {
  MS_DUMP_CLEAN(indentation, "<UdpSocketHandle>");
  MS_DUMP_CLEAN(indentation, "  local IP: %s", this->localIp.c_str());
  MS_DUMP_CLEAN(indentation, "  local port: %" PRIu16, static_cast<uint16_t>(this->localPort));
  MS_DUMP_CLEAN(indentation, "  closed: %s", this->closed ? "yes" : "no");
  MS_DUMP_CLEAN(indentation, "</UdpSocketHandle>");
}

#ifdef DD_MS_SEND_QUEUE

void UdpSocketHandle::Send(const uint8_t* data, size_t len, const struct sockaddr* addr, UdpSocketHandle::onSendCallback* cb) {
  if (this->closed || len == 0) {
    if (cb) {
      (*cb)(false);
      delete cb;
    }
    return;
  }
  // What leaves, as far as is known here; like stock's, it counts what waits for the kernel too.
  this->sentBytes += len;
  dd::SendQueue::of_this_loop().push(*this, data, len, addr, cb);
}

#else

// One system call per datagram, as stock; what the kernel does not take at once is lost, as it would be on the way.
void UdpSocketHandle::Send(const uint8_t* data, size_t len, const struct sockaddr* addr, UdpSocketHandle::onSendCallback* cb) {
  bool sent = false;
  if (!this->closed && len > 0) {
    uv_buf_t buffer = uv_buf_init(reinterpret_cast<char*>(const_cast<uint8_t*>(data)), len);
    sent = uv_udp_try_send(this->uvHandle, &buffer, 1, addr) == static_cast<int>(len);
    if (sent) this->sentBytes += len;
  }
  if (cb) {
    (*cb)(sent);
    delete cb;
  }
}

#endif

uint32_t UdpSocketHandle::GetSendBufferSize() const {
  int size{0};
  const int err = uv_send_buffer_size(reinterpret_cast<uv_handle_t*>(this->uvHandle), &size);
  if (err) MS_THROW_ERROR("uv_send_buffer_size() failed: %s", uv_strerror(err));
  return static_cast<uint32_t>(size);
}

void UdpSocketHandle::SetSendBufferSize(uint32_t size) {
  auto sizeInt = static_cast<int>(size);
  if (sizeInt <= 0) MS_THROW_TYPE_ERROR("invalid size: %d", sizeInt);
  const int err = uv_send_buffer_size(reinterpret_cast<uv_handle_t*>(this->uvHandle), &sizeInt);
  if (err) MS_THROW_ERROR("uv_send_buffer_size() failed: %s", uv_strerror(err));
}

uint32_t UdpSocketHandle::GetRecvBufferSize() const {
  int size{0};
  const int err = uv_recv_buffer_size(reinterpret_cast<uv_handle_t*>(this->uvHandle), &size);
  if (err) MS_THROW_ERROR("uv_recv_buffer_size() failed: %s", uv_strerror(err));
  return static_cast<uint32_t>(size);
}

void UdpSocketHandle::SetRecvBufferSize(uint32_t size) {
  auto sizeInt = static_cast<int>(size);
  if (sizeInt <= 0) MS_THROW_TYPE_ERROR("invalid size: %d", sizeInt);
  const int err = uv_recv_buffer_size(reinterpret_cast<uv_handle_t*>(this->uvHandle), &sizeInt);
  if (err) MS_THROW_ERROR("uv_recv_buffer_size() failed: %s", uv_strerror(err));
}

int UdpSocketHandle::Watch(int events) { return uv_poll_start(this->uvPoll, events, onReady); }

void UdpSocketHandle::want_writable(bool on) {
  if (!this->closed) Watch(on ? UV_READABLE | UV_WRITABLE : UV_READABLE);
}

void UdpSocketHandle::OnUvReady(int status, int events) {
  if (status != 0) return;  // the descriptor's error is read, and so cleared, with the next datagram
#ifdef DD_MS_SEND_QUEUE
  if (events & UV_WRITABLE) dd::SendQueue::of_this_loop().writable(*this);
#endif
  if (events & UV_READABLE) Receive();
}

void UdpSocketHandle::Receive() {
  Headers& received = headers();
  uv_poll_t* const poll = this->uvPoll;  // outlives this object until the loop's next round
  for (int round = 0; round < kRounds; ++round) {
    for (mmsghdr& header : received.all) header.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    const int count = ::recvmmsg(descriptorOf(this->uvHandle), received.all.data(), Batch::kDatagrams, MSG_DONTWAIT, nullptr);
    if (count < 0) {
      // An error of an earlier datagram (ICMP) ends nothing: there may be more to read.
      if (errno == EAGAIN || errno == EBADF || errno == ENOMEM) return;
      continue;
    }
    {
      const Batch batch;
      for (int i = 0; i < count; ++i) {
        const mmsghdr& header = received.all[static_cast<size_t>(i)];
        if (header.msg_len == 0 || (header.msg_hdr.msg_flags & MSG_TRUNC) != 0) continue;
        this->recvBytes += header.msg_len;
        try {
          UserOnUdpDatagramReceived(Batch::slot(static_cast<size_t>(i)), header.msg_len, Batch::kSlot,
                                    reinterpret_cast<const struct sockaddr*>(&received.from[static_cast<size_t>(i)]));
        } catch (const std::exception& error) {
          // Whatever a stranger's datagram is thrown at for, it must not cost the worker; libuv's C could not even pass it on.
          MS_ERROR("a datagram was dropped: %s", error.what());
        }
        if (!poll->data) break;  // closed meanwhile
      }
    }
    if (!poll->data || count < static_cast<int>(Batch::kDatagrams)) return;
  }
}

void UdpSocketHandle::InternalClose() {
  if (this->closed) return;
#ifdef DD_MS_SEND_QUEUE
  // Before it counts as closed: what was just said (a goodbye, often) is still sent. No callback runs in here.
  dd::SendQueue::of_this_loop().close(*this);
#endif
  this->closed = true;
  this->uvHandle->data = nullptr;
  this->uvPoll->data = nullptr;
  // In this order: the second closes the descriptor.
  uv_close(reinterpret_cast<uv_handle_t*>(this->uvPoll), onClosePoll);
  uv_close(reinterpret_cast<uv_handle_t*>(this->uvHandle), onCloseUdp);
}

bool UdpSocketHandle::SetLocalAddress() {
  int len = sizeof(this->localAddr);
  const int err = uv_udp_getsockname(this->uvHandle, reinterpret_cast<struct sockaddr*>(&this->localAddr), &len);
  if (err != 0) {
    MS_ERROR("uv_udp_getsockname() failed: %s", uv_strerror(err));
    return false;
  }
  int family = 0;
  Utils::IP::GetAddressInfo(GetLocalAddress(), family, this->localIp, this->localPort);
  return true;
}
