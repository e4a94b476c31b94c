// SPDX-License-Identifier: MIT
// The media server's commands and answers as values: what each route of the media API asks and what it is told.
// They hold validated input (ids parsed, shapes checked) and no JSON; api/ makes them, Host carries them out.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "meeting/media_port.hpp"
#include "meeting/store_port.hpp"
#include "rtp/parameters.hpp"

namespace dd::meeting {

struct RouterRequest {
  WorkerId worker;
  std::int32_t capacity = 0;  // 0 or more
  RouterRole role = RouterRole::kBoth;
};

struct CreateMeeting {
  MeetingId meeting;
  ContainerId container;
  std::vector<RouterRequest> routers;  // one or more, in the caller's order
  std::optional<std::string> tenant;   // absent: the server's
};

struct ReplaceMeetings {
  std::vector<CreateMeeting> meetings;  // container is the new one
};

// Room for more viewers: one further router for each worker on which the meeting has none yet. All that is said in the meeting stays on
// its first one, because a router's observers tell who speaks among its own producers only.
struct AddRouters {
  MeetingId meeting;
  std::vector<RouterRequest> routers;
};

struct JoinMeeting {  // also getRTPCapabilities and preMeetingDetails
  MeetingId meeting;
  RouterId producer_router;  // kendra swaps the two; their role is never checked
  RouterId consumer_router;
};

struct MeetingCapabilities {
  rtp::Capabilities producer;
  rtp::Capabilities consumer;
};

struct ProducerDetail {
  ProducerId producer;
  ParticipantId participant;
  std::string kind;  // application kind: "audio", "video" or "screenshare"
};

// Creating and recreating are one command. Repeating it with the same instance answers the same living transport.
struct RecreateTransport {
  MeetingId meeting;
  ParticipantId participant;
  InstanceId instance;
  RouterId router;
  TransportRole role = TransportRole::kProducer;
  // Extensions beyond the compatibility spec, absent in kendra's calls:
  bool force_new = false;  // replace a living transport of the same instance too
  bool tcp_only = false;   // offer only the TCP candidate
  std::string name;        // for people to read; empty: as it was
};

struct RecreatedTransport {
  TransportDescription transport;
  std::vector<ProducerDetail> closed_producers;   // of the participant's evicted instances
  std::vector<ProducerDetail> meeting_producers;  // of everyone else; filled for consumer transports
};

struct ConnectTransport {
  std::optional<MeetingId> meeting;
  ParticipantId participant;
  TransportId transport;
  DtlsParameters dtls;
};

enum class Connected { kNow, kAlready };

struct RestartIce {
  std::optional<MeetingId> meeting;
  ParticipantId participant;
  std::vector<TransportId> transports;
};

struct CreateProducer {
  MeetingId meeting;
  ParticipantId participant;
  InstanceId instance;
  TransportId transport;
  std::string kind;  // as written by the caller: audio, video or screenshare in any case
  rtp::Parameters parameters;
  std::vector<RouterId> consumer_routers;  // to pipe to at once
  bool start_recording = false;
  bool paused = false;
  std::uint32_t max_bitrate = 0;  // bits a second; who goes on sending more is paused; 0: no bound
};

struct CreateConsumer {
  MeetingId meeting;
  ParticipantId participant;
  InstanceId instance;
  TransportId transport;
  rtp::Capabilities capabilities;
  struct Target {
    ParticipantId participant;
    std::string kind;
    ProducerId producer;
  };
  std::vector<Target> targets;
  bool paused = false;
};

struct ConsumerDetail {
  ConsumerDescription consumer;
  ParticipantId target;
  std::string kind;  // application kind
};

struct ConsumersCommand {  // pause, resume, close
  MeetingId meeting;
  ParticipantId participant;
  std::vector<ConsumerId> consumers;  // those not owned by the participant are skipped
};

struct ProducersCommand {  // pause, resume, close
  MeetingId meeting;
  ParticipantId participant;
  std::vector<ProducerId> producers;
  std::optional<bool> recording_enabled;
};

struct LeaveMeeting {
  MeetingId meeting;
  ParticipantId participant;
  InstanceId instance;
};

enum class Left { kLeft, kNotPresent };

struct SetPreferredLayers {
  MeetingId meeting;
  ParticipantId participant;
  ConsumerId consumer;
  Layers layers;
};

struct SetPriority {
  MeetingId meeting;
  ParticipantId participant;
  ConsumerId consumer;
  std::uint8_t priority = 1;  // 1 to 255
};

struct ConsumerCommand {  // request a key frame, statistics
  MeetingId meeting;
  ParticipantId participant;
  ConsumerId consumer;
};

struct ProducerCommand {
  MeetingId meeting;
  ParticipantId participant;
  ProducerId producer;
};

struct TransportCommand {
  MeetingId meeting;
  ParticipantId participant;
  TransportId transport;
};

struct CreateDataProducer {
  MeetingId meeting;
  ParticipantId participant;
  TransportId transport;  // the participant's producer transport
  rtp::SctpStreamParameters stream;
  std::string label;
  std::string protocol;
};

struct CreateDataConsumer {
  MeetingId meeting;
  ParticipantId participant;
  TransportId transport;  // the participant's consumer transport
  DataProducerId data_producer;
};

struct CloseData {
  MeetingId meeting;
  ParticipantId participant;
  std::vector<DataProducerId> producers;
  std::vector<DataConsumerId> consumers;
};

struct ParticipantRef {
  MeetingId meeting;
  ParticipantId participant;
};

// A participant as it is now.
struct ParticipantDetail {
  struct OwnProducer {
    ProducerId producer;
    std::string kind;
    bool paused = false;
  };
  struct OwnConsumer {
    ConsumerId consumer;
    ProducerId producer;
    ParticipantId target;
    std::string kind;
    bool paused = false;  // by its owner
  };
  struct OwnDataProducer {
    DataProducerId data_producer;
    std::string label;
  };
  ParticipantId participant;
  InstanceId instance;
  std::string name;
  TransportId producer_transport;  // empty: none
  TransportId consumer_transport;
  std::vector<OwnProducer> producers;
  std::vector<OwnConsumer> consumers;
  std::vector<OwnDataProducer> data_producers;
};

struct MeetingDetail {
  MeetingId meeting;
  std::string tenant;
  std::vector<RouterRow> routers;
  std::vector<ParticipantDetail> participants;  // without their consumers
};

struct HostStatus {
  ContainerId container;
  std::string tenant;
  bool draining = false;
  bool store_available = false;
  std::vector<WorkerStatus> workers;
  std::size_t meetings = 0;
  std::size_t participants = 0;
  std::size_t transports = 0;
  std::size_t producers = 0;
  std::size_t consumers = 0;
  std::size_t data_producers = 0;
  std::size_t data_consumers = 0;
  std::uint64_t video_refused = 0;  // consumers of overloaded workers, since the start
  std::uint64_t audio_refused = 0;
};

}  // namespace dd::meeting
