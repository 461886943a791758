// SPDX-License-Identifier: GPL-2.0-or-later
/* Sections as JSON fields; see json_sections.h. */
#include "json_sections.h"

#include <unistd.h>

#include <procsieve/payload.h>

#include "context.h"
#include "names.h"

static void put_ns(struct line *line, const struct procsieve_section *section)
{
	struct procsieve_ns ns;

	if (procsieve_section_copy(section, &ns, sizeof(ns)))
		return;
	put_number(line, "pid_ns", ns.pid_ns);
	put_number(line, "ns_pid", ns.pid);
}

static void put_tty(struct line *line, const struct procsieve_section *section)
{
	char name[CONTEXT_TTY_MAX];

	put_bytes(line, QUOTED("tty"), name, context_tty(name, section->data, section->size));
}

#define put_us(line, key, ns) put_number(line, key, (ns) / 1000)

/* A number that the kernel may not keep. */
#define put_known_us(line, key, ns)            \
	do {                                   \
		if ((ns) != PROCSIEVE_UNKNOWN) \
			put_us(line, key, ns); \
	} while (0)

static void put_usage(struct line *line, const struct procsieve_section *section)
{
	struct procsieve_cpu_time cpu;
	struct procsieve_time time;

	if (procsieve_section_copy(section, &time, sizeof(time)))
		return;
	cpu = procsieve_cpu_time(&time);
	put_us(line, "utime_us", cpu.user);
	put_us(line, "stime_us", cpu.system);
	put_number(line, "minflt", time.minflt);
	put_number(line, "majflt", time.majflt);
	put_number(line, "nvcsw", time.nvcsw);
	put_number(line, "nivcsw", time.nivcsw);
	put_known_us(line, "cpu_delay_us", time.run_delay);
}

static void put_peak(struct line *line, const struct procsieve_section *section)
{
	struct procsieve_peak peak;

	if (!procsieve_section_copy(section, &peak, sizeof(peak)))
		put_number(line, "max_rss_kb", peak.pages * (sysconf(_SC_PAGESIZE) / 1024));
}

static void put_io(struct line *line, const struct procsieve_section *section)
{
	struct procsieve_io io;

	if (procsieve_section_copy(section, &io, sizeof(io)))
		return;
	put_number(line, "read_bytes", io.read_bytes);
	put_number(line, "write_bytes", io.write_bytes);
	if (io.rchar == PROCSIEVE_UNKNOWN)
		return;
	put_number(line, "rchar", io.rchar);
	put_number(line, "wchar", io.wchar);
}

static void put_delay(struct line *line, const struct procsieve_section *section)
{
	struct procsieve_delay delay;

	if (procsieve_section_copy(section, &delay, sizeof(delay)))
		return;
	put_us(line, "blkio_delay_us", delay.blkio);
	put_us(line, "swapin_delay_us", delay.swapin);
	put_us(line, "reclaim_delay_us", delay.reclaim);
	put_us(line, "thrashing_delay_us", delay.thrashing);
	put_us(line, "compact_delay_us", delay.compact);
	put_us(line, "wpcopy_delay_us", delay.wpcopy);
	put_known_us(line, "irq_delay_us", delay.irq);
}

/* Bytes that are cut where the record or the line has not all of them. */
static void put_path(struct line *line, const struct procsieve_section *section,
		     const struct quoted *field, unsigned int cut)
{
	if (section->flags & PROCSIEVE_SECTION_CUT)
		line->cut |= cut;
	if (section->size && !put_bytes(line, field, section->data, section->size))
		line->cut |= cut;
}

static void put_container(struct line *line, const struct run *run,
			  const struct procsieve_section *section)
{
	struct excerpt container = context_container(section->data, section->size);

	if (run->context & CONTEXT(CONTAINER) && container.at)
		put_bytes(line, QUOTED("container"), container.at, container.size);
}

/* Two lists side by side: the ids, and the names that go with them. */
static void put_ancestors(struct line *line, const struct procsieve_section *section)
{
	char names[PROCSIEVE_ANCESTORS_MAX * PROCSIEVE_COMM_SIZE], *name = names;
	size_t count = section->size / sizeof(struct procsieve_ancestor);
	const size_t ids_max = sizeof(",\"ancestors\":[]") + count * sizeof("4294967295,");
	struct procsieve_ancestor ancestor;

	if (count > PROCSIEVE_ANCESTORS_MAX || ids_max > (size_t)(line->limit - line->at)) {
		line_fill(line);
		line->cut |= CUT_ANCESTORS;
		return;
	}
	if (section->flags & PROCSIEVE_SECTION_CUT)
		line->cut |= CUT_ANCESTORS;
	put(line, ",\"ancestors\":[");
	for (size_t i = 0; i < count; i++) {
		memcpy(&ancestor, section->data + i * sizeof(ancestor), sizeof(ancestor));
		line->at = text_number(line->at, ancestor.pid);
		put(line, ",");
		ancestor.comm[sizeof(ancestor.comm) - 1] = '\0';
		name = stpcpy(name, ancestor.comm) + 1;
	}
	put_end(line, ']');
	if (!put_list(line, QUOTED_LIST("ancestor_comms"), names, name - names))
		line->cut |= CUT_ANCESTORS;
}

static void put_env(struct line *line, const struct procsieve_section *section)
{
	if (!put_list(line, QUOTED_LIST("env"), section->data, section->size) ||
	    section->flags & PROCSIEVE_SECTION_CUT)
		line->cut |= CUT_ENV;
}

static void put_cred(struct line *line, const struct procsieve_section *section)
{
	struct procsieve_cred cred;

	if (procsieve_section_copy(section, &cred, sizeof(cred)))
		return;
	put_number(line, "ruid", cred.ruid);
	put_number(line, "euid", cred.euid);
	put_number(line, "suid", cred.suid);
	put_number(line, "fsuid", cred.fsuid);
	put_number(line, "rgid", cred.rgid);
	put_number(line, "egid", cred.egid);
	put_number(line, "sgid", cred.sgid);
	put_number(line, "fsgid", cred.fsgid);
	put_hex(line, "cap_inheritable", cred.cap_inheritable);
	put_hex(line, "cap_permitted", cred.cap_permitted);
	put_hex(line, "cap_effective", cred.cap_effective);
	put_hex(line, "cap_bounding", cred.cap_bounding);
	put_hex(line, "cap_ambient", cred.cap_ambient);
}

static void put_sched(struct line *line, const struct procsieve_section *section)
{
	struct procsieve_sched sched;

	if (procsieve_section_copy(section, &sched, sizeof(sched)))
		return;
	put_name(line, "policy", policy_name(sched.policy));
	put_signed(line, "nice", sched.nice);
	put_signed(line, "priority", sched.priority);
	put_number(line, "rt_priority", sched.rt_priority);
}

#define put_kb(line, key, pages) put_number(line, key, (pages) * (sysconf(_SC_PAGESIZE) / 1024))

static void put_mem(struct line *line, const struct procsieve_section *section)
{
	struct procsieve_mem mem;

	if (procsieve_section_copy(section, &mem, sizeof(mem)))
		return;
	put_kb(line, "vsz_kb", mem.size);
	put_kb(line, "rss_kb", mem.rss_anon + mem.rss_file + mem.rss_shmem);
	put_kb(line, "rss_anon_kb", mem.rss_anon);
	put_kb(line, "rss_file_kb", mem.rss_file);
	put_kb(line, "rss_shmem_kb", mem.rss_shmem);
	put_kb(line, "swap_kb", mem.swap);
	put_kb(line, "peak_vsz_kb", mem.peak_size);
	put_kb(line, "peak_rss_kb", mem.peak_rss);
}

/* Those that can be long. */
#define LONG_SECTIONS                                                                  \
	(PROCSIEVE_SECTION(EXE) | PROCSIEVE_SECTION(CWD) | PROCSIEVE_SECTION(CGROUP) | \
	 PROCSIEVE_SECTION(ANCESTORS) | PROCSIEVE_SECTION(ENV))

/* What is of known size; of a cgroup's path, the id that it holds. */
static void put_short(struct line *line, const struct run *run,
		      const struct procsieve_section *section)
{
	switch (section->kind) {
	case PROCSIEVE_SECTION_NS:
		return put_ns(line, section);
	case PROCSIEVE_SECTION_TTY:
		return put_tty(line, section);
	case PROCSIEVE_SECTION_TIME:
		return put_usage(line, section);
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
	case PROCSIEVE_SECTION_CGROUP:
		return put_container(line, run, section);
	}
}

static void put_directory(struct line *line, const struct run *run,
			  const struct procsieve_section *section)
{
	(void)run;
	if (section->kind == PROCSIEVE_SECTION_CWD)
		put_path(line, section, QUOTED("cwd"), CUT_CWD);
}

static void put_long(struct line *line, const struct run *run,
		     const struct procsieve_section *section)
{
	switch (section->kind) {
	case PROCSIEVE_SECTION_EXE:
		return put_path(line, section, QUOTED("exe"), CUT_EXE);
	case PROCSIEVE_SECTION_CGROUP:
		if (run->context & CONTEXT(CGROUP))
			put_path(line, section, QUOTED("cgroup"), CUT_CGROUP);
		return;
	case PROCSIEVE_SECTION_ANCESTORS:
		return put_ancestors(line, section);
	case PROCSIEVE_SECTION_ENV:
		return put_env(line, section);
	}
}

/* Each kind once, whatever the ring says: the room of the short ones was counted so. Returns which there are. */
static inline unsigned int each_section(struct line *line, const struct run *run,
					const struct procsieve_record *record, size_t size,
					void (*fields)(struct line *line, const struct run *run,
						       const struct procsieve_section *section))
{
	size_t offset = procsieve_body_size(record, size);
	const struct procsieve_section *section;
	unsigned int seen = 0;

	while ((section = procsieve_next_section(record, size, &offset))) {
		unsigned int bit =
			section->kind < PROCSIEVE_SECTION_COUNT ? 1u << section->kind : 0;

		if (!bit || seen & bit)
			continue;
		seen |= bit;
		fields(line, run, section);
	}
	return seen;
}

unsigned int json_short_sections(struct line *line, const struct run *run,
				 const struct procsieve_record *record, size_t size)
{
	return each_section(line, run, record, size, put_short) & LONG_SECTIONS;
}

void json_long_sections(struct line *line, const struct run *run,
			const struct procsieve_record *record, size_t size, unsigned int kinds)
{
	/* In a record it stands behind the program's file, but here it is cut after that. */
	if (kinds & PROCSIEVE_SECTION(CWD))
		each_section(line, run, record, size, put_directory);
	if (kinds)
		each_section(line, run, record, size, put_long);
}
