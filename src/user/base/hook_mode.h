/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hook modes of --hooks: which type of hook the engine may use. */
#ifndef USER_BASE_HOOK_MODE_H
#define USER_BASE_HOOK_MODE_H

/*
 * Selects the type of hook that delivers events. Most events have a tracepoint, raw (tp_btf) or
 * classic. Since Linux 7.0 the kernel may skip programs on raw tracepoints. The events uid, gid,
 * sid and ptrace have no tracepoint. They come from hooks on kernel functions (fentry,
 * kprobe.multi), or from the tracepoints at entry to and exit from every syscall, which slow down
 * each syscall on the machine.
 */
enum hook_mode {
	HOOK_AUTO,	 /* the cheapest hooks that the kernel does not skip */
	HOOK_TRACEPOINT, /* raw tracepoints only */
	HOOK_FENTRY,	 /* fentry or an error; events with a tracepoint as in AUTO */
	HOOK_CLASSIC,	 /* classic tracepoints or an error; else kprobe.multi or raw */
};

#endif
