/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hook modes of --hooks: which kind of hook the engine may use. */
#ifndef USER_BASE_HOOK_MODE_H
#define USER_BASE_HOOK_MODE_H

/*
 * Which kind of hooks events are taken from. Most have a tracepoint, raw (tp_btf) or classic; since
 * Linux 7.0 the kernel may pass over programs on raw ones. uid, gid, sid and ptrace have none: they
 * are taken from the kernel's functions that make them (fentry, kprobe.multi), or from the
 * tracepoints at the way in and out of every syscall, which each syscall on the machine pays for.
 */
enum hook_mode {
	HOOK_AUTO,	 /* the cheapest of those that the kernel does not pass over */
	HOOK_TRACEPOINT, /* raw tracepoints alone */
	HOOK_FENTRY,	 /* or an error; where there is a tracepoint, as AUTO */
	HOOK_CLASSIC,	 /* or an error; where there is none, kprobe.multi or raw tracepoints */
};

#endif
