// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints processes of a snapshot in columns; see text_process.h. */
#include "format/text_process.h"

#include <string.h>
#include <time.h>

#include <procsieve/read_record.h>

#include "base/names.h"
#include "base/fmt.h"
#include "format/text_columns.h"
#include "format/text_line.h"
#include "format/text_row.h"

/* First position of each column. */
enum {
	AT_PPID = 8,
	AT_USER = 16,
	AT_STATE = 25,
	AT_START = 27,
	AT_COMMAND = 36,
	AT_RESOURCE = 8, /* mappings and files of the process above */
};

#define SECOND_NS 1000000000ll

/* Formats the time of day; or the date, if it was on another day. */
static void format_start(char text[16], time_t start, time_t now)
{
	struct tm then, today;

	localtime_r(&start, &then);
	localtime_r(&now, &today);
	if (then.tm_year != today.tm_year)
		strftime(text, 16, "%Y-%m", &then);
	else if (then.tm_yday != today.tm_yday)
		strftime(text, 16, "%b %d", &then);
	else
		strftime(text, 16, "%H:%M:%S", &then);
}

static void put_start(struct display *line, const struct printer *printer,
		      const struct procsieve_record *record)
{
	struct text_state *state = printer->state;
	time_t start = real_time(printer->run, record->start_ns) / SECOND_NS;
	time_t now = real_time(printer->run, record->boot_ns) / SECOND_NS;

	if (!*state->text || start != state->start || now != state->now) {
		format_start(state->text, start, now);
		state->start = start;
		state->now = now;
	}
	display_string(line, state->text);
}

static void put_columns(struct display *line, const struct printer *printer,
			const struct procsieve_record *record, char state)
{
	display_u64(line, record->pid);
	display_column(line, AT_PPID);
	display_u64(line, record->ppid);
	display_column(line, AT_USER);
	text_line_user(line, record->uid);
	display_column(line, AT_STATE);
	display_word(line, &state, 1);
	display_column(line, AT_START);
	put_start(line, printer, record);
}

static bool put_program(struct display *line, const struct text_row *row,
			const struct layout_column *column)
{
	if (row->branch)
		display_string(line, row->branch);
	if (row->record->flags & PROCSIEVE_F_THREAD) {
		display_string(line, "thread ");
		display_u64(line, row->record->tid);
		display_string(line, " ");
	}
	/*
	 * Both users seldom fit into the column of one, and the branches of a tree must be aligned.
	 */
	if (row->record->euid != row->record->uid) {
		display_string(line, "as ");
		text_line_user(line, row->record->euid);
		display_string(line, " ");
	}
	(void)column;
	text_line_program(line, row->record, row->size);
	return true;
}

static void put_process(struct display *line, const struct printer *printer,
			const struct procsieve_record *record, size_t size, const char *branch)
{
	const struct procsieve_process *process =
		procsieve_payload(record, size, offsetof(struct procsieve_process, command));
	const struct layout *layout = printer->run->layout;
	struct text_row row;

	text_row_init(&row, printer, record, size, branch);
	if (layout && layout->chosen) {
		text_row_put(line, &row, 0, NULL);
		return;
	}
	if (layout && layout->count)
		line->width = SIZE_MAX;
	put_columns(line, printer, record, process ? process->state : '?');
	if (layout && layout->count) {
		text_row_put(line, &row, AT_COMMAND, put_program);
	} else {
		display_column(line, AT_COMMAND);
		put_program(line, &row, NULL);
	}
}

static void put_path(struct display *line, const struct procsieve_record *record, size_t size)
{
	size_t length;
	const char *path = procsieve_path(record, size, &length);

	if (!path || !length)
		return;
	display_string(line, " ");
	display_rest(line, path, length);
	line->full |= !!(record->flags & PROCSIEVE_F_FILENAME_CUT);
}

static void put_address(struct display *line, uint64_t address)
{
	char digits[FMT_HEX_MAX + 1];

	*fmt_hex_from(digits, address, 8) = '\0';
	display_string(line, digits);
}

static void put_mapping(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_mapping *mapping =
		procsieve_payload(record, size, offsetof(struct procsieve_mapping, path));

	display_column(line, AT_RESOURCE);
	if (!mapping)
		return;
	put_address(line, mapping->start);
	display_string(line, "-");
	put_address(line, mapping->end);
	display_string(line, " ");
	display_string(line, perms_name(mapping->flags));
	display_string(line, " ");
	put_address(line, mapping->offset);
	put_path(line, record, size);
}

static void put_fd(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_fd *file =
		procsieve_payload(record, size, offsetof(struct procsieve_fd, path));

	display_column(line, AT_RESOURCE);
	if (!file)
		return;
	display_u64(line, file->fd);
	put_path(line, record, size);
}

void text_list(struct printer *printer, const struct procsieve_record *record, size_t size,
	       const char *branch)
{
	struct display line = text_line_begin(printer);

	if (record->type == PROCSIEVE_MAPPING)
		put_mapping(&line, record, size);
	else if (record->type == PROCSIEVE_FD)
		put_fd(&line, record, size);
	else if (record->type == PROCSIEVE_PROCESS)
		put_process(&line, printer, record, size, branch);
	else
		return;
	text_line_end(&line, printer);
}

static void put_headers(struct display *line, const struct layout *layout)
{
	if (layout && layout->count)
		line->width = SIZE_MAX;
	display_string(line, "PID");
	display_column(line, AT_PPID);
	display_string(line, "PPID");
	display_column(line, AT_USER);
	display_string(line, "USER");
	display_column(line, AT_STATE);
	display_string(line, "S");
	display_column(line, AT_START);
	display_string(line, "START");
	if (layout && layout->count) {
		text_row_put_headers(line, layout, AT_COMMAND);
	} else {
		display_column(line, AT_COMMAND);
		display_string(line, "COMMAND");
	}
}

/* As in every ps, there is no line of headers if all of them are empty. */
void text_list_begin(struct printer *printer, uint64_t boot_ns)
{
	const struct layout *layout = printer->run->layout;
	struct display line = text_line_begin(printer);

	(void)boot_ns;
	if (printer->run->no_header || (layout && layout->chosen && !layout_has_headers(layout)))
		return;
	if (layout && layout->chosen)
		text_row_put_headers(&line, layout, 0);
	else
		put_headers(&line, layout);
	text_line_end(&line, printer);
}

/* Nothing to print: users see the end by the next prompt. */
void text_list_end(struct printer *printer, uint64_t boot_ns, uint64_t count)
{
	(void)printer;
	(void)boot_ns;
	(void)count;
}
