# Takes the place of llama-cpp-python's CMakeLists.txt: the same libraries with `llama_fixes.h` compiled in, without the
# two that breadknife never loads (llama-common and mtmd, half of the compiling time), each installed once. Where there is
# what it takes (Vulkan's headers of 1.3.280 or newer, SPIRV-Headers, glslc), also a library for GPUs, in a folder of its
# own: nothing loads it by itself, and it needs no more than a loader of drivers on the machine that does.
cmake_minimum_required(VERSION 3.21)
project(llama_cpp C CXX)

option(BREADKNIFE_PORTABLE "for any processor of this kind, in place of this machine's" OFF)
option(BREADKNIFE_CUDA "a library for NVIDIA's GPUs, by CUDA, in place of the one by Vulkan" OFF)
option(BREADKNIFE_GPU "fail without what the library for GPUs takes, instead of leaving it out" OFF)

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

set(gpu_libraries "")
if(NOT APPLE) # which has Metal
  function(ggml_add_backend_library backend) # ggml's own makes it a part of the engine, which loads it always
    add_library(${backend} MODULE ${ARGN})
    target_compile_definitions(${backend} PRIVATE GGML_BACKEND_DL GGML_BACKEND_BUILD PUBLIC GGML_BACKEND_SHARED)
    target_link_libraries(${backend} PRIVATE ggml-base)
    target_include_directories(${backend} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/..")
  endfunction()
  if(BREADKNIFE_CUDA) # alone: both would see the same GPU, each as one of its own
    add_subdirectory(vendor/llama.cpp/ggml/src/ggml-cuda EXCLUDE_FROM_ALL)
    list(APPEND gpu_libraries ggml-cuda)
  else()
    find_package(Vulkan 1.3.280 COMPONENTS glslc)
    find_package(SPIRV-Headers CONFIG QUIET)
  endif()
  if(Vulkan_FOUND AND SPIRV-Headers_FOUND)
    add_subdirectory(vendor/llama.cpp/ggml/src/ggml-vulkan EXCLUDE_FROM_ALL)
    list(APPEND gpu_libraries ggml-vulkan)
  elseif(BREADKNIFE_GPU AND NOT BREADKNIFE_CUDA)
    message(FATAL_ERROR "The library for GPUs takes Vulkan's headers of 1.3.280 or newer, SPIRV-Headers and glslc.")
  endif()
endif()

set(libraries llama ggml ggml-base)
get_property(every DIRECTORY vendor/llama.cpp/ggml/src PROPERTY BUILDSYSTEM_TARGETS)
foreach(target IN LISTS every)
  get_target_property(type ${target} TYPE)
  if(target MATCHES "^ggml-" AND type MATCHES "^(SHARED|MODULE)_LIBRARY$")
    list(APPEND libraries ${target})
  endif()
endforeach()
list(REMOVE_DUPLICATES libraries)
add_custom_target(engine ALL DEPENDS ${libraries} ${gpu_libraries})
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
foreach(target IN LISTS gpu_libraries)
  set_target_properties(${target} PROPERTIES INSTALL_RPATH "${beside}/.." BUILD_WITH_INSTALL_RPATH TRUE)
  install(TARGETS ${target} COMPONENT engine LIBRARY DESTINATION llama_cpp/lib/gpu)
endforeach()
