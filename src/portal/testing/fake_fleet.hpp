// SPDX-License-Identifier: MIT
// FakeFleet: media servers that answer what a test told them to, and remember what they were asked.
// They carry no meeting. Owned by one test.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "api/json.hpp"
#include "control/fleet.hpp"

namespace dd::portal::testing {

class FakeFleet final : public control::Fleet {
 public:
  struct Made {
    ContainerId server;
    std::string path;
    api::Json body;
  };
  using Answer = std::function<Result<std::string>(const Made& call)>;
  using Forward = std::function<Result<api::HttpResponse>(const ContainerId& server, const api::HttpRequest& request)>;

  void answer(const std::string& path, const std::string& text) {
    answers_[path] = [text](const Made&) { return Result<std::string>(text); };
  }
  void refuse(const std::string& path, Error error) {
    answers_[path] = [error](const Made&) { return Result<std::string>(error); };
  }
  void answer_by(const std::string& path, Answer answer) { answers_[path] = std::move(answer); }

  std::vector<Made> calls_of(std::string_view path) const {
    std::vector<Made> found;
    for (const auto& made : calls) {
      if (made.path == path) found.push_back(made);
    }
    return found;
  }

  void know(const ContainerId& server, std::string origin) override { known[server] = std::move(origin); }
  Task<Result<std::string>> call(ContainerId server, std::string path, std::string body) override {
    Made made{std::move(server), std::move(path), api::Json::parse(body)};
    calls.push_back(made);
    const auto found = answers_.find(made.path);
    if (found == answers_.end()) co_return make_error(Errc::kNotFound, "no answer was prepared for " + made.path);
    co_return found->second(made);
  }
  Task<Result<api::HttpResponse>> forward(ContainerId server, api::HttpRequest request) override {
    forwarded.emplace_back(server, request.method + " " + request.target);
    last_forwarded = request;
    if (!on_forward) co_return unavailable("nothing was prepared");
    co_return on_forward(server, request);
  }
  void follow(const ContainerId& server) override { followed.insert(server); }
  void unfollow(const ContainerId& server) override { followed.erase(server); }
  void add_listener(control::MediaEvents*) override {}

  std::vector<Made> calls;
  std::vector<std::pair<ContainerId, std::string>> forwarded;
  api::HttpRequest last_forwarded;
  Forward on_forward;
  std::map<ContainerId, std::string> known;
  std::set<ContainerId> followed;

 private:
  std::map<std::string, Answer, std::less<>> answers_;
};

}  // namespace dd::portal::testing
