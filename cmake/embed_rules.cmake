# Turns rule books into one C++ source that defines lottery::games::EmbeddedRules().
set(text "#include <string_view>\nnamespace lottery::games {\nstd::string_view EmbeddedRules(std::string_view game);\nstd::string_view EmbeddedRules(std::string_view game) {\n")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} rules)
  string(APPEND text "  if (game == \"${name}\") return R\"rulebook(${rules})rulebook\";\n")
endforeach()
string(APPEND text "  return {};\n}\n}  // namespace lottery::games\n")
file(WRITE ${OUT} "${text}")
