# How everything is compiled: word size, language, warnings, and the optional parts.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

include(CheckCSourceCompiles)
include(CheckLanguage)

option(ESPMEM_WERROR "Warnings are errors" OFF)
set(ESPMEM_SANITIZE "" CACHE STRING "Sanitizers for the whole build, as in -fsanitize= (address,undefined or thread)")
set(ESPMEM_BITS "" CACHE STRING "Word size to build for: 32 or 64 (empty: the compiler's own)")
set_property(CACHE ESPMEM_BITS PROPERTY STRINGS "" 32 64)

# ---- word size -----------------------------------------------------------------------------------

if(NOT ESPMEM_BITS MATCHES "^(|32|64)$")
    message(FATAL_ERROR "ESPMEM_BITS is \"${ESPMEM_BITS}\", but it must be 32, 64 or empty.")
endif()
set(ESPMEM_WORD_FLAGS "")
if(ESPMEM_BITS)
    set(ESPMEM_WORD_FLAGS "-m${ESPMEM_BITS}")
    string(APPEND CMAKE_C_FLAGS " ${ESPMEM_WORD_FLAGS}")
endif()
unset(ESPMEM_WORD_SIZE_WORKS CACHE)
set(CMAKE_REQUIRED_QUIET ON)
check_c_source_compiles("#include <stdio.h>\nint main(void) { return puts(\"\") < 0; }" ESPMEM_WORD_SIZE_WORKS)
if(NOT ESPMEM_WORD_SIZE_WORKS)
    message(FATAL_ERROR "${CMAKE_C_COMPILER} cannot build programs with \"${ESPMEM_WORD_FLAGS}\": "
                        "install its libraries for that word size (Debian: gcc-multilib).")
endif()

# ---- warnings and code ---------------------------------------------------------------------------

set(ESPMEM_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wconversion -Wcast-align -Wpointer-arith -Wwrite-strings
    -Wformat=2 -Wvla)
set(ESPMEM_C_WARNINGS ${ESPMEM_WARNINGS} -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition)
set(ESPMEM_CODE_FLAGS -fno-semantic-interposition)
# The core runs where there is no libc: loops must not become calls of memset and memcpy.
set(ESPMEM_FREESTANDING_FLAGS -ffreestanding)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    list(APPEND ESPMEM_FREESTANDING_FLAGS -fno-tree-loop-distribute-patterns)
endif()

if(ESPMEM_SANITIZE)
    add_compile_options(-fsanitize=${ESPMEM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
    add_link_options(-fsanitize=${ESPMEM_SANITIZE})
endif()

# For what runs on the chip's heaps, whose blocks are 4-aligned: on a 64-bit host a pointer in a block
# may be less aligned than the host's rules have it.
set(ESPMEM_ON_CHIP_FLAGS "")
if(ESPMEM_SANITIZE MATCHES "undefined")
    set(ESPMEM_ON_CHIP_FLAGS -fno-sanitize=alignment)
endif()

# Compiles a target of ours: our warnings, its sources may include each other from the root, and
# whoever links it gets the word size.
function(espmem_compile target)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
    target_compile_options(${target} PRIVATE ${ESPMEM_CODE_FLAGS} $<$<COMPILE_LANGUAGE:C>:${ESPMEM_C_WARNINGS}>
        $<$<COMPILE_LANGUAGE:CXX>:${ESPMEM_WARNINGS}> $<$<BOOL:${ESPMEM_WERROR}>:-Werror>)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "STATIC_LIBRARY")
        target_compile_options(${target} INTERFACE ${ESPMEM_WORD_FLAGS})
        target_link_options(${target} INTERFACE ${ESPMEM_WORD_FLAGS})
    endif()
endfunction()

# ---- optional and required parts -----------------------------------------------------------------

# A compiler that was missing is looked for again at each configuration.
if(NOT CMAKE_CXX_COMPILER)
    unset(CMAKE_CXX_COMPILER CACHE)
endif()
if(NOT ESPMEM_CXX_WORKS)
    unset(ESPMEM_CXX_WORKS CACHE)
endif()
check_language(CXX)
if(CMAKE_CXX_COMPILER)
    enable_language(CXX)
    string(APPEND CMAKE_CXX_FLAGS " ${ESPMEM_WORD_FLAGS}")
    include(CheckCXXSourceCompiles)
    check_cxx_source_compiles("#include <string>\nint main(int n, char **v) { return std::string(v[0]).size() < 1u + n - n; }"
                              ESPMEM_CXX_WORKS)
endif()

# Adds the C++ files of `folder` (operator new and delete) to a C target. They go in as objects, so
# that a C program which links the target needs no C++ compiler.
function(espmem_add_cplusplus target folder)
    file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp ${folder}/*/*.cpp)
    if(NOT sources)
        return()
    endif()
    if(NOT ESPMEM_CXX_WORKS)
        message(STATUS "No working C++ compiler${ESPMEM_WORD_FLAGS}: C++ new and delete will not use the chip's heaps "
                       "(Debian: g++, for 32 bits g++-multilib)")
        target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/without_cplusplus.c)
        return()
    endif()
    add_library(${target}-cplusplus OBJECT ${sources})
    espmem_compile(${target}-cplusplus)
    target_include_directories(${target}-cplusplus PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/include/idf)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}-cplusplus>)
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE C)
endfunction()

# The name to link zlib by. Required: recordings are compressed.
function(espmem_find_zlib result)
    set(CMAKE_REQUIRED_LIBRARIES z)
    check_c_source_compiles("#include <zlib.h>\nint main(void) { return zlibVersion() == 0; }" ESPMEM_ZLIB_WORKS)
    if(NOT ESPMEM_ZLIB_WORKS)
        unset(ESPMEM_ZLIB_WORKS CACHE)
        message(FATAL_ERROR "zlib was not found: install it with its headers "
                            "(Debian: zlib1g-dev, for 32 bits lib32z1-dev too).")
    endif()
    set(${result} z PARENT_SCOPE)
endfunction()
