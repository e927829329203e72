# Precompiled headers hold outside headers only (they never change, so an incremental build stays in
# seconds) and are made three times for the whole tree: plain, without exceptions, and for tests.
function(tidemill_precompiled name header)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/${name}.cc CONTENT "// Makes ${header}.\n")
  add_library(${name} STATIC ${CMAKE_BINARY_DIR}/generated/${name}.cc)
  target_link_libraries(${name} PRIVATE tidemill_flags fmt::fmt Threads::Threads ${ARGN})
  if(NOT TIDEMILL_FUZZ)
    target_precompile_headers(${name} PRIVATE ${CMAKE_SOURCE_DIR}/${header})
  endif()
endfunction()

tidemill_precompiled(tidemill_pch base/precompiled.h)
tidemill_precompiled(tidemill_pch_core base/precompiled.h)
target_compile_options(tidemill_pch_core PRIVATE -fno-exceptions)
# What is tested is built as it is shipped; the tests around it compile in about half the time so.
set(tidemill_test_options "")
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(tidemill_test_options -Og -g0)
endif()
if(NOT TIDEMILL_FUZZ)
  tidemill_precompiled(tidemill_pch_test tests/support/precompiled.h GTest::gtest)
  target_compile_options(tidemill_pch_test PRIVATE ${tidemill_test_options})
endif()

# The fuzzers' build is too small to precompile anything, but sources may count on those headers.
function(tidemill_reuse_pch target pch)
  if(TIDEMILL_FUZZ)
    target_compile_options(${target} PRIVATE -include ${CMAKE_SOURCE_DIR}/base/precompiled.h)
  else()
    target_precompile_headers(${target} REUSE_FROM ${pch})
    if(pch STREQUAL "tidemill_pch_test")
      target_compile_options(${target} PRIVATE ${tidemill_test_options})
    endif()
  endif()
endfunction()

# Sources of one library are compiled sixteen at a time: half of a source's time goes into headers that
# its neighbours read as well. So names that are local to a source are unique within its library. The
# debug build compiles every source by itself: what it includes is what it needs.
option(TIDEMILL_UNITY "Compile several sources of a target as one" OFF)
function(tidemill_compile_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${TIDEMILL_UNITY} UNITY_BUILD_BATCH_SIZE 16)
endfunction()

# tidemill_layer(name SOURCES ... LIBS ... PRIVATE_LIBS ...): one static library of a layer.
function(tidemill_layer name)
  cmake_parse_arguments(ARG "" "PCH" "SOURCES;LIBS;PRIVATE_LIBS" ${ARGN})
  if(NOT ARG_PCH)
    set(ARG_PCH tidemill_pch)
  endif()
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC tidemill_flags fmt::fmt Threads::Threads ${ARG_LIBS}
                                PRIVATE ${ARG_PRIVATE_LIBS})
  tidemill_reuse_pch(${name} ${ARG_PCH})
  tidemill_compile_together(${name})
endfunction()

# tidemill_core_area(name SOURCES ... LIBS ...): a part of core/. The core decides and never
# touches the world, so it is compiled without exceptions as a proof.
function(tidemill_core_area name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  tidemill_layer(${name} PCH tidemill_pch_core SOURCES ${ARG_SOURCES} LIBS tidemill_base ${ARG_LIBS})
  target_compile_options(${name} PRIVATE -fno-exceptions)
  target_link_libraries(tidemill_core INTERFACE ${name})
endfunction()
