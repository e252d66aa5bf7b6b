#include "protocol/message.h"

#include "crypto/envelope.h"
#include "crypto/hash.h"
#include "crypto/known_key.h"

namespace lottery::protocol {
using base::ErrorCode;
using base::Fail;
using base::Status;
namespace {

constexpr std::size_t kMaxCashierOctets = 32;
constexpr std::size_t kMaxOriginOctets = 96;

template <typename M>
bool Known(const M& message) {
  return message.GetReflection()->GetUnknownFields(message).empty();
}

// No field that the schema does not name, on any level.
bool AllKnown(const wire::TerminalMessage& m) {
  if (!Known(m)) return false;
  switch (m.body_case()) {
    case wire::TerminalMessage::kOrder:
      for (const auto& bet : m.order().bets()) {
        if (!Known(bet) || (bet.has_ssq() && !Known(bet.ssq())) ||
            (bet.has_d3() && !Known(bet.d3())) || (bet.has_qlc() && !Known(bet.qlc())) ||
            (bet.has_kl8() && !Known(bet.kl8())))
          return false;
      }
      return Known(m.order());
    case wire::TerminalMessage::kVoid:
      return Known(m.void_());
    case wire::TerminalMessage::kClaim:
      return Known(m.claim());
    case wire::TerminalMessage::kSkip:
      return Known(m.skip());
    case wire::TerminalMessage::BODY_NOT_SET:
      return true;
  }
  return false;
}

}  // namespace

bool WellFormed(const wire::TerminalMessage& m) {
  if (m.sequence() == 0 || m.previous().size() != 32 || m.cashier().size() > kMaxCashierOctets)
    return false;
  switch (m.body_case()) {
    case wire::TerminalMessage::kOrder:
      return m.order().t_hash().size() == 32;
    case wire::TerminalMessage::kVoid:
      return m.void_().order_hash().size() == 32 && m.void_().origin().size() <= kMaxOriginOctets;
    case wire::TerminalMessage::kClaim:
      return m.claim().origin().size() <= kMaxOriginOctets &&
             (m.claim().exchange_t_hash().empty() || m.claim().exchange_t_hash().size() == 32);
    case wire::TerminalMessage::kSkip:
      return true;
    case wire::TerminalMessage::BODY_NOT_SET:
      return false;
  }
  return false;
}

namespace {

// Into `message`, which is empty.
Status ReadMessage(base::ByteView octets, wire::TerminalMessage& message) {
  if (octets.size() > kMaxMessageOctets)
    return Fail(ErrorCode::kFrameTooLarge, "message above 60 000 octets");
  if (!message.ParseFromArray(octets.data(), static_cast<int>(octets.size())))
    return Fail(ErrorCode::kBadMessage, "not a terminal message");
  if (!WellFormed(message))
    return Fail(ErrorCode::kBadMessage, "a field has the wrong length or is missing");
  if (!AllKnown(message)) return Fail(ErrorCode::kBadMessage, "unknown fields");
  return {};
}

// A message and all of its parts in one piece of memory.
template <std::size_t kOctets>
struct OnePiece {
  OnePiece() : arena(Options(*this)) { message = New(); }
  static google::protobuf::ArenaOptions Options(OnePiece& self) {
    google::protobuf::ArenaOptions options;
    options.initial_block = self.block;
    options.initial_block_size = sizeof self.block;
    return options;
  }
  wire::TerminalMessage* New() {
    return google::protobuf::Arena::CreateMessage<wire::TerminalMessage>(&arena);
  }
  alignas(8) char block[kOctets];
  google::protobuf::Arena arena;
  wire::TerminalMessage* message = nullptr;
};

}  // namespace

Result<SignedMessage> DecodeMessage(Bytes octets, Bytes signature) {
  if (signature.size() != crypto::kSignatureOctets)
    return Fail(ErrorCode::kBadMessage, "a signature has 64 octets");
  const auto whole = std::make_shared<OnePiece<1024>>();
  std::shared_ptr<wire::TerminalMessage> decoded(whole, whole->message);
  LOTTERY_TRY_VOID(ReadMessage(octets, *decoded));
  SignedMessage out{std::move(octets), std::move(signature), {}, std::move(decoded)};
  out.hash = crypto::Sha256(out.octets);
  return out;
}

struct MessageReader::Memory : OnePiece<16 << 10> {};
MessageReader::MessageReader() : memory_(std::make_unique<Memory>()) {}
MessageReader::~MessageReader() = default;
MessageReader::MessageReader(MessageReader&&) noexcept = default;
MessageReader& MessageReader::operator=(MessageReader&&) noexcept = default;

Result<const wire::TerminalMessage*> MessageReader::Read(base::ByteView octets) {
  memory_->arena.Reset();
  memory_->message = memory_->New();
  LOTTERY_TRY_VOID(ReadMessage(octets, *memory_->message));
  return memory_->message;
}

bool SignatureHolds(const SignedMessage& message, base::ByteView public_key) {
  return crypto::VerifyTyped(public_key, kTypeMessage, message.octets, message.signature);
}

void CheckSignatures(std::span<FromKnownKey> all) {
  std::vector<Bytes> encoded(all.size());
  std::vector<crypto::KnownKey::Signed> checked;
  for (std::size_t i = 0; i < all.size(); ++i) {
    encoded[i] = crypto::PreAuthEncoding(kTypeMessage, all[i].message->octets);
    checked.push_back({all[i].key, encoded[i], all[i].message->signature});
  }
  crypto::KnownKey::VerifyAll(checked);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].holds = checked[i].holds || SignatureHolds(*all[i].message, all[i].key->public_key());
}

SignedMessage SignMessage(const wire::TerminalMessage& message, const crypto::SigningKey& key) {
  SignedMessage out;
  out.octets = message.SerializeAsString();
  out.signature = crypto::SignTyped(key, kTypeMessage, out.octets);
  out.hash = crypto::Sha256(out.octets);
  out.decoded = std::make_shared<wire::TerminalMessage>(message);
  return out;
}

wire::Refusal MakeRefusal(const base::Error& error, const Digest* message_hash) {
  wire::Refusal refusal;
  refusal.set_code(static_cast<std::uint32_t>(error.code));
  refusal.set_zh(std::string(base::SentenceZh(error.code)));
  refusal.set_en(std::string(base::SentenceEn(error.code)));
  if (error.code == ErrorCode::kBusy) refusal.set_retry_after_ms(20);
  if (message_hash != nullptr) refusal.set_message_hash(std::string(message_hash->view()));
  return refusal;
}

base::Error FromRefusal(const wire::Refusal& refusal) {
  const auto code = base::ErrorCodeFrom(refusal.code()).value_or(ErrorCode::kInternal);
  // The sentence is known here; another one is of another version, whose code may not be.
  return {code, refusal.en() == base::SentenceEn(code) ? "" : "central: " + refusal.en()};
}

}  // namespace lottery::protocol
