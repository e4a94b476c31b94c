// SPDX-License-Identifier: MIT
// The one table from our errors to HTTP: the status, the JSON body, Retry-After. Nothing else in the program chooses
// a status for an Error. Pure functions.
#pragma once

#include "api/http.hpp"
#include "base/error.hpp"

namespace dd::api {

int http_status(Errc code);

HttpResponse error_response(const Error& error);

// For refusals that HTTP knows and Errc does not: 401, 404 of a path, 405, 408, 410, 431.
HttpResponse refusal(int status, std::string_view code, std::string_view message);

// The other way: what a media server's answer says was wrong, for whoever called it.
Error error_of(int status, std::string_view body);

}  // namespace dd::api
