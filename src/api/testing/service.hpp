// SPDX-License-Identifier: MIT
// Service: the whole API over a host between the two fakes, on a loop stepped by hand; a test calls it as a client would,
// without a socket. Owned by one test.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "api/application.hpp"
#include "api/json.hpp"
#include "base/testing/manual_loop.hpp"
#include "meeting/testing/fake_media.hpp"
#include "meeting/testing/fake_store.hpp"

namespace dd::api::testing {

class Service {
 public:
  struct Answer {
    int status = 0;
    std::string text;
    Json json;  // discarded when the text is none
    HttpResponse response;

    std::string header(std::string_view name) const {
      for (const auto& [key, value] : response.headers) {
        if (key == name) return value;
      }
      return {};
    }
    std::string error_code() const { return json.is_object() && json.contains("error") ? json["error"].value("code", "") : std::string{}; }
    std::string error_field() const {
      return json.is_object() && json.contains("error") ? json["error"].value("field", "") : std::string{};
    }
  };

  explicit Service(Settings settings = {}, EventStreamSettings event_settings = default_events())
      : media(loop, {WorkerId("w1"), WorkerId("w2")}), store(loop, ContainerId("c1")), events(loop, metrics, std::move(event_settings)) {
    meeting::HostSettings host_settings;
    host_settings.container = ContainerId("c1");
    host_settings.tenant = " default";
    host_settings.new_id = [this] {
      if (broken) throw std::runtime_error("as the test asked");
      return "id" + std::to_string(1000 + next_id_++);
    };
    host = std::make_unique<meeting::Host>(loop, std::move(host_settings), media, store, events, nullptr);
    auto opened = Application::open(loop, *host, events, metrics, std::move(settings));
    DD_CHECK(opened.has_value(), "the settings of a test make sense");
    application = std::move(*opened);
  }

  static EventStreamSettings default_events() {
    EventStreamSettings settings;
    settings.boot = "boot";
    return settings;
  }

  Answer request(std::string method, std::string target, std::string body = {},
                 std::vector<std::pair<std::string, std::string>> headers = {}) {
    HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    request.headers = std::move(headers);
    request.peer = peer;
    Answer answer;
    answer.response = loop.run(application->handle(std::move(request)));
    answer.status = answer.response.status;
    answer.text = std::string(answer.response.content());
    answer.json = Json::parse(answer.text, nullptr, false);
    return answer;
  }
  Answer get(std::string target) { return request("GET", std::move(target)); }
  Answer post(std::string_view call, const Json& body) { return request("POST", "/v1/" + std::string(call), body.dump()); }
  Answer post_text(std::string_view call, std::string body) { return request("POST", "/v1/" + std::string(call), std::move(body)); }

  dd::testing::ManualLoop loop;
  observe::Metrics metrics;
  meeting::testing::FakeMedia media;
  meeting::testing::FakeStore store;
  EventStream events;
  std::unique_ptr<meeting::Host> host;
  std::unique_ptr<Application> application;
  bool broken = false;  // something inside throws
  PeerAddress peer{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};

 private:
  int next_id_ = 0;
};

}  // namespace dd::api::testing
