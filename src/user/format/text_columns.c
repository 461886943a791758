// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Columns of the text format that are not simply fields of fields.h: the header of a record, its
 * program, and sections of any length.
 */
#include "format/text_columns.h"

#include <string.h>

#include <procsieve/read_record.h>

#include "base/names.h"
#include "base/with_words.h"
#include "format/text_clock.h"
#include "format/text_line.h"
#include "format/text_process.h"
#include "format/text_what.h"

/* The tools of containers show as many digits. */
#define CONTAINER_SHORT 12

/* As /proc/PID/exe and /proc/PID/cwd have it. A name that ends so is quoted. */
#define DISPLAY_DELETED " (deleted)"

static bool put_boot(struct display *line, const struct text_row *row,
		     const struct layout_column *column)
{
	(void)column;
	display_u64(line, row->record->boot_ns);
	return true;
}

static bool put_time(struct display *line, const struct text_row *row,
		     const struct layout_column *column)
{
	struct text_state *state = row->printer->state;

	(void)column;
	text_clock_put(line, &state->clock, row->printer->run, row->record->boot_ns);
	return true;
}

static bool put_event(struct display *line, const struct text_row *row,
		      const struct layout_column *column)
{
	(void)column;
	display_string(line, event_name(row->record->type));
	return true;
}

static bool put_user(struct display *line, const struct text_row *row,
		     const struct layout_column *column)
{
	(void)column;
	text_line_users(line, row->record);
	return true;
}

static bool put_euid(struct display *line, const struct text_row *row,
		     const struct layout_column *column)
{
	(void)column;
	display_u64(line, row->record->euid);
	return true;
}

static bool put_egid(struct display *line, const struct text_row *row,
		     const struct layout_column *column)
{
	(void)column;
	display_u64(line, row->record->egid);
	return true;
}

static bool put_group(struct display *line, const struct text_row *row,
		      const struct layout_column *column)
{
	const char *name = group_name(row->record->gid);

	(void)column;
	display_word(line, name, strlen(name));
	return true;
}

static bool put_what(struct display *line, const struct text_row *row,
		     const struct layout_column *column)
{
	const char *before = line->at;

	(void)column;
	text_put_what(line, row->record, row->size);
	return line->at != before;
}

static bool put_true_if(struct display *line, bool condition)
{
	if (condition)
		display_string(line, "true");
	return condition;
}

/* The status of an exit. Returns false if the record is another. */
static bool status_of(const struct text_row *row, uint32_t *status)
{
	const struct procsieve_exit *exit =
		row->record->type == PROCSIEVE_EXIT
			? procsieve_payload(row->record, row->size,
					    offsetof(struct procsieve_exit, command))
			: NULL;

	if (exit)
		*status = exit->status;
	return exit;
}

static bool put_status(struct display *line, const struct text_row *row,
		       const struct layout_column *column)
{
	uint32_t status;

	(void)column;
	if (!status_of(row, &status))
		return false;
	text_put_status(line, status);
	return true;
}

static bool put_exit_signal(struct display *line, const struct text_row *row,
			    const struct layout_column *column)
{
	const char *name = NULL;
	uint32_t status;

	(void)column;
	if (status_of(row, &status) && procsieve_end(status).signal > 0)
		name = signal_name(procsieve_end(status).signal);
	if (name)
		display_string(line, name);
	return name;
}

static bool put_core(struct display *line, const struct text_row *row,
		     const struct layout_column *column)
{
	uint32_t status;

	(void)column;
	return put_true_if(line, status_of(row, &status) && procsieve_end(status).core);
}

bool text_put_program(struct display *line, const struct text_row *row,
		      const struct layout_column *column)
{
	(void)column;
	if (row->record->type == PROCSIEVE_COMM)
		return false;
	if (row->branch)
		display_string(line, row->branch);
	text_line_program(line, row->record, row->size);
	return true;
}

static bool put_argc(struct display *line, const struct text_row *row,
		     const struct layout_column *column)
{
	struct procsieve_program program;

	(void)column;
	if (procsieve_program(row->record, row->size, &program) || !procsieve_argc(&program))
		return false;
	display_u64(line, procsieve_argc(&program));
	return true;
}

static bool put_bytes(struct display *line, const char *bytes, size_t size, bool cut)
{
	if (!size)
		return false;
	display_word(line, bytes, size);
	if (cut)
		display_string(line, DISPLAY_CUT);
	return true;
}

static bool put_filename(struct display *line, const struct text_row *row,
			 const struct layout_column *column)
{
	struct procsieve_program program;

	(void)column;
	return !procsieve_program(row->record, row->size, &program) &&
	       put_bytes(line, program.filename, program.filename_len,
			 row->record->flags & PROCSIEVE_F_FILENAME_CUT);
}

static bool put_section(struct display *line, const struct procsieve_section *section)
{
	return section && put_bytes(line, section->data, section->size,
				    section->flags & PROCSIEVE_SECTION_CUT);
}

/* Returns whether a path no longer names its file, by its section or by what an exec says. */
static bool is_deleted(const struct text_row *row, unsigned int kind, unsigned int flag)
{
	const struct procsieve_exec *exec =
		row->record->type == PROCSIEVE_EXEC
			? procsieve_payload(row->record, row->size,
					    offsetof(struct procsieve_exec, command))
			: NULL;
	const struct procsieve_section *section = row->sections[kind];

	return (exec && exec->flags & flag) ||
	       (section && section->flags & PROCSIEVE_SECTION_DELETED);
}

static bool put_exe_deleted(struct display *line, const struct text_row *row,
			    const struct layout_column *column)
{
	(void)column;
	return put_true_if(line,
			   is_deleted(row, PROCSIEVE_SECTION_EXE, PROCSIEVE_EXEC_EXE_DELETED));
}

static bool put_cwd_deleted(struct display *line, const struct text_row *row,
			    const struct layout_column *column)
{
	(void)column;
	return put_true_if(line,
			   is_deleted(row, PROCSIEVE_SECTION_CWD, PROCSIEVE_EXEC_CWD_DELETED));
}

/* An exec has its directory without being asked for it. */
static bool put_cwd(struct display *line, const struct text_row *row,
		    const struct layout_column *column)
{
	struct procsieve_program program;
	bool known = put_section(line, row->sections[PROCSIEVE_SECTION_CWD]);

	(void)column;
	if (!known && !procsieve_program(row->record, row->size, &program))
		known = put_bytes(line, program.cwd, program.cwd_len,
				  row->record->flags & PROCSIEVE_F_CWD_CUT);
	if (known && is_deleted(row, PROCSIEVE_SECTION_CWD, PROCSIEVE_EXEC_CWD_DELETED))
		display_string(line, DISPLAY_DELETED);
	return known;
}

static bool put_exe(struct display *line, const struct text_row *row,
		    const struct layout_column *column)
{
	const bool known = put_section(line, row->sections[PROCSIEVE_SECTION_EXE]);

	(void)column;
	if (known && is_deleted(row, PROCSIEVE_SECTION_EXE, PROCSIEVE_EXEC_EXE_DELETED))
		display_string(line, DISPLAY_DELETED);
	return known;
}

static bool put_cgroup(struct display *line, const struct text_row *row,
		       const struct layout_column *column)
{
	(void)column;
	return put_section(line, row->sections[PROCSIEVE_SECTION_CGROUP]);
}

static bool put_container(struct display *line, const struct text_row *row,
			  const struct layout_column *column)
{
	static const unsigned int kinds[] = {PROCSIEVE_SECTION_CGROUP, PROCSIEVE_SECTION_CGROUP_V1};
	struct slice id = {0};

	(void)column;
	for (size_t i = 0; !id.at && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct procsieve_section *section = row->sections[kinds[i]];

		if (section)
			id = cgroup_container(section->data, section->size);
	}
	return id.at && put_bytes(line, id.at, CONTAINER_SHORT, false);
}

/* The name of the user that logged in. */
static bool put_login(struct display *line, const struct text_row *row,
		      const struct layout_column *column)
{
	struct procsieve_login login;

	(void)column;
	if (!text_row_section(row, PROCSIEVE_SECTION_LOGIN, &login, sizeof(login)) ||
	    login.auid == PROCSIEVE_AUID_UNSET)
		return false;
	text_line_user(line, login.auid);
	return true;
}

static bool put_tty(struct display *line, const struct text_row *row,
		    const struct layout_column *column)
{
	const struct procsieve_section *section = row->sections[PROCSIEVE_SECTION_TTY];
	char name[TTY_NAME_MAX];

	(void)column;
	return section &&
	       put_bytes(line, name, tty_name(name, section->data, section->size), false);
}

static bool put_ancestors(struct display *line, const struct text_row *row,
			  const struct layout_column *column)
{
	const struct procsieve_section *section = row->sections[PROCSIEVE_SECTION_ANCESTORS];
	struct procsieve_ancestor ancestor;

	(void)column;
	if (!section || section->size < sizeof(ancestor))
		return false;
	for (size_t at = 0; at + sizeof(ancestor) <= section->size; at += sizeof(ancestor)) {
		memcpy(&ancestor, section->data + at, sizeof(ancestor));
		display_string(line, at ? "<" : "");
		text_line_comm(line, ancestor.comm);
		display_string(line, ":");
		display_u64(line, ancestor.pid);
	}
	if (section->flags & PROCSIEVE_SECTION_CUT)
		display_string(line, "<" DISPLAY_CUT);
	return true;
}

static bool put_env(struct display *line, const struct text_row *row,
		    const struct layout_column *column)
{
	const struct procsieve_section *section = row->sections[PROCSIEVE_SECTION_ENV];
	const char *at, *end;
	size_t size;

	(void)column;
	if (!section || !section->size)
		return false;
	end = section->data + section->size;
	for (at = section->data; at < end && !line->full; at += size + 1) {
		size = strnlen(at, end - at);
		display_string(line, at > section->data ? " " : "");
		display_word(line, at, size);
	}
	if (section->flags & PROCSIEVE_SECTION_CUT)
		display_string(line, " " DISPLAY_CUT);
	return true;
}

#define BOTH	      (COLUMN_OF_WATCH | COLUMN_OF_PS)
#define WATCH	      COLUMN_OF_WATCH
#define SECTION(NAME) PROCSIEVE_SECTION(NAME)

/* Name, header, width, aligned to the right, where, sections, function. */
static const struct column columns[] = {
	{"time", NULL, 12, false, WATCH, 0, put_time},
	{"event", NULL, 8, false, WATCH, 0, put_event},
	{"type", NULL, 8, false, WATCH, 0, put_event},
	{"user", NULL, 8, false, BOTH, 0, put_user},
	{"group", NULL, 8, false, BOTH, 0, put_group},
	{"euid", NULL, 7, false, WATCH, 0, put_euid},
	{"egid", NULL, 7, false, WATCH, 0, put_egid},
	{"what", NULL, 19, false, WATCH, 0, put_what},
	{"command", NULL, 27, false, BOTH, 0, text_put_program},
	{"argv", "COMMAND", 27, false, BOTH, 0, text_put_program},
	{"argc", NULL, 4, true, BOTH, 0, put_argc},
	{"filename", NULL, 20, false, BOTH, 0, put_filename},
	{"cwd", NULL, 20, false, BOTH, SECTION(CWD), put_cwd},
	{"exe", NULL, 20, false, BOTH, SECTION(EXE), put_exe},
	{"exe_deleted", NULL, 4, false, BOTH, SECTION(EXE), put_exe_deleted},
	{"cwd_deleted", NULL, 4, false, BOTH, SECTION(CWD), put_cwd_deleted},
	{"cgroup", NULL, 20, false, BOTH, SECTION(CGROUP), put_cgroup},
	{"container", NULL, CONTAINER_SHORT, false, BOTH, SECTION(CGROUP) | SECTION(CGROUP_V1),
	 put_container},
	{"login", NULL, 8, false, BOTH, SECTION(LOGIN), put_login},
	{"tty", NULL, 7, false, BOTH, SECTION(TTY), put_tty},
	{"ancestors", NULL, 24, false, BOTH, SECTION(ANCESTORS), put_ancestors},
	{"env", NULL, 20, false, WATCH, SECTION(ENV), put_env},
	{"status", NULL, 12, false, WATCH, 0, put_status},
	{"exit_signal", NULL, 9, false, WATCH, 0, put_exit_signal},
	{"core", NULL, 4, false, WATCH, 0, put_core},
	{"boot_ns", NULL, 16, true, BOTH, 0, put_boot},
};

const struct column *text_columns(size_t *count)
{
	*count = sizeof(columns) / sizeof(columns[0]);
	return columns;
}
