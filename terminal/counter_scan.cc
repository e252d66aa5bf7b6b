// Codes of tickets, scanned or typed, at any time and in any order: the public code opens a look at
// the ticket, both together pay it or take it back.
#include "terminal/claim.h"
#include "terminal/counter.h"

namespace lottery::terminal {
using base::ErrorCode;
namespace {

bool IsVoid(Prompt prompt) {
  return prompt == Prompt::kVoidTicket || prompt == Prompt::kVoidSecret;
}

bool SameTicket(const CounterState& s, const protocol::PublicCode& code) {
  return s.ticket && s.ticket->origin == code.origin && s.ticket->index == code.index &&
         s.ticket->leaf_hash == code.leaf_hash;
}

// Both codes are there: one Enter, on a question that names the ticket.
Effect ConfirmVoid(CounterState& s) {
  Begin(s, Prompt::kConfirmVoid);
  return {};
}

Effect TakePublicCode(CounterState& s, const protocol::PublicCode& code, std::int64_t now_ms) {
  const bool fresh_secret = s.secret && now_ms - s.secret_ms <= kSecretKeptMs;
  if (!fresh_secret) s.secret.reset();
  if (IsVoid(s.prompt)) {
    if (s.prompt == Prompt::kVoidSecret && SameTicket(s, code)) {
      s.hint = {"票面码已读，请扫保密码。", "The public code is read; now the secret code."};
      return {};
    }
    s.ticket = code;
    if (!s.secret) {
      Begin(s, Prompt::kVoidSecret);
      return {};
    }
    return ConfirmVoid(s);
  }
  if (s.prompt == Prompt::kSecret && SameTicket(s, code)) {  // a scanner that read twice
    s.hint = {"票面码已读，请扫保密码。", "The public code is read; now the secret code."};
    return {};
  }
  Begin(s, Prompt::kNone);
  s.ticket = code;
  return AskTicket{code};
}

Effect TakeSecretCode(CounterState& s, const protocol::SecretCode& secret, std::int64_t now_ms) {
  if (s.prompt == Prompt::kVoidSecret && s.ticket) {
    s.secret = secret;
    return ConfirmVoid(s);
  }
  if (s.prompt == Prompt::kSecret) {
    s.secret = secret;
    s.secret_ms = now_ms;
    if (Owed(s) > s.config.confirm_above) {
      Begin(s, Prompt::kConfirmPay);
      return {};
    }
    Begin(s, Prompt::kNone);
    s.secret.reset();
    return PayIt{s.ticket_status, secret};
  }
  s.secret = secret;
  s.secret_ms = now_ms;
  if (!IsVoid(s.prompt)) Begin(s, Prompt::kTicket);
  s.hint = {"保密码已读，请再扫票面码。", "The secret code is read; now the public code."};
  return {};
}

// "Wrong secret" of something that was meant as one, and "no such code" of the rest.
void RefuseCode(CounterState& s) {
  const bool secret = s.prompt == Prompt::kSecret || s.prompt == Prompt::kVoidSecret;
  OnRefused(s, {secret ? ErrorCode::kWrongSecret : ErrorCode::kBadEncoding, ""});
  s.typed.clear();
}

}  // namespace

Money Owed(const CounterState& s) {
  Money sum;
  for (const auto& part : s.ticket_status.parts()) {
    if (IsOwed(part)) sum = base::SumOrDie(sum, Money::FromFen(part.prize_fen()));
  }
  return sum;
}

Effect TakeScan(CounterState& s, const Scan& scan, std::int64_t now_ms) {
  switch (scan.kind) {
    case Scan::Kind::kPublicCode:
      return TakePublicCode(s, scan.public_code, now_ms);
    case Scan::Kind::kSecretCode:
      return TakeSecretCode(s, scan.secret_code, now_ms);
    case Scan::Kind::kGoods:
    case Scan::Kind::kOther:
      break;
  }
  RefuseCode(s);
  return {};
}

void OnTicket(CounterState& s, const wire::TicketStatus& status, std::int64_t now_ms) {
  s.ticket_status = status;
  if (!HasUnpaidPrize(status)) {
    s.secret.reset();
    return OnRefused(s, {WhyNothingToPay(status), ""});
  }
  Money won, refund;
  for (const auto& part : status.parts()) {
    if (!IsOwed(part)) continue;
    Money& sum = part.state() == "won" ? won : refund;
    sum = base::SumOrDie(sum, Money::FromFen(part.prize_fen()));
  }
  Words words;
  if (won > Money())
    words = {"中奖 " + won.ToYuanText() + " 元，可兑。",
             "Won " + won.ToYuanText() + " yuan, payable."};
  if (refund > Money()) {
    words.zh += "有期次已取消，可退 " + refund.ToYuanText() + " 元。";
    words.en += (words.en.empty() ? "" : " ") +
                ("A draw was cancelled: refund " + refund.ToYuanText() + " yuan.");
  }
  const bool both = s.secret && now_ms - s.secret_ms <= kSecretKeptMs;
  Begin(s, both ? Prompt::kConfirmPay : Prompt::kSecret);
  if (both)
    Say(s, Tone::kGood, words, {"回车兑付，Esc 取消。", "Enter pays it, Esc gives up."});
  else
    Say(s, Tone::kGood, words, {"扫描保密码兑付。", "Scan the secret code to pay."});
}

}  // namespace lottery::terminal
