#include "bench/settlement/nation.h"

#include <algorithm>
#include <deque>

#include "base/pg/copy.h"
#include "bench/settlement/claims.h"
#include "crypto/ed25519.h"
#include "crypto/merkle.h"
#include "crypto/tile.h"
#include "games/order.h"
#include "protocol/leaf.h"

namespace lottery::bench {
using base::Result;
using base::Status;
namespace {

constexpr std::int64_t kRun = 200;        // leaves a batch wrote to one log
constexpr std::int64_t kVoidEvery = 250;  // tickets
constexpr std::int64_t kTellEvery = 2'000'000;
// Provinces, autonomous regions and municipalities, by their codes.
constexpr int kJurisdictions[] = {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41,
                                  42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65};

base::Bytes RandomOctets(std::mt19937_64& rng, std::size_t count) {
  base::Bytes out(count, '\0');
  for (char& c : out) c = static_cast<char>(rng());
  return out;
}

std::string Balls(std::mt19937_64& rng, int of, int count) {
  std::uint8_t balls[33];
  for (int i = 0; i < of; ++i) balls[i] = static_cast<std::uint8_t>(i + 1);
  for (int i = 0; i < count; ++i)
    std::swap(balls[i], balls[i + static_cast<int>(rng() % static_cast<unsigned>(of - i))]);
  return {balls, balls + count};
}

std::string Sorted(std::string balls) {
  std::sort(balls.begin(), balls.end());
  return balls;
}

void AddBet(std::mt19937_64& rng, wire::Order& order, int bankers, int reds, int blues) {
  auto* bet = order.add_bets()->mutable_ssq();
  const std::string drawn = Balls(rng, 33, bankers + reds);
  bet->set_red_bankers(Sorted(drawn.substr(0, static_cast<std::size_t>(bankers))));
  bet->set_reds(Sorted(drawn.substr(static_cast<std::size_t>(bankers))));
  bet->set_blues(Sorted(Balls(rng, 16, blues)));
}

// One draw's sales written leaf by leaf.
class Seller {
 public:
  Seller(const Nation& nation, std::string origin, base::pg::CopyIn copy, int log)
      : nation_(nation),
        origin_(std::move(origin)),
        rng_(nation.seed),
        copy_(std::move(copy)),
        log_(log),
        totals_(static_cast<std::size_t>(nation.terminals)) {
    for (std::int64_t i = 0; i < nation.terminals; ++i)
      key_ids_.push_back(crypto::KeyId(KeyOf(static_cast<std::uint32_t>(i + 1))));
  }

  Status Sell() {
    wire::TerminalMessage m = Message();
    auto& order = *m.mutable_order();
    order.set_game(nation_.draw.game);
    order.set_first_draw(static_cast<std::uint32_t>(nation_.draw.number));
    NationalOrder(rng_, order);
    order.set_t_hash(t_hash_);
    const std::int64_t per_draw = order.price_fen() / order.draw_count();
    written_.lines += per_draw / 200;
    auto& t = Totals(m.terminal());
    ++t.sales;
    t.sales_amount = base::SumOrDie(t.sales_amount, base::Money::FromFen(per_draw));
    const std::uint64_t index = written_.tree.size();
    const auto octets = m.SerializeAsString();
    LOTTERY_TRY_VOID(Append(protocol::LeafKind::kOrder, m.terminal(), octets));
    if (index % kVoidEvery == 0)
      to_void_.push_back({m.terminal(), per_draw, index, crypto::Sha256(octets)});
    return {};
  }
  // Takes back a ticket of some time ago.
  Status Void() {
    if (to_void_.size() < 20) return {};
    const auto sold = to_void_.front();
    to_void_.pop_front();
    wire::TerminalMessage m = Message();
    m.set_terminal(sold.terminal);
    m.mutable_void_()->set_origin(origin_);
    m.mutable_void_()->set_index(sold.index);
    m.mutable_void_()->set_order_hash(std::string(sold.hash.view()));
    m.mutable_void_()->set_s(RandomOctets(rng_, 32));
    auto& t = Totals(sold.terminal);
    ++t.voids;
    t.voids_amount = base::SumOrDie(t.voids_amount, base::Money::FromFen(sold.per_draw));
    return Append(protocol::LeafKind::kVoid, sold.terminal, m.SerializeAsString());
  }
  Result<Written> Finish() {
    if (count_ > 0) LOTTERY_TRY_VOID(Flush());
    LOTTERY_TRY_VOID(copy_.Finish());
    for (std::size_t i = 0; i < totals_.size(); ++i) {
      const auto& t = totals_[i];
      if (t.sales == 0) continue;
      written_.by_terminal.push_back({static_cast<std::uint32_t>(i + 1), t});
      written_.totals.sales += t.sales;
      written_.totals.voids += t.voids;
      written_.totals.sales_amount = base::SumOrDie(written_.totals.sales_amount, t.sales_amount);
      written_.totals.voids_amount = base::SumOrDie(written_.totals.voids_amount, t.voids_amount);
    }
    return std::move(written_);
  }

 private:
  struct Sold {
    std::uint32_t terminal;
    std::int64_t per_draw;
    std::uint64_t index;
    base::Digest hash;
  };
  wire::TerminalMessage Message() {
    wire::TerminalMessage m;
    m.set_terminal(
        1 + static_cast<std::uint32_t>(rng_() % static_cast<std::uint64_t>(nation_.terminals)));
    m.set_sequence(1 + rng_() % 100'000);
    m.set_previous(RandomOctets(rng_, 32));
    m.set_time_ms(1'790'000'000'000 + static_cast<std::int64_t>(written_.tree.size()) / 100);
    m.set_not_after_ms(m.time_ms() + 60'000);
    m.set_cashier("1");
    return m;
  }
  protocol::SaleTotals& Totals(std::uint32_t terminal) { return totals_[terminal - 1]; }
  Status Append(protocol::LeafKind kind, std::uint32_t terminal, const std::string& message) {
    const base::Digest s_hash = kind == protocol::LeafKind::kOrder ? s_hash_ : base::Digest();
    leaf_.Clear();
    protocol::EncodeSaleLeaf(leaf_, kind, {1'790'000'000'000}, key_ids_[terminal - 1],
                             RandomOctets(rng_, 64), s_hash, message);
    written_.tree.Append(crypto::LeafHash(leaf_.bytes()));
    run_.Short(leaf_.bytes());
    return ++count_ == kRun ? Flush() : Status();
  }
  Status Flush() {
    LOTTERY_TRY_VOID(copy_.Row(4));
    copy_.Int4(log_);
    copy_.Int8(static_cast<std::int64_t>(written_.tree.size()) - count_);
    copy_.Int4(static_cast<std::int32_t>(count_));
    copy_.Bytea(run_.bytes());
    run_.Clear();
    count_ = 0;
    return {};
  }
  const std::string t_hash_{crypto::Sha256(kTicketT).view()};
  const base::Digest s_hash_ = crypto::Sha256(kTicketS);
  const Nation& nation_;
  std::string origin_;
  std::mt19937_64 rng_;
  base::pg::CopyIn copy_;
  int log_;
  std::vector<protocol::SaleTotals> totals_;
  std::vector<base::Bytes> key_ids_;
  std::deque<Sold> to_void_;
  base::ByteWriter run_, leaf_;
  std::int64_t count_ = 0;
  Written written_;
};

}  // namespace

void NationalOrder(std::mt19937_64& rng, wire::Order& order) {
  const auto kind = rng() % 100;
  if (kind < 83) {
    for (auto lines = 1 + rng() % 5; lines > 0; --lines) AddBet(rng, order, 0, 6, 1);
  } else if (kind < 92) {
    AddBet(rng, order, 0, 7, 1);
  } else if (kind < 95) {
    AddBet(rng, order, 0, 6, 2 + static_cast<int>(rng() % 15));
  } else if (kind < 98) {
    AddBet(rng, order, 2, 6, 1);
  } else {
    AddBet(rng, order, 0, 8 + static_cast<int>(rng() % 2), 1);
  }
  order.set_multiplier(rng() % 20 == 0 ? 2 + static_cast<std::uint32_t>(rng() % 4) : 1);
  order.set_draw_count(rng() % 20 == 0 ? 2 + static_cast<std::uint32_t>(rng() % 4) : 1);
  std::int64_t lines = 0;
  for (const auto& bet : order.bets()) lines += games::LinesOf(bet);
  order.set_price_fen(200 * lines * order.multiplier() * order.draw_count());
}

base::Bytes KeyOf(std::uint32_t terminal) {
  return base::Bytes(crypto::Sha256("outlet " + std::to_string(terminal)).view());
}

std::string JurisdictionOf(std::uint32_t terminal) {
  return std::to_string(kJurisdictions[terminal % std::size(kJurisdictions)] * 10'000);
}

Status WriteTerminals(base::pg::Session& session, const Nation& nation) {
  LOTTERY_TRY(auto copy,
              base::pg::CopyIn::Begin(
                  session, "issuance.terminal(id, name, jurisdiction, public_key, enrolled_ms)"));
  for (std::uint32_t id = 1; id <= static_cast<std::uint64_t>(nation.terminals); ++id) {
    LOTTERY_TRY_VOID(copy.Row(5));
    copy.Int4(static_cast<std::int32_t>(id));
    copy.Text("outlet " + std::to_string(id));
    copy.Text(JurisdictionOf(id));
    copy.Bytea(KeyOf(id));
    copy.Int8(1'780'000'000'000);
  }
  return copy.Finish();
}

Result<Written> WriteLeaves(base::pg::Session& session, const Nation& nation, int log,
                            const std::string& origin) {
  LOTTERY_TRY(auto copy, base::pg::CopyIn::Begin(session, "issuance.leaf_" + std::to_string(log) +
                                                              "(log, first, count, bundle)"));
  Seller seller(nation, origin, std::move(copy), log);
  for (std::int64_t made = 1; made <= nation.tickets; ++made) {
    LOTTERY_TRY_VOID(seller.Sell());
    if (made % kVoidEvery == 0) LOTTERY_TRY_VOID(seller.Void());
    if (made % kTellEvery == 0)
      std::fprintf(stderr, "  %lld tickets\n", static_cast<long long>(made));
  }
  return seller.Finish();
}

}  // namespace lottery::bench
