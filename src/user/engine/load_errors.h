/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Explains to the user why the kernel refused our programs or maps. */
#ifndef USER_ENGINE_LOAD_ERRORS_H
#define USER_ENGINE_LOAD_ERRORS_H

#include <stdbool.h>

#include "base/reason.h"

/* Call before libbpf opens an object: libbpf's warnings are printed only for PROCSIEVE_DEBUG. */
void load_begin(void);

/*
 * Call before loading an object: checks that this process can open enough descriptors for it.
 * libbpf would take a missing descriptor for a missing kernel feature. Returns 0, or the result of
 * reason_set().
 */
struct bpf_object;
int load_check_descriptors(const struct bpf_object *object, struct reason *why);

/*
 * Returns whether an error of the kernel (`err`, -errno) means that the process, the user or the
 * machine lacks a resource, such as memory or descriptors.
 */
bool load_is_shortage(int err);

/*
 * Maps an error of the kernel (`err`, -errno) to an exit status: STATUS_FAILURE if it is a
 * shortage, STATUS_KERNEL if the kernel lacks a feature.
 */
enum status load_status(int err);

/*
 * Call if opening or loading an object returned `err` (-errno). Fills *why and returns the result
 * of reason_set().
 */
int load_failed(int err, struct reason *why);

/*
 * Fills *why if an error of bpf(2) means that the kernel has no BPF or does not allow it to this
 * process. Returns the result of reason_set(), or 0 for any other error.
 */
int load_refused(int err, struct reason *why);

#endif
