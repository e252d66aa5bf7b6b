// Objects of C libraries, given back by the function they name.
#pragma once

#include <memory>

namespace lottery::base {

template <typename T, auto free>
struct Free {
  void operator()(T* p) const { free(p); }
};
template <typename T, auto free>
using Owned = std::unique_ptr<T, Free<T, free>>;

}  // namespace lottery::base
