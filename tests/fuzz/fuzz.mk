# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzzing, by clang's libFuzzer: `make fuzz` for FUZZ_SECONDS a target, with a corpus that is kept; `make check` for a
# moment, always the same (tests/fuzz-short).

FUZZ_SECONDS ?= 600
FUZZ_SRC   := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ       := $(FUZZ_SRC:tests/fuzz/%.c=$(B)/fuzz/%)

# What the targets are about, and what that needs.
FUZZED     := config context display format format_json format_text json json_line json_process json_sections names quote \
	reason regular_file text text_line text_process text_sections user_name utf8
FUZZ_OBJ   := $(FUZZED:%=$(B)/fuzz/user/%.o) $(LIB_SRC:src/lib/%.c=$(B)/fuzz/lib/%.o)
FUZZ_FLAGS := $(CPPFLAGS) $(ALL_CFLAGS) -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer

# The targets, where this clang has what they are linked with; else none. Asked in recipes alone, for it takes a moment.
FUZZ_POSSIBLE = $(shell echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | \
	$(CLANG) -fsanitize=fuzzer,address,undefined -x c - -o /dev/null 2>/dev/null && echo $(FUZZ))

.PHONY: fuzz

fuzz: check-deps
	@$(MAKE) --no-print-directory $(FUZZ)
	@set -e; for target in $(FUZZ); do \
		corpus=$(B)/fuzz/corpus/$${target##*/}; \
		mkdir -p $$corpus; \
		echo "  FUZZ    $$target"; \
		$$target -max_total_time=$(FUZZ_SECONDS) -max_len=16384 -len_control=0 -timeout=10 \
			-print_final_stats=1 -artifact_prefix=$$target- $$corpus; \
	done

$(B)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_OBJ)
	$(call say,FUZZ)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer $(LDFLAGS) -MMD -MP -MF $@.d $< $(FUZZ_OBJ) -ljansson -o $@

$(B)/fuzz/lib/%.o: src/lib/%.c Makefile
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c $< -o $@

$(B)/fuzz/user/%.o: src/user/%.c Makefile
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c $< -o $@

-include $(FUZZ_OBJ:.o=.d) $(FUZZ:=.d)
