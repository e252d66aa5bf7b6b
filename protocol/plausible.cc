#include "protocol/plausible.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "crypto/pulse.h"

namespace lottery::protocol {
using base::ErrorCode;
using base::Fail;
namespace {

constexpr std::array<std::string_view, 9> kPurposes = {"record",        "seal",     "official",
                                                       "settlement",    "control",  "approver",
                                                       "escrow-holder", "overseer", "payer"};
constexpr std::array<std::string_view, 2> kMethods = {"vrf", "ball_machine"};
constexpr std::array<std::string_view, 1> kFallbacks = {"ball_machine"};

template <std::size_t N>
bool IsOneOf(const std::array<std::string_view, N>& known, std::string_view word) {
  return std::find(known.begin(), known.end(), word) != known.end();
}

tl::unexpected<base::Error> Trusted(std::string why) {
  return Fail(ErrorCode::kBadTrust, std::move(why));
}

// A name stands on a signature line and in a path: no blank, no '+', no '/'.
bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && base::CheckLine(name) &&
         name.find_first_of(" +/") == std::string_view::npos;
}

// Each key serves one purpose, so none stands twice in the whole file.
class KeysOnce {
 public:
  base::Status Take(const Bytes& key, const std::string& of) {
    if (!crypto::IsValidPublicKey(key)) return Trusted("the key of " + of + " is no sound key");
    return seen_.insert(key).second ? base::Status()
                                    : base::Status(Trusted("the key of " + of + " stands twice"));
  }

 private:
  std::set<Bytes> seen_;
};

// More than half, two at least, and one may be away.
std::pair<std::int64_t, std::int64_t> QuorumOf(std::int64_t count) {
  return {std::max<std::int64_t>(2, count / 2 + 1), count - 1};
}

base::Status CheckWitnesses(const Trust& t, KeysOnce& keys) {
  std::set<std::string> names;
  for (const auto& w : t.witnesses) {
    if (w.type != crypto::kTypeCosignature)
      return Trusted("witness " + w.name + " has no cosignature key (type 04)");
    if (!names.insert(w.name).second) return Trusted("witness " + w.name + " stands twice");
    LOTTERY_TRY_VOID(keys.Take(w.public_key, "witness " + w.name));
  }
  const auto count = static_cast<std::int64_t>(t.witnesses.size());
  if (count < kLeastWitnesses || t.witnesses.size() > kMostWitnesses)
    return Trusted("witnesses " + std::to_string(count) + " is not 3 to 32");
  const auto [least, most] = QuorumOf(count);
  if (t.quorum < least || t.quorum > most)
    return Trusted("quorum " + std::to_string(t.quorum) + " is not " + std::to_string(least) +
                   " to " + std::to_string(most));
  return {};
}

// As many as each step needs, and no person on two sides of one: who draws does not hold the shares
// of those who draw, and neither approves where the money goes or controls them.
base::Status CheckPeople(const Trust& t) {
  constexpr std::array<std::pair<std::string_view, int>, 6> kLeast = {{{"record", 1},
                                                                       {"seal", 1},
                                                                       {"official", 3},
                                                                       {"settlement", 1},
                                                                       {"control", 1},
                                                                       {"approver", 2}}};
  for (const auto& [purpose, least] : kLeast) {
    const auto count = std::count_if(t.keys.begin(), t.keys.end(),
                                     [&](const auto& key) { return key.purpose == purpose; });
    if (count < least)
      return Trusted(std::string(purpose) + ": " + std::to_string(count) + " keys, fewer than " +
                     std::to_string(least));
  }
  const auto overseers = std::count_if(t.keys.begin(), t.keys.end(),
                                       [](const auto& key) { return key.purpose == "overseer"; });
  if (overseers != 0 && overseers < kLeastOverseers)  // trust of before has none
    return Trusted("overseer: " + std::to_string(overseers) + " keys, fewer than " +
                   std::to_string(kLeastOverseers));
  constexpr std::array<std::string_view, 5> kApart = {"official", "escrow-holder", "approver",
                                                      "control", "overseer"};
  std::map<std::string, std::string> sides;
  for (const auto& key : t.keys) {
    if (!IsOneOf(kApart, key.purpose)) continue;
    const auto side = sides.emplace(key.name, key.purpose).first->second;
    if (side != key.purpose) return Trusted(key.name + " is " + side + " and " + key.purpose);
  }
  return {};
}

base::Status CheckBeacons(const Trust& t) {
  std::set<std::pair<std::string, Bytes>> seen;
  for (const auto& beacon : t.beacons) {
    if (!IsName(beacon.name)) return Trusted("name of beacon \"" + beacon.name + "\"");
    const auto id = crypto::CertificateId(beacon.certificate_pem);
    if (!id) return Trusted("certificate of beacon " + beacon.name);
    if (!seen.emplace(beacon.name, *id).second)
      return Trusted("beacon " + beacon.name + " has one certificate twice");
  }
  return {};
}

}  // namespace

base::Status CheckTrust(const Trust& t) {
  if (!IsName(t.operator_name)) return Trusted("operator \"" + t.operator_name + "\"");
  if (t.log_key.type != crypto::kTypeEd25519)
    return Trusted("log_vkey is no key that signs notes (type 01)");
  if (t.log_key.name != t.operator_name) return Trusted("log_vkey is not of the operator's name");
  KeysOnce keys;
  LOTTERY_TRY_VOID(keys.Take(t.root_key, "root"));
  LOTTERY_TRY_VOID(keys.Take(t.log_key.public_key, "log"));
  std::set<std::pair<std::string, std::string>> names;
  for (const auto& key : t.keys) {
    if (!IsOneOf(kPurposes, key.purpose)) return Trusted("purpose \"" + key.purpose + "\"");
    if (!IsName(key.name)) return Trusted("name \"" + key.name + "\"");
    if (!names.emplace(key.purpose, key.name).second)
      return Trusted(key.purpose + " " + key.name + " stands twice");
    LOTTERY_TRY_VOID(keys.Take(key.public_key, key.purpose + " " + key.name));
  }
  LOTTERY_TRY_VOID(CheckPeople(t));
  LOTTERY_TRY_VOID(CheckWitnesses(t, keys));
  return CheckBeacons(t);
}

base::Status CheckPlanFigures(const Plan& p) {
  const auto refuse = [](std::string why) { return Fail(ErrorCode::kBadPlan, std::move(why)); };
  const auto ranged = [&](const char* name, std::int64_t value, std::int64_t least,
                          std::int64_t most) -> base::Status {
    if (value >= least && value <= most) return {};
    return refuse(std::string(name) + " " + std::to_string(value) + " is not " +
                  std::to_string(least) + " to " + std::to_string(most));
  };
  if (!IsOneOf(kMethods, p.method)) return refuse("method \"" + p.method + "\"");
  if (!IsOneOf(kFallbacks, p.fallback)) return refuse("fallback \"" + p.fallback + "\"");
  // Every plan names its machine: the fallback needs it where the method does not.
  if (const auto named = base::CheckSaid("ball_machine", p.ball_machine); !named)
    return refuse(named.error().detail);
  const auto escrow = base::DigestFromHex(p.escrow);
  if (!p.escrow.empty() && (!escrow || *escrow == Digest()))
    return refuse("escrow is no SHA-256 of commitments");
  const auto officials = static_cast<std::int64_t>(p.officials.size());
  LOTTERY_TRY_VOID(ranged("officials", officials, kLeastOfficials, kMostOfficials));
  for (const auto& official : p.officials) {
    if (!IsName(official.name)) return refuse("name of official \"" + official.name + "\"");
  }
  LOTTERY_TRY_VOID(
      ranged("certificate_quorum", p.certificate_quorum, QuorumOf(officials).first, officials));
  if (!p.overseers.empty()) {  // no one decides beside two officials, and no one's refusal is final
    const auto overseers = static_cast<std::int64_t>(p.overseers.size());
    LOTTERY_TRY_VOID(ranged("overseers", overseers, kLeastOverseers, kMostOfficials));
    LOTTERY_TRY_VOID(ranged("overseer_quorum", p.overseer_quorum, 2, overseers - 1));
  }
  const auto witnesses = static_cast<std::int64_t>(p.witnesses.size());
  LOTTERY_TRY_VOID(ranged("witnesses", witnesses, kLeastWitnesses, kMostWitnesses));
  LOTTERY_TRY_VOID(
      ranged("quorum", p.quorum, QuorumOf(witnesses).first, QuorumOf(witnesses).second));
  LOTTERY_TRY_VOID(ranged("beacon_period_ms", p.beacon_period_ms, 1000, kLongestBeaconPeriodMs));
  LOTTERY_TRY_VOID(ranged("margin_ms", p.margin_ms, kLeastMarginMs, kLongestRoundDelayMs));
  // Control, witnesses and seal need their time between the close and the margin.
  LOTTERY_TRY_VOID(
      ranged("round_delay_ms", p.round_delay_ms, p.margin_ms + kSealingMs, kLongestRoundDelayMs));
  LOTTERY_TRY_VOID(ranged("contribution_deadline_ms", p.contribution_deadline_ms,
                          kLeastContributionMs, kLongestContributionMs));
  return {};
}

base::Status CheckPlanDates(const Plan& plan, UtcTime now) {
  if (plan.close <= now) return Fail(ErrorCode::kBadPlan, "close is in the past");
  if (plan.close.ms - now.ms <= kFarthestCloseMs) return {};
  return Fail(ErrorCode::kBadPlan, "close " + base::ToIso(plan.close) + " is more than " +
                                       std::to_string(kFarthestCloseMs / base::kDayMs) +
                                       " days away");
}

}  // namespace lottery::protocol
