# Language level, warnings as errors, sanitizers and the packages every folder may draw on.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(LOTTERY_SANITIZE "" CACHE STRING "address,undefined or thread")

# Bit counts in one instruction: every 64-bit server processor since 2009 has them.
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  add_compile_options(-march=x86-64-v2)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(Protobuf REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PANGOCAIRO REQUIRED IMPORTED_TARGET pangocairo)
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)
pkg_check_modules(NCURSES REQUIRED IMPORTED_TARGET ncursesw)
pkg_check_modules(URING REQUIRED IMPORTED_TARGET liburing)
find_library(SODIUM_LIBRARY sodium REQUIRED)
find_library(JEMALLOC_LIBRARY jemalloc REQUIRED)

add_library(lottery_warnings INTERFACE)
target_compile_options(lottery_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Werror)
add_library(lottery_third_party INTERFACE)
target_link_libraries(lottery_third_party INTERFACE tl::expected fmt::fmt Threads::Threads)
target_compile_definitions(lottery_third_party INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_CONCEPTS SPDLOG_FMT_EXTERNAL)

if(LOTTERY_SANITIZE)
  add_compile_options(-O1 -g1 -fno-omit-frame-pointer -fsanitize=${LOTTERY_SANITIZE}
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LOTTERY_SANITIZE})
  if(LOTTERY_SANITIZE STREQUAL "thread")
    add_compile_options(-Wno-tsan)
  endif()
endif()
