// SPDX-License-Identifier: MIT
#include "portal/context.hpp"

#include <chrono>
#include <fmt/format.h>

namespace dd::portal {
namespace {

Error strange_answer() { return make_error(Errc::kInternal, "a media server answered something else than its API says"); }

}  // namespace

Task<Result<api::JsonText>> ask(Context& portal, ContainerId server, std::string path, api::Json body) {
  DD_CO_TRY(auto answer, co_await portal.fleet.call(std::move(server), std::move(path), text_of(body)));
  auto parsed = api::parse_json(answer);
  if (!parsed) co_return strange_answer();
  co_return std::move(*parsed);
}

std::string text_of(const api::Json& json) { return json.dump(-1, ' ', false, api::Json::error_handler_t::replace); }

api::HttpResponse text_response(std::string text, int status) {
  api::HttpResponse response;
  response.status = status;
  response.body = std::move(text);
  return response;
}

api::HttpResponse json_response(const api::OrderedJson& json, int status) { return text_response(api::to_text(json), status); }

Result<std::string> text_member(const api::Json& answer, std::string_view name) {
  if (!answer.is_object()) return strange_answer();
  const auto& members = answer.get_ref<const api::Json::object_t&>();
  const auto found = members.find(name);
  if (found == members.end() || !found->second.is_string()) return strange_answer();
  return found->second.get_ref<const std::string&>();
}

std::string rfc3339(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time - day).count();
  return fmt::format("{}T{:02}:{:02}:{:02}Z", day_text(day_of(time)), seconds / 3600, seconds / 60 % 60, seconds % 60);
}

Result<std::int32_t> parse_day(std::string_view field, std::string_view text) {
  const auto day = control::parse_day(text);
  if (!day || *day < 0) return invalid_field(std::string(field), fmt::format("{} must be a day such as 2026-01-31", field));
  return *day;
}

}  // namespace dd::portal
