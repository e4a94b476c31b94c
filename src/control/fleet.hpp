// SPDX-License-Identifier: MIT
// Fleet: the media servers as the control plane reaches them - a call of their media API, and what they tell unasked.
// It is the only way from control to media; whether a server is this very process or another machine is the fleet's affair.
// It knows no socket; app/ implements it over the local api::Application and net/'s HTTP client. Called on the control loop.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/task.hpp"

namespace dd::control {

// One event of a media server's event stream: the JSON text of docs/events.md.
struct MediaEvent {
  ContainerId server;
  std::string json;
};

class MediaEvents {
 public:
  virtual ~MediaEvents() = default;
  virtual void on_media_event(const MediaEvent& event) = 0;
  // The stream was broken for so long that events were missed: whoever keeps state asks the server anew.
  virtual void on_media_resync(const ContainerId& server) = 0;
};

class Fleet {
 public:
  virtual ~Fleet() = default;

  // Where a server's media API is, as its row says ("http://10.0.0.7:3001"). Called whenever rows were read; a server that is no
  // longer named is forgotten. This process's own server is known without.
  virtual void know(const ContainerId& server, std::string origin) = 0;

  // POST `path` with a JSON body; the body of a 2xx answer, or the Error the server answered. kUnavailable when it cannot be reached,
  // kDeadlineExceeded after 5 s (the outcome may be unknown), kNotFound for a server that was never made known.
  virtual Task<Result<std::string>> call(ContainerId server, std::string path, std::string body) = 0;

  // Any other request of the media API, for recordings: answers as they come, a body that streams included.
  virtual Task<Result<api::HttpResponse>> forward(ContainerId server, api::HttpRequest request) = 0;

  // Events of `server` go to every listener, from now until nobody follows it; several followers are one stream.
  virtual void follow(const ContainerId& server) = 0;
  virtual void unfollow(const ContainerId& server) = 0;
  virtual void add_listener(MediaEvents* listener) = 0;  // outlives the fleet's use
};

}  // namespace dd::control
