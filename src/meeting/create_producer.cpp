// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "meeting/repeats.hpp"
#include "meeting/state.hpp"

namespace dd::meeting {
namespace {

Result<rtp::MediaKind> media_kind_of(const KindKey& kind) {
  if (kind == "audio") return rtp::MediaKind::kAudio;
  if (kind == "video" || kind == "screenshare") return rtp::MediaKind::kVideo;
  return invalid_field("kind", "kind must be audio, video or screenshare");
}

}  // namespace

Task<Result<ProducerDetail>> Host::State::create_producer(CreateProducer command) {
  const KindKey kind = kind_key(command.kind);
  DD_CO_TRY(auto media_kind, media_kind_of(kind));
  auto taking = require_meeting(command.meeting);
  DD_CO_TRY(auto turn, co_await std::move(taking));
  Meeting& meeting = turn.meeting();
  DD_CO_TRY(Participant * participant, require_participant(meeting, command.participant));
  if (participant->instance != command.instance) {
    co_return make_error(Errc::kConflict, fmt::format("participant '{}' is present as another instance", command.participant.str()));
  }
  ProducerId living;
  if (const Producer* producer = participant->find_producer_of_kind(kind, living)) {
    if (command.start_recording) emit(meeting.id, participant->id, RecordingWanted{living, producer->kind, true});
    co_return ProducerDetail{living, participant->id, producer->kind};
  }
  if (!participant->producer_transport || participant->producer_transport->id() != command.transport) {
    Error error = not_found("producer transport", command.transport.str());
    error.field = "producerTransportId";
    co_return error;
  }
  for (const auto& router : command.consumer_routers) {
    if (meeting.find_router(router) != nullptr) continue;
    Error error = not_found("router", router.str());
    error.field = "consumerRouterIds";
    co_return error;
  }
  if (participant->producers.size() >= settings_.max_producers_per_participant) {
    co_return make_error(Errc::kTooManyRequests,
                         fmt::format("the participant has its limit of {} producers", settings_.max_producers_per_participant));
  }

  DD_CO_TRY_VOID(require_store());
  ProduceRequest request;
  request.id = make_id<ProducerId>();
  request.transport = command.transport;
  request.kind = media_kind;
  request.parameters = std::move(command.parameters);
  request.paused = command.paused;
  const ProducerId producer_id = request.id;
  auto producing = media_.produce(std::move(request));
  auto produced = co_await std::move(producing);
  if (!produced) co_return std::move(produced.error()).during("create producer");
  {
    ProducerRow row{meeting.id, participant->id, producer_id, command.transport, command.kind};
    auto opening = open_entry();
    auto entry = co_await std::move(opening);
    auto writing = write_if(entry.has_value(), store_.insert_producer(std::move(row)));
    auto written = co_await std::move(writing);
    if (!written) {
      media_.close_producer(producer_id);
      co_return std::move(written.error());
    }
    Producer producer;
    producer.kind = command.kind;
    producer.media = media_kind;
    producer.transport = command.transport;
    producer.paused = command.paused;
    producer.max_bitrate = command.max_bitrate;
    producer.told_at = loop_.now();
    producer.sample = Producer::Sample{loop_.now(), 0};
    participant->producers.emplace(producer_id, std::move(producer));
    producers_[producer_id] = Place{meeting.id, participant->id};
    emit(meeting.id, participant->id, ProducerCreated{producer_id, command.kind, command.paused});
    if (command.start_recording) emit(meeting.id, participant->id, RecordingWanted{producer_id, command.kind, true});
    note_demand(producer_id);
    if (command.max_bitrate > 0) bitrates_.add(producer_id);
    bound_transport(*participant);
  }
  auto piping = pipe_to(producer_id, participant->producer_transport->router, std::move(command.consumer_routers));
  co_await std::move(piping);
  co_return ProducerDetail{producer_id, command.participant, command.kind};
}

// Ahead of need, so that the first viewer on another router does not wait for the pipe. A failure costs only that head
// start, because consuming pipes again.
Task<void> Host::State::pipe_to(ProducerId producer, RouterId home, std::vector<RouterId> routers) {
  const auto once = without_repeats(routers);
  for (const auto& router : once) {
    if (router == home) continue;
    auto piping = media_.pipe_producer(producer, router);
    auto piped = co_await std::move(piping);
    if (!piped && piped.error().code == Errc::kDeadlineExceeded) co_return;  // a hanging worker is not asked twice
  }
}

}  // namespace dd::meeting
