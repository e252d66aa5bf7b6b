// Tables of other programs: read as RFC 4180 has them, or refused with the line.
#include "base/csv.h"

#include <gtest/gtest.h>

namespace lottery::base {
namespace {

using Fields = std::vector<std::string>;

TEST(Csv, FieldsAreReadAsWritten) {
  const std::pair<const char*, Fields> rows[] = {{"1,2", {"1", "2"}},
                                                 {"\"1\",\"2\"", {"1", "2"}},
                                                 {"\"a,b\",2", {"a,b", "2"}},
                                                 {"\"a\"\"b\",2", {"a\"b", "2"}},
                                                 {" 1 ,\t2\t", {"1", "2"}},
                                                 {"\"a\nb\",2", {"a\nb", "2"}},
                                                 {" \"1\" ,2", {"1", "2"}},
                                                 {",", {"", ""}},
                                                 {"\xe3\x80\x80"
                                                  "1,2",
                                                  {"1", "2"}}};
  for (const char* end : {"\n", "\r\n", ""}) {
    for (const auto& [text, fields] : rows) {
      const auto table = CsvTable::Parse(std::string("\xef\xbb\xbf"
                                                     "x,y\r\n") +
                                             text + end,
                                         10);
      ASSERT_TRUE(table.has_value()) << text << table.error().detail;
      ASSERT_EQ(table->rows().size(), 1U) << text;
      EXPECT_EQ(table->rows()[0].fields, fields) << text;
    }
  }
}

TEST(Csv, FaultsHaveTheirLine) {
  const std::pair<const char*, int> rows[] = {{"x,y\n1", 2},
                                              {"x,y\n1,2,3", 2},
                                              {"x,y\n1,2\n\n\"3,4", 4},
                                              {"x,y\n\"1\"2,3", 2},
                                              {"x,x\n1,2", 1},
                                              {"x,y\n1\"2,3", 2},
                                              {"", 1},
                                              {"\n\n", 1},
                                              {"x,y\n\"a\nb\",1\n1", 4},
                                              {"x,y\n1,\xd6\xd0", 2}};
  for (const auto& [text, line] : rows) {
    const auto table = CsvTable::Parse(text, 10);
    ASSERT_FALSE(table.has_value()) << text;
    EXPECT_EQ(table.error().position, line) << text << ": " << table.error().detail;
  }
  EXPECT_FALSE(CsvTable::Parse("x\n1\n2\n3", 2).has_value());
}

TEST(Csv, ColumnsAreAskedForByName) {
  const auto table = CsvTable::Parse("amount, date\n1,2\n", 10);
  ASSERT_TRUE(table.has_value());
  EXPECT_TRUE(table->Require({"date", "amount"}));
  EXPECT_EQ(table->Require({"reference"}).error().detail,
            "column \"reference\" is missing in the heading");
  EXPECT_EQ(table->Only({"date"}).error().detail, "column \"amount\" is unknown");
  EXPECT_EQ(table->Field(table->rows()[0], "date"), "2");
}

}  // namespace
}  // namespace lottery::base
