// A table of papers in which one member says something else. Each is signed again by those who may
// sign it and logged in place of the true one, so that only the rule about that member stands
// against it.
#include "protocol/deviation.h"
#include "tests/tamper/forge.h"

namespace lottery::tests {
namespace {
using base::json::array;
using base::json::object;

const std::string kBeacon = "ssq-2026097", kDeferred = "ssq-2026098", kBalls = "ssq-2026099",
                  kDigits = "3d-2026320", kCancelled = "3d-2026321";
const base::json::value kOtherHash(std::string(64, 'a')), kOtherWord(std::string(128, 'a'));

// A kind of paper: its leaf in the audit log, if it has one; its file; who signs it.
struct Paper {
  std::string leaf, front, back;
  std::string_view type;
  const char* purpose;
  std::vector<std::string> signers;
};
const Paper kPlan{
    "plan", "plan/", ".json", protocol::kTypePlan, "official", {"official-a", "official-b"}};
const Paper kSeal{"seal", "seal/", ".json", protocol::kTypeSeal, "seal", {"seal"}};
const Paper kCertificate{"certificate",       "draw/",
                         ".certificate.json", protocol::kTypeDrawCertificate,
                         "official",          {"official-a", "official-b", "official-c"}};
const Paper kStatement{"statement",  "settlement/", ".statement.json", protocol::kTypeStatement,
                       "settlement", {"settlement"}};
const Paper kRefund{"refund",     "settlement/", ".refund.json", protocol::kTypeRefund,
                    "settlement", {"settlement"}};
const Paper kSales{"", "control/", ".sales.json", protocol::kTypeAgreement, "control", {"control"}};
const Paper kPrizes{"paying",  "control/", ".json", protocol::kTypeAgreement,
                    "control", {"control"}};

using Edit = std::function<void(object&)>;

std::vector<crypto::SigningKey> SignersOf(const Folders& f, const Paper& paper) {
  std::vector<crypto::SigningKey> keys;
  for (const auto& file : paper.signers) keys.push_back(Key(f, file, paper.purpose));
  return keys;
}

void Save(const Folders& f, const Paper& paper, const object& body,
          const std::vector<crypto::SigningKey>& keys) {
  const std::string text = Sealed(paper.type, base::ToPretty(body), keys);
  Write(f.Public(paper.front + f.name + paper.back), text);
  if (!paper.leaf.empty()) Relog(f, paper.leaf, text);
}

object Load(const Folders& f, const Paper& paper) {
  return Must(base::ParseJsonObject(Body(f.Public(paper.front + f.name + paper.back), paper.type)));
}

Forgery Edited(const std::string& draw, const Paper& paper, const Edit& edit) {
  return {draw, [paper, edit](const Folders& f) {
            object body = Load(f, paper);
            edit(body);
            Save(f, paper, body, SignersOf(f, paper));
          }};
}

// One member by its path, "totals.sales", set to a value.
Forgery Set(const std::string& draw, const Paper& paper, const std::string& path,
            const base::json::value& value) {
  return Edited(draw, paper, [path, value](object& body) {
    const auto dot = path.find('.');
    auto& inner = dot == std::string::npos ? body : body.at(path.substr(0, dot)).as_object();
    inner[dot == std::string::npos ? path : path.substr(dot + 1)] = value;
  });
}
Forgery Plus(const std::string& draw, const Paper& paper, const std::string& path,
             std::int64_t more) {
  return Edited(draw, paper, [path, more](object& body) {
    const auto dot = path.find('.');
    auto& inner = dot == std::string::npos ? body : body.at(path.substr(0, dot)).as_object();
    auto& member = inner.at(dot == std::string::npos ? path : path.substr(dot + 1));
    member = member.as_int64() + more;
  });
}
// Signed by somebody else.
Forgery ByAStranger(const std::string& draw, const Paper& paper) {
  return {draw, [paper](const Folders& f) {
            Save(f, paper, Load(f, paper), One(crypto::SigningKey::Generate()));
          }};
}
Forgery ByOne(const std::string& draw, Paper paper) {
  paper.signers.resize(1);
  return Edited(draw, paper, [](object&) {});
}
// By somebody who may sign other papers.
Forgery By(const std::string& draw, Paper paper, const char* purpose, const std::string& signer) {
  paper.purpose = purpose;
  paper.signers = {signer};
  return Edited(draw, paper, [](object&) {});
}

// Every entry of the ball machine changed alike and signed by its official, and the certificate
// over them.
Forgery Balls(const std::function<void(object&, std::size_t)>& edit) {
  return {
      kBalls, [edit](const Folders& f) {
        object body = Load(f, kCertificate);
        std::size_t i = 0;
        for (auto& entry : body.at("entries").as_array()) {
          object said = Must(base::ParseJsonObject(
              Must(crypto::ParseEnvelope(std::string(entry.as_string()), protocol::kTypeBallEntry))
                  .body));
          const std::string official(said.at("official").as_string());
          edit(said, i++);
          entry = Sealed(protocol::kTypeBallEntry, base::ToPretty(said),
                         One(Key(f, official, "official")));
        }
        Save(f, kCertificate, body, SignersOf(f, kCertificate));
      }};
}
// The certificate of balls with another attendance.
Forgery AttendedBy(const std::function<std::string(const Folders&, const std::string&)>& edit) {
  return {kBalls, [edit](const Folders& f) {
            object body = Load(f, kCertificate);
            body["attendance"] = edit(f, std::string(body.at("attendance").as_string()));
            Save(f, kCertificate, body, SignersOf(f, kCertificate));
          }};
}
Forgery BallsSay(const std::string& member, const base::json::value& value) {
  return Balls([member, value](object& entry, std::size_t) { entry[member] = value; });
}

using Table = std::map<std::string, Forgery>;

Table Plans() {
  return {
      {"plan_of_another_draw", Set(kBeacon, kPlan, "draw", 2026096)},
      {"plan_of_another_game", Set(kBeacon, kPlan, "game", "qlc")},
      {"plan_by_one", ByOne(kBeacon, kPlan)},
      {"plan_by_the_control", By(kBeacon, kPlan, "control", "control")},
      {"close_in_9999", Set(kBeacon, kPlan, "close", "9999-12-31T23:59:00.000Z")},
      {"method_of_dice", Set(kBeacon, kPlan, "method", "dice")},
      {"fallback_with_a_blank", Set(kBeacon, kPlan, "fallback", "ball machine")},
      {"one_official_decides", Set(kBeacon, kPlan, "certificate_quorum", 1)},
      {"one_overseer_is_enough", Set(kBeacon, kPlan, "overseer_quorum", 1)},
      {"all_overseers_needed", Set(kBeacon, kPlan, "overseer_quorum", 3)},
      {"overseer_of_nobody",
       Edited(kBeacon, kPlan,
              [](object& plan) { plan["overseers"].as_array()[0] = "overseer-of-our-own"; })},
      {"plan_without_overseers", Edited(kDeferred, kPlan,
                                        [](object& plan) {
                                          plan.stable_erase("overseers");
                                          plan.stable_erase("overseer_quorum");
                                          plan["format"] = "plan/1";
                                        })},
      {"two_officials_planned",
       Edited(kBeacon, kPlan, [](object& plan) { plan["officials"].as_array().resize(2); })},
      {"official_twice", Edited(kBeacon, kPlan,
                                [](object& plan) {
                                  auto& list = plan["officials"].as_array();
                                  list[1] = list[0];
                                })},
      {"official_with_another_key",
       Edited(kBeacon, kPlan,
              [](object& plan) {
                plan["officials"].as_array()[1].as_object()["signing_key"] =
                    base::ToHex(crypto::SigningKey::Generate().public_key());
              })},
      {"plan_without_a_witness", Set(kBeacon, kPlan, "witnesses", array{})},
      {"quorum_of_one", Set(kBeacon, kPlan, "quorum", 1)},
      {"quorum_of_all", Set(kBeacon, kPlan, "quorum", 4)},
      {"beacon_of_nobody", Set(kBeacon, kPlan, "beacon", "dice")},
      {"margin_of_a_millisecond", Set(kBeacon, kPlan, "margin_ms", 1)},
      {"round_at_the_close", Set(kBeacon, kPlan, "round_delay_ms", 60'000)},
      {"deadline_in_a_year", Set(kBeacon, kPlan, "contribution_deadline_ms", 31'536'000'000)},
      {"plan_under_another_book", Set(kBeacon, kPlan, "rule_book", kOtherHash)},
      {"plan_with_another_escrow", Set(kBeacon, kPlan, "escrow", kOtherHash)},
      {"more_in_a_plan", Set(kBeacon, kPlan, "exception", "none")},
      {"plan_format_of_next_year", Set(kBeacon, kPlan, "format", "plan/9")},
  };
}

Table Seals() {
  return {
      {"seal_by_a_stranger", ByAStranger(kBeacon, kSeal)},
      {"seal_by_the_control", By(kBeacon, kSeal, "control", "control")},
      {"seal_of_another_draw", Set(kBeacon, kSeal, "draw", 2026098)},
      {"sealed_for_another_operator",
       Edited(kBeacon, kSeal,
              [](object& seal) {
                seal["checkpoints"].as_array()[0].as_object()["operator"] = "lottery.elsewhere";
              })},
      {"sealed_twice_over", Edited(kBeacon, kSeal,
                                   [](object& seal) {
                                     auto& list = seal["checkpoints"].as_array();
                                     const base::json::value copy = list[0];
                                     list.push_back(copy);
                                   })},
      {"seal_names_another_plan", Set(kBeacon, kSeal, "plan", kOtherHash)},
      {"seal_under_another_book", Set(kBeacon, kSeal, "rule_book", kOtherHash)},
      {"seal_names_another_agreement", Set(kBeacon, kSeal, "agreement", kOtherHash)},
      {"one_more_sale_in_totals", Plus(kBeacon, kSeal, "totals.sales", 1)},
      {"more_taken_than_sold", Plus(kBeacon, kSeal, "totals.sales_fen", 200)},
      {"half_a_line_sold", Plus(kBeacon, kSeal, "totals.sales_fen", 100)},
      {"voids_above_sales", Plus(kBeacon, kSeal, "totals.voids_fen", 2'000'000)},
      {"seal_counts_999_terminals", Set(kBeacon, kSeal, "terminals", 999)},
      {"seal_counts_no_terminal", Set(kBeacon, kSeal, "terminals", 0)},
      {"line_of_a_terminal_moved", Set(kBeacon, kSeal, "terminals_root", kOtherHash)},
      {"seal_excludes_a_leaf", Set(kBeacon, kSeal, "exclusions", array{"1"})},
      {"sealed_in_1999", Set(kBeacon, kSeal, "sealed_at", "1999-01-01T00:00:00.000Z")},
      {"sealed_tomorrow", Set(kBeacon, kSeal, "sealed_at", "2099-01-01T00:00:00.000Z")},
  };
}

Table Certificates() {
  return {
      {"certified_by_one", ByOne(kBeacon, kCertificate)},
      {"certified_by_the_control", By(kBeacon, kCertificate, "control", "control")},
      {"certificate_of_another_draw", Set(kBeacon, kCertificate, "draw", 2026098)},
      {"certificate_of_another_plan", Set(kBeacon, kCertificate, "plan", kOtherHash)},
      {"certificate_of_another_seal", Set(kBeacon, kCertificate, "seal", kOtherHash)},
      {"round_given_up", Set(kDeferred, kCertificate, "round", "2026-11-30T00:00:00.000Z")},
      {"another_pulse_named", Set(kBeacon, kCertificate, "beacon", kOtherHash)},
      {"alpha_of_another_plan", Set(kBeacon, kCertificate, "alpha", kOtherWord)},
      {"contribution_left_out",
       Edited(kBeacon, kCertificate, [](object& c) { c["contributions"].as_array().pop_back(); })},
      {"contributions_in_another_order", Edited(kBeacon, kCertificate,
                                                [](object& c) {
                                                  auto& list = c["contributions"].as_array();
                                                  std::swap(list[0], list[1]);
                                                })},
      {"proof_of_another_official", Edited(kBeacon, kCertificate,
                                           [](object& c) {
                                             auto& list = c["contributions"].as_array();
                                             list[1].as_object()["proof"] =
                                                 list[0].as_object()["proof"];
                                           })},
      {"seed_chosen", Set(kBeacon, kCertificate, "seed", kOtherWord)},
      {"numbers_chosen_by_officials", Set(kBeacon, kCertificate, "reds", array{1, 2, 3, 4, 5, 6})},
      {"number_34", Set(kBeacon, kCertificate, "reds", array{1, 2, 3, 4, 5, 34})},
      {"blue_17", Set(kBeacon, kCertificate, "blue", 17)},
      {"certified_before_the_round", Set(kBeacon, kCertificate, "at", "2026-11-30T00:00:00.000Z")},
      {"certified_in_2099", Set(kBeacon, kCertificate, "at", "2099-01-01T00:00:00.000Z")},
      {"balls_of_another_draw", BallsSay("draw", 2026098)},
      {"balls_of_another_plan", BallsSay("plan", kOtherHash)},
      {"balls_of_another_seal", BallsSay("seal", kOtherHash)},
      {"machine_of_nobody", BallsSay("machine", "SSQ-9")},
      {"ball_set_of_nobody", BallsSay("ball_set", "")},
      {"no_test_before", BallsSay("tests_before", array{})},
      {"no_test_after", BallsSay("tests_after", array{})},
      {"test_of_five_balls", BallsSay("tests_before", array{array{1, 2, 3, 4, 5}})},
      {"ball_34", BallsSay("reds", array{1, 2, 3, 4, 5, 34})},
      {"ball_twice", BallsSay("reds", array{1, 2, 3, 4, 5, 5})},
      {"five_balls", BallsSay("reds", array{1, 2, 3, 4, 5})},
      {"stopped_after_30_balls",
       BallsSay("interruptions",
                array{object{{"after", 30}, {"continued_on", "SSQ-1"}, {"reason", "a rest"}}})},
      {"stopped_without_a_reason",
       BallsSay("interruptions",
                array{object{{"after", 3}, {"continued_on", "SSQ-1"}, {"reason", ""}}})},
      {"written_before_it_ran", BallsSay("at", "2020-01-01T00:00:00.000Z")},
      {"ball_sets_differ", Balls([](object& e, std::size_t i) {
         if (i == 1) e["ball_set"] = "another";
       })},
      {"balls_without_overseers", Edited(kBalls, kCertificate,
                                         [](object& c) {
                                           c.stable_erase("attendance");
                                           c["format"] = "draw-certificate/1";
                                         })},
      {"attended_by_one", AttendedBy([](const Folders&, const std::string& text) {
         auto envelope = Must(crypto::ParseEnvelope(text, protocol::kTypeAttendance));
         envelope.signatures.resize(1);
         return envelope.ToText();
       })},
      {"attended_by_officials", AttendedBy([](const Folders& f, const std::string& text) {
         return Sealed(protocol::kTypeAttendance,
                       Must(crypto::ParseEnvelope(text, protocol::kTypeAttendance)).body,
                       Keys(f, "official", "official-a", "official-b"));
       })},
      {"attended_for_other_entries",
       AttendedBy([](const Folders& f, const std::string& text) { return Attended(f, text, {}); })},
      {"one_entry",
       Edited(kBalls, kCertificate, [](object& c) { c["entries"].as_array().pop_back(); })},
      {"one_official_twice", Edited(kBalls, kCertificate,
                                    [](object& c) {
                                      auto& list = c["entries"].as_array();
                                      list[1] = list[0];
                                    })},
      {"third_entry_where_two_agree", Edited(kBalls, kCertificate,
                                             [](object& c) {
                                               auto& list = c["entries"].as_array();
                                               const base::json::value copy = list[0];
                                               list.push_back(copy);
                                             })},
  };
}

Edit Tier(std::size_t place, const char* member, std::int64_t more) {
  return [place, member, more](object& s) {
    auto& value = s["tiers"].as_array()[place].as_object()[member];
    value = value.as_int64() + more;
  };
}

Table Statements() {
  return {
      {"statement_by_the_control", By(kBeacon, kStatement, "control", "control")},
      {"statement_of_another_draw", Set(kBeacon, kStatement, "draw", 2026098)},
      {"statement_of_another_seal", Set(kBeacon, kStatement, "seal", kOtherHash)},
      {"statement_of_another_certificate", Set(kBeacon, kStatement, "certificate", kOtherHash)},
      {"statement_under_another_book", Set(kBeacon, kStatement, "rule_book", kOtherHash)},
      {"totals_of_another_day", Plus(kBeacon, kStatement, "totals.sales", 1)},
      {"net_sales_moved", Plus(kBeacon, kStatement, "figures.net_sales_fen", -200)},
      {"prize_money_moved", Plus(kBeacon, kStatement, "figures.prize_money_fen", -1)},
      {"adjustment_accrued_moved", Plus(kBeacon, kStatement, "figures.adjustment_accrued_fen", 1)},
      {"fee_moved", Plus(kBeacon, kStatement, "figures.fee_fen", 1)},
      {"pool_before_moved", Plus(kBeacon, kStatement, "figures.pool_before_fen", 100)},
      {"pool_before_of_the_second_draw",
       Plus(kDeferred, kStatement, "figures.pool_before_fen", 100)},
      {"special_rule_on", Set(kBeacon, kStatement, "special_rule", true)},
      {"special_rule_next_on", Set(kBeacon, kStatement, "special_rule_next", true)},
      {"tier_left_out",
       Edited(kBeacon, kStatement, [](object& s) { s["tiers"].as_array().pop_back(); })},
      {"tiers_in_another_order", Edited(kBeacon, kStatement,
                                        [](object& s) {
                                          auto& list = s["tiers"].as_array();
                                          std::swap(list[0], list[1]);
                                        })},
      {"tier_pays_more", Edited(kBeacon, kStatement, Tier(5, "each_fen", 100))},
      {"tier_total_moved", Edited(kBeacon, kStatement, Tier(5, "total_fen", 500))},
      {"one_more_winner", Edited(kBeacon, kStatement, Tier(5, "lines", 1))},
      {"sums_do_not_add", Plus(kBeacon, kStatement, "figures.prizes_fen", 500)},
      {"pool_after_moved", Plus(kBeacon, kStatement, "figures.pool_after_fen", -100)},
      {"adjustment_gained_moved", Plus(kBeacon, kStatement, "figures.adjustment_gained_fen", 1)},
      {"adjustment_paid_moved", Plus(kBeacon, kStatement, "figures.adjustment_paid_fen", 1)},
      {"adjustment_before_moved", Plus(kBeacon, kStatement, "figures.adjustment_before_fen", 100)},
      {"adjustment_after_moved", Plus(kBeacon, kStatement, "figures.adjustment_after_fen", -100)},
      {"adjustment_of_the_second_draw",
       Edited(kDeferred, kStatement,
              [](object& s) {
                for (const char* figure : {"adjustment_before_fen", "adjustment_after_fen"}) {
                  auto& fen = s["figures"].as_object()[figure];
                  fen = fen.as_int64() - 100;
                }
              })},
      {"winners_overstated", Set(kBeacon, kStatement, "winning_tickets", 999'999)},
      {"one_winner_fewer_than_there_is", Plus(kBeacon, kStatement, "winning_tickets", -1)},
      {"winner_replaced", Set(kBeacon, kStatement, "winners_root", kOtherHash)},
      {"a_day_less_to_claim", Set(kBeacon, kStatement, "claim_until", "2027-01-20T15:59:59.999Z")},
      {"no_end_to_claims", Set(kBeacon, kStatement, "claim_until", "2099-01-01T15:59:59.999Z")},
      {"digits_net_sales_moved", Plus(kDigits, kStatement, "figures.net_sales_fen", -200)},
      {"digits_winner_replaced", Set(kDigits, kStatement, "winners_root", kOtherHash)},
  };
}

Table Agreements() {
  return {
      {"agreed_by_settlement", By(kBeacon, kPrizes, "settlement", "settlement")},
      {"sales_agreed_by_settlement", By(kBeacon, kSales, "settlement", "settlement")},
      // Signed by the control, and not the word that was logged.
      {"agreement_not_the_logged_one",
       {kBeacon,
        [](const Folders& f) {
          Paper unlogged = kPrizes;
          unlogged.leaf.clear();
          object body = Load(f, unlogged);
          body["at"] = "2026-12-31T00:00:00.000Z";
          Save(f, unlogged, body, SignersOf(f, unlogged));
        }}},
      {"prizes_agreed_as_sales", Set(kBeacon, kPrizes, "stage", "sales")},
      {"sales_agreed_as_prizes", Set(kBeacon, kSales, "stage", "prizes")},
      {"agreed_with_another_statement", Set(kBeacon, kPrizes, "statement", kOtherHash)},
      {"sales_agreed_of_another_draw", Set(kBeacon, kSales, "draw", 2026098)},
      {"sales_agreed_of_another_log",
       Set(kBeacon, kSales, "origin", "lottery.example/ssq/2026098")},
      {"sales_agreed_of_a_shorter_log", Plus(kBeacon, kSales, "size", -1)},
      {"sales_agreed_of_another_root", Set(kBeacon, kSales, "root", kOtherHash)},
      {"sales_agreed_of_other_totals", Plus(kBeacon, kSales, "totals.sales_fen", 200)},
      {"sales_agreed_of_other_terminals", Set(kBeacon, kSales, "terminals_root", kOtherHash)},
      {"prizes_agreed_of_another_draw", Set(kBeacon, kPrizes, "draw", 2026098)},
      {"prizes_agreed_of_another_log",
       Set(kBeacon, kPrizes, "origin", "lottery.example/ssq/2026098")},
      {"prizes_agreed_of_a_shorter_log", Plus(kBeacon, kPrizes, "size", -1)},
      {"prizes_agreed_of_another_root", Set(kBeacon, kPrizes, "root", kOtherHash)},
      {"prizes_agreed_of_other_totals", Plus(kBeacon, kPrizes, "totals.sales_fen", 200)},
      {"prizes_agreed_of_other_terminals", Set(kBeacon, kPrizes, "terminals_root", kOtherHash)},
      {"cancelled_by_two_officials",
       {kCancelled,
        [](const Folders& f) {
          auto envelope =
              Must(crypto::ParseEnvelope(Logged(f, "cancellation"), protocol::kTypeDeviation));
          envelope.signatures.clear();
          for (const auto& key : Keys(f, "official", "official-a", "official-b"))
            envelope.Sign(key);
          Relog(f, "cancellation", envelope.ToText());
        }}},
      {"refund_of_another_seal", Set(kCancelled, kRefund, "seal", kOtherHash)},
      {"refund_of_another_cancellation", Set(kCancelled, kRefund, "cancellation", kOtherHash)},
      {"refund_of_other_totals", Plus(kCancelled, kRefund, "totals.sales", 1)},
      {"refund_of_two_tickets", Plus(kCancelled, kRefund, "tickets", 1)},
      {"refund_by_the_control", By(kCancelled, kRefund, "control", "control")},
  };
}

}  // namespace

const std::map<std::string, Forgery>& PaperForgeries() {
  static const Table all = [] {
    Table out;
    for (auto table : {Plans(), Seals(), Certificates(), Statements(), Agreements()}) {
      for (auto& [name, forgery] : table) LOTTERY_CHECK(out.emplace(name, forgery).second);
    }
    return out;
  }();
  return all;
}

}  // namespace lottery::tests
