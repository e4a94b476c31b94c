// SPDX-License-Identifier: MIT
#include "portal/web_pages.hpp"

#include <array>

#include "api/pages.hpp"
#include "observe/log.hpp"

namespace dd::portal {
namespace {

using api::HttpRequest;
using api::HttpResponse;
using api::StaticFiles;

constexpr std::string_view kAppPolicy =
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri "
    "'none'; "
    "form-action 'none'; frame-ancestors 'none'";
// Swagger UI styles its elements by attribute.
constexpr std::string_view kDocsPolicy =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors "
    "'none'";

constexpr std::string_view kNoApp = R"(<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Doordarshan</title></head>
<body>
<h1>Doordarshan</h1>
<p>The web app is not installed here. The API is described at <a href="/docs/">/docs/</a>; clients join at <code>/signaling</code>.</p>
</body>
</html>
)";

// X-Content-Type-Options is every file's.
StaticFiles::Manner manner_with(std::string_view policy, std::string hashed_prefix) {
  StaticFiles::Manner manner;
  manner.headers = {{"Content-Security-Policy", std::string(policy)},
                    {"Referrer-Policy", "no-referrer"},
                    {"Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=()"},
                    {"X-Frame-Options", "DENY"}};
  manner.hashed_prefix = std::move(hashed_prefix);
  return manner;
}

// The app's own pages: which of them is shown is decided by the app.
bool is_app_page(std::string_view path) {
  constexpr std::array<std::string_view, 3> kPages{"/m", "/recordings", "/operator"};
  if (path == "/") return true;
  for (const std::string_view page : kPages) {
    if (path == page || (path.starts_with(page) && path[page.size()] == '/')) return true;
  }
  return false;
}

// A person who followed a link, and neither a program nor a page that looks for a file.
bool wants_page(const HttpRequest& request) {
  const auto accept = request.header("accept");
  return accept && accept->find("text/html") != std::string_view::npos;
}

}  // namespace

WebPages WebPages::load(const std::string& web_app_folder, const std::string& swagger_ui_folder) {
  WebPages pages;
  pages.docs_ = api::load_docs(swagger_ui_folder);
  if (!web_app_folder.empty()) {
    auto loaded = StaticFiles::load(web_app_folder, {}, StaticFiles::Limits{});
    if (loaded) {
      pages.app_ = std::move(*loaded);
    } else {
      observe::log_warn("web_app_missing", {{"folder", web_app_folder}, {"error", loaded.error().message}});
    }
  }
  pages.docs_.set_manner(manner_with(kDocsPolicy, ""));
  if (pages.app_.empty()) pages.app_.put("index.html", std::string(kNoApp));
  pages.app_.set_manner(manner_with(kAppPolicy, "assets/"));
  return pages;
}

std::unique_ptr<HttpResponse> WebPages::find(const HttpRequest& request, std::string_view& name) const {
  const std::string_view path = request.path();
  constexpr std::string_view kDocs = "/docs/";
  if (path == "/docs" || path.starts_with(kDocs)) {
    name = "portal:/docs/*";
    const std::string file(path.substr(std::min(path.size(), kDocs.size())));
    return std::make_unique<HttpResponse>(api::file_page(docs_, file, request));
  }
  if (path.empty() || path.front() != '/') return nullptr;
  const std::string file = api::percent_decoded_path(path.substr(1));
  auto found = app_.find(is_app_page(path) ? std::string_view("index.html") : std::string_view(file), request);
  if (!found && wants_page(request)) {
    found = app_.find("index.html", request);
    if (found && found->status == 200) found->status = 404;  // the app says so in words
  }
  if (!found) return nullptr;
  name = "portal:/*";
  return found;
}

}  // namespace dd::portal
