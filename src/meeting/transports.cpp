// SPDX-License-Identifier: MIT
// Calls on a living transport. Those that change nothing we remember need no turn: the engine orders them itself.
#include "meeting/gather.hpp"
#include "meeting/repeats.hpp"
#include "meeting/state.hpp"

namespace dd::meeting {
namespace {

template <typename Index, typename Command, typename IdType>
bool owns(const Index& index, const Command& command, const IdType& id) {
  auto found = index.find(id);
  return found != index.end() && found->second.meeting == command.meeting && found->second.participant == command.participant;
}

}  // namespace

Task<Result<Connected>> Host::State::connect_transport(ConnectTransport command) {
  const Place* place = find_place(transports_, command.transport);
  const bool own =
      place != nullptr && place->participant == command.participant && (!command.meeting || place->meeting == *command.meeting);
  if (!own) co_return not_found("transport", command.transport.str());
  auto connecting = media_.connect_transport(command.transport, std::move(command.dtls));
  auto connected = co_await std::move(connecting);
  if (connected) co_return Connected::kNow;
  if (connected.error().code == Errc::kConflict) co_return Connected::kAlready;
  co_return std::move(connected.error()).during("connect transport");
}

Task<Result<std::map<TransportId, IceParameters>>> Host::State::restart_ice(RestartIce command) {
  std::vector<TransportId> own;
  std::vector<Task<Result<IceParameters>>> restarting;
  for (const auto& transport : without_repeats(command.transports)) {
    const Place* place = find_place(transports_, transport);
    if (place == nullptr || place->participant != command.participant) continue;
    if (command.meeting && place->meeting != *command.meeting) continue;
    own.push_back(transport);
    restarting.push_back(media_.restart_ice(transport));
  }
  auto gathering = gather(loop_, std::move(restarting));
  auto restarted = co_await std::move(gathering);
  std::map<TransportId, IceParameters> answer;
  std::optional<Error> failure;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (restarted[i]) {
      answer[own[i]] = std::move(*restarted[i]);
    } else if (restarted[i].error().code != Errc::kNotFound && !failure) {
      failure = std::move(restarted[i].error());
    }
  }
  // A transport that is gone is left out; an engine that does not answer is a failure the caller can repeat.
  if (failure && answer.empty()) co_return std::move(*failure).during("restart ICE");
  co_return std::move(answer);
}

Task<Result<StatReport>> Host::State::transport_stats(TransportCommand command) {
  if (!owns(transports_, command, command.transport)) co_return not_found("transport", command.transport.str());
  auto asking = media_.transport_stats(command.transport);
  co_return co_await std::move(asking);
}

Task<Result<void>> Host::State::close_transport(TransportCommand command) {
  auto taking = require_meeting(command.meeting);
  DD_CO_TRY(auto turn, co_await std::move(taking));
  if (!owns(transports_, command, command.transport)) co_return not_found("transport", command.transport.str());
  Meeting& meeting = turn.meeting();
  Participant& participant = *meeting.find_participant(command.participant);
  std::vector<ConsumerId> orphans;
  {
    auto opening = open_entry();
    DD_CO_TRY(auto entry, co_await std::move(opening));
    auto deleting = store_.delete_transports({command.transport});
    auto deleted = noted(co_await std::move(deleting));
    if (refused(deleted)) co_return std::move(deleted.error());
    const bool producing = participant.producer_transport && participant.producer_transport->id() == command.transport;
    remove_transport(meeting, participant, producing ? TransportRole::kProducer : TransportRole::kConsumer, "closed", orphans);
  }
  if (!orphans.empty()) {
    auto forgetting = forget_rows({}, std::move(orphans));
    co_await std::move(forgetting);
  }
  co_return ok();
}

Task<Result<StatReport>> Host::State::producer_stats(ProducerCommand command) {
  if (!owns(producers_, command, command.producer)) co_return not_found("producer", command.producer.str());
  auto asking = media_.producer_stats(command.producer);
  co_return co_await std::move(asking);
}

Task<Result<std::optional<Layers>>> Host::State::set_preferred_layers(SetPreferredLayers command) {
  if (!owns(consumers_, command, command.consumer)) co_return not_found("consumer", command.consumer.str());
  // Remembered whatever the worker's load allows now.
  Consumer& consumer = find_participant(*find_place(consumers_, command.consumer))->consumers.at(command.consumer);
  consumer.wish = command.layers;
  if (consumer.cap && *consumer.cap >= command.layers.spatial) consumer.cap.reset();
  if (consumer.cap) command.layers.spatial = *consumer.cap;
  auto setting = media_.set_preferred_layers(command.consumer, command.layers);
  auto set = co_await std::move(setting);
  if (set) note_viewer_layers(command.consumer, *set);
  co_return set;
}

Task<Result<std::uint8_t>> Host::State::set_priority(SetPriority command) {
  if (!owns(consumers_, command, command.consumer)) co_return not_found("consumer", command.consumer.str());
  auto setting = media_.set_priority(command.consumer, command.priority);
  co_return co_await std::move(setting);
}

Task<Result<void>> Host::State::request_key_frame(ConsumerCommand command) {
  if (!owns(consumers_, command, command.consumer)) co_return not_found("consumer", command.consumer.str());
  auto requesting = media_.request_key_frame(command.consumer);
  co_return co_await std::move(requesting);
}

Task<Result<StatReport>> Host::State::consumer_stats(ConsumerCommand command) {
  if (!owns(consumers_, command, command.consumer)) co_return not_found("consumer", command.consumer.str());
  auto asking = media_.consumer_stats(command.consumer);
  co_return co_await std::move(asking);
}

}  // namespace dd::meeting
