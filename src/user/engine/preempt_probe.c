// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests whether BPF programs can be preempted; see preempt_probe.h. A program on a raw tracepoint
 * reads the preempt count that it runs with: if it is 0, the kernel may switch to another task. The
 * tracepoint is sched_process_wait. This thread triggers it with a wait for a child that does not
 * exist, which no other process can notice.
 */
#include "engine/preempt_probe.h"

#include <bpf/bpf.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/kernel_btf.h"

#define TRACEPOINT "sched_process_wait"

/* The bits of the preempt count that preempt_disable() changes. */
#define PREEMPT_MASK 0xff

/*
 * The result in the map: 0 means that the program has not run; otherwise the preempt count plus
 * this.
 */
#define COUNT_OF_ZERO 1

#define ON_STACK      (-8)

#define MOVE(to, from)                                                                  \
	{                                                                               \
		.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = (to), .src_reg = (from) \
	}
#define SET(to, value)                                                               \
	{                                                                            \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (to), .imm = (value) \
	}
#define ADD(to, value)                                                               \
	{                                                                            \
		.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = (to), .imm = (value) \
	}
#define AND(to, value)                                                               \
	{                                                                            \
		.code = BPF_ALU64 | BPF_AND | BPF_K, .dst_reg = (to), .imm = (value) \
	}
#define CALL(function)                                                 \
	{                                                              \
		.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_##function \
	}
#define END                                \
	{                                  \
		.code = BPF_JMP | BPF_EXIT \
	}
/* Loads a pointer to the value of a map with one element. Takes two instructions. */
#define VALUE(to, map)                      \
	{.code = BPF_LD | BPF_DW | BPF_IMM, \
	 .dst_reg = (to),                   \
	 .src_reg = BPF_PSEUDO_MAP_VALUE,   \
	 .imm = (map)},                     \
	{                                   \
		0                           \
	}
/* Ends the program if the current thread is not `thread`; stores the current task in r6. */
#define BEGIN(thread)                                                                         \
	CALL(get_current_pid_tgid), {.code = BPF_ALU | BPF_MOV | BPF_X, .dst_reg = 1},        \
		{.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 1, .off = 2, .imm = (thread)}, \
		SET(0, 0), END, CALL(get_current_task), MOVE(6, 0)
/* Reads `size` bytes at `offset` from r6 onto the stack, or zeros if that memory cannot be read. */
#define READ(offset, size)                                                       \
	MOVE(3, 6), ADD(3, offset), SET(2, size), MOVE(1, 10), ADD(1, ON_STACK), \
		CALL(probe_read_kernel)
#define FOLLOW(offset)                                                                           \
	READ(offset, sizeof(__u64)),                                                             \
	{                                                                                        \
		.code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 6, .src_reg = 10, .off = ON_STACK \
	}
/* The last step: stores the count in the map. */
#define LEAVE(offset, map)                                                                         \
	READ(offset, sizeof(__u32)),                                                               \
		{.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 1, .src_reg = 10, .off = ON_STACK}, \
		AND(1, PREEMPT_MASK), ADD(1, COUNT_OF_ZERO), VALUE(2, map),                        \
		{.code = BPF_STX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1}, SET(0, 0), END

static int load_program(const struct bpf_insn *program, size_t count)
{
	return bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "look_at_count", "GPL", program, count,
			     NULL);
}

static int load(const struct kernel_counter *counter, int map)
{
	const struct bpf_insn direct[] = {BEGIN(gettid()), LEAVE(counter->offsets[0], map)};
	const struct bpf_insn by_pointers[] = {BEGIN(gettid()), FOLLOW(counter->offsets[0]),
					       FOLLOW(counter->offsets[1]),
					       LEAVE(counter->offsets[2], map)};

	return counter->steps == 1
		       ? load_program(direct, sizeof(direct) / sizeof(*direct))
		       : load_program(by_pointers, sizeof(by_pointers) / sizeof(*by_pointers));
}

/* Attaches the program, triggers the tracepoint, and detaches the program. */
static void trigger_tracepoint(int program)
{
	int link = bpf_raw_tracepoint_open(TRACEPOINT, program);

	if (link < 0)
		return;
	/* Not waitpid(), because the C library might not make the syscall. */
	syscall(SYS_wait4, getpid(), NULL, WNOHANG, NULL);
	close(link);
}

/* Runs the program and returns its result from the map; 0 if it has not run. */
static __u32 run_program(const struct kernel_counter *counter)
{
	LIBBPF_OPTS(bpf_map_create_opts, mapped, .map_flags = BPF_F_MMAPABLE);
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "preempt", sizeof(__u32), sizeof(__u32), 1,
				 &mapped);
	volatile __u32 *found =
		map < 0 ? MAP_FAILED : mmap(NULL, sizeof(*found), PROT_READ, MAP_SHARED, map, 0);
	__u32 result = 0;
	int program;

	if (found != MAP_FAILED) {
		program = load(counter, map);
		if (program >= 0) {
			trigger_tracepoint(program);
			close(program);
		}
		result = *found;
		munmap((void *)found, sizeof(*found));
	}
	if (map >= 0)
		close(map);
	return result;
}

/* Reads the first line of a file; makes it empty if the file cannot be read. */
static void read_line(const char *path, char *line, int size)
{
	FILE *file = fopen(path, "re");

	if (!file || !fgets(line, size, file))
		*line = '\0';
	if (file)
		fclose(file);
}

bool preempt_is_possible(void)
{
	struct utsname kernel;
	char modes[64];

	uname(&kernel);
	if (!strstr(kernel.version, "PREEMPT"))
		return false;
	/* Selected at boot. The file shows the selected mode in parentheses. */
	read_line("/sys/kernel/debug/sched/preempt", modes, sizeof(modes));
	return !strstr(modes, "(none)") && !strstr(modes, "(voluntary)");
}

static bool hits_raw_tracepoints;

static void run_probe(void)
{
	const struct kernel_counter counter = kernel_btf_counter();
	__u32 result;

	if (!preempt_is_possible())
		return;
	result = counter.steps ? run_program(&counter) : 0;
	hits_raw_tracepoints = result <= COUNT_OF_ZERO;
}

bool preempt_hits_raw_tracepoints(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, run_probe);
	return hits_raw_tracepoints;
}
