# SPDX-License-Identifier: GPL-2.0-or-later
# `make hunt` searches for events that users must not see; HUNT_SECONDS= is the duration, HUNT_SEED=
# repeats a run.

HUNT_SECONDS ?= 60
HUNT_OBJ     := $(patsubst tests/%.c,$(B)/tests/%.o,$(wildcard tests/hunt/*.c)) $(B)/tests/system/oracle/hidepid_view.o

.PHONY: hunt

hunt: all $(B)/tests/hunt/hunt
	@HUNT_SECONDS=$(HUNT_SECONDS) HUNT_SEED=$(HUNT_SEED) tests/run-tests $(B)/tests/hunt/hunt

# The program is copied to a directory where other users may execute it.
$(B)/tests/hunt/hunt: $(HUNT_OBJ) $(B)/libprocsieve.a
	$(call say,TEST)
	$(Q)$(CC) $(ALL_CFLAGS) $^ -lpthread -o $@

$(B)/tests/hunt/%.o: tests/hunt/%.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(TEST_FLAGS) -Itests/hunt $(ALL_CFLAGS) -MMD -MP -c $< -o $@

-include $(HUNT_OBJ:.o=.d)
