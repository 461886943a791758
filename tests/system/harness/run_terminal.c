// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs procsieve on a terminal; see run_terminal.h. */
#include "harness/run_terminal.h"

#include <pty.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_MAX (4u << 20)

char *terminal_run(const char *const *words, unsigned short columns)
{
	const struct winsize size = {.ws_row = 24, .ws_col = columns};
	char *text = malloc(OUTPUT_MAX), *to = text;
	size_t got = 0;
	ssize_t more;
	int master, slave;
	struct tool tool;

	assert_non_null(text);
	assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
	tool_start(&tool, words, slave);
	close(slave);
	close(tool.out);
	tool.out = -1;
	/* Ends with EIO once the last descriptor of the slave is closed. */
	while (got < OUTPUT_MAX - 1 && (more = read(master, text + got, OUTPUT_MAX - 1 - got)) > 0)
		got += more;
	close(master);
	tool_wait(&tool);
	if (tool_status(&tool))
		fail_msg("status %d: %s", tool_status(&tool), tool.err_text);
	tool_clear(&tool);
	for (size_t i = 0; i < got; i++)
		if (text[i] != '\r')
			*to++ = text[i];
	*to = '\0';
	return text;
}

size_t terminal_columns(const char *line)
{
	size_t columns = 0;

	for (; *line && *line != '\n'; line++)
		columns += (*line & 0xc0) != 0x80;
	return columns;
}
