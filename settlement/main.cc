// lottery-settlement: winners, prizes, pool, ledger, claims' end, fund. The command line; what its
// verbs do is in verbs.cc.
#include "base/cli.h"
#include "base/command_line.h"
#include "base/log.h"
#include "base/start.h"
#include "protocol/library_log.h"
#include "settlement/verbs.h"

using namespace lottery;
using namespace lottery::settlement;

static int Run(int argc, char** argv) {
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
  const auto by_approvers = [&](CLI::App* verb) {
    verb->add_option("--key", o.keys, "approver's key, twice")->required();
    verb->add_option("--passphrase", o.passphrase)->capture_default_str();
    verb->add_option("--clock", o.clock, "demo clock file");
    verb->add_option("--out", o.out)->required();
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
  settle->add_option("--beacon", o.beacon,
                     "信标 the beacon's file; none where the ball machine decided");
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
  with_key(expire);
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
  by_approvers(sign_reinstatement);
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
  auto* payer = app.add_subcommand(
      "payer", "兑付程序 pay claims by proof, for central, at a socket, until it is stopped");
  payer->add_option("--database", o.database, "libpq connection string, role payer")->required();
  payer->add_flag("--json", o.json, "JSON answer");
  with_key(payer);
  payer->add_option("--trust-file", o.trust)->required();
  payer->add_option("--trust", o.root, "ROOT, its fingerprint as published")->required();
  payer->add_option("--socket", o.out, "where central asks")->required();
  payer
      ->add_option("--journal", o.journal, "folder of its own: what it signed, before anybody else")
      ->required();
  auto* bank = common(
      app.add_subcommand("bank", "银行对账 match a bank's statement with the deposits"), true);
  bank->add_option("--file", o.file, "CSV: date,reference,amount (yuan)")->required();
  auto* report = common(app.add_subcommand("report", "账务汇总 the ledger rolled up"), true);
  report->add_option("--by", o.by, "sums of everything when not given")
      ->check(CLI::IsMember({"heading", "draw", "day", "outlet", "jurisdiction", "pool"}));
  report->add_option("--period", o.period, "YYYYMM, in Beijing; all when not given");
  report->add_option("--draw", o.draw, "of --by pool: one draw only");
  auto* close_period = common(
      app.add_subcommand("close-period", "结账 close a month: nothing is dated in it any more"),
      true);
  close_period->add_option("--period", o.period, "YYYYMM")->required();
  auto* sign_correction = common(
      app.add_subcommand("sign-correction",
                         "签署更正 sign, as two approvers, what stands in a transaction's place"),
      false);
  sign_correction
      ->add_option("--corrects", o.reference, "of the transaction, e.g. commission:ssq-2026097")
      ->required();
  sign_correction->add_option("--reason", o.reason, "stands on record")->required();
  sign_correction->add_option("--line", o.lines, "account=fen, positive debits; none: only undone");
  by_approvers(sign_correction);
  auto* correct = common(
      app.add_subcommand("correct", "更正 reverse a transaction and post what was signed"), true);
  correct->add_option("--trust-file", o.trust)->required();
  correct->add_option("--file", o.file, "signed by two approvers")->required();
  if (const auto ended = base::ParseCommandLine(app, argc, argv)) return *ended;
  if (*replay) {
    const auto result =
        ReplayVerb(o);  // as JSON the rows are the answer, unless something is wrong
    const bool rows_say_all = result && o.json && !result->contains("code");
    return rows_say_all ? 0 : base::Finish(result, o.json);
  }
  if (*init) return base::Finish(InitVerb(o), o.json);
  if (*credit) return base::Finish(CreditVerb(o), o.json);
  if (*rules) return base::Finish(RulesVerb(o), o.json);
  if (*sign_opening) return base::Finish(SignOpeningVerb(o), o.json);
  if (*opening) return base::Finish(OpeningVerb(o), o.json);
  if (*settle) return base::Finish(SettleVerb(o), o.json);
  if (*pay) return base::Finish(PayVerb(o), o.json);
  if (*refund) return base::Finish(RefundVerb(o), o.json);
  if (*expire) return base::Finish(ExpireVerb(o), o.json);
  if (*identify) return base::Finish(IdentifyVerb(o), o.json);
  if (*sign_reinstatement) return base::Finish(SignReinstatementVerb(o), o.json);
  if (*reinstate) return base::Finish(ReinstateVerb(o), o.json);
  if (*place) return base::Finish(PlaceVerb(o), o.json);
  if (*announce) return base::Finish(AnnounceVerb(o), o.json);
  if (*rate) return base::Finish(CommissionRateVerb(o), o.json);
  if (*commission) return base::Finish(CommissionVerb(o), o.json);
  if (*payer) return base::Finish(PayerVerb(o), o.json);
  if (*bank) return base::Finish(BankVerb(o), o.json);
  if (*approve) return base::Finish(ApproveVerb(o), o.json);
  if (*explain) return base::Finish(ExplainVerb(o), o.json);
  if (*close_period) return base::Finish(ClosePeriodVerb(o), o.json);
  if (*sign_correction) return base::Finish(SignCorrectionVerb(o), o.json);
  if (*correct) return base::Finish(CorrectVerb(o), o.json);
  if (*allocate) return base::Finish(AllocateVerb(o), o.json);
  return base::Finish(ReportVerb(o), o.json);
}

int main(int argc, char** argv) {
  return lottery::base::RunProgram(argc, argv, Run, lottery::protocol::SendLibraryOutputToLog);
}
