// SPDX-License-Identifier: MIT
// Makes a programme while its recording is being made: follows the growing tracks and timeline a little behind, into an HlsFolder.
// It asks nothing of the recorder, which does not know of it. Killed and started again, it goes on where its last segment ended.
// One call, on one thread.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "base/clock.hpp"
#include "composer/composer.hpp"
#include "composer/performance.hpp"

namespace dd::composer {

// How far behind the meeting the programme is: half a second until a cluster is on disk, as much for a late picture and for a
// speaker to be one, and the rest for a machine that is busy.
inline constexpr Time kBehind = std::chrono::milliseconds{2500};
// Further behind than where it began is falling behind; whoever started it composes the programme from the tracks afterwards.
inline constexpr Time kTooFarBehind = std::chrono::seconds{30};

// Which smaller layers would do, and which tracks' key frames are waited for; what changed of the former, once a second at most.
// Whoever can, gives them (docs/adr/0014-live-programmes-follow-the-tracks.md); whoever cannot, need not.
using OnWishes = std::function<void(const std::vector<Performance::Wish>&)>;

// `request.output` is the folder of the HLS; `request.format` is ignored. Ends when the recording has. kUnavailable when stopped or too slow.
Result<Composed> compose_live(const ComposeRequest& request, const Clock& clock, const Progress& progress, const std::atomic<bool>& stop,
                              const OnWishes& on_wishes = {});

}  // namespace dd::composer
