#include "compliance/own_balls.h"

#include <algorithm>
#include <set>

namespace lottery::compliance {
using base::ErrorCode;
using base::Fail;
using protocol::BallEntry;
namespace {

constexpr int kReds = 33, kBlues = 16;
constexpr std::size_t kDrawn = 6, kDigits = 3;

bool IsDigits(const std::string& game) { return game == "3d"; }
std::size_t Drawn(const std::string& game) { return IsDigits(game) ? kDigits : kDrawn; }

bool InRange(const std::string& game, std::vector<int> numbers, int blue) {
  std::sort(numbers.begin(), numbers.end());
  if (numbers.size() != Drawn(game)) return false;
  if (IsDigits(game)) return numbers.front() >= 0 && numbers.back() <= 9 && blue == 0;
  const bool twice = std::adjacent_find(numbers.begin(), numbers.end()) != numbers.end();
  return !twice && numbers.front() > 0 && numbers.back() <= kReds && blue > 0 && blue <= kBlues;
}

bool TestsHold(const std::string& game, const std::vector<std::vector<int>>& tests) {
  for (const auto& t : tests) {
    const bool digits = IsDigits(game);
    if (t.size() != Drawn(game) + (digits ? 0 : 1)) return false;
    if (!InRange(game, {t.begin(), digits ? t.end() : t.end() - 1}, digits ? 0 : t.back()))
      return false;
  }
  return !tests.empty();
}

bool StopsHold(const std::string& game, const std::vector<BallEntry::Interruption>& stops) {
  int out = 0;
  for (const auto& stop : stops) {
    if (stop.after < out || stop.after > static_cast<int>(Drawn(game))) return false;
    if (stop.reason.empty() || stop.continued_on.empty()) return false;
    out = stop.after;
  }
  return true;
}

// What must be alike, as one text.
std::string Likeness(const BallEntry& e) {
  std::string text = e.machine + "|" + e.ball_set;
  for (const int red : e.numbers) text += "|" + std::to_string(red);
  text += "+" + std::to_string(e.blue);
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
      InRange(plan.draw.game, e.numbers, e.blue) && TestsHold(plan.draw.game, e.tests_before) &&
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
  OwnBalls out{{one.numbers, one.blue}, std::min(one.started, opened[last].started)};
  if (!IsDigits(plan.draw.game)) std::sort(out.outcome.reds.begin(), out.outcome.reds.end());
  return out;
}

}  // namespace lottery::compliance
