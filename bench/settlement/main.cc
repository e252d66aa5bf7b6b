// nation: a draw of national size put straight into the store, and what its settlement takes.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "base/cli.h"
#include "base/file.h"
#include "base/pg/copy.h"
#include "bench/settlement/claims.h"
#include "bench/settlement/nation.h"
#include "compliance/own_statement.h"
#include "crypto/checkpoint.h"
#include "crypto/keyset.h"
#include "games/recompute.h"
#include "games/ssq_lines.h"
#include "settlement/settle.h"

namespace {
using namespace lottery;
using base::Result;
using base::Status;

struct Options {
  std::string database, trust, keys, passphrase, plan, certificate, statement, opening, bets;
  bench::Nation nation;
  std::string draw;
  std::string payer;
  std::int64_t count = 0;
  int threads = 1;
};

constexpr std::int64_t kSealedBeforeMs = 600'000;  // the machine runs a margin behind the seal

base::UtcTime Now() {
  return {std::chrono::duration_cast<std::chrono::milliseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count()};
}
double Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](timeval t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

Result<crypto::SigningKey> Key(const Options& o, const std::string& file, const char* purpose) {
  LOTTERY_TRY(const auto phrase, crypto::ReadPassphrase(o.passphrase, ""));
  return crypto::LoadSigningKey(o.keys + "/" + file + ".key", phrase, purpose);
}

Status Run(base::pg::Session& session, const std::string& sql,
           const std::vector<base::pg::Param>& params) {
  return session.Exec(sql, params).map([](const auto&) {});
}

Status Step(base::pg::Session& session, const protocol::DrawId& draw, int ordinal, base::UtcTime at,
            const char* state, const std::string& reason) {
  return Run(session, "INSERT INTO issuance.draw_step VALUES ($1, $2, $3, $4, $5, $6)",
             {draw.game, draw.number, ordinal, state, at.ms, reason});
}

// The seal of what was written, as central would make it; no witness has seen it.
Result<crypto::Envelope> MakeSeal(const Options& o, const protocol::Trust& trust,
                                  const bench::Written& written, const base::Digest& plan) {
  LOTTERY_TRY(const auto log_key, Key(o, "log", "log"));
  LOTTERY_TRY(const auto seal_key, Key(o, "seal", "seal"));
  const auto origin = protocol::OriginOf(trust.operator_name, o.nation.draw);
  crypto::Note note{crypto::Checkpoint{origin, written.tree.size(), written.tree.Root()}.ToText(),
                    {}};
  note.signatures.push_back(crypto::SignNote(log_key, trust.log_key.name, note.text));
  protocol::Seal seal;
  seal.draw = o.nation.draw;
  seal.checkpoints = {{trust.operator_name, origin, note.ToText()}};
  seal.totals = written.totals;
  seal.terminals_root = protocol::TerminalsRoot(written.by_terminal);
  seal.terminals = static_cast<std::int64_t>(written.by_terminal.size());
  seal.plan = plan;
  LOTTERY_TRY(const auto rules, games::RuleBookText(o.nation.draw.game));
  seal.rule_book = crypto::Sha256(rules);
  seal.program_version = "bench";
  seal.sealed_at = {Now().ms - kSealedBeforeMs};
  crypto::Envelope envelope{std::string(protocol::kTypeSeal), seal.ToBody(), {}};
  envelope.Sign(seal_key);
  return envelope;
}

// What came out of the plan's ball machine, as two officials wrote it down; the numbers are drawn
// from the seed.
Result<crypto::Envelope> MakeCertificate(const Options& o, const protocol::Trust& trust,
                                         const protocol::Plan& plan, const base::Digest& plan_hash,
                                         const base::Digest& seal) {
  std::mt19937_64 rng(o.nation.seed + 2);
  protocol::BallEntry entry;
  entry.draw = o.nation.draw;
  entry.plan = plan_hash;
  entry.seal = seal;
  entry.machine = plan.ball_machine;
  entry.ball_set = "bench";
  while (entry.numbers.size() < 6) {
    const int red = 1 + static_cast<int>(rng() % games::kSsqReds);
    if (std::find(entry.numbers.begin(), entry.numbers.end(), red) == entry.numbers.end())
      entry.numbers.push_back(red);
  }
  entry.extra = 1 + static_cast<int>(rng() % games::kSsqBlues);
  entry.tests_before = entry.tests_after = {{1, 2, 3, 4, 5, 6, 7}};
  entry.started = entry.at = Now();
  games::OutcomeBasis basis;
  basis.trust = trust;
  basis.plan = plan;
  basis.plan_hash = plan_hash;
  basis.seal_hash = seal;
  basis.way = protocol::PlannedWay(plan);
  basis.way.balls = true;
  std::vector<std::string> entries;
  std::vector<crypto::SigningKey> keys;
  for (const char* official : {"official-a", "official-b"}) {
    LOTTERY_TRY(auto key, Key(o, official, "official"));
    entry.official = official;
    crypto::Envelope signed_entry{std::string(protocol::kTypeBallEntry), entry.ToBody(), {}};
    signed_entry.Sign(key);
    entries.push_back(signed_entry.ToText());
    keys.push_back(std::move(key));
  }
  protocol::Attendance attendance{entry.draw, plan_hash, seal, {}, Now()};
  LOTTERY_TRY(attendance.entries, protocol::HashesOfEntries(entries));
  crypto::Envelope attended{std::string(protocol::kTypeAttendance), attendance.ToBody(), {}};
  for (std::size_t i = 0; i < static_cast<std::size_t>(plan.overseer_quorum); ++i) {
    LOTTERY_TRY(const auto key, Key(o, plan.overseers[i], "overseer"));
    attended.Sign(key);
  }
  LOTTERY_TRY(const auto c, games::MakeBallCertificate(basis, entries, attended.ToText(), Now()));
  crypto::Envelope envelope{std::string(protocol::kTypeDrawCertificate), c.ToBody(), {}};
  for (const auto& key : keys) envelope.Sign(key);
  return envelope;
}

Result<base::json::object> Fill(const Options& o) {
  LOTTERY_TRY(const auto trust_text, base::ReadFile(o.trust));
  LOTTERY_TRY(const auto trust, protocol::OpenTrust(trust_text));
  LOTTERY_TRY(const auto plan_text, base::ReadFile(o.plan));
  LOTTERY_TRY(const auto plan, crypto::ParseEnvelope(plan_text, protocol::kTypePlan));
  LOTTERY_TRY(auto session, base::pg::Session::Open(o.database));
  LOTTERY_TRY(auto transaction, base::pg::Transaction::Begin(session));
  const auto& draw = o.nation.draw;
  const auto origin = protocol::OriginOf(trust.operator_name, draw);
  LOTTERY_TRY(const auto next, session.Exec("SELECT max(id) + 1 FROM issuance.log"));
  const auto log = static_cast<int>(next.Int(0, 0));
  LOTTERY_TRY_VOID(Run(session, "SELECT issuance.add_log($1, $2, $3, $4)",
                       {log, origin, draw.game, draw.number}));
  LOTTERY_TRY_VOID(Run(session, "INSERT INTO issuance.draw VALUES ($1, $2, $3, $4, $5, 0)",
                       {draw.game, draw.number, log, Now().ms, plan_text}));
  LOTTERY_TRY_VOID(bench::WriteTerminals(session, o.nation));
  LOTTERY_TRY(const auto written, bench::WriteLeaves(session, o.nation, log, origin));
  LOTTERY_TRY(const auto seal, MakeSeal(o, trust, written, protocol::BodyHash(plan)));
  LOTTERY_TRY(const auto parsed, protocol::ParsePlan(plan.body));
  LOTTERY_TRY(const auto certificate, MakeCertificate(o, trust, parsed, protocol::BodyHash(plan),
                                                      protocol::BodyHash(seal)));
  LOTTERY_TRY_VOID(Run(session, "INSERT INTO issuance.seal VALUES ($1, $2, $3, $4)",
                       {draw.game, draw.number, seal.ToText(),
                        base::pg::Param::Bytea(protocol::EncodeTerminals(written.by_terminal))}));
  const std::string hash = base::ToHex(protocol::BodyHash(certificate).view());
  int ordinal = 0;
  for (const char* state :
       {"planned", "open", "closed", "sealed", "fallback", "drawn", "certified"})
    LOTTERY_TRY_VOID(Step(session, draw, ++ordinal, parsed.close, state,
                          state == std::string("certified") ? hash : ""));
  LOTTERY_TRY_VOID(transaction.Finish());
  LOTTERY_TRY_VOID(base::WriteFile(o.certificate, certificate.ToText()));
  return base::json::object{{"tickets", written.totals.sales},
                            {"voids", written.totals.voids},
                            {"bets", written.lines},
                            {"terminals", written.by_terminal.size()}};
}

Result<base::json::object> Settle(const Options& o) {
  LOTTERY_TRY(const auto trust_text, base::ReadFile(o.trust));
  LOTTERY_TRY(const auto trust, protocol::OpenTrust(trust_text));
  LOTTERY_TRY(const auto certificate, base::ReadFile(o.certificate));
  LOTTERY_TRY(const auto key, Key(o, "settlement", "settlement"));
  LOTTERY_TRY(auto session, base::pg::Session::Open(o.database));
  const double begun = Seconds(), cpu = CpuSeconds();
  LOTTERY_TRY(const auto text,
              settlement::SettleDraw(session, trust, o.nation.draw, {certificate, {}}, key, Now()));
  const double seconds = Seconds() - begun;
  LOTTERY_TRY_VOID(base::WriteFile(o.statement, text));
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(text, protocol::kTypeStatement));
  LOTTERY_TRY(const auto s, protocol::ParseStatement(envelope.body));
  return base::json::object{{"settle_s", seconds},
                            {"settle_cpu_s", CpuSeconds() - cpu},
                            {"peak_rss_mb", usage.ru_maxrss / 1024},
                            {"winning_tickets", s.winning_tickets},
                            {"prizes_fen", s.prizes.fen()}};
}

// The control as it stands when it has followed the sales: signatures are checked while following.
Result<compliance::SalesView> Followed(base::pg::Session& session, const Options& o,
                                       const std::string& origin) {
  compliance::AuditView audit;
  for (std::uint32_t id = 1; id <= static_cast<std::uint64_t>(o.nation.terminals); ++id) {
    const auto key = bench::KeyOf(id);
    audit.keys[crypto::KeyId(key)] = {id, bench::JurisdictionOf(id), key};
  }
  for (int i = 0; i < games::kMaxDraws; ++i)
    audit.draws[o.nation.draw.game].insert(o.nation.draw.number + i);
  compliance::SalesView view;
  view.origin = origin;
  view.signatures_checked = true;
  LOTTERY_TRY(const auto log,
              session.Exec("SELECT id FROM issuance.log WHERE origin = $1", {origin}));
  const auto each = [&](const std::vector<base::ByteView>& run) -> Status {
    base::ByteReader entries(run[0]);
    while (!entries.AtEnd()) LOTTERY_TRY_VOID(view.Add(entries.Short(), audit));
    return {};
  };
  LOTTERY_TRY_VOID(base::pg::CopyOut(session,
                                     "SELECT bundle FROM issuance.leaf WHERE log = " +
                                         std::string(log.Text(0, 0)) + " ORDER BY first",
                                     each));
  return view;
}

// Winners and prizes once more, by the control's own code, against the signed statement.
Result<base::json::object> Control(const Options& o) {
  LOTTERY_TRY(const auto trust_text, base::ReadFile(o.trust));
  LOTTERY_TRY(const auto trust, protocol::OpenTrust(trust_text));
  LOTTERY_TRY(const auto certificate_text, base::ReadFile(o.certificate));
  LOTTERY_TRY(const auto certificate_envelope,
              crypto::ParseEnvelope(certificate_text, protocol::kTypeDrawCertificate));
  LOTTERY_TRY(const auto certificate, protocol::ParseDrawCertificate(certificate_envelope.body));
  LOTTERY_TRY(const auto statement_text, base::ReadFile(o.statement));
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(statement_text, protocol::kTypeStatement));
  LOTTERY_TRY(const auto statement, protocol::ParseStatement(envelope.body));
  LOTTERY_TRY(const auto opening_text, base::ReadFile(o.opening));
  LOTTERY_TRY(const auto opening_envelope,
              crypto::ParseEnvelope(opening_text, protocol::kTypeOpening));
  LOTTERY_TRY(const auto opening, protocol::ParseOpening(opening_envelope.body));
  LOTTERY_TRY(auto session, base::pg::Session::Open(o.database));
  const double begun = Seconds();
  LOTTERY_TRY(const auto sales,
              Followed(session, o, protocol::OriginOf(trust.operator_name, o.nation.draw)));
  const double read = Seconds();
  LOTTERY_TRY_VOID(
      compliance::CompareStatement(sales, certificate, compliance::BasisOf(opening), statement));
  return base::json::object{{"control_read_s", read - begun}, {"control_s", Seconds() - read}};
}

Result<base::json::object> PayAll(const Options& o) {
  bench::Claims c;
  c.owner = o.database;
  c.payer = o.payer;
  c.count = o.count;
  c.threads = o.threads;
  c.journal = o.statement + ".journal";
  LOTTERY_TRY(const auto trust_text, base::ReadFile(o.trust));
  LOTTERY_TRY(c.trust, protocol::OpenTrust(trust_text));
  LOTTERY_TRY(c.plan, base::ReadFile(o.plan));
  LOTTERY_TRY(c.certificate, base::ReadFile(o.certificate));
  LOTTERY_TRY(c.statement, base::ReadFile(o.statement));
  c.key = [&o](const std::string& file, const char* purpose) { return Key(o, file, purpose); };
  return bench::PayClaims(c);
}

// Single lines as sets of bits, for those who count them.
std::vector<games::SsqLine> Lines(std::int64_t count, std::uint64_t seed) {
  std::mt19937_64 rng(seed);
  std::vector<games::SsqLine> lines;
  lines.reserve(static_cast<std::size_t>(count));
  while (static_cast<std::int64_t>(lines.size()) < count) {
    games::SsqLine line = games::SsqLine{1}
                          << (games::kSsqBlueBit + 1 + static_cast<int>(rng() % 16));
    while (std::popcount(line) < 7) line |= games::SsqLine{1} << (1 + rng() % 33);
    lines.push_back(line);
  }
  return lines;
}

// The best of some runs of one thread, in bets a second of its processor.
Result<base::json::object> Kernel(const Options& o) {
  const auto lines = Lines(o.count, o.nation.seed);
  constexpr games::SsqOutcome kOutcome{{3, 8, 14, 20, 25, 31}, 9};
  constexpr auto kBlue = games::SsqLine{1} << (games::kSsqBlueBit + kOutcome.blue);
  games::SsqLine reds = 0;
  for (const auto red : kOutcome.reds) reds |= games::SsqLine{1} << red;
  const games::SsqMatcher matcher(kOutcome);
  std::array<std::int64_t, games::SsqMatcher::kPlaces> counted{};
  double best = 1e9;
  constexpr int kRuns = 7;
  constexpr std::size_t kLanes = 4;  // so that one line need not wait for the count of another
  for (int run = 0; run < kRuns; ++run) {
    std::array<std::array<std::int64_t, games::SsqMatcher::kPlaces>, kLanes> lanes{};
    const double begun = CpuSeconds();
    for (std::size_t i = 0; i + kLanes <= lines.size(); i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        ++lanes[lane][matcher.PlaceOf(lines[i + lane])];
    }
    best = std::min(best, CpuSeconds() - begun);
    counted = {};
    for (const auto& lane : lanes)
      for (std::size_t place = 0; place < lane.size(); ++place) counted[place] += lane[place];
  }
  if (!o.bets.empty()) {
    std::string csv;
    for (const auto line : lines) csv += std::to_string(line) + "\n";
    LOTTERY_TRY_VOID(base::WriteFile(o.bets, csv));
  }
  base::json::array places;
  for (const auto c : counted) places.push_back(c);
  return base::json::object{{"kernel_bets_per_s", static_cast<double>(lines.size()) / best},
                            {"reds", reds},
                            {"blue", kBlue},
                            {"places", std::move(places)}};
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  CLI::App app("a draw of national size and its settlement, for ./lottery bench settlement");
  app.require_subcommand(1);
  auto* fill = app.add_subcommand("fill", "put the draw into the store, sealed and certified");
  auto* settle = app.add_subcommand("settle", "settle it");
  auto* control = app.add_subcommand("control", "compare the statement with the control's own");
  auto* claims = app.add_subcommand("claims", "pay claims by proof");
  auto* kernel = app.add_subcommand("kernel", "match single lines and do nothing else");
  for (auto* verb : {fill, settle, control, claims}) {
    verb->add_option("--database", o.database)->required();
    verb->add_option("--trust", o.trust)->required();
    verb->add_option("--keys", o.keys)->required();
    verb->add_option("--passphrase", o.passphrase)->required();
    verb->add_option("--certificate", o.certificate)->required();
    verb->add_option("--draw", o.draw)->required();
  }
  for (auto* verb : {fill, claims}) verb->add_option("--plan", o.plan)->required();
  claims->add_option("--payer", o.payer, "the database as the payer")->required();
  claims->add_option("--claims", o.count)->required();
  claims->add_option("--threads", o.threads)->required();
  fill->add_option("--tickets", o.nation.tickets)->required();
  for (auto* verb : {fill, control})
    verb->add_option("--terminals", o.nation.terminals)->required();
  for (auto* verb : {settle, control, claims})
    verb->add_option("--statement", o.statement)->required();
  control->add_option("--opening", o.opening)->required();
  kernel->add_option("--bets", o.count)->required();
  kernel->add_option("--out", o.bets, "the lines, one number each, for others to count");
  for (auto* verb : {fill, kernel}) verb->add_option("--seed", o.nation.seed)->required();
  CLI11_PARSE(app, argc, argv);
  if (!*kernel) {
    const auto draw = protocol::ParseDrawId(o.draw);
    if (!draw)
      return base::Finish(Result<base::json::object>(tl::unexpected<base::Error>(draw.error())),
                          true);
    o.nation.draw = *draw;
  }
  return base::Finish(*fill      ? Fill(o)
                      : *settle  ? Settle(o)
                      : *control ? Control(o)
                      : *claims  ? PayAll(o)
                                 : Kernel(o),
                      true);
}
