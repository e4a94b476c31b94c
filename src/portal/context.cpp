// SPDX-License-Identifier: MIT
#include "portal/context.hpp"

#include <charconv>
#include <fmt/format.h>

namespace dd::portal {
namespace {

Error strange_answer() { return make_error(Errc::kInternal, "a media server answered something else than its API says"); }

struct CivilDay {
  std::int32_t year = 1970;
  unsigned month = 1;
  unsigned day = 1;
};

CivilDay civil_day(std::int32_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  return CivilDay{static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day())};
}

bool read_number(std::string_view text, std::int32_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

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

std::int32_t day_of(WallTime time) {
  return static_cast<std::int32_t>(std::chrono::floor<std::chrono::days>(time).time_since_epoch().count());
}

std::string day_text(std::int32_t day) {
  const CivilDay date = civil_day(day);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string rfc3339(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time - day).count();
  return fmt::format("{}T{:02}:{:02}:{:02}Z", day_text(day_of(time)), seconds / 3600, seconds / 60 % 60, seconds % 60);
}

Result<std::int32_t> parse_day(std::string_view field, std::string_view text) {
  std::int32_t year = 0;
  std::int32_t month = 0;
  std::int32_t day = 0;
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-' && read_number(text.substr(0, 4), year) &&
                      read_number(text.substr(5, 2), month) && read_number(text.substr(8, 2), day);
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!shaped || year < 1970 || !date.ok()) {
    return invalid_field(std::string(field), fmt::format("{} must be a day such as 2026-01-31", field));
  }
  return static_cast<std::int32_t>(std::chrono::sys_days{date}.time_since_epoch().count());
}

}  // namespace dd::portal
