// load: the bench's terminals. `keys` prints their public keys; `run` sells by phases, an object on
// standard input for each and a line when it may begin; `idle` holds connections that do nothing,
// and can drop and rebuild them all; `follow` reads the published logs. Each says on standard
// output, one JSON object a line, where it is; the driver samples processor time there.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>

#include "base/cli.h"
#include "base/file.h"
#include "bench/issuance/follow.h"
#include "bench/issuance/idle.h"
#include "bench/issuance/load.h"
#include "protocol/documents.h"

namespace {
using namespace lottery;
namespace json = base::json;

template <typename T>
T Must(base::Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "load: %s\n", result.error().detail.c_str());
    std::exit(3);
  }
  return std::move(*result);
}

void Say(const json::object& object) {
  std::printf("%s\n", base::ToLine(object).c_str());
  std::fflush(stdout);
}

// The floor of issuance, measured on this machine now: processor microseconds of one verification,
// the median as while it sells.
double VerifyUs() {
  const auto key = crypto::SigningKey::Generate();
  const base::Bytes message(200, 'm');
  const auto signature = key.Sign(message);
  constexpr int kRounds = 600, kEach = 10;
  std::vector<std::clock_t> took(kRounds);
  for (auto& ticks : took) {
    const std::clock_t started = std::clock();
    for (int i = 0; i < kEach; ++i)
      LOTTERY_CHECK(crypto::VerifySignature(key.public_key(), message, signature));
    ticks = std::clock() - started;
  }
  std::sort(took.begin(), took.end());
  return static_cast<double>(took[kRounds / 2]) / CLOCKS_PER_SEC * 1e6 / kEach;
}

bench::LoadConfig ReadConfig(const std::string& path) {
  const auto file = Must(base::ReadJsonFile(path));
  bench::LoadConfig c;
  c.address = Must(base::GetString(file, "central"));
  const auto ca = Must(base::GetString(file, "ca"));
  c.ca = {Must(base::ReadFile(ca + ".pem")), Must(base::ReadFile(ca + ".key.pem"))};
  const auto trust =
      Must(protocol::OpenTrust(Must(base::ReadFile(Must(base::GetString(file, "trust"))))));
  c.operator_name = trust.operator_name;
  c.record_key = trust.KeysFor("record").at(0);
  c.first_terminal = static_cast<std::uint32_t>(Must(base::GetInt(file, "first")));
  c.terminals = static_cast<int>(Must(base::GetInt(file, "terminals")));
  for (const auto& draw : Must(base::GetArray(file, "draws")))
    c.draws.push_back(static_cast<std::uint32_t>(draw.as_int64()));
  return c;
}

bench::Phase PhaseFrom(const std::string& line) {
  const auto o = Must(base::ParseJsonObject(line));
  bench::Phase p;
  p.name = Must(base::GetString(o, "name"));
  p.rate = static_cast<double>(Must(base::GetInt(o, "rate")));
  p.window = static_cast<int>(Must(base::GetInt(o, "window")));
  p.seconds = static_cast<double>(Must(base::GetInt(o, "seconds")));
  p.orders_each = static_cast<int>(Must(base::GetInt(o, "orders_each")));
  p.only_draw = static_cast<std::uint32_t>(Must(base::GetInt(o, "only_draw")));
  p.close_ms = Must(base::GetInt(o, "close_ms"));
  p.kills = Must(base::GetBool(o, "kills"));
  return p;
}

int Run(const std::string& path, const base::Clock& clock) {
  const auto config = ReadConfig(path);
  bench::Load load(config, clock);
  const double verify_us = VerifyUs();
  load.Connect();
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto phase = PhaseFrom(line);
    load.SignOrders(phase);
    Say({{"say", "ready"}, {"phase", phase.name}});
    if (!std::getline(std::cin, line)) return 1;  // go
    Say({{"say", "begin"}, {"phase", phase.name}});
    auto object = load.Run(phase).ToJson(phase.name);
    object["say"] = "end";
    Say(object);
    load.Verify();
  }
  const auto& v = load.verified();
  Say({{"say", "verified"},
       {"sold", v.sold},
       {"leaves", v.leaves},
       {"wrong_receipts", v.wrong},
       {"max_outstanding", load.most_outstanding()},
       {"order_octets", v.order_octets},
       {"verify_us", verify_us},
       {"verify_after_us", VerifyUs()}});
  load.Close();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string config, clock_file, address, ca, trust;
  std::vector<std::string> logs;
  std::uint32_t first = 0;
  int count = 0;
  CLI::App app("load generator of the issuance bench");
  app.require_subcommand(1);
  auto* keys = app.add_subcommand("keys", "print terminal ids and public keys");
  auto* run = app.add_subcommand("run", "sell by phases");
  run->add_option("config", config)->required();
  run->add_option("--clock", clock_file);
  auto* idle = app.add_subcommand("idle", "hold idle connections; commands on standard input");
  idle->add_option("--central", address)->required();
  idle->add_option("--ca", ca)->required();
  for (auto* verb : {keys, idle}) {
    verb->add_option("--first", first)->required();
    verb->add_option("--count", count)->required();
  }
  auto* follow = app.add_subcommand("follow", "follow published logs until standard input ends");
  follow->add_option("--url", address)->required();
  follow->add_option("--trust", trust)->required();
  follow->add_option("--log", logs, "e.g. ssq/2026097")->required();
  CLI11_PARSE(app, argc, argv);
  if (*keys) {
    for (int i = 0; i < count; ++i) {
      const auto id = first + static_cast<std::uint32_t>(i);
      std::printf("%u %s\n", id, base::ToHex(bench::LoadKey(id).public_key()).c_str());
    }
    return 0;
  }
  if (*follow) {
    const auto known = Must(protocol::OpenTrust(Must(base::ReadFile(trust))));
    return bench::Follow({address, known.operator_name, known.log_key, logs});
  }
  const auto clock = Must(base::OpenClock(clock_file));
  if (*run) return Run(config, *clock);
  return bench::HoldIdle(
      {address,
       {Must(base::ReadFile(ca + ".pem")), Must(base::ReadFile(ca + ".key.pem"))},
       first,
       count},
      *clock);
}
