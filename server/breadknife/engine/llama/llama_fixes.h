/* Read by the compiler before each file of llama.cpp (Makefile, tests/engine/setup_peers.sh). */

/* GCC before 12.4 and 13.3 says that _tile_loadconfig reads 8 of 64 bytes (PR 114098), and drops the stores to the
   others. See weights.py. */
#if defined(__AMX_TILE__) && !defined(__clang__) && !defined(__ASSEMBLER__)
#include <immintrin.h>
#define _tile_loadconfig(config) __asm__ volatile("ldtilecfg\t%X0" ::"m"(*(const char(*)[64])(config)))
#endif

/* Where it is defined ggml adds up in half precision, 128 numbers at a time: heads of 64, as small models have, fall to
   its loop for what is left over, and attention takes three times as long. Without it sums are of 32 bits, 64 at a
   time. */
#undef __AVX512FP16__

/* By this the Makefile knows a library that was compiled with all of the above; the number changes with it. */
#ifndef __ASSEMBLER__
static const char llama_fixes[] __attribute__((used)) = "breadknife llama fixes 2";
#endif
