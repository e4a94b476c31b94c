// SPDX-License-Identifier: MIT
// Any bytes as a request's target and headers: queries decode, files are found only in their folder, access is judged.
// links: dd_api
#include <cstdint>
#include <string>
#include <string_view>

#include "api/access.hpp"
#include "api/http.hpp"
#include "api/static_files.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dd::api;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  HttpRequest request;
  request.method = "GET";
  request.target = std::string(text);
  request.headers = {{"authorization", std::string(text)}, {"x-api-key", std::string(text)}, {"if-none-match", std::string(text)}};
  (void)request.query_parameter("meetingId");
  (void)request.query_parameter(text);

  static const StaticFiles files = [] {
    StaticFiles made;
    made.put("index.html", "hello");
    return made;
  }();
  const auto found = files.find(request.path(), request);
  if (found) DD_CHECK(found->content() == "hello" || found->content().empty(), "a file that nobody put there");

  static const auto rule = AccessRule::open("0123456789abcdef", {"10.0.0.0/8"});
  DD_CHECK(rule.has_value(), "the rule opens");
  const bool knows_key = text.find("0123456789abcdef") != std::string_view::npos;
  DD_CHECK(knows_key || rule->judge(request) != AccessRule::Verdict::kAllowed, "let in without the key");
  (void)Network::parse(text);
  return 0;
}
