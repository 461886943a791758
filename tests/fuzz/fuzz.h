/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the fuzz targets: libFuzzer's interface, a check macro, and random numbers for the
 * mutators.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Unlike assert(3), always enabled. */
#define require(condition)                                                                      \
	do {                                                                                    \
		if (!(condition)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                \
		}                                                                               \
	} while (0)

/* Reads every byte, so that the sanitizer detects one out of bounds. */
static inline void touch(const void *bytes, size_t size)
{
	const volatile uint8_t *at = bytes;

	for (size_t i = 0; i < size; i++)
		(void)at[i];
}

/* Pseudo-random numbers that depend on the seed only, so that a run can be repeated. */
struct dice {
	uint64_t state;
};

static inline uint64_t roll(struct dice *dice)
{
	uint64_t number = dice->state += 0x9e3779b97f4a7c15u;

	number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9u;
	number = (number ^ number >> 27) * 0x94d049bb133111ebu;
	return number ^ number >> 31;
}

/* From 0 to `limit` - 1. */
static inline size_t pick(struct dice *dice, size_t limit)
{
	return roll(dice) % limit;
}

#endif
