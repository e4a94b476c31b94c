// SPDX-License-Identifier: MIT
// Any bytes as the body, the query, the ticket or the path of any call of the portal: the first byte chooses the parser, the rest is
// what it reads. Whatever it is, there is either a value within its bounds or an error that an answer can be written from.
// links: dd_portal
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/error_mapping.hpp"
#include "base/check.hpp"
#include "portal/admin_requests.hpp"
#include "portal/context.hpp"
#include "portal/kendra.hpp"
#include "portal/kendra_layout.hpp"
#include "portal/recordings.hpp"
#include "portal/ticket.hpp"

namespace {

using namespace dd;
using namespace dd::portal;

template <typename Parsed>
bool check(const Parsed& parsed) {
  if (parsed.has_value()) return true;
  const Errc code = parsed.error().code;
  DD_CHECK(code == Errc::kInvalidArgument || code == Errc::kPayloadTooLarge || code == Errc::kUnauthorized, "it is the caller's mistake");
  DD_CHECK(api::parse_json(api::error_response(parsed.error()).body).has_value(), "an error is written as JSON");
  DD_CHECK(api::parse_json(kendra_error(parsed.error()).body).has_value(), "an error is written as kendra's JSON");
  return false;
}

void check_address(const api::Json& body, Names names) {
  const auto address = parse_kendra_address(body, names);
  if (!check(address)) return;
  DD_CHECK(is_valid_id(address->meeting.str()), "the scoped id is an id");
  DD_CHECK(address->tenant != kDefaultTenant || address->meeting.str().find(':') == std::string::npos, "nobody writes another's scope");
}

void check_capacity(const api::Json& body) {
  const auto capacity = parse_kendra_capacity(body);
  if (!check(capacity)) return;
  control::ServerRecord server;
  for (int i = 0; i < 4; ++i) server.workers.push_back({WorkerId("w" + std::to_string(i)), true, 10, 0});
  const auto layout = lay_out(*capacity, server);
  if (!layout) return;
  for (const auto& router : layout->consumers) {
    DD_CHECK(router.capacity > 0 && router.capacity <= kConsumersPerWorker, "no worker is given more than it may have");
  }
}

using Parser = void (*)(const api::Json& body);

constexpr std::array<Parser, 16> kParsers{
    [](const api::Json& body) { check_address(body, Names::kMeeting); },
    [](const api::Json& body) { check_address(body, Names::kInstance); },
    [](const api::Json& body) { check_capacity(body); },
    [](const api::Json& body) { check(parse_kendra_kind(body)); },
    [](const api::Json& body) { check(parse_kendra_kinds(body)); },
    [](const api::Json& body) { check(parse_kendra_targets(body)); },
    [](const api::Json& body) { check(parse_kendra_object(body, "rtp_parameters")); },
    [](const api::Json& body) { check(parse_kendra_flag(body, "start_recording")); },
    [](const api::Json& body) { check(parse_tenant_change(body)); },
    [](const api::Json& body) { check(parse_quotas_body(body)); },
    [](const api::Json& body) { check(parse_suspension(body)); },
    [](const api::Json& body) { check(parse_new_key(body)); },
    [](const api::Json& body) { check(parse_retirement(body, WallTime{})); },
    [](const api::Json& body) { check(parse_new_token(body)); },
    [](const api::Json& body) { DD_CHECK(api::parse_json(text_of(body)).has_value(), "what is passed on can be read"); },
    [](const api::Json& body) { check(parse_kendra_object(body, "dtls_parameters")); },
};

void check_text(std::uint8_t which, std::string_view text) {
  api::HttpRequest request;
  request.target = "/x?" + std::string(text);
  switch (which % 6) {
    case 0: check(parse_recordings_query(request)); break;
    case 1: check(parse_usage_query(request, 20'000)); break;
    case 2: check(parse_meetings_query(request)); break;
    case 3: {
      static const Tickets tickets("a key");
      DD_CHECK(!check(tickets.check(text, RecordingId("r"), WallTime{})), "nobody guesses a ticket");
      break;
    }
    case 4: {
      const auto day = parse_day("day", text);
      if (check(day)) DD_CHECK(day_text(*day) == text, "a day is written as it was read");
      break;
    }
    default: DD_CHECK(api::percent_decoded_path(percent_encoded(text, true)) == text, "a path is passed on as it is");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::uint8_t which = data[0];
  if (which >= 0x80) {
    check_text(which & 0x7fU, rest);
    return 0;
  }
  const auto parsed = api::parse_json(rest);
  if (check(parsed)) kParsers[which % kParsers.size()](parsed->root);
  return 0;
}
