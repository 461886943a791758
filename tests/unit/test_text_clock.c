// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The time of a text line: its styles, and the line that says the date when a run crosses midnight.
 * The oracle is date(1).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "assert_row.h"
#include "format/layout.h"
#include "format/text_clock.h"

#define SECOND 1000000000ull

/* 2023-11-14 22:13:20 UTC */
#define MOMENT 1700000000ull

/* What date(1) prints for a time. */
static const char *date(const char *zone, uint64_t second, const char *format)
{
	static char text[64];
	char command[200];
	FILE *file;

	snprintf(command, sizeof(command), "LC_ALL=C TZ=%s date -d @%llu '+%s'", zone,
		 (unsigned long long)second, format);
	file = popen(command, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	pclose(file);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

/* The lines of events at these times (seconds since 1970), after a start at the first one. */
static const char *lines_at(const uint64_t *ns, size_t count)
{
	struct buffer out = {memory, memory, memory + sizeof(memory)};
	struct printer *printer = printer_of(&format_text, &out, &run, 0);
	struct built_record built;

	format_text.begin(printer, ns[0]);
	out.end = memory;
	for (size_t i = 0; i < count; i++) {
		build_exec(&built, 101, &(struct built_program){.argv = "ls", .argv_len = 3});
		built.header.uid = 0;
		built.header.euid = 0;
		built.header.boot_ns = ns[i];
		format_text.event(printer, &built.header, built.size);
	}
	*out.end = '\0';
	return memory;
}

static void times_are_those_of_date(void **state)
{
	static const char *const zones[] = {"UTC", "Europe/Berlin", "America/New_York",
					    "Asia/Kathmandu", "Pacific/Kiritimati"};
	static const struct {
		enum time_style style;
		const char *format, *end;
		bool utc;
	} styles[] = {
		{TIME_STYLE_LOCAL, "%H:%M:%S.007", " exec", false},
		{TIME_STYLE_UTC, "%H:%M:%S.007", "Z exec", true},
		{TIME_STYLE_DATE, "%Y-%m-%d %H:%M:%S.007", " exec", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(zones) * LENGTH(styles) * 8; i++) {
		const char *zone = zones[i % LENGTH(zones)];
		const size_t style = i / LENGTH(zones) % LENGTH(styles);
		/* In all seasons, and at different times of day. */
		const uint64_t second =
			MOMENT + i / LENGTH(zones) / LENGTH(styles) * (50 * 86400 + 12345);
		const uint64_t ns = second * SECOND + 7999999;
		char expected[64];

		set_zone(zone);
		run.time = styles[style].style;
		snprintf(expected, sizeof(expected), "%s%s",
			 date(styles[style].utc ? "UTC" : zone, second, styles[style].format),
			 styles[style].end);
		assert_memory_equal(lines_at(&ns, 1), expected, strlen(expected));
	}
	set_zone("UTC");
}

static void seconds_are_counted_from_the_start_or_the_line_before(void **state)
{
	const uint64_t times[] = {5 * SECOND, 5 * SECOND + 1000, 12345 * SECOND + 5 * SECOND,
				  12344 * SECOND + 5 * SECOND};
	static const char *const relative[] = {"    0.000000 exec", "    0.000001 exec",
					       "12345.000000 exec", "12344.000000 exec"};
	static const char *const delta[] = {"    0.000000 exec", "    0.000001 exec",
					    "12344.999999 exec", "   -1.000000 exec"};

	(void)state;
	for (unsigned int style = TIME_STYLE_REL; style <= TIME_STYLE_DELTA; style++) {
		const char *line;

		run.time = style;
		line = lines_at(times, 4);
		for (size_t i = 0; i < 4; i++, line = strchr(line, '\n') + 1)
			assert_memory_equal(line, (style == TIME_STYLE_REL ? relative : delta)[i],
					    17);
	}
}

static void without_a_time_the_event_is_first(void **state)
{
	const uint64_t now = MOMENT * SECOND;
	struct buffer out = {memory, memory, memory + sizeof(memory)};

	(void)state;
	run.time = TIME_STYLE_NONE;
	assert_string_equal(lines_at(&now, 1),
			    "exec     100     1       root                         ls\n");
	format_text.begin(printer_of(&format_text, &out, &run, 0), now);
	*out.end = '\0';
	assert_string_equal(memory,
			    "EVENT    PID     PPID    USER     WHAT                COMMAND\n");
	out.end = memory;
	format_text.lost(printer_of(&format_text, &out, &run, 0),
			 &(struct gap){0, 0, 1, {0, 1}, false});
	*out.end = '\0';
	assert_string_equal(memory, "lost 1 event (1 exec): no room in the ring\n");
}

/* How often the lines contain the text. */
static size_t count(const char *lines, const char *text)
{
	size_t found = 0;

	for (; (lines = strstr(lines, text)); lines += strlen(text))
		found++;
	return found;
}

static void at_midnight_a_line_says_the_date(void **state)
{
	/* 1700006400 is midnight in UTC. Events of two CPUs can be in the other order. */
	const uint64_t midnight = 1700006400 * SECOND;
	const uint64_t times[] = {midnight - 2 * SECOND,
				  midnight - 1,
				  midnight,
				  midnight + SECOND,
				  midnight - 1,
				  midnight + 2 * SECOND,
				  midnight + 86400 * SECOND * 3};

	(void)state;
	set_zone("UTC");
	assert_string_equal(
		lines_at(times, LENGTH(times)),
		"23:59:58.000 exec     100     1       root                         ls\n"
		"23:59:59.999 exec     100     1       root                         ls\n"
		"00:00:00.000 the date is 2023-11-15\n"
		"00:00:00.000 exec     100     1       root                         ls\n"
		"00:00:01.000 exec     100     1       root                         ls\n"
		"23:59:59.999 the date is 2023-11-14\n"
		"23:59:59.999 exec     100     1       root                         ls\n"
		"00:00:02.000 the date is 2023-11-15\n"
		"00:00:02.000 exec     100     1       root                         ls\n"
		"00:00:00.000 the date is 2023-11-18\n"
		"00:00:00.000 exec     100     1       root                         ls\n");
}

/* The day ends at midnight of the zone that is shown. */
static void each_zone_has_its_midnight(void **state)
{
	static const char *const zones[] = {"UTC", "Asia/Kathmandu", "America/New_York"};
	uint64_t times[2 * 24 * 4];

	(void)state;
	for (size_t i = 0; i < LENGTH(times); i++)
		times[i] = (MOMENT + i * 900) * SECOND;
	for (size_t i = 0; i < LENGTH(zones); i++) {
		char expected[64];
		const char *lines;

		set_zone(zones[i]);
		lines = lines_at(times, LENGTH(times));
		assert_int_equal(count(lines, "the date is "), 2);
		snprintf(expected, sizeof(expected), "the date is %s\n",
			 date(zones[i], MOMENT + 86400, "%Y-%m-%d"));
		assert_int_equal(count(lines, expected), 1);
		/* In the first quarter of an hour of the day. */
		lines = strstr(lines, expected) - strlen("00:00:00.000 ");
		assert_memory_equal(lines, "00:", 3);
		assert_in_range(strtoul(lines + 3, NULL, 10), 0, 14);
	}
	set_zone("UTC");
}

static void a_style_with_dates_needs_no_such_line(void **state)
{
	const uint64_t times[] = {MOMENT * SECOND, (MOMENT + 86400) * SECOND};
	struct layout layout = {.chosen = true};

	(void)state;
	for (unsigned int style = TIME_STYLE_DATE; style < TIME_STYLE_COUNT; style++) {
		run.time = style;
		assert_int_equal(count(lines_at(times, 2), "\n"), 2);
	}
	/* Nor do lines without a time. */
	run.time = TIME_STYLE_LOCAL;
	layout_add(&layout, COLUMN_OF_WATCH, "pid", 3, NULL, 0);
	run.layout = &layout;
	assert_string_equal(lines_at(times, 2), "100\n100\n");
	layout_add(&layout, COLUMN_OF_WATCH, "time", 4, NULL, 0);
	assert_string_equal(lines_at(times, 2), "100     22:13:20.000\n"
						"22:13:20.000 the date is 2023-11-15\n"
						"100     22:13:20.000\n");
}

static void every_style_has_its_name(void **state)
{
	static const char *const names[] = {"local", "utc", "date", "rel", "delta", "none"};

	(void)state;
	assert_int_equal(LENGTH(names), TIME_STYLE_COUNT);
	for (size_t i = 0; i < LENGTH(names); i++)
		assert_int_equal(time_style_find(names[i]), i);
	assert_int_equal(time_style_find("UTC"), -1);
	assert_int_equal(time_style_find(""), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(times_are_those_of_date, set_up),
		cmocka_unit_test_setup(seconds_are_counted_from_the_start_or_the_line_before,
				       set_up),
		cmocka_unit_test_setup(without_a_time_the_event_is_first, set_up),
		cmocka_unit_test_setup(at_midnight_a_line_says_the_date, set_up),
		cmocka_unit_test_setup(each_zone_has_its_midnight, set_up),
		cmocka_unit_test_setup(a_style_with_dates_needs_no_such_line, set_up),
		cmocka_unit_test_setup(every_style_has_its_name, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
