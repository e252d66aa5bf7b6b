// How each program reads its command line, and the pages that come from the same table as --help:
// the manual page and the shell's completion. CLI11 is slow to compile, so only a program's main.cc
// includes this.
#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cli.h"
#include "base/start.h"
#include "base/text.h"

namespace lottery::base {

/// Text of roff: nothing in it is a request or an escape.
inline std::string Roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) out += "\\&";
      out += c;
    }
  }
  return out;
}

inline std::string ManOption(const CLI::Option& option) {
  std::string out = ".TP\n\\fB" + Roff(option.get_name(false, true)) + "\\fR";
  if (option.get_items_expected_max() > 0) out += " \\fI" + Roff(option.get_type_name()) + "\\fR";
  if (!option.get_default_str().empty()) out += " (" + Roff(option.get_default_str()) + ")";
  if (option.get_required()) out += " 必填 required";
  const std::string text = option.get_description();
  return out + "\n" + (text.empty() ? "\\&" : Roff(text)) + "\n";
}

inline void ManVerbs(CLI::App& app, const std::string& path, std::string& out) {
  for (CLI::App* verb : app.get_subcommands([](CLI::App*) { return true; })) {
    const std::string name = path + verb->get_name();
    out += ".SS " + Roff(name) + "\n" + Roff(verb->get_description()) + "\n";
    for (const CLI::Option* option : verb->get_options()) {
      if (option != verb->get_help_ptr()) out += ManOption(*option);
    }
    ManVerbs(*verb, name + " ", out);
  }
}

/// roff for man(1).
inline std::string ManPage(CLI::App& app, const std::string& program) {
  const std::string about = app.get_description();  // "lottery-draw 开奖: ..."
  std::string out = ".TH \"" + Roff(program) + "\" 1\n.SH 名称 NAME\n" + Roff(program) + " \\- " +
                    Roff(about.substr(about.find(' ') + 1)) + "\n.SH 用法 SYNOPSIS\n\\fB" +
                    Roff(program) + "\\fR \\fIVERB\\fR [\\fIOPTIONS\\fR]\n.SH 命令 VERBS\n";
  ManVerbs(app, "", out);
  out +=
      ".SH 退出状态 EXIT STATUS\n0 完成 done, 1 拒绝 refused, 2 用法 usage, 3 暂不可用 "
      "unavailable\n";
  return out;
}

// One line a verb: its path, then what may follow it.
inline void CompletionLines(CLI::App& app, const std::string& path, std::string& out) {
  std::string words;
  for (const CLI::App* verb : app.get_subcommands([](CLI::App*) { return true; }))
    words += " " + verb->get_name();
  for (const CLI::Option* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) words += " --" + name;
  }
  out += "    \"" + path + "\") words=\"" + (words.empty() ? "" : words.substr(1)) + "\" ;;\n";
  for (CLI::App* verb : app.get_subcommands([](CLI::App*) { return true; }))
    CompletionLines(*verb, path + (path.empty() ? "" : " ") + verb->get_name(), out);
}

/// For bash; zsh reads it after bashcompinit.
inline std::string Completion(CLI::App& app, const std::string& program) {
  std::string lines;
  CompletionLines(app, "", lines);
  std::string name = "_" + program;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name +
         "() {\n"
         "  local word path= words=\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    [[ $word == -* ]] && break\n"
         "    path+=\"${path:+ }$word\"\n"
         "  done\n"
         "  case \"$path\" in\n" +
         lines +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "complete -o default -F " +
         name + " " + program + "\n";
}

/// A whole number as people write it: no sign but a minus, no leading zero, no 0x, no blanks. The
/// library would read 010000 as 4096.
inline std::string WrongNumber(const std::string& text) {
  const std::string_view digits = std::string_view(text).substr(text.starts_with('-') ? 1 : 0);
  const bool plain = !digits.empty() && digits.find_first_not_of("0123456789") == digits.npos &&
                     (digits.size() == 1 || digits.front() != '0');
  return plain ? "" : "\"" + text + "\" is not a whole number without leading zeros";
}

/// Every option that takes a number, of every verb.
inline void CheckNumbers(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    const std::string type = option->get_type_name();
    if (type.starts_with("INT") || type.starts_with("UINT"))
      option->check(CLI::Validator(WrongNumber, ""));
  }
  for (CLI::App* verb : app.get_subcommands([](CLI::App*) { return true; })) CheckNumbers(*verb);
}

/// What was meant by a word that is no verb: its sentence, or nothing.
inline std::string MisspeltVerb(CLI::App& app, const std::vector<std::string>& words) {
  CLI::App* at = &app;
  for (const auto& word : words) {
    if (word.starts_with('-')) break;
    std::vector<std::string> verbs;
    CLI::App* next = nullptr;
    for (CLI::App* verb : at->get_subcommands([](CLI::App*) { return true; })) {
      verbs.push_back(verb->get_name());
      if (verb->get_name() == word) next = verb;
    }
    if (verbs.empty()) break;
    if (next == nullptr) {
      const std::string meant = NearestOf(word, verbs);
      return "no such verb: " + word + (meant.empty() ? "" : "; is \"" + meant + "\" meant?");
    }
    at = next;
  }
  return {};
}

/// A usage error in the form that --json or a person asks for.
inline int RefuseUsage(const std::vector<std::string>& words, std::string why) {
  const bool as_json = std::find(words.begin(), words.end(), "--json") != words.end();
  if (!as_json) why += "; --help";
  return Finish(Fail(ErrorCode::kUsage, std::move(why)), as_json);
}

/// Parses; answers --help, --version, --man and --completion. Nothing: a verb is to be done; else
/// the exit status.
inline std::optional<int> ParseCommandLine(CLI::App& app, int argc, char** argv) {
  const std::string path = argv[0], program = path.substr(path.rfind('/') + 1);
  app.footer("--man 手册页 manual page, --completion bash 补全 (also zsh, after bashcompinit)");
  app.set_version_flag("--version", program + " " + Version() + " (build " + BuildId() + ")",
                       "版本 version and build");
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::string_view first = argc == 2 ? argv[1] : "";
  if (first == "--man" || first == "--completion") {
    const std::string text = first == "--man" ? ManPage(app, program) : Completion(app, program);
    std::fputs(text.c_str(), stdout);
    return OutputHolds() ? 0 : 1;
  }
  for (const auto& word : words) {
    if (!IsUtf8(word)) return RefuseUsage(words, "an argument is not UTF-8: " + ToHex(word));
  }
  CheckNumbers(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
    const std::string misspelt = MisspeltVerb(app, words);
    return RefuseUsage(words, misspelt.empty() ? error.what() : misspelt);
  }
  return std::nullopt;
}

}  // namespace lottery::base
