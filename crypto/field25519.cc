#include "crypto/field25519.h"

namespace lottery::crypto::field25519 {
namespace {

std::uint64_t Word(const Octets& octets, std::size_t at) {
  std::uint64_t word = 0;
  for (std::size_t i = 8; i-- > 0;) word = word << 8 | octets[at + i];
  return word;
}

Element SquareTimes(Element a, int times) {
  for (; times > 0; --times) a = Square(a);
  return a;
}

// a^(2^250 - 1), and a^11 beside it.
struct Powers {
  Element ones, eleventh;
};
Powers PowersOf(const Element& a) {
  const Element second = Square(a);
  const Element ninth = Multiply(SquareTimes(second, 2), a);
  const Element eleventh = Multiply(ninth, second);
  const Element ones5 = Multiply(Square(eleventh), ninth);  // a^(2^5 - 1)
  const auto doubled = [](const Element& ones, int bits) {
    return Multiply(SquareTimes(ones, bits), ones);
  };
  const Element ones10 = doubled(ones5, 5);
  const Element ones20 = doubled(ones10, 10);
  const Element ones50 = Multiply(SquareTimes(doubled(ones20, 20), 10), ones10);
  const Element ones100 = doubled(ones50, 50);
  return {Multiply(SquareTimes(doubled(ones100, 100), 50), ones50), eleventh};
}

}  // namespace

Element FromOctets(const Octets& octets) {
  const std::uint64_t w0 = Word(octets, 0), w1 = Word(octets, 8), w2 = Word(octets, 16),
                      w3 = Word(octets, 24);
  return {{w0 & kMask, (w0 >> 51 | w1 << 13) & kMask, (w1 >> 38 | w2 << 26) & kMask,
           (w2 >> 25 | w3 << 39) & kMask, w3 >> 12 & kMask}};
}

Octets ToOctets(const Element& a) {
  const Element tight = Multiply(a, Small(1));
  // How often p is in it, 0 or 1, is what carries out of the top when 19 is added; and that often
  // 19 is added and 2^255 taken away.
  std::uint64_t carry = 19;
  for (const auto limb : tight.limb) carry = (limb + carry) >> 51;
  std::uint64_t limb[5];
  carry *= 19;
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t sum = tight.limb[i] + carry;
    limb[i] = sum & kMask;
    carry = sum >> 51;
  }
  const std::uint64_t words[4] = {limb[0] | limb[1] << 51, limb[1] >> 13 | limb[2] << 38,
                                  limb[2] >> 26 | limb[3] << 25, limb[3] >> 39 | limb[4] << 12};
  Octets out;
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::uint8_t>(words[i / 8] >> 8 * (i % 8));
  return out;
}

Element Invert(const Element& a) {
  const auto powers = PowersOf(a);
  return Multiply(SquareTimes(powers.ones, 5), powers.eleventh);
}

Element PowerForRoot(const Element& a) { return Multiply(SquareTimes(PowersOf(a).ones, 2), a); }

bool Equal(const Element& a, const Element& b) { return ToOctets(a) == ToOctets(b); }

}  // namespace lottery::crypto::field25519
