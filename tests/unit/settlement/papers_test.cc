// What the payer takes from the log: whose secrets stand for a ticket after exchanges, and that a
// payment nobody signed changes nothing.
#include "settlement/payer/papers.h"

#include <gtest/gtest.h>

#include "protocol/reinstatement.h"

namespace lottery::settlement::payer {
namespace {

using base::ErrorCode;

Secrets Of(const char* name) {
  return {crypto::Sha256(std::string("t") + name), crypto::Sha256(std::string("s") + name)};
}

class PapersTest : public testing::Test {
 protected:
  PapersTest() {
    trust.operator_name = "lottery.example";
    trust.keys = {{"payer", "p", payer.public_key()}};
    for (int i = 0; i < 3; ++i)
      trust.keys.push_back({"approver", "a" + std::to_string(i), approvers[i].public_key()});
  }
  protocol::Payment Payment(const char* claim, const char* exchange) const {
    protocol::Payment p;
    p.claim = crypto::Sha256(claim);
    p.origin = "lottery.example/ssq/2026097";
    p.place = std::string_view(claim) == "c2" ? 5 : 4;  // of another draw's list, as the order is
    p.terminal = 1001;
    p.exchange = protocol::Payment::Exchange{order, Of(exchange).t_hash, Of(exchange).s_hash};
    return p;
  }
  void Log(const char* kind, base::json::object body) {
    papers.Take({next++, {}, {1}, kind, "somebody", std::move(body)});
  }
  void LogPayment(const protocol::Payment& p, const crypto::SigningKey& key) {
    Log("payment", {{"payment", base::ToHex(protocol::SignPayment(p, key))}});
  }
  void Reinstate(const char* claim, int signers) {
    protocol::Reinstatement r;
    r.claim = crypto::Sha256(claim);
    r.reason = "the terminal was lost";
    crypto::Envelope paper{std::string(protocol::kTypeReinstatement), r.ToBody(), {}};
    for (int i = 0; i < signers; ++i) paper.Sign(approvers[i]);
    Log("reinstatement", {{"claim", base::ToHex(r.claim.view())}, {"envelope", paper.ToText()}});
  }
  std::string Shown(const char* secrets, const char* claim = "the next") const {
    const auto checked = papers.CheckSecrets(order, Of("own"), Of(secrets), crypto::Sha256(claim));
    return checked ? "right" : std::string(base::NameOf(checked.error().code));
  }
  const crypto::SigningKey payer = crypto::SigningKey::Generate();
  const crypto::SigningKey approvers[3] = {crypto::SigningKey::Generate(),
                                           crypto::SigningKey::Generate(),
                                           crypto::SigningKey::Generate()};
  protocol::Trust trust;
  Papers papers{trust};
  const Digest order = crypto::Sha256("order");
  std::uint64_t next = 0;
};

TEST_F(PapersTest, TheNewestExchangeTicketStandsForTheOrder) {
  EXPECT_EQ(Shown("own"), "right");
  EXPECT_EQ(Shown("first"), "kWrongSecret");
  LogPayment(Payment("c1", "first"), payer);
  EXPECT_EQ(Shown("own"), "kExchanged");
  EXPECT_EQ(Shown("first"), "right");
  LogPayment(Payment("c2", "second"), payer);
  EXPECT_EQ(Shown("first"), "kExchanged");
  EXPECT_EQ(Shown("second"), "right");
  // A claim that is repeated shows what was right when it was made.
  EXPECT_EQ(Shown("own", "c1"), "right");
  EXPECT_EQ(Shown("first", "c2"), "right");
  EXPECT_EQ(Shown("own", "c2"), "kExchanged");
  // What is in the store before the log has it, and then in the log, is one exchange.
  papers.TakePayment(protocol::SignPayment(Payment("c2", "second"), payer));
  EXPECT_EQ(Shown("second"), "right");
  EXPECT_TRUE(papers.IsPaid({"ssq", 2026097}, 4));
  EXPECT_FALSE(papers.IsPaid({"ssq", 2026097}, 3));
  EXPECT_FALSE(papers.IsPaid({"ssq", 2026098}, 4));
}

TEST_F(PapersTest, TwoApproversWithdrawAnExchangeTicket) {
  LogPayment(Payment("c1", "first"), payer);
  LogPayment(Payment("c2", "second"), payer);
  Reinstate("c2", 1);
  EXPECT_EQ(Shown("second"), "right");
  Reinstate("c2", 2);
  EXPECT_EQ(Shown("second"), "kExchanged");
  EXPECT_EQ(Shown("first"), "right");
  Reinstate("c1", 2);
  EXPECT_EQ(Shown("own"), "right");
}

TEST_F(PapersTest, APaymentThePayerDidNotSignIsNone) {
  LogPayment(Payment("c1", "thief"), crypto::SigningKey::Generate());
  LogPayment(Payment("c1", "thief"), approvers[0]);
  auto elsewhere = Payment("c1", "thief");
  elsewhere.origin = "other.example/ssq/2026097";
  LogPayment(elsewhere, payer);
  Log("payment", {{"payment", "00"}});
  Log("payment", {{"payment", "no hex"}});
  EXPECT_EQ(Shown("own"), "right");
  EXPECT_EQ(Shown("thief"), "kWrongSecret");
  EXPECT_FALSE(papers.IsPaid({"ssq", 2026097}, 4));
}

// What the database gave back undone and somebody kept.
TEST_F(PapersTest, TheFirstPaperOfATicketCounts) {
  papers.Await(protocol::SignPayment(Payment("c1", "first"), payer));
  EXPECT_TRUE(papers.AwaitedOf(crypto::Sha256("c1")));
  auto second = Payment("thief", "thief");
  papers.TakePayment(protocol::SignPayment(second, payer));
  LogPayment(second, payer);
  EXPECT_EQ(Shown("thief"), "kWrongSecret");
  EXPECT_EQ(Shown("first"), "right");
  const DrawId draw{"ssq", 2026097};
  EXPECT_TRUE(papers.IsPaidByAnother(draw, 4, crypto::Sha256("thief")));
  EXPECT_FALSE(papers.IsPaidByAnother(draw, 4, crypto::Sha256("c1")));
  LogPayment(Payment("c1", "first"), payer);
  EXPECT_FALSE(papers.AwaitedOf(crypto::Sha256("c1"))) << "the log has it";
}

TEST_F(PapersTest, AClaimIsTheOneTheLogHas) {
  const auto leaf = crypto::Sha256("leaf");
  papers.Take({7, leaf, {1}, "claim", {}, {}});
  EXPECT_TRUE(papers.HasClaim(7, leaf));
  EXPECT_FALSE(papers.HasClaim(8, leaf));
  EXPECT_FALSE(papers.HasClaim(7, crypto::Sha256("another")));
}

TEST_F(PapersTest, OfADrawWithoutPapersNothingIsOwed) {
  const auto unknown = papers.OwedOf({"ssq", 2026097});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kUnknownTicket);
}

}  // namespace
}  // namespace lottery::settlement::payer
