// Signs whatever it is given with keys of people who would cheat: what no program of the house
// does. insider TYPE BODY OUT PASSPHRASE KEY:PURPOSE...; the body is written as documents are.
#include <cstdio>

#include "base/file.h"
#include "base/json.h"
#include "crypto/envelope.h"
#include "crypto/keyset.h"

namespace {
using namespace lottery;

template <typename T>
T Must(base::Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "insider: %s\n", result.error().detail.c_str());
    std::exit(3);
  }
  return std::move(*result);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  const auto body = Must(base::ParseJsonObject(Must(base::ReadFile(argv[2]))));
  const auto phrase = Must(crypto::ReadPassphrase(std::string("file:") + argv[4], ""));
  crypto::Envelope envelope{
      "application/vnd.welfare-lottery." + std::string(argv[1]) + ".v1", base::ToPretty(body), {}};
  for (int i = 5; i < argc; ++i) {
    const std::string key = argv[i];
    const auto colon = key.rfind(':');
    envelope.Sign(
        Must(crypto::LoadSigningKey(key.substr(0, colon), phrase, key.substr(colon + 1))));
  }
  return base::WriteFile(argv[3], envelope.ToText()) ? 0 : 3;
}
