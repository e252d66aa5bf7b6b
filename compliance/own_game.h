// The control's own games. It shares no code with the seller, the rule book or the settlement:
// every line of a bet is written out and looked at one by one, so that a mistake made there is not
// repeated here. Slower than theirs, and meant to be.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "protocol/wire.pb.h"

namespace lottery::compliance {

using base::Result;
using base::Status;

/// What was drawn. Ascending: six reds of ssq, seven numbers of qlc, twenty of kl8; in order: three
/// digits of 3d. `extra` is the blue of ssq, the special number of qlc, else 0.
struct OwnOutcome {
  std::vector<int> numbers;
  int extra = 0;
};

/// Winning lines by tier, multiplier included; [0] is tier 1.
inline constexpr std::size_t kOwnMostTiers = 40;
using OwnWins = std::array<std::int64_t, kOwnMostTiers>;

/// Checks the whole order: game, bets, multiplier, draws, and that price_fen is lines x 200 x
/// multiplier x draws and at most 2 000 000 fen. Returns the price of one of its draws, in fen.
/// Errors: kEntryInvalid with what is wrong.
Result<std::int64_t> OwnOrderPrice(const wire::Order& order);

/// Counts one draw's winning lines of the order. 3+0 of ssq is always counted; whether it pays is
/// the draw's rule. Errors: kEntryInvalid as in OwnOrderPrice; kOutcomeWrong when `outcome` is no
/// legal outcome.
Result<OwnWins> OwnOrderWins(const wire::Order& order, const OwnOutcome& outcome);

/// kl8: what one draw of the order costs in each play, in fen, by pick - 1. Errors: kEntryInvalid.
Result<std::array<std::int64_t, 10>> OwnSalesByPick(const wire::Order& order);

// ---- For the games themselves ----

/// One line, written out. What `numbers` means is the play's.
struct OwnLine {
  int play = 0;
  std::vector<int> numbers;
  int extra = 0;
};
/// No ticket has more: 20 000 yuan at 2 yuan a line.
inline constexpr std::size_t kOwnMostLines = 10'000;

/// A game as the control plays it.
struct OwnGame {
  /// Appends the lines of a bet; stops with kEntryInvalid above kOwnMostLines in all.
  Status (*expand)(const wire::Bet& bet, std::vector<OwnLine>& lines);
  bool (*legal)(const OwnOutcome& outcome);
  /// Tier the line wins in, from 1; 0 when it does not.
  int (*tier)(const OwnLine& line, const OwnOutcome& outcome);
};
extern const OwnGame kOwnSsq, kOwnD3, kOwnQlc, kOwnKl8;

/// 1..highest, strictly ascending, each once. Errors: kEntryInvalid, saying what.
Result<std::vector<int>> OwnNumbers(const std::string& octets, int lowest, int highest,
                                    const char* what);
/// Whether `numbers` are `count` of 1..highest, strictly ascending.
bool OwnAscending(const std::vector<int>& numbers, std::size_t count, int highest);
int OwnHits(const std::vector<int>& numbers, const std::vector<int>& drawn);
/// Calls `each` with every choice of `picks` numbers that holds all bankers and fills up from
/// `others`; stops when it says false.
template <typename Each>
bool OwnChoices(const std::vector<int>& others, std::size_t from, std::size_t picks,
                std::vector<int>& chosen, const Each& each) {
  if (chosen.size() == picks) return each(chosen);
  // No dead ends: a branch is entered only while enough numbers are left.
  for (std::size_t i = from; i + (picks - chosen.size()) <= others.size(); ++i) {
    chosen.push_back(others[i]);
    const bool goes_on = OwnChoices(others, i + 1, picks, chosen, each);
    chosen.pop_back();
    if (!goes_on) return false;
  }
  return true;
}
/// Bankers and others of a lotto bet: disjoint, `picks` or more without bankers, more than `picks`
/// with one to picks - 1 of them. Errors: kEntryInvalid.
Status OwnCheckPicks(const std::vector<int>& bankers, const std::vector<int>& others,
                     std::size_t picks);

}  // namespace lottery::compliance
