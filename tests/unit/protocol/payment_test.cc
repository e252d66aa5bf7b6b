// Payment by proof: what makes a till say "paid", piece by piece.
#include "protocol/payment.h"

#include <gtest/gtest.h>

#include <functional>

namespace lottery::protocol {
namespace {

using base::ErrorCode;

constexpr std::size_t kTickets = 5, kOurs = 3;

crypto::SigningKey KeyOf(char octet) {
  return crypto::SigningKey::FromSeed(std::string(32, octet)).value();
}

// A statement that owes five tickets money, the control's word for it, and the payer's for one.
struct Paid {
  crypto::SigningKey settlement = KeyOf(5), control = KeyOf(6), payer = KeyOf(7);
  Trust trust;
  std::vector<Winner> winners;
  Statement statement;
  Agreement agreement;
  Payment payment;

  Paid() {
    trust.operator_name = "lottery.example";
    trust.keys = {{"settlement", "s", settlement.public_key()},
                  {"control", "c", control.public_key()},
                  {"payer", "p", payer.public_key()}};
    for (std::size_t i = 0; i < kTickets; ++i)
      winners.push_back({10 * i, crypto::Sha256(std::to_string(i)), Money::FromFen(500), {{6, 1}}});
    statement.draw = agreement.draw = {"ssq", 2026097};
    statement.winning_tickets = kTickets;
    statement.winners_root = WinnersRoot(winners, 2);
    agreement.stage = "prizes";
    payment.claim = crypto::Sha256("claim");
    payment.origin = "lottery.example/ssq/2026097";
    payment.index = winners[kOurs].index;
    payment.place = kOurs;
    payment.gross = Money::FromFen(500);
    payment.terminal = 1001;
    payment.at = {1'790'000'000'000};
    payment.into_deposit = true;
  }
  crypto::Envelope Stated() const {
    crypto::Envelope out{std::string(kTypeStatement), statement.ToBody(), {}};
    out.Sign(settlement);
    return out;
  }
  wire::PaymentProof Proof() {
    const auto stated = Stated();
    if (agreement.statement == Digest()) agreement.statement = BodyHash(stated);
    if (payment.statement == Digest()) payment.statement = BodyHash(stated);
    crypto::Envelope agreed{std::string(kTypeAgreement), agreement.ToBody(), {}};
    agreed.Sign(control);
    crypto::MerkleTree tree;
    for (const auto& w : winners) tree.Append(crypto::LeafHash(w.Leaf(2)));
    wire::PaymentProof proof;
    proof.set_payment(SignPayment(payment, payer));
    proof.set_winner(winners[kOurs].Leaf(2));
    for (const auto& hash : tree.Inclusion(kOurs, kTickets)) *proof.mutable_path() += hash.view();
    proof.set_statement(stated.ToText());
    proof.set_agreement(agreed.ToText());
    return proof;
  }
};

TEST(Payment, IsTakenWithWhatStandsBehindIt) {
  Paid paid;
  const auto opened = CheckPayment(paid.Proof(), paid.trust);
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_EQ(opened->ToBody(), paid.payment.ToBody());
  paid.payment.exchange =
      Payment::Exchange{crypto::Sha256("o"), crypto::Sha256("t"), crypto::Sha256("s")};
  const auto exchanged =
      OpenPayment(SignPayment(paid.payment, paid.payer), paid.trust.KeysFor("payer"));
  ASSERT_TRUE(exchanged);
  EXPECT_EQ(exchanged->exchange->s_hash, crypto::Sha256("s"));
}

// Whoever sits between payer and till, with the keys of central and of the others by turns.
TEST(Payment, IsRefusedWhenOneThingBehindItIsAnother) {
  struct Case {
    const char* name;
    ErrorCode code;
    std::function<void(Paid&)> before;
    std::function<void(wire::PaymentProof&)> after;
  };
  const auto nothing = [](wire::PaymentProof&) {};
  const Case cases[] = {
      {"by central's key", ErrorCode::kPaymentForged, [](Paid& p) { p.payer = KeyOf(9); }, nothing},
      {"more than the list owes", ErrorCode::kPaymentForged,
       [](Paid& p) { p.payment.gross = Money::FromFen(900'000); }, nothing},
      {"another ticket's leaf", ErrorCode::kPaymentForged, [](Paid& p) { p.payment.index = 10; },
       nothing},
      {"another place", ErrorCode::kPaymentForged, [](Paid& p) { p.payment.place = 2; }, nothing},
      {"behind the end of the list", ErrorCode::kPaymentForged,
       [](Paid& p) { p.payment.place = kTickets; }, nothing},
      {"tax above the prize", ErrorCode::kPaymentForged,
       [](Paid& p) { p.payment.tax = Money::FromFen(501); }, nothing},
      {"in the log of another draw", ErrorCode::kPaymentForged,
       [](Paid& p) { p.payment.origin = "lottery.example/ssq/2026098"; }, nothing},
      {"of another operator", ErrorCode::kPaymentForged,
       [](Paid& p) { p.payment.origin = "other.example/ssq/2026097"; }, nothing},
      {"by another statement", ErrorCode::kPaymentForged,
       [](Paid& p) { p.payment.statement = crypto::Sha256("x"); }, nothing},
      {"a winner put on the list", ErrorCode::kPaymentForged,
       [](Paid& p) { p.winners[kOurs].prize = p.payment.gross = Money::FromFen(900'000); },
       nothing},
      {"whose secrets are another sale's", ErrorCode::kPaymentForged,
       [](Paid& p) { p.winners[kOurs].sale = crypto::Sha256("mine"); }, nothing},
      {"agreed on with another statement", ErrorCode::kNotAgreed,
       [](Paid& p) { p.agreement.statement = crypto::Sha256("x"); }, nothing},
      {"agreed on its sales only", ErrorCode::kNotAgreed,
       [](Paid& p) { p.agreement.stage = "sales"; }, nothing},
      {"agreed on as a refund", ErrorCode::kNotAgreed,
       [](Paid& p) { p.agreement.stage = "refund"; }, nothing},
      {"agreed on by settlement itself", ErrorCode::kBadSignature,
       [](Paid& p) { p.control = KeyOf(5); }, nothing},
      {"stated by nobody", ErrorCode::kBadSignature, [](Paid& p) { p.settlement = KeyOf(9); },
       nothing},
      {"a path cut short", ErrorCode::kPaymentForged, [](Paid&) {},
       [](wire::PaymentProof& proof) { proof.mutable_path()->resize(32); }},
      {"a path of no hashes", ErrorCode::kBadProof, [](Paid&) {},
       [](wire::PaymentProof& proof) { proof.mutable_path()->resize(33); }},
      {"a payment cut short", ErrorCode::kPaymentForged, [](Paid&) {},
       [](wire::PaymentProof& proof) { proof.mutable_payment()->pop_back(); }},
      {"no payment", ErrorCode::kPaymentForged, [](Paid&) {},
       [](wire::PaymentProof& proof) { proof.clear_payment(); }},
      {"a leaf of another form", ErrorCode::kEntryInvalid, [](Paid&) {},
       [](wire::PaymentProof& proof) { proof.mutable_winner()->pop_back(); }},
  };
  for (const auto& c : cases) {
    Paid paid;
    const Statement stated = paid.statement;
    c.before(paid);
    paid.statement = stated;  // what was signed and agreed on stays
    auto proof = paid.Proof();
    c.after(proof);
    const auto checked = CheckPayment(proof, paid.trust);
    ASSERT_FALSE(checked) << c.name;
    EXPECT_EQ(base::NameOf(checked.error().code), base::NameOf(c.code))
        << c.name << ": " << checked.error().detail;
  }
}

// docs/formats/payment.md shows these octets.
TEST(Payment, OfTheDocument) {
  Paid paid;
  paid.payment.statement = crypto::Sha256("statement");
  EXPECT_EQ(base::ToHex(SignPayment(paid.payment, paid.payer)),
            "01dd1b3c312cf7d816130354452e9629ce39355b0c534129dd26a08cd9a4502edeb111c6e1d318f20306"
            "3e5c16bab43c108326af0aa2f7b65760c95547a43dbe52001b6c6f74746572792e6578616d706c652f73"
            "73712f32303236303937000000000000001e000000000000000300000000000001f40000000000000000"
            "000003e9000001a0c4506c006ac0d91940dffe0437da66325d1c40942d6be0b8d3c9a30891d51886ffa7"
            "c289c97628beb1f9f446a71c3be4ab0bb5b520f92181338b7d0ece9b53179328210d");
}

}  // namespace
}  // namespace lottery::protocol
