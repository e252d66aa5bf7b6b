#include "base/json_check.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <vector>

namespace lottery::base {
namespace {

using boost::system::error_code;
using Text = boost::json::string_view;

// Sees the text piece by piece, as Boost.JSON's parser tells it.
class Handler {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  std::string why;  // when it stops the parser

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    names_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    names_.pop_back();
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
  bool on_key_part(Text part, std::size_t, error_code& error) {
    key_.append(part.data(), part.size());
    return Clean(part, error);
  }
  bool on_key(Text part, std::size_t, error_code& error) {
    key_.append(part.data(), part.size());
    if (!names_.back().insert(key_).second)
      return Stop("member \"" + key_ + "\" stands twice", error);
    key_.clear();
    return Clean(part, error);
  }
  bool on_string_part(Text part, std::size_t, error_code& error) { return Clean(part, error); }
  bool on_string(Text part, std::size_t, error_code& error) { return Clean(part, error); }
  bool on_number_part(Text, error_code&) { return true; }
  bool on_int64(std::int64_t, Text, error_code&) { return true; }
  bool on_uint64(std::uint64_t, Text, error_code&) { return true; }
  bool on_double(double, Text, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(Text, error_code&) { return true; }
  bool on_comment(Text, error_code&) { return true; }

 private:
  bool Stop(std::string reason, error_code& error) {
    why = std::move(reason);
    error = boost::json::error::syntax;
    return false;
  }
  bool Clean(Text part, error_code& error) {
    const bool clean = std::find(part.begin(), part.end(), '\0') == part.end();
    return clean || Stop("a NUL character in a text", error);
  }

  std::vector<std::set<std::string>> names_;  // of the objects around this place, outermost first
  std::string key_;
};

}  // namespace

Status CheckJson(std::string_view text) {
  boost::json::basic_parser<Handler> parser{boost::json::parse_options{}};
  error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  const auto ahead = text.substr(0, read);
  const auto rest = text.substr(read).find_first_not_of(" \t\r\n");
  if (!error && rest == std::string_view::npos) return {};
  const std::string why = !parser.handler().why.empty() ? parser.handler().why
                          : error                       ? error.message()
                                                        : "text behind the value";
  Error refusal{ErrorCode::kBadJson, why};
  refusal.position = 1 + std::count(ahead.begin(), ahead.end(), '\n');
  return tl::unexpected<Error>(std::move(refusal));
}

}  // namespace lottery::base
