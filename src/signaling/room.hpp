// SPDX-License-Identifier: MIT
// Room: one meeting as this replica sees it - who is in it here and on other replicas, what they publish, and who is told what.
// It answers no request (methods.hpp) and places no meeting (control::Meetings). It is there from the first join until some time
// after the last participant has left. Lives on the control loop.
//   room.cpp          sessions, roster, what happens to a meeting as a whole
//   room_signals.cpp  the same roster on other replicas, over the signal bus
//   room_media.cpp    events of the meeting's media server
//   room_readings.cpp levels and scores
//   room_recording.cpp the meeting's recording, its quota and its usage
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/completion.hpp"
#include "base/loop.hpp"
#include "control/meetings.hpp"
#include "signaling/hub.hpp"
#include "signaling/json_rpc.hpp"
#include "signaling/member.hpp"
#include "signaling/socket.hpp"

namespace dd::signaling {

using SessionPtr = std::shared_ptr<Session>;

struct Published {
  std::string kind;
  bool paused = false;
};

// What somebody publishes, whether or not we have heard yet that they are in the meeting.
struct Publications {
  std::map<std::string, Published> producers;
  std::map<std::string, std::string> data;  // labels
};

struct RunningRecording {
  std::string id;
  std::int64_t started = 0;  // milliseconds since 1970
  bool paused = false;
};

class Room : public std::enable_shared_from_this<Room> {
 public:
  Room(std::shared_ptr<Hub> hub, TenantId tenant, MeetingId meeting);

  const TenantId tenant;
  const MeetingId meeting;

  void open();   // hears the bus from now on, and asks who is there
  void close();  // forgotten by the hub; nobody is told
  bool closed() const { return closed_; }
  unsigned endings() const { return endings_; }  // how often it ended while somebody was about to join

  // While somebody is about to join; the room does not close, and the place is counted.
  class Joining {
   public:
    Joining(std::shared_ptr<Room> room, std::string participant);
    Joining(Joining&&) noexcept = default;
    Joining& operator=(Joining&&) = delete;
    ~Joining();

   private:
    std::shared_ptr<Room> room_;
    std::string participant_;
  };
  // Participants present or about to be, `except` not counted.
  std::uint32_t count_except(const std::string& except) const;

  // What `participant` will receive when it takes everything: what others publish, and sound and picture of those who came just now.
  std::uint32_t streams_for(const std::string& participant) const;

  // Where the meeting is, as admission said; waits until what is published there is known.
  Task<Result<void>> settle(control::Place place, control::PlacedMeeting placed, bool created);
  void adopt_place(const control::Place& place);
  const ContainerId& server() const { return place_.server; }
  std::uint32_t publishers_except(const std::string& participant) const { return count_published_except(participant); }

  void enter(const SessionPtr& session);
  void leave(const SessionPtr& session, std::string_view reason, CloseCode code, std::string_view text = {});
  void connection_changed(const Session& session);
  void member_changed(const Session& session);

  // Roster.
  const Member* find_member(const std::string& participant) const;
  SessionPtr find_session(const std::string& participant) const;
  const Publications* find_publications(const std::string& participant) const;
  // The owner of a producer, empty when it is nobody's.
  std::string owner_of(const std::string& producer) const;
  api::OrderedJson participants_json(const std::string& except) const;
  api::OrderedJson meeting_json() const;
  const std::optional<RunningRecording>& recording() const { return recording_; }

  // What methods tell everybody, on every replica.
  void publish_signal(std::string_view type, api::OrderedJson body);

  // Media.
  void on_media_event(const std::string& type, const api::Json& event);
  void on_drain(std::int64_t seconds);
  void reload();  // events may have been missed: the server is asked what there is
  void lose_media(const SessionPtr& session, std::string_view reason);
  void lose_media_soon(const SessionPtr& session, std::string reason);  // in a turn of its own, behind the answer that goes first
  void pause_known(const std::string& participant, const std::string& producer, bool paused, std::string_view reason = {});

  // The meeting as a whole.
  void on_signal(std::string_view type, const api::Json& signal);
  void on_signals_missed();
  void on_moved(const ContainerId& to, std::string_view reason);
  void on_ended(std::string_view reason);

 private:
  void tell(const Notice& notice, const std::string& except = {});
  void tell_one(const std::string& participant, const Notice& notice);
  api::OrderedJson participant_json(const Member& member) const;
  void drop_member(const std::string& participant, std::string_view reason);
  void put_member(Member member);
  void set_members_gauge(int change);
  void when_empty();
  static Task<void> give_up(std::shared_ptr<Room> room);

  // room_signals.cpp
  void on_who();
  void on_here(const std::string& replica, const api::Json& signal);
  void on_alive(const std::string& replica, const api::Json& signal);
  void on_joined(const std::string& replica, const api::Json& signal);
  void on_message(const api::Json& signal);
  void on_removed(const api::Json& signal);
  void replace_local(const SessionPtr& older);
  void keep_presence();
  void schedule_presence();
  bool keeper() const;  // of all replicas with participants here exactly one, as soon as they agree who is there

  // room_media.cpp
  void apply_event(const std::string& type, const api::Json& event);
  void producer_event(const std::string& type, const std::string& participant, const api::Json& event);
  void data_event(const std::string& type, const std::string& participant, const api::Json& event);
  void transport_failed(const std::string& participant, const api::Json& event);
  void session_event(const std::string& type, const SessionPtr& session, const api::Json& event);
  void follow(const ContainerId& server);
  static Task<void> load(std::shared_ptr<Room> room);
  void agree_with(const api::Json& snapshot);
  void forget_media(std::string_view reason);
  std::uint32_t count_published_except(const std::string& participant) const;
  std::string participant_of(const api::Json& event) const;

  // room_readings.cpp
  void speakers_event(const std::string& type, const api::Json& event);
  void score_event(const std::string& type, const std::string& participant, const api::Json& event);
  void tell_quality();
  void forget_readings(const std::string& participant);

  // room_recording.cpp
  void recording_event(const std::string& type, const api::Json& event);
  void on_recording_signal(const api::Json& signal);
  void set_recording(std::optional<RunningRecording> recording);
  void meter_recording();
  void schedule_metering();
  static Task<void> check_recording_quota(std::shared_ptr<Room> room);
  static Task<void> find_recording(std::shared_ptr<Room> room);

  std::shared_ptr<Hub> hub_;
  bool closed_ = false;
  unsigned endings_ = 0;

  control::Place place_;
  std::int64_t started_ = 0;
  bool locked_ = false;

  std::map<std::string, Member> members_;       // by participant
  std::map<std::string, SessionPtr> sessions_;  // those of them on this replica
  std::multiset<std::string> joining_;
  Timer empty_;

  std::map<std::string, MonotonicTime> replicas_;  // when each was heard last
  Timer presence_;

  std::map<std::string, Publications> published_;  // by participant
  std::set<std::string> present_at_server_;        // as the server said when it was last asked
  bool loaded_ = false;
  bool loading_ = false;
  bool reload_again_ = false;
  std::vector<api::Json> early_events_;  // that came while the server was being asked; bounded
  std::vector<Completion<bool>> waiting_for_load_;
  Timer second_look_;
  std::set<std::string> over_bitrate_;  // producers that the server has paused for it; bounded

  std::string active_speaker_;
  api::OrderedJson levels_ = api::OrderedJson::array();
  struct Score {
    std::map<std::string, int> sending;  // by producer
    int told_others = -1;
    int told_self = -1;
  };
  std::map<std::string, Score> scores_;
  std::set<std::string> rescored_;
  Timer quality_;

  std::optional<RunningRecording> recording_;
  std::string stop_reason_;  // why we have stopped it
  MonotonicTime metered_{};
  Timer metering_;
};

}  // namespace dd::signaling
