#include "terminal/scan.h"

namespace lottery::terminal {
namespace {

// GTIN-8 to GTIN-14, and what logistics and older goods have.
constexpr std::size_t kShortestGoods = 6;

}  // namespace

Scan ClassifyScan(std::string_view scanned) {
  const std::string text = protocol::CleanCode(scanned);
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
