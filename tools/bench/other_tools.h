/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other tools that watch the machine's processes. With one of them, a bare run is not bare. */
#ifndef TOOLS_BENCH_OTHER_TOOLS_H
#define TOOLS_BENCH_OTHER_TOOLS_H

#include <stdbool.h>

/* Returns whether one runs now. Call it while no listener of the benchmark runs. */
bool other_tool_runs(void);

#endif
