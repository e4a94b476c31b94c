// SPDX-License-Identifier: MIT
#include "net/s3_xml.hpp"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace dd::net {
namespace {

std::string resolved(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 7> kEntities{
      {{"&quot;", '"'}, {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&apos;", '\''}, {"&#34;", '"'}, {"&#39;", '\''}}};
  std::string out;
  while (!text.empty()) {
    bool found = false;
    if (text.front() == '&') {
      for (const auto& [entity, meaning] : kEntities) {
        if (!text.starts_with(entity)) continue;
        out += meaning;
        text.remove_prefix(entity.size());
        found = true;
        break;
      }
    }
    if (!found) {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

// What stands between <element ...> and </element>, and what follows.
std::optional<std::pair<std::string_view, std::string_view>> inside(std::string_view document, std::string_view element) {
  const std::string open = fmt::format("<{}", element);
  const std::string close = fmt::format("</{}>", element);
  std::size_t at = 0;
  for (;;) {
    at = document.find(open, at);
    if (at == std::string_view::npos) return std::nullopt;
    const std::size_t behind = at + open.size();
    if (behind < document.size() && (document[behind] == '>' || document[behind] == ' ' || document[behind] == '/')) break;
    at = behind;  // an element whose name only begins so
  }
  const auto start = document.find('>', at);
  if (start == std::string_view::npos) return std::nullopt;
  if (document[start - 1] == '/') return std::pair{std::string_view{}, document.substr(start + 1)};
  const auto end = document.find(close, start);
  if (end == std::string_view::npos) return std::nullopt;
  return std::pair{document.substr(start + 1, end - start - 1), document.substr(end + close.size())};
}

template <typename Number>
std::optional<Number> number_in(std::string_view document, std::string_view element) {
  const auto text = xml_text(document, element);
  if (!text) return std::nullopt;
  Number value{};
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> xml_text(std::string_view document, std::string_view element) {
  const auto found = inside(document, element);
  if (!found) return std::nullopt;
  return resolved(found->first);
}

std::string without_quotes(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

Result<PartsPage> parse_parts_page(std::string_view document) {
  if (!inside(document, "ListPartsResult")) return make_error(Errc::kUnavailable, "the server's list of parts is none");
  PartsPage page;
  std::string_view rest = document;
  while (const auto part = inside(rest, "Part")) {
    shelf::ListedPart listed;
    const auto number = number_in<unsigned>(part->first, "PartNumber");
    const auto size = number_in<std::uint64_t>(part->first, "Size");
    const auto etag = xml_text(part->first, "ETag");
    if (!number || !size || !etag) return make_error(Errc::kUnavailable, "the server's list of parts lacks something");
    page.parts.push_back({*number, *size, without_quotes(*etag)});
    rest = part->second;
  }
  if (xml_text(document, "IsTruncated") == "true") page.next = number_in<unsigned>(document, "NextPartNumberMarker");
  return page;
}

std::string complete_document(const std::vector<recording::UploadedPart>& parts) {
  std::string document = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (const auto& part : parts) {
    document += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>&quot;", part.number);
    for (const char c : part.etag) {
      switch (c) {
        case '&': document += "&amp;"; break;
        case '<': document += "&lt;"; break;
        case '>': document += "&gt;"; break;
        default: document += c;
      }
    }
    document += "&quot;</ETag></Part>";
  }
  return document + "</CompleteMultipartUpload>";
}

}  // namespace dd::net
