// SPDX-License-Identifier: MIT
// Any bytes as one message of a worker: it is refused, or answers the request it names, or reaches its subscriber, and
// whatever statistics it carries can be read.
// links: dd_media
#include <cstdint>
#include <cstring>
#include <vector>

#include <FBS/consumer.h>
#include <FBS/producer.h>
#include <FBS/transport.h>
#include <FBS/webRtcTransport.h>

#include "base/task.hpp"
#include "base/testing/manual_loop.hpp"
#include "media/channel.hpp"
#include "media/stats.hpp"
#include "observe/log.hpp"

namespace {

using namespace dd;

void read_statistics(const media::Response& response) {
  if (const auto* stats = response.body<FBS::WebRtcTransport::GetStatsResponse>()) (void)media::decode_stats(*stats);
  if (const auto* stats = response.body<FBS::Producer::GetStatsResponse>()) (void)media::decode_stats(stats->stats());
  if (const auto* stats = response.body<FBS::Consumer::GetStatsResponse>()) (void)media::decode_stats(stats->stats());
}

Task<void> wait(Completion<media::Reply> answer) {
  const auto reply = co_await answer;
  if (reply) read_statistics(*reply);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static observe::Metrics metrics;
  observe::set_log_level(observe::LogLevel::kError);
  dd::testing::ManualLoop loop;
  auto channel =
      std::make_shared<media::Channel>(loop, metrics, media::ChannelSettings{}, [](std::span<const std::uint8_t>) { return ok(); });
  const auto subscription =
      channel->subscribe("t", [](const FBS::Notification::Notification& notification) { (void)notification.event(); });
  // The ids of requests begin at 1, so a message can answer one of these.
  for (int i = 0; i < 3; ++i) {
    spawn(wait(channel->request(FBS::Request::Method::WORKER_DUMP, "")));
  }
  // The decoder hands frames out aligned.
  std::vector<std::uint64_t> aligned(size / sizeof(std::uint64_t) + 1);
  if (size > 0) std::memcpy(aligned.data(), data, size);
  (void)channel->handle_frame({reinterpret_cast<const std::uint8_t*>(aligned.data()), size});
  loop.run_ready();
  channel->close("the test ends");
  loop.run_ready();
  return 0;
}
