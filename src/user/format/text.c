// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text for people: aligned columns, one line for each record. Untrusted bytes are escaped
 * (display.h). Lines are cut at the width of the terminal.
 */
#include "format/format.h"

#include <string.h>

#include "base/names.h"
#include "format/text_columns.h"
#include "format/text_line.h"
#include "format/text_process.h"
#include "format/text_row.h"
#include "format/text_what.h"

/* Position of each default column after that of the event. */
enum {
	AT_PID = 9,
	AT_PPID = 17,
	AT_USER = 25,
	AT_WHAT = 34,
	AT_COMMAND = 54,
};

/* Returns the position of the column of the event, which is the first after the time. */
static size_t event_column(const struct run *run)
{
	const size_t width = text_clock_width(run->time);

	return width ? width + 1 : 0;
}

/* Begins a line that is not in columns: its time, then a message. */
static struct display begin_note(struct printer *printer, uint64_t boot_ns)
{
	struct text_state *state = printer->state;
	struct display line = text_line_begin(printer);

	text_clock_put(&line, &state->clock, printer->run, boot_ns);
	display_column(&line, event_column(printer->run));
	return line;
}

/* Returns whether lines begin with a time of day. */
static bool shows_time(const struct run *run)
{
	return !run->layout || !run->layout->chosen || layout_has(run->layout, "time");
}

/* Sets the time of the next line. If it is the first of a day, another line says so. */
static void set_time(struct printer *printer, uint64_t boot_ns)
{
	struct text_state *state = printer->state;
	struct display line;
	char date[11];

	if (!text_clock_set(&state->clock, printer->run, boot_ns) || !shows_time(printer->run))
		return;
	line = begin_note(printer, boot_ns);
	display_string(&line, "the date is ");
	display_string(&line, text_clock_date(date, &state->clock));
	text_line_end(&line, printer);
}

/* Returns the position of the command. */
static size_t put_default_columns(struct display *line, const struct printer *printer,
				  const struct procsieve_record *record, size_t size)
{
	struct text_state *state = printer->state;
	const size_t at = event_column(printer->run);

	text_clock_put(line, &state->clock, printer->run, record->boot_ns);
	display_column(line, at);
	if (printer->run->color)
		text_line_color(line, printer->run, text_what_color(record, size));
	display_string(line, event_name(record->type));
	display_column(line, at + AT_PID);
	display_u64(line, record->pid);
	display_column(line, at + AT_PPID);
	display_u64(line, record->ppid);
	display_column(line, at + AT_USER);
	text_line_users(line, record);
	display_column(line, at + AT_WHAT);
	text_put_what(line, record, size);
	text_line_color(line, printer->run, COLOR_NONE);
	return at + AT_COMMAND;
}

static void put_layout(struct display *line, const struct printer *printer,
		       const struct procsieve_record *record, size_t size)
{
	struct text_row row;
	size_t at;

	text_row_init(&row, printer, record, size, NULL);
	if (printer->run->layout->chosen) {
		row.color = text_what_color(record, size);
		text_row_put(line, &row, 0, NULL);
		return;
	}
	line->width = SIZE_MAX;
	at = put_default_columns(line, printer, record, size);
	text_row_put(line, &row, at, record->type == PROCSIEVE_COMM ? NULL : text_put_program);
}

static void text_event(struct printer *printer, const struct procsieve_record *record, size_t size)
{
	struct display line;
	size_t at;

	set_time(printer, record->boot_ns);
	line = text_line_begin(printer);
	if (printer->run->layout && printer->run->layout->count) {
		put_layout(&line, printer, record, size);
	} else {
		at = put_default_columns(&line, printer, record, size);
		if (record->type != PROCSIEVE_COMM) {
			display_column(&line, at);
			text_line_program(&line, record, size);
		}
	}
	text_line_end(&line, printer);
}

static void put_default_headers(struct display *line, const struct run *run)
{
	const size_t at = event_column(run);

	display_string(line, at ? "TIME" : "");
	display_column(line, at);
	display_string(line, "EVENT");
	display_column(line, at + AT_PID);
	display_string(line, "PID");
	display_column(line, at + AT_PPID);
	display_string(line, "PPID");
	display_column(line, at + AT_USER);
	display_string(line, "USER");
	display_column(line, at + AT_WHAT);
	display_string(line, "WHAT");
}

static void text_begin(struct printer *printer, uint64_t boot_ns)
{
	struct text_state *state = printer->state;
	const struct run *run = printer->run;
	struct display line = text_line_begin(printer);

	text_clock_start(&state->clock, boot_ns);
	text_clock_set(&state->clock, run, boot_ns);
	if (run->no_header ||
	    (run->layout && run->layout->chosen && !layout_has_headers(run->layout)))
		return;
	if (run->layout && run->layout->chosen) {
		text_row_put_headers(&line, run->layout, 0);
	} else if (run->layout && run->layout->count) {
		line.width = SIZE_MAX;
		put_default_headers(&line, run);
		text_row_put_headers(&line, run->layout, event_column(run) + AT_COMMAND);
	} else {
		put_default_headers(&line, run);
		display_column(&line, event_column(run) + AT_COMMAND);
		display_string(&line, "COMMAND");
	}
	text_line_end(&line, printer);
}

static void put_losses(struct display *line, const struct gap *gap)
{
	const char *separator = " (";

	display_string(line, "lost ");
	display_u64(line, gap->count);
	display_string(line, gap->count == 1 ? " event" : " events");
	for (unsigned int type = 0; type < PROCSIEVE_EVENT_COUNT; type++) {
		if (!gap->by_type[type])
			continue;
		display_string(line, separator);
		display_u64(line, gap->by_type[type]);
		display_string(line, " ");
		display_string(line, event_name(type));
		separator = ", ";
	}
	display_string(line, "): no room in the ring");
}

static void text_lost(struct printer *printer, const struct gap *gap)
{
	struct display line;

	set_time(printer, gap->until_ns);
	line = begin_note(printer, gap->until_ns);
	text_line_color(&line, printer->run, COLOR_BAD);
	if (gap->unknown) {
		display_string(&line, "no listener for ");
		display_duration(&line, gap->until_ns - gap->since_ns);
		display_string(&line, ": the events of that time are unknown");
	} else {
		put_losses(&line, gap);
	}
	text_line_color(&line, printer->run, COLOR_NONE);
	text_line_end(&line, printer);
}

static void text_clock(struct printer *printer, uint64_t boot_ns, int64_t step_ns)
{
	struct display line;

	set_time(printer, boot_ns);
	line = begin_note(printer, boot_ns);
	display_string(&line, "clock was set ");
	display_string(&line, step_ns < 0 ? "back by " : "forward by ");
	display_duration(&line, step_ns < 0 ? -(uint64_t)step_ns : (uint64_t)step_ns);
	display_string(&line, "; the times printed here do not change");
	text_line_end(&line, printer);
}

/* Nothing to print: the summary goes to standard error in every format. */
static void text_end(struct printer *printer, const struct totals *totals)
{
	(void)printer;
	(void)totals;
}

static void text_snapshot_end(struct printer *printer, uint64_t boot_ns, uint64_t count)
{
	struct display line;

	set_time(printer, boot_ns);
	line = begin_note(printer, boot_ns);
	display_u64(&line, count);
	display_string(&line, count == 1 ? " process existed before" : " processes existed before");
	text_line_end(&line, printer);
}

const struct format format_text = {
	.name = "text",
	.lines = 2, /* an event can be the first of a day */
	.state_size = sizeof(struct text_state),
	.begin = text_begin,
	.event = text_event,
	.lost = text_lost,
	.clock = text_clock,
	.end = text_end,
	.snapshot_end = text_snapshot_end,
	.list_begin = text_list_begin,
	.list = text_list,
	.list_end = text_list_end,
};
