# Warnings, sanitizers, ccache and the linker: everything that is about the compiler alone.
add_library(tidemill_flags INTERFACE)
target_compile_options(tidemill_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wswitch-enum -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>
  # CHECK names the file from the root of the repository, whatever folder it was built in.
  -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)
target_include_directories(tidemill_flags INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)

if(TIDEMILL_FUZZ)
  # Without the second, undefined behaviour would be printed and passed over.
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
                      -fno-omit-frame-pointer -O1 -g1)
  add_link_options(-fsanitize=address,undefined)
endif()

if(TIDEMILL_SANITIZE)
  # -O1 halves what the tests take, and -g1 is enough for the lines of a stack. GCC 12 takes its own
  # instrumentation for reads of what was never set; the release build keeps that warning.
  set(sanitize_flags -fsanitize=${TIDEMILL_SANITIZE} -fno-omit-frame-pointer -O1 -g1
      $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  if(TIDEMILL_SANITIZE MATCHES "undefined")
    # The address sanitizer meets null pointers and wrong sizes too, and without these three the
    # compiler takes a seventh less time.
    list(APPEND sanitize_flags -fno-sanitize-recover=undefined -fno-sanitize=null,object-size,vptr)
  endif()
  add_compile_options(${sanitize_flags})
  add_link_options(${sanitize_flags})
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # In kB. Most sources never get there; collecting garbage for them took a tenth of the whole build.
  add_compile_options(--param=ggc-min-heapsize=300000)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Precompiled headers need the sloppiness to be cacheable; the base folder makes clones share.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
endif()
