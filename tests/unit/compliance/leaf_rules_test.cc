// Rules L and V of docs/verification.md: what an honest central writes is taken, and each leaf that
// breaks one rule is refused by its code, by the same reader that the control and the verifier use.
#include <gtest/gtest.h>

#include "compliance/across_logs.h"
#include "compliance/sales_view.h"

namespace lottery::compliance {
namespace {

using base::ErrorCode;
using protocol::LeafKind;

constexpr std::int64_t kOpened = 1'790'000'000'000, kSold = kOpened + 60'000;
const base::UtcTime kClose{kOpened + 3'600'000};
const std::string kSecret(32, 's');

class LeafRules : public testing::Test {
 protected:
  LeafRules() {
    view.origin = "lottery.example/ssq/2026100";
    Audit({kOpened - 9000}, "enrol", Enrolment(1001, key, "110000"));
    Audit({kOpened - 9000}, "enrol", Enrolment(1002, other, "310000"));
    for (int i = 0; i < 3; ++i) Plan(2026100 + i, {kClose.ms + i * base::kDayMs});
    for (int i = 0; i < 2; ++i)
      Audit({kOpened}, "open", {{"draw", "ssq-" + std::to_string(2026100 + i)}});
  }

  static base::json::object Enrolment(std::uint32_t terminal, const crypto::SigningKey& k,
                                      const char* jurisdiction) {
    return {{"terminal", terminal},
            {"name", "outlet"},
            {"jurisdiction", jurisdiction},
            {"public_key", base::ToHex(k.public_key())}};
  }
  void Plan(int draw, base::UtcTime close) {
    const crypto::Envelope plan{std::string(protocol::kTypePlan),
                                base::ToLine(base::json::object{{"close", base::ToIso(close)}}),
                                {}};
    Audit({kOpened - 5000}, "plan", {{"game", "ssq"}, {"draw", draw}, {"envelope", plan.ToText()}});
  }
  base::Status TryAudit(base::UtcTime time, const char* kind, const base::json::object& body,
                        const char* by = "operator") {
    const base::json::object entry{{"kind", kind}, {"by", by}, {"body", body}};
    return audit.Add(protocol::AuditLeaf{time, base::ToLine(entry)}.Encode());
  }
  void Audit(base::UtcTime time, const char* kind, const base::json::object& body) {
    const auto added = TryAudit(time, kind, body);
    ASSERT_TRUE(added) << kind << ": " << added.error().detail;
  }

  struct Leaf {
    LeafKind kind = LeafKind::kOrder;
    std::int64_t time = kSold;
    base::Digest s_hash = crypto::Sha256(kSecret);
    wire::TerminalMessage message;
    const crypto::SigningKey* signer = nullptr;
  };
  Leaf Order() {
    Leaf leaf;
    auto& m = leaf.message;
    m.set_terminal(1001);
    m.set_sequence(++sequence);
    m.set_previous(std::string(32, 'p'));
    m.set_time_ms(kSold);
    m.set_not_after_ms(kSold + 20'000);
    m.set_cashier("1");
    auto* order = m.mutable_order();
    order->set_game("ssq");
    order->set_first_draw(2026100);
    order->set_draw_count(1);
    order->set_multiplier(1);
    order->set_price_fen(200);
    order->set_t_hash(std::string(32, 't'));
    auto* bet = order->add_bets()->mutable_ssq();
    bet->set_reds(std::string("\1\2\3\4\5\6", 6));
    bet->set_blues(std::string("\7", 1));
    leaf.signer = &key;
    return leaf;
  }
  // Of the order that stands at `index`, whose message is `order`.
  Leaf Void(const Leaf& order, std::uint64_t index, std::int64_t time) {
    Leaf leaf = Order();
    leaf.kind = LeafKind::kVoid;
    leaf.time = time;
    leaf.s_hash = {};
    leaf.message.clear_order();
    leaf.message.set_time_ms(time);
    leaf.message.set_not_after_ms(time + 20'000);
    auto* body = leaf.message.mutable_void_();
    body->set_origin(view.origin);
    body->set_index(index);
    body->set_order_hash(std::string(crypto::Sha256(order.message.SerializeAsString()).view()));
    body->set_s(kSecret);
    return leaf;
  }
  base::Status Add(const Leaf& leaf) {
    const auto octets = leaf.message.SerializeAsString();
    const auto signature = crypto::SignTyped(*leaf.signer, protocol::kTypeMessage, octets);
    base::ByteWriter w;
    protocol::EncodeSaleLeaf(w, leaf.kind, {leaf.time}, crypto::KeyId(leaf.signer->public_key()),
                             signature, leaf.s_hash, octets);
    return view.Add(w.bytes(), audit);
  }
  void Refused(ErrorCode code, const Leaf& leaf, const std::string& why) {
    const auto size = view.tree.size();
    const auto added = Add(leaf);
    ASSERT_FALSE(added) << why;
    EXPECT_EQ(base::NameOf(added.error().code), base::NameOf(code))
        << why << ": " << added.error().detail;
    EXPECT_EQ(view.tree.size(), size) << why;
  }

  crypto::SigningKey key = crypto::SigningKey::Generate(), other = crypto::SigningKey::Generate();
  AuditView audit;
  SalesView view;
  std::uint64_t sequence = 0;
};

// An order of two draws stands in both logs, and so does its void.
TEST_F(LeafRules, AnOrderOfSeveralDrawsStandsInEachLog) {
  Leaf both = Order();
  both.message.mutable_order()->set_draw_count(2);
  both.message.mutable_order()->set_price_fen(400);
  const Leaf takes_back = Void(both, 0, kSold + 1000);
  SalesView second;
  second.origin = "lottery.example/ssq/2026101";
  const std::map<protocol::DrawId, const SalesView*> logs{{{"ssq", 2026100}, &view},
                                                          {{"ssq", 2026101}, &second}};
  const auto added_to_second = [&](const Leaf& leaf) {
    std::swap(view, second);
    const auto added = Add(leaf);
    std::swap(view, second);
    return added.has_value();
  };
  const auto missing = [&](const char* in) {
    const auto checked = CheckAcrossLogs(logs, audit);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::kLeafMissing);
    EXPECT_EQ(checked.error().file, in);
  };
  ASSERT_TRUE(Add(both));
  missing("lottery.example/ssq/2026101");
  EXPECT_TRUE(CheckAcrossLogs({{{"ssq", 2026100}, &view}}, audit));  // the other is not sealed yet
  ASSERT_TRUE(added_to_second(both));
  EXPECT_TRUE(CheckAcrossLogs(logs, audit));
  ASSERT_TRUE(Add(takes_back));
  missing("lottery.example/ssq/2026101");
  ASSERT_TRUE(added_to_second(takes_back));
  EXPECT_TRUE(CheckAcrossLogs(logs, audit));
}

TEST_F(LeafRules, WhatIsInOrderIsTaken) {
  const Leaf one = Order();
  ASSERT_TRUE(Add(one));
  Leaf last;
  const auto at_the_end = [&] {
    last = Order();
    last.time = kClose.ms - 1;
    last.message.set_time_ms(kClose.ms - 10);
    last.message.set_not_after_ms(kClose.ms - 1);
  };
  Leaf two_draws = Order();
  two_draws.message.mutable_order()->set_draw_count(2);
  two_draws.message.mutable_order()->set_price_fen(400);
  ASSERT_TRUE(Add(two_draws));
  ASSERT_TRUE(Add(Void(one, 0, kSold + 300'000)));
  at_the_end();
  const auto taken = Add(last);
  ASSERT_TRUE(taken) << taken.error().detail;
  EXPECT_EQ(view.Totals().sales, 3);
  EXPECT_EQ(view.Totals().voids, 1);
}

TEST_F(LeafRules, AnOrderBreaksOne) {
  const auto with = [&](auto change) {
    Leaf leaf = Order();
    change(leaf);
    return leaf;
  };
  using M = Leaf&;
  Refused(ErrorCode::kEntryInvalid, with([&](M l) { l.signer = &other; }), "L-02 another's key");
  const auto stranger = crypto::SigningKey::Generate();
  Refused(ErrorCode::kEntryInvalid, with([&](M l) { l.signer = &stranger; }), "L-02 nobody's key");
  Refused(ErrorCode::kPlanNotWitnessed, with([](M l) {
            l.time = kOpened - 1;
            l.message.set_time_ms(l.time);
          }),
          "L-06 before it was opened");
  for (const std::int64_t late : {0, 1, 150'000}) {
    Refused(ErrorCode::kDrawClosed, with([&](M l) {
              l.time = kClose.ms + late;
              l.message.set_time_ms(l.time);
              l.message.set_not_after_ms(l.time + 1);
            }),
            "L-07 after the close");
  }
  Refused(ErrorCode::kExpired, with([](M l) { l.message.set_not_after_ms(kSold - 1); }), "L-10");
  Refused(ErrorCode::kExpired, with([](M l) { l.message.set_not_after_ms(0); }), "L-10");
  for (const std::int64_t off : {600'001L, -600'001L, 365L * base::kDayMs, -kSold}) {
    Refused(ErrorCode::kTerminalClockWrong, with([&](M l) {
              l.message.set_time_ms(kSold + off);
              l.message.set_not_after_ms(kSold + 1);
            }),
            "L-10 a clock of another day");
  }
  Refused(ErrorCode::kEntryInvalid, with([](M l) { l.message.mutable_order()->set_game("qlc"); }),
          "L-13 another game");
  Refused(ErrorCode::kEntryInvalid,
          with([](M l) { l.message.mutable_order()->set_first_draw(2026101); }), "L-13");
  Refused(ErrorCode::kPlanNotWitnessed, with([](M l) {
            l.message.mutable_order()->set_draw_count(3);
            l.message.mutable_order()->set_price_fen(600);
          }),
          "L-13 the third draw is planned and not open");
  Audit({kOpened}, "open", {{"draw", "ssq-2026102"}});
  Refused(ErrorCode::kEntryInvalid, with([](M l) {
            l.message.mutable_order()->set_draw_count(9);
            l.message.mutable_order()->set_price_fen(1800);
          }),
          "L-13 beyond the calendar");
  Refused(ErrorCode::kEntryInvalid,
          with([](M l) { l.message.mutable_order()->set_price_fen(100); }), "L-16 a yuan less");
  Refused(ErrorCode::kEntryInvalid, with([](M l) { l.s_hash = {}; }), "L-17 no half of central");
  Refused(ErrorCode::kEntryInvalid,
          with([](M l) { l.message.mutable_order()->set_t_hash(std::string(32, '\0')); }), "L-17");
}

TEST_F(LeafRules, OneNumberIsOneMessage) {
  Leaf one = Order(), again = Order();
  ASSERT_TRUE(Add(one));
  again.message.set_sequence(one.message.sequence());
  again.message.mutable_order()->set_multiplier(2);
  again.message.mutable_order()->set_price_fen(400);
  Refused(ErrorCode::kSequenceUsed, again, "L-11 another message of the same number");
  Refused(ErrorCode::kSequenceUsed, one, "L-15 the same one");
  Leaf neighbour = Order();
  neighbour.message.set_terminal(1002);
  neighbour.signer = &other;
  neighbour.message.set_sequence(one.message.sequence());
  EXPECT_TRUE(Add(neighbour)) << "of another terminal";
  Leaf back = Order();
  back.time = kSold - 1;
  Refused(ErrorCode::kEntryTime, back, "L-06 earlier than the leaf before");
}

TEST_F(LeafRules, ATerminalSellsWhileItIsEnrolledAndNotSuspended) {
  const auto late = crypto::SigningKey::Generate();
  Audit({kSold + 1}, "enrol", Enrolment(1003, late, "110000"));
  Leaf early = Order();
  early.message.set_terminal(1003);
  early.signer = &late;
  Refused(ErrorCode::kEntryInvalid, early, "L-04 enrolled after its sale");
  const base::json::object reason{{"terminal", 1001}, {"reason", "a test"}};
  Audit({kSold + 10}, "suspend", reason);
  Audit({kSold + 20}, "resume", reason);
  const auto at = [&](std::int64_t time) {
    Leaf leaf = Order();
    leaf.time = time;
    return leaf;
  };
  EXPECT_TRUE(Add(at(kSold + 9)));
  EXPECT_TRUE(Add(at(kSold + 10))) << "either may have been first";
  Refused(ErrorCode::kTerminalSuspended, at(kSold + 11), "L-05");
  Refused(ErrorCode::kTerminalSuspended, at(kSold + 19), "L-05");
  EXPECT_TRUE(Add(at(kSold + 20)));
  EXPECT_TRUE(Add(at(kSold + 21)));
}

TEST_F(LeafRules, AVoidBreaksOne) {
  const Leaf sold = Order();
  ASSERT_TRUE(Add(sold));
  const auto with = [&](auto change) {
    Leaf leaf = Void(sold, 0, kSold + 1000);
    change(leaf);
    return leaf;
  };
  using M = Leaf&;
  Refused(ErrorCode::kEntryInvalid,
          with([](M l) { l.message.mutable_void_()->set_order_hash(std::string(32, 'x')); }),
          "V-01 no such order");
  Refused(ErrorCode::kEntryInvalid, with([](M l) { l.message.mutable_void_()->set_index(1); }),
          "V-01 another place");
  Refused(ErrorCode::kEntryInvalid, with([&](M l) {
            l.message.set_terminal(1002);
            l.signer = &other;
          }),
          "V-01 by the neighbour");
  for (const std::string& secret : {std::string(), std::string(32, 'x'), kSecret + "s"})
    Refused(ErrorCode::kWrongSecret, with([&](M l) { l.message.mutable_void_()->set_s(secret); }),
            "V-02");
  Refused(ErrorCode::kEntryInvalid, with([](M l) { l.s_hash = crypto::Sha256(kSecret); }), "V-02");
  Refused(ErrorCode::kVoidTooLate, Void(sold, 0, kSold + 300'001), "V-03");
  Refused(ErrorCode::kVoidTooLate, Void(sold, 0, kClose.ms + 7'200'000), "V-03 hours later");
  ASSERT_TRUE(Add(Void(sold, 0, kSold + 2000)));
  Refused(ErrorCode::kAlreadyVoided, Void(sold, 0, kSold + 2001), "V-05");
  Leaf late = Order();
  late.time = kClose.ms - 61'000;
  late.message.set_time_ms(late.time);
  late.message.set_not_after_ms(late.time + 1);
  ASSERT_TRUE(Add(late));
  Refused(ErrorCode::kVoidTooLate, Void(late, 2, kClose.ms - 60'000), "V-04 the last minute");
  EXPECT_TRUE(Add(Void(late, 2, kClose.ms - 60'001)));
}

TEST_F(LeafRules, LeavesOfADrawComeInTheirOrder) {
  const base::json::object draw{{"draw", "ssq-2026100"}},
      paper{{"game", "ssq"}, {"draw", 2026100}, {"envelope", "x"}},
      closing{{"draw", "ssq-2026100"}, {"size", 0}, {"root", std::string(64, '0')}};
  const auto refused = [&](ErrorCode code, std::int64_t time, const char* kind,
                           const base::json::object& body, const char* by = "operator") {
    const auto added = TryAudit({time}, kind, body, by);
    ASSERT_FALSE(added) << kind;
    EXPECT_EQ(base::NameOf(added.error().code), base::NameOf(code)) << kind << added.error().detail;
  };
  refused(ErrorCode::kIllegalTransition, kSold, "open", draw);  // Z-02 opened twice
  refused(ErrorCode::kIllegalTransition, kSold, "open", {{"draw", "ssq-2026199"}});
  refused(ErrorCode::kIllegalTransition, kSold, "close", closing);  // before its time
  refused(ErrorCode::kIllegalTransition, kSold, "seal", paper);
  refused(ErrorCode::kIllegalTransition, kSold, "certificate", paper);
  refused(ErrorCode::kIllegalTransition, kSold, "statement", paper, "settler");
  refused(ErrorCode::kPlanSwapped, kSold, "plan",
          {{"game", "ssq"},
           {"draw", 2026100},
           {"envelope",
            crypto::Envelope{
                std::string(protocol::kTypePlan), R"({"close":"2026-12-31T12:00:00.000Z"})", {}}
                .ToText()}});
  Audit(kClose, "close", closing);
  refused(ErrorCode::kIllegalTransition, kClose.ms, "close", closing);
  const base::json::object pulse{{"game", "ssq"}, {"draw", 2026100}, {"pulse", "x"}};
  refused(ErrorCode::kIllegalTransition, kClose.ms, "pulse", pulse);  // B-08 not sealed yet
  Audit(kClose, "seal", paper);
  refused(ErrorCode::kSealSwapped, kClose.ms, "seal", paper);
  Audit(kClose, "pulse", pulse);
  refused(ErrorCode::kBeaconReplaced, kClose.ms, "pulse", pulse);  // B-07 a second one
  Audit(kClose, "certificate", paper);
  refused(ErrorCode::kBadDrawCertificate, kClose.ms, "certificate", paper);
  refused(ErrorCode::kIllegalTransition, kClose.ms, "deferral", paper);
  refused(ErrorCode::kIllegalTransition, kClose.ms, "cancellation", paper);
  refused(ErrorCode::kIllegalTransition, kClose.ms, "paying", paper, "settler");
}

TEST_F(LeafRules, AClaimIsOfADrawThatPays) {
  const base::json::object paper{{"game", "ssq"}, {"draw", 2026100}, {"envelope", "x"}};
  const auto claim = [&](const char* origin, int index, const char* by = "terminal:1001") {
    const auto added = TryAudit(
        kClose, "claim",
        {{"sequence", 9}, {"message", std::string(64, 'a')}, {"origin", origin}, {"index", index}},
        by);
    return added ? std::string("taken") : std::string(base::NameOf(added.error().code));
  };
  const char* log = "lottery.example/ssq/2026100";
  Audit(kClose, "close", {{"draw", "ssq-2026100"}, {"size", 2}, {"root", std::string(64, '0')}});
  Audit(kClose, "seal", paper);
  Audit(kClose, "certificate", paper);
  const crypto::Envelope statement{
      std::string(protocol::kTypeStatement),
      base::ToLine(base::json::object{{"format", "statement/2"},
                                      {"winning_tickets", 2},
                                      {"figures", base::json::object{{"prizes_fen", 1000}}},
                                      {"claim_until", base::ToIso({kClose.ms + base::kDayMs})}}),
      {}};
  ASSERT_TRUE(TryAudit(kClose, "statement",
                       {{"game", "ssq"}, {"draw", 2026100}, {"envelope", statement.ToText()}},
                       "settler"));
  EXPECT_EQ(claim(log, 0), "kNotAgreed");
  ASSERT_TRUE(TryAudit(kClose, "paying", paper, "settler"));
  EXPECT_EQ(claim(log, 1), "taken");
  EXPECT_EQ(claim(log, 2), "kUnknownTicket");
  EXPECT_EQ(claim("lottery.example/ssq/2026101", 0), "kNotAgreed");
  EXPECT_EQ(claim("lottery.example/ssq/2026199", 0), "kUnknownTicket");
  EXPECT_EQ(claim("ssq/2026100", 0), "kUnknownTicket");
  EXPECT_EQ(claim(log, 0, "terminal:1009"), "kUnknownTerminal");
  Audit(kClose, "suspend", {{"terminal", 1001}, {"reason", "x"}});
  const base::UtcTime later{kClose.ms + 1};
  EXPECT_FALSE(
      TryAudit(later, "claim",
               {{"sequence", 9}, {"message", std::string(64, 'a')}, {"origin", log}, {"index", 0}},
               "terminal:1001"));
}

TEST_F(LeafRules, AnAuditLeafSaysWhatItsKindHas) {
  const auto refused = [&](ErrorCode code, const std::string& json) {
    const auto added = audit.Add(protocol::AuditLeaf{{kSold}, json}.Encode());
    ASSERT_FALSE(added) << json;
    EXPECT_EQ(base::NameOf(added.error().code), base::NameOf(code)) << json << added.error().detail;
  };
  const std::string open = R"({"kind":"limit","by":"operator","body":{"draw":"3d-2026100",)";
  ASSERT_TRUE(audit.Add(
      protocol::AuditLeaf{{kSold}, open + R"("jurisdiction":"110000","lines":5}})"}.Encode()));
  for (const char* body : {
           R"("jurisdiction":"110000","lines":5.0}})",
           R"("jurisdiction":"110000","lines":5e0}})",
           R"("jurisdiction":"110000","lines":-5}})",
           R"("jurisdiction":"110000","lines":"5"}})",
           R"("jurisdiction":"110000"}})",
           R"("jurisdiction":"","lines":5}})",
           R"("jurisdiction":"110000","lines":5,"more":1}})",
           R"("jurisdiction":"110000", "lines":5}})",
           R"("lines":5,"jurisdiction":"110000","lines":5}})",
           R"("jurisdiction":"110000","lines":5},"at":1})",
       }) {
    const auto added = audit.Add(protocol::AuditLeaf{{kSold}, open + body}.Encode());
    EXPECT_FALSE(added) << body;
  }
  refused(ErrorCode::kEntryInvalid, R"({"kind":"gift","by":"operator","body":{}})");
  refused(
      ErrorCode::kNotPermitted,
      R"({"kind":"limit","by":"settler","body":{"draw":"3d-2026100","jurisdiction":"1","lines":5}})");
  refused(ErrorCode::kNotPermitted,
          R"({"kind":"skip","by":"terminal:0","body":{"sequence":1,"message":")" +
              std::string(64, 'a') + R"("}})");
  refused(ErrorCode::kAlreadyExists,
          base::ToLine(
              base::json::object{{"kind", "enrol"},
                                 {"by", "operator"},
                                 {"body", Enrolment(1001, crypto::SigningKey::Generate(), "1")}}));
  refused(ErrorCode::kAlreadyExists,
          base::ToLine(base::json::object{
              {"kind", "enrol"}, {"by", "operator"}, {"body", Enrolment(1009, key, "1")}}));
  refused(ErrorCode::kEntryInvalid,
          R"({"kind":"resume","by":"operator","body":{"terminal":1001,"reason":"x"}})");
  refused(ErrorCode::kEntryInvalid,
          R"({"kind":"suspend","by":"operator","body":{"terminal":1009,"reason":"x"}})");
  EXPECT_TRUE(audit.Add(
      protocol::AuditLeaf{{kSold}, R"({"kind":"note","by":"settler","body":{"anything":[1,2]}})"}
          .Encode()));
}

}  // namespace
}  // namespace lottery::compliance
