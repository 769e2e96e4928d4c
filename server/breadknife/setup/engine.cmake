# Takes the place of llama-cpp-python's CMakeLists.txt: the same libraries with `llama_fixes.h` compiled in, without the
# two that breadknife never loads (llama-common and mtmd, half of the compiling time), each installed once.
cmake_minimum_required(VERSION 3.21)
project(llama_cpp C CXX)

option(BREADKNIFE_PORTABLE "for any processor of this kind, in place of this machine's" OFF)

set(BUILD_SHARED_LIBS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(BREADKNIFE_PORTABLE)
  set(GGML_NATIVE OFF)
  # One library for each generation of processors; ggml loads the best. On macOS there is one for all.
  if(NOT APPLE)
    set(GGML_BACKEND_DL ON)
    set(GGML_CPU_ALL_VARIANTS ON)
  endif()
endif()
if(APPLE)
  set(GGML_METAL ON)
  set(GGML_METAL_EMBED_LIBRARY ON)
endif()
if(NOT MSVC) # whose compiler needs none of the fixes
  add_compile_options(
    "$<$<COMPILE_LANGUAGE:C,CXX>:SHELL:-include \"${CMAKE_CURRENT_SOURCE_DIR}/llama_fixes.h\">"
    "-ffile-prefix-map=${CMAKE_CURRENT_SOURCE_DIR}=.") # no paths of this machine in messages
endif()
add_subdirectory(vendor/llama.cpp EXCLUDE_FROM_ALL)

set(libraries llama ggml ggml-base)
get_property(every DIRECTORY vendor/llama.cpp/ggml/src PROPERTY BUILDSYSTEM_TARGETS)
foreach(target IN LISTS every)
  get_target_property(type ${target} TYPE)
  if(target MATCHES "^ggml-" AND type MATCHES "^(SHARED|MODULE)_LIBRARY$")
    list(APPEND libraries ${target})
  endif()
endforeach()
list(REMOVE_DUPLICATES libraries)
add_custom_target(engine ALL DEPENDS ${libraries})
if(WIN32)
  set_target_properties(llama PROPERTIES WINDOWS_EXPORT_ALL_SYMBOLS ON)
endif()
if(APPLE)
  set(beside "@loader_path")
else()
  set(beside "$ORIGIN")
endif()
foreach(target IN LISTS libraries)
  # Without versions a wheel, which has no links, holds no copies.
  set_property(TARGET ${target} PROPERTY VERSION)
  set_property(TARGET ${target} PROPERTY SOVERSION)
  set_target_properties(${target} PROPERTIES INSTALL_RPATH "${beside}" BUILD_WITH_INSTALL_RPATH TRUE)
  install(TARGETS ${target} COMPONENT engine
    LIBRARY DESTINATION llama_cpp/lib RUNTIME DESTINATION llama_cpp/lib ARCHIVE DESTINATION llama_cpp/lib)
endforeach()
