// lottery-settlement: winners, prizes, pool, ledger, claims' end, fund. Parses, wires, runs.
#include <cstdio>

#include "base/cli.h"
#include "base/command_line.h"
#include "base/file.h"
#include "base/log.h"
#include "base/pg/inbox.h"
#include "base/pg/schema.h"
#include "crypto/keyset.h"
#include "settlement/allocation.h"
#include "settlement/announce.h"
#include "settlement/bank.h"
#include "settlement/commission.h"
#include "settlement/deposit.h"
#include "settlement/identity.h"
#include "settlement/refund.h"
#include "settlement/reinstate.h"
#include "settlement/replay.h"
#include "settlement/rules_report.h"
#include "settlement/settle.h"

namespace lottery::settlement {
const std::vector<base::pg::SchemaFile>& SchemaFiles();
}

namespace {
using namespace lottery;
using base::ErrorCode;
using base::Fail;
using base::Result;
using json_object = base::json::object;

constexpr int kInboxTimeoutMs = 60'000;

struct Options {
  std::string database, clock, trust, key, passphrase = "prompt", file, draw, out, certificate,
                                           game = "ssq", reference, period, rules, jurisdiction,
                                           reason, rules_of;
  std::vector<std::string> draws, keys;
  std::uint32_t terminal = 0;
  std::int64_t amount_fen = 0;
  std::int64_t index = 0;
  int permille = -1;
  bool json = false, unconfirmed = false;
};

// A session and the clock it may be used with: a demo clock needs a database marked demo.
struct Desk {
  base::pg::Session session;
  std::unique_ptr<base::Clock> clock;
};

Result<Desk> OpenDesk(const Options& o) {
  LOTTERY_TRY(auto session, base::pg::Session::Open(o.database));
  LOTTERY_TRY(auto clock, base::OpenClock(o.clock));
  if (!o.clock.empty()) {
    LOTTERY_TRY(const auto rows, session.Exec("SELECT demo FROM issuance.installation"));
    if (rows.size() != 1 || !rows.Bool(0, 0)) return Fail(ErrorCode::kClockNotAllowed);
  }
  return Desk{std::move(session), std::move(clock)};
}

Result<protocol::Trust> LoadTrust(const Options& o) {
  LOTTERY_TRY(const auto text, base::ReadFile(o.trust));
  return protocol::OpenTrust(text);
}

Result<crypto::SigningKey> LoadKey(const Options& o, const std::string& path, const char* purpose) {
  LOTTERY_TRY(const auto phrase, crypto::ReadPassphrase(o.passphrase, "口令 / passphrase"));
  return crypto::LoadSigningKey(path, phrase, purpose);
}

Result<json_object> Init(const Options& o) {
  LOTTERY_TRY(auto session, base::pg::Session::Open(o.database));
  LOTTERY_TRY_VOID(base::pg::ApplySchema(session, settlement::SchemaFiles()));
  return json_object{{"schema", "settlement"}};
}

Result<json_object> Replay(const Options& o) {
  if (o.game != "ssq") return Fail(ErrorCode::kUnknownGame, o.game);
  LOTTERY_TRY(const auto csv, base::ReadFile(o.file));
  auto summary = settlement::ReplaySsq(csv, [&](const json_object& row) {
    if (o.json) std::printf("%s\n", base::ToLine(row).c_str());
  });
  if (!summary) {
    summary.error().file = o.file;
    return tl::unexpected<base::Error>(summary.error());
  }
  return json_object{
      {"rows", summary->rows}, {"compared", summary->compared}, {"differing", summary->differing}};
}

Result<json_object> Credit(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  return settlement::MakeDeposit(desk.session,
                                 {o.terminal, base::Money::FromFen(o.amount_fen), o.reference},
                                 desk.clock->Now().ms, kInboxTimeoutMs);
}

Result<json_object> SignOpening(const Options& o) {
  LOTTERY_TRY(const auto spec, base::ReadJsonFile(o.file));
  crypto::Envelope envelope{std::string(protocol::kTypeOpening), base::ToPretty(spec), {}};
  for (const auto& path : o.keys) {
    LOTTERY_TRY(const auto key, LoadKey(o, path, "official"));
    envelope.Sign(key);
  }
  LOTTERY_TRY_VOID(base::WriteFile(o.out, envelope.ToText()));
  return json_object{{"opening", o.out}};
}

Result<json_object> Opening(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto text, base::ReadFile(o.file));
  LOTTERY_TRY_VOID(settlement::PostOpening(desk.session, trust, text, desk.clock->Now().ms));
  return json_object{{"posted", true}};
}

Result<json_object> Settle(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto key, LoadKey(o, o.key, "settlement"));
  LOTTERY_TRY(const auto draw, protocol::ParseDrawId(o.draw));
  LOTTERY_TRY(const auto certificate, base::ReadFile(o.certificate));
  LOTTERY_TRY(const auto text, settlement::SettleDraw(desk.session, trust, draw, certificate, key,
                                                      desk.clock->Now()));
  LOTTERY_TRY_VOID(base::WriteFile(o.out, text));
  const auto handed = base::pg::HandIn(o.database, "statement",
                                       {{"draw", o.draw}, {"envelope", text}}, kInboxTimeoutMs);
  if (!handed && handed.error().code != ErrorCode::kIllegalTransition)
    return handed;  // settled before: nothing to say twice
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeStatement));
  LOTTERY_TRY(const auto s, protocol::ParseStatement(envelope.body));
  return json_object{{"draw", o.draw},
                     {"net_sales_fen", s.net_sales.fen()},
                     {"prizes_fen", s.prizes.fen()},
                     {"fund_fen", s.fund.fen()},
                     {"fee_fen", s.fee.fen()},
                     {"pool_after_fen", s.pool_after.fen()},
                     {"winning_tickets", s.winning_tickets}};
}

Result<json_object> Pay(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto draw, protocol::ParseDrawId(o.draw));
  LOTTERY_TRY(const auto text, base::ReadFile(o.file));
  LOTTERY_TRY_VOID(settlement::AcceptAgreement(desk.session, trust, draw, text));
  return base::pg::HandIn(o.database, "paying", {{"draw", o.draw}, {"envelope", text}},
                          kInboxTimeoutMs);
}

Result<json_object> Refund(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto key, LoadKey(o, o.key, "settlement"));
  LOTTERY_TRY(const auto draw, protocol::ParseDrawId(o.draw));
  LOTTERY_TRY(const auto cancellation, base::ReadFile(o.file));
  LOTTERY_TRY(const auto text, settlement::RefundDraw(desk.session, trust, draw, cancellation, key,
                                                      desk.clock->Now()));
  LOTTERY_TRY_VOID(base::WriteFile(o.out, text));
  const auto handed = base::pg::HandIn(o.database, "refund", {{"draw", o.draw}, {"envelope", text}},
                                       kInboxTimeoutMs);
  if (!handed && handed.error().code != ErrorCode::kIllegalTransition) return handed;
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeRefund));
  LOTTERY_TRY(const auto refund, protocol::ParseRefund(envelope.body));
  return json_object{
      {"draw", o.draw}, {"refunds_fen", refund.refunds.fen()}, {"tickets", refund.tickets}};
}

Result<json_object> Expire(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto draw, protocol::ParseDrawId(o.draw));
  LOTTERY_TRY(const auto forfeited, settlement::ExpireDraw(desk.session, draw, desk.clock->Now()));
  LOTTERY_TRY(auto answer,
              base::pg::HandIn(o.database, "expired",
                               {{"draw", o.draw},
                                {"envelope", "forfeited_fen " + std::to_string(forfeited.fen())}},
                               kInboxTimeoutMs));
  answer["forfeited_fen"] = forfeited.fen();
  return answer;
}

Result<json_object> Allocate(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto key, LoadKey(o, o.key, "approver"));
  LOTTERY_TRY(const auto rules, base::ReadFile(o.rules));
  std::vector<protocol::DrawId> draws;
  for (const auto& text : o.draws) {
    LOTTERY_TRY(auto draw, protocol::ParseDrawId(text));
    draws.push_back(std::move(draw));
  }
  LOTTERY_TRY(const auto text, settlement::Propose(desk.session, o.period, draws, rules, key));
  LOTTERY_TRY_VOID(base::WriteFile(o.out, text));
  return json_object{{"proposal", o.out}, {"approved", false}};
}

Result<json_object> Approve(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto key, LoadKey(o, o.key, "approver"));
  LOTTERY_TRY(const auto rules, base::ReadFile(o.rules));
  LOTTERY_TRY(const auto proposal, base::ReadFile(o.file));
  LOTTERY_TRY(const auto text,
              settlement::Approve(desk.session, trust, proposal, rules, key, desk.clock->Now().ms));
  LOTTERY_TRY_VOID(base::WriteFile(o.out, text));
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeAllocation));
  LOTTERY_TRY(const auto a, protocol::ParseAllocation(envelope.body));
  return json_object{{"allocation", o.out},
                     {"approved", true},
                     {"civil_affairs_fen", a.civil_affairs.fen()},
                     {"shares", static_cast<std::int64_t>(a.lines.size())}};
}

Result<json_object> Explain(const Options& o) {
  LOTTERY_TRY(const auto rules_text, base::ReadFile(o.rules));
  LOTTERY_TRY(const auto rules, settlement::ParseAllocationRules(rules_text));
  LOTTERY_TRY(const auto text, base::ReadFile(o.file));
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeAllocation));
  LOTTERY_TRY(const auto a, protocol::ParseAllocation(envelope.body));
  if (a.rules != crypto::Sha256(rules_text))
    return Fail(ErrorCode::kAllocationWrong, "it was made by another rules file");
  LOTTERY_TRY(const std::string explained, settlement::Explain(a, rules));
  if (o.out.empty()) {
    std::printf("%s", explained.c_str());
  } else {
    LOTTERY_TRY_VOID(base::WriteFile(o.out, explained));
  }
  return json_object{{"period", a.period}, {"shares", static_cast<std::int64_t>(a.lines.size())}};
}

Result<json_object> Identify(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto draw, protocol::DrawOfOrigin(trust.operator_name, o.file));
  LOTTERY_TRY(const auto card, settlement::ReadCard(o.certificate));
  LOTTERY_TRY(const auto phrase, crypto::ReadPassphrase(o.passphrase, "口令 / passphrase"));
  LOTTERY_TRY(const auto secret, crypto::LoadSecret(o.key, phrase, "person"));
  return settlement::Register(desk.session, draw, o.index, card, crypto::HmacKey(secret.Reveal()),
                              desk.clock->Now().ms);
}

Result<json_object> SignReinstatement(const Options& o) {
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  settlement::Reinstatement r;
  LOTTERY_TRY(const auto claim, base::FromHex(o.reference));
  LOTTERY_TRY(r.claim, base::DigestFrom(claim));
  r.reason = o.reason;
  r.at = clock->Now();
  crypto::Envelope envelope{std::string(protocol::kTypeReinstatement), r.ToBody(), {}};
  LOTTERY_TRY_VOID(settlement::ParseReinstatement(envelope.body).map([](const auto&) {}));
  for (const auto& path : o.keys) {
    LOTTERY_TRY(const auto key, LoadKey(o, path, "approver"));
    envelope.Sign(key);
  }
  LOTTERY_TRY_VOID(base::WriteFile(o.out, envelope.ToText()));
  return json_object{{"reinstatement", o.out}};
}

Result<json_object> Reinstate(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto text, base::ReadFile(o.file));
  LOTTERY_TRY(auto draws, settlement::Reinstate(desk.session, trust, text, desk.clock->Now().ms));
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeReinstatement));
  LOTTERY_TRY(const auto r, settlement::ParseReinstatement(envelope.body));
  LOTTERY_TRY(auto answer,
              base::pg::HandIn(o.database, "reinstatement",
                               {{"claim", base::ToHex(r.claim.view())}, {"envelope", text}},
                               kInboxTimeoutMs));
  answer["draws"] = std::move(draws);
  return answer;
}

Result<json_object> Place(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  return settlement::SetPlace(desk.session, o.terminal, o.out);
}

// As text, page and JSON beside each other; without --out the text on standard output.
Result<json_object> Announce(const Options& o) {
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto statement, base::ReadFile(o.file));
  LOTTERY_TRY(const auto certificate, base::ReadFile(o.certificate));
  LOTTERY_TRY(const auto a, settlement::Announce(statement, certificate, trust));
  if (!o.out.empty()) {
    LOTTERY_TRY_VOID(base::WriteFile(o.out + ".txt", settlement::AnnouncementText(a)));
    LOTTERY_TRY_VOID(base::WriteFile(o.out + ".html", settlement::AnnouncementPage(a)));
    LOTTERY_TRY_VOID(base::WriteFile(o.out + ".json", base::ToPretty(ToJson(a))));
  }
  if (o.json) return ToJson(a);
  if (o.out.empty()) std::printf("%s", settlement::AnnouncementText(a).c_str());
  return o.out.empty() ? json_object{} : json_object{{"announcement", o.out}};
}

Result<json_object> CommissionRate(const Options& o) {
  LOTTERY_TRY(const auto from, protocol::ParseDrawId(o.draw));
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY_VOID(settlement::SetCommissionRate(desk.session, from, o.jurisdiction, o.permille));
  return json_object{
      {"from", from.ToText()}, {"jurisdiction", o.jurisdiction}, {"permille", o.permille}};
}

Result<json_object> Commission(const Options& o) {
  LOTTERY_TRY(const auto draw, protocol::ParseDrawId(o.draw));
  LOTTERY_TRY(auto desk, OpenDesk(o));
  return settlement::CommissionReport(desk.session, draw);
}

Result<json_object> Bank(const Options& o) {
  LOTTERY_TRY(const auto text, base::ReadFile(o.file));
  auto credits = settlement::ParseBankCsv(text);
  if (!credits) {
    credits.error().file = o.file;
    return tl::unexpected<base::Error>(credits.error());
  }
  LOTTERY_TRY(auto desk, OpenDesk(o));
  return settlement::MatchBank(desk.session, *credits, crypto::Sha256(text));
}

Result<json_object> Report(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  return settlement::LedgerReport(desk.session);
}

// Every figure on a line of its own; the answer counts them.
Result<json_object> Rules(const Options& o) {
  settlement::RulesQuestion question{o.rules_of, o.unconfirmed, {}};
  if (!o.draw.empty()) {
    LOTTERY_TRY(const auto draw, protocol::ParseDrawId(o.draw));
    question.game = draw.game;
    question.draw = draw.number;
  }
  LOTTERY_TRY(const auto figures, settlement::RuleFigures(question));
  if (!o.json) std::printf("%s", settlement::RuleFiguresText(figures).c_str());
  for (const auto& figure : figures) {
    if (o.json) std::printf("%s\n", base::ToLine(figure).c_str());
  }
  return json_object{{"figures", figures.size()}};
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  base::LogOnlyWarnings();
  CLI::App app("lottery-settlement 结算: winners, prizes, ledger, fund / 中奖、奖金、账务、公益金");
  app.require_subcommand(1);
  const auto common = [&](CLI::App* verb, bool database) {
    if (database) {
      verb->add_option("--database", o.database, "libpq connection string, role settler")
          ->required();
      verb->add_option("--clock", o.clock, "demo clock file");
    }
    verb->add_flag("--json", o.json, "JSON answer");
    return verb;
  };
  const auto with_draw = [&](CLI::App* verb) {
    verb->add_option("--draw", o.draw, "ssq-YYYYNNN")->required();
  };
  const auto with_key = [&](CLI::App* verb) {
    verb->add_option("--key", o.key)->required();
    verb->add_option("--passphrase", o.passphrase, "prompt, fd:N or file:PATH")
        ->capture_default_str();
  };
  auto* init = common(app.add_subcommand("init", "建库 make the schema"), true);
  auto* replay =
      common(app.add_subcommand("replay", "复算 recompute announced draws from a CSV file"), false);
  replay->add_option("--game", o.game)->capture_default_str();
  replay->add_option("file", o.file, "CSV")->required();
  auto* credit = common(app.add_subcommand("credit", "预存 credit a terminal's deposit"), true);
  credit->add_option("--terminal", o.terminal)->required();
  credit->add_option("--amount-fen", o.amount_fen)->required();
  credit->add_option("--reference", o.reference, "bank reference, unique")->required();
  auto* rules = common(
      app.add_subcommand("rules", "规则书 every figure of the rules, its status and its source"),
      false);
  rules->add_option("--game", o.rules_of, "ssq, 3d, qlc or kl8; all when not given");
  rules->add_option("--draw", o.draw, "only what holds for this draw, e.g. kl8-2025349");
  rules->add_flag("--unconfirmed", o.unconfirmed, "only what no document confirms");
  auto* sign_opening = common(
      app.add_subcommand("sign-opening", "签署期初余额 sign opening balances as two officials"),
      false);
  sign_opening->add_option("--spec", o.file)->required();
  sign_opening->add_option("--key", o.keys, "official's key, twice")->required();
  sign_opening->add_option("--passphrase", o.passphrase)->capture_default_str();
  sign_opening->add_option("--out", o.out)->required();
  auto* opening =
      common(app.add_subcommand("opening", "期初余额 post signed opening balances"), true);
  opening->add_option("--trust-file", o.trust)->required();
  opening->add_option("--file", o.file)->required();
  auto* settle = common(app.add_subcommand("settle", "结算 settle a certified draw"), true);
  with_draw(settle);
  with_key(settle);
  settle->add_option("--trust-file", o.trust)->required();
  settle->add_option("--certificate", o.certificate)->required();
  settle->add_option("--out", o.out)->required();
  auto* pay = common(
      app.add_subcommand("pay", "开始兑奖 begin payment under the control's agreement"), true);
  with_draw(pay);
  pay->add_option("--trust-file", o.trust)->required();
  pay->add_option("--agreement", o.file)->required();
  auto* refund = common(
      app.add_subcommand("refund", "退款 owe the tickets of a cancelled draw what they cost"),
      true);
  with_draw(refund);
  with_key(refund);
  refund->add_option("--trust-file", o.trust)->required();
  refund->add_option("--cancellation", o.file, "signed by two officials, as logged")->required();
  refund->add_option("--out", o.out)->required();
  auto* expire = common(app.add_subcommand("expire", "弃奖 end the claim period"), true);
  with_draw(expire);
  auto* allocate = common(
      app.add_subcommand("allocate", "拟分配 propose how the fund of a period is split"), true);
  allocate->add_option("--period", o.period, "YYYYMM")->required();
  allocate->add_option("--draw", o.draws)->required();
  auto* approve = common(
      app.add_subcommand("approve", "批准分配 compute a proposal again, sign it second, post it"),
      true);
  approve->add_option("--trust-file", o.trust)->required();
  auto* explain =
      common(app.add_subcommand("explain", "分配说明 why each share is what it is"), false);
  for (auto* verb : {allocate, approve}) {
    with_key(verb);
    verb->add_option("--out", o.out)->required();
  }
  explain->add_option("--out", o.out, "standard output when not given");
  for (auto* verb : {approve, explain})
    verb->add_option("--file", o.file, "allocation")->required();
  for (auto* verb : {allocate, approve, explain})
    verb->add_option("--rules", o.rules, "published rules file")->required();
  auto* identify = common(
      app.add_subcommand("identify", "登记身份 register who claims a prize above 3 000 yuan"),
      true);
  with_key(identify);
  identify->add_option("--trust-file", o.trust)->required();
  identify->add_option("--origin", o.file, "of the prize, as terminal claim shows it")->required();
  identify->add_option("--index", o.index)->required();
  identify
      ->add_option("--card", o.certificate,
                   "JSON file with type, number and name of the document; - for standard input")
      ->required();
  auto* sign_reinstatement =
      common(app.add_subcommand(
                 "sign-reinstatement",
                 "签署恢复原票 sign, as two approvers, that an exchange ticket is withdrawn"),
             false);
  sign_reinstatement
      ->add_option("--claim", o.reference, "hash of the claim that gave it, from the audit log")
      ->required();
  sign_reinstatement->add_option("--reason", o.reason, "stands on record")->required();
  sign_reinstatement->add_option("--key", o.keys, "approver's key, twice")->required();
  sign_reinstatement->add_option("--passphrase", o.passphrase)->capture_default_str();
  sign_reinstatement->add_option("--clock", o.clock, "demo clock file");
  sign_reinstatement->add_option("--out", o.out)->required();
  auto* reinstate = common(
      app.add_subcommand("reinstate",
                         "恢复原票 withdraw an exchange ticket that never reached its customer"),
      true);
  reinstate->add_option("--trust-file", o.trust)->required();
  reinstate->add_option("--file", o.file, "signed by two approvers")->required();
  auto* place = common(
      app.add_subcommand("place", "兑奖中心 make a terminal a claim centre of a city or province"),
      true);
  place->add_option("--terminal", o.terminal)->required();
  place->add_option("--place", o.out)->required()->check(CLI::IsMember({"city", "province"}));
  auto* announce = common(
      app.add_subcommand("announce", "开奖公告 a settled draw as the public reads it"), false);
  announce->add_option("--trust-file", o.trust)->required();
  announce->add_option("--statement", o.file, "signed by settlement")->required();
  announce->add_option("--certificate", o.certificate, "the statement names it")->required();
  announce->add_option("--out", o.out, "path without .txt, .html and .json");
  auto* rate = common(
      app.add_subcommand("commission-rate", "代销费率 set a jurisdiction's rate from a draw on"),
      true);
  with_draw(rate);
  rate->add_option("--jurisdiction", o.jurisdiction)->required();
  rate->add_option("--permille", o.permille, "thousandths of net sales, at most 130")->required();
  auto* commission = common(
      app.add_subcommand("commission", "代销费 a draw's by terminal, computed once more"), true);
  with_draw(commission);
  auto* bank = common(
      app.add_subcommand("bank", "银行对账 match a bank's statement with the deposits"), true);
  bank->add_option("--file", o.file, "CSV: date,reference,amount (yuan)")->required();
  common(app.add_subcommand("report", "账务汇总 sums over the ledger"), true);
  if (const auto ended = base::ParseCommandLine(app, argc, argv)) return *ended;
  if (*replay) {
    const auto result = Replay(o);
    if (!result) return base::Finish(result, o.json);
    if (!o.json) return base::Finish(result, false);
    return 0;
  }
  if (*init) return base::Finish(Init(o), o.json);
  if (*credit) return base::Finish(Credit(o), o.json);
  if (*rules) return base::Finish(Rules(o), o.json);
  if (*sign_opening) return base::Finish(SignOpening(o), o.json);
  if (*opening) return base::Finish(Opening(o), o.json);
  if (*settle) return base::Finish(Settle(o), o.json);
  if (*pay) return base::Finish(Pay(o), o.json);
  if (*refund) return base::Finish(Refund(o), o.json);
  if (*expire) return base::Finish(Expire(o), o.json);
  if (*identify) return base::Finish(Identify(o), o.json);
  if (*sign_reinstatement) return base::Finish(SignReinstatement(o), o.json);
  if (*reinstate) return base::Finish(Reinstate(o), o.json);
  if (*place) return base::Finish(Place(o), o.json);
  if (*announce) return base::Finish(Announce(o), o.json);
  if (*rate) return base::Finish(CommissionRate(o), o.json);
  if (*commission) return base::Finish(Commission(o), o.json);
  if (*bank) return base::Finish(Bank(o), o.json);
  if (*approve) return base::Finish(Approve(o), o.json);
  if (*explain) return base::Finish(Explain(o), o.json);
  if (*allocate) return base::Finish(Allocate(o), o.json);
  return base::Finish(Report(o), o.json);
}
