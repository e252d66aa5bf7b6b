// Comma-separated tables as RFC 4180 has them: fields in quotes where they need to be, CR LF or LF,
// a byte order mark and blanks around a field taken off. A column is found by its heading, a fault
// by its line.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace lottery::base {

class CsvTable {
 public:
  struct Row {
    std::int64_t line = 0;  // where it begins in the file, from 1
    std::vector<std::string> fields;
  };

  /// The first line is the heading; empty lines are left out. Errors, with the line as position:
  /// kBadEncoding; kFileCorrupt for an open quote, a row of another width, a column named twice,
  /// above `most_rows` rows, no heading.
  static Result<CsvTable> Parse(std::string_view text, std::size_t most_rows);

  /// Errors: kFileCorrupt, with the name of the column that is not there.
  Status Require(const std::vector<std::string>& columns) const;
  /// Errors: kFileCorrupt, with the name of the column that is none of these.
  Status Only(const std::vector<std::string>& columns) const;
  const std::vector<Row>& rows() const { return rows_; }
  bool Has(std::string_view column) const { return columns_.contains(column); }
  /// Pre: Has(column).
  const std::string& Field(const Row& row, std::string_view column) const;

 private:
  std::map<std::string, std::size_t, std::less<>> columns_;
  std::vector<Row> rows_;
};

}  // namespace lottery::base
