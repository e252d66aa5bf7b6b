#include "terminal/receipt.h"

#include "crypto/envelope.h"
#include "crypto/merkle.h"
#include "games/order.h"
#include "protocol/leaf.h"

namespace lottery::terminal {
using base::Digest;
using base::ErrorCode;
using base::Fail;

Status VerifyReceipt(const protocol::SignedMessage& message, const wire::Receipt& receipt,
                     const ReceiptKeys& keys) {
  if (!crypto::VerifyTyped(keys.record_key, protocol::kTypeRecord, receipt.record(),
                           receipt.record_signature())) {
    return Fail(ErrorCode::kBadSignature, "batch record");
  }
  return VerifyReceiptContent(message, receipt, keys);
}

// A sale's or void's leaf is made here from what the terminal knows, so it cannot hold anything
// else; a leaf of the audit log must name the message.
Result<Bytes> LeafOf(const protocol::SignedMessage& message, const wire::Receipt& receipt, int part,
                     base::ByteView key_id) {
  const auto& p = receipt.parts(part);
  if (message.decoded->has_skip() || message.decoded->has_claim()) {
    LOTTERY_TRY(const auto leaf, protocol::DecodeAuditLeaf(p.leaf()));
    if (leaf.json.find(base::ToHex(message.hash.view())) == Bytes::npos)
      return Fail(ErrorCode::kEntryInvalid, "another message's leaf");
    return p.leaf();
  }
  const bool order = message.decoded->has_order();
  base::ByteWriter w;
  protocol::EncodeSaleLeaf(w, order ? protocol::LeafKind::kOrder : protocol::LeafKind::kVoid,
                           {p.time_ms()}, key_id, message.signature,
                           order ? crypto::Sha256(receipt.s()) : Digest(), message.octets);
  return w.Take();
}

// Every part must be in the log the message asked for: an order's in those of its first draw and of
// later ones in order, a void's where its order is, skips and claims in the audit log.
Status CheckPlaces(const wire::TerminalMessage& m, const wire::Receipt& receipt,
                   const std::string& operator_name) {
  const auto wrong = [](const std::string& origin) {
    return Fail(ErrorCode::kBadProof, "not the log the message asked for: " + origin);
  };
  const int parts = receipt.parts_size();
  if (parts == 0) return Fail(ErrorCode::kBadProof, "a receipt without leaves");
  const std::string& first = receipt.parts(0).origin();
  if (m.has_void_()) return first == m.void_().origin() ? Status() : wrong(first);
  if (!m.has_order())
    return first == protocol::AuditOrigin(operator_name) && parts == 1 ? Status() : wrong(first);
  if (parts != static_cast<int>(m.order().draw_count()) || receipt.s().size() != sizeof(Digest))
    return Fail(ErrorCode::kBadProof, "one leaf a draw, and 32 octets of s");
  const protocol::DrawId draw{m.order().game(), static_cast<std::int32_t>(m.order().first_draw())};
  if (first != protocol::OriginOf(operator_name, draw)) return wrong(first);
  std::int32_t before = draw.number;
  for (int i = 1; i < parts; ++i) {
    const auto next = protocol::DrawOfOrigin(operator_name, receipt.parts(i).origin());
    if (!next || next->game != draw.game || next->number <= before)
      return wrong(receipt.parts(i).origin());
    before = next->number;
  }
  return {};
}

// The part's leaf is under a root of its log, and that root under the record's root over heads.
Status CheckProof(const wire::Receipt::Part& part, base::ByteView leaf,
                  const protocol::BatchRecord& record) {
  LOTTERY_TRY(const auto path, crypto::ProofFromOctets(part.proof()));
  LOTTERY_TRY(const auto root,
              crypto::RootOf(part.index(), part.size(), crypto::LeafHash(leaf), path));
  LOTTERY_TRY(const auto head_path, crypto::ProofFromOctets(part.head_path()));
  const protocol::LogHead head{part.origin(), part.size(), root};
  return crypto::VerifyInclusion(part.head(), record.count, crypto::LeafHash(head.Encode()),
                                 head_path, record.heads);
}

bool GivesTicket(const protocol::SignedMessage& message, const wire::Receipt& receipt) {
  return message.decoded->has_order() || receipt.claim().has_exchange();
}

// It must stand for draws of one order that includes the draw that was paid, in order, and be one
// that was asked for.
Status CheckExchange(const wire::TerminalMessage& m, const wire::Receipt& receipt,
                     const std::string& operator_name) {
  const auto wrong = [](const char* why) {
    return Fail(ErrorCode::kBadProof, std::string("exchange ticket: ") + why);
  };
  if (!protocol::AsksForExchange(m) || receipt.s().size() != sizeof(Digest))
    return wrong("not asked for");
  const auto& exchange = receipt.claim().exchange();
  LOTTERY_TRY(const auto leaf, protocol::DecodeSaleLeaf(exchange.leaf()));
  LOTTERY_TRY(const auto message, protocol::DecodeMessage(leaf.message, leaf.signature));
  if (!message.decoded->has_order()) return wrong("not of an order");
  LOTTERY_TRY_VOID(games::CheckOrder(message.decoded->order()).map([](const auto&) {}));
  const auto& order = message.decoded->order();
  const protocol::DrawId first{order.game(), static_cast<std::int32_t>(order.first_draw())};
  if (exchange.origin() != protocol::OriginOf(operator_name, first))
    return wrong("not of the order's first draw");
  const auto claimed = protocol::DrawOfOrigin(operator_name, m.claim().origin());
  if (!claimed || claimed->game != first.game || claimed->number < first.number)
    return wrong("of another ticket than the one claimed");
  if (exchange.origins_size() == 0 ||
      exchange.origins_size() >= static_cast<int>(order.draw_count()))
    return wrong("it stands for more draws than are left");
  std::int32_t before = first.number - 1;
  for (const auto& origin : exchange.origins()) {
    const auto draw = protocol::DrawOfOrigin(operator_name, origin);
    if (!draw || draw->game != first.game || draw->number <= before || *draw == *claimed)
      return wrong("draws of another order");
    before = draw->number;
  }
  return {};
}

Status VerifyReceiptContent(const protocol::SignedMessage& message, const wire::Receipt& receipt,
                            const ReceiptKeys& keys) {
  LOTTERY_TRY(const auto record, protocol::DecodeBatchRecord(receipt.record()));
  LOTTERY_TRY_VOID(CheckPlaces(*message.decoded, receipt, keys.operator_name));
  for (int i = 0; i < receipt.parts_size(); ++i) {
    LOTTERY_TRY(const auto leaf, LeafOf(message, receipt, i, keys.key_id));
    LOTTERY_TRY_VOID(CheckProof(receipt.parts(i), leaf, record));
  }
  if (receipt.claim().has_exchange())
    return CheckExchange(*message.decoded, receipt, keys.operator_name);
  return {};
}

}  // namespace lottery::terminal
