// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reduced BTF, with the types of the running kernel that the programs name, compared with the
 * full BTF as libbpf reads it.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>
#include <cmocka.h>

#include "engine/kernel_btf.h"

static const char *const names[] = {
#include "kernel_types.inc"
};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))
#define THREADS	   8

/* The full BTF and the reduced one. */
struct both {
	struct btf *full, *few;
};

static bool is_indexed_type(const struct btf_type *type)
{
	return btf_is_composite(type) || btf_is_any_enum(type) || btf_is_typedef(type);
}

static const char *name_of(const struct btf *types, __u32 offset)
{
	return btf__name_by_offset(types, offset);
}

static void assert_same(const struct both *both, __u32 full_id, __u32 few_id);

static void assert_same_members(const struct both *both, const struct btf_type *full,
				const struct btf_type *few)
{
	assert_int_equal(full->size, few->size);
	for (__u32 i = 0; i < btf_vlen(full); i++) {
		const struct btf_member *member = &btf_members(full)[i];
		const struct btf_member *copy = &btf_members(few)[i];

		assert_string_equal(name_of(both->full, member->name_off),
				    name_of(both->few, copy->name_off));
		assert_int_equal(btf_member_bit_offset(full, i), btf_member_bit_offset(few, i));
		assert_int_equal(btf_member_bitfield_size(full, i),
				 btf_member_bitfield_size(few, i));
		assert_same(both, member->type, copy->type);
	}
}

/* A value has 8 bytes, or 12 with the upper half; each begins with its name. */
static void assert_same_values(const struct both *both, const struct btf_type *full,
			       const struct btf_type *few)
{
	unsigned int words = btf_is_enum(full) ? 2 : 3;
	const __u32 *value = (const void *)(full + 1), *copy = (const void *)(few + 1);

	assert_int_equal(full->size, few->size);
	for (__u32 i = 0; i < btf_vlen(full); i++, value += words, copy += words) {
		assert_string_equal(name_of(both->full, *value), name_of(both->few, *copy));
		assert_memory_equal(value + 1, copy + 1, (words - 1) * sizeof(*value));
	}
}

/* Compares two types recursively, down to numbers and pointers. */
static void assert_same(const struct both *both, __u32 full_id, __u32 few_id)
{
	const struct btf_type *full = btf__type_by_id(both->full, full_id);
	const struct btf_type *few = btf__type_by_id(both->few, few_id);

	assert_non_null(full);
	assert_non_null(few);
	assert_int_equal(full->info, few->info);
	assert_string_equal(name_of(both->full, full->name_off), name_of(both->few, few->name_off));
	if (btf_is_composite(full)) {
		assert_same_members(both, full, few);
	} else if (btf_is_any_enum(full)) {
		assert_same_values(both, full, few);
	} else if (btf_is_array(full)) {
		assert_int_equal(btf_array(full)->nelems, btf_array(few)->nelems);
		assert_same(both, btf_array(full)->type, btf_array(few)->type);
	} else if (btf_is_int(full)) {
		assert_int_equal(full->size, few->size);
		assert_memory_equal(full + 1, few + 1, sizeof(__u32));
	} else if (btf_is_mod(full) || btf_is_typedef(full)) {
		assert_same(both, full->type, few->type);
	} else if (btf_is_ptr(full)) {
		assert_int_equal(few->type, 0);
	}
}

/* The next requested type of this name after `id`, or 0. */
static __u32 find_next(const struct btf *types, const char *name, __u32 id)
{
	while (++id < btf__type_cnt(types)) {
		const struct btf_type *type = btf__type_by_id(types, id);

		if (is_indexed_type(type) && !strcmp(name_of(types, type->name_off), name))
			return id;
	}
	return 0;
}

static int read_both(void **state)
{
	static struct both both;

	*state = &both;
	both.full = btf__load_vmlinux_btf();
	if (!both.full)
		return 0;
	assert_non_null(kernel_btf_path());
	both.few = btf__parse(kernel_btf_path(), NULL);
	assert_non_null(both.few);
	return 0;
}

static int free_both(void **state)
{
	const struct both *both = *state;

	btf__free(both->full);
	btf__free(both->few);
	return 0;
}

/* Skips the test if there is none. */
static void need_types(const struct both *both)
{
	if (both->full)
		return;
	print_message("this kernel does not describe its types (BTF)\n");
	skip();
}

static void every_type_of_a_name_is_there_as_it_is(void **state)
{
	const struct both *both = *state;
	unsigned int found = 0;

	need_types(both);
	for (size_t i = 0; i < NAME_COUNT; i++) {
		__u32 full = 0, few = 0;

		while ((full = find_next(both->full, names[i], full))) {
			few = find_next(both->few, names[i], few);
			if (!few)
				fail_msg("%s is missing", names[i]);
			assert_same(both, full, few);
			found++;
		}
	}
	/* Types that every kernel has. */
	assert_in_range(found, 30, UINT32_MAX);
	assert_in_range(btf__type_cnt(both->few), found, btf__type_cnt(both->full) / 10);
}

static void types_that_programs_name_are_requested(void **state)
{
	static const char *const some[] = {"task_struct", "mm_struct",	    "special_kfunc_type",
					   "pid_type",	  "timespec64",	    "bpf_array",
					   "atomic_t",	  "kernel_cap_t",   "sigaction",
					   "pt_regs",	  "task_delay_info"};

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		size_t at = 0;

		while (at < NAME_COUNT && strcmp(names[at], some[i]) != 0)
			at++;
		if (at == NAME_COUNT)
			fail_msg("%s is not", some[i]);
	}
}

static void ids_are_those_of_the_kernel(void **state)
{
	const struct both *both = *state;

	need_types(both);
	assert_int_equal(kernel_btf_ids().task_struct,
			 btf__find_by_name_kind(both->full, "task_struct", BTF_KIND_STRUCT));
	assert_int_equal(kernel_btf_ids().timespec64,
			 btf__find_by_name_kind(both->full, "timespec64", BTF_KIND_STRUCT));
	assert_int_equal(kernel_btf_ids().file,
			 btf__find_by_name_kind(both->full, "file", BTF_KIND_STRUCT));
	assert_int_equal(kernel_btf_ids().vm_area_struct,
			 btf__find_by_name_kind(both->full, "vm_area_struct", BTF_KIND_STRUCT));
}

static void *request_type(void *unused)
{
	(void)unused;
	return (void *)kernel_btf_path();
}

static void all_threads_get_the_same_file(void **state)
{
	pthread_t threads[THREADS];
	void *path;

	(void)state;
	for (unsigned int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, request_type, NULL), 0);
	for (unsigned int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &path), 0);
		assert_ptr_equal(path, kernel_btf_path());
	}
}

/* The functions that programs attach to or call keep their IDs. */
static void functions_of_programs_keep_their_ids(void **state)
{
	const struct both *both = *state;
	const struct kernel_hook *hooks;
	size_t count = kernel_btf_hooks(&hooks), found = 0;

	assert_true(count > 5);
	for (size_t i = 0; i < count; i++) {
		int function = btf__find_by_name_kind(both->full, hooks[i].name, BTF_KIND_FUNC);
		int type = btf__find_by_name_kind(both->full, hooks[i].name, BTF_KIND_TYPEDEF);

		if (!hooks[i].id) {
			assert_true(function < 0 && type < 0);
			continue;
		}
		assert_int_equal(hooks[i].id, hooks[i].kind == BTF_KIND_FUNC ? function : type);
		found++;
	}
	/* Any kernel has these. */
	assert_true(found > 5);
}

/* The offset of a per-CPU variable in its section. */
static long percpu_offset_of(const struct btf *types, const char *name)
{
	int variable = btf__find_by_name_kind(types, name, BTF_KIND_VAR);
	int section = btf__find_by_name_kind(types, ".data..percpu", BTF_KIND_DATASEC);
	const struct btf_type *type = btf__type_by_id(types, section);

	for (unsigned int i = 0; variable > 0 && section > 0 && i < btf_vlen(type); i++)
		if (btf_var_secinfos(type)[i].type == (unsigned int)variable)
			return btf_var_secinfos(type)[i].offset;
	return -1;
}

/* On x86, where the count is a per-CPU variable; a member of task_struct needs one step. */
static void the_preempt_count_is_found(void **state)
{
	const struct both *both = *state;
	const struct kernel_counter counter = kernel_btf_counter();
	long count = percpu_offset_of(both->full, "__preempt_count");

	if (count < 0)
		skip();
	assert_int_equal(counter.steps, 3);
	assert_true(counter.offsets[0] > 0 && counter.offsets[1] > 0);
	assert_int_equal(counter.offsets[2], count - percpu_offset_of(both->full, "runqueues"));
}

static void functions_that_are_there_are_known(void **state)
{
	(void)state;
	assert_true(kernel_btf_has_function("commit_creds"));
	assert_false(kernel_btf_has_function("no_such_function"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_threads_get_the_same_file),
		cmocka_unit_test_setup_teardown(every_type_of_a_name_is_there_as_it_is, read_both,
						free_both),
		cmocka_unit_test(types_that_programs_name_are_requested),
		cmocka_unit_test_setup_teardown(ids_are_those_of_the_kernel, read_both, free_both),
		cmocka_unit_test_setup_teardown(functions_of_programs_keep_their_ids, read_both,
						free_both),
		cmocka_unit_test_setup_teardown(the_preempt_count_is_found, read_both, free_both),
		cmocka_unit_test(functions_that_are_there_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
