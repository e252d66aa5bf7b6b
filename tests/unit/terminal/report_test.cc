// A till's figures come from its journal and from nothing else.
#include "terminal/report.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace lottery::terminal {
namespace {

class Till {
 public:
  Till()
      : folder_(std::filesystem::temp_directory_path() /
                ("lottery-report-" + std::to_string(::getpid()))),
        journal_(*Journal::Open(folder_)) {}
  ~Till() { std::filesystem::remove_all(folder_); }

  wire::TerminalMessage Blank() const {
    wire::TerminalMessage m;
    m.set_terminal(1001);
    m.set_sequence(journal_.last_sequence() + 1);
    m.set_previous(std::string(journal_.head().view()));
    m.set_time_ms(kTimeMs);
    return m;
  }
  static base::json::array Place(std::int64_t index) {
    return {base::json::object{{"origin", "lottery.example/ssq/2026097"},
                               {"index", index},
                               {"leaf_hash", base::ToHex(Digest().view())}}};
  }
  Digest Order(std::int64_t fen, std::int64_t index) {
    auto m = Blank();
    m.mutable_order()->set_price_fen(fen);
    m.mutable_order()->set_t_hash(std::string(32, 't'));
    return Take(m, {{"parts", Place(index)}});
  }
  void Void(const Digest& order) {
    auto m = Blank();
    m.mutable_void_()->set_order_hash(std::string(order.view()));
    Take(m, {{"parts", Place(99)}});
  }
  void Claim(std::int64_t paid_fen) {
    auto m = Blank();
    m.mutable_claim();
    Take(m, {{"paid_fen", paid_fen}});
  }
  Digest Take(const wire::TerminalMessage& m, base::json::object detail) {
    const auto message = protocol::SignMessage(m, key_);
    EXPECT_TRUE(journal_.Intend({m.sequence(), message.octets, message.signature, {}, "x"}));
    EXPECT_TRUE(journal_.Accepted(m.sequence(), message.hash, std::move(detail)));
    return message.hash;
  }
  void Shift(const char* event, base::json::object more = {}) {
    more["cashier"] = "07";
    more["time_ms"] = kTimeMs;
    EXPECT_TRUE(journal_.Note(event, std::move(more)));
  }
  Reports Read() {
    std::size_t from = 0;
    ReportReader reader;
    const auto entries = journal_.EntriesFrom(from);
    for (const auto& entry : *entries) EXPECT_TRUE(reader.Take(entry));
    return reader.reports();
  }

  static constexpr std::int64_t kTimeMs = 1'795'482'500'000;

 private:
  std::string folder_;
  Journal journal_;
  crypto::SigningKey key_ = crypto::SigningKey::Generate();
};

TEST(Report, AShiftAddsUpSalesVoidsAndPrizes) {
  Till till;
  till.Order(100, 0);  // before anybody signed on: in the day, in no shift
  till.Shift("sign_on");
  const auto first = till.Order(1000, 1);
  till.Order(2400, 2);
  till.Void(first);
  till.Claim(500);
  const auto open = till.Read();
  ASSERT_TRUE(open.open());
  const Report& shift = open.shifts.back().report;
  EXPECT_EQ(shift.orders, 2);
  EXPECT_EQ(shift.Net().fen(), 3400 - 1000 - 500);
  EXPECT_EQ(shift.Commission(80).fen(), 2400 * 80 / 1000);
  EXPECT_EQ(open.days.at(base::BeijingDay({Till::kTimeMs})).sold.fen(), 3500);
  EXPECT_EQ(open.orders.at({"lottery.example/ssq/2026097", 1}).hash, first);
  till.Shift("sign_off", {{"report", ToJson(shift)}});
  EXPECT_FALSE(till.Read().open());
  EXPECT_FALSE(till.Read().shifts.back().differs);
}

TEST(Report, AShiftThatWasHandedOverWithOtherFiguresIsSeen) {
  Till till;
  till.Shift("sign_on");
  till.Order(1000, 1);
  Report wrong = till.Read().shifts.back().report;
  wrong.sold = Money::FromFen(900);
  till.Shift("sign_off", {{"report", ToJson(wrong)}});
  EXPECT_TRUE(till.Read().shifts.back().differs);
}

TEST(Report, WhatItHoldsOfADrawIsForgottenOnceTheControlHasTheCheck) {
  Till till;
  const auto first = till.Order(1000, 1);
  till.Order(2400, 2);
  till.Void(first);
  const std::string origin = "lottery.example/ssq/2026097";
  const OwnDraw own = till.Read().draws.at(origin);
  EXPECT_EQ(own.totals, (protocol::SaleTotals{2, 1, Money::FromFen(3400), Money::FromFen(1000)}));
  EXPECT_EQ(own.leaves.size(), 3U);
  till.Shift("seal_check", {{"origin", origin}});
  EXPECT_FALSE(till.Read().draws.contains(origin));
  EXPECT_TRUE(till.Read().checked.contains(origin));
}

TEST(Report, EntriesThatCannotBeAreRefused) {
  ReportReader reader;
  EXPECT_FALSE(reader.Take({{"event", "accepted"}, {"sequence", 1}}));
  EXPECT_FALSE(reader.Take({{"event", "sign_off"}, {"time_ms", 1}}));
  EXPECT_FALSE(reader.Take({{"sequence", 1}}));
}

}  // namespace
}  // namespace lottery::terminal
