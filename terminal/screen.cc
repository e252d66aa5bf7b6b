#include "terminal/screen.h"

// The wide interface of ncurses.
#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#include <poll.h>
#include <unistd.h>

#include <cwchar>

namespace lottery::terminal {
namespace {

constexpr std::size_t kMostAtOnce = 1024;  // strokes of one look
constexpr int kOctetsApartMs = 25;         // octets of one character come sooner

attr_t AttributesOf(Look look) {
  switch (look) {
    case Look::kBold:
      return A_BOLD;
    case Look::kReverse:
      return A_REVERSE;
    case Look::kGood:
      return A_BOLD | static_cast<attr_t>(COLOR_PAIR(1));
    case Look::kBad:
      return A_BOLD | static_cast<attr_t>(COLOR_PAIR(2));
    case Look::kDim:
      return A_DIM;
    case Look::kPlain:
      break;
  }
  return A_NORMAL;
}

Stroke StrokeOf(int kind, wint_t c, std::int64_t now_ms) {
  using Kind = Stroke::Kind;
  if (kind == KEY_CODE_YES) {
    if (c == KEY_ENTER) return {Kind::kCarriageReturn, 0, now_ms};
    return {c == KEY_BACKSPACE ? Kind::kBackspace : Kind::kOther, 0, now_ms};
  }
  switch (c) {
    case L'\r':
      return {Kind::kCarriageReturn, 0, now_ms};
    case L'\n':
      return {Kind::kLineFeed, 0, now_ms};
    case L'\t':
      return {Kind::kTab, 0, now_ms};
    case 8:
    case 127:
      return {Kind::kBackspace, 0, now_ms};
    case 27:
      return {Kind::kEscape, 0, now_ms};
    default:
      break;
  }
  if (c < 32 || (c >= 0x7f && c < 0xa0)) return {Kind::kOther, 0, now_ms};
  return {Kind::kCharacter, static_cast<char32_t>(c), now_ms};
}

bool HasInput(int patience_ms) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return ::poll(&input, 1, patience_ms) > 0 && (input.revents & POLLIN) != 0;
}

bool HungUp() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return ::poll(&input, 1, 0) > 0 && (input.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

}  // namespace

base::Status TerminalScreen::Check() {
  if (::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1) return {};
  return base::Fail(base::ErrorCode::kUsage, "the till needs a terminal: a screen and a keyboard");
}

TerminalScreen::TerminalScreen() {
  initscr();
  raw();   // Ctrl-C and Ctrl-Z are keys: a shift does not end by them
  nonl();  // a carriage return is none of the line feeds that scanners send behind it
  noecho();
  keypad(stdscr, TRUE);
  set_escdelay(25);
  curs_set(0);
  if (has_colors()) {
    start_color();
    use_default_colors();
    init_pair(1, COLOR_GREEN, -1);
    init_pair(2, COLOR_WHITE, COLOR_RED);
  }
}

TerminalScreen::~TerminalScreen() { endwin(); }

bool TerminalScreen::Show(const Screen& screen, bool chinese) {
  erase();
  if (LINES < kScreenRows || COLS < kScreenColumns) {
    mvaddstr(0, 0, chinese ? "窗口太小：请放大到 80 列 24 行。" : "Too small: make it 80 by 24.");
    refresh();
    return false;
  }
  for (int y = 0; y < kScreenRows; ++y) {
    const auto& row = screen[static_cast<std::size_t>(y)];
    const attr_t look = AttributesOf(row.look);
    attron(look);
    mvaddstr(y, 0, row.text.c_str());
    attroff(look);
  }
  refresh();
  return true;
}

std::vector<Stroke> TerminalScreen::Read(int patience_ms, bool& gone) {
  std::vector<Stroke> strokes;
  int patience = patience_ms;
  while (strokes.size() < kMostAtOnce) {
    // Only what is known to be there may take the time of a whole character.
    const bool there = HasInput(0);
    timeout(there ? kOctetsApartMs : 0);
    wint_t c = 0;
    const int kind = get_wch(&c);
    if (kind == ERR && !there) {
      if (!HasInput(patience)) break;
      continue;
    }
    if (kind == ERR && HungUp()) break;
    patience = 0;
    if (kind == KEY_CODE_YES && c == KEY_RESIZE) continue;
    if (kind != ERR) {
      strokes.push_back(StrokeOf(kind, c, base::SteadyMs()));
      continue;
    }
    // What is there and no key is text in another encoding: told as a key that means nothing.
    strokes.push_back({Stroke::Kind::kOther, 0, base::SteadyMs()});
    break;
  }
  gone = strokes.empty() && HungUp();
  return strokes;
}

}  // namespace lottery::terminal
