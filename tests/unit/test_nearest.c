// SPDX-License-Identifier: GPL-2.0-or-later
/* "Did you mean": which misspellings have a suggestion, and which words have none. */
#include "assert_error.h"

#include "base/nearest.h"

#define COMMANDS "watch, ps, serve, status, check, schema, help"
#define EVENTS	 "fork, exec, exit, comm, uid, gid, sid, ptrace, coredump, all"

static void similar_words_are_suggested(void **state)
{
	static const struct {
		const char *word, *list, *text;
	} cases[] = {
		{"wacth", COMMANDS, " (did you mean watch?)"},	/* swapped */
		{"watc", COMMANDS, " (did you mean watch?)"},	/* missing */
		{"watcch", COMMANDS, " (did you mean watch?)"}, /* too many */
		{"natch", COMMANDS, " (did you mean watch?)"},	/* wrong */
		{"WATCH", COMMANDS, " (did you mean watch?)"},
		{"stats", COMMANDS, " (did you mean status?)"},
		{"pss", COMMANDS, " (did you mean ps?)"},
		{"exce", EVENTS, " (did you mean exec?)"},
		{"core-dump", EVENTS, " (did you mean coredump?)"},
		{"uids", EVENTS, " (did you mean uid?)"},
		/* Both differ in one letter: the first counts. */
		{"xid", EVENTS, " (did you mean uid?)"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		if (strcmp(nearest_listed(cases[i].word, cases[i].list), cases[i].text) != 0)
			fail_msg("\"%s\":%s", cases[i].word,
				 nearest_listed(cases[i].word, cases[i].list));
}

static void other_words_are_not(void **state)
{
	static const char *const words[] = {
		"",
		"w",
		"x",
		"monitor",
		"top",
		"tail",
		"serves-nothing",
		"a",
		"zz",
		"ZZZZ",
		"open",
		"1234",
		"this-word-is-longer-than-any-known-word-at-all",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(words); i++)
		if (*nearest_listed(words[i], COMMANDS))
			fail_msg("\"%s\":%s", words[i], nearest_listed(words[i], COMMANDS));
	assert_string_equal(nearest_listed("watch", ""), "");
}

static void a_known_word_of_any_length_is_harmless(void **state)
{
	struct nearest nearest = {.word = "abcdefghijklmnopqrstuvwxyzabcdefghijklmn"};
	char longest[NEAREST_MAX + 2];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[NEAREST_MAX + 1] = '\0';
	nearest_try(&nearest, longest);
	assert_string_equal(nearest_text(&nearest), "");
	nearest_try(&nearest, "abcdefghijklmnopqrstuvwxyzabcdefghijklmm");
	assert_string_equal(nearest_text(&nearest),
			    " (did you mean abcdefghijklmnopqrstuvwxyzabcdefghijklmm?)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(similar_words_are_suggested),
		cmocka_unit_test(other_words_are_not),
		cmocka_unit_test(a_known_word_of_any_length_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
