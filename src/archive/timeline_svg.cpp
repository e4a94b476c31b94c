// SPDX-License-Identifier: MIT
#include "archive/timeline_svg.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <iterator>
#include <map>

#include "archive/inspect.hpp"

namespace dd::archive {
namespace {

using namespace recording;

constexpr int kWidth = 1280;
constexpr int kLabels = 250;  // the space to the left of the lanes
constexpr int kRight = 24;
constexpr int kTop = 84;
constexpr int kLane = 30;
constexpr int kBar = 18;
constexpr double kThinnest = 1.5;         // of a shape that means something
constexpr std::size_t kMaxLanes = 200;    // of tracks; a page, not a wall
constexpr std::size_t kNameLetters = 17;  // so that the kind and the codec have room beside it

// Colours have two values each, so that contrast holds on both grounds.
constexpr std::string_view kStyle = R"svg(<style>
 svg{--ground:#ffffff;--ink:#1d2330;--faint:#5d6678;--line:#d9dde6;--audio:#2f7d6b;--video:#3566b8;--screenshare:#8a4fae;--gap:#b23c3c;--speaker:#c77f1a;
  background:var(--ground);font:12px system-ui,"DejaVu Sans",sans-serif}
 @media(prefers-color-scheme:dark){svg{--ground:#14171d;--ink:#e8ebf2;--faint:#9aa4b6;--line:#2d3440;--audio:#4fb39c;--video:#6c9cf0;--screenshare:#bd85e0;
  --gap:#ef7b7b;--speaker:#e9ac52}}
 text{fill:var(--ink)} .faint{fill:var(--faint)} .title{font-size:16px;font-weight:600} .line{stroke:var(--line)} .tick{fill:var(--faint);text-anchor:middle}
 .audio{fill:var(--audio)} .video{fill:var(--video)} .screenshare{fill:var(--screenshare)} .speaker{fill:var(--speaker)}
 .gap{fill:url(#hatch);stroke:var(--gap);stroke-width:.75} .pause{fill:var(--ground);fill-opacity:.72} .ground{fill:var(--ground)}
 .missing{fill:var(--gap);fill-opacity:.16} .part{stroke:var(--faint);stroke-dasharray:3 3} .hatch{stroke:var(--gap);stroke-width:2}
</style>
<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ground" width="6" height="6"/>
<line class="hatch" x1="0" y1="0" x2="0" y2="6"/></pattern></defs>
)svg";

std::string escaped(std::string_view text, std::size_t max) {
  std::string out;
  std::size_t letters = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80 && ++letters > max) return out + "\xE2\x80\xA6";
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += byte < 0x20 || byte == 0x7F ? ' ' : c;  // XML has no control characters
    }
  }
  return out;
}

// A round step that gives about ten marks.
Time tick_step(Time duration) {
  constexpr std::array<int, 14> kSeconds = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200};
  for (const int seconds : kSeconds) {
    if (duration <= std::chrono::seconds(seconds) * 12) return std::chrono::seconds(seconds);
  }
  return std::max<Time>(std::chrono::hours(4), duration / 12);
}

class Drawing {
 public:
  Drawing(const Manifest& manifest, const Timeline& timeline)
      : manifest_(&manifest), timeline_(&timeline), duration_(std::max(manifest.duration, Time{1})) {
    lanes_ = std::min(manifest.tracks.size(), kMaxLanes);
    for (const ParticipantEntry& it : manifest.participants) names_[it.participant] = it.name.empty() ? it.participant : it.name;
    for (const Event& event : timeline.events) has_speakers_ = has_speakers_ || std::holds_alternative<SpeakerChanged>(event.what);
    bottom_ = kTop + static_cast<int>(lanes_ + (has_speakers_ ? 1 : 0)) * kLane;
  }

  std::string draw() {
    const int height = bottom_ + 64;
    add(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="{}" height="{}" role="img">)", kWidth, height, kWidth,
        height);
    out_ += "\n";
    out_ += kStyle;
    title();
    axis();
    missing();
    for (std::size_t i = 0; i < lanes_; ++i) lane(manifest_->tracks[i], kTop + static_cast<int>(i) * kLane);
    if (has_speakers_) speakers(kTop + static_cast<int>(lanes_) * kLane);
    parts();
    legend(bottom_ + 30);
    out_ += "</svg>\n";
    return std::move(out_);
  }

 private:
  template <typename... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  double x(Time t) const {
    const double share = std::chrono::duration<double>(std::clamp(t, Time{}, duration_)) / std::chrono::duration<double>(duration_);
    return kLabels + share * (kWidth - kLabels - kRight);
  }

  // What lies within the same pixel as the shape before is not drawn: nobody would see it, and there may be thousands.
  void bar(std::string_view shape, Time from, Time to, double y, double height, double radius, std::string_view tip,
           double* drawn_until = nullptr) {
    const double left = x(from);
    const double right = std::max(x(to), left + kThinnest);
    if (drawn_until != nullptr && right <= *drawn_until) return;
    if (drawn_until != nullptr) *drawn_until = right + 0.5;
    add("<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"{}\"><title>{}</title></rect>\n", shape, left,
        y, right - left, height, radius, tip);
  }

  void text(double at_x, double at_y, std::string_view shape, std::string_view content) {
    add("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>\n", at_x, at_y, shape, content);
  }

  void title() {
    text(16, 28, "title", escaped(fmt::format("{} / {}", manifest_->meeting, manifest_->recording), 90));
    text(16, 48, "faint",
         escaped(fmt::format("{}, {}, {}", manifest_->started, clock_text(manifest_->duration), to_string(manifest_->state)), 120));
  }

  void axis() {
    const Time step = tick_step(duration_);
    for (Time t{}; t <= duration_; t += step) {
      add("<line class=\"line\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>", x(t), kTop - 8, bottom_);
      std::string mark = clock_text(t);
      text(x(t), kTop - 14, "tick", mark.substr(0, mark.find('.')));
    }
  }

  void missing() {
    double until = 0;
    for (const Missing& it : manifest_->missing) {
      const std::string tip = escaped(fmt::format("missing: {}, {} to {}", it.reason, clock_text(it.from), clock_text(it.to)), 200);
      bar("missing", it.from, it.to, kTop - 8, bottom_ - kTop + 8, 0, tip, &until);
    }
  }

  void lane(const TrackEntry& track, int y) {
    const double middle = y + (kLane - kBar) / 2.0;
    const auto name = names_.find(track.participant);
    const std::string& who = name == names_.end() ? track.participant : name->second;
    text(16, middle + 13, "", fmt::format("{}, {}", escaped(who, kNameLetters), to_string(track.kind)));
    add("<text x=\"{}\" y=\"{}\" class=\"faint\" text-anchor=\"end\">{}</text>\n", kLabels - 10, middle + 13, to_string(track.codec));
    for (const FileEntry& file : track.files) {
      const std::string tip = escaped(fmt::format("{}, {} + {}", file.file, clock_text(file.start), clock_text(file.duration)), 300);
      bar(to_string(track.kind), file.start, file.start + file.duration, middle, kBar, 3, tip);
    }
    pauses(track, middle);
    double until = 0;
    for (const GapEntry& gap : track.gaps) {
      const std::string tip = fmt::format("{}: {} to {}", to_string(gap.reason), clock_text(gap.from), clock_text(gap.to));
      bar("gap", gap.from, gap.to, middle + 1, kBar - 2, 0, tip, &until);
    }
  }

  void pauses(const TrackEntry& track, double y) {
    std::optional<Time> since;
    double until = 0;
    const auto end = [&](Time at) {
      if (since) bar("pause", *since, at, y + 3, kBar - 6, 0, fmt::format("paused: {} to {}", clock_text(*since), clock_text(at)), &until);
      since.reset();
    };
    for (const Event& event : timeline_->events) {
      if (const auto* it = std::get_if<TrackPaused>(&event.what); it != nullptr && it->track == track.track && !since) since = event.t;
      if (const auto* it = std::get_if<TrackResumed>(&event.what); it != nullptr && it->track == track.track) end(event.t);
      if (const auto* it = std::get_if<TrackEnded>(&event.what); it != nullptr && it->track == track.track) end(event.t);
    }
    end(duration_);
  }

  void speakers(int y) {
    const double middle = y + (kLane - kBar) / 2.0;
    text(16, middle + 13, "", "who speaks");
    std::string who;
    Time since{};
    double until = 0;
    const auto end = [&](Time at) {
      if (who.empty()) return;
      const auto name = names_.find(who);
      const std::string label = name == names_.end() ? who : name->second;
      bar("speaker", since, at, middle, kBar, 3, escaped(fmt::format("{}: {} to {}", label, clock_text(since), clock_text(at)), 200),
          &until);
      const double room = x(at) - x(since) - 10;
      const auto letters = static_cast<std::size_t>(std::max(0.0, room / 7.5));
      if (letters >= 3)
        add("<text x=\"{:.1f}\" y=\"{:.1f}\" style=\"fill:var(--ground)\">{}</text>\n", x(since) + 5, middle + 13, escaped(label, letters));
    };
    for (const Event& event : timeline_->events) {
      const auto* it = std::get_if<SpeakerChanged>(&event.what);
      if (it == nullptr) continue;
      end(event.t);
      who = it->participant;
      since = event.t;
    }
    end(duration_);
  }

  void parts() {
    if (manifest_->parts.size() < 2) return;
    double until = 0;
    for (const Part& part : manifest_->parts) {
      if (x(part.from) < until) continue;
      until = x(part.from) + 40;
      add("<line class=\"part\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>\n", x(part.from), kTop - 8, bottom_ + 12);
      text(x(part.from) + 3, bottom_ + 12, "faint", fmt::format("part {}", part.part));
    }
  }

  void legend(int y) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kEntries = {{{"audio", "sound"},
                                                                                        {"video", "camera"},
                                                                                        {"screenshare", "screen"},
                                                                                        {"gap", "gap"},
                                                                                        {"pause", "paused"},
                                                                                        {"missing", "nothing was written"},
                                                                                        {"speaker", "speaks"}}};
    int at = kLabels;
    for (const auto& [shape, label] : kEntries) {
      if (shape == "pause") add("<rect class=\"video\" x=\"{}\" y=\"{}\" width=\"22\" height=\"12\" rx=\"2\"/>", at, y);
      const int inset = shape == "pause" ? 3 : 0;
      add("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"22\" height=\"{}\" rx=\"2\"/>", shape, at, y + inset, 12 - 2 * inset);
      text(at + 28, y + 10, "faint", label);
      at += 48 + static_cast<int>(label.size()) * 8;
    }
    if (manifest_->tracks.size() > lanes_) text(16, y + 10, "faint", fmt::format("and {} more tracks", manifest_->tracks.size() - lanes_));
  }

  const Manifest* manifest_;
  const Timeline* timeline_;
  Time duration_;
  std::size_t lanes_ = 0;
  int bottom_ = 0;
  bool has_speakers_ = false;
  std::map<std::string, std::string> names_;
  std::string out_;
};

}  // namespace

std::string timeline_svg(const Manifest& manifest, const Timeline& timeline) { return Drawing(manifest, timeline).draw(); }

}  // namespace dd::archive
