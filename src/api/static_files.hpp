// SPDX-License-Identifier: MIT
// A folder of files, read into memory once at start and served from there; a request never touches the disk.
// Names are looked up, not opened, so no path can leave the folder. Immutable after load; used on the control loop.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
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

  // Every regular file under `folder` (or just `only`, when given). kNotFound when the folder cannot be read.
  static Result<StaticFiles> load(const std::string& folder, const std::vector<std::string>& only, Limits limits);

  void put(std::string name, std::string content);

  // The answer to a GET, with ETag and 304; null when there is no such file.
  std::unique_ptr<HttpResponse> find(std::string_view name, const HttpRequest& request) const;

  bool empty() const { return files_.empty(); }

 private:
  struct File {
    std::shared_ptr<const std::string> content;
    std::string_view content_type;
    std::string etag;
  };
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace dd::api
