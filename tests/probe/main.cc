// A peer that breaks the protocol in every way we could think of, against a live central. Each case
// names the code it must get; what is still sold afterwards shows that nothing else changed. probe
// CENTRAL TRUST CLOCK KEYS PHRASE DRAW ID OTHER_ID SUSPENDED_ID UNKNOWN_ID
#include <cstdio>
#include <functional>

#include "base/cli.h"
#include "base/file.h"
#include "crypto/keyset.h"
#include "protocol/documents.h"
#include "terminal/till.h"

namespace {
using namespace lottery;
using base::Bytes;
using base::ErrorCode;
using protocol::Frame;
using protocol::FrameType;
using protocol::net::Client;

constexpr int kWaitMs = 10'000;

template <typename T>
T Must(base::Result<T> result, const char* what) {
  if (!result) {
    std::printf("probe cannot go on: %s: %s %s\n", what,
                std::string(base::NameOf(result.error().code)).c_str(),
                result.error().detail.c_str());
    std::exit(3);
  }
  return std::move(*result);
}

struct Setting {
  std::string central, keys, phrase;
  std::unique_ptr<base::Clock> clock;
  Bytes record_key;
  std::uint32_t draw = 0;
};

// One terminal's connection and chain, under the probe's full control.
class Peer {
 public:
  Peer(const Setting& s, std::uint32_t id) : s_(s), id_(id), key_(LoadKey(s, id)) {
    const std::string stem = s.keys + "/terminal-" + std::to_string(id) + "-tls";
    crypto::Identity own{Must(base::ReadFile(stem + ".pem"), "certificate"),
                         Must(base::ReadFile(stem + ".key.pem"), "key")};
    context_ =
        Must(crypto::MakeTlsContext(false, own, Must(base::ReadFile(s.keys + "/ca.pem"), "ca")),
             "context");
    Connect();
    const auto frame = Must(client_->Call(FrameType::kStatusRequest, {}, kWaitMs), "status");
    wire::Status status;
    LOTTERY_CHECK(frame.type == FrameType::kStatus && status.ParseFromString(frame.body));
    sequence_ = status.sequence();
    head_ = status.enrolled() ? *base::DigestFrom(status.head()) : base::Digest();
  }

  void Connect() {
    client_.emplace(Must(Client::Connect(s_.central, context_.get(), kWaitMs), "connect"));
  }
  Client& client() { return *client_; }
  std::uint32_t id() const { return id_; }
  Bytes key_id() const { return crypto::KeyId(key_.public_key()); }
  SSL_CTX* context() { return context_.get(); }

  wire::TerminalMessage Blank() const {
    wire::TerminalMessage m;
    m.set_terminal(id_);
    m.set_sequence(sequence_ + 1);
    m.set_previous(std::string(head_.view()));
    m.set_time_ms(s_.clock->Now().ms);
    m.set_not_after_ms(m.time_ms() + 20'000);
    return m;
  }
  wire::TerminalMessage Order() const {
    auto m = Blank();
    auto* order = m.mutable_order();
    order->set_game("ssq");
    order->set_first_draw(s_.draw);
    order->set_draw_count(1);
    order->set_multiplier(1);
    order->set_price_fen(200);
    order->set_t_hash(std::string(32, 't'));
    auto* bet = order->add_bets()->mutable_ssq();
    bet->set_reds("\x01\x02\x03\x04\x05\x06");
    bet->set_blues("\x07");
    return m;
  }
  protocol::SignedMessage Sign(const wire::TerminalMessage& m) const {
    return protocol::SignMessage(m, key_);
  }

  Frame Send(const protocol::SignedMessage& m) { return SendRaw(m.octets, m.signature); }
  Frame SendRaw(const Bytes& message, const Bytes& signature) {
    wire::Submit submit;
    submit.set_message(message);
    submit.set_signature(signature);
    return Must(client_->Call(FrameType::kSubmit, submit.SerializeAsString(), kWaitMs), "submit");
  }
  void Took(const protocol::SignedMessage& m) {
    sequence_ = m.decoded->sequence();
    head_ = m.hash;
  }

 private:
  static crypto::SigningKey LoadKey(const Setting& s, std::uint32_t id) {
    const auto phrase = Must(crypto::ReadPassphrase(s.phrase, ""), "passphrase");
    return Must(crypto::LoadSigningKey(s.keys + "/terminal-" + std::to_string(id) + ".key", phrase,
                                       "terminal"),
                "terminal key");
  }
  const Setting& s_;
  std::uint32_t id_;
  crypto::SigningKey key_;
  crypto::TlsContext context_;
  std::optional<Client> client_;
  std::uint64_t sequence_ = 0;
  base::Digest head_;
};

int failures = 0;

void Expect(const char* name, bool holds, const std::string& seen = {}) {
  std::printf("%s %s%s%s\n", holds ? "ok  " : "FAIL", name, seen.empty() ? "" : ": ", seen.c_str());
  failures += holds ? 0 : 1;
}

std::string CodeOf(const Frame& frame) {
  wire::Refusal refusal;
  if (frame.type == FrameType::kReceipt) return "receipt";
  if (frame.type != FrameType::kRefusal || !refusal.ParseFromString(frame.body)) return "other";
  if (refusal.zh().empty() || refusal.en().empty()) return "without sentences";
  const auto code = base::ErrorCodeFrom(refusal.code());
  return code ? std::string(base::NameOf(*code)) : "unknown code";
}

void ExpectCode(const char* name, const Frame& frame, const std::string& code) {
  Expect(name, CodeOf(frame) == code, CodeOf(frame));
}

wire::Receipt ReceiptOf(const Frame& frame) {
  wire::Receipt receipt;
  LOTTERY_CHECK(frame.type == FrameType::kReceipt && receipt.ParseFromString(frame.body));
  return receipt;
}

// The peer broke the protocol: named, then the connection ends.
void Broken(Peer& peer, const char* name, const Bytes& octets, const std::string& code) {
  if (!peer.client().Send(octets, kWaitMs)) return Expect(name, false, "cannot send");
  const auto frame = peer.client().Receive(kWaitMs);
  Expect(name, frame && CodeOf(*frame) == code, frame ? CodeOf(*frame) : "closed without a word");
  Expect("  and the connection ends", !peer.client().Receive(kWaitMs).has_value());
  peer.Connect();
}

void Frames(Peer& peer) {
  Broken(peer, "oversized frame", base::ByteWriter().U32(1 << 30).Raw("x").bytes(),
         "kFrameTooLarge");
  Broken(peer, "empty frame", base::ByteWriter().U32(0).bytes(), "kBadFrame");
  Broken(peer, "unknown frame type", base::ByteWriter().U32(1).U8(99).bytes(), "kBadFrame");
  Broken(peer, "an answer as a request", protocol::EncodeFrame(FrameType::kReceipt, ""),
         "kBadFrame");
  Broken(peer, "HTTP on the wrong port", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "kFrameTooLarge");
  (void)peer.client().Send(
      protocol::EncodeFrame(FrameType::kSubmit, std::string(500, 'x')).substr(0, 100), kWaitMs);
  peer.Connect();  // half a frame, then gone: central must not care
  const auto garbage =
      Must(peer.client().Call(FrameType::kSubmit, "\xff\xff\xff", kWaitMs), "garbage");
  ExpectCode("garbage in a frame", garbage, "kBadMessage");
  ExpectCode("garbage as a message", peer.SendRaw("\xff\xff\xff", std::string(64, 's')),
             "kBadMessage");
  ExpectCode("message above 60 000 octets",
             peer.SendRaw(std::string(60'001, 'x'), std::string(64, 's')), "kFrameTooLarge");
  ExpectCode("short signature", peer.SendRaw(peer.Sign(peer.Order()).octets, "s"), "kBadMessage");
  ExpectCode("unknown fields",
             peer.SendRaw(peer.Sign(peer.Order()).octets + std::string("\xf8\x07\x01", 3),
                          std::string(64, 's')),
             "kBadMessage");
  wire::EntriesRequest entries;
  entries.set_origin("lottery.example/audit");
  entries.set_count(1);
  ExpectCode(
      "a terminal asks for entries",
      Must(peer.client().Call(FrameType::kEntriesRequest, entries.SerializeAsString(), kWaitMs),
           "entries"),
      "kForbiddenRole");
}

void Signatures(Peer& peer, Peer& other) {
  auto forged = peer.Sign(peer.Order());
  forged.signature[5] = static_cast<char>(forged.signature[5] ^ 1);
  ExpectCode("forged signature", peer.Send(forged), "kBadSignature");
  ExpectCode("another terminal's message", peer.Send(other.Sign(other.Order())),
             "kTerminalMismatch");
}

void Chain(Peer& peer, std::int64_t now_ms) {
  const auto refused = [&](const char* name, const std::string& code,
                           const std::function<void(wire::TerminalMessage&)>& change) {
    auto m = peer.Order();
    change(m);
    ExpectCode(name, peer.Send(peer.Sign(m)), code);
  };
  refused("sequence number ahead", "kSequenceGap",
          [](auto& m) { m.set_sequence(m.sequence() + 1); });
  refused("wrong previous hash", "kWrongPrevious",
          [](auto& m) { m.set_previous(std::string(32, 'p')); });
  refused("expired not_after", "kExpired", [&](auto& m) { m.set_not_after_ms(now_ms - 1000); });
  refused("terminal clock off", "kTerminalClockWrong",
          [&](auto& m) { m.set_time_ms(now_ms - 3'600'000); });
  refused("wrong price", "kWrongPrice", [](auto& m) { m.mutable_order()->set_price_fen(199); });
  refused("illegal bet", "kIllegalBet", [](auto& m) {
    m.mutable_order()->mutable_bets(0)->mutable_ssq()->set_reds("\x01\x02\x03");
  });
  refused("unknown draw", "kDrawUnknown",
          [](auto& m) { m.mutable_order()->set_first_draw(2026500); });
  refused("more draws than are planned", "kDrawNotOpen", [](auto& m) {
    m.mutable_order()->set_draw_count(4);
    m.mutable_order()->set_price_fen(800);
  });
  const auto order = peer.Sign(peer.Order());
  const auto first = ReceiptOf(peer.Send(order));
  Expect("a sound order is sold after all that",
         terminal::VerifyReceiptContent(order, first, {"lottery.example", peer.key_id(), {}})
             .has_value());
  const auto holds = [&](const wire::Receipt& receipt, const char* operator_name) {
    return terminal::VerifyReceiptContent(order, receipt, {operator_name, peer.key_id(), {}})
        .has_value();
  };
  auto other_s = first, twice = first, moved = first;
  other_s.set_s(first.s().substr(0, 31));
  *twice.add_parts() = first.parts(0);
  moved.mutable_parts(0)->set_time_ms(first.parts(0).time_ms() + 1);
  Expect("a receipt of another operator, draw, secret or time is seen",
         holds(first, "lottery.example") && !holds(first, "other.example") &&
             !holds(other_s, "lottery.example") && !holds(twice, "lottery.example") &&
             !holds(moved, "lottery.example"));
  const auto again = ReceiptOf(peer.Send(order));
  Expect("the same octets get the same receipt",
         first.SerializeAsString() == again.SerializeAsString());
  auto other = *order.decoded;
  other.mutable_order()->set_multiplier(2);
  other.mutable_order()->set_price_fen(400);
  ExpectCode("used number, other octets", peer.Send(peer.Sign(other)), "kSequenceUsed");
  auto skip = *order.decoded;
  skip.mutable_skip();
  Expect("a skip at a used number gets what holds it",
         ReceiptOf(peer.Send(peer.Sign(skip))).parts(0).index() == first.parts(0).index());
  peer.Took(order);
  const auto next = peer.Sign(peer.Order());
  (void)ReceiptOf(peer.Send(next));
  peer.Took(next);
  Expect("an older number too gets its receipt",
         ReceiptOf(peer.Send(order)).record() == first.record());
  auto fresh_skip = peer.Blank();
  fresh_skip.mutable_skip();
  const auto skipped = peer.Sign(fresh_skip);
  Expect("a skip uses its number up",
         ReceiptOf(peer.Send(skipped)).parts(0).origin() == "lottery.example/audit");
  peer.Took(skipped);
}

void Voids(Peer& peer, Peer& other) {
  const auto order = peer.Sign(peer.Order());
  const auto sold = ReceiptOf(peer.Send(order));
  peer.Took(order);
  const auto ask = [&](Peer& who, const std::function<void(wire::Void&)>& change) {
    auto m = who.Blank();
    auto* v = m.mutable_void_();
    v->set_origin(sold.parts(0).origin());
    v->set_index(sold.parts(0).index());
    v->set_order_hash(std::string(order.hash.view()));
    v->set_s(sold.s());
    change(*v);
    const auto message = who.Sign(m);
    auto frame = who.Send(message);
    if (frame.type == FrameType::kReceipt) who.Took(message);
    return frame;
  };
  ExpectCode("void with half a secret", ask(peer, [](auto& v) { v.set_s(v.s().substr(0, 16)); }),
             "kWrongSecret");
  ExpectCode("void of no ticket", ask(peer, [](auto& v) { v.set_index(1'000'000); }),
             "kUnknownTicket");
  ExpectCode("void with another order's hash",
             ask(peer, [](auto& v) { v.set_order_hash(std::string(32, 'h')); }), "kUnknownTicket");
  ExpectCode("void by another terminal", ask(other, [](auto&) {}), "kNotYourTicket");
  ExpectCode("void", ask(peer, [](auto&) {}), "receipt");
  ExpectCode("void once more", ask(peer, [](auto&) {}), "kAlreadyVoided");
}

void Claims(Peer& peer) {
  const auto ask = [&](const std::string& t, const std::string& s, const std::string& origin) {
    auto m = peer.Blank();
    auto* claim = m.mutable_claim();
    claim->set_origin(origin);
    claim->set_t(t);
    claim->set_s(s);
    return peer.Send(peer.Sign(m));
  };
  const std::string origin = "lottery.example/ssq/2026097";
  ExpectCode("claim with half a secret", ask("", std::string(32, 's'), origin), "kWrongSecret");
  ExpectCode("claim before the draw", ask(std::string(16, 't'), std::string(32, 's'), origin),
             "kNotDrawnYet");
  ExpectCode("claim on no log",
             ask(std::string(16, 't'), std::string(32, 's'), "lottery.example/ssq/2020001"),
             "kUnknownTicket");
}

// A cloned terminal: the newer session ends the older one.
void Clone(const Setting& s, Peer& peer) {
  auto clone = Must(Client::Connect(s.central, peer.context(), kWaitMs), "clone");
  (void)Must(clone.Call(FrameType::kStatusRequest, {}, kWaitMs), "status");
  const auto last_word = peer.client().Receive(kWaitMs);
  Expect("a new session ends the old one", last_word && CodeOf(*last_word) == "kSessionReplaced");
  peer.Connect();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 11) return 2;
  Setting s;
  s.central = argv[1];
  s.clock = Must(base::OpenClock(argv[3]), "clock");
  s.keys = argv[4];
  s.phrase = argv[5];
  s.draw = static_cast<std::uint32_t>(std::stoul(argv[6]));
  const auto id = [&](int i) { return static_cast<std::uint32_t>(std::stoul(argv[i])); };
  Peer peer(s, id(7)), other(s, id(8));
  Frames(peer);
  Signatures(peer, other);
  Chain(peer, s.clock->Now().ms);
  Voids(peer, other);
  Claims(peer);
  Clone(s, peer);
  {
    Peer suspended(s, id(9)), unknown(s, id(10));
    ExpectCode("suspended terminal", suspended.Send(suspended.Sign(suspended.Order())),
               "kTerminalSuspended");
    ExpectCode("unknown terminal", unknown.Send(unknown.Sign(unknown.Order())), "kUnknownTerminal");
  }
  const auto order = peer.Sign(peer.Order());
  Expect("and central still sells", CodeOf(peer.Send(order)) == "receipt");
  std::printf("%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
