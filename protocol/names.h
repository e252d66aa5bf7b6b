// Names that appear in logs, files and signatures: game codes, draw numbers, origins, payload
// types.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace lottery::protocol {

using base::Result;

inline constexpr std::string_view kSsq = "ssq";
inline constexpr std::string_view kD3 = "3d";
inline constexpr std::string_view kQlc = "qlc";
inline constexpr std::string_view kKl8 = "kl8";

/// How documents call what was drawn in a game: its numbers, and the extra one where there is one.
struct NumberKeys {
  std::string_view numbers, extra;
};
constexpr NumberKeys KeysOf(std::string_view game) {
  if (game == kD3) return {"digits", ""};
  if (game == kQlc) return {"numbers", "special"};
  if (game == kKl8) return {"numbers", ""};
  return {"reds", "blue"};
}
/// "01 05 11 17 23 30 + 02", "3 5 8": as people read them.
std::string NumbersText(std::string_view game, const std::vector<int>& numbers, int extra);

/// An operator so named only practises: its keys, logs and tickets are nobody else's, and what it
/// sells, draws and signs never counts.
bool IsTraining(std::string_view operator_name);   // "*.training": at the counter
bool IsRehearsal(std::string_view operator_name);  // "*.rehearsal": a whole draw

/// What names a jurisdiction and may stand in an account's name: 1 to 32 letters, digits, '-', '_'.
bool IsJurisdiction(std::string_view text);

/// A bank's reference as it is kept and compared, at a credit and in a statement alike: without
/// blanks around it, one line of UTF-8, 1 to kLongestReference octets. Errors: kUsage, saying why.
inline constexpr std::size_t kLongestReference = 64;
/// No terminal's deposit is larger, and no figure a terminal is told: 1 000 billion yuan.
inline constexpr std::int64_t kMostBalanceFen = 1'000'000'000'000'00;
Result<std::string> CleanReference(std::string_view text);

/// A draw of a game. `number` is YYYYNNN.
struct DrawId {
  std::string game;
  std::int32_t number = 0;
  auto operator<=>(const DrawId&) const = default;
  std::string ToText() const { return game + "-" + std::to_string(number); }
};
/// "ssq-2026097". Errors: kDrawUnknown.
Result<DrawId> ParseDrawId(std::string_view text);
/// Four-digit year from 2000, number in the year 1-999.
bool IsDrawNumber(std::int64_t number);

/// "<operator>/<game>/<draw>"
std::string OriginOf(std::string_view operator_name, const DrawId& draw);
std::string AuditOrigin(std::string_view operator_name);
/// The draw an origin of `operator_name` stands for. Errors: kDrawUnknown.
Result<DrawId> DrawOfOrigin(std::string_view operator_name, std::string_view origin);

// DSSE payload types: one for each kind of signed body.
#define LOTTERY_TYPE(name) "application/vnd.welfare-lottery." name ".v1"
inline constexpr std::string_view kTypeMessage = LOTTERY_TYPE("terminal-message");
inline constexpr std::string_view kTypeRecord = LOTTERY_TYPE("batch-record");
inline constexpr std::string_view kTypeTrust = LOTTERY_TYPE("trust");
inline constexpr std::string_view kTypePlan = LOTTERY_TYPE("plan");
inline constexpr std::string_view kTypeWithdrawal = LOTTERY_TYPE("plan-withdrawal");
inline constexpr std::string_view kTypeOpening = LOTTERY_TYPE("opening-balances");
inline constexpr std::string_view kTypeSeal = LOTTERY_TYPE("seal");
inline constexpr std::string_view kTypeContribution = LOTTERY_TYPE("contribution");
inline constexpr std::string_view kTypeDrawCertificate = LOTTERY_TYPE("draw-certificate");
inline constexpr std::string_view kTypeDeviation = LOTTERY_TYPE("deviation");
inline constexpr std::string_view kTypeBallEntry = LOTTERY_TYPE("ball-entry");
inline constexpr std::string_view kTypeAttendance = LOTTERY_TYPE("attendance");
inline constexpr std::string_view kTypeKeyOpening = LOTTERY_TYPE("key-opening");
inline constexpr std::string_view kTypeLifting = LOTTERY_TYPE("lifting");
inline constexpr std::string_view kTypeStatement = LOTTERY_TYPE("settlement-statement");
inline constexpr std::string_view kTypeRefund = LOTTERY_TYPE("refund-statement");
inline constexpr std::string_view kTypeExpiry = LOTTERY_TYPE("expiry");
inline constexpr std::string_view kTypePayment = LOTTERY_TYPE("payment");
inline constexpr std::string_view kTypeReinstatement = LOTTERY_TYPE("reinstatement");
inline constexpr std::string_view kTypeCorrection = LOTTERY_TYPE("ledger-correction");
inline constexpr std::string_view kTypeAgreement = LOTTERY_TYPE("control-agreement");
inline constexpr std::string_view kTypeTerminalCheck = LOTTERY_TYPE("terminal-check");
inline constexpr std::string_view kTypeAllocation = LOTTERY_TYPE("fund-allocation");
#undef LOTTERY_TYPE

/// What the ticket shows in clear: where its first leaf is and what it hashes to. At most 150
/// octets.
struct PublicCode {
  std::string origin;
  std::uint64_t index = 0;
  base::Digest leaf_hash;
  /// "origin:index:base64url"
  std::string ToText() const;
};
/// A code as a scanner or a keyboard sent it: without blanks, line ends and symbology identifier
/// around it, half-width, with the punctuation and the letters' case that were meant.
std::string CleanCode(std::string_view scanned);
/// Cleans it first. Errors: kBadEncoding.
Result<PublicCode> ParsePublicCode(std::string_view text);

/// The other code: t and s, 16 and 32 octets, as hex with a dash between.
struct SecretCode {
  base::Bytes t, s;
  std::string ToText() const;
};
/// Cleans it first. Errors: kWrongSecret when either half is missing or of another length.
Result<SecretCode> ParseSecretCode(std::string_view text);

}  // namespace lottery::protocol
