// SPDX-License-Identifier: MIT
// Measures the media API of a running server on loopback: latency of each call with many meetings present, replaceMeetings
// of a hundred meetings, joins a second, memory per idle participant. It prints one JSON object; tools/bench.sh makes the
// tables. It bounds itself by its counts and talks to 127.0.0.1 only.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <thread>
#include <unistd.h>
#include <vector>

#include "bench/api/latencies.hpp"
#include "bench/api/participant.hpp"

namespace dd::bench {
namespace {

using nlohmann::json;
using Seconds = std::chrono::duration<double>;

double seconds_since(std::chrono::steady_clock::time_point begun) { return Seconds(std::chrono::steady_clock::now() - begun).count(); }

struct Options {
  std::uint16_t port = 3001;
  std::int64_t server_pid = 0;
  int meetings = 200;
  int participants = 10;
  int rounds = 400;
  int join_threads = 4;
  double join_seconds = 10;
};

std::uint64_t resident_bytes(std::int64_t pid) {
  std::ifstream statm(fmt::format("/proc/{}/statm", pid));
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  statm >> size >> resident;
  return resident * 4096;
}

class Benchmark {
 public:
  explicit Benchmark(Options options) : options_(options), client_(options.port), server_(client_.get("/v1/server").json()) {}

  json run() {
    const auto server_before = resident_bytes(server_pid());
    const auto workers_before = worker_bytes();
    populate();
    json report;
    const auto present = static_cast<double>(options_.meetings * options_.participants);
    report["meetings"] = options_.meetings;
    report["participantsPerMeeting"] = options_.participants;
    report["serverBytesPerParticipant"] = static_cast<double>(resident_bytes(server_pid()) - server_before) / present;
    report["workerBytesPerParticipant"] = static_cast<double>(worker_bytes() - workers_before) / present;
    measure_calls();
    measure_replace();
    report["routes"] = json::array();
    for (const auto& name : latencies_.names()) {
      report["routes"].push_back({{"route", name},
                                  {"calls", latencies_.count(name)},
                                  {"p50", latencies_.percentile_ms(name, 50)},
                                  {"p99", latencies_.percentile_ms(name, 99)},
                                  {"max", latencies_.percentile_ms(name, 100)}});
    }
    report["joins"] = measure_joins();
    return report;
  }

 private:
  std::int64_t server_pid() const { return options_.server_pid; }

  std::uint64_t worker_bytes() const {
    std::uint64_t sum = 0;
    for (const auto& worker : server_.at("workers")) sum += resident_bytes(worker.at("pid"));
    return sum;
  }

  std::string worker_of(int index) const {
    const auto& workers = server_.at("workers");
    return workers.at(static_cast<std::size_t>(index) % workers.size()).at("workerId");
  }

  json routers_for(const std::string& meeting, int index) const {
    return {{"meetingId", meeting},
            {"containerId", server_.at("containerId")},
            {"routers", {{"routerCapacity", 100}, {"workerId", worker_of(index)}}}};
  }

  Meeting create_meeting(Client& client, const std::string& id, int index, const Timing& timing) const {
    Caller(client, timing).call("createMeeting", routers_for(id, index));
    return {id, client.post("/v1/getRoutersOfMeeting", {{"meetingId", id}}).json().at("routers").at(0).at("routerId")};
  }

  // Everyone sends sound and a picture; each watches the two who joined before.
  void populate() {
    Caller caller(client_, nullptr);
    for (int m = 0; m < options_.meetings; ++m) {
      meetings_.push_back(create_meeting(client_, fmt::format("bench-{}", m), m, nullptr));
      auto& present = participants_.emplace_back();
      for (int p = 0; p < options_.participants; ++p) {
        auto participant = caller.join(meetings_.back(), fmt::format("bench-{}-{}", m, p));
        for (const char* kind : {"audio", "video"}) caller.produce(meetings_.back(), participant, kind);
        for (int target = std::max(0, p - 2); target < p; ++target) caller.consume(participant, present[static_cast<std::size_t>(target)]);
        present.push_back(std::move(participant));
      }
      if (m % 20 == 19)
        std::cerr << fmt::format("\rpresent: {} of {} meetings", m + 1, options_.meetings) << (m + 1 == options_.meetings ? "\n" : "");
    }
  }

  // One more participant joins a random meeting, does everything once and leaves, with everyone else present.
  void measure_calls() {
    std::mt19937 random(1);
    Caller caller(client_, [this](const std::string& route, std::chrono::nanoseconds took) { latencies_.add(route, took); });
    for (int round = 0; round < options_.rounds; ++round) {
      const auto m = random() % meetings_.size();
      const Meeting& meeting = meetings_[m];
      const json who = {{"meetingId", meeting.id}, {"participantId", "visitor"}};
      const auto with = [&who](json extra) {
        extra.update(who);
        return extra;
      };
      auto visitor = caller.join(meeting, "visitor");
      for (const char* kind : {"audio", "video"}) caller.produce(meeting, visitor, kind);
      caller.consume(visitor, participants_[m][random() % participants_[m].size()]);
      caller.call("preMeetingDetails", with({{"producerRouterId", meeting.router}, {"consumerRouterId", meeting.router}}));
      caller.call("getProducersOfMeeting", {{"meetingId", meeting.id}});
      caller.call("restartIce", with({{"transportIds", {visitor.producer_transport}}}));
      for (const char* route : {"pauseProducer", "resumeProducer"})
        caller.call(route, with({{"producerKindMap", {{visitor.producers["video"], "video"}}}}));
      for (const char* route : {"pauseConsumer", "resumeConsumer", "closeConsumer"})
        caller.call(route, with({{"consumerIds", visitor.consumers}}));
      caller.call("closeProducer", with({{"producerKindMap", {{visitor.producers["video"], "video"}}}}));
      caller.leave(visitor);
      const auto extra = create_meeting(client_, fmt::format("extra-{}", round), round,
                                        [this](const std::string& route, std::chrono::nanoseconds took) { latencies_.add(route, took); });
      caller.call("endMeeting", {{"meetingId", extra.id},
                                 {"routerIds", {extra.router}},
                                 {"transportIds", json::array()},
                                 {"producerIds", json::array()},
                                 {"consumerIds", json::array()},
                                 {"participantIds", json::array()}});
    }
  }

  // What kendra does when a server died: a hundred of its meetings come to this one in one call.
  void measure_replace() {
    for (int repeat = 0; repeat < 5; ++repeat) {
      json requests = json::array();
      for (int m = 0; m < 100; ++m) {
        requests.push_back({{"meetingId", fmt::format("replaced-{}-{}", repeat, m)},
                            {"oldContainerId", "gone"},
                            {"newContainerId", server_.at("containerId")},
                            {"producerRouterDetails", {{{"routerCapacity", 20}, {"workerId", worker_of(m)}}}},
                            {"consumerRouterDetails", {{{"routerCapacity", 200}, {"workerId", worker_of(m + 1)}}}}});
      }
      Caller(client_, [this](const std::string&, std::chrono::nanoseconds took) {
        latencies_.add("replaceMeetings (100 meetings)", took);
      }).call("replaceMeetings", {{"replaceMeetingRequests", requests}});
    }
  }

  // Joins as fast as a few connections can ask: capabilities, both transports, both connects, then leave (not counted).
  json measure_joins() {
    std::atomic<int> joined{0};
    std::vector<std::thread> threads;
    const auto begun = std::chrono::steady_clock::now();
    const double cpu_before = process_seconds(server_pid());
    for (int t = 0; t < options_.join_threads; ++t) {
      threads.emplace_back([&, t] {
        Client client(options_.port);
        Caller caller(client, nullptr);
        for (int i = 0; seconds_since(begun) < options_.join_seconds; ++i) {
          const auto& meeting = meetings_[static_cast<std::size_t>(t + i * options_.join_threads) % meetings_.size()];
          caller.leave(caller.join(meeting, fmt::format("joiner-{}-{}", t, i)));
          joined.fetch_add(1, std::memory_order_relaxed);
        }
      });
    }
    for (auto& thread : threads) thread.join();
    const double elapsed = seconds_since(begun);
    return {{"perSecond", joined / elapsed},
            {"connections", options_.join_threads},
            {"serverCpuSecondsPerJoin", (process_seconds(server_pid()) - cpu_before) / joined}};
  }

  static double process_seconds(std::int64_t pid) {
    std::ifstream stat(fmt::format("/proc/{}/stat", pid));
    std::string line;
    std::getline(stat, line);
    std::istringstream fields(line.substr(line.rfind(')') + 2));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }

  Options options_;
  Client client_;
  json server_;
  std::vector<Meeting> meetings_;
  std::vector<std::vector<Participant>> participants_;
  Latencies latencies_;
};

}  // namespace
}  // namespace dd::bench

int main(int argc, char** argv) {
  dd::bench::Options options;
  if (argc > 1) options.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  if (argc > 2) options.server_pid = std::atoll(argv[2]);
  if (argc > 3) options.meetings = std::atoi(argv[3]);
  if (argc > 4) options.rounds = std::atoi(argv[4]);
  try {
    std::cout << dd::bench::Benchmark(options).run().dump(2) << "\n";
  } catch (const std::exception& error) {
    std::cerr << "api benchmark: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
