// SPDX-License-Identifier: MIT
// Records a meeting of two in simulated time, hours in minutes: the real recorder session over a simulated network, with senders whose
// clocks are 100 ppm off in every direction. What they send flashes and beeps at each full second of the recording.
// It plays no part in the product; `simulated_recording FOLDER --minutes 10` leaves a recording as the recorder does.
#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <string>

#include "recorder/testing/stage.hpp"

namespace {

using dd::recorder::testing::Sender;
using dd::recorder::testing::Stage;
using dd::recording::Codec;
using namespace std::chrono_literals;

struct Participant {
  std::string name;
  double sound_skew;
  double picture_skew;
  double beep_hz;
  double loss;
};

Sender& add(Stage& stage, const Participant& who, bool sound) {
  Sender& sender = stage.add(sound ? Codec::kOpus : Codec::kVp8, who.name);
  sender.frames = sound ? &dd::recorder::testing::coded_beeps(who.beep_hz) : &dd::recorder::testing::coded_flashes();
  sender.interval_us = sound ? 20'000 : 40'000;
  sender.skew = sound ? who.sound_skew : who.picture_skew;
  sender.delay_us = sound ? 40'000 : 90'000;
  sender.known_after_us = 3'000'000;  // as a worker knows a sender's clock after three of its reports
  // Sound is not repaired (there is no RTX for it), and what is lost of it is lost.
  sender.loss = sound ? 0 : who.loss;
  return sender;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Records a simulated meeting of two.");
  std::string folder;
  int minutes = 10;
  app.add_option("folder", folder, "A folder that does not exist yet")->required();
  app.add_option("--minutes", minutes, "How long the meeting is")->check(CLI::Range(2, 24 * 60));
  CLI11_PARSE(app, argc, argv);

  Stage stage("long");
  std::vector<Sender*> alice;
  for (const bool sound : {true, false}) alice.push_back(&add(stage, {"alice", 100e-6, -100e-6, 1000, 0.05}, sound));
  for (const bool sound : {true, false}) add(stage, {"bob", -100e-6, 100e-6, 2600, 0}, sound);
  const auto pause = [&](bool sound, bool picture, dd::Duration length) {
    alice[0]->silent = sound;
    alice[1]->silent = picture;
    stage.run(length);
    alice[0]->silent = alice[1]->silent = false;
  };
  const auto third = std::chrono::seconds(minutes * 20);
  stage.run(third);
  pause(true, false, 5s);  // muted
  pause(false, true, 5s);
  stage.run(third - 10s);
  pause(true, true, 10s);  // stalled
  stage.run(third - 11s);
  alice[1]->loss = 0;  // what is lost at the very end shows in no later packet
  stage.run(1s);
  stage.settle(400ms);
  stage.finish();
  std::filesystem::copy(stage.folder(), folder, std::filesystem::copy_options::recursive);
  return 0;
}
