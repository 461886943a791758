# SPDX-License-Identifier: GPL-2.0-or-later
# The benchmarks: `make bench` prints the table, `make bench ARGS=--quick` measures less,
# `make bench ARGS="--quick clients"` only that group of rows (tools/bench/bench.c).

BENCH     := $(B)/bench/bench $(B)/bench/work_load $(B)/bench/cn_listener $(B)/bench/client_idle \
	$(B)/bench/proc_reader $(B)/bench/work_sleepers $(B)/bench/client_requests
BENCH_OBJ := $(patsubst tools/bench/%.c,$(B)/bench/%.o,$(filter-out %/work_load.c %/cn_listener.c %/client_idle.c %/proc_reader.c %/work_sleepers.c %/client_requests.c,$(wildcard tools/bench/*.c)))

bench:
	@$(DEPS) bench
	@$(MAKE) --no-print-directory all $(BENCH)
	@$(B)/bench/bench $(ARGS)

$(B)/bench/bench: $(BENCH_OBJ)
	$(call say,BENCH)
	$(Q)$(CC) $(ALL_CFLAGS) $^ -o $@

$(B)/bench/work_load $(B)/bench/cn_listener: $(B)/bench/%: $(B)/bench/%.o
	$(call say,BENCH)
	$(Q)$(CC) $(ALL_CFLAGS) $^ -o $@

# Static, because a process with less memory forks faster.
$(B)/bench/proc_reader $(B)/bench/work_sleepers: $(B)/bench/%: $(B)/bench/%.o
	$(call say,BENCH)
	$(Q)$(CC) -static $(ALL_CFLAGS) $^ -o $@

$(B)/bench/client_idle $(B)/bench/client_requests: $(B)/bench/%: $(B)/bench/%.o $(B)/libprocsieve.a
	$(call say,BENCH)
	$(Q)$(CC) $(ALL_CFLAGS) $^ -o $@

$(B)/bench/%.o: tools/bench/%.c Makefile tools/bench/bench.mk
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -DBUILD='"$(B)"' $(ALL_CFLAGS) -MMD -MP -c $< -o $@

-include $(wildcard $(B)/bench/*.d)
