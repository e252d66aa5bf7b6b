#include "games/rules.h"

#include <algorithm>

namespace lottery::games {
using base::ErrorCode;
using base::Fail;

// Generated from rules/*.json.
const std::vector<RuleFile>& RuleFiles();

namespace {

// Each game once; a book inside the program that cannot be read is a defect of the program.
const std::vector<RuleBook>& Books() {
  static const std::vector<RuleBook> books = [] {
    std::vector<RuleBook> all;
    for (const auto& file : RuleFiles()) {
      auto book = ParseRuleBook(file.text);
      LOTTERY_CHECK(book.has_value() && file.name == "games/" + book->game + ".json");
      all.push_back(std::move(*book));
    }
    LOTTERY_CHECK(all.size() == kGames.size());
    return all;
  }();
  return books;
}

}  // namespace

std::int64_t RuleVersion::Get(std::string_view parameter) const {
  const auto found = parameters.find(parameter);
  LOTTERY_CHECK(found != parameters.end());
  return found->second;
}

Money RuleVersion::Fixed(int tier) const {
  LOTTERY_CHECK(tier >= 1 && tier <= static_cast<int>(kMostTiers));
  return amounts[static_cast<std::size_t>(tier - 1)].value_or(Money());
}

Money RuleVersion::FixedIn(std::string_view jurisdiction, int tier) const {
  const Money usual = Fixed(tier);
  for (const auto& own : by_jurisdiction) {
    if (!jurisdiction.empty() && own.jurisdiction == jurisdiction)
      return own.amounts[static_cast<std::size_t>(tier - 1)].value_or(usual);
  }
  return usual;
}

bool RuleVersion::Deviates(std::string_view jurisdiction) const {
  return !jurisdiction.empty() &&
         std::any_of(by_jurisdiction.begin(), by_jurisdiction.end(),
                     [&](const auto& own) { return own.jurisdiction == jurisdiction; });
}

bool IsGame(std::string_view game) {
  return std::find(kGames.begin(), kGames.end(), game) != kGames.end();
}

const RuleBook& RuleBookOf(std::string_view game) {
  const auto& books = Books();
  const auto found =
      std::find_if(books.begin(), books.end(), [&](const auto& b) { return b.game == game; });
  LOTTERY_CHECK(found != books.end());
  return *found;
}

Result<const RuleVersion*> RuleFor(std::string_view game, std::int32_t draw) {
  if (!IsGame(game)) return Fail(ErrorCode::kUnknownGame, std::string(game));
  return RuleFor(RuleBookOf(game), draw);
}

Result<const RuleVersion*> RuleFor(const RuleBook& book, std::int32_t draw) {
  const RuleVersion* found = nullptr;
  for (const auto& version : book.versions) {
    if (draw >= version.from_draw) found = &version;
  }
  if (found == nullptr)
    return Fail(ErrorCode::kUnknownRule, book.game + " draw " + std::to_string(draw));
  return found;
}

const RuleVersion& NewestRule(std::string_view game) { return RuleBookOf(game).versions.back(); }

Result<std::string> RuleBookText(std::string_view game) {
  if (!IsGame(game)) return Fail(ErrorCode::kUnknownGame, std::string(game));
  return std::string(RuleBookOf(game).text);
}

PlayName GameName(std::string_view game) {
  if (!IsGame(game)) return {};
  const auto& book = RuleBookOf(game);
  return {book.zh, book.en};
}

bool HasTier(std::string_view game, int tier) {
  return IsGame(game) && tier >= 1 && tier <= static_cast<int>(RuleBookOf(game).tiers.size());
}

const TierName& NameOfTier(std::string_view game, int tier) {
  LOTTERY_CHECK(HasTier(game, tier));
  return RuleBookOf(game).tiers[static_cast<std::size_t>(tier - 1)];
}

}  // namespace lottery::games
