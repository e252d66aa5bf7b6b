// load: prints the public keys of its terminals, or runs them against central and prints what it
// saw.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "base/cli.h"
#include "base/file.h"
#include "bench/issuance/load.h"
#include "protocol/documents.h"

namespace {
using namespace lottery;

std::int64_t At(const std::vector<std::int64_t>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[std::min(sorted.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

// The floor of issuance, measured on this machine now: microseconds of one signature verification.
double VerifyUs() {
  const auto key = crypto::SigningKey::Generate();
  const base::Bytes message(200, 'm');
  const auto signature = key.Sign(message);
  constexpr int kRounds = 4000;
  const auto started = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i)
    LOTTERY_CHECK(crypto::VerifySignature(key.public_key(), message, signature));
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - started)
             .count() /
         kRounds;
}

}  // namespace

int main(int argc, char** argv) {
  bench::LoadConfig config;
  std::string trust_file, clock_file, seed = "load";
  bool keys = false;
  CLI::App app("load generator of the issuance bench");
  app.add_flag("--keys", keys, "print terminal ids and public keys, nothing else");
  app.add_option("--central", config.address);
  app.add_option("--tls", config.keys_folder, "folder with load-ID.pem and load-ID.key.pem");
  app.add_option("--ca", config.ca_file);
  app.add_option("--trust", trust_file);
  app.add_option("--clock", clock_file);
  app.add_option("--first", config.first_terminal)->required();
  app.add_option("--connections", config.connections)->required();
  app.add_option("--seconds", config.seconds);
  app.add_option("--draw", config.draw);
  CLI11_PARSE(app, argc, argv);
  config.seed_base = seed;
  if (keys) {
    for (int i = 0; i < config.connections; ++i) {
      const auto id = config.first_terminal + static_cast<std::uint32_t>(i);
      std::printf("%u %s\n", id, base::ToHex(bench::LoadKey(seed, id).public_key()).c_str());
    }
    return 0;
  }
  const auto trust_text = base::ReadFile(trust_file);
  const auto trust = trust_text ? protocol::OpenTrust(*trust_text)
                                : tl::unexpected<base::Error>(trust_text.error());
  const auto clock = base::OpenClock(clock_file);
  if (!trust || !clock) return 2;
  config.record_key = trust->KeysFor("record").at(0);
  const double verify_us = VerifyUs();
  const auto result = bench::RunLoad(config, **clock);
  std::printf("%s\n", base::ToLine(base::json::object{{"sold", result.sold},
                                                      {"seconds", result.seconds},
                                                      {"busy", result.busy},
                                                      {"refused", result.refused},
                                                      {"wrong_receipts", result.wrong_receipts},
                                                      {"max_outstanding", result.max_outstanding},
                                                      {"order_octets", result.order_octets},
                                                      {"verify_us", verify_us},
                                                      {"p50_us", At(result.latency_us, 0.5)},
                                                      {"p99_us", At(result.latency_us, 0.99)},
                                                      {"p999_us", At(result.latency_us, 0.999)}})
                          .c_str());
  return 0;
}
