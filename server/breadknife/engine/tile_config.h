/* Read by the compiler before each file of llama.cpp (Makefile, tests/engine/setup_peers.sh): GCC before 12.4 and 13.3
   says that _tile_loadconfig reads 8 of 64 bytes (PR 114098), and drops the stores to the others. See amx.py. */
#if defined(__AMX_TILE__) && !defined(__clang__) && !defined(__ASSEMBLER__)
#include <immintrin.h>
#define _tile_loadconfig(config) __asm__ volatile("ldtilecfg\t%X0" ::"m"(*(const char(*)[64])(config)))
#endif
