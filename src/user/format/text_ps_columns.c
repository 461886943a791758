// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The keywords of ps(1) as columns, with the headers and the contents that they have there. Names
 * of JSON fields are known too (text_columns.c); where both have a name, that of ps(1) counts.
 */
#include "format/text_columns.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/sched.h>

#include <procsieve/read_record.h>

#include "base/names.h"
#include "base/with_words.h"

#define SECOND_NS 1000000000ull
#define DAY	  86400

/* Writes plain text, formatted as by printf(3). Returns true. */
static bool put(struct display *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static bool put(struct display *line, const char *format, ...)
{
	char text[64];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	display_string(line, text);
	return true;
}

static bool put_name(struct display *line, const char *name)
{
	display_word(line, name, strlen(name));
	return true;
}

static const struct procsieve_process *process_of(const struct text_row *row)
{
	static const struct procsieve_process none = {.state = '?'};
	const struct procsieve_process *process = procsieve_payload(
		row->record, row->size, offsetof(struct procsieve_process, command));

	return process ? process : &none;
}

/* A column is a function of the row. */
#define COLUMN(name)                                                       \
	static bool name(struct display *line, const struct text_row *row, \
			 const struct layout_column *column __attribute__((unused)))

/* Ids: of the header, of the process, of the section CRED as a number and as a name. */
#define NUMBER(name, number)                                    \
	COLUMN(name)                                            \
	{                                                       \
		return put(line, "%u", (unsigned int)(number)); \
	}
NUMBER(put_pid, row->record->pid)
NUMBER(put_tid, row->record->tid)
NUMBER(put_ppid, row->record->ppid)
NUMBER(put_ruid, row->record->uid)
NUMBER(put_rgid, row->record->gid)
NUMBER(put_euid, row->record->euid)
NUMBER(put_egid, row->record->egid)
NUMBER(put_cpu, row->record->cpu)
NUMBER(put_pgid, process_of(row)->pgid)
NUMBER(put_sid, process_of(row)->sid)
NUMBER(put_threads, process_of(row)->threads)

#define CRED(member, name)                                                                   \
	COLUMN(put_##member)                                                                 \
	{                                                                                    \
		struct procsieve_cred cred;                                                  \
                                                                                             \
		return text_row_section(row, PROCSIEVE_SECTION_CRED, &cred, sizeof(cred)) && \
		       put(line, "%u", cred.member);                                         \
	}                                                                                    \
	COLUMN(put_##member##_name)                                                          \
	{                                                                                    \
		struct procsieve_cred cred;                                                  \
                                                                                             \
		return text_row_section(row, PROCSIEVE_SECTION_CRED, &cred, sizeof(cred)) && \
		       put_name(line, name(cred.member));                                    \
	}
CRED(suid, user_name)
CRED(fsuid, user_name)
CRED(sgid, group_name)
CRED(fsgid, group_name)

COLUMN(put_luid)
{
	struct procsieve_login login;

	return text_row_section(row, PROCSIEVE_SECTION_LOGIN, &login, sizeof(login)) &&
	       login.auid != PROCSIEVE_AUID_UNSET && put(line, "%u", login.auid);
}

COLUMN(put_euid_name)
{
	return put_name(line, user_name(row->record->euid));
}

COLUMN(put_egid_name)
{
	return put_name(line, group_name(row->record->egid));
}

COLUMN(put_ruser)
{
	return put_name(line, user_name(row->record->uid));
}

COLUMN(put_rgroup)
{
	return put_name(line, group_name(row->record->gid));
}

/* Real time since the start, in nanoseconds. */
static uint64_t elapsed_ns(const struct text_row *row)
{
	const struct procsieve_record *record = row->record;

	return record->boot_ns > record->start_ns ? record->boot_ns - record->start_ns : 0;
}

/* CPU time in nanoseconds. Returns false if the record does not have it. */
static bool cpu_ns(const struct text_row *row, uint64_t *ns)
{
	struct procsieve_cpu_time cpu;
	struct procsieve_time time;

	if (!text_row_section(row, PROCSIEVE_SECTION_TIME, &time, sizeof(time)))
		return false;
	cpu = procsieve_cpu_time(&time);
	*ns = cpu.user + cpu.system;
	return true;
}

/* A share in percent, with one decimal below 100. */
static bool put_percent(struct display *line, uint64_t part, uint64_t whole)
{
	const unsigned long long tenths =
		whole ? (unsigned long long)((unsigned __int128)part * 1000 / whole) : 0;

	if (tenths > 999)
		return put(line, "%llu", tenths / 10);
	return put(line, "%llu.%llu", tenths / 10, tenths % 10);
}

COLUMN(put_pcpu)
{
	uint64_t ns;

	return cpu_ns(row, &ns) && put_percent(line, ns, elapsed_ns(row));
}

/* "[DD-]HH:MM:SS" */
static bool put_clock(struct display *line, uint64_t seconds)
{
	if (seconds >= DAY)
		put(line, "%llu-", (unsigned long long)seconds / DAY);
	seconds %= DAY;
	return put(line, "%02u:%02u:%02u", (unsigned int)seconds / 3600,
		   (unsigned int)seconds / 60 % 60, (unsigned int)seconds % 60);
}

COLUMN(put_cpu_time)
{
	uint64_t ns;

	return cpu_ns(row, &ns) && put_clock(line, ns / SECOND_NS);
}

COLUMN(put_cpu_seconds)
{
	uint64_t ns;

	return cpu_ns(row, &ns) && put(line, "%llu", (unsigned long long)(ns / SECOND_NS));
}

COLUMN(put_etime)
{
	const uint64_t seconds = elapsed_ns(row) / SECOND_NS;

	if (seconds >= 3600)
		return put_clock(line, seconds);
	return put(line, "%02u:%02u", (unsigned int)seconds / 60, (unsigned int)seconds % 60);
}

COLUMN(put_etimes)
{
	return put(line, "%llu", (unsigned long long)(elapsed_ns(row) / SECOND_NS));
}

/* Local time of the start. *now is the time at which the process was read. */
static struct tm start_of(const struct text_row *row, time_t *then, struct tm *now)
{
	const struct run *run = row->printer->run;
	const time_t read = real_time(run, row->record->boot_ns) / (int64_t)SECOND_NS;
	struct tm start;

	*then = real_time(run, row->record->start_ns) / (int64_t)SECOND_NS;
	localtime_r(then, &start);
	localtime_r(&read, now);
	return start;
}

static bool put_tm(struct display *line, const char *format, const struct tm *tm)
{
	char text[40];

	strftime(text, sizeof(text), format, tm);
	display_string(line, text);
	return true;
}

/* The time of day; the date if that is more than 24 hours ago. */
COLUMN(put_start)
{
	struct tm now, start;
	time_t then;

	start = start_of(row, &then, &now);
	return put_tm(line, elapsed_ns(row) / SECOND_NS < DAY ? "%H:%M:%S" : "%b %d", &start);
}

COLUMN(put_lstart)
{
	struct tm now, start;
	time_t then;

	start = start_of(row, &then, &now);
	return put_tm(line, "%a %b %e %H:%M:%S %Y", &start);
}

/* The time of day; the date if that is another day; the year if that is another year. */
COLUMN(put_stime)
{
	struct tm now, start;
	time_t then;

	start = start_of(row, &then, &now);
	if (start.tm_year != now.tm_year)
		return put_tm(line, "%Y", &start);
	return put_tm(line, start.tm_yday == now.tm_yday ? "%H:%M" : "%b%d", &start);
}

static bool memory_of(const struct text_row *row, struct procsieve_mem *mem)
{
	return text_row_section(row, PROCSIEVE_SECTION_MEM, mem, sizeof(*mem));
}

static uint64_t kb_of(uint64_t pages)
{
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Kernel threads have no memory: 0, as in ps(1). */
COLUMN(put_rss)
{
	struct procsieve_mem mem = {0};

	memory_of(row, &mem);
	display_u64(line, kb_of(mem.rss_anon + mem.rss_file + mem.rss_shmem));
	return true;
}

COLUMN(put_vsz)
{
	struct procsieve_mem mem = {0};

	memory_of(row, &mem);
	display_u64(line, kb_of(mem.size));
	return true;
}

COLUMN(put_pmem)
{
	struct procsieve_mem mem = {0};
	const uint64_t whole = row->printer->run->memory_kb;

	memory_of(row, &mem);
	return put_percent(line, kb_of(mem.rss_anon + mem.rss_file + mem.rss_shmem), whole);
}

COLUMN(put_tty)
{
	const struct procsieve_section *section = row->sections[PROCSIEVE_SECTION_TTY];
	char name[TTY_NAME_MAX];

	if (!section)
		return put(line, "?");
	display_word(line, name, tty_name(name, section->data, section->size));
	return true;
}

COLUMN(put_state)
{
	display_word(line, &process_of(row)->state, 1);
	return true;
}

static bool sched_of(const struct text_row *row, struct procsieve_sched *sched)
{
	return text_row_section(row, PROCSIEVE_SECTION_SCHED, sched, sizeof(*sched));
}

/* Without the letters L (locked pages) and + (foreground), which no section has. */
COLUMN(put_stat)
{
	const struct procsieve_process *process = process_of(row);
	struct procsieve_sched sched = {0};

	sched_of(row, &sched);
	display_word(line, &process->state, 1);
	return put(line, "%s%s%s%s", sched.nice < 0 ? "<" : "", sched.nice > 0 ? "N" : "",
		   process->sid == row->record->pid ? "s" : "", process->threads > 1 ? "l" : "");
}

/* Only the policies of normal processes use it. */
COLUMN(put_nice)
{
	struct procsieve_sched sched;

	return sched_of(row, &sched) &&
	       (sched.policy == SCHED_NORMAL || sched.policy == SCHED_BATCH) &&
	       put(line, "%d", sched.nice);
}

COLUMN(put_pri)
{
	struct procsieve_sched sched;

	return sched_of(row, &sched) && put(line, "%d", 39 - sched.priority);
}

COLUMN(put_rtprio)
{
	struct procsieve_sched sched;

	return sched_of(row, &sched) && sched.policy != SCHED_NORMAL &&
	       put(line, "%u", sched.rt_priority);
}

COLUMN(put_class)
{
	static const char *const names[] = {"TS", "FF", "RR", "B", "ISO", "IDL", "DLN"};
	struct procsieve_sched sched;

	if (!sched_of(row, &sched))
		return false;
	if (sched.policy < sizeof(names) / sizeof(names[0]))
		return put(line, "%s", names[sched.policy]);
	return put(line, "#%u", sched.policy);
}

COLUMN(put_comm)
{
	/* The branch of a tree is before the program, if that is shown. */
	if (row->branch && !row->printer->run->layout->needs_args)
		display_string(line, row->branch);
	/* As in ps(1), blanks are not quoted. */
	display_rest(line, row->record->comm, strnlen(row->record->comm, PROCSIEVE_COMM_SIZE));
	return true;
}

#define CREDENTIALS PROCSIEVE_SECTION(CRED)
#define CPU_TIME    PROCSIEVE_SECTION(TIME)
#define MEMORY	    PROCSIEVE_SECTION(MEM)
#define SCHEDULING  PROCSIEVE_SECTION(SCHED)
#define TERMINAL    PROCSIEVE_SECTION(TTY)

#define LEFT(name, header, width, sections, function)                        \
	{                                                                    \
		name, header, width, false, COLUMN_OF_PS, sections, function \
	}
#define RIGHT(name, header, width, sections, function)                      \
	{                                                                   \
		name, header, width, true, COLUMN_OF_PS, sections, function \
	}

static const struct column columns[] = {
	LEFT("pid", "PID", 7, 0, put_pid),
	LEFT("ppid", "PPID", 7, 0, put_ppid),
	LEFT("tgid", "TGID", 7, 0, put_pid),
	LEFT("tid", "TID", 7, 0, put_tid),
	LEFT("lwp", "LWP", 7, 0, put_tid),
	LEFT("spid", "SPID", 7, 0, put_tid),
	LEFT("pgid", "PGID", 7, 0, put_pgid),
	LEFT("pgrp", "PGRP", 7, 0, put_pgid),
	LEFT("sid", "SID", 7, 0, put_sid),
	LEFT("sess", "SESS", 7, 0, put_sid),
	LEFT("session", "SESS", 7, 0, put_sid),
	LEFT("user", "USER", 8, 0, put_euid_name),
	LEFT("euser", "EUSER", 8, 0, put_euid_name),
	LEFT("uname", "USER", 8, 0, put_euid_name),
	LEFT("ruser", "RUSER", 8, 0, put_ruser),
	LEFT("suser", "SUSER", 8, CREDENTIALS, put_suid_name),
	LEFT("svuser", "SVUSER", 8, CREDENTIALS, put_suid_name),
	LEFT("fuser", "FUSER", 8, CREDENTIALS, put_fsuid_name),
	LEFT("fsuser", "FSUSER", 8, CREDENTIALS, put_fsuid_name),
	LEFT("group", "GROUP", 8, 0, put_egid_name),
	LEFT("egroup", "EGROUP", 8, 0, put_egid_name),
	LEFT("rgroup", "RGROUP", 8, 0, put_rgroup),
	LEFT("sgroup", "SGROUP", 8, CREDENTIALS, put_sgid_name),
	LEFT("svgroup", "SVGROUP", 8, CREDENTIALS, put_sgid_name),
	LEFT("fgroup", "FGROUP", 8, CREDENTIALS, put_fsgid_name),
	LEFT("fsgroup", "FSGROUP", 8, CREDENTIALS, put_fsgid_name),
	LEFT("uid", "UID", 5, 0, put_euid),
	LEFT("euid", "EUID", 5, 0, put_euid),
	LEFT("ruid", "RUID", 5, 0, put_ruid),
	LEFT("suid", "SUID", 5, CREDENTIALS, put_suid),
	LEFT("svuid", "SVUID", 5, CREDENTIALS, put_suid),
	LEFT("fuid", "FUID", 5, CREDENTIALS, put_fsuid),
	LEFT("fsuid", "FSUID", 5, CREDENTIALS, put_fsuid),
	LEFT("gid", "GID", 5, 0, put_egid),
	LEFT("egid", "EGID", 5, 0, put_egid),
	LEFT("rgid", "RGID", 5, 0, put_rgid),
	LEFT("luid", "LUID", 5, PROCSIEVE_SECTION(LOGIN), put_luid),
	LEFT("sgid", "SGID", 5, CREDENTIALS, put_sgid),
	LEFT("svgid", "SVGID", 5, CREDENTIALS, put_sgid),
	LEFT("fgid", "FGID", 5, CREDENTIALS, put_fsgid),
	LEFT("fsgid", "FSGID", 5, CREDENTIALS, put_fsgid),
	RIGHT("%cpu", "%CPU", 4, CPU_TIME, put_pcpu),
	RIGHT("pcpu", "%CPU", 4, CPU_TIME, put_pcpu),
	RIGHT("%mem", "%MEM", 4, MEMORY, put_pmem),
	RIGHT("pmem", "%MEM", 4, MEMORY, put_pmem),
	RIGHT("rss", "RSS", 7, MEMORY, put_rss),
	RIGHT("rssize", "RSS", 7, MEMORY, put_rss),
	RIGHT("rsz", "RSZ", 7, MEMORY, put_rss),
	RIGHT("vsz", "VSZ", 8, MEMORY, put_vsz),
	RIGHT("vsize", "VSZ", 8, MEMORY, put_vsz),
	LEFT("tty", "TT", 8, TERMINAL, put_tty),
	LEFT("tt", "TT", 8, TERMINAL, put_tty),
	LEFT("tname", "TTY", 8, TERMINAL, put_tty),
	LEFT("stat", "STAT", 4, SCHEDULING, put_stat),
	LEFT("state", "S", 1, 0, put_state),
	LEFT("s", "S", 1, 0, put_state),
	RIGHT("start", "STARTED", 8, 0, put_start),
	LEFT("lstart", "STARTED", 24, 0, put_lstart),
	RIGHT("stime", "STIME", 5, 0, put_stime),
	RIGHT("start_time", "START", 5, 0, put_stime),
	RIGHT("etime", "ELAPSED", 11, 0, put_etime),
	RIGHT("etimes", "ELAPSED", 7, 0, put_etimes),
	RIGHT("time", "TIME", 8, CPU_TIME, put_cpu_time),
	RIGHT("cputime", "TIME", 8, CPU_TIME, put_cpu_time),
	RIGHT("times", "TIME", 8, CPU_TIME, put_cpu_seconds),
	RIGHT("cputimes", "TIME", 8, CPU_TIME, put_cpu_seconds),
	LEFT("comm", "COMMAND", 15, 0, put_comm),
	LEFT("ucmd", "CMD", 15, 0, put_comm),
	LEFT("ucomm", "COMMAND", 15, 0, put_comm),
	LEFT("args", "COMMAND", 27, 0, text_put_program),
	LEFT("command", "COMMAND", 27, 0, text_put_program),
	LEFT("cmd", "CMD", 27, 0, text_put_program),
	RIGHT("nlwp", "NLWP", 4, 0, put_threads),
	RIGHT("thcount", "THCNT", 5, 0, put_threads),
	RIGHT("nice", "NI", 3, SCHEDULING, put_nice),
	RIGHT("ni", "NI", 3, SCHEDULING, put_nice),
	RIGHT("pri", "PRI", 3, SCHEDULING, put_pri),
	RIGHT("rtprio", "RTPRIO", 6, SCHEDULING, put_rtprio),
	RIGHT("cls", "CLS", 3, SCHEDULING, put_class),
	RIGHT("class", "CLS", 3, SCHEDULING, put_class),
	LEFT("policy", "POL", 3, SCHEDULING, put_class),
	RIGHT("psr", "PSR", 3, 0, put_cpu),
};

const struct column *text_ps_columns(size_t *count)
{
	*count = sizeof(columns) / sizeof(columns[0]);
	return columns;
}
