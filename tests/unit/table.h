// Reads the tab-separated tables of tests/vectors: '#' lines are comments, '-' is the empty field.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/file.h"

namespace lottery::tests {

inline std::string VectorPath(const std::string& name) {
  return std::string(LOTTERY_SOURCE_DIR) + "/tests/vectors/" + name;
}

inline std::vector<std::vector<std::string>> ReadTable(const std::string& name) {
  const auto text = base::ReadFile(VectorPath(name));
  LOTTERY_CHECK(text.has_value());
  std::vector<std::vector<std::string>> rows;
  for (const auto line : base::Split(*text, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> row;
    for (const auto cell : base::Split(line, '\t')) row.emplace_back(cell == "-" ? "" : cell);
    rows.push_back(std::move(row));
  }
  return rows;
}

inline base::Bytes Hex(const std::string& text) {
  auto bytes = base::FromHexAnyCase(text);
  LOTTERY_CHECK(bytes.has_value());
  return *bytes;
}

}  // namespace lottery::tests
