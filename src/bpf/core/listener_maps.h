/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ring and the control page of each listener, by slot. */
#ifndef BPF_CORE_LISTENER_MAPS_H
#define BPF_CORE_LISTENER_MAPS_H

#include "core/prelude.h"

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
	/* Sizes instead of types: clang 14 drops the type of the value in an inner map. */
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
