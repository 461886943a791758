// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parses the list options of the command line: events, exit statuses, processes, users, groups,
 * CPUs, names. Each option has a function for a single item, which list_walk() calls. An invalid
 * item leaves the result unchanged. Called by the subcommands while they parse their options.
 * Options with a single value are in value.c and cgroup.c.
 */
#include "parse/filter_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <procsieve/event.h>

#include "base/with_words.h"
#include "base/names.h"
#include "base/nearest.h"
#include "parse/list.h"
#include "base/quote.h"

#define ID_LIMIT   4294967294u /* the next higher uid means "no user" */
#define CODE_LIMIT 255

/*
 * From the table of events: the events that a list starts from if it begins with "-name", and the
 * names that are allowed.
 */
#define X(NAME, name, shown, state, text) | ((shown) ? PROCSIEVE_MASK(PROCSIEVE_##NAME) : 0)
const uint64_t parse_default_events = 0 PROCSIEVE_EVENTS(X);
#undef X

#define X(NAME, name, shown, state, text) #name ", "
static const char known_events[] = PROCSIEVE_EVENTS(X) "all";
#undef X

struct events_draft {
	uint64_t mask;
	bool fresh; /* no item yet, and no earlier list */
};

static int add_event(const struct parsing *parsing, const char *item, void *result)
{
	bool remove = *item == '-';
	const char *name = item + remove;
	struct events_draft *draft = result;
	uint64_t mask = PROCSIEVE_ALL_EVENTS;

	if (strcmp(name, "all") != 0) {
		int type = event_find(name);

		if (type < 0)
			return refuse(parsing, "%s is not an event%s; known: %s", quote(name),
				      nearest_listed(name, known_events), known_events);
		mask = PROCSIEVE_MASK(type);
	}
	if (remove && draft->fresh)
		draft->mask = parse_default_events;
	draft->fresh = false;
	if (remove)
		draft->mask &= ~mask;
	else
		draft->mask |= mask;
	return 0;
}

int parse_events(const char *option, const char *text, __u64 *mask, struct reason *why)
{
	const struct parsing parsing = {option, why};
	struct events_draft draft = {.mask = *mask, .fresh = *mask == 0};
	int err;

	err = list_walk(&parsing, text, add_event, &draft);
	if (err)
		return err;
	if (!draft.mask)
		return refuse(&parsing, "%s leaves no event; known: %s", quote(text), known_events);
	*mask = draft.mask;
	return 0;
}

struct range {
	uint64_t first, last;
};

/* Parses "7" or "3-5". Returns false for anything else. */
static bool scan_range(const char *item, struct range *range)
{
	if (!scan_number(&item, &range->first))
		return false;
	range->last = range->first;
	if (*item != '-')
		return *item == '\0';
	return scan_whole_number(item + 1, &range->last);
}

static int check_range_order(const struct parsing *parsing, const char *item,
			     const struct range *range)
{
	if (range->first <= range->last)
		return 0;
	return refuse(parsing, "%s runs backwards; the lower end of a range comes first",
		      quote(item));
}

static void set_bit(__u64 *words, uint64_t bit)
{
	words[bit / 64] |= 1ull << bit % 64;
}

/* There is no signal 0: its bit stays clear. */
static void set_all_signals(struct procsieve_statuses *statuses)
{
	memset(statuses->signals, 0xff, sizeof(statuses->signals));
	statuses->signals[0] &= ~1ull;
}

static int add_codes(const struct parsing *parsing, const char *item, const struct range *range,
		     struct procsieve_statuses *statuses)
{
	uint64_t code;
	int err;

	err = check_range_order(parsing, item, range);
	if (err)
		return err;
	if (range->last > CODE_LIMIT)
		return refuse(parsing, "%llu is beyond the exit codes 0-%d",
			      (unsigned long long)range->last, CODE_LIMIT);
	for (code = range->first; code <= range->last; code++)
		set_bit(statuses->codes, code);
	return 0;
}

static int refuse_status(const struct parsing *parsing, const char *item)
{
	struct nearest nearest = {.word = item};

	signal_suggest(&nearest);
	nearest_try(&nearest, "signal");
	nearest_try(&nearest, "core");
	return refuse(parsing,
		      "%s is not an exit status%s; allowed: exit codes 0-255, ranges of them, "
		      "signal names such as SIGSEGV, signal, core",
		      quote(item), nearest_text(&nearest));
}

static int add_signal(const struct parsing *parsing, const char *item,
		      struct procsieve_statuses *statuses)
{
	int number = signal_find(item);

	if (number < 0)
		return refuse_status(parsing, item);
	set_bit(statuses->signals, number);
	return 0;
}

static int add_status(const struct parsing *parsing, const char *item, void *result)
{
	struct procsieve_statuses *statuses = result;
	struct range range;

	if (scan_range(item, &range))
		return add_codes(parsing, item, &range, statuses);
	if (!strcmp(item, "signal"))
		set_all_signals(statuses);
	else if (!strcmp(item, "core"))
		statuses->core = true;
	else
		return add_signal(parsing, item, statuses);
	return 0;
}

int parse_statuses(const char *option, const char *text, struct procsieve_statuses *statuses,
		   struct reason *why)
{
	const struct parsing parsing = {option, why};
	struct procsieve_statuses draft = *statuses;
	int err;

	err = list_walk(&parsing, text, add_status, &draft);
	if (!err)
		*statuses = draft;
	return err;
}

static int add_pid(const struct parsing *parsing, const char *item, void *result)
{
	uint64_t pid;

	if (!scan_whole_number(item, &pid) || pid < 1 || pid > PARSE_PID_MAX)
		return refuse(parsing, "%s is not a process id (1 to %d)", quote(item),
			      PARSE_PID_MAX);
	return draft_add(parsing, result, &pid);
}

int parse_pids(const char *option, const char *text, struct procsieve_list *list,
	       struct reason *why)
{
	const struct parsing parsing = {option, why};
	struct draft draft;
	int err;

	err = draft_begin_list(&parsing, &draft, list);
	if (!err)
		err = list_walk(&parsing, text, add_pid, &draft);
	return draft_end_list(&draft, list, err);
}

/* Users or groups. */
struct accounts {
	const char *kind;
	const char *file;
	bool (*find)(const char *name, uint32_t *id);
	void (*suggest)(struct nearest *nearest);
};

struct accounts_draft {
	struct draft ids;
	const struct accounts *accounts;
};

static bool all_digits(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0';
}

static int refuse_account(const struct parsing *parsing, const char *item,
			  const struct accounts *accounts)
{
	struct nearest nearest = {.word = item};

	accounts->suggest(&nearest);
	return refuse(parsing, "no %s %s in %s%s", accounts->kind, quote(item), accounts->file,
		      nearest_text(&nearest));
}

static int find_account(const struct parsing *parsing, const char *item,
			const struct accounts *accounts, uint64_t *id)
{
	uint32_t found;

	if (all_digits(item)) {
		if (scan_whole_number(item, id) && *id <= ID_LIMIT)
			return 0;
		return refuse(parsing, "%s is not a %s id (0 to %u)", quote(item), accounts->kind,
			      ID_LIMIT);
	}
	if (!accounts->find(item, &found))
		return refuse_account(parsing, item, accounts);
	*id = found;
	return 0;
}

static int add_account(const struct parsing *parsing, const char *item, void *result)
{
	struct accounts_draft *draft = result;
	uint64_t id;
	int err;

	err = find_account(parsing, item, draft->accounts, &id);
	if (err)
		return err;
	return draft_add(parsing, &draft->ids, &id);
}

static int parse_accounts(const struct parsing *parsing, const char *text,
			  const struct accounts *accounts, list_add *add,
			  struct procsieve_list *list)
{
	struct accounts_draft draft = {.accounts = accounts};
	int err;

	err = draft_begin_list(parsing, &draft.ids, list);
	if (!err)
		err = list_walk(parsing, text, add, &draft);
	return draft_end_list(&draft.ids, list, err);
}

static const struct accounts users = {"user", "/etc/passwd", user_find, user_suggest};

int parse_users(const char *option, const char *text, struct procsieve_list *list,
		struct reason *why)
{
	return parse_accounts(&(struct parsing){option, why}, text, &users, add_account, list);
}

int parse_groups(const char *option, const char *text, struct procsieve_list *list,
		 struct reason *why)
{
	static const struct accounts groups = {"group", "/etc/group", group_find, group_suggest};

	return parse_accounts(&(struct parsing){option, why}, text, &groups, add_account, list);
}

static int add_auid(const struct parsing *parsing, const char *item, void *result)
{
	struct accounts_draft *draft = result;
	uint64_t value = strcmp(item, "set") != 0 ? PROCSIEVE_AUID_UNSET : PROCSIEVE_AUID_SET;

	if (strcmp(item, "set") != 0 && strcmp(item, "unset") != 0)
		return add_account(parsing, item, result);
	return draft_add(parsing, &draft->ids, &value);
}

int parse_auids(const char *option, const char *text, struct procsieve_list *list,
		struct reason *why)
{
	return parse_accounts(&(struct parsing){option, why}, text, &users, add_auid, list);
}

struct cpus_draft {
	struct draft numbers;
	unsigned int cpus; /* number of CPUs of the machine */
};

static int add_cpus(const struct parsing *parsing, const char *item, void *result)
{
	struct cpus_draft *draft = result;
	struct range range;
	uint64_t cpu;
	int err;

	if (!scan_range(item, &range))
		return refuse(parsing, "%s is neither a CPU nor a range of them (0-%u)",
			      quote(item), draft->cpus - 1);
	err = check_range_order(parsing, item, &range);
	if (err)
		return err;
	if (range.last >= draft->cpus)
		return refuse(parsing, "%llu is beyond this machine's CPUs 0-%u",
			      (unsigned long long)range.last, draft->cpus - 1);
	for (cpu = range.first; !err && cpu <= range.last; cpu++)
		err = draft_add(parsing, &draft->numbers, &cpu);
	return err;
}

int parse_cpus(const char *option, const char *text, unsigned int cpus, struct procsieve_list *list,
	       struct reason *why)
{
	const struct parsing parsing = {option, why};
	struct cpus_draft draft = {.cpus = cpus};
	int err;

	err = draft_begin_list(&parsing, &draft.numbers, list);
	if (!err)
		err = list_walk(&parsing, text, add_cpus, &draft);
	return draft_end_list(&draft.numbers, list, err);
}

/* The words parsed so far, as a mask; `of` is WITH_OF_*. */
struct words_draft {
	uint32_t words;
	unsigned int of;
};

/* Writes "exe, cwd, ..." to `text`. */
static void list_words(char *text, size_t size, unsigned int of)
{
	*text = '\0';
	for (unsigned int word = 0; word < WITH_WORD_COUNT; word++) {
		const char *name = with_name(word, of);
		size_t length = strlen(text);

		if (name)
			snprintf(text + length, size - length, "%s%s", length ? ", " : "", name);
	}
}

static int add_word(const struct parsing *parsing, const char *item, void *result)
{
	struct words_draft *draft = result;
	int word = with_find(item, draft->of);
	char known[256];

	if (word < 0) {
		list_words(known, sizeof(known), draft->of);
		return refuse(parsing, "%s is unknown%s; known: %s", quote(item),
			      nearest_listed(item, known), known);
	}
	draft->words |= 1u << word;
	return 0;
}

int parse_with(const char *option, const char *text, unsigned int of, uint32_t *words,
	       struct reason *why)
{
	struct words_draft draft = {*words, of};
	int err = list_walk(&(struct parsing){option, why}, text, add_word, &draft);

	if (!err)
		*words = draft.words;
	return err;
}

/* Adds one state letter to a mask. */
static int add_state(const struct parsing *parsing, const char *item, void *result)
{
	const char *letter = item[0] && !item[1] ? strchr(PROCSIEVE_STATES, item[0]) : NULL;

	if (!letter)
		return refuse(parsing, "%s is not a state; known: R, S, D, T, t, X, Z, P, I",
			      quote(item));
	*(uint32_t *)result |= 1u << (letter - PROCSIEVE_STATES);
	return 0;
}

int parse_states(const char *option, const char *text, uint32_t *states, struct reason *why)
{
	uint32_t draft = *states;
	int err = list_walk(&(struct parsing){option, why}, text, add_state, &draft);

	if (!err)
		*states = draft;
	return err;
}

static int add_comm(const struct parsing *parsing, const char *item, void *result)
{
	char comm[PROCSIEVE_COMM_SIZE] = {0};
	size_t length = strlen(item);

	if (length >= sizeof(comm))
		return refuse(parsing, "%s is longer than a name can be (%zu bytes)", quote(item),
			      sizeof(comm) - 1);
	memcpy(comm, item, length + 1);
	return draft_add(parsing, result, comm);
}

/* Adds to a list of names of `size` bytes each. */
static int parse_names(const struct parsing *parsing, const char *text, list_add *add, size_t size,
		       void **names, size_t *count)
{
	struct draft draft;
	int err;

	err = draft_begin(parsing, &draft, *names, *count, size);
	if (!err)
		err = list_walk(parsing, text, add, &draft);
	if (err) {
		free(draft.values);
		return err;
	}
	free(*names);
	*names = draft.values;
	*count = draft.count;
	return 0;
}

int parse_comms(const char *option, const char *text, struct procsieve_filter *filter,
		struct reason *why)
{
	return parse_names(&(struct parsing){option, why}, text, add_comm, sizeof(*filter->comms),
			   (void **)&filter->comms, &filter->comm_count);
}

int parse_thread_comms(const char *option, const char *text, struct procsieve_filter *filter,
		       struct reason *why)
{
	return parse_names(&(struct parsing){option, why}, text, add_comm,
			   sizeof(*filter->thread_comms), (void **)&filter->thread_comms,
			   &filter->thread_comm_count);
}

static int add_env(const struct parsing *parsing, const char *item, void *result)
{
	char name[PROCSIEVE_ENV_NAME_SIZE] = {0};
	size_t length = strlen(item);

	if (strchr(item, '='))
		return refuse(parsing, "%s has a \"=\"; the name of a variable has none",
			      quote(item));
	if (length >= sizeof(name))
		return refuse(parsing, "%s is longer than %zu bytes", quote(item),
			      sizeof(name) - 1);
	memcpy(name, item, length + 1);
	return draft_add(parsing, result, name);
}

int parse_envs(const char *option, const char *text, struct procsieve_filter *filter,
	       struct reason *why)
{
	return parse_names(&(struct parsing){option, why}, text, add_env, sizeof(*filter->envs),
			   (void **)&filter->envs, &filter->env_count);
}

void filter_clear(struct procsieve_filter *filter)
{
	free(filter->pids.values);
	free(filter->uids.values);
	free(filter->euids.values);
	free(filter->gids.values);
	free(filter->auids.values);
	free(filter->cgroups.values);
	free(filter->cpus.values);
	free(filter->comms);
	free(filter->thread_comms);
	free(filter->envs);
	free(filter->cgroup_paths);
	memset(filter, 0, sizeof(*filter));
}
