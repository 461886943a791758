/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coredump: a signal whose default action is to dump core takes effect. As for the proc connector,
 * the event is when the dump begins, even if a limit will prevent it from being written: the exit
 * event that follows says whether it was.
 */
#ifndef BPF_EVENT_COREDUMP_BPF_H
#define BPF_EVENT_COREDUMP_BPF_H

#include "event/begin.h"
#include "core/tracepoint_args.h"

#include <asm/signal.h>

struct coredump_record {
	struct procsieve_record header;
	struct procsieve_coredump coredump;
};

/* sizeof would include the padding at the end. */
#define COREDUMP_SIZE (sizeof(struct procsieve_record) + sizeof(struct procsieve_coredump))

/* The kernel's SIG_KERNEL_COREDUMP_MASK. */
#define COREDUMP_SIGNALS                                                                         \
	(1ull << SIGQUIT | 1ull << SIGILL | 1ull << SIGTRAP | 1ull << SIGABRT | 1ull << SIGFPE | \
	 1ull << SIGSEGV | 1ull << SIGBUS | 1ull << SIGSYS | 1ull << SIGXCPU | 1ull << SIGXFSZ)

static __always_inline int coredump_emit(int number, unsigned long handler, bool sections)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct coredump_record *record;
	struct scratch *scratch;
	__u64 want;

	if (number > 63 || !(COREDUMP_SIGNALS >> (number & 63) & 1) || handler ||
	    task_untrusted(task)->signal->flags & SIGNAL_UNKILLABLE)
		return 0;
	scratch = event_begin(task, PROCSIEVE_COREDUMP, false, SCRATCH_COREDUMP, &want);
	if (!scratch)
		return 0;
	record = (struct coredump_record *)scratch->record;
	record->coredump.signal = number;
	deliver(scratch, task, want, COREDUMP_SIZE, COREDUMP_SIZE, sections);
	scratch_release(scratch, SCRATCH_COREDUMP);
	return 0;
}

SEC("tp_btf/signal_deliver")
int BPF_PROG(on_signal, int number, void *info, struct k_sigaction *action)
{
	return coredump_emit(number, (unsigned long)action->sa.sa_handler, true);
}

SEC("?tp_btf/signal_deliver")
int BPF_PROG(on_signal_plain, int number, void *info, struct k_sigaction *action)
{
	return coredump_emit(number, (unsigned long)action->sa.sa_handler, false);
}

SEC("?tracepoint/signal/signal_deliver")
int on_signal_classic(struct trace_event_raw_signal_deliver *ctx)
{
	return coredump_emit(ctx->sig, ctx->sa_handler, true);
}

SEC("?tracepoint/signal/signal_deliver")
int on_signal_classic_plain(struct trace_event_raw_signal_deliver *ctx)
{
	return coredump_emit(ctx->sig, ctx->sa_handler, false);
}

SEC("?kprobe.multi/__traceiter_signal_deliver")
int on_signal_kprobe(struct pt_regs___kernel *ctx)
{
	const struct k_sigaction *action = (const void *)TRACEPOINT_THIRD(ctx);

	return coredump_emit(TRACEPOINT_FIRST(ctx),
			     (unsigned long)BPF_CORE_READ(action, sa.sa_handler), true);
}

#endif
