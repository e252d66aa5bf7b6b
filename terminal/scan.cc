#include "terminal/scan.h"

#include <algorithm>

namespace lottery::terminal {
namespace {

std::string OtherCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    const bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';
    if (lower || upper) c = static_cast<char>(c ^ 0x20);
  }
  return out;
}

// GTIN-8 to GTIN-14, and what logistics and older goods have.
constexpr std::size_t kShortestGoods = 6;

}  // namespace

Scan ClassifyScan(std::string_view scanned, std::string_view operator_name) {
  std::string text = protocol::CleanCode(scanned);
  const std::string begins = std::string(operator_name) + "/";
  if (!operator_name.empty() && !text.starts_with(begins) && OtherCase(text).starts_with(begins))
    text = OtherCase(text);
  Scan scan;
  if (const auto code = protocol::ParsePublicCode(text)) {
    scan.kind = Scan::Kind::kPublicCode;
    scan.public_code = *code;
  } else if (const auto secret = protocol::ParseSecretCode(text)) {
    scan.kind = Scan::Kind::kSecretCode;
    scan.secret_code = *secret;
  } else if (text.size() >= kShortestGoods &&
             text.find_first_not_of("0123456789") == std::string::npos) {
    scan.kind = Scan::Kind::kGoods;
  }
  return scan;
}

}  // namespace lottery::terminal
