#include "terminal/bitmap.h"

#include <cairo.h>

#include <memory>

namespace lottery::terminal {
namespace {

constexpr int kBandRows = 256;  // of one raster command
constexpr int kFeedLines = 4;   // so that the cutter is behind the last row

// ESC/POS numbers: low octet first.
void Add16(Bytes& out, int n) {
  out.push_back(static_cast<char>(n & 0xff));
  out.push_back(static_cast<char>(n >> 8));
}

cairo_status_t Collect(void* out, const unsigned char* octets, unsigned int length) {
  static_cast<Bytes*>(out)->append(reinterpret_cast<const char*>(octets), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

Result<Bytes> PngOf(const Bitmap& bitmap) {
  const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, bitmap.width, bitmap.height),
      cairo_surface_destroy);
  cairo_surface_flush(surface.get());
  unsigned char* pixels = cairo_image_surface_get_data(surface.get());
  const int stride = cairo_image_surface_get_stride(surface.get());
  for (int y = 0; y < bitmap.height; ++y) {
    auto* row = reinterpret_cast<std::uint32_t*>(pixels + static_cast<std::ptrdiff_t>(y) * stride);
    for (int x = 0; x < bitmap.width; ++x) row[x] = bitmap.black(x, y) ? 0x000000 : 0xffffff;
  }
  cairo_surface_mark_dirty(surface.get());
  Bytes png;
  if (cairo_surface_write_to_png_stream(surface.get(), Collect, &png) != CAIRO_STATUS_SUCCESS)
    return base::Fail(base::ErrorCode::kInternal, "PNG");
  return png;
}

Bytes EscPosOf(const Bitmap& bitmap) {
  using namespace std::string_view_literals;
  Bytes out("\x1b@"sv);
  for (int from = 0; from < bitmap.height; from += kBandRows) {
    const int rows = std::min(kBandRows, bitmap.height - from);
    out += "\x1dv0\0"sv;
    Add16(out, bitmap.stride());
    Add16(out, rows);
    out.append(bitmap.rows, static_cast<std::size_t>(from * bitmap.stride()),
               static_cast<std::size_t>(rows * bitmap.stride()));
  }
  out += "\x1b\x64"sv;
  out.push_back(static_cast<char>(kFeedLines));
  out += "\x1dV\x01"sv;
  return out;
}

}  // namespace lottery::terminal
