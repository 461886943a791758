# SPDX-License-Identifier: GPL-2.0-or-later
# The hunt for what users must not see: `make hunt`, HUNT_SECONDS= for how long, HUNT_SEED= to repeat one.

HUNT_SECONDS ?= 60
HUNT_OBJ     := $(patsubst tests/%.c,$(B)/tests/%.o,$(wildcard tests/hunt/*.c)) $(B)/tests/system/oracle/hidepid_view.o

.PHONY: hunt

hunt: all $(B)/tests/hunt/hunt
	@HUNT_SECONDS=$(HUNT_SECONDS) HUNT_SEED=$(HUNT_SEED) tests/run-tests $(B)/tests/hunt/hunt

# The program is copied to where users may execute it.
$(B)/tests/hunt/hunt: $(HUNT_OBJ) $(B)/libprocsieve.a
	$(call say,TEST)
	$(Q)$(CC) $(ALL_CFLAGS) $^ -lpthread -o $@

$(B)/tests/hunt/%.o: tests/hunt/%.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(TEST_FLAGS) -Itests/hunt $(ALL_CFLAGS) -MMD -MP -c $< -o $@

-include $(HUNT_OBJ:.o=.d)
