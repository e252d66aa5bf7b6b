#include "compliance/beacon.h"

namespace lottery::compliance {
using crypto::Bytes;

DemoBeacon::DemoBeacon(crypto::Identity identity, std::uint32_t period_ms, const base::Clock& clock)
    : identity_(std::move(identity)), period_ms_(period_ms), clock_(clock) {}

Bytes DemoBeacon::LocalRandom(std::int64_t index) const {
  return crypto::TaggedHash512(
      "demo-beacon/1",
      {secret_.Reveal(), base::ByteWriter().U64(static_cast<std::uint64_t>(index)).bytes()});
}

base::Result<std::string> DemoBeacon::Make(std::int64_t index) {
  const auto known = made_.find(index);
  if (known != made_.end()) return known->second;
  const std::string base_uri = "https://beacon.example/beacon/2.0/chain/1/pulse/";
  crypto::Pulse p;
  p.uri = base_uri + std::to_string(index);
  p.version = "2.0";
  p.period_ms = period_ms_;
  p.chain = 1;
  p.index = static_cast<std::uint64_t>(index);
  p.time_stamp = base::ToIso({index * period_ms_});
  p.local_random_value = LocalRandom(index);
  p.external_source_id = Bytes(64, '\0');
  p.external_value = Bytes(64, '\0');
  const char* types[] = {"previous", "hour", "day", "month", "year"};
  const auto before = output_.find(index - 1);
  for (std::size_t i = 0; i < p.list.size(); ++i) {
    p.list[i] = {base_uri + std::to_string(index - 1), types[i],
                 before == output_.end() ? Bytes(64, '\0') : before->second};
  }
  p.precommitment_value = crypto::Sha512({LocalRandom(index + 1)});
  if (before == output_.end())
    p.status = output_.empty() ? crypto::kStatusNewChain : crypto::kStatusGap;
  LOTTERY_TRY_VOID(crypto::SignPulse(p, identity_));
  output_[index] = p.output_value;
  return made_[index] = base::ToPretty(base::json::object{{"pulse", crypto::ToJson(p)}});
}

protocol::net::HttpAnswer DemoBeacon::Serve(const protocol::net::HttpRequest& request) {
  constexpr std::string_view kPath = "/pulse/";
  const protocol::net::HttpAnswer missing{404, "text/plain; charset=utf-8",
                                          "no pulse of that instant yet\n"};
  if (request.method != "GET" || !request.target.starts_with(kPath)) return missing;
  const auto ms = base::ParseDecimal(std::string_view(request.target).substr(kPath.size()));
  if (!ms || *ms % period_ms_ != 0 || *ms > clock_.Now().ms) return missing;
  const std::lock_guard lock(mutex_);
  const auto pulse = Make(*ms / period_ms_);
  return pulse ? protocol::net::HttpAnswer{200, "application/json", *pulse} : missing;
}

}  // namespace lottery::compliance
