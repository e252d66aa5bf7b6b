// Random orders of every game, most of them legal: for the two rule books to be compared on.
#pragma once

#include <random>

#include "games/order.h"

namespace lottery {

/// A set of `least`..`highest`, about `want` of them; ascending.
inline base::Bytes RandomSet(std::mt19937_64& rng, int lowest, int highest, std::size_t want) {
  base::Bytes out;
  for (int n = lowest; n <= highest; ++n) {
    const std::size_t left = static_cast<std::size_t>(highest - n) + 1;
    const std::size_t missing = want > out.size() ? want - out.size() : 0;
    if (rng() % left < missing) out.push_back(static_cast<char>(n));
  }
  return out;
}

/// Some of `numbers`, at most `most`, become bankers, which leave `numbers`.
inline base::Bytes TakeBankers(std::mt19937_64& rng, base::Bytes& numbers, std::size_t most) {
  base::Bytes bankers, rest;
  for (const char c : numbers) {
    if (bankers.size() < most && rng() % 3 == 0)
      bankers.push_back(c);
    else
      rest.push_back(c);
  }
  numbers = rest;
  return bankers;
}

inline void RandomD3(std::mt19937_64& rng, wire::D3Bet& bet) {
  const auto digits = [&](std::size_t most) { return RandomSet(rng, 0, 9, 1 + rng() % most); };
  const auto play = 1 + rng() % 15;
  bet.set_play(static_cast<std::uint32_t>(play));
  const bool places = play == 1 || (play >= 4 && play <= 6) || play == 8 || play == 9;
  if (places) {
    const std::size_t most = play >= 8 || rng() % 2 == 0 ? 1 : 4;
    std::string* fields[] = {bet.mutable_hundreds(), bet.mutable_tens(), bet.mutable_units()};
    for (auto* field : fields) *field = digits(most);
    if (play == 8 && rng() % 2 == 0) *fields[2] = *fields[rng() % 2];
    if (play == 5) fields[rng() % 3]->clear();
    if (play == 4) {
      const auto keep = rng() % 3;
      for (std::size_t i = 0; i < 3; ++i) {
        if (i != keep) fields[i]->clear();
      }
    }
  }
  if (play == 2 || (play == 11 && rng() % 2 == 0)) bet.set_doubles(digits(4));
  if (play == 2) bet.set_singles(digits(4));
  if (play == 3) bet.set_digits(RandomSet(rng, 0, 9, 3 + rng() % 4));
  if (play == 10) bet.set_digits(digits(4));
  if (play == 11 && (bet.doubles().empty() || rng() % 2 == 0))
    bet.set_digits(RandomSet(rng, 0, 9, 2 + rng() % 4));
  if (play == 7) bet.set_sums(RandomSet(rng, 0, 27, 1 + rng() % 5));
  if (play == 12 || play == 13) bet.set_choice(1 + static_cast<std::uint32_t>(rng() % 2));
}

inline void RandomBet(std::mt19937_64& rng, std::string_view game, wire::Bet& bet) {
  const std::size_t more = rng() % 4 == 0 ? 1 + rng() % 3 : 0;
  const bool bankers = more > 0 && rng() % 2 == 0;
  if (game == "3d") return RandomD3(rng, *bet.mutable_d3());
  if (game == "ssq") {
    auto numbers = RandomSet(rng, 1, 33, 6 + more);
    if (bankers) bet.mutable_ssq()->set_red_bankers(TakeBankers(rng, numbers, 5));
    bet.mutable_ssq()->set_reds(numbers);
    bet.mutable_ssq()->set_blues(RandomSet(rng, 1, 16, 1 + (rng() % 4 == 0 ? rng() % 3 : 0)));
  } else if (game == "qlc") {
    auto numbers = RandomSet(rng, 1, 30, 7 + more);
    if (bankers) bet.mutable_qlc()->set_bankers(TakeBankers(rng, numbers, 6));
    bet.mutable_qlc()->set_numbers(numbers);
  } else {
    const std::size_t pick = 1 + rng() % 10;
    auto numbers = RandomSet(rng, 1, 80, pick + more);
    bet.mutable_kl8()->set_pick(static_cast<std::uint32_t>(pick));
    if (bankers) bet.mutable_kl8()->set_bankers(TakeBankers(rng, numbers, pick - 1));
    bet.mutable_kl8()->set_numbers(numbers);
  }
}

/// One to five bets; every twentieth order is spoilt somewhere. The price is what games says.
inline wire::Order RandomOrder(std::mt19937_64& rng, std::string_view game) {
  wire::Order order;
  order.set_game(std::string(game));
  order.set_first_draw(2026100);
  order.set_draw_count(1 + static_cast<std::uint32_t>(rng() % 3));
  order.set_multiplier(rng() % 4 == 0 ? 1 + static_cast<std::uint32_t>(rng() % 99) : 1);
  std::int64_t lines = 0;
  for (std::uint64_t n = 1 + rng() % 5; n > 0; --n) {
    auto* bet = order.add_bets();
    RandomBet(rng, game, *bet);
    if (rng() % 100 == 0) {  // a number again, or one that is out of range
      if (bet->has_ssq()) bet->mutable_ssq()->mutable_reds()->push_back('\x21');
      if (bet->has_d3()) bet->mutable_d3()->mutable_digits()->push_back('\x03');
      if (bet->has_qlc()) bet->mutable_qlc()->mutable_numbers()->push_back('\x1f');
      if (bet->has_kl8()) bet->mutable_kl8()->set_pick(static_cast<std::uint32_t>(rng() % 12));
    }
    lines += games::LinesOf(*bet);
  }
  order.set_price_fen(lines * 200 * order.draw_count() * order.multiplier());
  if (rng() % 100 == 0) order.set_price_fen(order.price_fen() + 200);
  return order;
}

}  // namespace lottery
