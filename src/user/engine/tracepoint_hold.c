// SPDX-License-Identifier: GPL-2.0-or-later
/* kprobe.multi for tracepoints; see tracepoint_hold.h. */
#include "engine/tracepoint_hold.h"

#include <bpf/bpf.h>
#include <string.h>
#include <unistd.h>

const char *tracepoint_of_function(const char *function)
{
	size_t length = strlen(TRACEPOINT_PREFIX);

	return strncmp(function, TRACEPOINT_PREFIX, length) ? NULL : function + length;
}

int tracepoint_hold(const char *tracepoint, int program, int holders[TRACEPOINT_HOLDERS])
{
	for (int i = 0; i < TRACEPOINT_HOLDERS; i++) {
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

void tracepoint_release(const int holders[TRACEPOINT_HOLDERS])
{
	for (int i = 0; i < TRACEPOINT_HOLDERS; i++)
		close(holders[i]);
}
