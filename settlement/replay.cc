#include "settlement/replay.h"

#include <map>

#include "games/ssq_prize.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
using base::Money;
namespace {

constexpr const char* kAnswers[] = {"t1_yuan", "t2_yuan", "pool_after_yuan"};

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

class Row {
 public:
  Row(const std::map<std::string, std::size_t, std::less<>>& columns, std::string_view line)
      : columns_(columns), cells_(base::Split(line, ',')) {}
  bool Complete() const { return cells_.size() == columns_.size(); }
  bool Has(std::string_view name) const {
    const auto at = columns_.find(name);
    return at != columns_.end() && !Trim(cells_[at->second]).empty();
  }
  Result<std::int64_t> Int(std::string_view name) const {
    const auto at = columns_.find(name);
    if (at == columns_.end())
      return Fail(ErrorCode::kFileCorrupt, "column " + std::string(name) + " is missing");
    return base::ParseDecimal(Trim(cells_[at->second]));
  }

 private:
  const std::map<std::string, std::size_t, std::less<>>& columns_;
  std::vector<std::string_view> cells_;
};

Result<games::SsqPrizeInput> ReadInput(const Row& row) {
  games::SsqPrizeInput in;
  LOTTERY_TRY(const auto draw, row.Int("draw"));
  LOTTERY_TRY(const auto sales, row.Int("sales_yuan"));
  LOTTERY_TRY(const auto pool, row.Int("pool_before_yuan"));
  LOTTERY_TRY(const auto injection, row.Int("injection_after_yuan"));
  LOTTERY_TRY(const auto special, row.Int("special_rule"));
  in.draw = static_cast<std::int32_t>(draw);
  LOTTERY_TRY(in.sales, Money::FromYuan(sales));
  LOTTERY_TRY(in.pool_before, Money::FromYuan(pool));
  LOTTERY_TRY(in.injection_after, Money::FromYuan(injection));
  in.special_rule = special != 0;
  for (std::size_t tier = 0; tier < games::kSsqTiers; ++tier) {
    LOTTERY_TRY(in.winners[tier], row.Int("t" + std::to_string(tier + 1) + "_count"));
  }
  return in;
}

}  // namespace

Result<ReplaySummary> ReplaySsq(const std::string& csv_text,
                                const std::function<void(const base::json::object&)>& emit) {
  const auto lines = base::Split(csv_text, '\n');
  std::map<std::string, std::size_t, std::less<>> columns;
  const auto header = base::Split(Trim(lines[0]), ',');
  for (std::size_t i = 0; i < header.size(); ++i) columns[std::string(Trim(header[i]))] = i;
  ReplaySummary summary;
  for (std::size_t n = 1; n < lines.size(); ++n) {
    const auto line = Trim(lines[n]);
    if (line.empty()) continue;
    const Row row(columns, line);
    const auto at_row = [&](base::Error error) {
      error.position = static_cast<std::int64_t>(n + 1);
      return tl::unexpected<base::Error>(std::move(error));
    };
    if (!row.Complete())
      return at_row({ErrorCode::kFileCorrupt, "the row has another number of columns"});
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
      const auto official = row.Int(kAnswers[i]);
      if (!official) return at_row(official.error());
      compared = true;
      differs = differs || *official != answers[i];
    }
    ++summary.rows;
    summary.compared += compared ? 1 : 0;
    summary.differing += differs ? 1 : 0;
    emit({{"draw", in->draw},
          {"t1_yuan", answers[0]},
          {"t2_yuan", answers[1]},
          {"pool_after_yuan", answers[2]}});
  }
  return summary;
}

}  // namespace lottery::settlement
