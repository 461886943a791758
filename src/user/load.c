// SPDX-License-Identifier: GPL-2.0-or-later
/* Why the kernel does not take our programs; see load.h. */
#include "load.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first complaint of libbpf, which knows more than errno does; the later ones follow from it. */
static __thread char complaint[256];

static int keep_complaint(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level != LIBBPF_WARN)
		return 0;
	if (getenv("PROCSIEVE_DEBUG"))
		return vfprintf(stderr, format, args);
	if (!*complaint)
		vsnprintf(complaint, sizeof(complaint), format, args);
	return 0;
}

/* libbpf's line as part of ours: without its prefix and its end. */
static const char *complaint_text(void)
{
	char *text = complaint;

	text[strcspn(text, "\n")] = '\0';
	return strncmp(text, "libbpf: ", 8) ? text : text + 8;
}

/*
 * Linked in the place of libbpf's own (see the Makefile): the ids of the modules' types, of which there are none for us. To
 * list them takes a privilege that the server has given up when it loads a snapshot.
 */
int __wrap_bpf_btf_get_next_id(__u32 start, __u32 *next);

int __wrap_bpf_btf_get_next_id(__u32 start, __u32 *next)
{
	(void)start;
	(void)next;
	errno = ENOENT;
	return -ENOENT;
}

void load_begin(void)
{
	*complaint = '\0';
	libbpf_set_print(keep_complaint);
}

int load_refused(int err, struct reason *why)
{
	if (err == -ENOSYS)
		return reason_set(why, STATUS_KERNEL,
				  "this kernel has no bpf(2); it has to be built with "
				  "CONFIG_BPF_SYSCALL=y");
	if (err == -EPERM || err == -EACCES)
		return reason_set(why, STATUS_PRIVILEGE,
				  "the kernel refuses BPF to this process (lockdown, seccomp, or a "
				  "container without privileges)%s%s",
				  *complaint ? ": " : "", complaint_text());
	return 0;
}

int load_failed(int err, struct reason *why)
{
	int refused;

	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return reason_set(
			why, STATUS_KERNEL,
			"this kernel does not describe its types (/sys/kernel/btf/vmlinux: "
			"%s); it has to be built with CONFIG_DEBUG_INFO_BTF=y",
			strerror(errno));
	refused = err == -EACCES ? 0 : load_refused(err, why);
	if (refused)
		return refused;
	return reason_set(why, STATUS_KERNEL,
			  "the BPF programs do not load on this kernel: %s (%s); "
			  "PROCSIEVE_DEBUG=1 in the environment shows more",
			  strerror(-err), complaint_text());
}
