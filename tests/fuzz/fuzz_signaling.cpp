// SPDX-License-Identifier: MIT
// Any lines as the messages of a client, of somebody who may do everything in a meeting of two. Whatever they are, every message of
// the server is JSON-RPC, what can be answered is answered once, the other one stays in the meeting or was put out of it in order, and
// the server goes on. `$send`, `$receive`, `$mine`, `$theirs`, `$consumer` and `$token` stand for what a client has learned.
// links: dd_signaling_testing nlohmann_json::nlohmann_json
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "observe/log.hpp"
#include "signaling/json_rpc.hpp"
#include "signaling/testing/stage.hpp"

namespace {

using namespace dd;
using namespace dd::signaling;
using signaling::testing::Client;
using signaling::testing::Json;
using signaling::testing::Stage;

constexpr std::size_t kMostLines = 24;

struct Meeting {
  Stage stage;
  std::unique_ptr<Client> other = stage.enter("bela");
  std::unique_ptr<Client> client = stage.enter("asha");
  std::map<std::string, std::string> known;

  Meeting() {
    known["$token"] = stage.token("asha", signaling::testing::everything());
    known["$send"] = client->send_transport();
    known["$receive"] = client->receive_transport();
    known["$mine"] = client->produce("audio");
    known["$theirs"] = other->produce("video");
    const Json consumed = client->ask("consume", {{"producerIds", Json::array({known["$theirs"]})}, {"rtpCapabilities", Json::object()}});
    known["$consumer"] = consumed["result"]["consumers"][0]["consumerId"];
  }

  std::string filled_in(std::string_view line) const {
    std::string text(line);
    for (const auto& [name, value] : known) {
      for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size())) {
        text.replace(at, name.size(), value);
      }
    }
    return text;
  }
};

void check_message(const Json& message) {
  DD_CHECK(message.is_object() && message.value("jsonrpc", "") == "2.0", "a message is JSON-RPC");
  if (message.contains("method")) {
    DD_CHECK(message["params"].is_object(), "a notification has parameters");
  } else {
    DD_CHECK(message.contains("id") && message.contains("result") != message.contains("error"), "an answer is a result or an error");
    if (message.contains("error")) {
      DD_CHECK(message["error"]["code"].is_number_integer() && message["error"]["message"].is_string(), "an error says what it is");
    }
  }
}

std::size_t answers_of(const Client& client) {
  std::size_t answers = 0;
  for (const auto& message : client.socket->received) {
    check_message(message);
    answers += message.contains("method") ? 0 : 1;
  }
  return answers;
}

void say(Meeting& meeting, const std::string& line) {
  Client& client = *meeting.client;
  const auto call = parse_call(line);
  const std::size_t before = answers_of(client);
  client.send_text(line);
  meeting.stage.settle();
  const std::size_t answered = answers_of(client) - before;
  DD_CHECK(answered <= 1, "nothing is answered twice");
  if (std::holds_alternative<Call>(call) && !client.socket->closed) DD_CHECK(answered == 1, "a call is answered");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  observe::set_log_level(observe::LogLevel::kError);
  Meeting meeting;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  for (std::size_t line = 0; line < kMostLines && !rest.empty() && !meeting.client->socket->closed; ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    say(meeting, meeting.filled_in(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  answers_of(*meeting.other);
  meeting.stage.loop.advance(std::chrono::seconds{1});  // in which who is told that it is over is closed
  if (!meeting.other->socket->closed) DD_CHECK(meeting.other->ask("ping").contains("result"), "the other is served");
  meeting.client->break_socket();
  meeting.stage.loop.advance(std::chrono::seconds{31});
  return 0;
}
