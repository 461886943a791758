/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A set of measured values and its quantiles. */
#ifndef TOOLS_BENCH_STATS_H
#define TOOLS_BENCH_STATS_H

#define SAMPLE_MAX 64

struct sample {
	double values[SAMPLE_MAX];
	unsigned int count;
};

void sample_add(struct sample *sample, double value);

/*
 * Returns the value below which a share (0 to 1) of the sample lies; 0.5 is the median. Sorts the
 * sample.
 */
double sample_quantile(struct sample *sample, double share);

#endif
