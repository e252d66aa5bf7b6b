#include "compliance/dispute.h"

#include <algorithm>

#include "compliance/verifier.h"

namespace lottery::compliance {
using base::Fail;
using base::Money;
using base::pg::Param;
namespace {

std::string Yuan(std::int64_t fen) { return Money::FromFen(fen).ToYuanText(); }

std::string NumbersText(const protocol::DrawCertificate& c) {
  return protocol::NumbersText(c.draw.game, c.numbers, c.extra);
}

// Replays one ticket, draw after draw.
class Replay {
 public:
  Replay(const Verifier& verified, const DisputeInput& input)
      : verified_(verified), books_(input.books) {
    story_.ticket = input.code.ToText();
  }

  Result<TicketStory> Run(const protocol::PublicCode& code) {
    LOTTERY_TRY(const auto named,
                protocol::DrawOfOrigin(verified_.trust().operator_name, code.origin));
    const auto facts = verified_.draws().find(named);
    if (facts == verified_.draws().end() || !facts->second.sales)
      return Fail(ErrorCode::kUnknownTicket, named.ToText() + " is not in the folder");
    const auto* sale = AtIndex(*facts->second.sales, code.index);
    if (sale == nullptr || facts->second.sales->tree.leaf(code.index) != code.leaf_hash)
      return Fail(ErrorCode::kUnknownTicket,
                  "the log has another leaf at that place: nobody sold this ticket");
    story_.game = sale->Order().game();
    story_.terminal = sale->terminal;
    story_.per_draw_fen = sale->per_draw_fen;
    for (const auto& [draw, other] : verified_.draws()) {
      if (draw.game != story_.game || !other.sales) continue;
      const auto* part = ByMessage(*other.sales, sale->message_hash);
      if (part != nullptr) LOTTERY_TRY_VOID(AddDraw(other, *part));
    }
    ToCome(sale->Order());
    std::stable_sort(story_.events.begin(), story_.events.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    return std::move(story_);
  }

 private:
  static const SalesView::Sale* AtIndex(const SalesView& sales, std::uint64_t index) {
    const auto at = std::lower_bound(sales.sales.begin(), sales.sales.end(), index,
                                     [](const auto& s, auto i) { return s.index < i; });
    return at != sales.sales.end() && at->index == index ? &*at : nullptr;
  }
  static const SalesView::Sale* ByMessage(const SalesView& sales, const Digest& hash) {
    const auto at = std::find_if(sales.sales.begin(), sales.sales.end(),
                                 [&](const auto& s) { return s.message_hash == hash; });
    return at == sales.sales.end() ? nullptr : &*at;
  }

  void Tell(UtcTime at, std::string zh, std::string en, std::string where) {
    story_.events.push_back({at, std::move(zh), std::move(en), std::move(where)});
  }

  Status AddDraw(const DrawFacts& d, const SalesView::Sale& part) {
    const std::string log = "log/" + d.draw.game + "/" + std::to_string(d.draw.number);
    const auto leaf = [&](std::uint64_t i) { return log + " leaf " + std::to_string(i); };
    Tell(part.time, d.name + " 售出", "sold for " + d.name, leaf(part.index));
    if (part.voided) {
      Tell(part.voided_at, d.name + " 已注销，票款退回", "taken back, the money returned",
           leaf(part.void_index));
      return Claims(d, part, 0);
    }
    Tell(d.seal.sealed_at, d.name + " 封存", "sealed", "seal/" + d.name + ".json");
    if (d.way.cancelled) {
      const auto* entry = verified_.audit().First("refund", d.draw);
      Tell(entry->time, d.name + " 已取消，应退 " + Yuan(part.per_draw_fen) + " 元",
           "cancelled: refund of " + Yuan(part.per_draw_fen) + " yuan",
           "settlement/" + d.name + ".refund.json");
      return Claims(d, part, part.per_draw_fen);
    }
    Tell(d.certificate.at, d.name + " 开奖 " + NumbersText(d.certificate),
         "drawn " + NumbersText(d.certificate), "draw/" + d.name + ".certificate.json");
    LOTTERY_TRY(const auto prize, Prize(d, part));
    return Claims(d, part, prize);
  }

  // By the control's own evaluation; the statement's root over all winners has been recomputed.
  Result<std::int64_t> Prize(const DrawFacts& d, const SalesView::Sale& part) {
    const OwnOutcome outcome{d.certificate.numbers, d.certificate.extra};
    LOTTERY_TRY(const auto wins, OwnOrderWins(part.Order(), outcome));
    const OwnD3Fen* own = nullptr;  // of 3d: what the jurisdiction that sold it pays
    if (d.draw.game == protocol::kD3) {
      const auto& jurisdiction = d.sales->outlets.at(part.terminal).jurisdiction;
      LOTTERY_TRY(own, OwnD3Amounts(OwnD3Published(), d.draw.number, jurisdiction));
    }
    std::int64_t fen = 0;
    std::string tiers;
    for (const auto& t : d.statement.tiers) {
      const auto i = static_cast<std::size_t>(t.tier - 1);
      const std::int64_t lines = wins[i];
      if (lines == 0) continue;
      fen += lines * (own != nullptr ? (*own)[i] : t.each.fen());
      tiers += (tiers.empty() ? "" : ", ") + std::to_string(t.tier) + "×" + std::to_string(lines);
    }
    const std::string file = "settlement/" + d.name + ".statement.json";
    if (fen == 0) {
      Tell(d.statement.at, d.name + " 未中奖", "no prize", file);
    } else {
      Tell(d.statement.at, d.name + " 中奖 " + Yuan(fen) + " 元（奖级×注数 " + tiers + "）",
           "won " + Yuan(fen) + " yuan (tier×lines " + tiers + ")", file);
      Tell(d.statement.claim_until, d.name + " 兑奖期最后时刻", "last moment to claim", file);
    }
    return fen;
  }

  // Claims the audit log has of the leaf, then what the books say was paid on them.
  Status Claims(const DrawFacts& d, const SalesView::Sale& part, std::int64_t owed_fen) {
    std::vector<std::string> messages;
    for (const auto& entry : verified_.audit().entries) {
      if (entry.kind != "claim") continue;
      const auto origin = base::GetString(entry.body, "origin");
      const auto index = base::GetInt(entry.body, "index");
      const auto message = base::GetString(entry.body, "message");
      if (!origin || !index || !message || *origin != d.sealed.origin ||
          *index != static_cast<std::int64_t>(part.index))
        continue;
      const bool exchange = base::GetBool(entry.body, "exchange").value_or(false);
      messages.push_back(entry.by + " " + *message);
      Tell(entry.time, d.name + " 申请兑付：" + entry.by + (exchange ? "，换兑换票" : ""),
           "claimed by " + entry.by + (exchange ? ", for an exchange ticket" : ""),
           "audit leaf " + std::to_string(entry.index) + " " + *message);
      if (exchange) Withdrawn(d, *message);
    }
    PaidByProof(d, part);
    const auto* expired = verified_.audit().First("expired", d.draw);
    if (expired != nullptr && owed_fen != 0 && messages.empty())
      Tell(expired->time, d.name + " 无人兑付，弃奖入公益金", "nobody claimed it: to the fund",
           "audit leaf " + std::to_string(expired->index));
    return books_ == nullptr ? Status() : Paid(d, part, owed_fen, messages);
  }

  // What the payer signed; the verifier has looked at each of them.
  void PaidByProof(const DrawFacts& d, const SalesView::Sale& part) {
    for (const auto& entry : verified_.audit().entries) {
      if (entry.kind != "payment") continue;
      const auto hex = base::GetString(entry.body, "payment");
      const auto paper = hex ? base::FromHex(*hex) : Fail(ErrorCode::kBadEncoding);
      if (!paper) continue;
      const auto paid = protocol::OpenPayment(*paper, verified_.trust().KeysFor("payer"));
      if (!paid || paid->origin != d.sealed.origin || paid->index != part.index) continue;
      Tell(paid->at,
           d.name + " 已兑付 " + paid->paid().ToYuanText() + " 元（代扣税 " +
               paid->tax.ToYuanText() + " 元），终端 " + std::to_string(paid->terminal),
           "paid " + paid->paid().ToYuanText() + " yuan (" + paid->tax.ToYuanText() +
               " of tax withheld) at terminal " + std::to_string(paid->terminal),
           "audit leaf " + std::to_string(entry.index));
    }
  }

  void Withdrawn(const DrawFacts& d, const std::string& claim) {
    for (const auto& entry : verified_.audit().entries) {
      const auto named = base::GetString(entry.body, "claim");
      if (entry.kind == "reinstatement" && named && *named == claim)
        Tell(entry.time, d.name + " 兑换票作废，原票恢复", "its exchange ticket is withdrawn",
             "audit leaf " + std::to_string(entry.index));
    }
  }

  Status Paid(const DrawFacts& d, const SalesView::Sale& part, std::int64_t owed_fen,
              const std::vector<std::string>& messages) {
    const auto find = [&](const std::string& what) {
      story_.findings.push_back(d.name + ": " + what);
    };
    LOTTERY_TRY(const auto rows,
                books_->Exec("SELECT terminal, paid_fen, tax_fen, paid_ms, encode(claim_hash, "
                             "'hex') FROM settlement.payment WHERE game = $1 AND draw = $2 AND "
                             "idx = $3",
                             {d.draw.game, d.draw.number, static_cast<std::int64_t>(part.index)}));
    if (rows.size() == 0) return {};
    const std::string by = "terminal:" + std::string(rows.Text(0, 0));
    const std::int64_t paid = rows.Int(0, 1), tax = rows.Int(0, 2);
    Tell({rows.Int(0, 3)}, d.name + " 已付 " + Yuan(paid) + " 元，扣税 " + Yuan(tax) + " 元：" + by,
         "paid " + Yuan(paid) + " yuan, tax " + Yuan(tax) + ", by " + by, "settlement.payment");
    const std::string claim = by + " " + std::string(rows.Text(0, 4));
    if (std::find(messages.begin(), messages.end(), claim) == messages.end())
      find("paid without that claim in the audit log");
    if (paid + tax != owed_fen) find("paid " + Yuan(paid + tax) + " and owed " + Yuan(owed_fen));
    return {};
  }

  // Draws of the order that are not in the folder yet.
  void ToCome(const wire::Order& order) {
    const auto calendar = verified_.audit().draws.find(order.game());
    auto at = calendar->second.find(order.first_draw());
    for (std::uint32_t i = 0; i < order.draw_count() && at != calendar->second.end(); ++i, ++at) {
      const DrawId draw{order.game(), static_cast<std::int32_t>(*at)};
      if (verified_.draws().contains(draw)) continue;
      const auto opened = verified_.audit().OpenedAt(draw);
      Tell(opened.value_or(UtcTime{}), draw.ToText() + " 尚未公布", "not in the folder yet", "");
    }
  }

  const Verifier& verified_;
  base::pg::Session* books_;
  TicketStory story_;
};

}  // namespace

Result<TicketStory> ReplayTicket(const DisputeInput& input) {
  if (input.entries.empty())
    return Fail(ErrorCode::kUsage, "a ticket is replayed from the auditors' entries");
  Verifier verifier(input.folder, input.root, input.entries);
  LOTTERY_TRY_VOID(verifier.Run().map([](const auto&) {}));
  return Replay(verifier, input).Run(input.code);
}

std::string StoryText(const TicketStory& story) {
  std::string out = "票 ticket " + story.ticket + "\n终端 terminal " +
                    std::to_string(story.terminal) + "，每期 a draw " + Yuan(story.per_draw_fen) +
                    " 元 yuan\n";
  for (const auto& e : story.events)
    out += base::ToBeijingText(e.at) + "  " + e.zh + " " + e.en +
           (e.where.empty() ? "" : "  [" + e.where + "]") + "\n";
  for (const auto& finding : story.findings) out += "不符 differs: " + finding + "\n";
  return out;
}

base::json::object ToJson(const TicketStory& story) {
  base::json::array events, findings;
  for (const auto& e : story.events)
    events.push_back(base::json::object{
        {"at", base::ToIso(e.at)}, {"zh", e.zh}, {"en", e.en}, {"where", e.where}});
  for (const auto& finding : story.findings) findings.emplace_back(finding);
  return {{"ticket", story.ticket},         {"game", story.game},
          {"terminal", story.terminal},     {"per_draw_fen", story.per_draw_fen},
          {"events", std::move(events)},    {"consistent", story.findings.empty()},
          {"findings", std::move(findings)}};
}

}  // namespace lottery::compliance
