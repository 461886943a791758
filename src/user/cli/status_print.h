/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server's status on standard output: for people, for programs, for Prometheus. */
#ifndef USER_CLI_STATUS_PRINT_H
#define USER_CLI_STATUS_PRINT_H

#include <stdint.h>

#include "lib/wire.h"

void status_print_text(const struct wire_status *status);
void status_print_json(const struct wire_status *status);
void status_print_prometheus(const struct wire_status *status);

/* Seconds from a time of CLOCK_BOOTTIME (nanoseconds) until now. */
double status_seconds_since(uint64_t boot_ns);

/* The filter of a listener in words; NULL: no such bit. */
const char *status_section_name(unsigned int kind);
const char *status_flag_name(unsigned int bit);
extern const char *const status_list_names[WIRE_LIST_COUNT];

#endif
