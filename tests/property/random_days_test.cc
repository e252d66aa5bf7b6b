// Days of a small nation, one after another: random orders, voids and draws of every game and
// version are settled from their leaves and computed once more by the control. Every other day
// has a promotion. Every fen is followed from the sale to a prize, the fund, the fee or a pool,
// across versions and days. Two thousand days a game, twenty thousand where LOTTERY_LONG is set.
#include <gtest/gtest.h>

#include <cstdlib>

#include "compliance/own_statement.h"
#include "games/outcome.h"
#include "settlement/settle.h"
#include "tests/property/random_bets.h"

namespace lottery {
namespace {

using base::Money;

constexpr int kDaysANation = 25;
constexpr std::uint32_t kTerminals = 12;
const char* const kJurisdictions[] = {"11", "33", "52"};

base::Bytes Octets(std::mt19937_64& rng, std::size_t count) {
  base::Bytes out(count, '\0');
  for (char& c : out) c = static_cast<char>(rng());
  return out;
}

// Numbers that hold as many of `wanted` as there is room for, filled up at random; in order.
std::vector<int> Around(std::mt19937_64& rng, const base::Bytes& wanted, std::size_t count,
                        int highest) {
  std::set<int> out;
  for (const char c : wanted) {
    if (out.size() < count) out.insert(static_cast<unsigned char>(c));
  }
  while (out.size() < count)
    out.insert(1 + static_cast<int>(rng() % static_cast<unsigned>(highest)));
  return {out.begin(), out.end()};
}

// An outcome that the order's first bet does well in.
compliance::OwnOutcome Lucky(std::mt19937_64& rng, const wire::Order& order) {
  const auto& bet = order.bets(0);
  if (bet.has_ssq())
    return {Around(rng, bet.ssq().red_bankers() + bet.ssq().reds(), 6, 33),
            static_cast<unsigned char>(bet.ssq().blues()[0])};
  if (bet.has_kl8()) return {Around(rng, bet.kl8().bankers() + bet.kl8().numbers(), 20, 80), 0};
  if (bet.has_qlc()) {
    const auto drawn = Around(rng, bet.qlc().bankers() + bet.qlc().numbers(), 7, 30);
    int extra = 1;
    while (std::binary_search(drawn.begin(), drawn.end(), extra)) ++extra;
    return {drawn, extra};
  }
  std::vector<int> digits;
  for (const auto* field : {&bet.d3().hundreds(), &bet.d3().tens(), &bet.d3().units()})
    digits.push_back(field->empty() ? static_cast<int>(rng() % 10) : field->front());
  return {digits, 0};
}

// The amounts of a nation, as settlement and as the control have them.
struct Amounts {
  const games::RuleBook* book;
  const compliance::OwnD3Table* d3 = &compliance::OwnD3Published();
};

// What a nation's books say, summed over its days.
struct Books {
  Money sales, prizes, fund, fee, advanced;
};

// What is held for prizes: pools and adjustment funds.
struct Held {
  Money pools, adjustment;
  Money Sum() const { return base::SumOrDie(pools, adjustment); }
};

class Nation {
 public:
  Nation(std::mt19937_64& rng, const Amounts& amounts, std::int32_t first)
      : rng_(rng), amounts_(amounts), game_(amounts.book->game), first_(first) {
    for (std::uint32_t t = 1; t <= kTerminals; ++t) {
      jurisdictions_.Add(t, kJurisdictions[t % 3]);
      key_ids_.push_back(Octets(rng_, 8));
      audit_.keys[key_ids_.back()] = {t, jurisdictions_.Of(t), {}};
    }
    for (int i = 0; i < kDaysANation + 3; ++i) OnSale({game_, first_ + i});
    protocol::Opening opening;
    opening.game = game_;
    opening.pool = Random(rng_() % 2 == 0 ? 1'000'00 : 3'000'000'000'00);
    if (game_ != "kl8") opening.pool = Money::FromFen(opening.pool.fen() / 100 * 100);  // yuan
    if (game_ == "kl8") opening.fixed_pool = Random(50'000'000'00);
    if (game_ == "3d") {
      opening.pool = {};
      for (const auto* j : kJurisdictions) {
        if (rng_() % 3 == 0) continue;  // begins with nothing
        opening.pools.push_back({j, Random(3'000'00), Random(1'000'00)});
        opening.pool = base::SumOrDie(opening.pool, opening.pools.back().pool);
        opening.adjustment = base::SumOrDie(opening.adjustment, opening.pools.back().adjustment);
      }
    }
    basis_.pool_before = opening.pool;
    basis_.fixed_pool_before = opening.fixed_pool;
    basis_.adjustment_before = opening.adjustment;
    for (const auto& p : opening.pools) basis_.pools[p.jurisdiction] = {p.pool, p.adjustment};
    basis_.book = amounts_.book;
    own_basis_ = compliance::BasisOf(opening);
    own_basis_.d3_amounts = amounts_.d3;
    held_ = opened_ = {base::SumOrDie(opening.pool, opening.fixed_pool), opening.adjustment};
  }

  void Live() {
    for (int day = 0; day < kDaysANation && !testing::Test::HasFatalFailure(); ++day) Day(day);
    // Nothing came from nowhere and nothing went there.
    EXPECT_EQ(base::SumOrDie(books_.sales, base::SumOrDie(opened_.Sum(), books_.advanced)),
              base::SumOrDie(base::SumOrDie(books_.prizes, books_.fund),
                             base::SumOrDie(books_.fee, held_.Sum())));
  }

  std::int64_t tickets = 0, winners = 0, versions = 0, first_prizes = 0, bonuses = 0;
  std::int64_t deviating = 0;  // tiers whose lines did not all win the same

 private:
  Money Random(std::int64_t below) {
    return Money::FromFen(static_cast<std::int64_t>(rng_() % static_cast<std::uint64_t>(below)));
  }

  // Planned and opened, long before and long after what is sold.
  void OnSale(const protocol::DrawId& draw) {
    const crypto::Envelope plan{
        std::string(protocol::kTypePlan),
        base::ToLine(base::json::object{{"close", "2100-01-01T12:00:00.000Z"}}),
        {}};
    audit_.draws[game_].insert(draw.number);
    const auto planned = audit_.lives.Take(
        "plan", {1}, {{"game", draw.game}, {"draw", draw.number}, {"envelope", plan.ToText()}});
    const auto opened = audit_.lives.Take("open", {2}, {{"draw", draw.ToText()}});
    LOTTERY_CHECK(planned.has_value() && opened.has_value());
  }

  void Day(int day) {
    const protocol::DrawId draw{game_, first_ + day};
    Sell(draw);
    protocol::DrawCertificate certificate;
    certificate.draw = draw;
    certificate.at = {1'790'000'000'000 + day * base::kDayMs};
    const auto numbers = games::DrawNumbers(game_, games::SeedOf({std::to_string(rng_())}));
    compliance::OwnOutcome drawn{numbers->numbers, numbers->extra};
    if (!orders_.empty() && rng_() % 3 == 0) drawn = Lucky(rng_, orders_[rng_() % orders_.size()]);
    certificate.numbers = drawn.numbers;
    certificate.extra = drawn.extra;
    const auto sales = Search(certificate);
    ASSERT_TRUE(sales) << sales.error().detail;
    Promote();
    settlement::StatementInput in = basis_;
    in.sales = &*sales;
    in.jurisdictions = &jurisdictions_;
    in.certificate = certificate;
    in.at = certificate.at;
    const auto made = settlement::MakeStatement(in);
    ASSERT_TRUE(made) << made.error().detail;
    const auto* statement = &made->statement;
    ExpectControlAgrees(certificate, sales->root, *statement);
    ExpectConserved(*statement);
    ExpectTicketsAddUp(*sales, *statement);
    CarryOver(*statement);
  }

  // Every other day a promotion, of tiers that are won often and of some that are not.
  void Promote() {
    protocol::Promotion p;
    if (game_ != "3d" && rng_() % 2 == 0) {
      const auto yuan = [&](std::uint64_t below) {
        return Money::FromFen(static_cast<std::int64_t>(1 + rng_() % below) * 100);
      };
      p.document = "an approval";
      p.injection = yuan(rng_() % 2 == 0 ? 10 : 10'000'000);
      for (int tier = 1; tier <= protocol::kMostPromotedTier; ++tier) {
        if (rng_() % 3 != 0) continue;
        const Money each = yuan(20);
        p.bonuses.push_back({tier, each, base::SumOrDie(each, yuan(200))});
      }
    }
    basis_.promotion = own_basis_.promotion = std::move(p);
  }

  // Leaves of one day: orders, and voids of some of them.
  void Sell(const protocol::DrawId& draw) {
    view_ = {};
    view_.origin = "small-nation/" + draw.game + "/" + std::to_string(draw.number);
    view_.signatures_checked = true;
    leaves_.clear();
    orders_.clear();
    std::vector<std::pair<wire::TerminalMessage, std::uint64_t>> sold;
    const std::uint64_t count = rng_() % 40;
    while (leaves_.size() < count) {
      if (!sold.empty() && rng_() % 8 == 0) {
        const auto [order, index] = sold.back();
        sold.pop_back();
        Void(order, index);
        continue;
      }
      wire::TerminalMessage m = Message(1 + static_cast<std::uint32_t>(rng_() % kTerminals));
      *m.mutable_order() = RandomOrder(rng_, game_);
      const int back = static_cast<int>(rng_() % m.order().draw_count());
      m.mutable_order()->set_first_draw(
          static_cast<std::uint32_t>(std::max(first_, draw.number - back)));
      m.mutable_order()->set_t_hash(Octets(rng_, 32));
      if (!games::CheckOrder(m.order())) continue;
      sold.emplace_back(m, leaves_.size());
      orders_.push_back(m.order());
      Append(protocol::LeafKind::kOrder, m);
    }
  }
  void Void(const wire::TerminalMessage& order, std::uint64_t index) {
    wire::TerminalMessage m = Message(order.terminal());
    m.mutable_void_()->set_origin(view_.origin);
    m.mutable_void_()->set_index(index);
    m.mutable_void_()->set_order_hash(
        std::string(crypto::Sha256(order.SerializeAsString()).view()));
    m.mutable_void_()->set_s(kSecret);
    Append(protocol::LeafKind::kVoid, m);
  }
  wire::TerminalMessage Message(std::uint32_t terminal) {
    wire::TerminalMessage m;
    m.set_terminal(terminal);
    m.set_sequence(++sequences_[terminal]);
    m.set_time_ms(kSoldMs);
    m.set_not_after_ms(kSoldMs + 20'000);
    m.set_previous(Octets(rng_, 32));
    return m;
  }
  void Append(protocol::LeafKind kind, const wire::TerminalMessage& m) {
    base::ByteWriter w;
    const bool order = kind == protocol::LeafKind::kOrder;
    protocol::EncodeSaleLeaf(w, kind, {kSoldMs}, key_ids_[m.terminal() - 1], Octets(rng_, 64),
                             order ? crypto::Sha256(kSecret) : base::Digest(),
                             m.SerializeAsString());
    leaves_.emplace_back(w.bytes());
    const auto added = view_.Add(leaves_.back(), audit_);
    ASSERT_TRUE(added) << added.error().detail;
  }

  // Chunks of a few leaves, by two searchers in turn.
  base::Result<settlement::SealedSales> Search(const protocol::DrawCertificate& certificate) {
    const auto outcome = games::MakeOutcome(game_, certificate.numbers, certificate.extra);
    if (!outcome) return tl::unexpected<base::Error>(outcome.error());
    const std::size_t size = std::size_t{1} << rng_() % 6;
    settlement::WinnerSearch searchers[] = {settlement::WinnerSearch(*outcome),
                                            settlement::WinnerSearch(*outcome)};
    std::vector<settlement::SearchedChunk> chunks;
    for (std::size_t at = 0; at < leaves_.size(); at += size) {
      auto& search = searchers[chunks.size() % 2];
      search.Begin(at);
      for (std::size_t i = at; i < std::min(at + size, leaves_.size()); ++i)
        LOTTERY_TRY_VOID(search.Add(leaves_[i]));
      chunks.push_back(search.End());
    }
    return settlement::JoinChunks(std::move(chunks),
                                  {&searchers[0].by_terminal(), &searchers[1].by_terminal()});
  }

  void ExpectControlAgrees(const protocol::DrawCertificate& certificate, const base::Digest& root,
                           const protocol::Statement& s) {
    ASSERT_EQ(root, view_.tree.Root());
    const auto same = compliance::CompareStatement(view_, certificate, own_basis_, s);
    ASSERT_TRUE(same) << s.draw.ToText() << ": " << same.error().detail;
    ExpectTierTotalsAreHeld(certificate, s);
    protocol::Statement moved = s;  // one fen from the fund to the prizes
    moved.fund = Money::FromFen(s.fund.fen() - 1);
    moved.prizes = Money::FromFen(s.prizes.fen() + 1);
    ASSERT_FALSE(compliance::CompareStatement(view_, certificate, own_basis_, moved));
    moved = s;  // an injection no plan has
    moved.injection = Money::FromFen(s.injection.fen() + 100);
    moved.pool_after = Money::FromFen(s.pool_after.fen() + 100);
    moved.adjustment_paid = Money::FromFen(s.adjustment_paid.fen() + 100);
    ASSERT_FALSE(compliance::CompareStatement(view_, certificate, own_basis_, moved));
  }

  // By who has the entries to the fen; by who has not, as far as the amounts of the jurisdictions
  // allow, and by nobody who has other amounts.
  void ExpectTierTotalsAreHeld(const protocol::DrawCertificate& certificate,
                               const protocol::Statement& s) {
    const auto figures = compliance::CheckFigures(s, own_basis_, certificate, s.rule_book);
    ASSERT_TRUE(figures) << s.draw.ToText() << ": " << figures.error().detail;
    protocol::Statement moved = s;  // a fen from one tier to another
    moved.tiers[0].total = Money::FromFen(s.tiers[0].total.fen() + 1);
    moved.tiers[2].total = Money::FromFen(s.tiers[2].total.fen() - 1);
    ASSERT_FALSE(compliance::CompareStatement(view_, certificate, own_basis_, moved));
    bool all_usual = true;
    for (const auto& t : s.tiers) {
      if (t.total.fen() == t.each.fen() * t.lines) continue;
      all_usual = false;
      ++deviating;
    }
    if (all_usual) {
      ASSERT_FALSE(compliance::CheckFigures(moved, own_basis_, certificate, s.rule_book));
      return;
    }
    auto unaware = own_basis_;
    unaware.d3_amounts = &compliance::OwnD3Published();
    ASSERT_FALSE(compliance::CompareStatement(view_, certificate, unaware, s));
    ASSERT_FALSE(compliance::CheckFigures(s, unaware, certificate, s.rule_book));
  }

  void ExpectConserved(const protocol::Statement& s) {
    ASSERT_EQ(s.net_sales.fen(),
              s.prize_money.fen() + s.adjustment_accrued.fen() + s.fund.fen() + s.fee.fen());
    std::int64_t advanced = 0, adjustment_after = held_.adjustment.fen();
    for (const auto& p : s.pools) advanced += p.fee_advanced.fen();
    adjustment_after +=
        s.adjustment_accrued.fen() + s.adjustment_gained.fen() - s.adjustment_paid.fen();
    ASSERT_EQ(
        s.prize_money.fen() + held_.pools.fen() + s.adjustment_paid.fen() + advanced,
        s.prizes.fen() + s.pool_after.fen() + s.fixed_pool_after.fen() + s.adjustment_gained.fen());
    ASSERT_EQ(held_.pools.fen(), s.pool_before.fen() + s.fixed_pool_before.fen());
    books_.sales = base::SumOrDie(books_.sales, s.net_sales);
    books_.prizes = base::SumOrDie(books_.prizes, s.prizes);
    books_.fund = base::SumOrDie(books_.fund, s.fund);
    books_.fee = base::SumOrDie(books_.fee, s.fee);
    books_.advanced = base::SumOrDie(books_.advanced, Money::FromFen(advanced));
    held_ = {base::SumOrDie(s.pool_after, s.fixed_pool_after), Money::FromFen(adjustment_after)};
  }

  void ExpectTicketsAddUp(const settlement::SealedSales& sales, const protocol::Statement& s) {
    const settlement::TicketPrices prices(s, *amounts_.book, jurisdictions_);
    std::int64_t paid = 0, count = 0;
    const auto each = [&](const settlement::Candidate& c, const auto& won) -> base::Status {
      const auto owed = prices.Of(c, won).prize.fen();
      paid += owed;
      count += owed > 0 ? 1 : 0;
      return {};
    };
    ASSERT_TRUE(sales.ForCandidates(each));
    ASSERT_EQ(paid, s.prizes.fen());
    ASSERT_EQ(count, s.winning_tickets);
    tickets += s.totals.sales;
    winners += count;
    first_prizes += s.tiers[0].lines;
    for (const auto& t : s.tiers) bonuses += t.bonus > Money() ? 1 : 0;
    if (s.rule != rule_) ++versions;
    rule_ = s.rule;
  }

  void CarryOver(const protocol::Statement& s) {
    basis_.pool_before = s.pool_after;
    basis_.fixed_pool_before = s.fixed_pool_after;
    basis_.special_rule = s.special_rule_next;
    for (const auto& p : s.pools) basis_.pools[p.jurisdiction] = {p.pool_after, p.adjustment_after};
    own_basis_ = compliance::BasisAfter(s, own_basis_);
    if (s.pools.empty()) basis_.adjustment_before = s.adjustment_after;
    own_basis_.d3_amounts = amounts_.d3;
  }

  static constexpr std::int64_t kSoldMs = 1'790'000'000'000;
  inline static const std::string kSecret = std::string(32, 's');
  std::mt19937_64& rng_;
  std::map<std::uint32_t, std::uint64_t> sequences_;  // by terminal
  const Amounts amounts_;
  std::string game_;
  std::int32_t first_;
  settlement::Jurisdictions jurisdictions_;
  std::vector<base::Bytes> key_ids_;
  compliance::AuditView audit_;
  settlement::StatementInput basis_;  // what is carried from day to day
  compliance::PrizeBasis own_basis_;
  Held opened_, held_;
  Books books_;
  std::string rule_;
  // of the day
  compliance::SalesView view_;
  std::vector<base::Bytes> leaves_;
  std::vector<wire::Order> orders_;
};

class RandomDaysOf : public testing::TestWithParam<std::string_view> {};

TEST_P(RandomDaysOf, EveryFenIsFollowed) {
  // Each begins shortly before a version of its rules, or long after the last.
  const std::map<std::string_view, std::vector<std::int32_t>> firsts = {
      {"ssq", {2014050, 2018118, 2026009, 2026100}},
      {"3d", {2026001}},
      {"qlc", {2026050}},
      {"kl8", {2020001, 2025330, 2026200}}};
  const auto& from = firsts.at(GetParam());
  std::mt19937_64 rng(71);
  const int days = std::getenv("LOTTERY_LONG") != nullptr ? 20'000 : 2'000;
  std::int64_t tickets = 0, winners = 0, versions = 0, first_prizes = 0, bonuses = 0;
  for (int i = 0; i < days / kDaysANation && !HasFatalFailure(); ++i) {
    Nation nation(rng, {&games::RuleBookOf(GetParam())},
                  from[static_cast<std::size_t>(i) % from.size()]);
    nation.Live();
    tickets += nation.tickets;
    winners += nation.winners;
    versions += nation.versions;
    first_prizes += nation.first_prizes;
    bonuses += nation.bonuses;
  }
  std::printf(
      "%s: %d days, %lld tickets, %lld winners, %lld lines in the first tier, %lld versions of "
      "rule\n",
      GetParam().data(), days, static_cast<long long>(tickets), static_cast<long long>(winners),
      static_cast<long long>(first_prizes), static_cast<long long>(versions));
  EXPECT_GT(winners, days / 4);
  EXPECT_GT(first_prizes, 0);
  EXPECT_TRUE(GetParam() == "3d" ? bonuses == 0 : bonuses > days / 10) << bonuses;
}

// The rule book with its second table given to one of the jurisdictions, and the control's own.
TEST(RandomDays, AJurisdictionPaysAmountsOfItsOwn) {
  std::string text = *games::RuleBookText("3d");
  const std::string unnamed = "\"jurisdiction\": {\"value\": \"\"";
  text.replace(text.rfind(unnamed), unnamed.size(), "\"jurisdiction\": {\"value\": \"33\"");
  const auto book = games::ParseRuleBook(text);
  ASSERT_TRUE(book) << book.error().detail;
  auto own = compliance::OwnD3Published();
  own.push_back({2016006, "33", own.back().fen});
  own.back().fen[0] = 100'000;
  own.back().fen[1] = 33'300;
  own.back().fen[2] = 16'600;
  std::mt19937_64 rng(72);
  std::int64_t deviating = 0;
  for (int i = 0; i < 40 && !HasFatalFailure(); ++i) {
    Nation nation(rng, {&*book, &own}, 2026001);
    nation.Live();
    deviating += nation.deviating;
  }
  EXPECT_GT(deviating, 50);
}

INSTANTIATE_TEST_SUITE_P(Games, RandomDaysOf, testing::ValuesIn(games::kGames),
                         [](const auto& game) { return "Of_" + std::string(game.param); });

}  // namespace
}  // namespace lottery
