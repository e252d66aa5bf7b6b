// The rule book as data: rules/<game>.json holds every figure with its status and source, the
// versions with the draw each holds from and who approved it. Read once, from the text inside the
// program; the published hash is that of the text.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "base/result.h"
#include "games/calendar.h"

namespace lottery::games {

using base::Money;
using base::Result;

/// No game has more prize tiers.
inline constexpr std::size_t kMostTiers = 40;
/// All games there are.
inline constexpr std::array<std::string_view, 4> kGames = {"ssq", "3d", "qlc", "kl8"};

/// rules/<game>.json as it was when the program was built.
struct RuleFile {
  std::string name;  // "games/ssq.json"
  std::string text;
};

struct TierName {
  int tier = 0;
  std::string zh, en, match;
};

/// Fixed prizes of a line, by tier - 1.
using Amounts = std::array<std::optional<Money>, kMostTiers>;

/// Amounts of 3d that lines sold in one jurisdiction win instead of those of the version.
struct JurisdictionAmounts {
  std::string jurisdiction;  // empty where no source says which one: nobody is paid by it
  Amounts amounts;           // none: the version's
};

/// One version of a game's rules: in force from `from_draw` until the next one.
struct RuleVersion {
  std::string name;
  std::int32_t from_draw = 0;
  std::string approved_by, document;
  std::map<std::string, std::int64_t, std::less<>> parameters;  // the game's own included
  Amounts amounts;  // none: floating, or of 3d not known
  std::vector<JurisdictionAmounts> by_jurisdiction;

  /// Pre: the version has it. Every version there is settles in `property` ControlAgrees, so one
  /// that lacks a figure does not pass the tests.
  std::int64_t Get(std::string_view parameter) const;
  /// Fixed amount of a line in fen; 0 where it floats. `tier` from 1.
  Money Fixed(int tier) const;
  /// Likewise of a line that was sold in `jurisdiction`.
  Money FixedIn(std::string_view jurisdiction, int tier) const;
  /// Whether `jurisdiction` has amounts of its own.
  bool Deviates(std::string_view jurisdiction) const;
};

/// A figure as the data has it, with where it is from.
struct Figure {
  std::string path;    // "ssq-2009/first_percent"
  std::string value;   // as JSON
  std::string status;  // "confirmed", "derived", "unconfirmed"
  std::string source;  // names in `sources`
  std::string note;
};

struct RuleBook {
  std::string game, zh, en;
  std::string_view text;  // the data itself
  std::vector<TierName> tiers;
  std::vector<RuleVersion> versions;  // ascending by from_draw
  Calendar calendar;
  std::vector<Figure> figures;
  std::map<std::string, std::string, std::less<>> sources;
};

bool IsGame(std::string_view game);
/// Pre: IsGame(game).
const RuleBook& RuleBookOf(std::string_view game);
/// The version a draw is settled under: its number alone decides. Errors: kUnknownGame,
/// kUnknownRule before the first version.
Result<const RuleVersion*> RuleFor(std::string_view game, std::int32_t draw);
/// Likewise of a given book. Errors: kUnknownRule.
Result<const RuleVersion*> RuleFor(const RuleBook& book, std::int32_t draw);
/// The newest version. Pre: IsGame(game).
const RuleVersion& NewestRule(std::string_view game);

/// Reads a rule book. Errors: kBadJson naming the figure.
Result<RuleBook> ParseRuleBook(std::string_view text);

/// Text of a game's rule book, whose hash plans name. Errors: kUnknownGame.
Result<std::string> RuleBookText(std::string_view game);

/// "双色球" and "Double Colour Ball".
struct PlayName {
  std::string zh, en;
};
/// Empty for a game that does not exist.
PlayName GameName(std::string_view game);
bool HasTier(std::string_view game, int tier);
/// Pre: the tier exists.
const TierName& NameOfTier(std::string_view game, int tier);

}  // namespace lottery::games
