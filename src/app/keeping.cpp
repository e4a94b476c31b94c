// SPDX-License-Identifier: MIT
#include "app/keeping.hpp"

#include <optional>

#include "base/random.hpp"
#include "net/s3_store.hpp"
#include "recording/notice.hpp"

namespace dd::app {
namespace {

namespace fs = std::filesystem;

// What of the meetings' events the webhooks are about; nothing for the others.
struct NoticeOf {
  using Body = std::optional<decltype(recording::Notice::what)>;
  RecordingId& recording;

  Body operator()(const meeting::RecordingStarted& e) const { return of(e, recording::NoticeStarted{}); }
  Body operator()(const meeting::RecordingPart& e) const { return of(e, recording::NoticePart{e.part}); }
  Body operator()(const meeting::RecordingStopped& e) const { return of(e, recording::NoticeStopped{e.reason}); }
  Body operator()(const meeting::RecordingComposed& e) const { return of(e, recording::NoticeComposed{e.job, e.file}); }
  Body operator()(const meeting::RecordingFailed& e) const { return of(e, recording::NoticeFailed{e.reason, e.detail}); }
  template <typename Other>
  Body operator()(const Other&) const {
    return std::nullopt;
  }

 private:
  template <typename Event, typename What>
  Body of(const Event& event, What what) const {
    recording = event.recording;
    return Body(std::move(what));
  }
};

recording::RetentionRule retention_rule(const config::Settings::Storage& storage) {
  recording::RetentionRule rule;
  if (storage.max_age_hours > 0) rule.max_age = std::chrono::hours{storage.max_age_hours};
  if (storage.max_gibibytes > 0) rule.max_bytes = std::uint64_t{storage.max_gibibytes} << 30U;
  return rule;
}

net::StorageProfile storage_profile(const config::StorageProfile& profile) {
  return {profile.endpoint, profile.region, profile.bucket, profile.access_key, profile.secret_key, profile.path_style};
}

shelf::UploaderSettings uploader_settings(const config::Settings::Storage& storage) {
  shelf::UploaderSettings uploader;
  uploader.plan.profile = storage.upload_profile;
  uploader.plan.prefix = storage.profiles.at(storage.upload_profile).prefix;
  uploader.plan.part_bytes = std::uint64_t{storage.upload_part_mebibytes} << 20U;
  uploader.plan.keep_local = storage.keep_local;
  uploader.threads = storage.upload_threads;
  return uploader;
}

}  // namespace

Result<std::unique_ptr<Keeping>> Keeping::open(Loop& loop, observe::Metrics& metrics, const config::Settings& settings,
                                               meeting::EventSink& next) {
  std::unique_ptr<Keeping> keeping(new Keeping(loop, metrics, settings, next));
  const fs::path root = fs::absolute(settings.recordings.root);
  shelf::ShelfSettings shelf;
  shelf.root = root;
  shelf.upload_wanted = !settings.storage.upload_profile.empty();
  DD_TRY(keeping->shelf_, shelf::Shelf::open(loop, keeping->holds_, std::move(shelf)));
  if (!settings.webhooks.urls.empty()) {
    net::WebhookSettings webhooks;
    webhooks.urls = settings.webhooks.urls;
    webhooks.secret = settings.webhooks.secret;
    webhooks.allow_private = settings.webhooks.allow_private;
    webhooks.spool = root / ".webhooks";
    DD_TRY(keeping->webhooks_, net::Webhooks::open(std::move(webhooks), metrics, system_clock()));
  }
  return keeping;
}

Keeping::~Keeping() { close(); }

void Keeping::start() {
  const auto& storage = settings_.storage;
  sweeper_ = std::make_unique<shelf::Sweeper>(loop_, *shelf_, metrics_, retention_rule(storage));
  sweeper_->start();
  if (storage.upload_profile.empty()) return;
  auto make_store = [profile = storage_profile(storage.profiles.at(storage.upload_profile))]() -> std::unique_ptr<shelf::ObjectStore> {
    return std::make_unique<net::S3Store>(profile);
  };
  uploader_ = std::make_unique<shelf::Uploader>(loop_, shelf_->catalogue(), holds_, metrics_, system_clock(), std::move(make_store),
                                                uploader_settings(storage), [this](const shelf::UploadNews& news) { on_upload(news); });
}

void Keeping::nudge() {
  if (uploader_) uploader_->nudge();
}

void Keeping::close() {
  sweeper_.reset();
  uploader_.reset();
  if (webhooks_) webhooks_->close();
}

void Keeping::on_event(const meeting::Event& event) {
  next_.on_event(event);
  if (!webhooks_) return;
  RecordingId recording;
  auto what = std::visit(NoticeOf{recording}, event.body);
  if (!what) return;
  webhooks_->notify({random_uuid(), event.time, event.tenant, event.meeting, std::move(recording), std::move(*what)});
}

void Keeping::on_upload(const shelf::UploadNews& news) {
  const MeetingId meeting(news.meeting);
  const RecordingId recording(news.recording);
  if (!news.done) {
    // It is tried for as long as it takes; that it began to fail is news, that it still does is for the metrics and the log.
    if (news.attempts == 1) {
      on_event({loop_.wall_now(), meeting, ParticipantId(), meeting::RecordingFailed{recording, "upload", news.failure}, news.tenant});
    }
    return;
  }
  const meeting::Event uploaded{loop_.wall_now(), meeting, ParticipantId(), meeting::RecordingUploaded{recording}, news.tenant};
  next_.on_event(uploaded);
  if (!webhooks_) return;
  recording::NoticeUploaded what{settings_.storage.upload_profile, news.outcome.bytes, news.outcome.files};
  webhooks_->notify({random_uuid(), uploaded.time, news.tenant, meeting, recording, std::move(what)});
}

}  // namespace dd::app
