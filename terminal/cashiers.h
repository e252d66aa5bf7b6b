// Cashiers and their PINs, as the outlet keeps them beside its journal. Where nobody has a PIN
// anybody signs on by a number, and the screen says so; once one cashier has one, only those in the
// file sign on.
#pragma once

#include <map>
#include <optional>

#include "base/json.h"
#include "crypto/secret.h"

namespace lottery::terminal {

using base::Result;
using base::Status;

/// The number or name of a cashier, which is signed and printed: one line of 1 to kLongestCashier
/// octets without blanks around it. Errors: kUsage.
inline constexpr std::size_t kLongestCashier = 32;
Status CheckCashier(std::string_view cashier);

class Cashiers {
 public:
  static constexpr std::size_t kShortestPin = 4, kLongestPin = 12;
  /// After so many wrong PINs in a row the next one is heard kWaitMs later.
  static constexpr std::int64_t kMostWrong = 5;
  static constexpr std::int64_t kWaitMs = 30'000;

  /// Reads `folder`/cashiers.json; none where there is no file. Errors: kBadJson, kFileCorrupt.
  static Result<Cashiers> Read(const std::string& folder);
  /// A PIN is digits. Errors: kUsage, kFileWrite.
  Status Set(const std::string& cashier, std::string_view pin);
  /// Errors: kWrongPin, also when there is no such cashier; kFileWrite.
  Status Remove(const std::string& cashier);

  bool any() const { return !hashes_.empty(); }
  std::vector<std::string> Names() const;
  /// Errors: kWrongPin; kPinLocked while the wait after too many wrong ones goes on, which begins
  /// anew when the program does. `now_ms` is steady.
  Status Check(const std::string& cashier, std::string_view pin, std::int64_t now_ms);

 private:
  explicit Cashiers(std::string path) : path_(std::move(path)) {}
  Status Write() const;
  Status Count(std::int64_t wrong);
  std::string path_;
  std::map<std::string, std::string> hashes_;  // by cashier; argon2id, as crypto::HashPin makes it
  std::int64_t wrong_ = 0;                     // in a row, kept in the file
  std::optional<std::int64_t> not_before_ms_;
};

}  // namespace lottery::terminal
