// What a checker does with the messages it took: everything that needs no state.
#include "central/session.h"
#include "games/order.h"

namespace lottery::central {
using base::ErrorCode;
using base::Fail;
using protocol::net::Connection;
namespace {

// The log keeps the signatures of orders and voids, and the control verifies them once more: they
// may be checked by tables of known keys.
bool IsLogged(const protocol::SignedMessage& message) {
  return message.decoded->has_order() || message.decoded->has_void_();
}

}  // namespace

// Form, and who speaks.
Result<Server::Candidate> Server::Decode(Unchecked& from) {
  static thread_local wire::Submit submit;
  if (!submit.ParseFromString(from.frame.body))
    return Fail(ErrorCode::kBadMessage, "not a submission");
  LOTTERY_TRY(auto decoded, protocol::DecodeMessage(std::move(*submit.mutable_message()),
                                                    std::move(*submit.mutable_signature())));
  const std::uint32_t terminal = SessionOf(from.peer).terminal;
  if (decoded.decoded->terminal() != terminal) return Fail(ErrorCode::kTerminalMismatch);
  auto key = keys_.Find(terminal);
  if (key == nullptr) return Fail(ErrorCode::kUnknownTerminal);
  return Candidate{from.peer, std::move(key), {std::move(decoded), from.read_at, {}, {}}};
}

void Server::Check(std::span<Unchecked> messages) {
  std::vector<Candidate> candidates;
  candidates.reserve(messages.size());
  for (auto& message : messages) {
    auto candidate = Decode(message);
    candidate ? candidates.push_back(std::move(*candidate))
              : Reject(message.peer, candidate.error());
  }
  std::vector<protocol::FromKnownKey> logged;
  for (const auto& c : candidates)
    if (IsLogged(c.input.message)) logged.push_back({&c.input.message, c.key.get()});
  protocol::CheckSignatures(logged);
  auto verdict = logged.begin();
  std::vector<Submission> sound;
  sound.reserve(candidates.size());
  for (auto& c : candidates) {
    const bool holds = IsLogged(c.input.message)
                           ? (verdict++)->holds
                           : protocol::SignatureHolds(c.input.message, c.key->public_key());
    holds ? Accept(c, sound) : Reject(c.peer, {ErrorCode::kBadSignature, ""});
  }
  Enqueue(sound);
}

// Before anything that could have changed the state: the sender may send again.
void Server::Reject(const Peer& peer, const base::Error& error) {
  SessionOf(peer).worker->reactor.Post([this, peer, error] {
    Answered(SessionOf(peer));
    Refuse(peer, error);
  });
}

// Of whom it says it is; the rule book has the last word.
void Server::Accept(Candidate& candidate, std::vector<Submission>& sound) {
  auto& [peer, key, input] = candidate;
  if (input.message.decoded->has_order()) {
    auto facts = games::CheckOrder(input.message.decoded->order());
    if (!facts) return Reject(peer, facts.error());
    input.per_draw = facts->per_draw;
    input.numbers = std::move(facts->numbers);
  }
  if (!input.message.decoded->has_claim()) {
    sound.push_back(SubmissionOf(std::move(peer), std::move(input)));
    return;
  }
  // A claim that could not be paid is refused before it uses a number.
  ToDesk(peer);
  claims_.CheckClaim(input.message, [this, peer = peer, input = input](base::Status status) {
    status ? Enqueue(peer, input) : RefuseClaim(peer, input, status.error());
  });
}

// A number that is used is the sequencer's to answer for: this may be the very claim that used it,
// sent again, and a refusal would tell the terminal that the number is free.
void Server::RefuseClaim(const Peer& peer, const TerminalInput& input, const base::Error& why) {
  engine_.Query([this, peer, input, why](const Sequencer& sequencer) {
    const auto& m = *input.message.decoded;
    const auto terminal = sequencer.state().terminals.find(m.terminal());
    const bool used =
        terminal != sequencer.state().terminals.end() && m.sequence() <= terminal->second.sequence;
    if (used) return Enqueue(peer, input);
    DeliverLater(peer, input.message.hash, tl::unexpected<base::Error>(why));
  });
}

Submission Server::SubmissionOf(Peer peer, TerminalInput input) {
  const auto* cancelled = &SessionOf(peer).cancelled;
  const Digest hash = input.message.hash;
  return {{std::move(peer), cancelled, hash}, std::move(input)};
}

// Together, so that they come into one batch and wake the engine once.
void Server::Enqueue(std::span<Submission> messages) {
  for (const auto& full : messages.subspan(engine_.Submit(messages)))
    DeliverLater(std::static_pointer_cast<Connection>(full.sender.peer), full.sender.hash,
                 Fail(ErrorCode::kBusy));
}

void Server::Enqueue(const Peer& peer, TerminalInput input) {
  Submission one = SubmissionOf(peer, std::move(input));
  Enqueue({&one, 1});
}

void Server::OnLookUp(Sender sender, TerminalInput input, Need need) {
  ToDesk(std::static_pointer_cast<Connection>(sender.peer));
  desk_.LookUp(std::move(input), need, [this, sender](Result<TerminalInput> found) {
    const auto peer = std::static_pointer_cast<Connection>(sender.peer);
    if (found) return Enqueue(peer, std::move(*found));
    DeliverLater(peer, sender.hash, tl::unexpected<base::Error>(found.error()));
  });
}

}  // namespace lottery::central
