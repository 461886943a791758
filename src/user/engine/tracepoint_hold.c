// SPDX-License-Identifier: GPL-2.0-or-later
/* kprobe.multi for tracepoints; see traceiter.h. */
#include "engine/traceiter.h"

#include <bpf/bpf.h>
#include <string.h>
#include <unistd.h>

const char *traceiter_tracepoint(const char *function)
{
	size_t length = strlen(TRACEITER_PREFIX);

	return strncmp(function, TRACEITER_PREFIX, length) ? NULL : function + length;
}

int traceiter_hold(const char *tracepoint, int program, int holders[TRACEITER_HOLDERS])
{
	for (int i = 0; i < TRACEITER_HOLDERS; i++) {
		holders[i] = bpf_raw_tracepoint_open(tracepoint, program);
		if (holders[i] < 0) {
			int err = holders[i];

			while (i--)
				close(holders[i]);
			return err;
		}
	}
	return 0;
}

void traceiter_let_go(const int holders[TRACEITER_HOLDERS])
{
	for (int i = 0; i < TRACEITER_HOLDERS; i++)
		close(holders[i]);
}
