// Where a draw stands on this machine and what is to be done next, by whom, with which command. It
// looks at files and does nothing itself: what counts is decided by the verbs it names.
#pragma once

#include "draw/ceremony.h"

namespace lottery::draw {

struct GuideStep {
  enum class State { kDone, kNow, kLater, kWrong };
  std::string name;  // "program", "trust", "rules", "seal", "way", "pulse", "part", "entries", ...
  std::string zh, en;
  State state = State::kLater;
  std::string detail;   // hashes, numbers, times: what is read aloud
  std::string command;  // of kNow
};

struct GuideInput {
  GroundFiles files;   // `beacon` empty: FOLDER/pulse.json once it is there
  std::string folder;  // NAME.contribution.json, NAME.entry.json, certificate.json, certificate.pdf
  std::string program;  // path of this program, to be hashed
  base::UtcTime now;
};

/// Every step of the draw's way, in order. A document that does not hold is a step that is kWrong.
std::vector<GuideStep> Guide(const GuideInput& input);

/// One line a step, Chinese and English.
std::string GuideText(const std::vector<GuideStep>& steps, bool rehearsal);
base::json::object ToJson(const GuideStep& step);

}  // namespace lottery::draw
