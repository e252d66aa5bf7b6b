#include "terminal/report.h"

#include <algorithm>

namespace lottery::terminal {
namespace json = base::json;
using base::ErrorCode;
using base::Fail;
namespace {

void Add(Money& sum, Money amount) { sum = base::SumOrDie(sum, amount); }

struct Part {
  std::string origin;
  OwnDraw::Leaf leaf;
};

// Where an accepted message stands, one place a draw.
Result<std::vector<Part>> PartsOf(const json::object& entry) {
  LOTTERY_TRY(const auto list, base::GetArray(entry, "parts"));
  std::vector<Part> parts;
  for (const auto& item : list) {
    if (!item.is_object()) return Fail(ErrorCode::kFileCorrupt, "parts");
    Part part;
    LOTTERY_TRY(part.origin, base::GetString(item.get_object(), "origin"));
    LOTTERY_TRY(const auto index, base::GetInt(item.get_object(), "index"));
    part.leaf.index = static_cast<std::uint64_t>(index);
    LOTTERY_TRY(part.leaf.hash, base::GetDigest(item.get_object(), "leaf_hash"));
    parts.push_back(std::move(part));
  }
  if (parts.empty()) return Fail(ErrorCode::kFileCorrupt, "accepted without a place");
  return parts;
}

}  // namespace

Status ReportReader::Take(const json::object& entry) {
  LOTTERY_TRY(const auto event, base::GetString(entry, "event"));
  if (event == "intend") return Intend(entry);
  if (event == "accepted") return Accepted(entry);
  if (event == "refused") return Count([](Report& r) { ++r.refused; });
  if (event == "reprint") return Count([](Report& r) { ++r.reprints; });
  if (event == "sign_on") return SignOn(entry);
  if (event == "sign_off") return SignOff(entry);
  if (event == "seal_check") return Checked(entry);
  return {};
}

template <typename Change>
Status ReportReader::Count(Change change) {
  change(out_.days[base::BeijingDay(time_)]);
  if (out_.open()) change(out_.shifts.back().report);
  return {};
}

Status ReportReader::Intend(const json::object& entry) {
  LOTTERY_TRY(const auto octets, base::GetBase64(entry, "message"));
  LOTTERY_TRY(const auto signature, base::GetBase64(entry, "signature"));
  LOTTERY_TRY(message_, protocol::DecodeMessage(octets, signature));
  time_ = {message_->decoded->time_ms()};
  return {};
}

Status ReportReader::Accepted(const json::object& entry) {
  if (!message_) return Fail(ErrorCode::kFileCorrupt, "accepted without an intention");
  const auto& m = *message_->decoded;
  if (m.has_order()) return Sold(entry, m.order());
  if (m.has_skip()) return Count([](Report& r) { ++r.skipped; });
  if (m.has_void_()) return TakenBack(entry, m.void_().order_hash());
  const auto paid = base::GetInt(entry, "paid_fen");
  const Money amount = Money::FromFen(paid ? *paid : 0);
  return Count([&](Report& r) {
    ++r.claims;
    Add(r.paid, amount);
  });
}

Status ReportReader::Sold(const json::object& entry, const wire::Order& order) {
  const Money price = Money::FromFen(order.price_fen());
  const Money a_draw = Money::FromFen(order.price_fen() / std::max(1U, order.draw_count()));
  LOTTERY_TRY(const auto parts, PartsOf(entry));
  out_.orders[{parts[0].origin, parts[0].leaf.index}] = {message_->hash, price,
                                                         order.SerializeAsString()};
  prices_[std::string(message_->hash.view())] = {price, a_draw};
  for (const auto& part : parts) {
    auto& draw = out_.draws[part.origin];
    draw.leaves.push_back(part.leaf);
    ++draw.totals.sales;
    Add(draw.totals.sales_amount, a_draw);
  }
  return Count([&](Report& r) {
    ++r.orders;
    Add(r.sold, price);
  });
}

Status ReportReader::TakenBack(const json::object& entry, const std::string& order_hash) {
  const auto price = prices_.find(order_hash);
  if (price == prices_.end()) return Fail(ErrorCode::kFileCorrupt, "a void of an unknown order");
  LOTTERY_TRY(const auto parts, PartsOf(entry));
  for (const auto& part : parts) {
    auto& draw = out_.draws[part.origin];
    draw.leaves.push_back(part.leaf);
    ++draw.totals.voids;
    Add(draw.totals.voids_amount, price->second.a_draw);
  }
  return Count([&](Report& r) {
    ++r.voids;
    Add(r.voided, price->second.all);
  });
}

Status ReportReader::Checked(const json::object& entry) {
  LOTTERY_TRY(const auto origin, base::GetString(entry, "origin"));
  out_.checked.insert(origin);
  out_.draws.erase(origin);
  return {};
}

Status ReportReader::SignOn(const json::object& entry) {
  Shift shift;
  LOTTERY_TRY(shift.cashier, base::GetString(entry, "cashier"));
  LOTTERY_TRY(shift.from.ms, base::GetInt(entry, "time_ms"));
  out_.shifts.push_back(std::move(shift));
  return {};
}

Status ReportReader::SignOff(const json::object& entry) {
  if (!out_.open()) return Fail(ErrorCode::kFileCorrupt, "a shift ends that did not begin");
  Shift& shift = out_.shifts.back();
  LOTTERY_TRY(shift.until.ms, base::GetInt(entry, "time_ms"));
  const auto* written = entry.if_contains("report");
  shift.differs = written == nullptr || *written != json::value(ToJson(shift.report));
  return {};
}

Money Report::Net() const { return Money::FromFen(sold.fen() - voided.fen() - paid.fen()); }

Money Report::Commission(int permille) const {
  return Money::FromFen((sold.fen() - voided.fen()) * permille / 1000);
}

json::object ToJson(const Report& r) {
  return {{"orders", r.orders},           {"sold_fen", r.sold.fen()}, {"voids", r.voids},
          {"voided_fen", r.voided.fen()}, {"claims", r.claims},       {"paid_fen", r.paid.fen()},
          {"refused", r.refused},         {"skipped", r.skipped},     {"reprints", r.reprints}};
}

}  // namespace lottery::terminal
