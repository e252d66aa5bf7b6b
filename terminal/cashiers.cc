#include "terminal/cashiers.h"

#include "base/file.h"
#include "base/members.h"
#include "base/text.h"
#include "crypto/pin.h"

namespace lottery::terminal {
using base::ErrorCode;
using base::Fail;

Result<Cashiers> Cashiers::Read(const std::string& folder) {
  Cashiers out(folder + "/cashiers.json");
  if (!base::Exists(out.path_)) return out;
  LOTTERY_TRY(const auto file, base::ReadJsonFile(out.path_));
  base::Members members(file);
  LOTTERY_TRY(const auto format, members.Text("format"));
  LOTTERY_TRY(const auto list, members.Array("cashiers"));
  LOTTERY_TRY(out.wrong_, members.IntOr("wrong", 0, 0, kMostWrong));
  LOTTERY_TRY_VOID(members.Done());
  if (format != "cashiers/1") return Fail(ErrorCode::kFileCorrupt, "format of " + out.path_);
  for (const auto& item : list) {
    if (!item.is_object()) return Fail(ErrorCode::kBadJson, "cashiers holds objects");
    base::Members cashier(item.get_object());
    LOTTERY_TRY(const auto name, cashier.Text("cashier"));
    LOTTERY_TRY(out.hashes_[name], cashier.Text("pin_hash"));
    LOTTERY_TRY_VOID(cashier.Done());
  }
  return out;
}

Status Cashiers::Write() const {
  base::json::array list;
  for (const auto& [name, hash] : hashes_)
    list.push_back(base::json::object{{"cashier", name}, {"pin_hash", hash}});
  return base::WriteFile(
      path_,
      base::ToPretty(base::json::object{
          {"format", "cashiers/1"}, {"cashiers", std::move(list)}, {"wrong", wrong_}}),
      0600);
}

Status CheckCashier(std::string_view cashier) {
  const bool holds = base::CheckSaid("cashier", cashier) && cashier.size() <= kLongestCashier &&
                     base::Trim(cashier) == cashier;
  if (holds) return {};
  return Fail(ErrorCode::kUsage, "a cashier is 1 to 32 octets on one line, without blanks around");
}

Status Cashiers::Set(const std::string& cashier, std::string_view pin) {
  LOTTERY_TRY_VOID(CheckCashier(cashier));
  const bool digits = pin.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits || pin.size() < kShortestPin || pin.size() > kLongestPin)
    return Fail(ErrorCode::kUsage, "a PIN is 4 to 12 digits");
  hashes_[cashier] = crypto::HashPin(pin);
  return Write();
}

Status Cashiers::Remove(const std::string& cashier) {
  if (hashes_.erase(cashier) == 0) return Fail(ErrorCode::kWrongPin, cashier);
  return Write();
}

std::vector<std::string> Cashiers::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, hash] : hashes_) names.push_back(name);
  return names;
}

// A restart neither forgets the count nor shortens the wait.
Status Cashiers::Count(std::int64_t wrong) {
  not_before_ms_.reset();
  if (std::exchange(wrong_, wrong) == wrong) return {};
  return Write();
}

Status Cashiers::Check(const std::string& cashier, std::string_view pin, std::int64_t now_ms) {
  if (!any()) return {};
  if (wrong_ >= kMostWrong) {
    if (!not_before_ms_) not_before_ms_ = now_ms + kWaitMs;
    if (now_ms < *not_before_ms_)
      return Fail(ErrorCode::kPinLocked,
                  std::to_string((*not_before_ms_ - now_ms + 999) / 1000) + " s");
    LOTTERY_TRY_VOID(Count(0));
  }
  // Counted before it is looked at, or whoever ends the program in between has tried for nothing.
  LOTTERY_TRY_VOID(Count(wrong_ + 1));
  const auto known = hashes_.find(cashier);
  if (known != hashes_.end() && crypto::IsPin(known->second, pin)) return Count(0);
  if (wrong_ >= kMostWrong) not_before_ms_ = now_ms + kWaitMs;
  return Fail(ErrorCode::kWrongPin);
}

}  // namespace lottery::terminal
