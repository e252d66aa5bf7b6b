// What the bench's terminals buy, and with which keys.
#pragma once

#include <random>
#include <vector>

#include "crypto/ed25519.h"
#include "protocol/wire.pb.h"

namespace lottery::bench {

/// Key of a bench terminal: derived, so that it can be enrolled without a file.
crypto::SigningKey LoadKey(std::uint32_t terminal);

/// One to five single bets for one of the first four of `draws`; if `several`, one order in twenty
/// is for two to ten draws in a row. `draws` is in order and long enough for that.
void FillOrder(wire::Order& order, const std::vector<std::uint32_t>& draws, bool several,
               std::mt19937_64& rng);

}  // namespace lottery::bench
