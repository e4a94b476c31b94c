// SPDX-License-Identifier: MIT
// In the place of mediasoup's class of this name, with its interface: a UDP socket that receives many datagrams per system call and
// sends through SendQueue (DD_MS_SEND_QUEUE). libuv keeps the descriptor and waits for it; reading and writing are done here, because
// libuv's own reading makes a system call per datagram with a buffer of this size, and its sending one per datagram always.
// Owned by the worker's loop. The definition below keeps the original out.
#pragma once
#define MS_UDP_SOCKET_HANDLE_HPP

#include <uv.h>

#include <string>

#include "common.hpp"
#include "send_queue.hpp"

class UdpSocketHandle : private dd::SendSocket {
 protected:
  using onSendCallback = const std::function<void(bool sent)>;

 public:
  // uvHandle must be initialised and bound; it is this object's from here on.
  explicit UdpSocketHandle(uv_udp_t* uvHandle);
  UdpSocketHandle& operator=(const UdpSocketHandle&) = delete;
  UdpSocketHandle(const UdpSocketHandle&) = delete;
  ~UdpSocketHandle() override;

  bool IsClosed() const { return this->closed; }
  void Dump(int indentation = 0) const;
  void Send(const uint8_t* data, size_t len, const struct sockaddr* addr, UdpSocketHandle::onSendCallback* cb);
  const struct sockaddr* GetLocalAddress() const { return reinterpret_cast<const struct sockaddr*>(std::addressof(this->localAddr)); }
  int GetLocalFamily() const { return GetLocalAddress()->sa_family; }
  const std::string& GetLocalIp() const { return this->localIp; }
  uint16_t GetLocalPort() const { return this->localPort; }
  size_t GetRecvBytes() const { return this->recvBytes; }
  size_t GetSentBytes() const { return this->sentBytes; }
  uint32_t GetSendBufferSize() const;
  void SetSendBufferSize(uint32_t size);
  uint32_t GetRecvBufferSize() const;
  void SetRecvBufferSize(uint32_t size);

  // Fired by libuv.
  void OnUvReady(int status, int events);

 protected:
  virtual void UserOnUdpDatagramReceived(const uint8_t* data, size_t len, size_t bufferLen, const struct sockaddr* addr) = 0;

  struct sockaddr_storage localAddr {};
  std::string localIp;
  uint16_t localPort{0};

 private:
  void InternalClose();
  bool SetLocalAddress();
  int Watch(int events);
  void Receive();
  void want_writable(bool on) override;

  uv_udp_t* uvHandle{nullptr};
  uv_poll_t* uvPoll{nullptr};
  bool closed{false};
  size_t recvBytes{0};
  size_t sentBytes{0};
};
