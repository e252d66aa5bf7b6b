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

/// `operator_name` begins every public code; a text that begins with it in the other case was
/// scanned with Caps Lock on and is turned round.
Scan ClassifyScan(std::string_view text, std::string_view operator_name);

}  // namespace lottery::terminal
