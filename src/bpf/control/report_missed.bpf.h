/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes to a listener's control page how often the kernel skipped hooks. User space finds this out
 * when the listener stops, but may not write to the page.
 */
#ifndef BPF_CONTROL_REPORT_MISSED_BPF_H
#define BPF_CONTROL_REPORT_MISSED_BPF_H

#include "core/deliver.h"

/* Run with three numbers: slot, type of event, count. */
SEC("raw_tp")
int report_missed(__u64 *ctx)
{
	struct procsieve_control *control = listener_control(ctx[0]);

	if (control)
		control->missed[ctx[1] & (PROCSIEVE_EVENT_LIMIT - 1)] = ctx[2];
	return 0;
}

#endif
