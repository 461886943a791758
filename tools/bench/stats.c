// SPDX-License-Identifier: GPL-2.0-or-later
/* Statistics of measured values; see stats.h. */
#include "stats.h"

#include <stdlib.h>

void sample_add(struct sample *sample, double value)
{
	if (sample->count < SAMPLE_MAX)
		sample->values[sample->count++] = value;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

double sample_quantile(struct sample *sample, double share)
{
	double position = share * (sample->count - 1);
	unsigned int below = (unsigned int)position;

	if (!sample->count)
		return 0;
	qsort(sample->values, sample->count, sizeof(sample->values[0]), compare);
	if (below + 1 >= sample->count)
		return sample->values[sample->count - 1];
	return sample->values[below] +
	       (position - below) * (sample->values[below + 1] - sample->values[below]);
}
