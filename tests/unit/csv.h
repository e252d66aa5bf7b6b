// Reads the tables of tests/data: the first line names the columns.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/file.h"

namespace lottery::tests {

/// A row's cells by column.
class CsvRow {
 public:
  explicit CsvRow(std::map<std::string, std::string, std::less<>> cells)
      : cells_(std::move(cells)) {}
  const std::string& Text(std::string_view column) const {
    const auto cell = cells_.find(column);
    LOTTERY_CHECK(cell != cells_.end());
    return cell->second;
  }
  std::int64_t Number(std::string_view column) const {
    const auto value = base::ParseDecimal(Text(column));
    LOTTERY_CHECK(value.has_value());
    return *value;
  }
  std::int32_t Draw() const { return static_cast<std::int32_t>(Number("draw")); }
  /// "12.34" yuan as 1234 fen. Pre: two decimals.
  std::int64_t Fen(std::string_view column) const {
    std::string digits = Text(column);
    LOTTERY_CHECK(digits.size() > 3 && digits[digits.size() - 3] == '.');
    digits.erase(digits.size() - 3, 1);
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    const auto value = base::ParseDecimal(digits);
    LOTTERY_CHECK(value.has_value());
    return *value;
  }

 private:
  std::map<std::string, std::string, std::less<>> cells_;
};

inline std::vector<CsvRow> ReadCsv(const std::string& name) {
  const auto text = base::ReadFile(std::string(LOTTERY_SOURCE_DIR) + "/tests/data/" + name);
  LOTTERY_CHECK(text.has_value());
  std::vector<CsvRow> rows;
  std::vector<std::string_view> columns;
  for (auto line : base::Split(*text, '\n')) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) continue;
    const auto cells = base::Split(line, ',');
    if (columns.empty()) {
      columns = cells;
      continue;
    }
    LOTTERY_CHECK(cells.size() == columns.size());
    std::map<std::string, std::string, std::less<>> row;
    for (std::size_t i = 0; i < cells.size(); ++i)
      row.emplace(std::string(columns[i]), std::string(cells[i]));
    rows.emplace_back(std::move(row));
  }
  return rows;
}

}  // namespace lottery::tests
