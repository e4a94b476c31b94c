// SPDX-License-Identifier: MIT
// JSON-RPC 2.0 as text: requests in, answers, refusals and notifications out. It knows no method and no session.
// What a client sends is hostile: any bytes are a call or a fault that an answer can be written from. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "api/json.hpp"
#include "base/error.hpp"

namespace dd::signaling {

inline constexpr std::size_t kMaxMethodLength = 64;
inline constexpr std::size_t kMaxCallId = 64;  // bytes of an id that is a string

struct Call {
  std::string id;  // as JSON text, to be echoed
  std::string method;
  api::JsonText params;  // an object
};

struct CallFault {
  std::string id = "null";
  int code = 0;  // of JSON-RPC: -32700, -32600, -32602
  std::string message;
  bool speaks_json_rpc = true;  // false: this peer is something else, and is not answered for long
};

std::variant<Call, CallFault> parse_call(std::string_view text);

// `result` is JSON text.
std::string answer_text(std::string_view id, std::string_view result);
std::string refusal_text(std::string_view id, const Error& error);
std::string fault_text(const CallFault& fault);
Error unknown_method(std::string_view method);  // refusal_text makes -32601 of it

// A notification, rendered once for everyone; only the number differs from client to client.
struct Notice {
  std::string method;
  std::string params;    // JSON text of an object
  bool reading = false;  // without a number: the next one replaces it
};

Notice notice(std::string_view method, const api::OrderedJson& params);
Notice reading(std::string_view method, const api::OrderedJson& params);
std::string notice_text(const Notice& notice, std::uint64_t seq);

}  // namespace dd::signaling
