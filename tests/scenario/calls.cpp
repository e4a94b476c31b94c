// SPDX-License-Identifier: MIT
// Director: the calls of kendra and of participants, one verb for each operation of the host.
#include <fmt/format.h>

#include "meeting/testing/sample_rtp.hpp"
#include "tests/scenario/answers.hpp"
#include "tests/scenario/director.hpp"

namespace dd::scenario {
namespace {

using namespace dd::meeting;

template <typename T>
Task<Result<T>> at_once(Result<T> answer) {
  co_return std::move(answer);
}

template <typename IdType>
std::vector<IdType> ids_of(const Words& words) {
  std::vector<IdType> ids;
  for (const auto& word : words) ids.emplace_back(word);
  return ids;
}

}  // namespace

std::string Director::Call::option(const std::string& key, const std::string& otherwise) const {
  auto found = options.find(key);
  return found == options.end() ? otherwise : found->second;
}

template <typename T>
Task<void> Director::finish(Task<Result<T>> task, std::shared_ptr<Answer> answer, std::function<std::string(const T&)> say_it) {
  auto result = co_await std::move(task);
  answer->words = result ? say_it(*result) : say(result.error());
}

Task<void> Director::finish_void(Task<Result<void>> task, std::shared_ptr<Answer> answer) {
  auto result = co_await std::move(task);
  answer->words = result ? std::string("ok") : say(result.error());
}

Task<void> Director::finish_drain(Task<bool> task, std::shared_ptr<Answer> answer) {
  const bool emptied = co_await std::move(task);
  answer->words = emptied ? "empty" : "at the deadline";
}

template <typename T>
void Director::begin(const Call& call, Task<Result<T>> task, std::function<std::string(const T&)> say_it) {
  auto answer = std::make_shared<Answer>();
  actors_[call.actor].waiting.push_back(answer);
  auto running = finish(std::move(task), answer, std::move(say_it));
  spawn(std::move(running));
  stage().loop.run_ready();
}

void Director::begin_void(const Call& call, Task<Result<void>> task) {
  auto answer = std::make_shared<Answer>();
  actors_[call.actor].waiting.push_back(answer);
  auto running = finish_void(std::move(task), answer);
  spawn(std::move(running));
  stage().loop.run_ready();
}

RouterId Director::router_named(const MeetingId& meeting, const std::string& name) const {
  auto rows = stage_->store.meetings().find(meeting);
  if (name.size() != 2 || name[0] != 'r' || rows == stage_->store.meetings().end()) return RouterId(name);
  const auto index = static_cast<std::size_t>(name[1] - '1');
  return index < rows->second.routers.size() ? rows->second.routers[index].router : RouterId(name);
}

CreateMeeting Director::placement(const Call& call, const MeetingId& meeting) const {
  CreateMeeting command;
  command.meeting = meeting;
  command.container = ContainerId(call.option("container", meeting::testing::Stage::kContainer));
  const std::pair<const char*, RouterRole> roles[] = {
      {"both", RouterRole::kBoth}, {"producer", RouterRole::kProducer}, {"consumer", RouterRole::kConsumer}};
  for (const auto& role : roles) {
    const std::string worker = call.option(role.first, "");
    if (!worker.empty()) command.routers.push_back({WorkerId(worker), 20, role.second});
  }
  if (const std::string tenant = call.option("tenant", ""); !tenant.empty()) command.tenant = tenant;
  if (command.routers.empty()) command.routers.push_back({WorkerId("w1"), 20, RouterRole::kBoth});
  return command;
}

std::string Director::call(const std::string& actor, const Words& words) {
  Call call;
  call.actor = actor;
  call.verb = words[0];
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string word = names_.expand(words[i]);
    const auto equals = word.find('=');
    const bool is_target = word.find('.') < equals;  // bob.video=$p is a word of its own
    if (equals == std::string::npos || is_target) {
      call.words.push_back(word);
    } else {
      call.options[word.substr(0, equals)] = word.substr(equals + 1);
    }
  }
  const bool known = call_control(call) || call_transport(call) || call_producer(call) || call_consumer(call);
  return known ? std::string() : fmt::format("nobody can {}", call.verb);
}

bool Director::call_control(const Call& call) {
  auto& host = *stage().host;
  const std::string first = call.words.empty() ? "m1" : call.words[0];
  if (call.verb == "createMeeting") {
    begin<Insertion>(call, host.create_meeting(placement(call, MeetingId(first))),
                     [](const Insertion& done) { return done == Insertion::kInserted ? "created" : "already there"; });
  } else if (call.verb == "replaceMeetings") {
    ReplaceMeetings command;
    for (const auto& meeting : call.words) command.meetings.push_back(placement(call, MeetingId(meeting)));
    begin_void(call, host.replace_meetings(std::move(command)));
  } else if (call.verb == "endMeeting") {
    begin_void(call, host.end_meeting(MeetingId(first)));
  } else if (call.verb == "addRouters") {  // addRouters w2 w3
    AddRouters command;
    command.meeting = MeetingId(call.option("meeting", "m1"));
    for (const auto& worker : call.words) command.routers.push_back({WorkerId(worker), 20, RouterRole::kBoth});
    begin<std::vector<RouterRow>>(call, host.add_routers(std::move(command)), [](const auto& answer) { return say(answer); });
  } else if (call.verb == "getMeeting") {
    begin<MeetingDetail>(call, at_once(host.meeting_detail(MeetingId(first))), [](const auto& answer) { return say(answer); });
  } else if (call.verb == "getParticipant") {
    begin<ParticipantDetail>(call, at_once(host.participant_detail({MeetingId(call.option("meeting", "m1")), ParticipantId(first)})),
                             [](const auto& answer) { return say(answer); });
  } else if (call.verb == "getProducersOfMeeting") {
    begin<std::vector<ProducerDetail>>(call, host.producers_of(MeetingId(first)), [](const auto& answer) { return say(answer); });
  } else if (call.verb == "leaveMeeting") {
    LeaveMeeting command{MeetingId(call.option("meeting", "m1")), ParticipantId(call.actor), InstanceId(call.option("instance", "i1"))};
    begin<Left>(call, host.leave(std::move(command)), [](const Left& left) { return left == Left::kLeft ? "left" : "not present"; });
  } else {
    return false;
  }
  return true;
}

bool Director::call_transport(const Call& call) {
  auto& host = *stage().host;
  const MeetingId meeting(call.option("meeting", "m1"));
  const ParticipantId participant(call.actor);
  const bool producing = call.verb == "recreateProducerTransport";
  if (producing || call.verb == "recreateConsumerTransport") {
    RecreateTransport command;
    command.meeting = meeting;
    command.participant = participant;
    command.instance = InstanceId(call.option("instance", "i1"));
    command.router = router_named(meeting, call.option("router", "r1"));
    command.role = producing ? TransportRole::kProducer : TransportRole::kConsumer;
    command.force_new = call.option("force_new", "no") == "yes";
    command.name = call.option("name", "");
    begin<RecreatedTransport>(call, host.recreate_transport(command), [this, call, role = command.role](const RecreatedTransport& answer) {
      actors_[call.actor].transports[role] = answer.transport.id;
      return say(answer);
    });
  } else if (call.verb == "connectTransport") {
    ConnectTransport command;
    if (call.option("meeting", "m1") != "absent") command.meeting = meeting;
    command.participant = participant;
    command.transport = TransportId(call.words.at(0));
    command.dtls = meeting::testing::sample_dtls_parameters();
    begin<Connected>(call, host.connect_transport(std::move(command)),
                     [](const Connected& done) { return done == Connected::kNow ? "connected" : "already connected"; });
  } else if (call.verb == "restartIce") {
    RestartIce command;
    if (call.option("meeting", "absent") != "absent") command.meeting = meeting;  // kendra sends none
    command.participant = participant;
    command.transports = ids_of<TransportId>(call.words);
    using Restarted = std::map<TransportId, IceParameters>;
    begin<Restarted>(call, host.restart_ice(std::move(command)), [](const Restarted& answer) {
      std::string text = "restarted";
      for (const auto& transport : answer) text += " " + transport.first.str();
      return text;
    });
  } else if (call.verb == "closeTransport") {
    begin_void(call, host.close_transport({meeting, participant, TransportId(call.words.at(0))}));
  } else if (call.verb == "transportStats") {
    begin<StatReport>(call, host.transport_stats({meeting, participant, TransportId(call.words.at(0))}),
                      [](const StatReport&) { return "statistics"; });
  } else {
    return false;
  }
  return true;
}

bool Director::call_producer(const Call& call) {
  auto& host = *stage().host;
  const MeetingId meeting(call.option("meeting", "m1"));
  const ParticipantId participant(call.actor);
  const auto details = [](const std::vector<ProducerDetail>& answer) { return say(answer); };
  if (call.verb == "createProducer") {
    CreateProducer command;
    command.meeting = meeting;
    command.participant = participant;
    command.instance = InstanceId(call.option("instance", "i1"));
    command.transport = TransportId(call.option("transport", actors_[call.actor].transports[TransportRole::kProducer].str()));
    command.kind = call.words.at(0);
    command.parameters = command.kind == "audio" ? meeting::testing::sample_audio() : meeting::testing::sample_video();
    const std::string router = call.option("consumer_router", "");
    if (!router.empty()) command.consumer_routers.push_back(router_named(meeting, router));
    command.max_bitrate = static_cast<std::uint32_t>(std::stoul(call.option("max_bitrate", "0")));
    if (const int layers = std::stoi(call.option("layers", "1")); layers > 1) {
      command.parameters.encodings.resize(static_cast<std::size_t>(layers), command.parameters.encodings.front());
    }
    command.start_recording = call.option("start_recording", "no") == "yes";
    begin<ProducerDetail>(call, host.create_producer(std::move(command)),
                          [](const ProducerDetail& detail) { return fmt::format("producer {} {}", detail.producer.str(), detail.kind); });
  } else if (call.verb == "pauseProducer" || call.verb == "resumeProducer" || call.verb == "closeProducer") {
    ProducersCommand command{meeting, participant, ids_of<ProducerId>(call.words), std::nullopt};
    auto task = call.verb == "pauseProducer"    ? host.pause_producers(std::move(command))
                : call.verb == "resumeProducer" ? host.resume_producers(std::move(command))
                                                : host.close_producers(std::move(command));
    begin<std::vector<ProducerDetail>>(call, std::move(task), details);
  } else if (call.verb == "createDataProducer") {
    CreateDataProducer command;
    command.meeting = meeting;
    command.participant = participant;
    command.transport = TransportId(call.option("transport", actors_[call.actor].transports[TransportRole::kProducer].str()));
    command.label = call.words.at(0);
    begin<DataProducerId>(call, host.create_data_producer(std::move(command)),
                          [](const DataProducerId& id) { return "data_producer " + id.str(); });
  } else if (call.verb == "closeData") {
    CloseData command{meeting, participant, ids_of<DataProducerId>(call.words), ids_of<DataConsumerId>(call.words)};
    begin_void(call, host.close_data(std::move(command)));
  } else {
    return false;
  }
  return true;
}

bool Director::call_consumer(const Call& call) {
  auto& host = *stage().host;
  const MeetingId meeting(call.option("meeting", "m1"));
  const ParticipantId participant(call.actor);
  const std::string own_transport = actors_[call.actor].transports[TransportRole::kConsumer].str();
  if (call.verb == "createConsumer") {
    CreateConsumer command;
    command.meeting = meeting;
    command.participant = participant;
    command.instance = InstanceId(call.option("instance", "i1"));
    command.transport = TransportId(call.option("transport", own_transport));
    command.capabilities = meeting::testing::sample_router_capabilities();
    if (call.option("can", "everything") == "audio") command.capabilities.codecs.pop_back();
    command.paused = call.option("paused", "no") == "yes";
    for (const auto& word : call.words) {  // bob.video=<producer>
      const auto dot = word.find('.');
      const auto equals = word.find('=');
      command.targets.push_back(
          {ParticipantId(word.substr(0, dot)), word.substr(dot + 1, equals - dot - 1), ProducerId(word.substr(equals + 1))});
    }
    begin<std::vector<ConsumerDetail>>(call, host.create_consumers(std::move(command)), [](const auto& answer) { return say(answer); });
  } else if (call.verb == "pauseConsumer" || call.verb == "resumeConsumer" || call.verb == "closeConsumer") {
    ConsumersCommand command{meeting, participant, ids_of<ConsumerId>(call.words)};
    auto task = call.verb == "pauseConsumer"    ? host.pause_consumers(std::move(command))
                : call.verb == "resumeConsumer" ? host.resume_consumers(std::move(command))
                                                : host.close_consumers(std::move(command));
    begin_void(call, std::move(task));
  } else if (call.verb == "requestKeyFrame") {
    begin_void(call, host.request_key_frame({meeting, participant, ConsumerId(call.words.at(0))}));
  } else if (call.verb == "setPreferredLayers") {
    begin<std::optional<Layers>>(call,
                                 host.set_preferred_layers({meeting, participant, ConsumerId(call.words.at(0)),
                                                            Layers{static_cast<std::uint8_t>(std::stoi(call.option("layer", "1"))), {}}}),
                                 [](const auto& layers) { return layers ? "layers " + std::to_string(layers->spatial) : "no layers"; });
  } else if (call.verb == "createDataConsumer") {
    CreateDataConsumer command{meeting, participant, TransportId(call.option("transport", own_transport)),
                               DataProducerId(call.words.at(0))};
    begin<DataConsumerDescription>(call, host.create_data_consumer(std::move(command)), [](const DataConsumerDescription& answer) {
      return fmt::format("data_consumer {} {}", answer.id.str(), answer.label);
    });
  } else {
    return false;
  }
  return true;
}

}  // namespace dd::scenario
