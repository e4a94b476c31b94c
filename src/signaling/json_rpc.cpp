// SPDX-License-Identifier: MIT
#include "signaling/json_rpc.hpp"

#include <fmt/format.h>

namespace dd::signaling {
namespace {

using api::Json;
using api::OrderedJson;

constexpr int kParseError = -32700;
constexpr int kInvalidRequest = -32600;
constexpr int kMethodNotFound = -32601;
constexpr int kInvalidParams = -32602;
constexpr int kRefused = -32000;
constexpr std::string_view kUnknownMethod = "method_not_found";  // never leaves this file

CallFault invalid_request(std::string id, std::string message) {
  return CallFault{std::move(id), kInvalidRequest, std::move(message), true};
}

// Empty when the id is none that we echo: a fraction, a long string, or anything else but a number.
std::string id_text(const Json& id) {
  if (id.is_number_integer()) return id.dump();
  if (!id.is_string()) return {};
  const auto& text = id.get_ref<const std::string&>();
  return text.size() > kMaxCallId ? std::string{} : api::to_text(OrderedJson(text));
}

int rpc_code(const Error& error) {
  if (error.reason == kUnknownMethod) return kMethodNotFound;
  return error.code == Errc::kInvalidArgument ? kInvalidParams : kRefused;
}

std::string error_text(std::string_view id, const OrderedJson& error) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{}}})", id, api::to_text(error));
}

}  // namespace

std::variant<Call, CallFault> parse_call(std::string_view text) {
  auto parsed = api::parse_json(text);
  if (!parsed) return CallFault{"null", kParseError, std::move(parsed.error().message), false};
  if (!parsed->root.is_object()) return invalid_request("null", "a request is an object; there are no batches");
  auto& members = parsed->root.get_ref<Json::object_t&>();

  Call call;
  if (const auto id = members.find("id"); id != members.end()) call.id = id_text(id->second);
  if (call.id.empty()) return invalid_request("null", "id must be a whole number or a string of at most 64 bytes");
  const auto version = members.find("jsonrpc");
  if (version == members.end() || version->second != "2.0") return invalid_request(std::move(call.id), "jsonrpc must be \"2.0\"");
  const auto method = members.find("method");
  if (method == members.end() || !method->second.is_string() || method->second.get_ref<const std::string&>().size() > kMaxMethodLength) {
    return invalid_request(std::move(call.id), "method must be a string");
  }
  call.method = method->second.get<std::string>();
  call.params.root = Json::object();
  if (const auto params = members.find("params"); params != members.end() && !params->second.is_null()) {
    if (!params->second.is_object()) return CallFault{std::move(call.id), kInvalidParams, "params must be an object", true};
    call.params.root = std::move(params->second);
  }
  return call;
}

std::string answer_text(std::string_view id, std::string_view result) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", id, result);
}

std::string refusal_text(std::string_view id, const Error& error) {
  OrderedJson json = OrderedJson::object();
  json["code"] = rpc_code(error);
  // Our own faults are explained in the log and not to whoever provoked them.
  json["message"] = error.code == Errc::kInternal ? "internal error" : error.message;
  OrderedJson finer = OrderedJson::object();
  finer["code"] = to_string(error.code);
  if (!error.reason.empty() && error.reason != kUnknownMethod) finer["reason"] = error.reason;
  if (!error.field.empty()) finer["field"] = error.field;
  if (error.retry_after) finer["retryAfter"] = error.retry_after->count();
  json["data"] = std::move(finer);
  return error_text(id, json);
}

std::string fault_text(const CallFault& fault) {
  OrderedJson json = OrderedJson::object();
  json["code"] = fault.code;
  json["message"] = fault.message;
  OrderedJson finer = OrderedJson::object();
  finer["code"] = to_string(Errc::kInvalidArgument);
  json["data"] = std::move(finer);
  return error_text(fault.id, json);
}

Error unknown_method(std::string_view method) {
  return refused(Errc::kNotFound, std::string(kUnknownMethod), fmt::format("there is no method '{}'", method));
}

Notice notice(std::string_view method, const OrderedJson& params) { return Notice{std::string(method), api::to_text(params), false}; }

Notice reading(std::string_view method, const OrderedJson& params) { return Notice{std::string(method), api::to_text(params), true}; }

std::string notice_text(const Notice& notice, std::uint64_t seq) {
  if (notice.reading) return fmt::format(R"({{"jsonrpc":"2.0","method":"{}","params":{}}})", notice.method, notice.params);
  // The number goes in front of what was rendered for everyone: "{" "seq":7 ,"participantId":...}
  const bool alone = notice.params == "{}";
  return fmt::format(R"({{"jsonrpc":"2.0","method":"{}","params":{{"seq":{}{}{}}})", notice.method, seq, alone ? "" : ",",
                     std::string_view(notice.params).substr(1));
}

}  // namespace dd::signaling
