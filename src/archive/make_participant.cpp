// SPDX-License-Identifier: MIT
#include "archive/make_participant.hpp"

#include <algorithm>
#include <map>

#include "archive/disk.hpp"
#include "archive/fill_audio.hpp"
#include "archive/fill_video.hpp"
#include "archive/h264_black.hpp"
#include "archive/participant_file.hpp"
#include "archive/still_frame.hpp"
#include "archive/track_frames.hpp"
#include "archive/webm_roll.hpp"
#include "recording/paths.hpp"

namespace dd::archive {
namespace {

using namespace recording;

// Of a camera that was switched off from beginning to end.
constexpr std::uint32_t kUnseenWidth = 640;
constexpr std::uint32_t kUnseenHeight = 360;

// The heads of a stream's files; what is unreadable has an empty one, and gives no frames either.
std::vector<StreamHead> heads_of(const std::filesystem::path& folder, const StreamPlan& plan) {
  std::vector<StreamHead> heads;
  for (const Stretch& stretch : plan.stretches) {
    const auto path = file_within(folder, stretch.file);
    auto head = path ? read_stream_head(*path) : Result<StreamHead>(path.error());
    heads.push_back(head && head->codec == plan.codec ? std::move(*head) : StreamHead{plan.codec, 0, 0, 0, {}});
  }
  return heads;
}

StreamHead first_usable(const std::vector<StreamHead>& heads, StreamHead fallback) {
  const auto found = std::find_if(heads.begin(), heads.end(), [](const StreamHead& it) { return it.width != 0 || it.channels != 0; });
  return found == heads.end() ? std::move(fallback) : *found;
}

// VP8 says its size in each key frame (RFC 6386, section 9.1); the others' is taken from their file.
void note_size(const Frame& frame, StreamHead& head) {
  if (head.codec != Codec::kVp8 || !frame.key || frame.bytes.size() < 10) return;
  head.width = (frame.bytes[6] | frame.bytes[7] << 8) & 0x3FFF;
  head.height = (frame.bytes[8] | frame.bytes[9] << 8) & 0x3FFF;
}

// Everything about the pictures of one plan: their head, what fills their gaps, and H264's parameter sets.
class Pictures : public FrameSource {
 public:
  // `image` may be null: then gaps are black.
  Pictures(const std::filesystem::path& folder, const StreamPlan& plan, Time from, const Image* image)
      : image_(image), frames_(folder, plan.stretches, from), heads_(heads_of(folder, plan)), head_(first_usable(heads_, unseen(plan))) {
    head_.rotation = plan.rotation;
    if (plan.codec != Codec::kH264) return;
    for (const StreamHead& head : heads_) {
      auto parameters = parse_avcc(head.setup);
      avc_.push_back(parameters ? std::move(*parameters) : AvcParameters{});
      if (!head.setup.empty() && head.setup != head_.setup) parameters_ = Parameters::kInStream;
    }
    if (head_.setup.size() > 4) head_.setup[4] |= 3;  // lengths of four bytes, as with_length() writes them
  }

  // No stream: H264 of which nobody ever saw a parameter set.
  bool possible() const { return head_.width != 0 && (head_.codec != Codec::kH264 || !head_.setup.empty()); }
  const StreamHead& head() const { return head_; }
  Parameters parameters() const { return parameters_; }

  Result<std::optional<Frame>> next() override {
    for (;;) {
      DD_TRY(auto frame, frames_.next());
      if (!frame) return std::optional<Frame>{};
      StreamHead& head = heads_[frame->source];
      note_size(*frame, head);
      if (head.codec == Codec::kH264 && !adapt(*frame)) continue;
      return std::optional(std::move(frame));
    }
  }

  std::optional<std::vector<std::uint8_t>> paint(std::size_t source) {
    const StreamHead& head = source < heads_.size() && heads_[source].width != 0 ? heads_[source] : head_;
    if (head.codec == Codec::kH264) return paint_h264(source);
    const auto key = std::pair(head.width, head.height);
    auto known = stills_.find(key);
    if (known == stills_.end()) {
      auto still = encode_still(head.codec, head.width, head.height, image_);
      known = stills_.emplace(key, still ? std::optional(std::move(still->bytes)) : std::nullopt).first;
    }
    return known->second;
  }

 private:
  static StreamHead unseen(const StreamPlan& plan) {
    if (plan.codec == Codec::kH264) return {};
    StreamHead head{plan.codec, plan.width != 0 ? plan.width : kUnseenWidth, plan.height != 0 ? plan.height : kUnseenHeight, 0, {}};
    if (plan.codec == Codec::kAv1) {
      auto still = encode_still(plan.codec, head.width, head.height);
      if (still) head.setup = std::move(still->setup);
    }
    return head;
  }

  // Lengths of four bytes; and parameter sets in front of a key frame, when a file's head could not hold them all.
  bool adapt(Frame& frame) const {
    AvcParameters parameters = avc_[frame.source];
    if (parameters.length_size == 4 && (parameters_ == Parameters::kInHead || !frame.key)) return true;
    if (parameters_ == Parameters::kInHead || !frame.key) {
      parameters.sps.clear();
      parameters.pps.clear();
    }
    auto bytes = with_parameters(frame.bytes, parameters);
    if (!bytes) return false;
    frame.bytes = std::move(*bytes);
    return true;
  }

  std::optional<std::vector<std::uint8_t>> paint_h264(std::size_t source) {
    if (source >= avc_.size()) return std::nullopt;
    auto idr = make_black_idr(avc_[source], blacks_++ % 2);
    if (!idr) return std::nullopt;
    std::vector<std::uint8_t> sample;
    append_nal(sample, *idr);
    if (parameters_ == Parameters::kInHead) return sample;
    AvcParameters parameters = avc_[source];
    parameters.length_size = 4;
    auto whole = with_parameters(sample, parameters);
    return whole ? std::optional(std::move(*whole)) : std::nullopt;
  }

  const Image* image_;
  TrackFrames frames_;
  std::vector<StreamHead> heads_;
  StreamHead head_;
  std::vector<AvcParameters> avc_;  // of each file; H264 only
  Parameters parameters_ = Parameters::kInHead;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::optional<std::vector<std::uint8_t>>> stills_;
  unsigned blacks_ = 0;
};

struct Mix {
  FrameSource* audio = nullptr;
  FrameSource* video = nullptr;
};

Result<void> interleave(ParticipantFile& file, Mix from, Time zero, const std::function<void(Time)>& on_time) {
  std::optional<Frame> audio;
  std::optional<Frame> video;
  for (;;) {
    if (!audio && from.audio != nullptr) {
      DD_TRY(audio, from.audio->next());
      if (!audio) from.audio = nullptr;
    }
    if (!video && from.video != nullptr) {
      DD_TRY(video, from.video->next());
      if (!video) from.video = nullptr;
    }
    if (!audio && !video) return ok();
    const bool audio_first = audio && (!video || audio->t < video->t);
    std::optional<Frame>& frame = audio_first ? audio : video;
    if (on_time) on_time(frame->t);
    frame->t = std::max(Time{}, frame->t - zero);
    if (audio_first) {
      DD_TRY_VOID(file.write_audio(*frame));
    } else {
      DD_TRY_VOID(file.write_video(*frame));
    }
    frame.reset();
  }
}

// A file that it cannot be written into is played as it was sent; the manifest says how it is upright.
Result<void> write_roll(const std::filesystem::path& path, std::uint32_t rotation) {
  DD_TRY(File file, File::open_for_writing(path));
  DD_TRY(const std::uint64_t size, file.size());
  const auto patch =
      patch_for_roll([&](std::uint64_t offset, std::span<std::uint8_t> into) { return file.read_at(offset, into); }, size, rotation);
  return patch ? file.write_at(patch->offset, patch->bytes) : ok();
}

}  // namespace

Result<Made> make_participant(const std::filesystem::path& folder, const ParticipantPlan& plan, Fill fill,
                              const std::filesystem::path& into, const std::function<void(Time)>& on_time) {
  std::optional<Image> image;
  if (plan.video && fill == Fill::kImage) {
    if (auto loaded = Image::load(folder / kFillImage)) image.emplace(std::move(*loaded));
  }
  std::optional<Pictures> pictures;
  if (plan.video) pictures.emplace(folder, *plan.video, plan.from, image ? &*image : nullptr);
  if (pictures && !pictures->possible()) pictures.reset();
  if (!pictures && !plan.audio) return Made::kNothing;

  std::optional<StreamHead> audio_head;
  std::optional<TrackFrames> sound;
  if (plan.audio) {
    audio_head = first_usable(heads_of(folder, *plan.audio), StreamHead{Codec::kOpus, 0, 0, 2, {}});
    sound.emplace(folder, plan.audio->stretches, plan.from);
  }
  const bool mp4 = plan.video && plan.video->codec == Codec::kH264;
  DD_TRY(ParticipantFile file, ParticipantFile::create(into, mp4 ? Container::kMp4 : Container::kWebm, audio_head,
                                                       pictures ? std::optional(pictures->head()) : std::nullopt,
                                                       pictures ? pictures->parameters() : Parameters::kInHead));
  FilledAudio filled_audio(sound ? &*sound : nullptr, plan.from, plan.to);
  FilledVideo filled_video(pictures ? &*pictures : nullptr, plan.from, plan.to, plan.kind == Kind::kScreenshare ? kScreenGap : kCameraGap,
                           fill, [&](std::size_t source) { return pictures->paint(source); });
  DD_TRY_VOID(interleave(file, {sound ? &filled_audio : nullptr, pictures ? &filled_video : nullptr}, plan.from, on_time));
  DD_TRY_VOID(file.finish());
  if (!mp4 && pictures && pictures->head().rotation != 0) {
    DD_TRY_VOID(write_roll(into, pictures->head().rotation));
  }
  return Made::kFile;
}

}  // namespace dd::archive
