// SPDX-License-Identifier: MIT
#include "api/static_files.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

#include "api/content_coding.hpp"

namespace dd::api {
namespace {

namespace fs = std::filesystem;

std::string_view content_type_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 19> kTypes{{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".wasm", "application/wasm"},
      {".txt", "text/plain; charset=utf-8"},
      {".webmanifest", "application/manifest+json"},
      {".webp", "image/webp"},
      {".jpg", "image/jpeg"},
      {".woff", "font/woff"},
      {".mp3", "audio/mpeg"},
      {".ogg", "audio/ogg"},
      {".wav", "audio/wav"},
  }};
  for (const auto& [ending, type] : kTypes) {
    if (name.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

// If-None-Match: one or several, each perhaps marked as weak by a proxy that compressed on the way.
bool names_etag(std::string_view header, std::string_view etag) {
  for (auto at = header.find(etag); at != std::string_view::npos; at = header.find(etag, at + etag.size())) {
    if (at == 0 || header[at - 1] == ' ' || header[at - 1] == ',' || header[at - 1] == '/') return true;
  }
  return header == "*";
}

std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

}  // namespace

Result<StaticFiles> StaticFiles::load(const std::string& folder, const std::vector<std::string>& only, Limits limits) {
  StaticFiles files;
  std::error_code error;
  std::size_t bytes = 0;
  for (auto entry = fs::recursive_directory_iterator(folder, error); !error && entry != fs::recursive_directory_iterator();
       entry.increment(error)) {
    std::error_code unreadable;
    if (!entry->is_regular_file(unreadable) || unreadable) continue;
    std::string name = fs::relative(entry->path(), folder, unreadable).generic_string();
    if (!only.empty() && std::find(only.begin(), only.end(), name) == only.end()) continue;
    std::ifstream stream(entry->path(), std::ios::binary);
    std::string content((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    bytes += content.size();
    if (files.files_.size() >= limits.max_files || bytes > limits.max_bytes) {
      return make_error(Errc::kPayloadTooLarge,
                        fmt::format("{} holds more than {} files or {} bytes", folder, limits.max_files, limits.max_bytes));
    }
    files.put(std::move(name), std::move(content));
  }
  if (error) return make_error(Errc::kNotFound, fmt::format("{}: {}", folder, error.message()));
  files.join_compressed();
  return files;
}

// A compressed file beside its original is a form of it; alone it is a file like any other.
void StaticFiles::join_compressed() {
  for (auto& [name, file] : files_) {
    for (const auto& [ending, form] : {std::pair{".br", &file.brotli}, std::pair{".gz", &file.gzip}}) {
      const auto compressed = files_.find(name + ending);
      if (compressed == files_.end()) continue;
      *form = std::move(compressed->second.plain);
      files_.erase(compressed);
    }
  }
}

StaticFiles::Form StaticFiles::form_of(std::string content) {
  Form form;
  form.etag = fmt::format("\"{:016x}\"", fnv1a(content));
  form.content = std::make_shared<const std::string>(std::move(content));
  return form;
}

void StaticFiles::put(std::string name, std::string content) {
  File file;
  file.content_type = content_type_of(name);
  file.plain = form_of(std::move(content));
  files_.insert_or_assign(std::move(name), std::move(file));
}

std::unique_ptr<HttpResponse> StaticFiles::find(std::string_view name, const HttpRequest& request) const {
  const auto found = files_.find(name.empty() ? std::string_view("index.html") : name);
  if (found == files_.end()) return nullptr;
  const File& file = found->second;
  const std::string_view takes = request.header("accept-encoding").value_or("");
  const Form* form = &file.plain;
  std::string_view coding;
  if (file.brotli.content && accepts_coding(takes, "br")) {
    form = &file.brotli;
    coding = "br";
  } else if (file.gzip.content && accepts_coding(takes, "gzip")) {
    form = &file.gzip;
    coding = "gzip";
  }
  const bool hashed = !manner_.hashed_prefix.empty() && found->first.starts_with(manner_.hashed_prefix);
  auto response = std::make_unique<HttpResponse>();
  response->headers.emplace_back("ETag", form->etag);
  // Without a hash in the name it may be kept, but is asked about each time.
  response->headers.emplace_back("Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
  if (file.brotli.content || file.gzip.content) response->headers.emplace_back("Vary", "Accept-Encoding");
  response->headers.emplace_back("X-Content-Type-Options", "nosniff");
  for (const auto& header : manner_.headers) response->headers.push_back(header);
  if (names_etag(request.header("if-none-match").value_or(""), form->etag)) {
    response->status = 304;
    response->content_type = {};
    return response;
  }
  if (!coding.empty()) response->headers.emplace_back("Content-Encoding", std::string(coding));
  response->content_type = file.content_type;
  response->shared_body = form->content;
  return response;
}

}  // namespace dd::api
