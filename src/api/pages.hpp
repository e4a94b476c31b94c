// SPDX-License-Identifier: MIT
// What the GET routes about the server itself show, and the two sets of files: the API pages and the trial page.
// Functions of what they are given; the files are read once, at start.
#pragma once

#include <optional>
#include <string>

#include "api/http.hpp"
#include "api/static_files.hpp"
#include "base/clock.hpp"
#include "meeting/command.hpp"

namespace dd::api {

HttpResponse welcome_page();
HttpResponse health_page();

// 200, or 503 with every reason. `heartbeat_age` is absent when no heartbeat was ever taken.
HttpResponse ready_page(const meeting::HostStatus& status, std::optional<Duration> heartbeat_age, Duration heartbeat_limit);

// Swagger UI with an index of our own, which reads /openapi.json and nothing from elsewhere. Without the folder, a page of links.
StaticFiles load_docs(const std::string& swagger_ui_folder);
StaticFiles load_trial(const std::string& folder);

// A file, 404, or for the folder without its slash a redirect to it.
HttpResponse file_page(const StaticFiles& files, std::string_view name, const HttpRequest& request);

}  // namespace dd::api
