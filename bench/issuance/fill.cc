// fill: tickets straight into the store, through the real engine but without terminals: no TLS, and
// signatures that nobody made. For measuring what comes after sales: restart, storage, settlement.
#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>

#include "base/cli.h"
#include "base/file.h"
#include "bench/issuance/orders.h"
#include "central/desk.h"
#include "central/engine.h"
#include "central/pg_store.h"
#include "crypto/envelope.h"
#include "games/order.h"
#include "games/ssq.h"

namespace {
using namespace lottery;

constexpr std::int64_t kMostWaiting = 2000;
constexpr std::int64_t kTellEvery = 1'000'000;

template <typename T>
T Must(base::Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "fill: %s %s\n", std::string(base::NameOf(result.error().code)).c_str(),
                 result.error().detail.c_str());
    std::exit(3);
  }
  return std::move(*result);
}

// Takes the answers: every ticket must be sold.
class Counter : public central::Engine::Answers {
 public:
  void OnAnswer(const central::Sender&, const central::TerminalInput&,
                central::Outcome outcome) override {
    if (!outcome) Must(std::move(outcome));
    sold.fetch_add(1);
    sold.notify_one();
  }
  void OnBatchAnswered() override {}
  int Waiting() const override { return static_cast<int>(kMostWaiting); }
  void OnCommitted(std::chrono::duration<double, std::milli>) override {}
  bool Flooded() const override { return false; }
  void OnLookUp(central::Sender, central::TerminalInput, central::Need) override {
    LOTTERY_CHECK(false);
  }
  std::atomic<std::int64_t> sold{0};
};

struct Seller {
  std::uint32_t id = 0;
  std::uint64_t sequence = 0;
  base::Digest head;
};

central::TerminalInput NextSale(Seller& seller, const std::vector<std::uint32_t>& draws,
                                base::UtcTime now, std::mt19937_64& rng) {
  wire::TerminalMessage m;
  m.set_terminal(seller.id);
  m.set_sequence(++seller.sequence);
  m.set_previous(std::string(seller.head.view()));
  m.set_time_ms(now.ms);
  m.set_not_after_ms(now.ms + 60'000);
  m.set_cashier("1");
  bench::FillOrder(*m.mutable_order(), draws, true, rng);
  base::Bytes signature;
  for (std::size_t i = 0; i < crypto::kSignatureOctets; ++i)
    signature.push_back(static_cast<char>(rng()));
  auto message = Must(protocol::DecodeMessage(m.SerializeAsString(), std::move(signature)));
  seller.head = message.hash;
  const auto facts = Must(games::CheckOrder(message.decoded->order()));
  return {std::move(message), now, facts.per_draw, nullptr};
}

void Fill(central::Engine& engine, Counter& counter, std::vector<Seller>& sellers,
          const std::vector<std::uint32_t>& draws, std::int64_t tickets, const base::Clock& clock) {
  std::mt19937_64 rng(1);
  for (std::int64_t made = 1; made <= tickets; ++made) {
    Seller& seller = sellers[static_cast<std::size_t>(made) % sellers.size()];
    central::Submission sale{{}, NextSale(seller, draws, clock.Now(), rng)};
    LOTTERY_CHECK(engine.Submit({&sale, 1}) == 1);
    for (auto sold = counter.sold.load(); made - sold > kMostWaiting; sold = counter.sold.load())
      counter.sold.wait(sold);
    if (made % kTellEvery == 0)
      std::fprintf(stderr, "  %lld tickets\n", static_cast<long long>(made));
  }
  for (auto sold = counter.sold.load(); sold < tickets; sold = counter.sold.load())
    counter.sold.wait(sold);
}

}  // namespace

int main(int argc, char** argv) {
  std::string database, trust_file, clock_file;
  std::vector<std::uint32_t> draws;
  std::int64_t tickets = 0;
  std::uint32_t first = 0, count = 0;
  CLI::App app("sells tickets into the store of a stopped central, without terminals");
  app.add_option("--database", database)->required();
  app.add_option("--trust", trust_file)->required();
  app.add_option("--clock", clock_file);
  app.add_option("--draw", draws, "open draws, in order: thirteen for orders of up to ten")
      ->required();
  app.add_option("--tickets", tickets)->required();
  app.add_option("--first", first, "the enrolled terminals that sell them")->required();
  app.add_option("--count", count)->required();
  CLI11_PARSE(app, argc, argv);
  const auto trust = Must(protocol::OpenTrust(Must(base::ReadFile(trust_file))));
  const auto clock = Must(base::OpenClock(clock_file));
  central::Secrets secrets;
  secrets.mac_key.emplace(crypto::RandomBytes(32));
  const auto record_key = crypto::SigningKey::Generate();
  central::PgStore store(database, trust.quorum);
  central::Engine engine(trust.operator_name, trust, secrets, record_key, store, *clock);
  central::Desk desk(database, engine, *clock);
  Counter counter;
  engine.SendAnswersTo(&counter);
  engine.on_snapshot = [&](std::uint64_t record, base::Bytes snapshot) {
    desk.KeepSnapshot(record, std::move(snapshot));
  };
  if (const auto started = engine.Start(); !started) Must<int>(base::Fail(started.error().code));
  std::vector<Seller> sellers;
  engine.Ask([&](const central::Sequencer& sequencer) {
    for (std::uint32_t id = first; id < first + count; ++id) {
      const auto& terminal = sequencer.state().terminals.at(id);
      sellers.push_back({id, terminal.sequence, terminal.head});
    }
  });
  desk.Start();
  Fill(engine, counter, sellers, draws, tickets, *clock);
  engine.Stop();
  desk.Stop();
  std::printf("{\"tickets\":%lld}\n", static_cast<long long>(tickets));
  return 0;
}
