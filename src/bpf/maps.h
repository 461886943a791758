/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The maps and variables that the programs share. */
#ifndef MAPS_H
#define MAPS_H

#include "vmlinux.h"
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include <procsieve/filter.h>
#include <procsieve/record.h>

#include "sieve.h"

struct sieve sieve;

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
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PROCSIEVE_LIST_MAX);
	__type(key, struct sieve_env);
	__type(value, __u64);
} by_env SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} by_cpu SEC(".maps");

/* Each listener's ring and control page, by slot. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, PROCSIEVE_LISTENERS);
	__type(key, __u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_RINGBUF);
			__uint(max_entries, 4096);
		});
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, PROCSIEVE_LISTENERS);
	__type(key, __u32);
	/* Sizes and not types: clang 14 forgets the value's type in an inner map. */
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_ARRAY);
			__uint(map_flags, BPF_F_MMAPABLE);
			__uint(max_entries, 1);
			__uint(key_size, sizeof(__u32));
			__uint(value_size, sizeof(struct procsieve_control));
		});
} controls SEC(".maps");

#endif
