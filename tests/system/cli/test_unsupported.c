// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where procsieve cannot work: one line with the cause and the remedy, status 3 for a missing
 * privilege, 4 for a missing kernel feature, and no side effects. Each condition is created for a
 * single run of the tool.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/run_tool.h"

/* Which bpf(2) call fails, and how. */
struct refusal {
	int command; /* -1: every command */
	int err;
};

static void refuse_bpf(const void *context)
{
	const struct refusal *refusal = context;
	const unsigned int err = SECCOMP_RET_ERRNO | (unsigned int)refusal->err;
	/* The first argument follows the call's number; its low half comes first. */
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)refusal->command, 0,
			 refusal->command < 0 ? 0 : 1),
		BPF_STMT(BPF_RET | BPF_K, err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(99);
}

/* Hidden in a mount namespace of its own. */
static void hide(const void *context)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", context, "tmpfs", 0, NULL))
		_exit(99);
}

static void drop_capabilities(const void *context)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

	(void)context;
	/* For root, exec restores all capabilities that are in the bounding set. */
	for (int capability = 0; !prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); capability++)
		;
	if (syscall(SYS_capset, &header, none))
		_exit(99);
}

static void become_nobody(const void *context)
{
	(void)context;
	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		_exit(99);
}

/* As in container runtimes: no capabilities, and no bpf(2). */
static void be_contained(const void *context)
{
	drop_capabilities(NULL);
	refuse_bpf(context);
}

static const struct want {
	const char *name;
	tool_prepare *prepare;
	const void *context;
	int status;
	const char *said[3]; /* words of the cause and the remedy */
} wants[] = {
	{"an ordinary user", become_nobody, NULL, 3, {"root", "CAP_BPF", "serve"}},
	{"no capabilities", drop_capabilities, NULL, 3, {"root", "CAP_BPF", "serve"}},
	{"a container",
	 be_contained,
	 &(const struct refusal){-1, EPERM},
	 3,
	 {"root", "CAP_BPF", ""}},
	{"bpf(2) forbidden",
	 refuse_bpf,
	 &(const struct refusal){-1, EPERM},
	 3,
	 {"refuses", "lockdown", "seccomp"}},
	{"programs forbidden",
	 refuse_bpf,
	 &(const struct refusal){BPF_PROG_LOAD, EPERM},
	 3,
	 {"refuses", "lockdown", ""}},
	{"no bpf(2)",
	 refuse_bpf,
	 &(const struct refusal){-1, ENOSYS},
	 4,
	 {"no bpf(2)", "CONFIG_BPF", ""}},
	{"no such maps",
	 refuse_bpf,
	 &(const struct refusal){BPF_MAP_CREATE, EINVAL},
	 4,
	 {"ring buffer", "5.8", ""}},
	{"no memory for programs",
	 refuse_bpf,
	 &(const struct refusal){BPF_PROG_LOAD, ENOMEM},
	 1,
	 {"out of memory", "cgroup", ""}},
	{"no memory for maps",
	 refuse_bpf,
	 &(const struct refusal){BPF_MAP_CREATE, ENOMEM},
	 1,
	 {"memory", "ring", ""}},
	{"no descriptors for programs",
	 refuse_bpf,
	 &(const struct refusal){BPF_PROG_LOAD, EMFILE},
	 1,
	 {"descriptors", "ulimit -n", ""}},
	{"no files on the machine",
	 refuse_bpf,
	 &(const struct refusal){BPF_PROG_LOAD, ENFILE},
	 1,
	 {"fs.file-max", "", ""}},
	{"no /sys", hide, "/sys", 4, {"/sys is not mounted", "mount -t sysfs sysfs /sys", ""}},
	{"no types",
	 hide,
	 "/sys/kernel/btf",
	 4,
	 {"/sys/kernel/btf/vmlinux", "CONFIG_DEBUG_INFO_BTF", ""}},
};

static void assert_graceful(const struct want *want, const char *const *words)
{
	const char *end;
	struct tool tool;

	tool_start_after(&tool, words, want->prepare, want->context);
	tool_wait(&tool);
	end = strchr(tool.err_text, '\n');
	if (tool_status(&tool) != want->status || *tool.out_text || !end || end[1])
		fail_msg("%s, %s: status %d, said %s%s", want->name, words[0], tool_status(&tool),
			 tool.err_text, tool.out_text);
	for (unsigned int i = 0; i < 3; i++)
		if (want->said[i] && !strstr(tool.err_text, want->said[i]))
			fail_msg("%s, %s: nothing of \"%s\" in %s", want->name, words[0],
				 want->said[i], tool.err_text);
	tool_clear(&tool);
}

static void a_missing_requirement_is_reported_in_one_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
		assert_graceful(&wants[i], WORDS("watch", "--standalone"));
		assert_graceful(&wants[i], WORDS("watch", "--standalone", "-e", "all", "--with",
						 "exe", "--accounting"));
		assert_graceful(&wants[i],
				WORDS("serve", "--socket", "/tmp/procsieve-graceful/none"));
		assert_graceful(&wants[i], WORDS("check"));
	}
	assert_int_equal(access("/tmp/procsieve-graceful", F_OK), -1);
}

/*
 * The same for a resource that is needed only after the programs are loaded. Classic tracepoints,
 * which are used since Linux 7.0, can be attached without this call.
 */
static void no_memory_for_attaching_is_not_the_kernels_fault(void **state)
{
	static const struct refusal refusal = {BPF_LINK_CREATE, ENOMEM};
	static const struct want
		attach = {"attaching", refuse_bpf, &refusal, 1, {"cannot attach to", "memory", ""}},
		iterate = {"iterating", refuse_bpf, &refusal, 1, {"cannot iterate", "memory", ""}};

	(void)state;
	assert_graceful(&attach, WORDS("watch", "--standalone", "--hooks", "tracepoint"));
	assert_graceful(&iterate, WORDS("ps", "--standalone"));
}

/*
 * Before Linux 6.1 an iterator cannot be restricted to a task: the kernel does not know these two
 * fields and rejects the size of the structure.
 */
static void a_kernel_without_iterators_for_one_task_is_too_old(void **state)
{
	static const struct refusal refusal = {BPF_LINK_CREATE, E2BIG};
	static const struct want want = {"no iterator over one task",
					 refuse_bpf,
					 &refusal,
					 4,
					 {"too old", "iterator", "6.1"}};

	(void)state;
	assert_graceful(&want, WORDS("ps", "--standalone"));
	assert_graceful(&want, WORDS("ps", "--standalone", "-p", "1"));
	assert_graceful(&want, WORDS("ps", "--standalone", "--descendants", "1"));
}

/* Then the command is not run: the status would be mistaken for the command's. */
static void a_command_that_cannot_be_watched_is_not_run(void **state)
{
	struct tool tool;

	(void)state;
	tool_start_after(&tool, WORDS("watch", "--standalone", "--", "sh", "-c", "echo it ran"),
			 become_nobody, NULL);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 125);
	assert_string_equal(tool.out_text, "");
	tool_clear(&tool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_missing_requirement_is_reported_in_one_line),
		cmocka_unit_test(no_memory_for_attaching_is_not_the_kernels_fault),
		cmocka_unit_test(a_kernel_without_iterators_for_one_task_is_too_old),
		cmocka_unit_test(a_command_that_cannot_be_watched_is_not_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
