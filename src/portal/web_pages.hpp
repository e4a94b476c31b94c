// SPDX-License-Identifier: MIT
// WebPages: the files of the web app and of the API's description, with the headers that keep a page from doing what it should not.
// It reads the disk once, at start, and knows no token. Immutable afterwards; used on the control loop.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/http.hpp"
#include "api/static_files.hpp"

namespace dd::portal {

class WebPages {
 public:
  static WebPages load(const std::string& web_app_folder, const std::string& swagger_ui_folder);

  // The answer to a GET; null when no page is there. `name` gets what metrics call it.
  std::unique_ptr<api::HttpResponse> find(const api::HttpRequest& request, std::string_view& name) const;

 private:
  api::StaticFiles app_;
  api::StaticFiles docs_;
};

}  // namespace dd::portal
