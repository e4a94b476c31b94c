// SPDX-License-Identifier: MIT
#include "net/s3_store.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "net/digest.hpp"
#include "net/s3_xml.hpp"

namespace dd::net {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxAnswer = 4U << 20U;  // 1000 listed parts are about 300 KB
constexpr auto kConnect = 10s;
constexpr auto kTotal = 10min;  // a part of 8 MiB at 14 KB/s

// RFC 3986's unreserved characters stay, as S3's canonical request wants it; a slash parts the key.
std::string encoded(std::string_view text, bool keep_slash) {
  std::string out;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain || (c == '/' && keep_slash)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

bool is_md5(std::string_view text) {
  return text.size() == 32 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string header(const CurlClient::Answer& answer, const std::string& name) {
  const auto found = answer.headers.find(name);
  return found == answer.headers.end() ? std::string{} : found->second;
}

Error refused(const CurlClient::Answer& answer) {
  const std::string code = xml_text(answer.body, "Code").value_or("");
  const std::string message = fmt::format("the object store answered {} {}", answer.status, code.empty() ? "without a code" : code);
  if (code == "NoSuchUpload") return make_error(Errc::kNotFound, message);
  switch (answer.status) {
    case 401:
    case 403: return make_error(Errc::kForbidden, message);
    case 400: return make_error(Errc::kInvalidArgument, message);
    case 429: return make_error(Errc::kTooManyRequests, message);
    default: return make_error(Errc::kUnavailable, message);
  }
}

}  // namespace

S3Store::S3Store(StorageProfile profile) : profile_(std::move(profile)) {}

std::string S3Store::url(const std::string& key, std::string_view query) const {
  std::string_view endpoint = profile_.endpoint;
  while (endpoint.ends_with('/')) endpoint.remove_suffix(1);
  std::string url;
  if (profile_.path_style) {
    url = fmt::format("{}/{}", endpoint, profile_.bucket);
  } else {
    const auto host = endpoint.find("://") + 3;
    url = fmt::format("{}{}.{}", endpoint.substr(0, host), profile_.bucket, endpoint.substr(host));
  }
  url += "/" + encoded(key, true);
  if (!query.empty()) url += fmt::format("?{}", query);
  return url;
}

// Names in a query stand in the order of the alphabet and always with "=": libcurl 7.88 signs a query as it is written.
Result<CurlClient::Answer> S3Store::call(std::string method, const std::string& key, std::string_view query, std::string_view body,
                                         std::vector<std::string> headers) {
  CurlClient::Request request;
  request.method = std::move(method);
  request.url = url(key, query);
  request.headers = std::move(headers);
  request.headers.push_back("x-amz-content-sha256: " + sha256_hex(body));
  request.body = body;
  request.connect_timeout = kConnect;
  request.total_timeout = kTotal;
  request.max_answer = kMaxAnswer;
  request.sign = S3Credentials{profile_.region, profile_.access_key, profile_.secret_key};
  DD_TRY(auto answer, client_.send(request));
  const std::string encryption = header(answer, "x-amz-server-side-encryption");
  if (encryption.starts_with("aws:kms") || !header(answer, "x-amz-server-side-encryption-customer-algorithm").empty()) opaque_etags_ = true;
  return answer;
}

Result<std::string> S3Store::etag_of(const CurlClient::Answer& answer, std::string_view bytes) {
  std::string etag = without_quotes(header(answer, "etag"));
  if (etag.empty()) return make_error(Errc::kUnavailable, "the object store answered without an ETag");
  if (!proves(etag, bytes).value_or(true)) {
    return make_error(Errc::kUnavailable, fmt::format("the object store has other bytes (ETag {}) than were sent", etag));
  }
  const std::string checksum = header(answer, "x-amz-checksum-sha256");
  if (!checksum.empty() && checksum != sha256_base64(bytes)) {
    return make_error(Errc::kUnavailable, "the object store has another SHA-256 than what was sent");
  }
  return etag;
}

Result<std::string> S3Store::put(const std::string& key, std::string_view bytes, std::string_view media_type) {
  DD_TRY(const auto answer,
         call("PUT", key, {}, bytes, {fmt::format("Content-Type: {}", media_type), "x-amz-checksum-sha256: " + sha256_base64(bytes)}));
  if (answer.status != 200) return refused(answer);
  return etag_of(answer, bytes);
}

Result<std::string> S3Store::begin(const std::string& key, std::string_view media_type) {
  DD_TRY(const auto answer, call("POST", key, "uploads=", {}, {fmt::format("Content-Type: {}", media_type)}));
  if (answer.status != 200) return refused(answer);
  auto upload = xml_text(answer.body, "UploadId");
  if (!upload || upload->empty() || upload->size() > 2048) return make_error(Errc::kUnavailable, "the object store gave no upload id");
  return std::move(*upload);
}

Result<std::string> S3Store::put_part(const std::string& key, const std::string& upload, unsigned number, std::string_view bytes) {
  const std::string query = fmt::format("partNumber={}&uploadId={}", number, encoded(upload, false));
  DD_TRY(const auto answer, call("PUT", key, query, bytes, {"Content-Type: application/octet-stream"}));
  if (answer.status != 200) return refused(answer);
  return etag_of(answer, bytes);
}

Result<std::optional<std::vector<shelf::ListedPart>>> S3Store::parts(const std::string& key, const std::string& upload) {
  std::vector<shelf::ListedPart> all;
  unsigned marker = 0;
  for (;;) {
    std::string query;
    if (marker > 0) query = fmt::format("part-number-marker={}&", marker);
    query += "uploadId=" + encoded(upload, false);
    DD_TRY(const auto answer, call("GET", key, query, {}));
    if (answer.status == 405 || answer.status == 501) return std::optional<std::vector<shelf::ListedPart>>{};
    if (answer.status != 200) return refused(answer);
    DD_TRY(auto page, parse_parts_page(answer.body));
    all.insert(all.end(), page.parts.begin(), page.parts.end());
    if (!page.next || *page.next <= marker) break;
    marker = *page.next;
  }
  return std::optional(std::move(all));
}

Result<std::string> S3Store::complete(const std::string& key, const std::string& upload,
                                      const std::vector<recording::UploadedPart>& parts) {
  const std::string document = complete_document(parts);
  DD_TRY(const auto answer, call("POST", key, "uploadId=" + encoded(upload, false), document, {"Content-Type: application/xml"}));
  // A server that takes long says 200 first and may put an error into the body.
  if (answer.status != 200 || answer.body.find("<Error>") != std::string::npos) return refused(answer);
  const std::string etag = without_quotes(xml_text(answer.body, "ETag").value_or(header(answer, "etag")));
  if (!proves(etag, parts).value_or(true)) {
    return make_error(Errc::kUnavailable, fmt::format("the object store put other parts together (ETag {}) than were sent", etag));
  }
  return etag;
}

Result<void> S3Store::abandon(const std::string& key, const std::string& upload) {
  DD_TRY(const auto answer, call("DELETE", key, "uploadId=" + encoded(upload, false), {}));
  if (answer.status >= 300 && answer.status != 404) return refused(answer);
  return ok();
}

Result<std::optional<shelf::StoredObject>> S3Store::look(const std::string& key) {
  DD_TRY(const auto answer, call("HEAD", key, {}, {}));
  if (answer.status == 404) return std::optional<shelf::StoredObject>{};
  if (answer.status != 200) return refused(answer);
  shelf::StoredObject object;
  const std::string length = header(answer, "content-length");
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), object.bytes);
  if (error != std::errc{} || end != length.data() + length.size())
    return make_error(Errc::kUnavailable, "the object store told no length");
  object.etag = without_quotes(header(answer, "etag"));
  return std::optional(std::move(object));
}

std::optional<bool> S3Store::proves(std::string_view etag, std::string_view bytes) const {
  if (opaque_etags_ || !is_md5(etag)) return std::nullopt;
  return etag == md5_hex(bytes);
}

// The MD5 of the parts' MD5s, a dash, and how many they are.
std::optional<bool> S3Store::proves(std::string_view etag, const std::vector<recording::UploadedPart>& parts) const {
  const auto dash = etag.rfind('-');
  if (opaque_etags_ || dash == std::string_view::npos || !is_md5(etag.substr(0, dash))) return std::nullopt;
  std::string digests;
  for (const auto& part : parts) {
    if (!is_md5(part.etag)) return std::nullopt;
    for (std::size_t i = 0; i < part.etag.size(); i += 2) {
      unsigned byte = 0;
      std::from_chars(part.etag.data() + i, part.etag.data() + i + 2, byte, 16);
      digests += static_cast<char>(byte);
    }
  }
  return etag == fmt::format("{}-{}", md5_hex(digests), parts.size());
}

}  // namespace dd::net
