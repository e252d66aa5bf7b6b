#include "base/csv.h"

#include <algorithm>

#include "base/text.h"

namespace lottery::base {
namespace {

tl::unexpected<Error> AtLine(std::int64_t line, std::string why) {
  Error error{ErrorCode::kFileCorrupt, std::move(why)};
  error.position = line;
  return tl::unexpected<Error>(std::move(error));
}

// Reads one record after the other and counts lines.
class Records {
 public:
  explicit Records(std::string_view text) : rest_(text) {}
  bool AtEnd() const { return rest_.empty(); }

  Result<CsvTable::Row> Next() {
    CsvTable::Row row{line_, {}};
    do {
      LOTTERY_TRY(auto field, NextField());
      row.fields.push_back(std::move(field));
    } while (Take(','));
    Take('\r');
    if (!rest_.empty() && !Take('\n'))
      return AtLine(line_, "a quote inside of a field without quotes");
    ++line_;
    return row;
  }

 private:
  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  Result<std::string> NextField() {
    const auto start = rest_.find_first_not_of(" \t");
    const bool quoted = start != std::string_view::npos && rest_[start] == '"';
    if (!quoted) {
      const auto end = std::min(rest_.find_first_of(",\"\n"), rest_.size());
      const auto field = rest_.substr(0, end);
      rest_.remove_prefix(end);
      return std::string(Trim(field));
    }
    rest_.remove_prefix(start + 1);
    return Quoted();
  }

  // Behind the opening quote; two quotes are one.
  Result<std::string> Quoted() {
    const std::int64_t opened = line_;
    std::string field;
    while (true) {
      const auto quote = rest_.find('"');
      if (quote == std::string_view::npos) return AtLine(opened, "a quote is never closed");
      line_ += std::count(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(quote), '\n');
      field += rest_.substr(0, quote);
      rest_.remove_prefix(quote + 1);
      if (!Take('"')) break;
      field += '"';
    }
    while (Take(' ') || Take('\t')) continue;
    const bool ends =
        rest_.empty() || rest_.front() == ',' || rest_.front() == '\n' || rest_.front() == '\r';
    if (!ends) return AtLine(line_, "text behind a closing quote");
    return std::string(Trim(field));
  }

  std::string_view rest_;
  std::int64_t line_ = 1;
};

bool IsEmpty(const CsvTable::Row& row) { return row.fields.size() == 1 && row.fields[0].empty(); }

}  // namespace

Result<CsvTable> CsvTable::Parse(std::string_view raw, std::size_t most_rows) {
  LOTTERY_TRY(const auto text, CleanFileText(raw));
  CsvTable table;
  Records records(text);
  while (!records.AtEnd()) {
    LOTTERY_TRY(auto row, records.Next());
    if (IsEmpty(row)) continue;
    if (table.columns_.empty()) {
      for (std::size_t i = 0; i < row.fields.size(); ++i) {
        if (!table.columns_.emplace(row.fields[i], i).second)
          return AtLine(row.line, "column \"" + row.fields[i] + "\" stands twice in the heading");
      }
      continue;
    }
    if (row.fields.size() != table.columns_.size())
      return AtLine(row.line, "the heading has " + std::to_string(table.columns_.size()) +
                                  " columns, this line " + std::to_string(row.fields.size()));
    if (table.rows_.size() == most_rows)
      return AtLine(row.line, "more than " + std::to_string(most_rows) + " rows");
    table.rows_.push_back(std::move(row));
  }
  if (table.columns_.empty()) return AtLine(1, "the file is empty: a heading is needed");
  return table;
}

Status CsvTable::Require(const std::vector<std::string>& columns) const {
  for (const auto& name : columns) {
    if (!Has(name)) return AtLine(1, "column \"" + name + "\" is missing in the heading");
  }
  return {};
}

Status CsvTable::Only(const std::vector<std::string>& columns) const {
  for (const auto& [name, index] : columns_) {
    if (std::find(columns.begin(), columns.end(), name) == columns.end())
      return AtLine(1, "column \"" + name + "\" is unknown");
  }
  return {};
}

const std::string& CsvTable::Field(const Row& row, std::string_view column) const {
  const auto at = columns_.find(column);
  LOTTERY_CHECK(at != columns_.end());
  return row.fields[at->second];
}

}  // namespace lottery::base
