#include "compliance/own_balls.h"

#include <algorithm>
#include <set>

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using protocol::BallEntry;
namespace {

// Balls of a draw: how many, of which numbers, and whether another comes from a drum of its own
// (ssq) or the same one (qlc).
struct Drum {
  std::size_t drawn;
  int lowest, highest, extra_highest;  // 0: no extra number
};
Drum DrumOf(const std::string& game) {
  if (game == "3d") return {3, 0, 9, 0};
  if (game == "qlc") return {7, 1, 30, 30};
  if (game == "kl8") return {20, 1, 80, 0};
  return {6, 1, 33, 16};
}

bool InRange(const std::string& game, std::vector<int> numbers, int extra) {
  const Drum drum = DrumOf(game);
  std::sort(numbers.begin(), numbers.end());
  if (numbers.size() != drum.drawn || numbers.front() < drum.lowest ||
      numbers.back() > drum.highest)
    return false;
  if (drum.extra_highest == 0 ? extra != 0 : extra < 1 || extra > drum.extra_highest) return false;
  if (game == "3d") return true;  // three drums: a digit may come twice
  if (game == "qlc") numbers.push_back(extra);
  const std::set<int> different(numbers.begin(), numbers.end());
  return different.size() == numbers.size();
}

bool TestsHold(const std::string& game, const std::vector<std::vector<int>>& tests) {
  const bool extra = DrumOf(game).extra_highest > 0;
  for (const auto& t : tests) {
    if (t.size() != DrumOf(game).drawn + (extra ? 1 : 0)) return false;
    if (!InRange(game, {t.begin(), extra ? t.end() - 1 : t.end()}, extra ? t.back() : 0))
      return false;
  }
  return !tests.empty();
}

bool StopsHold(const std::string& game, const std::vector<BallEntry::Interruption>& stops) {
  int out = 0;
  for (const auto& stop : stops) {
    if (stop.after < out || stop.after > static_cast<int>(DrumOf(game).drawn)) return false;
    if (stop.reason.empty() || stop.continued_on.empty()) return false;
    out = stop.after;
  }
  return true;
}

// What must be alike, as one text.
std::string Likeness(const BallEntry& e) {
  std::string text = e.machine + "|" + e.ball_set;
  for (const int red : e.numbers) text += "|" + std::to_string(red);
  text += "+" + std::to_string(e.extra);
  for (const auto& i : e.interruptions)
    text += "|" + std::to_string(i.after) + ":" + i.continued_on;
  return text;
}

Result<BallEntry> OpenEntry(const std::string& text, const protocol::Plan& plan,
                            const Digest& plan_hash, const Digest& seal_hash) {
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeBallEntry));
  LOTTERY_TRY(auto e, protocol::ParseBallEntry(envelope.body));
  bool signed_by_own = false;
  for (const auto& official : plan.officials)
    signed_by_own =
        signed_by_own || (official.name == e.official && envelope.SignedBy(official.signing_key));
  const bool right =
      signed_by_own && e.draw == plan.draw && e.plan == plan_hash && e.seal == seal_hash &&
      e.machine == plan.ball_machine && !plan.ball_machine.empty() &&
      InRange(plan.draw.game, e.numbers, e.extra) && TestsHold(plan.draw.game, e.tests_before) &&
      TestsHold(plan.draw.game, e.tests_after) && StopsHold(plan.draw.game, e.interruptions) &&
      !e.ball_set.empty() && e.started <= e.at;
  if (!right) return Fail(ErrorCode::kBadBallEntry, e.official);
  return e;
}

}  // namespace

Result<OwnBalls> ReadBalls(const std::vector<std::string>& entries, const protocol::Plan& plan,
                           const Digest& plan_hash, const Digest& seal_hash) {
  if (entries.size() < 2 || entries.size() > 3)
    return Fail(ErrorCode::kBadBallEntry, "two entries, or three when two differ");
  std::vector<BallEntry> opened;
  std::vector<std::string> likeness;
  std::set<std::string> officials;
  for (const auto& text : entries) {
    LOTTERY_TRY(auto e, OpenEntry(text, plan, plan_hash, seal_hash));
    if (!officials.insert(e.official).second) return Fail(ErrorCode::kBadBallEntry, e.official);
    likeness.push_back(Likeness(e));
    opened.push_back(std::move(e));
  }
  const bool first_two = likeness[0] == likeness[1];
  if (first_two && entries.size() == 3) return Fail(ErrorCode::kBadBallEntry, "a third entry");
  const std::size_t last = entries.size() - 1;
  if (likeness[last] != likeness[0] && likeness[last] != likeness[1])
    return Fail(ErrorCode::kEntriesDiffer);
  if (entries.size() == 2 && !first_two) return Fail(ErrorCode::kEntriesDiffer);
  const BallEntry& one = opened[likeness[last] == likeness[0] ? 0 : 1];
  OwnBalls out{{one.numbers, one.extra}, std::min(one.started, opened[last].started)};
  if (plan.draw.game != "3d") std::sort(out.outcome.numbers.begin(), out.outcome.numbers.end());
  return out;
}

}  // namespace lottery::compliance
