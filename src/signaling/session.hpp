// SPDX-License-Identifier: MIT
// Session: one client in one meeting, over one socket after another - its requests in order, its notifications numbered and kept.
// What a request does is methods.hpp's, who hears of it room.hpp's. The hub and its room hold it; it ends once.
// Lives on the control loop.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/loop.hpp"
#include "control/meetings.hpp"
#include "signaling/hub.hpp"
#include "signaling/json_rpc.hpp"
#include "signaling/link.hpp"
#include "signaling/member.hpp"
#include "signaling/replay.hpp"

namespace dd::signaling {

// What a token and a join said about somebody, and the ids that servers know them by.
struct Visitor {
  TenantId tenant;
  MeetingId meeting;
  ParticipantId participant;
  InstanceId instance;
  trust::Grants grants;
  std::map<std::string, std::uint64_t, std::less<>> max_bitrates;  // by kind; none: no bound
};

// The transports of the present epoch. An epoch ends when they are lost, and with media.open.
struct MediaEpoch {
  std::uint64_t number = 0;
  control::Place place;
  std::string send;
  std::string receive;
  bool lost = true;
  bool opening = false;
  std::map<std::string, std::string> failed;  // transports that failed while we did not know them yet, with the reason; bounded
  std::string capabilities;                   // the client's, as JSON text, once it has told them
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Hub> hub, std::shared_ptr<Room> room, Visitor who, Member as_member);

  const std::string id;
  const std::string resume_token;
  const Visitor visitor;
  Member member;
  MediaEpoch media;
  bool announced = false;                // the other replicas and we have heard of it, in the order that counts for all
  std::map<std::string, int> receiving;  // score of what it receives, by consumer

  const std::shared_ptr<Hub>& hub() const { return hub_; }
  const std::shared_ptr<Room>& room() const { return room_; }  // null once ended
  bool ended() const { return room_ == nullptr; }
  bool connected() const { return link_ != nullptr; }

  void attach(std::shared_ptr<Link> link);
  void detach(const Link& link);  // the socket is gone

  void on_call(Call call, std::shared_ptr<Link> from);
  void notify(const Notice& notice);

  void leave_after_answer() { leaving_ = true; }
  // Compares in constant time.
  bool may_resume(std::string_view token) const;
  std::uint64_t last_seq() const { return replay_.last(); }
  bool reaches(std::uint64_t seq) const { return replay_.reaches(seq); }
  // The client is back: `answer` first, then what it missed.
  void resume(std::shared_ptr<Link> link, std::uint64_t seq, std::string answer);

  // It is over for this client: its socket is closed, its requests are dropped. The room has let go of it.
  void end(CloseCode code, std::string_view reason);

 private:
  struct Waiting {
    Call call;
    std::shared_ptr<Link> from;
  };
  static Task<void> work(std::shared_ptr<Session> self);

  std::shared_ptr<Hub> hub_;
  std::shared_ptr<Room> room_;
  std::shared_ptr<Link> link_;
  Timer grace_;
  Replay replay_;
  std::deque<Waiting> queue_;
  bool working_ = false;
  bool leaving_ = false;
};

}  // namespace dd::signaling
