// SPDX-License-Identifier: MIT
// Owning pointers for GStreamer's reference counts, and its errors as ours.
// They decide nothing; a null pointer means what it means in GStreamer.
// Plain values of whoever holds them.
#pragma once

#include <gst/gst.h>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace dd::composer {

struct ObjectUnref {
  void operator()(gpointer object) const { gst_object_unref(object); }
};
struct SampleUnref {
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
};
struct MessageUnref {
  void operator()(GstMessage* message) const { gst_message_unref(message); }
};
struct CapsUnref {
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
};
// A pipeline goes to NULL before it goes away: its threads have ended then.
struct PipelineEnd {
  void operator()(GstElement* pipeline) const {
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
  }
};

using ElementPtr = std::unique_ptr<GstElement, ObjectUnref>;
using PipelinePtr = std::unique_ptr<GstElement, PipelineEnd>;
using PadPtr = std::unique_ptr<GstPad, ObjectUnref>;
using BusPtr = std::unique_ptr<GstBus, ObjectUnref>;
using SamplePtr = std::unique_ptr<GstSample, SampleUnref>;
using MessagePtr = std::unique_ptr<GstMessage, MessageUnref>;
using CapsPtr = std::unique_ptr<GstCaps, CapsUnref>;

// Once for the process, before anything else here.
Result<void> start_gstreamer();

// kInternal when an element is missing; the text is ours, never a caller's.
Result<PipelinePtr> make_pipeline(const std::string& text);
ElementPtr element_of(GstElement* pipeline, const char* name);

// What a bus says of a failure, or nothing.
struct BusFailure {
  std::string message;
  bool disk_refused = false;
};
BusFailure failure_in(GstMessage* error);
std::optional<BusFailure> failure_on(GstBus* bus);

}  // namespace dd::composer
