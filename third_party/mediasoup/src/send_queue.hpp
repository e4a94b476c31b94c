// SPDX-License-Identifier: MIT
// Datagrams on their way out, sent many at a time. Neighbours to one destination of one length (the last may be shorter) become one
// message that the kernel cuts (UDP_SEGMENT), and all messages of a socket one sendmmsg(). It is no pacer: the loop flushes it at the
// end of each batch of received datagrams and before and after it waits, so nothing is ever held to wait for more.
// Order per destination is the order of push(). Owned by one loop, that is one thread; sockets must be closed in it before they go.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace dd {

// Called once with the fate of the datagram, and deleted. Null for who does not ask.
using SentCallback = const std::function<void(bool sent)>;

struct Destination {
  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };
  socklen_t length = 0;

  Destination() : v6{} {}
  explicit Destination(const sockaddr* address);  // length 0 if the family is neither IPv4 nor IPv6
  bool operator==(const Destination& other) const;
};

// What the queue knows of a socket. The owner of the descriptor derives from it.
class SendSocket {
 public:
  explicit SendSocket(int descriptor);
  virtual ~SendSocket() = default;
  SendSocket(const SendSocket&) = delete;
  SendSocket& operator=(const SendSocket&) = delete;

  bool segments() const { return segments_; }
  void set_segments_for_test(bool on) { segments_ = on; }

 protected:
  void set_descriptor(int descriptor);
  // From now on (or no longer) SendQueue::writable() is to be called when the descriptor takes data again.
  virtual void want_writable(bool on) = 0;

 private:
  friend class SendQueue;

  struct Held {
    std::vector<std::uint8_t> bytes;
    Destination to;
    SentCallback* callback;
  };

  bool refuses_segments(const Destination& to) const;

  int descriptor_ = -1;
  bool segments_ = false;  // the kernel cuts for this socket
  bool blocked_ = false;   // everything goes to held_ until writable()
  std::deque<Held> held_;
  std::size_t held_bytes_ = 0;
  // Destinations whose route refused a message to be cut, for instance for its smaller MTU. When there are too many, the socket does
  // without altogether.
  std::vector<Destination> refused_;
};

class SendQueue {
 public:
  static constexpr std::size_t kMaxPackets = 64;  // then it flushes; the arena of so many stays in the processor's cache
  static constexpr std::size_t kMaxDatagram = 65535;
  // What a socket holds back while the kernel takes nothing; beyond it the oldest is dropped. About 20 ms of a gigabit.
  static constexpr std::size_t kMaxHeldPackets = 2048;
  static constexpr std::size_t kMaxHeldBytes = 3 << 20;
  static constexpr std::size_t kMaxRefused = 16;

  using SendMany = int (*)(int, mmsghdr*, unsigned, int);  // sendmmsg, or what a test puts in its place

  explicit SendQueue(SendMany send_many = &::sendmmsg);
  ~SendQueue();
  SendQueue(const SendQueue&) = delete;
  SendQueue& operator=(const SendQueue&) = delete;

  static SendQueue& of_this_loop();

  // Room for one datagram of up to `length` bytes. A push() of a datagram that was written there copies nothing. Valid until the next
  // call of anything here.
  std::uint8_t* reserve(std::size_t length);

  void push(SendSocket& socket, const std::uint8_t* data, std::size_t length, const sockaddr* to, SentCallback* callback);
  void flush();
  // Runs the callbacks of what has been flushed, with the clock at the time of its sending. Apart from flush(), since they call back
  // into transports: to be called where none is at work.
  void complete();
  void writable(SendSocket& socket);
  // Sends what is queued and gives up what is held back.
  void close(SendSocket& socket);

 private:
  struct Packet {
    std::uint32_t offset;
    std::uint32_t length;
    SentCallback* callback;
  };
  struct Message {
    SendSocket* socket;
    Destination to;
    std::uint32_t first;  // packet
    std::uint32_t count;
    std::uint32_t segment;  // length of each packet but the last
    std::uint32_t bytes;
    bool open;  // may take another packet
  };
  struct Completed {
    SentCallback* callback;
    bool sent;
    std::int64_t at_us;
  };

  void send(SendSocket& socket, Message* messages, std::size_t count);
  void send_singly(SendSocket& socket, const Message& message);
  void finish(const Message& message, bool sent);
  void hold(SendSocket& socket, const Message& message);
  void finish(SentCallback* callback, bool sent);

  SendMany send_many_;
  std::unique_ptr<std::uint8_t[]> arena_;
  std::size_t arena_used_ = 0;
  std::array<Packet, kMaxPackets> packets_;
  std::size_t packet_count_ = 0;
  std::array<Message, kMaxPackets> messages_;
  std::size_t message_count_ = 0;
  std::vector<Completed> completed_;
  std::vector<Completed> completing_;
};

// Whether this kernel (and the sandbox around it) cuts messages: found out once, by sending one over the loopback.
bool kernel_segments();

}  // namespace dd
