// SPDX-License-Identifier: MIT
// Reads the one-line form of the settings: mysql://USER:PASSWORD@HOST:PORT/DATABASE or sqlite:PATH.
// User, password and database may be percent-encoded; errors never quote the text, because it holds the password.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "store/settings.hpp"

namespace dd::store {

// Sets only what the text says; the rest of `settings` stays.
Result<Settings> parse_database_url(std::string_view text, Settings settings = {});

}  // namespace dd::store
