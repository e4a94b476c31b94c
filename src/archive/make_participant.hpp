// SPDX-License-Identifier: MIT
// Carries out one plan: pulls the streams through their fillers and writes them into one file, in the order of time.
// It names no file and touches no manifest.
// Used by finish.cpp.
#pragma once

#include <filesystem>
#include <functional>

#include "archive/participant_plan.hpp"
#include "base/result.hpp"

namespace dd::archive {

enum class Made { kFile, kNothing };  // nothing: there is no stream that could be written

// `on_time` is told how far it is, between plan.from and plan.to.
Result<Made> make_participant(const std::filesystem::path& folder, const ParticipantPlan& plan, recording::Fill fill,
                              const std::filesystem::path& into, const std::function<void(recording::Time)>& on_time);

}  // namespace dd::archive
