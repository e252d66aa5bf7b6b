#include "bench/settlement/claims.h"

#include <sys/resource.h>

#include <thread>

#include "crypto/checkpoint.h"
#include "crypto/tile.h"
#include "protocol/consent.h"
#include "protocol/deviation.h"
#include "protocol/leaf.h"
#include "settlement/payer/payer.h"

namespace lottery::bench {
using base::Bytes;
using base::ErrorCode;
using base::Fail;
using base::Result;
using base::Status;
using protocol::DrawId;
namespace {

constexpr std::uint32_t kTerminal = 1;  // in the store it is an outlet that sold
constexpr base::UtcTime kLogged{1'790'000'100'000};
constexpr std::int64_t kRun = 100;           // leaves a row
constexpr std::int64_t kSmallFen = 300'000;  // no identity, at any counter

double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](timeval t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

// The audit log from its first leaf on, in the store's form.
class AuditLog {
 public:
  std::uint64_t Add(Bytes leaf) {
    tree_.Append(crypto::LeafHash(leaf));
    leaves_.push_back(std::move(leaf));
    return tree_.size() - 1;
  }
  void Add(const char* kind, base::json::object body) {
    const base::json::object entry{{"kind", kind}, {"by", "bench"}, {"body", std::move(body)}};
    Add(protocol::AuditLeaf{kLogged, base::ToLine(entry)}.Encode());
  }
  void AddPaper(const char* kind, const DrawId& draw, const std::string& envelope) {
    Add(kind, {{"game", draw.game}, {"draw", draw.number}, {"envelope", envelope}});
  }
  Status Write(base::pg::Session& session, const Claims& c) const {
    for (std::size_t at = 0; at < leaves_.size(); at += kRun) {
      const std::size_t end = std::min(leaves_.size(), at + kRun);
      Bytes bundle;
      for (std::size_t i = at; i < end; ++i) crypto::AppendEntry(bundle, leaves_[i]);
      LOTTERY_TRY_VOID(
          session
              .Exec("INSERT INTO issuance.leaf VALUES (0, $1, $2, $3)",
                    {static_cast<std::int64_t>(at), static_cast<std::int64_t>(end - at),
                     base::pg::Param::Bytea(bundle)})
              .map([](const auto&) {}));
    }
    LOTTERY_TRY(const auto log_key, c.key("log", "log"));
    crypto::Note note{
        crypto::Checkpoint{protocol::AuditOrigin(c.trust.operator_name), tree_.size(), tree_.Root()}
            .ToText(),
        {}};
    note.signatures.push_back(crypto::SignNote(log_key, c.trust.log_key.name, note.text));
    for (const auto& w : c.trust.witnesses) {
      LOTTERY_TRY(const auto key, c.key("witness-" + w.name, "witness"));
      note.signatures.push_back(
          crypto::Cosign(key, w.name, note.text, static_cast<std::uint64_t>(kLogged.ms / 1000)));
    }
    return session
        .Exec("INSERT INTO issuance.checkpoint VALUES (0, $1, $2, $3, $4)",
              {static_cast<std::int64_t>(tree_.size()), note.ToText(),
               static_cast<std::int64_t>(c.trust.witnesses.size()), kLogged.ms})
        .map([](const auto&) {});
  }

 private:
  crypto::MerkleTree tree_;
  std::vector<Bytes> leaves_;
};

// The plan turned to balls, as its officials and overseers would have.
Result<std::string> Fallback(const Claims& c, const protocol::Plan& plan,
                             const base::Digest& plan_hash) {
  protocol::Deviation d;
  d.draw = plan.draw;
  d.plan = plan_hash;
  d.kind = protocol::Deviation::Kind::kFallback;
  d.round = plan.Round();
  d.reason = "the bench has balls";
  d.at = kLogged;
  crypto::Envelope paper{std::string(protocol::kTypeDeviation), d.ToBody(), {}};
  for (const char* official : {"official-a", "official-b"}) {
    LOTTERY_TRY(const auto key, c.key(official, "official"));
    paper.Sign(key);
  }
  for (int i = 0; i < plan.overseer_quorum; ++i) {
    LOTTERY_TRY(const auto key, c.key(plan.overseers[static_cast<std::size_t>(i)], "overseer"));
    paper.Sign(key);
  }
  return paper.ToText();
}

// The draw's papers, and the terminal that claims.
Status AddPapers(const Claims& c, const std::string& seal_text, const Bytes& terminal_key,
                 AuditLog& log) {
  LOTTERY_TRY(const auto envelope, crypto::ParseEnvelope(c.plan, protocol::kTypePlan));
  LOTTERY_TRY(const auto plan, protocol::ParsePlan(envelope.body));
  const auto& draw = plan.draw;
  log.Add("enrol", {{"terminal", kTerminal}, {"public_key", base::ToHex(terminal_key)}});
  log.AddPaper("plan", draw, c.plan);
  log.AddPaper("seal", draw, seal_text);
  LOTTERY_TRY(const auto fallback, Fallback(c, plan, protocol::BodyHash(envelope)));
  log.AddPaper("fallback", draw, fallback);
  log.AddPaper("certificate", draw, c.certificate);
  log.AddPaper("statement", draw, c.statement);
  LOTTERY_TRY(const auto statement, crypto::ParseEnvelope(c.statement, protocol::kTypeStatement));
  protocol::Agreement agreement;
  agreement.draw = draw;
  agreement.stage = "prizes";
  agreement.origin = protocol::OriginOf(c.trust.operator_name, draw);
  agreement.statement = protocol::BodyHash(statement);
  agreement.at = kLogged;
  crypto::Envelope agreed{std::string(protocol::kTypeAgreement), agreement.ToBody(), {}};
  LOTTERY_TRY(const auto control, c.key("control", "control"));
  agreed.Sign(control);
  log.AddPaper("paying", draw, agreed.ToText());
  return {};
}

Result<std::vector<wire::PayRequest>> MakeClaims(base::pg::Session& session, const Claims& c,
                                                 const DrawId& draw,
                                                 const crypto::SigningKey& terminal,
                                                 AuditLog& log) {
  LOTTERY_TRY(const auto rows,
              session.Exec("SELECT idx FROM settlement.winner WHERE game = $1 AND draw = $2 AND "
                           "prize_fen <= $3 ORDER BY hashint8(idx) LIMIT $4",
                           {draw.game, draw.number, kSmallFen, c.count}));
  std::vector<wire::PayRequest> out;
  for (int i = 0; i < rows.size(); ++i) {
    wire::TerminalMessage m;
    m.set_terminal(kTerminal);
    m.set_sequence(static_cast<std::uint64_t>(i) + 1);
    m.set_previous(std::string(32, 'p'));
    m.set_time_ms(kLogged.ms);
    m.set_not_after_ms(kLogged.ms + 20'000);
    m.set_cashier("1");
    auto* claim = m.mutable_claim();
    claim->set_origin(protocol::OriginOf(c.trust.operator_name, draw));
    claim->set_index(static_cast<std::uint64_t>(rows.Int(i, 0)));
    claim->set_t(std::string(kTicketT));
    claim->set_s(std::string(kTicketS));
    const auto message = protocol::SignMessage(m, terminal);
    wire::PayRequest request;
    request.set_message(message.octets);
    request.set_signature(message.signature);
    request.set_time_ms(kLogged.ms);
    request.set_claim_leaf(log.Add(protocol::ClaimLeaf(
        kLogged, kTerminal, m.sequence(), message.hash, claim->origin(), claim->index(), false)));
    out.push_back(std::move(request));
  }
  return out;
}

// Every `threads`th claim from `first` on.
Status PayShare(settlement::payer::Payer& payer, const Claims& c,
                const std::vector<wire::PayRequest>& all, std::size_t first) {
  LOTTERY_TRY(auto session, base::pg::Session::Open(c.payer));
  for (std::size_t i = first; i < all.size(); i += static_cast<std::size_t>(c.threads)) {
    LOTTERY_TRY(const auto answer, payer.Handle(session, all[i]));
    if (answer.refusal() != 0 || !answer.fresh())
      return Fail(base::ErrorCodeFrom(answer.refusal()).value_or(ErrorCode::kInternal), "a claim");
  }
  return {};
}

}  // namespace

Result<base::json::object> PayClaims(const Claims& c) {
  LOTTERY_TRY(auto session, base::pg::Session::Open(c.owner));
  LOTTERY_TRY(const auto plan, crypto::ParseEnvelope(c.plan, protocol::kTypePlan));
  LOTTERY_TRY(const auto parsed, protocol::ParsePlan(plan.body));
  const auto& draw = parsed.draw;
  LOTTERY_TRY(const auto seal,
              session.Exec("SELECT envelope FROM issuance.seal WHERE game = $1 AND draw = $2",
                           {draw.game, draw.number}));
  const auto terminal = crypto::SigningKey::Generate();
  AuditLog log;
  LOTTERY_TRY_VOID(AddPapers(c, std::string(seal.Text(0, 0)), terminal.public_key(), log));
  LOTTERY_TRY(const auto requests, MakeClaims(session, c, draw, terminal, log));
  LOTTERY_TRY_VOID(log.Write(session, c));
  LOTTERY_TRY(const auto key, c.key("payer", "payer"));
  LOTTERY_TRY(auto journal, settlement::payer::Journal::Open(c.journal));
  settlement::payer::Payer payer(c.trust, key, journal);
  LOTTERY_TRY(auto first, base::pg::Session::Open(c.payer));
  LOTTERY_TRY_VOID(payer.Begin(first));
  const double cpu = CpuSeconds();
  const auto begun = std::chrono::steady_clock::now();
  std::vector<Status> ended(static_cast<std::size_t>(c.threads));
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < ended.size(); ++i)
    threads.emplace_back([&, i] { ended[i] = PayShare(payer, c, requests, i); });
  for (auto& thread : threads) thread.join();
  for (const auto& status : ended) LOTTERY_TRY_VOID(Status(status));
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const auto count = static_cast<double>(requests.size());
  return base::json::object{{"claims", requests.size()},
                            {"claims_per_s", count / seconds},
                            {"payer_cpu_us_per_claim", 1e6 * (CpuSeconds() - cpu) / count}};
}

}  // namespace lottery::bench
