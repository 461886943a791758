/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why the kernel does not take our programs or maps, in words for the user. */
#ifndef USER_ENGINE_LOAD_ERRORS_H
#define USER_ENGINE_LOAD_ERRORS_H

#include "base/reason.h"

/* Before libbpf opens an object: keeps its first complaint, for load_failed(). */
void load_begin(void);

/*
 * Before an object is loaded: has this process descriptors enough for it? libbpf takes the want of
 * one for the want of something in the kernel. Returns 0, or what reason_set() returns.
 */
struct bpf_object;
int load_check_descriptors(const struct bpf_object *object, struct reason *why);

/*
 * What the kernel refused with `err`, -errno: is it this process, user or machine that has too
 * little of something (STATUS_FAILURE), or can the kernel not do it (STATUS_KERNEL)?
 */
enum status load_status(int err);

/*
 * Opening or loading an object gave `err`, -errno. Fills *why and returns what reason_set() does.
 */
int load_failed(int err, struct reason *why);

/*
 * Fills *why where an error of bpf(2) means that the kernel has none, or keeps it from us. Returns
 * 0 where it does not.
 */
int load_refused(int err, struct reason *why);

#endif
