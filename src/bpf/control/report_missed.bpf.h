/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts into a listener's control page how often the kernel has passed over hooks: known to user
 * space, which finds it out when the listener stops, and may not write there.
 */
#ifndef BPF_CONTROL_REPORT_MISSED_BPF_H
#define BPF_CONTROL_REPORT_MISSED_BPF_H

#include "core/deliver.h"

/* Run with three numbers: slot, type of event, how often. */
SEC("raw_tp")
int note_missed(__u64 *ctx)
{
	struct procsieve_control *control = control_of(ctx[0]);

	if (control)
		control->missed[ctx[1] & (PROCSIEVE_EVENT_LIMIT - 1)] = ctx[2];
	return 0;
}

#endif
