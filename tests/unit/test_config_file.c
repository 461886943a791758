// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration files, written to a directory of the test: which settings are passed on, in which
 * order, and which errors are reported in which words.
 */
#include "assert_error.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parse/config_file.h"

static struct reason why;

/* The settings so far, as "name=value;". */
static char settings[3 * CONFIG_LINE_MAX];

static char directory[] = "/tmp/procsieve-test-XXXXXX";

static char *path_of(const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", directory, name) >= 0);
	return path;
}

static void write_bytes(const char *name, const char *bytes, size_t size)
{
	char *path = path_of(name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	fclose(file);
	free(path);
}

static void write_text(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

static void make_directory(const char *name)
{
	char *path = path_of(name);

	assert_int_equal(mkdir(path, 0755), 0);
	free(path);
}

/* The context is the name to reject, with the error message of an option parser. */
static int store_setting(void *context, const char *name, const char *value, struct reason *reason)
{
	if (context && !strcmp(name, context))
		return reason_set(reason, STATUS_USAGE, "%s: \"%s\" is not allowed", name, value);
	assert_true(strlen(settings) + strlen(name) + strlen(value) + 3 < sizeof(settings));
	sprintf(settings + strlen(settings), "%s=%s;", name, value);
	return 0;
}

static int read_config(const char *refused)
{
	char *path = path_of("conf");
	int err;

	settings[0] = '\0';
	err = config_read(path, store_setting, (void *)refused, &why);
	free(path);
	return err;
}

static void assert_settings(const char *expected)
{
	assert_accepted("conf", read_config(NULL), &why);
	assert_string_equal(settings, expected);
}

/* `message` does not include the test's directory, with which the error begins. */
static void assert_not_read(const char *before, const char *message, int expected_err)
{
	char whole[sizeof(why.text)];
	int err = read_config("bad");

	snprintf(whole, sizeof(whole), "%s%s/%s", before, directory, message);
	assert_string_equal(why.text, whole);
	assert_int_equal(err, expected_err);
	assert_int_equal(why.status, err == -EINVAL ? STATUS_USAGE : STATUS_FAILURE);
}

static int make_test_directory(void **state)
{
	(void)state;
	strcpy(directory + strlen(directory) - strlen("XXXXXX"), "XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_test_directory(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command); /* NOLINT(cert-env33-c): a fixed command */
}

static void without_files_there_are_no_settings(void **state)
{
	(void)state;
	assert_settings("");
}

static void settings_come_as_they_are_written(void **state)
{
	static const struct {
		const char *text, *settings;
	} cases[] = {
		{"", ""},
		{"a = 1\n", "a=1;"},
		{"a=1", "a=1;"},
		{"a = 1\nb = 2\na = 3\n", "a=1;b=2;a=3;"},
		{" \t a-b\t=  x y \r\n", "a-b=x y;"},
		{"\n \t\n# a = 1\n  #b\n#\na = 1\n\n", "a=1;"},
		{"a = 1 # 2\n", "a=1 # 2;"},
		{"a = b = c\n", "a=b = c;"},
		{"a ==\n", "a==;"},
		{"a =\nb=", "a=;b=;"},
		{"a = \"x\"\n", "a=\"x\";"},
		{"a = \xc3\xa4\xff\n", "a=\xc3\xa4\xff;"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		write_text("conf", cases[i].text);
		assert_settings(cases[i].settings);
	}
}

static void drop_ins_follow_in_byte_order(void **state)
{
	(void)state;
	write_text("conf", "a = main\n");
	make_directory("conf.d");
	write_text("conf.d/b.conf", "a = b\n");
	write_text("conf.d/10-a.conf", "a = 10\n");
	write_text("conf.d/9-a.conf", "a = 9\n");
	write_text("conf.d/B.conf", "a = B\n");
	write_text("conf.d/\xc3\xa4.conf", "a = last\n");
	assert_settings("a=main;a=10;a=9;a=B;a=b;a=last;");
}

static void drop_ins_do_without_a_main_file(void **state)
{
	(void)state;
	make_directory("conf.d");
	write_text("conf.d/a.conf", "a = 1");
	assert_settings("a=1;");
}

static void other_names_are_no_drop_ins(void **state)
{
	(void)state;
	make_directory("conf.d");
	write_text("conf.d/a.conf~", "bad\n");
	write_text("conf.d/a.conf.bak", "bad\n");
	write_text("conf.d/.conf", "bad\n");
	write_text("conf.d/.a.conf", "bad\n");
	write_text("conf.d/aconf", "bad\n");
	write_text("conf.d/README", "bad\n");
	make_directory("conf.d/sub");
	assert_settings("");
}

#define ALLOWED "; allowed are \"name = value\", comments (# ...) and empty lines"

static void bad_lines_are_refused_with_their_place(void **state)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"name\n", "conf:1: \"name\" has no \"=\"" ALLOWED},
		{"\n# = \n  a b \x1b \n", "conf:3: \"a b \\x1b\" has no \"=\"" ALLOWED},
		{"a = 1\n=\n", "conf:2: the name is missing before \"=\"" ALLOWED},
		{"\t = 1", "conf:1: the name is missing before \"=\"" ALLOWED},
		{"a = 1\n\nbad = x\nb = 2\n", "conf:3: bad: \"x\" is not allowed"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		write_text("conf", cases[i].text);
		assert_not_read("", cases[i].message, -EINVAL);
	}
}

static void a_refused_setting_ends_the_reading(void **state)
{
	(void)state;
	write_text("conf", "a = 1\nbad = x\nb = 2\n");
	make_directory("conf.d");
	write_text("conf.d/a.conf", "c = 3\n");
	assert_not_read("", "conf:2: bad: \"x\" is not allowed", -EINVAL);
	assert_string_equal(settings, "a=1;");
}

static void drop_ins_are_refused_by_their_own_names(void **state)
{
	(void)state;
	write_text("conf", "a = 1\na = 2\n");
	make_directory("conf.d");
	write_text("conf.d/a.conf", "bad = x\n");
	write_text("conf.d/b.conf", "b = 1\n");
	assert_not_read("", "conf.d/a.conf:1: bad: \"x\" is not allowed", -EINVAL);
	assert_string_equal(settings, "a=1;a=2;");
}

static void a_zero_byte_is_refused(void **state)
{
	static const char in_value[] = "a = 1\nb = 2\0\n", in_comment[] = "#\0";

	(void)state;
	write_bytes("conf", in_value, sizeof(in_value) - 1);
	assert_not_read("", "conf:2: the line has a zero byte; only text is allowed", -EINVAL);
	write_bytes("conf", in_comment, sizeof(in_comment) - 1);
	assert_not_read("", "conf:1: the line has a zero byte; only text is allowed", -EINVAL);
}

/*
 * Two lines "a=xxx" of the maximum length, the second without its newline, and room for one more
 * byte.
 */
static void make_long_lines(char text[2 * CONFIG_LINE_MAX + 2])
{
	memset(text, 'x', 2 * CONFIG_LINE_MAX + 2);
	memcpy(text, "a=", 2);
	text[CONFIG_LINE_MAX] = '\n';
	memcpy(text + CONFIG_LINE_MAX + 1, "a=", 2);
}

static void a_line_may_have_4096_bytes(void **state)
{
	char text[2 * CONFIG_LINE_MAX + 2];

	(void)state;
	make_long_lines(text);
	write_bytes("conf", text, sizeof(text) - 1);
	assert_accepted("conf", read_config(NULL), &why);
	assert_int_equal(strlen(settings), 2 * (CONFIG_LINE_MAX + 1));
	assert_int_equal(memcmp(settings, text, CONFIG_LINE_MAX), 0);
}

static void a_longer_line_is_refused(void **state)
{
	char text[2 * CONFIG_LINE_MAX + 2];

	(void)state;
	make_long_lines(text);
	write_bytes("conf", text, sizeof(text));
	assert_not_read("", "conf:2: the line is longer than 4096 bytes", -EINVAL);
}

static void only_regular_files_are_read(void **state)
{
	char *path = path_of("conf");

	(void)state;
	make_directory("conf");
	assert_not_read("", "conf is not a regular file", -EIO);
	rmdir(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_not_read("", "conf is not a regular file", -EIO);
	unlink(path);
	assert_int_equal(symlink("/dev/zero", path), 0);
	assert_not_read("", "conf is not a regular file", -EIO);
	unlink(path);
	make_directory("conf.d");
	make_directory("conf.d/a.conf");
	assert_not_read("", "conf.d/a.conf is not a regular file", -EIO);
	free(path);
}

static void an_unreadable_file_is_an_error(void **state)
{
	char *path = path_of("conf"), *drop_ins = path_of("conf.d");
	char *drop_in = path_of("conf.d/a.conf");

	(void)state;
	assert_int_equal(symlink(path, path), 0);
	assert_not_read("cannot read ", "conf: Too many levels of symbolic links", -EIO);
	unlink(path);
	write_text("conf.d", "a = 1\n");
	assert_not_read("cannot read ", "conf.d: Not a directory", -EIO);
	unlink(drop_ins);
	make_directory("conf.d");
	assert_int_equal(symlink("nowhere", drop_in), 0);
	assert_not_read("cannot read ", "conf.d/a.conf: No such file or directory", -EIO);
	free(drop_in);
	free(drop_ins);
	free(path);
}

static void a_link_to_a_regular_file_is_read(void **state)
{
	char *path = path_of("conf");

	(void)state;
	write_text("real", "a = 1\n");
	assert_int_equal(symlink("real", path), 0);
	assert_settings("a=1;");
	free(path);
}

static void a_flag_is_yes_or_no(void **state)
{
	static const struct refusal refusals[] = {
		{"", "strict: \"\" is not one of yes, no"},
		{"Yes", "strict: \"Yes\" is not one of yes, no"},
		{"true", "strict: \"true\" is not one of yes, no"},
		{"no ", "strict: \"no \" is not one of yes, no"},
	};
	bool flag = false;

	(void)state;
	assert_int_equal(config_flag("strict", "yes", &flag, &why), 0);
	assert_true(flag);
	for (size_t i = 0; i < LENGTH(refusals); i++)
		assert_refused(&refusals[i], config_flag("strict", refusals[i].text, &flag, &why),
			       &why);
	assert_true(flag);
	assert_int_equal(config_flag("strict", "no", &flag, &why), 0);
	assert_false(flag);
}

#define test(name) cmocka_unit_test_setup_teardown(name, make_test_directory, remove_test_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(without_files_there_are_no_settings),
		test(settings_come_as_they_are_written),
		test(drop_ins_follow_in_byte_order),
		test(drop_ins_do_without_a_main_file),
		test(other_names_are_no_drop_ins),
		test(bad_lines_are_refused_with_their_place),
		test(a_refused_setting_ends_the_reading),
		test(drop_ins_are_refused_by_their_own_names),
		test(a_zero_byte_is_refused),
		test(a_line_may_have_4096_bytes),
		test(a_longer_line_is_refused),
		test(only_regular_files_are_read),
		test(an_unreadable_file_is_an_error),
		test(a_link_to_a_regular_file_is_read),
		cmocka_unit_test(a_flag_is_yes_or_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
