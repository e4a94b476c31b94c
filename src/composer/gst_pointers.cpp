// SPDX-License-Identifier: MIT
#include "composer/gst_pointers.hpp"

#include <fmt/format.h>

namespace dd::composer {
namespace {

struct ErrorFree {
  void operator()(GError* error) const { g_error_free(error); }
};
using ErrorPtr = std::unique_ptr<GError, ErrorFree>;

}  // namespace

Result<void> start_gstreamer() {
  GError* raw = nullptr;
  if (gst_init_check(nullptr, nullptr, &raw)) return ok();
  const ErrorPtr error(raw);
  return make_error(Errc::kInternal, fmt::format("GStreamer does not start: {}", error ? error->message : "no reason given"));
}

Result<PipelinePtr> make_pipeline(const std::string& text) {
  GError* raw = nullptr;
  GstElement* const element = gst_parse_launch_full(text.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &raw);
  const ErrorPtr error(raw);
  if (element == nullptr) {
    return make_error(Errc::kInternal, fmt::format("make pipeline: {}", error ? error->message : "no reason given"));
  }
  return PipelinePtr(GST_ELEMENT(gst_object_ref_sink(element)));
}

ElementPtr element_of(GstElement* pipeline, const char* name) { return ElementPtr(gst_bin_get_by_name(GST_BIN(pipeline), name)); }

BusFailure failure_in(GstMessage* message) {
  GError* raw = nullptr;
  gst_message_parse_error(message, &raw, nullptr);
  const ErrorPtr error(raw);
  if (!error) return BusFailure{"unknown failure", false};
  const bool disk_refused = g_error_matches(error.get(), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT) != FALSE ||
                            g_error_matches(error.get(), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE) != FALSE;
  return BusFailure{error->message, disk_refused};
}

std::optional<BusFailure> failure_on(GstBus* bus) {
  const MessagePtr message(gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR));
  if (!message) return std::nullopt;
  return failure_in(message.get());
}

}  // namespace dd::composer
