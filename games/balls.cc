#include "games/balls.h"

#include <algorithm>
#include <set>

namespace lottery::games {
using base::ErrorCode;
using base::Fail;
using protocol::Plan;
namespace {

// Balls of one draw: numbers in the order they come, then the extra one where the game has one.
struct Machine {
  std::size_t numbers;
  bool extra;
};
Machine MachineOf(std::string_view game) {
  if (game == protocol::kD3) return {3, false};
  if (game == protocol::kQlc) return {kQlcPicks, true};
  if (game == protocol::kKl8) return {kKl8Drawn, false};
  return {kSsqRedPicks, true};
}

// As a certificate lists them: the order counts in 3d only.
std::vector<int> InOrder(std::string_view game, std::vector<int> numbers) {
  if (game != protocol::kD3) std::sort(numbers.begin(), numbers.end());
  return numbers;
}

bool AreBalls(std::string_view game, const std::vector<int>& numbers, int extra) {
  return MakeOutcome(game, InOrder(game, numbers), extra).has_value();
}

bool IsTest(std::string_view game, const std::vector<int>& test) {
  const auto [count, extra] = MachineOf(game);
  if (test.size() != count + (extra ? 1 : 0)) return false;
  return AreBalls(game, {test.begin(), test.begin() + static_cast<std::ptrdiff_t>(count)},
                  extra ? test.back() : 0);
}

// The same balls from the same machine; when each official began to write may differ.
bool SameBalls(const BallEntry& a, const BallEntry& b) {
  const auto same = [](const auto& x, const auto& y) {
    return x.after == y.after && x.continued_on == y.continued_on;
  };
  return a.numbers == b.numbers && a.extra == b.extra && a.machine == b.machine &&
         a.ball_set == b.ball_set &&
         std::equal(a.interruptions.begin(), a.interruptions.end(), b.interruptions.begin(),
                    b.interruptions.end(), same);
}

}  // namespace

base::Status CheckEntry(const BallEntry& e, const Plan& plan, const Digest& plan_hash,
                        const Digest& seal_hash) {
  const auto refuse = [&](const char* why) {
    return Fail(ErrorCode::kBadBallEntry, e.official + ": " + why);
  };
  if (e.draw != plan.draw || e.plan != plan_hash || e.seal != seal_hash)
    return refuse("another draw, plan or seal");
  const auto& game = plan.draw.game;
  if (!AreBalls(game, e.numbers, e.extra)) return refuse("the numbers");
  if (e.tests_before.empty() || e.tests_after.empty()) return refuse("no test draws");
  const auto is_test = [&](const auto& test) { return IsTest(game, test); };
  const bool tested = std::all_of(e.tests_before.begin(), e.tests_before.end(), is_test) &&
                      std::all_of(e.tests_after.begin(), e.tests_after.end(), is_test);
  if (!tested) return refuse("a test draw");
  if (plan.ball_machine.empty() || e.machine != plan.ball_machine)
    return refuse("not the machine of the plan");
  if (e.ball_set.empty() || e.at < e.started) return refuse("ball set or times");
  int before = -1;
  for (const auto& i : e.interruptions) {
    const auto most = static_cast<int>(MachineOf(game).numbers);
    if (i.after < 0 || i.after > most || i.after < before || i.continued_on.empty() ||
        i.reason.empty())
      return refuse("an interruption");
    before = i.after;
  }
  return {};
}

Result<std::vector<int>> NumbersOf(std::string_view game, const BallEntry& entry) {
  auto numbers = InOrder(game, entry.numbers);
  LOTTERY_TRY_VOID(MakeOutcome(game, numbers, entry.extra).map([](const auto&) {}));
  return numbers;
}

Result<BallEntry> AgreedEntry(const std::vector<std::string>& envelopes, const Plan& plan,
                              const Digest& plan_hash, const Digest& seal_hash) {
  std::vector<BallEntry> entries;
  std::set<std::string> officials;
  for (const auto& text : envelopes) {
    LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeBallEntry));
    LOTTERY_TRY(auto entry, protocol::ParseBallEntry(envelope.body));
    const auto official = std::find_if(plan.officials.begin(), plan.officials.end(),
                                       [&](const auto& o) { return o.name == entry.official; });
    if (official == plan.officials.end() || !envelope.SignedBy(official->signing_key) ||
        !officials.insert(entry.official).second)
      return Fail(ErrorCode::kBadBallEntry, entry.official + ": signature, or written twice");
    LOTTERY_TRY_VOID(CheckEntry(entry, plan, plan_hash, seal_hash));
    entries.push_back(std::move(entry));
  }
  // The earliest start of the two that agree: nothing may have been cosigned after it.
  const auto both = [&](std::size_t i, std::size_t j) {
    BallEntry agreed = entries[i];
    agreed.started = std::min(agreed.started, entries[j].started);
    return agreed;
  };
  const bool two_agree = entries.size() >= 2 && SameBalls(entries[0], entries[1]);
  if (entries.size() == 2 && two_agree) return both(0, 1);
  if (entries.size() == 2) return Fail(ErrorCode::kEntriesDiffer);
  if (entries.size() != 3) return Fail(ErrorCode::kBadBallEntry, "two entries, or a third too");
  if (two_agree) return Fail(ErrorCode::kBadBallEntry, "a third entry where two agree");
  for (const std::size_t i : {0U, 1U}) {
    if (SameBalls(entries[i], entries[2])) return both(i, 2);
  }
  return Fail(ErrorCode::kEntriesDiffer);
}

}  // namespace lottery::games
