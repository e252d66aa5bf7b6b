// The hot functions one by one. Every figure of a sale is a multiple of one signature verification.
#include <benchmark/benchmark.h>

#include "central/admission.h"
#include "crypto/double_scalar.h"
#include "crypto/ecvrf.h"
#include "crypto/envelope.h"
#include "crypto/known_key.h"
#include "crypto/merkle.h"
#include "games/order.h"
#include "protocol/leaf.h"
#include "protocol/message.h"

namespace lottery {
namespace {

wire::TerminalMessage SampleMessage() {
  wire::TerminalMessage m;
  m.set_terminal(1001);
  m.set_sequence(7);
  m.set_previous(std::string(32, 'p'));
  m.set_time_ms(1'800'000'000'000);
  m.set_not_after_ms(1'800'000'020'000);
  m.set_cashier("1");
  auto* order = m.mutable_order();
  order->set_game("ssq");
  order->set_first_draw(2026097);
  order->set_draw_count(1);
  order->set_multiplier(1);
  order->set_t_hash(std::string(32, 't'));
  for (int i = 0; i < 5; ++i) {
    auto* bet = order->add_bets()->mutable_ssq();
    bet->set_reds(std::string("\x01\x05\x0b\x11\x17\x1e", 6));
    bet->set_blues(std::string(1, static_cast<char>(i + 1)));
  }
  order->set_price_fen(1000);
  return m;
}

void VerifyMessage(benchmark::State& state) {
  const auto key = crypto::SigningKey::Generate();
  const auto message = protocol::SignMessage(SampleMessage(), key);
  for (auto _ : state)
    benchmark::DoNotOptimize(protocol::SignatureHolds(message, key.public_key()));
}
BENCHMARK(VerifyMessage);

// As many at once as a checker takes when many wait, of so many keys that their tables are in no
// cache: as central does it.
void VerifyMessagesOfKnownKeys(benchmark::State& state) {
  constexpr std::size_t kKeys = 5000;
  const auto at_once = static_cast<std::size_t>(state.range(0));
  static const auto signed_by = [] {
    std::vector<std::pair<std::unique_ptr<crypto::KnownKey>, protocol::SignedMessage>> all;
    for (std::size_t i = 0; i < kKeys; ++i) {
      const auto signer = crypto::SigningKey::Generate();
      all.emplace_back(std::make_unique<crypto::KnownKey>(signer.public_key()),
                       protocol::SignMessage(SampleMessage(), signer));
    }
    return all;
  }();
  std::vector<protocol::FromKnownKey> some(at_once);
  std::size_t next = 0;
  for (std::size_t i = 0; i < kKeys; ++i) {  // tables are made by the first message
    protocol::FromKnownKey first{&signed_by[i].second, signed_by[i].first.get()};
    protocol::CheckSignatures({&first, 1});
    LOTTERY_CHECK(first.holds);
  }
  for (auto _ : state) {
    for (auto& one : some) {
      next = (next + 1999) % kKeys;  // all in turn, none beside the last
      one = {&signed_by[next].second, signed_by[next].first.get()};
    }
    protocol::CheckSignatures(some);
    benchmark::DoNotOptimize(some);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(VerifyMessagesOfKnownKeys)->Arg(1)->Arg(2)->Arg(4)->Arg(8);

// What a verification adds up, of eight at once: 0 one after the other, 1 side by side.
void AddUpEight(benchmark::State& state) {
  const bool lanes = state.range(0) == 1;
  if (lanes && !crypto::HasLanes()) return state.SkipWithError("no AVX-512 IFMA here");
  static const crypto::CombOfKey comb(crypto::edwards25519::Base());
  std::uint8_t scalar[32] = {};
  std::vector<crypto::DoubleScalar> some;
  for (std::size_t i = 0; i < crypto::kLanes; ++i) {
    for (std::size_t at = 0; at < 31; ++at)
      scalar[at] = static_cast<std::uint8_t>(37 * at + 11 * i);
    some.push_back(crypto::MakeDoubleScalar(comb, scalar, scalar));
  }
  crypto::edwards25519::Projective sums[crypto::kLanes];
  for (auto _ : state) {
    crypto::SumAll(some, sums, lanes);
    benchmark::DoNotOptimize(sums);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(some.size()));
}
BENCHMARK(AddUpEight)->Arg(0)->Arg(1);

void VerifyFirstMessageOfKnownKey(benchmark::State& state) {
  const auto signer = crypto::SigningKey::Generate();
  const auto message = protocol::SignMessage(SampleMessage(), signer);
  for (auto _ : state) {
    const crypto::KnownKey key(signer.public_key());
    protocol::FromKnownKey first{&message, &key};
    protocol::CheckSignatures({&first, 1});
    benchmark::DoNotOptimize(first.holds);
  }
}
BENCHMARK(VerifyFirstMessageOfKnownKey);

void DecodeMessage(benchmark::State& state) {
  const auto message = protocol::SignMessage(SampleMessage(), crypto::SigningKey::Generate());
  for (auto _ : state)
    benchmark::DoNotOptimize(protocol::DecodeMessage(message.octets, message.signature));
}
BENCHMARK(DecodeMessage);

void CheckOrder(benchmark::State& state) {
  const auto message = SampleMessage();
  for (auto _ : state) benchmark::DoNotOptimize(games::CheckOrder(message.order()));
}
BENCHMARK(CheckOrder);

void SsqWinners(benchmark::State& state) {
  const games::SsqBet bet{std::string("\x01\x02", 2),
                          std::string("\x05\x0b\x11\x17\x1e\x1f\x20", 7),
                          std::string("\x01\x02\x03", 3)};
  const games::SsqOutcome outcome{{1, 5, 11, 17, 23, 30}, 2};
  for (auto _ : state) benchmark::DoNotOptimize(games::SsqWinners(bet, outcome));
}
BENCHMARK(SsqWinners);

void NodeHash(benchmark::State& state) {
  crypto::Digest a, b;
  for (auto _ : state) benchmark::DoNotOptimize(a = crypto::NodeHash(a, b));
}
BENCHMARK(NodeHash);

void MerkleAppendAndProve(benchmark::State& state) {
  crypto::MerkleTree tree;
  const crypto::Digest leaf = crypto::LeafHash("leaf");
  for (auto _ : state) {
    tree.Append(leaf);
    benchmark::DoNotOptimize(tree.Inclusion(tree.size() - 1, tree.size()));
  }
}
BENCHMARK(MerkleAppendAndProve);

void AppendPath(benchmark::State& state) {
  crypto::MerkleTree tree;
  for (int i = 0; i < 100'000; ++i) tree.Append(crypto::LeafHash("leaf"));
  const auto edge = tree.EdgeAt(tree.size());
  std::string path;
  for (auto _ : state) {
    path.clear();
    tree.AppendPath(99'000, edge, path);
    benchmark::DoNotOptimize(path);
  }
}
BENCHMARK(AppendPath);

void SaleLeaf(benchmark::State& state) {
  const auto key = crypto::SigningKey::Generate();
  const auto message = protocol::SignMessage(SampleMessage(), key);
  const auto key_id = crypto::KeyId(key.public_key());
  base::ByteWriter w;
  for (auto _ : state) {
    w.Clear();
    protocol::EncodeSaleLeaf(w, protocol::LeafKind::kOrder, {}, key_id, message.signature, {},
                             message.octets);
    benchmark::DoNotOptimize(crypto::LeafHash(w.bytes()));
  }
}
BENCHMARK(SaleLeaf);

void SecretHalf(benchmark::State& state) {
  const crypto::HmacKey key(std::string(32, 'k'));
  for (auto _ : state)
    benchmark::DoNotOptimize(protocol::SecretHalf(key, "lottery.example/ssq/2026097", 7, {}));
}
BENCHMARK(SecretHalf);

void AdmissionAsk(benchmark::State& state) {
  central::Admission admission(16);
  double now_ms = 0;
  central::Admission::Place place;
  std::uint64_t checked = 0;
  for (auto _ : state) {
    admission.Saw(100, 0, ++checked, now_ms += 0.06);
    benchmark::DoNotOptimize(admission.Ask(place, now_ms));
    admission.Left();
  }
}
BENCHMARK(AdmissionAsk);

void SignRecord(benchmark::State& state) {
  const auto key = crypto::SigningKey::Generate();
  const std::string record(400, 'r');
  for (auto _ : state)
    benchmark::DoNotOptimize(crypto::SignTyped(key, protocol::kTypeRecord, record));
}
BENCHMARK(SignRecord);

void VrfVerify(benchmark::State& state) {
  const auto key = crypto::VrfKey::Generate();
  const auto proof = key.Prove("alpha");
  for (auto _ : state)
    benchmark::DoNotOptimize(crypto::VrfVerify(key.public_key(), "alpha", proof));
}
BENCHMARK(VrfVerify);

}  // namespace
}  // namespace lottery

BENCHMARK_MAIN();
