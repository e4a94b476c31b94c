// SPDX-License-Identifier: MIT
#include "app/local_media.hpp"

#include <memory>
#include <utility>

#include "api/error_mapping.hpp"
#include "api/event_json.hpp"
#include "api/json.hpp"

namespace dd::app {

struct LocalMedia::State {
  explicit State(Loop& home) : loop(home) {}
  Loop& loop;
  api::Application* application = nullptr;
  Hear hear;
  std::uint64_t number = 0;
};

LocalMedia::LocalMedia(Loop& loop) : state_(std::make_shared<State>(loop)) {}
LocalMedia::~LocalMedia() = default;

void LocalMedia::serve(api::Application& application) { state_->application = &application; }

Task<api::HttpResponse> LocalMedia::handle(api::HttpRequest request) {
  request.internal = true;
  if (state_->application == nullptr) co_return api::error_response(unavailable("the media server is still starting"));
  auto answer = co_await state_->application->handle(std::move(request));
  co_return answer;
}

void LocalMedia::follow(Hear hear) { state_->hear = std::move(hear); }

void LocalMedia::on_event(const meeting::Event& event) {
  if (!state_->hear || std::holds_alternative<meeting::RecordingWanted>(event.body)) return;
  // Events are told from inside operations on meetings; who hears them may start others.
  auto json = api::to_text(api::event_json(event, std::to_string(++state_->number)));
  state_->loop.post([state = state_, json = std::move(json)]() mutable {
    if (state->hear) state->hear(std::move(json));
  });
}

}  // namespace dd::app
