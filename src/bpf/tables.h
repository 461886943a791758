/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sieve as the programs see it: its page, and the tables of the dimensions. */
#ifndef TABLES_H
#define TABLES_H

#include "program.h"
#include "sieve.h"

struct sieve sieve;

/* Of the listeners that are `confined`. */
struct sieve_space spaces[PROCSIEVE_LISTENERS];

/*
 * The tables of the dimensions: a fact to the set of the listeners that accept it. Sizes are set before loading. by_pid
 * changes with every fork that is followed, so it takes memory as it goes.
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
} by_cgroup SEC(".maps"), by_owner SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PROCSIEVE_LIST_MAX);
	__type(key, struct sieve_comm);
	__type(value, __u64);
} by_comm SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} by_cpu SEC(".maps");

#endif
