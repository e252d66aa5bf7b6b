// lottery-draw: plans, contributions and certificates. Files in, files out; runs on a machine
// without a network.
#include <CLI/CLI.hpp>

#include "base/cli.h"
#include "base/file.h"
#include "base/log.h"
#include "crypto/keyset.h"
#include "draw/ceremony.h"

namespace {
using namespace lottery;
using base::ErrorCode;
using base::Fail;
using base::Result;
using json_object = base::json::object;

struct Options {
  draw::GroundFiles files;
  std::string spec, out, official, key, device, passphrase = "prompt", purpose, name, clock,
                                                certificate;
  std::vector<std::string> keys, contributions;
  bool json = false;
};

Result<crypto::SecretBytes> Phrase(const Options& o) {
  return crypto::ReadPassphrase(o.passphrase, "口令 / passphrase");
}

Result<json_object> Key(const Options& o) {
  LOTTERY_TRY(const auto phrase, Phrase(o));
  LOTTERY_TRY(const auto public_key, crypto::NewKeyFile(o.out, o.purpose, o.name, phrase));
  return json_object{
      {"key", o.out}, {"purpose", o.purpose}, {"public_key", base::ToHex(public_key)}};
}

Result<json_object> Plan(const Options& o) {
  LOTTERY_TRY(const auto phrase, Phrase(o));
  std::vector<crypto::SigningKey> officials;
  for (const auto& path : o.keys) {
    LOTTERY_TRY(auto key, crypto::LoadSigningKey(path, phrase, "official"));
    officials.push_back(std::move(key));
  }
  LOTTERY_TRY(const auto spec, base::ReadFile(o.spec));
  LOTTERY_TRY(const auto text, draw::MakePlan(spec, officials));
  LOTTERY_TRY_VOID(base::WriteFile(o.out, text));
  return json_object{{"plan", o.out}, {"signatures", static_cast<std::int64_t>(officials.size())}};
}

Result<json_object> Contribute(const Options& o) {
  LOTTERY_TRY(const auto ground, draw::LoadGround(o.files));
  LOTTERY_TRY(const auto phrase, Phrase(o));
  LOTTERY_TRY(const auto key, crypto::LoadVrfKey(o.key, phrase));
  LOTTERY_TRY(const auto contribution, draw::Contribute(ground, o.official, key, o.device));
  const json_object file{{"official", contribution.official},
                         {"proof", base::ToHex(contribution.proof)}};
  LOTTERY_TRY_VOID(base::WriteFile(o.out, base::ToPretty(file)));
  return json_object{{"draw", ground.plan.draw.ToText()}, {"contribution", o.out}};
}

Result<json_object> Certify(const Options& o) {
  LOTTERY_TRY(const auto ground, draw::LoadGround(o.files));
  LOTTERY_TRY(const auto clock, base::OpenClock(o.clock));
  std::vector<protocol::Contribution> contributions;
  for (const auto& path : o.contributions) {
    LOTTERY_TRY(const auto file, base::ReadJsonFile(path));
    protocol::Contribution c;
    LOTTERY_TRY(c.official, base::GetString(file, "official"));
    LOTTERY_TRY(const auto proof, base::GetString(file, "proof"));
    LOTTERY_TRY(c.proof, base::FromHex(proof));
    contributions.push_back(std::move(c));
  }
  LOTTERY_TRY(const auto certificate, draw::MakeCertificate(ground, contributions, clock->Now()));
  LOTTERY_TRY_VOID(base::WriteFile(
      o.out, crypto::Envelope{std::string(protocol::kTypeDrawCertificate), certificate.ToBody(), {}}
                 .ToText()));
  base::json::array reds;
  for (const int red : certificate.reds) reds.push_back(red);
  return json_object{{"draw", certificate.draw.ToText()},
                     {"reds", std::move(reds)},
                     {"blue", certificate.blue},
                     {"certificate", o.out}};
}

Result<json_object> Sign(const Options& o) {
  LOTTERY_TRY(const auto ground, draw::LoadGround(o.files));
  LOTTERY_TRY(const auto phrase, Phrase(o));
  LOTTERY_TRY(const auto key, crypto::LoadSigningKey(o.key, phrase, "official"));
  LOTTERY_TRY(const auto text, base::ReadFile(o.certificate));
  LOTTERY_TRY(const auto out, draw::SignCertificate(ground, text, key));
  LOTTERY_TRY_VOID(base::WriteFile(o.certificate, out));
  return json_object{{"certificate", o.certificate}, {"signed", true}};
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  base::LogOnlyWarnings();
  CLI::App app("lottery-draw 开奖: plans, contributions, certificates / 计划、贡献、证书");
  app.require_subcommand(1);
  const auto common = [&](CLI::App* verb, bool phrase) {
    verb->add_flag("--json", o.json, "JSON answer");
    if (phrase)
      verb->add_option("--passphrase", o.passphrase, "prompt, fd:N or file:PATH")
          ->capture_default_str();
    return verb;
  };
  const auto ground = [&](CLI::App* verb) {
    verb->add_option("--trust-file", o.files.trust, "trust.json")->required();
    verb->add_option("--trust", o.files.root, "信任根 fingerprint of the root key")->required();
    verb->add_option("--bundle", o.files.bundle, "folder made by lottery-central draw bundle")
        ->required();
    verb->add_option("--beacon", o.files.beacon, "pulse of the plan's round")->required();
  };
  auto* key = common(app.add_subcommand("key", "密钥 make an official's key"), true);
  key->add_option("--purpose", o.purpose)
      ->required()
      ->check(CLI::IsMember({"official", "official-vrf"}));
  key->add_option("--name", o.name)->required();
  key->add_option("--out", o.out)->required();
  auto* plan = common(app.add_subcommand("plan", "计划 sign a plan as two officials"), true);
  plan->add_option("--spec", o.spec, "plan body (JSON)")->required();
  plan->add_option("--key", o.keys, "official's signing key, twice")->required();
  plan->add_option("--out", o.out)->required();
  auto* contribute =
      common(app.add_subcommand("contribute", "贡献 prove this official's part"), true);
  ground(contribute);
  contribute->add_option("--official", o.official)->required();
  contribute->add_option("--key", o.key, "official's VRF key")->required();
  contribute->add_option("--device", o.device, "folder that remembers what was proved")->required();
  contribute->add_option("--out", o.out)->required();
  auto* certify = common(app.add_subcommand("certify", "出证 compute the outcome"), false);
  ground(certify);
  certify->add_option("--contribution", o.contributions, "one an official")->required();
  certify->add_option("--clock", o.clock, "demo clock file");
  certify->add_option("--out", o.out)->required();
  auto* sign = common(app.add_subcommand("sign", "签署 recompute and sign the certificate"), true);
  ground(sign);
  sign->add_option("--key", o.key, "official's signing key")->required();
  sign->add_option("--certificate", o.certificate)->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (*key) return base::Finish(Key(o), o.json);
  if (*plan) return base::Finish(Plan(o), o.json);
  if (*contribute) return base::Finish(Contribute(o), o.json);
  if (*certify) return base::Finish(Certify(o), o.json);
  return base::Finish(Sign(o), o.json);
}
