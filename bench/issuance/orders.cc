#include "bench/issuance/orders.h"

#include <algorithm>

#include "crypto/hash.h"

namespace lottery::bench {

crypto::SigningKey LoadKey(std::uint32_t terminal) {
  base::ByteWriter w;
  w.Short("load").U32(terminal);
  auto key = crypto::SigningKey::FromSeed(crypto::Sha256(w.bytes()).view());
  LOTTERY_CHECK(key.has_value());
  return std::move(*key);
}

void FillOrder(wire::Order& order, const std::vector<std::uint32_t>& draws, bool several,
               std::mt19937_64& rng) {
  order.set_game("ssq");
  order.set_first_draw(draws[rng() % std::min<std::size_t>(4, draws.size())]);
  order.set_draw_count(several && rng() % 20 == 0 ? 2 + static_cast<std::uint32_t>(rng() % 9) : 1);
  order.set_multiplier(1);
  base::Bytes t_hash;
  for (int i = 0; i < 32; ++i) t_hash.push_back(static_cast<char>(rng()));
  order.set_t_hash(t_hash);
  const int bets = 1 + static_cast<int>(rng() % 5);
  for (int b = 0; b < bets; ++b) {
    std::uint8_t balls[33];
    for (std::uint8_t i = 0; i < 33; ++i) balls[i] = static_cast<std::uint8_t>(i + 1);
    for (std::size_t i = 0; i < 6; ++i) std::swap(balls[i], balls[i + rng() % (33 - i)]);
    std::sort(balls, balls + 6);
    auto* bet = order.add_bets()->mutable_ssq();
    bet->set_reds(std::string(balls, balls + 6));
    bet->set_blues(std::string(1, static_cast<char>(1 + rng() % 16)));
  }
  order.set_price_fen(200 * bets * static_cast<int>(order.draw_count()));
}

}  // namespace lottery::bench
