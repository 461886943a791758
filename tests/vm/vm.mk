# SPDX-License-Identifier: GPL-2.0-or-later
# The system tests under other kernels; see tests/vm/README.md.

# The guests to run, by name; all if empty.
GUESTS     :=

.PHONY: check-vm

# Without the emulators, for example, the kernels that need them are skipped.
check-vm:
	@$(DEPS) vm || true
	@$(MAKE) --no-print-directory all system-tests
	@+tests/vm/run "$(GUESTS)"
