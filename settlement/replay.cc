#include "settlement/replay.h"

#include "base/csv.h"
#include "games/ssq_prize.h"
#include "protocol/names.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
using base::Money;
namespace {

constexpr const char* kAnswers[] = {"t1_yuan", "t2_yuan", "pool_after_yuan"};

constexpr std::size_t kMostRows = 1'000'000;
constexpr std::int64_t kMostYuan = 1'000'000'000'000;  // of one draw, far above any

struct Row {
  const base::CsvTable& table;
  const base::CsvTable::Row& row;
  bool Has(const std::string& name) const {
    return table.Has(name) && !table.Field(row, name).empty();
  }
  Result<std::int64_t> Int(const std::string& name, std::int64_t most) const {
    const std::string& text = table.Field(row, name);
    const auto n = base::ParseDecimal(text);
    if (n && *n <= most) return *n;
    return Fail(ErrorCode::kFileCorrupt,
                name + ": \"" + text + "\" is no whole number up to " + std::to_string(most));
  }
};

std::string CountColumn(std::size_t tier) { return "t" + std::to_string(tier + 1) + "_count"; }

Result<games::SsqPrizeInput> ReadInput(const Row& row) {
  games::SsqPrizeInput in;
  LOTTERY_TRY(const auto draw, row.Int("draw", 9'999'999));
  if (!protocol::IsDrawNumber(draw)) return Fail(ErrorCode::kDrawUnknown, "a draw is YYYYNNN");
  LOTTERY_TRY(const auto sales, row.Int("sales_yuan", kMostYuan));
  LOTTERY_TRY(const auto pool, row.Int("pool_before_yuan", kMostYuan));
  LOTTERY_TRY(const auto injection, row.Int("injection_after_yuan", kMostYuan));
  LOTTERY_TRY(const auto special, row.Int("special_rule", 1));
  in.draw = static_cast<std::int32_t>(draw);
  LOTTERY_TRY(in.sales, Money::FromYuan(sales));
  LOTTERY_TRY(in.pool_before, Money::FromYuan(pool));
  LOTTERY_TRY(in.injection_after, Money::FromYuan(injection));
  in.special_rule = special != 0;
  for (std::size_t tier = 0; tier < games::kSsqTiers; ++tier) {
    LOTTERY_TRY(in.winners[tier], row.Int(CountColumn(tier), kMostYuan));
  }
  return in;
}

}  // namespace

Result<ReplaySummary> ReplaySsq(const std::string& csv_text,
                                const std::function<void(const base::json::object&)>& emit) {
  LOTTERY_TRY(const auto table, base::CsvTable::Parse(csv_text, kMostRows));
  std::vector<std::string> needed = {"draw", "sales_yuan", "pool_before_yuan",
                                     "injection_after_yuan", "special_rule"};
  for (std::size_t tier = 0; tier < games::kSsqTiers; ++tier) needed.push_back(CountColumn(tier));
  LOTTERY_TRY_VOID(table.Require(needed));
  ReplaySummary summary;
  for (const auto& fields : table.rows()) {
    const Row row{table, fields};
    const auto at_row = [&](base::Error error) {
      error.position = fields.line;
      return tl::unexpected<base::Error>(std::move(error));
    };
    const auto in = ReadInput(row);
    if (!in) return at_row(in.error());
    const auto prizes = games::ComputeSsqPrizes(*in);
    if (!prizes) return at_row(prizes.error());
    const std::int64_t answers[] = {in->winners[0] == 0 ? 0 : prizes->first.fen() / 100,
                                    in->winners[1] == 0 ? 0 : prizes->second.fen() / 100,
                                    prizes->pool_after.fen() / 100};
    bool compared = false, differs = false;
    for (int i = 0; i < 3; ++i) {
      if (!row.Has(kAnswers[i])) continue;
      const auto official = row.Int(kAnswers[i], kMostYuan);
      if (!official) return at_row(official.error());
      compared = true;
      differs = differs || *official != answers[i];
    }
    ++summary.rows;
    summary.compared += compared ? 1 : 0;
    summary.differing += differs ? 1 : 0;
    if (differs && summary.first_differing == 0) summary.first_differing = fields.line;
    emit({{"draw", in->draw},
          {"t1_yuan", answers[0]},
          {"t2_yuan", answers[1]},
          {"pool_after_yuan", answers[2]}});
  }
  return summary;
}

}  // namespace lottery::settlement
