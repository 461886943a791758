/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sieve in the kernel: its page, and the tables of the dimensions. */
#ifndef BPF_CORE_SIEVE_MAPS_H
#define BPF_CORE_SIEVE_MAPS_H

#include "core/prelude.h"
#include "bpf/shared/sieve.h"

struct sieve sieve;

/* For the listeners in `confined`. */
struct sieve_ns_view ns_views[PROCSIEVE_LISTENERS];

/*
 * The tables of the dimensions: from a fact to the set of listeners that accept it. Sizes are set
 * before loading. by_pid changes with every followed fork, so it allocates its entries on demand.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} by_pid SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PROCSIEVE_LIST_MAX);
	__type(key, __u32);
	__type(value, __u64);
} by_uid SEC(".maps"), by_gid SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PROCSIEVE_LIST_MAX);
	__type(key, __u64);
	__type(value, __u64);
} by_owner SEC(".maps");

/* Changes with the cgroups that are made and removed (core/cgroup_filter.h). */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, __u64);
} by_cgroup SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PROCSIEVE_LIST_MAX);
	__type(key, struct sieve_comm);
	__type(value, __u64);
} by_comm SEC(".maps");

/* Few filters use these, so they take memory only for the values that are in use. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, PROCSIEVE_LIST_MAX);
	__type(key, __u32);
	__type(value, __u64);
} by_euid SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, PROCSIEVE_LIST_MAX);
	__type(key, __u64);
	__type(value, __u64);
} by_auid SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, PROCSIEVE_LIST_MAX);
	__type(key, struct sieve_comm);
	__type(value, __u64);
} by_thread_comm SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} by_cpu SEC(".maps");

/*
 * Returns the number of a listener's bit, below PROCSIEVE_LISTENERS, by a de Bruijn sequence: it
 * needs no branch, and clang 14 has no builtin for this on BPF.
 */
static __always_inline __u32 listener_slot(__u64 bit)
{
	static const __u8 slots[64] = {
		0,  1,	48, 2,	57, 49, 28, 3,	61, 58, 50, 42, 38, 29, 17, 4,
		62, 55, 59, 36, 53, 51, 43, 22, 45, 39, 33, 30, 24, 18, 12, 5,
		63, 47, 56, 27, 60, 41, 37, 16, 54, 35, 52, 21, 44, 32, 23, 11,
		46, 26, 40, 15, 34, 20, 31, 10, 25, 14, 19, 9,	13, 8,	7,  6,
	};
	__u32 slot = slots[bit * 0x03f79d71b4cb0a89 >> 58];

	/*
	 * The verifier does not know the values of the table. The compiler does, and would drop the
	 * mask without this.
	 */
	asm volatile("" : "+r"(slot));
	return slot & (PROCSIEVE_LISTENERS - 1);
}

#endif
