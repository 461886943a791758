/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints a server's status to standard output, as text, JSON or Prometheus metrics. */
#ifndef USER_CLI_STATUS_PRINT_H
#define USER_CLI_STATUS_PRINT_H

#include <stdint.h>

#include "lib/wire.h"

void status_print_text(const struct wire_status *status);
void status_print_json(const struct wire_status *status);
void status_print_prometheus(const struct wire_status *status);

/* Returns the seconds since a value of clock_boot_ns(). */
double status_seconds_since(uint64_t boot_ns);

/* Return the name of a section, or of a filter flag; NULL if there is none. */
const char *status_section_name(unsigned int kind);
const char *status_flag_name(unsigned int bit);
/* Names of the lists of a filter (WIRE_LISTS). */
extern const char *const status_list_names[WIRE_LIST_COUNT];

#endif
