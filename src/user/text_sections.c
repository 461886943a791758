// SPDX-License-Identifier: GPL-2.0-or-later
/* Sections as words for people; see text_sections.h. Counts that are 0 and delays that did not happen are left out. */
#include "text_sections.h"

#include <string.h>
#include <unistd.h>

#include <procsieve/payload.h>

#include "context.h"
#include "names.h"
#include "text.h"

static void put_name(struct display *line, const char *name)
{
	display_string(line, " ");
	display_string(line, name);
	display_string(line, "=");
}

static void put_count(struct display *line, const char *name, uint64_t count)
{
	if (!count || count == PROCSIEVE_UNKNOWN)
		return;
	put_name(line, name);
	display_number(line, count);
}

static void put_pages(struct display *line, const char *name, uint64_t pages)
{
	put_count(line, name, pages * (sysconf(_SC_PAGESIZE) / 1024));
}

/* Where it is not what one expects. */
static void put_id(struct display *line, const char *name, uint32_t id, uint32_t expected)
{
	if (id == expected)
		return;
	put_name(line, name);
	display_number(line, id);
}

static void put_mask(struct display *line, const char *name, uint64_t mask)
{
	char digits[17] = {0};

	if (!mask)
		return;
	text_hex(digits, mask, 16);
	put_name(line, name);
	display_string(line, digits);
}

static void put_duration(struct display *line, const char *name, uint64_t ns)
{
	if (!ns || ns == PROCSIEVE_UNKNOWN)
		return;
	put_name(line, name);
	display_duration(line, ns);
}

static void put_word(struct display *line, const char *name,
		     const struct procsieve_section *section)
{
	put_name(line, name);
	display_word(line, section->data, section->size);
	if (section->flags & PROCSIEVE_SECTION_CUT)
		display_string(line, DISPLAY_CUT);
}

static void put_cgroup(struct display *line, const struct run *run,
		       const struct procsieve_section *section)
{
	struct excerpt container = context_container(section->data, section->size);

	if (run->context & CONTEXT(CGROUP))
		put_word(line, "cgroup", section);
	if (!(run->context & CONTEXT(CONTAINER)) || !container.at)
		return;
	/* As many digits as the tools of containers show. */
	put_name(line, "container");
	display_word(line, container.at, 12);
}

static void put_tty(struct display *line, const struct procsieve_section *section)
{
	char name[CONTEXT_TTY_MAX];

	put_name(line, "tty");
	display_word(line, name, context_tty(name, section->data, section->size));
}

static void put_ns(struct display *line, const struct procsieve_section *section)
{
	struct procsieve_ns ns;

	if (procsieve_section_copy(section, &ns, sizeof(ns)))
		return;
	put_count(line, "pid_ns", ns.pid_ns);
	put_count(line, "ns_pid", ns.pid);
}

static void put_ancestors(struct display *line, const struct procsieve_section *section)
{
	struct procsieve_ancestor ancestor;

	put_name(line, "ancestors");
	for (size_t at = 0; at + sizeof(ancestor) <= section->size; at += sizeof(ancestor)) {
		memcpy(&ancestor, section->data + at, sizeof(ancestor));
		if (at)
			display_string(line, "<");
		display_word(line, ancestor.comm, strnlen(ancestor.comm, sizeof(ancestor.comm)));
		display_string(line, ":");
		display_number(line, ancestor.pid);
	}
	if (section->flags & PROCSIEVE_SECTION_CUT)
		display_string(line, "<" DISPLAY_CUT);
}

static void put_env(struct display *line, const struct procsieve_section *section)
{
	const char *at = section->data, *end = at + section->size;
	size_t size;

	for (; at < end && !line->full; at += size + 1) {
		size = strnlen(at, end - at);
		display_string(line, " ");
		display_word(line, at, size);
	}
	if (section->flags & PROCSIEVE_SECTION_CUT)
		display_string(line, " " DISPLAY_CUT);
}

static void put_time(struct display *line, const struct procsieve_section *section)
{
	struct procsieve_cpu_time cpu;
	struct procsieve_time time;

	if (procsieve_section_copy(section, &time, sizeof(time)))
		return;
	cpu = procsieve_cpu_time(&time);
	put_duration(line, "user", cpu.user);
	put_duration(line, "system", cpu.system);
	put_count(line, "minflt", time.minflt);
	put_count(line, "majflt", time.majflt);
	put_count(line, "nvcsw", time.nvcsw);
	put_count(line, "nivcsw", time.nivcsw);
	put_duration(line, "cpu_delay", time.run_delay);
}

static void put_peak(struct display *line, const struct procsieve_section *section)
{
	struct procsieve_peak peak;

	if (procsieve_section_copy(section, &peak, sizeof(peak)))
		return;
	put_pages(line, "max_rss_kb", peak.pages);
}

static void put_io(struct display *line, const struct procsieve_section *section)
{
	struct procsieve_io io;

	if (procsieve_section_copy(section, &io, sizeof(io)))
		return;
	put_count(line, "read_bytes", io.read_bytes);
	put_count(line, "write_bytes", io.write_bytes);
	put_count(line, "rchar", io.rchar);
	put_count(line, "wchar", io.wchar);
}

static void put_delay(struct display *line, const struct procsieve_section *section)
{
	struct procsieve_delay delay;

	if (procsieve_section_copy(section, &delay, sizeof(delay)))
		return;
	put_duration(line, "blkio_delay", delay.blkio);
	put_duration(line, "swapin_delay", delay.swapin);
	put_duration(line, "reclaim_delay", delay.reclaim);
	put_duration(line, "thrashing_delay", delay.thrashing);
	put_duration(line, "compact_delay", delay.compact);
	put_duration(line, "wpcopy_delay", delay.wpcopy);
	put_duration(line, "irq_delay", delay.irq);
}

static void put_cred(struct display *line, const struct procsieve_section *section)
{
	struct procsieve_cred cred;

	if (procsieve_section_copy(section, &cred, sizeof(cred)))
		return;
	put_id(line, "euid", cred.euid, cred.ruid);
	put_id(line, "suid", cred.suid, cred.ruid);
	put_id(line, "fsuid", cred.fsuid, cred.euid);
	put_name(line, "gid");
	display_number(line, cred.rgid);
	put_id(line, "egid", cred.egid, cred.rgid);
	put_id(line, "sgid", cred.sgid, cred.rgid);
	put_id(line, "fsgid", cred.fsgid, cred.egid);
	put_mask(line, "cap_inheritable", cred.cap_inheritable);
	put_mask(line, "cap_permitted", cred.cap_permitted);
	put_mask(line, "cap_effective", cred.cap_effective);
	put_mask(line, "cap_ambient", cred.cap_ambient);
}

static void put_sched(struct display *line, const struct procsieve_section *section)
{
	struct procsieve_sched sched;

	if (procsieve_section_copy(section, &sched, sizeof(sched)))
		return;
	put_name(line, "policy");
	display_string(line, policy_name(sched.policy));
	put_count(line, "rt_priority", sched.rt_priority);
	if (!sched.nice)
		return;
	put_name(line, "nice");
	display_string(line, sched.nice < 0 ? "-" : "");
	display_number(line, sched.nice < 0 ? -(int64_t)sched.nice : sched.nice);
}

static void put_mem(struct display *line, const struct procsieve_section *section)
{
	struct procsieve_mem mem;

	if (procsieve_section_copy(section, &mem, sizeof(mem)))
		return;
	put_pages(line, "vsz_kb", mem.size);
	put_pages(line, "rss_kb", mem.rss_anon + mem.rss_file + mem.rss_shmem);
	put_pages(line, "rss_anon_kb", mem.rss_anon);
	put_pages(line, "rss_file_kb", mem.rss_file);
	put_pages(line, "rss_shmem_kb", mem.rss_shmem);
	put_pages(line, "swap_kb", mem.swap);
	put_pages(line, "peak_vsz_kb", mem.peak_size);
	put_pages(line, "peak_rss_kb", mem.peak_rss);
}

static void put_section(struct display *line, const struct run *run,
			const struct procsieve_section *section)
{
	switch (section->kind) {
	case PROCSIEVE_SECTION_NS:
		return put_ns(line, section);
	case PROCSIEVE_SECTION_TTY:
		return put_tty(line, section);
	case PROCSIEVE_SECTION_TIME:
		return put_time(line, section);
	case PROCSIEVE_SECTION_PEAK:
		return put_peak(line, section);
	case PROCSIEVE_SECTION_IO:
		return put_io(line, section);
	case PROCSIEVE_SECTION_DELAY:
		return put_delay(line, section);
	case PROCSIEVE_SECTION_CRED:
		return put_cred(line, section);
	case PROCSIEVE_SECTION_SCHED:
		return put_sched(line, section);
	case PROCSIEVE_SECTION_MEM:
		return put_mem(line, section);
	case PROCSIEVE_SECTION_EXE:
		return put_word(line, "exe", section);
	case PROCSIEVE_SECTION_CWD:
		return put_word(line, "cwd", section);
	case PROCSIEVE_SECTION_CGROUP:
		return put_cgroup(line, run, section);
	case PROCSIEVE_SECTION_ANCESTORS:
		return put_ancestors(line, section);
	case PROCSIEVE_SECTION_ENV:
		return put_env(line, section);
	}
}

void text_sections(struct display *line, const struct run *run,
		   const struct procsieve_record *record, size_t size)
{
	size_t offset = procsieve_body_size(record, size);
	const struct procsieve_section *section;

	while (!line->full && (section = procsieve_next_section(record, size, &offset)))
		put_section(line, run, section);
}
