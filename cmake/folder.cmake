# dd_folder(NAME): one static library `dd_NAME` from the folder's *.cpp, one executable `dd_NAME_test` from its *_test.cpp.
# PUBLIC and PRIVATE say what it links, TESTING what only its tests link.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(tl-expected REQUIRED)
find_package(GTest REQUIRED)

add_library(dd_options INTERFACE)
target_compile_options(dd_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(dd_options INTERFACE -Wthread-safety)
endif()
if(DD_WERROR)
  target_compile_options(dd_options INTERFACE -Werror)
endif()
if(DD_SANITIZE)
  target_compile_options(dd_options INTERFACE -fsanitize=${DD_SANITIZE} -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    # clang 14 emits an unrepresentable relocation for this check's prologue in front of coroutines.
    target_compile_options(dd_options INTERFACE -fno-sanitize=function)
  endif()
  target_link_options(dd_options INTERFACE -fsanitize=${DD_SANITIZE})
endif()

# Tests link the optimised libraries; compiling the tests themselves without optimisation halves their build time.
add_library(dd_test_options INTERFACE)
target_compile_options(dd_test_options INTERFACE -O0)

# Most of a file's compile time is the headers that its neighbours parse too: batches of a folder's files cut the build to less
# than half. A batch of eight keeps the rebuild after one edit short, and the compiler under 1 GiB.
option(DD_UNITY "Compile a folder's files in batches" ON)
function(dd_batches target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${DD_UNITY} UNITY_BUILD_BATCH_SIZE 8)
  # GCC takes the files of a batch for headers, and every coroutine in them for a type that others might see.
  if(DD_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()

function(dd_folder name)
  cmake_parse_arguments(ARG "" "" "PUBLIC;PRIVATE;TESTING" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  file(GLOB tests CONFIGURE_DEPENDS *_test.cpp testing/*_test.cpp)
  if(tests)
    list(REMOVE_ITEM sources ${tests})
  endif()
  if(NOT sources)  # a folder of headers alone is a library too
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp CONTENT "" @ONLY)
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/empty.cpp)
  endif()
  add_library(dd_${name} STATIC ${sources})
  dd_batches(dd_${name})
  target_include_directories(dd_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(dd_${name} PUBLIC fmt::fmt tl::expected Threads::Threads ${ARG_PUBLIC} PRIVATE dd_options ${ARG_PRIVATE})
  if(tests)
    add_executable(dd_${name}_test ${tests})
    dd_batches(dd_${name}_test)
    target_link_libraries(dd_${name}_test PRIVATE dd_${name} dd_options dd_test_options ${ARG_TESTING} GTest::gtest GTest::gmock GTest::gtest_main)
    gtest_discover_tests(dd_${name}_test TEST_PREFIX ${name}/ DISCOVERY_TIMEOUT 60)
  endif()
endfunction()
