# Turns SQL files into one C++ source that defines lottery::<folder>::SchemaFiles().
set(text "#include \"base/pg/schema.h\"\nnamespace lottery::${FOLDER} {\nconst std::vector<base::pg::SchemaFile>& SchemaFiles() {\n  static const std::vector<base::pg::SchemaFile> files = {\n")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  file(READ ${file} sql)
  string(APPEND text "{\"${FOLDER}/${name}\", R\"sqlfile(${sql})sqlfile\"},\n")
endforeach()
string(APPEND text "  };\n  return files;\n}\n}  // namespace lottery::${FOLDER}\n")
file(WRITE ${OUT} "${text}")
