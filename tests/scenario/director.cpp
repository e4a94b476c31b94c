// SPDX-License-Identifier: MIT
#include "tests/scenario/director.hpp"

#include <fmt/format.h>
#include <sstream>

#include "tests/scenario/answers.hpp"

namespace dd::scenario {
namespace {

using namespace dd::meeting;
using namespace std::chrono_literals;

Duration duration_of(const std::string& word) {
  const auto number = std::stoll(word);
  return word.size() > 2 && word.compare(word.size() - 2, 2, "ms") == 0 ? Duration(std::chrono::milliseconds(number))
                                                                        : Duration(std::chrono::seconds(number));
}

Errc code_of(const std::string& word) {
  for (Errc code : {Errc::kInvalidArgument, Errc::kNotFound, Errc::kConflict, Errc::kUnavailable, Errc::kDeadlineExceeded}) {
    if (to_string(code) == word) return code;
  }
  return Errc::kInternal;
}

TransportEnd end_of(const std::string& word) {
  if (word == "ice_timeout") return TransportEnd::kIceTimeout;
  return word == "dtls_failed" ? TransportEnd::kDtlsFailed : TransportEnd::kDtlsClosed;
}

Words after(const Words& words, std::size_t count) { return Words(words.begin() + static_cast<std::ptrdiff_t>(count), words.end()); }

template <typename Rows, typename Project>
std::string list_of(const Rows& rows, Project project) {
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.push_back(project(row));
  return ids.empty() ? "none" : fmt::format("{}", fmt::join(ids, ","));
}

}  // namespace

meeting::testing::Stage& Director::stage() {
  if (!stage_) stage_ = std::make_unique<meeting::testing::Stage>(workers_, settings_);
  return *stage_;
}

std::string Director::play(const std::string& text) {
  std::istringstream stream(text);
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const auto comment = line.find('#');
    if (comment != std::string::npos) line.erase(comment);
    if (split_words(line).empty()) continue;
    const std::string fault = play_line(line);
    if (!fault.empty()) return fmt::format("line {}: {}\n  {}", number, line, fault);
  }
  for (const auto& actor : actors_) {
    if (!actor.second.waiting.empty()) return fmt::format("{} still waits for an answer at the end", actor.first);
  }
  // Whatever the story, memory, engine and rows tell the same one at the end of it.
  if (!stage().store.available()) return {};
  stage().loop.advance(2s);
  const std::string fault = check_agreement();
  return fault.empty() ? fault : "at the end: " + fault;
}

std::string Director::play_line(const std::string& line) {
  Words words = split_words(line);
  if (words[0] == "server") {
    set_up(words);
    return {};
  }
  auto& loop = stage().loop;
  loop.run_ready();
  if (words.size() > 2 && words[1] == ">") return call(words[0], after(words, 2));
  if (words.size() > 2 && words[1] == "<") return expect_answer(words[0], after(words, 2));
  if (words[0] == "event") return expect_event(after(words, 1));
  if (words[0] == "no" && words[1] == "event") return expect_no_event(after(words, 2));
  if (words[0] == "session") return expect_session(after(words, 1), true);
  if (words[0] == "no" && words[1] == "session") return expect_session(after(words, 2), false);
  for (auto& word : words) word = names_.expand(word);
  const std::string fault = world(words);
  loop.run_ready();
  return fault;
}

void Director::set_up(const Words& words) {
  for (const auto& word : after(words, 1)) {
    const auto equals = word.find('=');
    const std::string key = word.substr(0, equals);
    const std::string value = word.substr(equals + 1);
    if (key == "workers") {
      workers_.clear();
      for (int i = 1; i <= std::stoi(value); ++i) workers_.emplace_back("w" + std::to_string(i));
    }
    if (key == "max_meetings") settings_.max_meetings = std::stoul(value);
    if (key == "max_routers") settings_.max_routers_per_meeting = std::stoul(value);
    if (key == "max_participants") settings_.max_participants_per_meeting = std::stoul(value);
    if (key == "max_producers") settings_.max_producers_per_participant = std::stoul(value);
    if (key == "max_consumers") settings_.max_consumers_per_participant = std::stoul(value);
    if (key == "max_data") settings_.max_data_objects_per_participant = std::stoul(value);
    if (key == "max_waiting") settings_.max_waiting_per_meeting = std::stoul(value);
  }
}

std::string Director::expect_answer(const std::string& actor_name, const Words& words) {
  auto& actor = actors_[actor_name];
  if (actor.waiting.empty()) return fmt::format("{} asked nothing", actor_name);
  const auto answer = actor.waiting.front();
  if (join_words(words) == "nothing yet") return answer->words ? "answered already: " + *answer->words : std::string();
  if (!answer->words) return "no answer yet";
  actor.waiting.pop_front();
  const Words actual = split_words(*answer->words);
  const bool matched = words[0] == "error" ? names_.matches_start(words, actual) : names_.matches(words, actual);
  return matched ? std::string() : "the answer was: " + *answer->words;
}

std::string Director::expect_event(const Words& words) {
  const auto& events = stage().events;
  for (std::size_t i = events_read_; i < events.size(); ++i) {
    if (!names_.matches(words, split_words(say(events[i])))) continue;
    events_read_ = i + 1;
    return {};
  }
  std::string seen;
  for (std::size_t i = events_read_; i < events.size(); ++i) seen += "\n    " + say(events[i]);
  return "no such event; since the last one:" + (seen.empty() ? " none" : seen);
}

std::string Director::expect_no_event(const Words& words) {
  const auto& events = stage().events;
  for (std::size_t i = events_read_; i < events.size(); ++i) {
    if (names_.matches_start(words, split_words(say(events[i])))) return "there was: " + say(events[i]);
  }
  return {};
}

std::string Director::expect_session(const Words& words, bool wanted) {
  const auto& sessions = stage().sessions;
  for (std::size_t i = sessions_read_; i < sessions.size(); ++i) {
    if (!names_.matches_start(words, split_words(say(sessions[i])))) continue;
    sessions_read_ = wanted ? i + 1 : sessions_read_;
    return wanted ? std::string() : "there was: " + say(sessions[i]);
  }
  return wanted ? "no such session event" : std::string();
}

std::string Director::world(const Words& words) {
  auto& media = stage().media;
  const std::string verb = words.size() > 2 ? words[2] : "";
  if (words[0] == "advance") {
    stage().loop.advance(duration_of(words.at(1)));
  } else if (words[0] == "store") {
    return store_does(words);
  } else if (words[0] == "engine") {
    return engine_does(words);
  } else if (words[0] == "worker" && verb == "dies") {
    media.kill_worker(WorkerId(words[1]));
  } else if (words[0] == "worker" && verb == "returns") {
    media.restore_worker(WorkerId(words[1]));
  } else if (words[0] == "worker" && verb == "busy") {  // worker w1 busy 95 for 4 seconds
    for (int i = std::stoi(words.at(5)); i > 0; --i) {
      media.report_load(WorkerId(words[1]), static_cast<std::uint32_t>(std::stoul(words.at(3))));
      stage().loop.advance(std::chrono::seconds{1});
    }
  } else if (words[0] == "layer") {  // layer $c 1: what the engine was asked to send
    const auto& preferred = media.consumers().at(ConsumerId(words[1])).preferred;
    const std::string actual = preferred ? std::to_string(preferred->spatial) : "all";
    return actual == words.at(2) ? "" : "the engine sends layer " + actual;
  } else if (words[0] == "transport" && verb == "connects") {
    media.establish(TransportId(words[1]));
  } else if (words[0] == "transport" && verb == "fails") {
    media.fail_transport(TransportId(words[1]), end_of(words.at(3)));
  } else if (words[0] == "transport" && verb == "carries") {  // transport $t carries 1000 2000
    media.carry(TransportId(words[1]), std::stoll(words.at(3)), std::stoll(words.at(4)));
  } else if (words[0] == "producer" && verb == "sends") {
    media.send(ProducerId(words[1]), std::stoll(words.at(3)));
  } else if (words[0] == "producer") {  // producer $p recorded yes
    stage().host->note_recorded(ProducerId(words[1]), words.at(3) == "yes");
  } else if (words[0] == "incoming") {  // incoming $t 128000
    const auto actual = media.transports().at(TransportId(words[1])).bitrates.max_incoming;
    return std::to_string(actual) == words.at(2) ? "" : fmt::format("the transport may take in {}", actual);
  } else if (words[0] == "speaker") {
    media.report_speaker(stage().media.routers().begin()->first, ProducerId(words[1]));
  } else if (words[0] == "levels") {
    std::vector<AudioLevel> levels;
    for (const auto& word : after(words, 1)) {
      levels.push_back({ProducerId(word.substr(0, word.find('='))), std::stoi(word.substr(word.find('=') + 1))});
    }
    media.report_levels(stage().media.routers().begin()->first, levels);
  } else if (words[0] == "drain") {
    drained_ = std::make_shared<Answer>();
    const auto deadline = std::chrono::duration_cast<std::chrono::seconds>(duration_of(words.at(1)));
    spawn(finish_drain(stage().host->drain(deadline), drained_));
  } else if (words[0] == "drained") {
    const std::string actual = drained_ && drained_->words ? *drained_->words : "not yet";
    return actual == join_words(after(words, 1)) ? "" : "drained " + actual;
  } else if (words[0] == "rows") {
    return compare_rows(words);
  } else if (words[0] == "status") {
    return compare_status(words);
  } else if (words[0] == "agreement") {
    return check_agreement();
  } else {
    return "this line is in no known language";
  }
  return {};
}

std::string Director::store_does(const Words& words) {
  auto& store = stage().store;
  const std::string what = join_words(after(words, 1));
  if (what == "goes away") {
    store.take_away();
  } else if (what == "comes back") {
    store.bring_back();
    stage().host->store_recovered();
  } else if (what == "comes back unnoticed") {
    store.bring_back();
  } else if (what == "is quick") {
    store.faults().slow_down(0s);
  } else if (what == "loses the next answer") {
    store.lose_next_answer(true);
  } else if (what == "loses the next change") {
    store.lose_next_answer(false);
  } else if (words.at(1) == "is") {  // store is slow 200ms
    store.faults().slow_down(duration_of(words.at(3)));
  } else if (words.at(1) == "fails") {  // store fails put_transport internal
    store.faults().fail_next(words.at(2), code_of(words.at(3)));
  } else if (words.at(1) == "hands") {  // store hands m1 to c9
    store.hand_over(MeetingId(words.at(2)), ContainerId(words.at(4)));
  } else {
    return "the store cannot do that";
  }
  return {};
}

std::string Director::engine_does(const Words& words) {
  auto& faults = stage().media.faults();
  if (words.at(1) == "is" && words.at(2) == "quick") {
    faults.slow_down(0s);
  } else if (words.at(1) == "is") {
    faults.slow_down(duration_of(words.at(3)));
  } else if (words.at(1) == "fails") {
    faults.fail_next(words.at(2), code_of(words.at(3)));
  } else {
    return "the engine cannot do that";
  }
  return {};
}

std::string Director::compare_rows(const Words& words) {
  const auto& store = stage().store;
  const auto key_of = [](const auto& row) { return row.first.str(); };
  const std::map<std::string, std::string> actual = {
      {"meetings", list_of(store.meetings(), key_of)},
      {"participants", list_of(store.participants(), [](const auto& row) { return row.first.str() + "/" + row.second.instance.str(); })},
      {"transports", std::to_string(store.transports().size())},
      {"producers", std::to_string(store.producers().size())},
      {"consumers", std::to_string(store.consumers().size())},
      {"routers",
       list_of(store.meetings(),
               [](const auto& row) { return list_of(row.second.routers, [](const RouterRow& router) { return router.worker.str(); }); })},
  };
  for (const auto& word : after(words, 1)) {
    const std::string key = word.substr(0, word.find('='));
    const std::string value = word.substr(word.find('=') + 1);
    if (!actual.contains(key)) return "rows have no " + key;
    if (actual.at(key) != value) return fmt::format("rows say {}={}", key, actual.at(key));
  }
  return {};
}

std::string Director::compare_status(const Words& words) {
  const auto status = stage().host->status();
  const std::map<std::string, std::size_t> actual = {{"meetings", status.meetings},
                                                     {"participants", status.participants},
                                                     {"transports", status.transports},
                                                     {"producers", status.producers},
                                                     {"consumers", status.consumers},
                                                     {"data_producers", status.data_producers},
                                                     {"data_consumers", status.data_consumers},
                                                     {"video_refused", status.video_refused},
                                                     {"audio_refused", status.audio_refused}};
  for (const auto& word : after(words, 1)) {
    const std::string key = word.substr(0, word.find('='));
    if (!actual.contains(key)) return "status has no " + key;
    if (std::to_string(actual.at(key)) != word.substr(word.find('=') + 1)) return fmt::format("status says {}={}", key, actual.at(key));
  }
  return {};
}

std::string Director::check_agreement() {
  std::string text;
  for (const auto& line : stage().disagreements()) text += "\n    " + line;
  return text;
}

}  // namespace dd::scenario
