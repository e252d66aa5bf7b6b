#include "settlement/refund.h"

#include "crypto/merkle.h"
#include "protocol/deviation.h"
#include "settlement/in_turn.h"
#include "settlement/owed.h"
#include "settlement/sealed.h"

namespace lottery::settlement {
using base::ErrorCode;
using base::Fail;
using base::pg::Session;
namespace {

// The officials' word, if it is the one the draw was cancelled by.
Result<Digest> OpenCancellation(Session& session, const protocol::Trust& trust, const DrawId& draw,
                                const std::string& text) {
  LOTTERY_TRY(const auto sealed, OpenSeal(session, trust, draw));
  LOTTERY_TRY(const auto opened, protocol::OpenDeviation(text, sealed.plan, trust));
  const auto& deviation = opened.deviation;
  if (deviation.draw != draw || deviation.kind != protocol::Deviation::Kind::kCancellation)
    return Fail(ErrorCode::kBadDeviation, "it does not cancel " + draw.ToText());
  LOTTERY_TRY(const auto logged, StepReason(session, draw, "cancelled"));
  if (logged.empty())
    return Fail(ErrorCode::kIllegalTransition, draw.ToText() + " is not cancelled");
  if (logged != base::ToHex(opened.hash.view()))
    return Fail(ErrorCode::kBadDeviation, draw.ToText() + ": not the one in the audit log");
  return opened.hash;
}

// What the outlets owe for the draw is owed to its players. Nothing else was made of it.
Status PostOwed(Session& session, const DrawId& draw, const SealedSales& sales,
                const Jurisdictions& jurisdictions, std::int64_t at_ms) {
  std::map<std::string, Money> owed;
  Postings postings;
  for (const auto& [terminal, t] : sales.by_terminal) {
    LOTTERY_TRY(const Money net, t.sales_amount.Sub(t.voids_amount));
    postings.Debit(Account({"terminal", std::to_string(terminal)}), net);
    auto& sum = owed[jurisdictions.Of(terminal)];
    LOTTERY_TRY(sum, sum.Add(net));
  }
  for (const auto& [jurisdiction, sum] : owed)
    postings.Credit(
        Account({"refund-payable", draw.game, std::to_string(draw.number), jurisdiction}), sum);
  return postings.Post(session, "refund-owed", "refund-owed:" + draw.ToText(), at_ms);
}

// Every ticket that was not voided gets back what it cost.
protocol::Winner Owed(const Candidate& ticket) {
  return {ticket.index, ticket.sale, Money::FromFen(ticket.per_draw_fen), {}};
}

struct MadeRefund {
  protocol::Refund refund;
  std::vector<OwedTile> tiles;
};

Result<MadeRefund> MakeRefund(const SealedDraw& sealed, const SealedSales& sales,
                              const Digest& cancellation, base::UtcTime now) {
  protocol::Refund refund;
  refund.draw = sealed.seal.draw;
  refund.seal = sealed.seal_hash;
  refund.cancellation = cancellation;
  refund.totals = sales.totals;
  OwedRoot owed;
  LOTTERY_TRY_VOID(sales.ForCandidates([&](const Candidate& c, const auto&) -> Status {
    const auto ticket = Owed(c);
    owed.Add(ticket);
    LOTTERY_TRY(refund.refunds, refund.refunds.Add(ticket.prize));
    return {};
  }));
  LOTTERY_TRY(const Money net, sales.totals.sales_amount.Sub(sales.totals.voids_amount));
  if (refund.refunds != net)
    return Fail(ErrorCode::kUnbalanced, "refunds of " + refund.draw.ToText());
  auto tiles = owed.Finish();
  refund.tickets = static_cast<std::int64_t>(owed.size());
  refund.refunds_root = owed.Root();
  refund.at = now;
  return MadeRefund{std::move(refund), std::move(tiles)};
}

}  // namespace

Result<std::string> RefundDraw(Session& session, const protocol::Trust& trust, const DrawId& draw,
                               const std::string& cancellation_text, const crypto::SigningKey& key,
                               base::UtcTime now) {
  LOTTERY_TRY(const auto lock, HeldLock::Take(session, SettlingLock()));
  LOTTERY_TRY(const auto cancellation, OpenCancellation(session, trust, draw, cancellation_text));
  LOTTERY_TRY(
      const auto known,
      session.Exec("SELECT envelope FROM settlement.statement WHERE game = $1 AND draw = $2",
                   {draw.game, draw.number}));
  if (known.size() == 1) return std::string(known.Text(0, 0));
  LOTTERY_TRY(const auto sealed, OpenSeal(session, trust, draw));
  LOTTERY_TRY(const auto sales, ReadSales(session, sealed, std::nullopt));
  LOTTERY_TRY(const auto jurisdictions, ReadJurisdictions(session, draw, sales));
  LOTTERY_TRY(const auto made, MakeRefund(sealed, sales, cancellation, now));
  const auto& refund = made.refund;
  crypto::Envelope envelope{std::string(protocol::kTypeRefund), refund.ToBody(), {}};
  envelope.Sign(key);
  const auto owes = [](const Candidate& c, const auto&) { return Owed(c); };
  LOTTERY_TRY(const auto owed, OwedList::Write(session, draw, sales, jurisdictions, owes));

  return Serialized<std::string>(session, [&]() -> Result<std::string> {
    const std::string text = envelope.ToText();
    LOTTERY_TRY_VOID(
        Run(session,
            "INSERT INTO settlement.statement (game, draw, kind, envelope, owed_tickets, "
            "owed_fen) VALUES ($1, $2, 'refund', $3, $4, $5)",
            {draw.game, draw.number, text, refund.tickets, refund.refunds.fen()}));
    LOTTERY_TRY_VOID(owed.Take(session, made.tiles));
    LOTTERY_TRY_VOID(PostOwed(session, draw, sales, jurisdictions, now.ms));
    return text;
  });
}

}  // namespace lottery::settlement
