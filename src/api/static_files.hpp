// SPDX-License-Identifier: MIT
// A folder of files, read into memory once at start and served from there; a request never touches the disk.
// Names are looked up, not opened, so no path can leave the folder. It compresses nothing: a `.br` or `.gz` beside a file is served
// in its place to whoever takes it. Immutable once requests come; used on the control loop.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http.hpp"
#include "base/result.hpp"

namespace dd::api {

class StaticFiles {
 public:
  struct Limits {
    std::size_t max_files = 256;
    std::size_t max_bytes = 32U << 20U;
  };

  // How they are answered, beyond their type.
  struct Manner {
    std::vector<std::pair<std::string_view, std::string>> headers;  // with each of them: Content-Security-Policy and the like
    std::string hashed_prefix;  // "assets/": names below it change with their content, so a browser need never ask again
  };

  // Every regular file under `folder` (or just `only`, when given). kNotFound when the folder cannot be read.
  static Result<StaticFiles> load(const std::string& folder, const std::vector<std::string>& only, Limits limits);

  void put(std::string name, std::string content);
  void set_manner(Manner manner) { manner_ = std::move(manner); }

  // The answer to a GET, with ETag and 304; null when there is no such file. No name is index.html.
  std::unique_ptr<HttpResponse> find(std::string_view name, const HttpRequest& request) const;

  bool empty() const { return files_.empty(); }

 private:
  struct Form {
    std::shared_ptr<const std::string> content;  // null: there is none
    std::string etag;
  };
  struct File {
    std::string_view content_type;
    Form plain;
    Form brotli;
    Form gzip;
  };

  static Form form_of(std::string content);
  void join_compressed();

  std::map<std::string, File, std::less<>> files_;
  Manner manner_;
};

}  // namespace dd::api
