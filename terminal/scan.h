// What a scanned text is: known by its shape, whatever was asked for.
#pragma once

#include <string>

#include "protocol/names.h"

namespace lottery::terminal {

struct Scan {
  enum class Kind {
    kPublicCode,
    kSecretCode,
    kGoods,  // the bar code of something else: digits only, as GTIN and the like are
    kOther,
  };
  Kind kind = Kind::kOther;
  protocol::PublicCode public_code;
  protocol::SecretCode secret_code;
};

Scan ClassifyScan(std::string_view text);

}  // namespace lottery::terminal
