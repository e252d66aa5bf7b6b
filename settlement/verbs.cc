#include "settlement/verbs.h"

#include <cstdio>

#include "base/cli.h"
#include "base/file.h"
#include "base/pg/inbox.h"
#include "base/pg/schema.h"
#include "base/text.h"
#include "crypto/keyset.h"
#include "settlement/allocation.h"
#include "settlement/announce.h"
#include "settlement/bank.h"
#include "settlement/books.h"
#include "settlement/commission.h"
#include "settlement/deposit.h"
#include "settlement/identity.h"
#include "settlement/payer/serve.h"
#include "settlement/refund.h"
#include "settlement/reinstate.h"
#include "settlement/replay.h"
#include "settlement/rules_report.h"
#include "settlement/sealed.h"
#include "settlement/settle.h"

namespace lottery::settlement {

const std::vector<base::pg::SchemaFile>& SchemaFiles();

namespace {
using base::ErrorCode;
using base::Fail;
using json_object = base::json::object;

constexpr int kInboxTimeoutMs = 60'000;

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

// With every key given; whoever takes it in asks for two.
Answer SignAsApprovers(const Options& o, std::string type, std::string body, const char* what) {
  crypto::Envelope envelope{std::move(type), std::move(body), {}};
  for (const auto& path : o.keys) {
    LOTTERY_TRY(const auto key, LoadKey(o, path, "approver"));
    envelope.Sign(key);
  }
  LOTTERY_TRY_VOID(base::WriteFile(o.out, envelope.ToText()));
  return json_object{{what, o.out}};
}

}  // namespace

Answer InitVerb(const Options& o) {
  LOTTERY_TRY(auto session, base::pg::Session::Open(o.database));
  LOTTERY_TRY_VOID(base::pg::ApplySchema(session, SchemaFiles()));
  return json_object{{"schema", "settlement"}};
}

Answer ReplayVerb(const Options& o) {
  if (o.game != "ssq") return Fail(ErrorCode::kUnknownGame, o.game);
  LOTTERY_TRY(const auto csv, base::ReadFile(o.file));
  auto summary = ReplaySsq(csv, [&](const json_object& row) {
    if (o.json) std::printf("%s\n", base::ToLine(row).c_str());
  });
  if (!summary) {
    summary.error().file = o.file;
    return tl::unexpected<base::Error>(summary.error());
  }
  json_object answer{
      {"rows", summary->rows}, {"compared", summary->compared}, {"differing", summary->differing}};
  base::Error refusal{ErrorCode::kDiffers, "", o.file, summary->first_differing};
  if (summary->compared == 0)
    refusal.detail = summary->rows == 0 ? "the file has no row" : "no row has figures to compare";
  else if (summary->differing != 0)
    refusal.detail = std::to_string(summary->differing) + " rows, the first of them here";
  else
    return answer;
  return base::WithRefusal(refusal, std::move(answer));
}

Answer CreditVerb(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  return MakeDeposit(desk.session, {o.terminal, base::Money::FromFen(o.amount_fen), o.reference},
                     desk.clock->Now().ms, kInboxTimeoutMs);
}

Answer SignOpeningVerb(const Options& o) {
  LOTTERY_TRY(const auto spec, base::ReadJsonFile(o.file));
  crypto::Envelope envelope{std::string(protocol::kTypeOpening), base::ToPretty(spec), {}};
  auto sound = protocol::ParseOpening(envelope.body);  // before anybody signs it
  if (!sound) {
    sound.error().file = o.file;
    return tl::unexpected<base::Error>(sound.error());
  }
  for (const auto& path : o.keys) {
    LOTTERY_TRY(const auto key, LoadKey(o, path, "official"));
    envelope.Sign(key);
  }
  LOTTERY_TRY_VOID(base::WriteFile(o.out, envelope.ToText()));
  return json_object{{"opening", o.out}};
}

Answer OpeningVerb(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto text, base::ReadFile(o.file));
  LOTTERY_TRY_VOID(PostOpening(desk.session, trust, text, desk.clock->Now().ms));
  return json_object{{"posted", true}};
}

Answer SettleVerb(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto key, LoadKey(o, o.key, "settlement"));
  LOTTERY_TRY(const auto draw, protocol::ParseDrawId(o.draw));
  DrawnFiles drawn;
  LOTTERY_TRY(drawn.certificate, base::ReadFile(o.certificate));
  if (!o.beacon.empty()) {
    LOTTERY_TRY(drawn.pulse, base::ReadFile(o.beacon));
  }
  LOTTERY_TRY(const auto text,
              SettleDraw(desk.session, trust, draw, drawn, key, desk.clock->Now()));
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

Answer PayVerb(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto draw, protocol::ParseDrawId(o.draw));
  LOTTERY_TRY(const auto text, base::ReadFile(o.file));
  LOTTERY_TRY(const bool refund, CheckAgreement(desk.session, trust, draw, text));
  const std::string state = refund ? "repaying" : "paying";
  // Logged first: the row that lets claims in follows the leaf. A repeat ends what was cut off.
  const auto handed = base::pg::HandIn(o.database, "paying", {{"draw", o.draw}, {"envelope", text}},
                                       kInboxTimeoutMs);
  if (!handed && handed.error().code != ErrorCode::kIllegalTransition) return handed;
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeAgreement));
  LOTTERY_TRY(const auto logged, StepReason(desk.session, draw, state));
  if (logged.empty()) return handed;
  if (logged != base::ToHex(protocol::BodyHash(envelope).view()))
    return Fail(ErrorCode::kControlDisagrees, o.draw + ": another agreement was logged");
  LOTTERY_TRY_VOID(KeepAgreement(desk.session, draw, text));
  return json_object{{"draw", o.draw}, {"state", state}};
}

Answer RefundVerb(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto key, LoadKey(o, o.key, "settlement"));
  LOTTERY_TRY(const auto draw, protocol::ParseDrawId(o.draw));
  LOTTERY_TRY(const auto cancellation, base::ReadFile(o.file));
  LOTTERY_TRY(const auto text,
              RefundDraw(desk.session, trust, draw, cancellation, key, desk.clock->Now()));
  LOTTERY_TRY_VOID(base::WriteFile(o.out, text));
  const auto handed = base::pg::HandIn(o.database, "refund", {{"draw", o.draw}, {"envelope", text}},
                                       kInboxTimeoutMs);
  if (!handed && handed.error().code != ErrorCode::kIllegalTransition) return handed;
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeRefund));
  LOTTERY_TRY(const auto refund, protocol::ParseRefund(envelope.body));
  return json_object{
      {"draw", o.draw}, {"refunds_fen", refund.refunds.fen()}, {"tickets", refund.tickets}};
}

Answer ExpireVerb(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto key, LoadKey(o, o.key, "settlement"));
  LOTTERY_TRY(const auto draw, protocol::ParseDrawId(o.draw));
  const auto hand_in = [&](const std::string& envelope) -> base::Status {
    return base::pg::HandIn(o.database, "expired", {{"draw", o.draw}, {"envelope", envelope}},
                            kInboxTimeoutMs)
        .map([](const auto&) {});
  };
  LOTTERY_TRY(const auto forfeited,
              ExpireDraw(desk.session, draw, key, desk.clock->Now(), hand_in));
  return json_object{{"draw", o.draw}, {"state", "expired"}, {"forfeited_fen", forfeited.fen()}};
}

Answer AllocateVerb(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto key, LoadKey(o, o.key, "approver"));
  LOTTERY_TRY(const auto rules, base::ReadFile(o.rules));
  std::vector<protocol::DrawId> draws;
  for (const auto& text : o.draws) {
    LOTTERY_TRY(auto draw, protocol::ParseDrawId(text));
    draws.push_back(std::move(draw));
  }
  LOTTERY_TRY(const auto period, ParsePeriod(o.period));
  LOTTERY_TRY(const auto text, Propose(desk.session, period, draws, rules, key));
  LOTTERY_TRY_VOID(base::WriteFile(o.out, text));
  return json_object{{"proposal", o.out}, {"approved", false}};
}

Answer ApproveVerb(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto key, LoadKey(o, o.key, "approver"));
  LOTTERY_TRY(const auto rules, base::ReadFile(o.rules));
  LOTTERY_TRY(const auto proposal, base::ReadFile(o.file));
  LOTTERY_TRY(const auto text,
              Approve(desk.session, trust, proposal, rules, key, desk.clock->Now().ms));
  LOTTERY_TRY_VOID(base::WriteFile(o.out, text));
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeAllocation));
  LOTTERY_TRY(const auto a, protocol::ParseAllocation(envelope.body));
  return json_object{{"allocation", o.out},
                     {"approved", true},
                     {"civil_affairs_fen", a.civil_affairs.fen()},
                     {"shares", static_cast<std::int64_t>(a.lines.size())}};
}

Answer ExplainVerb(const Options& o) {
  LOTTERY_TRY(const auto rules_text, base::ReadFile(o.rules));
  LOTTERY_TRY(const auto rules, ParseAllocationRules(rules_text));
  LOTTERY_TRY(const auto text, base::ReadFile(o.file));
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeAllocation));
  LOTTERY_TRY(const auto a, protocol::ParseAllocation(envelope.body));
  if (a.rules != crypto::Sha256(rules_text))
    return Fail(ErrorCode::kAllocationWrong, "it was made by another rules file");
  LOTTERY_TRY(const std::string explained, Explain(a, rules));
  if (o.out.empty()) {
    LOTTERY_TRY_VOID(base::PrintText(explained));
  } else {
    LOTTERY_TRY_VOID(base::WriteFile(o.out, explained));
  }
  return json_object{{"period", a.period}, {"shares", static_cast<std::int64_t>(a.lines.size())}};
}

Answer IdentifyVerb(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto draw, protocol::DrawOfOrigin(trust.operator_name, o.file));
  LOTTERY_TRY(const auto card, ReadCard(o.certificate));
  LOTTERY_TRY(const auto phrase, crypto::ReadPassphrase(o.passphrase, "口令 / passphrase"));
  LOTTERY_TRY(const auto secret, crypto::LoadSecret(o.key, phrase, "person"));
  return Register(desk.session, draw, o.index, card, crypto::HmacKey(secret.Reveal()),
                  desk.clock->Now().ms);
}

Answer SignReinstatementVerb(const Options& o) {
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  protocol::Reinstatement r;
  LOTTERY_TRY(const auto claim, base::FromHexAnyCase(o.reference));
  LOTTERY_TRY(r.claim, base::DigestFrom(claim));
  r.reason = o.reason;
  r.at = clock->Now();
  LOTTERY_TRY_VOID(protocol::ParseReinstatement(r.ToBody()).map([](const auto&) {}));
  return SignAsApprovers(o, std::string(protocol::kTypeReinstatement), r.ToBody(), "reinstatement");
}

Answer ReinstateVerb(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto text, base::ReadFile(o.file));
  LOTTERY_TRY(auto draws, Reinstate(desk.session, trust, text, desk.clock->Now().ms));
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeReinstatement));
  LOTTERY_TRY(const auto r, protocol::ParseReinstatement(envelope.body));
  LOTTERY_TRY(auto answer,
              base::pg::HandIn(o.database, "reinstatement",
                               {{"claim", base::ToHex(r.claim.view())}, {"envelope", text}},
                               kInboxTimeoutMs));
  answer["draws"] = std::move(draws);
  return answer;
}

Answer PlaceVerb(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  return SetPlace(desk.session, o.terminal, o.out);
}

// As text, page and JSON beside each other; without --out the text on standard output.
Answer AnnounceVerb(const Options& o) {
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto statement, base::ReadFile(o.file));
  LOTTERY_TRY(const auto certificate, base::ReadFile(o.certificate));
  LOTTERY_TRY(const auto a, Announce(statement, certificate, trust));
  if (!o.out.empty()) {
    LOTTERY_TRY_VOID(base::WriteFile(o.out + ".txt", AnnouncementText(a)));
    LOTTERY_TRY_VOID(base::WriteFile(o.out + ".html", AnnouncementPage(a)));
    LOTTERY_TRY_VOID(base::WriteFile(o.out + ".json", base::ToPretty(ToJson(a))));
  }
  if (o.json) return ToJson(a);
  if (o.out.empty()) LOTTERY_TRY_VOID(base::PrintText(AnnouncementText(a)));
  return o.out.empty() ? json_object{} : json_object{{"announcement", o.out}};
}

Answer CommissionRateVerb(const Options& o) {
  LOTTERY_TRY(const auto from, protocol::ParseDrawId(o.draw));
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY_VOID(SetCommissionRate(desk.session, from, o.jurisdiction, o.permille));
  return json_object{
      {"from", from.ToText()}, {"jurisdiction", o.jurisdiction}, {"permille", o.permille}};
}

Answer CommissionVerb(const Options& o) {
  LOTTERY_TRY(const auto draw, protocol::ParseDrawId(o.draw));
  LOTTERY_TRY(auto desk, OpenDesk(o));
  return CommissionReport(desk.session, draw);
}

// A service: it says when it is ready and ends when it is told to.
Answer PayerVerb(const Options& o) {
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto root, protocol::ParseRoot(o.root));
  if (protocol::RootFingerprint(trust.root_key) != root)
    return Fail(ErrorCode::kRootMismatch, o.trust);
  LOTTERY_TRY(const auto key, LoadKey(o, o.key, "payer"));
  const auto payers = trust.KeysFor("payer");
  if (std::find(payers.begin(), payers.end(), key.public_key()) == payers.end())
    return Fail(ErrorCode::kBadKey, "trust.json does not name that payer");
  LOTTERY_TRY_VOID(payer::Serve(trust, key, o.database, o.out, o.journal, [] {
    (void)base::PrintLine(base::ToLine(json_object{{"ready", true}}));
  }));
  return json_object{{"stopped", true}};
}

Answer BankVerb(const Options& o) {
  LOTTERY_TRY(const auto text, base::ReadFile(o.file));
  auto credits = ParseBankCsv(text);
  if (!credits) {
    credits.error().file = o.file;
    return tl::unexpected<base::Error>(credits.error());
  }
  LOTTERY_TRY(auto desk, OpenDesk(o));
  return MatchBank(desk.session, *credits, crypto::Sha256(text));
}

// Without --by sums of all there is; else a row a line, and a count.
Answer ReportVerb(const Options& o) {
  const bool pools = o.by == "pool";
  if (!o.period.empty() && (o.by.empty() || pools))
    return Fail(ErrorCode::kUsage,
                "--period needs --by heading, draw, day, outlet or jurisdiction beside it");
  if (!o.draw.empty() && !pools) return Fail(ErrorCode::kUsage, "--draw is of --by pool");
  LOTTERY_TRY(auto desk, OpenDesk(o));
  if (o.by.empty()) return LedgerReport(desk.session);
  LOTTERY_TRY(const auto rows,
              pools ? Pools(desk.session, o.draw) : RollUp(desk.session, o.by, o.period));
  if (!o.json) LOTTERY_TRY_VOID(base::PrintText(RowsText(rows)));
  for (const auto& row : rows) {
    if (o.json) LOTTERY_TRY_VOID(base::PrintLine(base::ToLine(row.as_object())));
  }
  json_object answer{{"rows", rows.size()}};
  if (pools) return answer;
  std::int64_t difference = 0;  // the trial balance
  for (const auto& row : rows) difference += row.as_object().at("balance_fen").as_int64();
  answer["difference_fen"] = difference;
  return answer;
}

Answer ClosePeriodVerb(const Options& o) {
  LOTTERY_TRY(const auto period, ParsePeriod(o.period));
  LOTTERY_TRY(auto desk, OpenDesk(o));
  return ClosePeriod(desk.session, period, desk.clock->Now().ms);
}

Answer SignCorrectionVerb(const Options& o) {
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  Correction c{o.reference, o.reason, {}, clock->Now()};
  for (const auto& text : o.lines) {
    LOTTERY_TRY(auto line, ParseLine(text));
    c.lines.push_back(std::move(line));
  }
  LOTTERY_TRY_VOID(ParseCorrection(c.ToBody()).map([](const auto&) {}));
  return SignAsApprovers(o, std::string(protocol::kTypeCorrection), c.ToBody(), "correction");
}

Answer CorrectVerb(const Options& o) {
  LOTTERY_TRY(auto desk, OpenDesk(o));
  LOTTERY_TRY(const auto trust, LoadTrust(o));
  LOTTERY_TRY(const auto text, base::ReadFile(o.file));
  return Correct(desk.session, trust, text, desk.clock->Now().ms);
}

// Every figure on a line of its own; the answer counts them.
Answer RulesVerb(const Options& o) {
  RulesQuestion question{o.rules_of, o.unconfirmed, {}};
  if (!o.draw.empty()) {
    LOTTERY_TRY(const auto draw, protocol::ParseDrawId(o.draw));
    question.game = draw.game;
    question.draw = draw.number;
  }
  LOTTERY_TRY(const auto figures, RuleFigures(question));
  if (!o.json) LOTTERY_TRY_VOID(base::PrintText(RuleFiguresText(figures)));
  for (const auto& figure : figures) {
    if (o.json) LOTTERY_TRY_VOID(base::PrintLine(base::ToLine(figure)));
  }
  return json_object{{"figures", figures.size()}};
}

}  // namespace lottery::settlement
