// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints the table; see table.h. Shows medians, and the quartiles of the figure. */
#include "table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LAYOUT "%-44s %9s %9s  %-27s %-9s %s"

/* Returns the number of decimals to print. Ratios are near one; nanoseconds need no fraction. */
static int decimals(const char *unit)
{
	if (!strcmp(unit, "x"))
		return 3;
	return !strcmp(unit, "ns") || !strcmp(unit, "wake-ups") || !strcmp(unit, "lost") ? 0 : 2;
}

static void format_ns(char *text, size_t size, struct sample *sample)
{
	double median = sample_quantile(sample, 0.5);

	if (!sample->count)
		snprintf(text, size, "-");
	else if (median < 1e6)
		snprintf(text, size, "%.0f ns", median);
	else
		snprintf(text, size, "%.1f ms", median / 1e6);
}

static void format_figure(char *text, size_t size, struct row *row)
{
	int digits = decimals(row->unit), used;

	used = snprintf(text, size, "%.*f %s", digits, sample_quantile(&row->figure, 0.5),
			row->unit);
	/* One value has no quartiles. */
	if (row->figure.count > 1 && used > 0 && (size_t)used < size)
		snprintf(text + used, size - used, " (%.*f..%.*f)", digits,
			 sample_quantile(&row->figure, 0.25), digits,
			 sample_quantile(&row->figure, 0.75));
}

static const char *verdict(struct row *row)
{
	double median = sample_quantile(&row->figure, 0.5);

	if (row->kind == NO_BUDGET)
		return "-";
	/* If the listener received too little, or the bare run was watched, any budget is met. */
	if (row->blind || row->watched * 2 > row->rounds)
		return "unsure";
	if (row->kind == AT_MOST)
		return median <= row->budget ? "met" : "over";
	return median >= row->budget ? "met" : "under";
}

static void print_line(const char *work, const char *bare, const char *with, const char *figure,
		       const char *budget, const char *verdict_text)
{
	printf(LAYOUT "\n", work, bare, with, figure, budget, verdict_text);
	/* All rows together take minutes, so each is printed at once. */
	fflush(stdout);
}

void row_add_remark(struct row *row, const char *format, ...)
{
	size_t used = strlen(row->remark);
	va_list args;

	if (used && used < sizeof(row->remark) - 2) {
		strcpy(row->remark + used, "; ");
		used += 2;
	}
	va_start(args, format);
	vsnprintf(row->remark + used, sizeof(row->remark) - used, format, args);
	va_end(args);
}

void row_difference(struct row *row, double bare, double with)
{
	sample_add(&row->bare, bare);
	sample_add(&row->with, with);
	sample_add(&row->figure, with - bare);
}

void table_print_head(void)
{
	print_line("work", "bare", "with", "ratio, or as named (q1..q3)", "budget", "verdict");
}

void table_print_row(struct row *row)
{
	char bare[32], with[32], figure[80], budget[32] = "-", verdict_text[140];

	if (row->blind)
		row_add_remark(row, "received too little in %u of %u rounds", row->blind,
			       row->rounds);
	if (row->watched)
		row_add_remark(row, "other tools watched in %u of %u rounds", row->watched,
			       row->rounds);
	format_ns(bare, sizeof(bare), &row->bare);
	format_ns(with, sizeof(with), &row->with);
	format_figure(figure, sizeof(figure), row);
	if (row->kind != NO_BUDGET)
		snprintf(budget, sizeof(budget), "%s %g",
			 row->kind == AT_MOST ? "<=" : ">=", row->budget);
	snprintf(verdict_text, sizeof(verdict_text), "%s%s%s", verdict(row),
		 row->remark[0] ? "; " : "", row->remark);
	print_line(row->work, bare, with, figure, budget, verdict_text);
}

void table_print_skipped(const char *work, const char *why)
{
	char verdict_text[120];

	snprintf(verdict_text, sizeof(verdict_text), "skipped: %s", why);
	print_line(work, "-", "-", "-", "-", verdict_text);
}
