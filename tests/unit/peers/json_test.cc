// JSONTestSuite: texts every reader takes (y), none takes (n), and texts on which readers differ
// (i, t), for which the suite has no verdict and ours is stated.
#include "tests/unit/peers/suite.h"

namespace lottery::base {
namespace {

const std::vector<tests::Difference> kRefusedThoughValid = {
    {"a second member of one name is refused",
     {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}},
    {"NUL is refused", {"y_object_escaped_null_in_key.json", "y_string_null_escape.json"}}};

// Texts without a verdict of the suite, by ours.
const std::vector<tests::Difference> kRead = {
    {"a number beyond the 64-bit integers is a double, which no integer member takes",
     {"i_number_double_huge_neg_exp.json", "i_number_real_underflow.json",
      "i_number_too_big_neg_int.json", "i_number_too_big_pos_int.json",
      "i_number_very_big_negative_int.json", "t_number_-9223372036854775809.json",
      "t_number_10000000000000000999.json", "t_number_1e-999.json",
      "t_number_9223372036854775808.json"}},
    {"a number beyond the doubles is infinity, which no integer member takes",
     {"i_number_neg_int_huge_exp.json", "i_number_pos_double_huge_exp.json",
      "i_number_real_neg_overflow.json", "i_number_real_pos_overflow.json"}},
    {"a number with a fraction or an exponent is a double",
     {"t_number_1.0.json", "t_number_1.000000000000000005.json", "t_number_1e6.json"}},
    {"an integer of 64 bits",
     {"t_number_-9223372036854775808.json", "t_number_1000000000000000.json",
      "t_number_9223372036854775807.json"}},
    {"names are compared by their octets, so these are two",
     {"t_object_key_nfc_nfd.json", "t_object_key_nfd_nfc.json"}}};

const std::vector<tests::Difference> kRefused = {
    {"an exponent beyond 32 bits", {"i_number_huge_exp.json"}},
    {"half of a surrogate pair",
     {"i_object_key_lone_2nd_surrogate.json", "i_string_1st_surrogate_but_2nd_missing.json",
      "i_string_1st_valid_surrogate_2nd_invalid.json",
      "i_string_incomplete_surrogate_and_escape_valid.json",
      "i_string_incomplete_surrogate_pair.json", "i_string_incomplete_surrogates_escape_valid.json",
      "i_string_invalid_lonely_surrogate.json", "i_string_invalid_surrogate.json",
      "i_string_inverted_surrogates_U+1D11E.json", "i_string_lone_second_surrogate.json",
      "t_string_1_escaped_invalid_codepoint.json", "t_string_2_escaped_invalid_codepoints.json",
      "t_string_3_escaped_invalid_codepoints.json"}},
    {"not UTF-8",
     {"i_string_UTF-8_invalid_sequence.json", "i_string_UTF8_surrogate_U+D800.json",
      "i_string_invalid_utf-8.json", "i_string_iso_latin_1.json",
      "i_string_lone_utf8_continuation_byte.json", "i_string_not_in_unicode_range.json",
      "i_string_overlong_sequence_2_bytes.json", "i_string_overlong_sequence_6_bytes.json",
      "i_string_overlong_sequence_6_bytes_null.json", "i_string_truncated-utf-8.json",
      "t_string_1_invalid_codepoint.json", "t_string_2_invalid_codepoints.json",
      "t_string_3_invalid_codepoints.json"}},
    {"UTF-16, or a mark before the text",
     {"i_string_UTF-16LE_with_BOM.json", "i_string_utf16BE_no_BOM.json",
      "i_string_utf16LE_no_BOM.json", "i_structure_UTF-8_BOM_empty_object.json"}},
    {"deeper than 32", {"i_structure_500_nested_arrays.json"}},
    {"a second member of one name",
     {"t_object_same_key_different_values.json", "t_object_same_key_same_value.json",
      "t_object_same_key_unclear_values.json"}},
    {"NUL", {"t_string_with_escaped_NULL.json"}}};

struct Case {
  std::string name, text;
};

// Two of them are one text, again and again.
std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const auto& c : tests::ReadCases("json_suite.json")) {
    Case out{tests::TextOf(c, "name"), {}};
    if (c.as_object().contains("b64")) {
      out.text = tests::Base64Of(c.at("b64"));
    } else {
      const Bytes unit = tests::Base64Of(c.at("unit"));
      while (out.text.size() < tests::NumberOf(c, "size")) out.text += unit;
      out.text.resize(tests::NumberOf(c, "size"));
    }
    cases.push_back(std::move(out));
  }
  return cases;
}

TEST(Json, TakesWhatAllTakeAndRefusesWhatNoneTakes) {
  tests::Verdicts verdicts(kRefusedThoughValid);
  for (const auto& [name, text] : Cases()) {
    if (name[0] == 'y' || name[0] == 'n')
      verdicts.Add(name, ParseJson(text).has_value(), name[0] == 'y');
  }
  EXPECT_EQ(verdicts.Close(95 + 188), 4U);
}

TEST(Json, WhereReadersDifferItHasOneAnswer) {
  std::map<std::string, bool> expected;
  for (const auto& [list, taken] : {std::pair(&kRead, true), std::pair(&kRefused, false)})
    for (const auto& [reason, names] : *list)
      for (const auto& name : names) EXPECT_TRUE(expected.emplace(name, taken).second) << name;
  std::size_t cases = 0;
  for (const auto& [name, text] : Cases()) {
    if (name[0] == 'y' || name[0] == 'n') continue;
    ASSERT_TRUE(expected.contains(name)) << name;
    EXPECT_EQ(ParseJson(text).has_value(), expected[name]) << name;
    ++cases;
  }
  EXPECT_EQ(cases, 35U + 22U);
  EXPECT_EQ(cases, expected.size());
}

}  // namespace
}  // namespace lottery::base
