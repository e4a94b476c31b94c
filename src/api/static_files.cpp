// SPDX-License-Identifier: MIT
#include "api/static_files.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace dd::api {
namespace {

namespace fs = std::filesystem;

std::string_view content_type_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTypes{{
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
  }};
  for (const auto& [ending, type] : kTypes) {
    if (name.ends_with(ending)) return type;
  }
  return "application/octet-stream";
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
  return files;
}

void StaticFiles::put(std::string name, std::string content) {
  File file;
  file.content_type = content_type_of(name);
  file.etag = fmt::format("\"{:016x}\"", fnv1a(content));
  file.content = std::make_shared<const std::string>(std::move(content));
  files_.insert_or_assign(std::move(name), std::move(file));
}

std::unique_ptr<HttpResponse> StaticFiles::find(std::string_view name, const HttpRequest& request) const {
  const auto found = files_.find(name.empty() ? std::string_view("index.html") : name);
  if (found == files_.end()) return nullptr;
  const File& file = found->second;
  auto response = std::make_unique<HttpResponse>();
  response->headers.emplace_back("ETag", file.etag);
  response->headers.emplace_back("Cache-Control", "no-cache");  // kept, but asked about each time
  response->headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (request.header("if-none-match") == std::string_view(file.etag)) {
    response->status = 304;
    response->content_type = {};
  } else {
    response->content_type = file.content_type;
    response->shared_body = file.content;
  }
  return response;
}

}  // namespace dd::api
