// Octets that are wiped when they go, cannot be printed and compare in constant time.
#pragma once

#include <memory>

#include "base/bytes.h"

namespace lottery::crypto {

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(base::ByteView bytes) : bytes_(bytes) {}
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) { other.Wipe(); }
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { Wipe(); }

  static SecretBytes Random(std::size_t octets);
  SecretBytes Clone() const { return SecretBytes(bytes_); }
  /// The octets themselves, for the cryptographic call that needs them; never log them.
  base::ByteView Reveal() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  bool Equals(base::ByteView other) const;

 private:
  void Wipe();
  base::Bytes bytes_;
};

/// Fills with octets of the operating system's generator.
base::Bytes RandomBytes(std::size_t octets);
/// In [0, bound), all equally likely. Pre: bound > 0.
std::uint32_t RandomBelow(std::uint32_t bound);
/// Overwrites the characters in place.
void WipeString(std::string& text);

}  // namespace lottery::crypto
