// Rules K-01 to K-10 where the control holds them: leaf by leaf, before it cosigns.
#include "compliance/payments.h"

#include <gtest/gtest.h>

#include <functional>

#include "protocol/expiry.h"

namespace lottery::compliance {
namespace {

const protocol::DrawId kDraw{"ssq", 2026100};
constexpr std::int64_t kPlanned = 1'790'000'000'000, kClose = kPlanned + 3'600'000;

class PaymentsTest : public testing::Test {
 protected:
  // A draw that pays two tickets, and one claim of the first.
  PaymentsTest() {
    const auto envelope = [](std::string_view type, const base::json::object& body) {
      return crypto::Envelope{std::string(type), base::ToLine(body), {}};
    };
    const auto take = [&](const char* kind, std::int64_t at, const crypto::Envelope& paper) {
      ASSERT_TRUE(
          lives.Take(kind, {at},
                     {{"game", kDraw.game}, {"draw", kDraw.number}, {"envelope", paper.ToText()}}));
    };
    take("plan", kPlanned, envelope(protocol::kTypePlan, {{"close", base::ToIso({kClose})}}));
    const base::json::object named{{"draw", kDraw.ToText()}};
    EXPECT_TRUE(lives.Take("open", {kPlanned}, named));
    EXPECT_TRUE(
        lives.Take("close", {kClose},
                   {{"draw", kDraw.ToText()}, {"size", 9}, {"root", std::string(64, '0')}}));
    const auto nothing = envelope("x", {});
    take("seal", kClose, nothing);
    take("certificate", kClose, nothing);
    const auto statement =
        envelope(protocol::kTypeStatement, {{"format", "statement/2"},
                                            {"winning_tickets", 2},
                                            {"figures", base::json::object{{"prizes_fen", 1000}}},
                                            {"claim_until", base::ToIso({kClose + base::kDayMs})}});
    take("statement", kClose, statement);
    take("paying", kClose, nothing);
    payment.claim = crypto::Sha256("claim");
    payment.statement = protocol::BodyHash(statement);
    payment.origin = "lottery.example/ssq/2026100";
    payment.index = 7;
    payment.gross = base::Money::FromFen(500);
    payment.terminal = 1001;
    payment.at = {kClose + 1000};
    Claim("claim", kClose + 1000, false);
  }
  void Claim(const char* name, std::int64_t at, bool exchange) {
    base::json::object body{{"sequence", 9},
                            {"message", base::ToHex(crypto::Sha256(name).view())},
                            {"origin", "lottery.example/ssq/2026100"},
                            {"index", 7}};
    if (exchange) body["exchange"] = true;
    ASSERT_TRUE(payments.Claim("terminal:1001", {at}, body));
  }
  std::string Pay(const protocol::Payment& p, const crypto::SigningKey* by = nullptr) {
    const auto paper = protocol::SignPayment(p, by != nullptr ? *by : payer);
    const std::string name = "lottery.example";
    const std::vector<base::Bytes> keys = {payer.public_key()};
    const auto paid = payments.Pay({{"payment", base::ToHex(paper)}}, {name, keys}, lives);
    return paid ? "paid" : std::string(base::NameOf(paid.error().code));
  }
  const crypto::SigningKey payer = crypto::SigningKey::Generate();
  DrawLives lives;
  Payments payments;
  protocol::Payment payment;
};

TEST_F(PaymentsTest, AnswersAClaimOnceAndPaysATicketOnce) {
  EXPECT_EQ(Pay(payment), "paid");
  EXPECT_EQ(payments.Of(kDraw).size(), 1U);
  EXPECT_EQ(payments.unanswered(), 0U);
  EXPECT_EQ(Pay(payment), "kPaymentForged") << "the claim is paid";
  Claim("another", kClose + 2000, false);
  payment.claim = crypto::Sha256("another");
  payment.at = {kClose + 2000};
  EXPECT_EQ(Pay(payment), "kAlreadyPaid") << "the ticket is paid";
  payment.place = 1;
  EXPECT_EQ(Pay(payment), "kAlreadyPaid") << "at another place of the list";
}

TEST_F(PaymentsTest, IsRefusedWhenItIsOfSomethingElse) {
  const auto stranger = crypto::SigningKey::Generate();
  EXPECT_EQ(Pay(payment, &stranger), "kPaymentForged");
  const std::pair<const char*, std::function<void(protocol::Payment&)>> wrong[] = {
      {"no claim", [](auto& p) { p.claim = crypto::Sha256("x"); }},
      {"another leaf", [](auto& p) { p.index = 8; }},
      {"another log", [](auto& p) { p.origin = "lottery.example/ssq/2026101"; }},
      {"another terminal", [](auto& p) { p.terminal = 1002; }},
      {"another time", [](auto& p) { p.at.ms += 1; }},
      {"another statement", [](auto& p) { p.statement = crypto::Sha256("x"); }},
      {"behind the list", [](auto& p) { p.place = 2; }},
      {"far behind it", [](auto& p) { p.place = UINT64_MAX; }},
      {"an exchange nobody asked for", [](auto& p) {
         p.exchange = protocol::Payment::Exchange{crypto::Sha256("o"), crypto::Sha256("t"),
                                                  crypto::Sha256("s")};
       }}};
  for (const auto& [name, change] : wrong) {
    auto other = payment;
    change(other);
    EXPECT_EQ(Pay(other), "kPaymentForged") << name;
  }
  EXPECT_EQ(Pay(payment), "paid") << "none of them changed anything";
}

TEST_F(PaymentsTest, ForfeitsAreWhatStatementAndPaymentsLeave) {
  const auto settlement = crypto::SigningKey::Generate();
  const base::UtcTime over{kClose + base::kDayMs + protocol::kLastClaimsMs + 1};
  const auto expire = [&](const protocol::Expiry& e, base::UtcTime at,
                          const crypto::SigningKey& by) {
    crypto::Envelope paper{std::string(protocol::kTypeExpiry), e.ToBody(), {}};
    paper.Sign(by);
    const auto ended = payments.Expire(
        {{"game", kDraw.game}, {"draw", kDraw.number}, {"envelope", paper.ToText()}}, at,
        {settlement.public_key()}, lives);
    return ended ? "expired" : std::string(base::NameOf(ended.error().code));
  };
  ASSERT_EQ(Pay(payment), "paid");
  Claim("refused", kClose + 3000, false);
  protocol::Expiry right;
  right.draw = kDraw;
  right.statement = payment.statement;
  right.payments = 1;
  right.paid = right.forfeited = base::Money::FromFen(500);  // of 1 000
  right.at = over;
  EXPECT_EQ(expire(right, {over.ms - 1}, settlement), "kIllegalTransition");
  EXPECT_EQ(expire(right, over, payer), "kBadSignature");
  const std::pair<const char*, std::function<void(protocol::Expiry&)>> wrong[] = {
      {"less", [](auto& e) { e.forfeited = base::Money::FromFen(499); }},
      {"more", [](auto& e) { e.forfeited = base::Money::FromFen(1000); }},
      {"nothing paid",
       [](auto& e) {
         e.paid = base::Money();
         e.forfeited = base::Money::FromFen(1000);
       }},
      {"two payments", [](auto& e) { e.payments = 2; }},
      {"another statement", [](auto& e) { e.statement = crypto::Sha256("x"); }},
      {"another draw", [](auto& e) { e.draw.number = 2026101; }}};
  for (const auto& [name, change] : wrong) {
    auto other = right;
    change(other);
    EXPECT_EQ(expire(other, over, settlement), "kFenMoved") << name;
  }
  EXPECT_EQ(payments.unanswered(), 1U);
  EXPECT_EQ(expire(right, over, settlement), "expired");
  EXPECT_EQ(payments.unanswered(), 0U) << "what was refused is forgotten";
}

TEST_F(PaymentsTest, EndsWithTheClaimPeriod) {
  Claim("late", kClose + base::kDayMs + 1, true);
  payment.claim = crypto::Sha256("late");
  payment.at = {kClose + base::kDayMs + 1};
  EXPECT_EQ(Pay(payment), "kClaimLate");
}

TEST_F(PaymentsTest, NoListOfTheFirstFormatFollows) {
  ASSERT_TRUE(lives.names_sales());
  const crypto::Envelope old{
      std::string(protocol::kTypeStatement),
      base::ToLine(base::json::object{{"format", "statement/1"},
                                      {"winning_tickets", 2},
                                      {"claim_until", base::ToIso({kClose})}}),
      {}};
  const crypto::Envelope plan{std::string(protocol::kTypePlan),
                              base::ToLine(base::json::object{{"close", base::ToIso({kClose})}}),
                              {}};
  const auto take = [&](const char* kind, const crypto::Envelope& paper) {
    return lives.Take(kind, {kPlanned},
                      {{"game", "ssq"}, {"draw", 2026101}, {"envelope", paper.ToText()}});
  };
  ASSERT_TRUE(take("plan", plan));
  ASSERT_TRUE(lives.Take("open", {kPlanned}, {{"draw", "ssq-2026101"}}));
  ASSERT_TRUE(lives.Take("close", {kClose},
                         {{"draw", "ssq-2026101"}, {"size", 9}, {"root", std::string(64, '0')}}));
  ASSERT_TRUE(take("seal", old));
  ASSERT_TRUE(take("certificate", old));
  const auto stated = take("statement", old);
  ASSERT_FALSE(stated);
  EXPECT_EQ(stated.error().code, base::ErrorCode::kOldRule);
}

}  // namespace
}  // namespace lottery::compliance
