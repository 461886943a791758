// SPDX-License-Identifier: BSD-2-Clause
/* Encodes and decodes requests; see wire.h. */
#include "lib/wire.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <procsieve/event.h>

#define KNOWN_FLAGS                                                                              \
	(WIRE_THREADS | WIRE_NO_ARGS | WIRE_FOLLOW | WIRE_STATUSES | WIRE_CORE | WIRE_EXISTING | \
	 WIRE_MAPPINGS | WIRE_FDS)
#define KNOWN_SECTIONS ((1u << PROCSIEVE_SECTION_COUNT) - 1)

/* Access to a list of a filter, for any type of values. */
struct list_view {
	void **values;
	size_t *count;
	size_t size, most; /* bytes of one value, number of values */
};

static void view_lists(struct procsieve_filter *filter, struct list_view lists[WIRE_LIST_COUNT])
{
	struct procsieve_list *const numbers[] = {&filter->pids,    &filter->uids, &filter->gids,
						  &filter->cgroups, &filter->cpus, &filter->euids,
						  &filter->auids};
	static const struct list_view limits[WIRE_LIST_COUNT] = {
#define X(member, bytes, number) {.size = (bytes), .most = (number)},
		WIRE_LISTS(X)
#undef X
	};

	memcpy(lists, limits, sizeof(limits));
	for (unsigned int i = WIRE_pids; i <= WIRE_auids; i++) {
		lists[i].values = (void **)&numbers[i]->values;
		lists[i].count = &numbers[i]->count;
	}
	lists[WIRE_comms].values = (void **)&filter->comms;
	lists[WIRE_comms].count = &filter->comm_count;
	lists[WIRE_thread_comms].values = (void **)&filter->thread_comms;
	lists[WIRE_thread_comms].count = &filter->thread_comm_count;
	lists[WIRE_envs].values = (void **)&filter->envs;
	lists[WIRE_envs].count = &filter->env_count;
	lists[WIRE_cgroup_paths].values = (void **)&filter->cgroup_paths;
	lists[WIRE_cgroup_paths].count = &filter->cgroup_path_count;
}

void wire_head_set(struct wire_head *head, enum wire_operation operation, size_t size)
{
	*head = (struct wire_head){
		.magic = WIRE_MAGIC, .version = WIRE_VERSION, .operation = operation, .size = size};
}

size_t wire_reply_set_text(struct wire_reply *reply, enum wire_operation operation,
			   const char *text)
{
	size_t size;

	snprintf(reply->text, sizeof(reply->text), "%s", text);
	size = offsetof(struct wire_reply, text) + strlen(reply->text) + 1;
	wire_head_set(&reply->head, operation, size);
	return size;
}

const char *wire_reply_text(const struct wire_reply *reply, size_t size)
{
	const size_t fixed = offsetof(struct wire_reply, text);

	return size > fixed && !((const char *)reply)[size - 1] ? reply->text : NULL;
}

__u32 wire_flags(const struct procsieve_filter *filter)
{
	return (filter->threads ? WIRE_THREADS : 0) | (filter->no_args ? WIRE_NO_ARGS : 0) |
	       (filter->follow ? WIRE_FOLLOW : 0) | (filter->statuses_set ? WIRE_STATUSES : 0) |
	       (filter->statuses_set && filter->statuses.core ? WIRE_CORE : 0);
}

void wire_counts(const struct procsieve_filter *filter, __u32 counts[WIRE_LIST_COUNT])
{
	struct procsieve_filter copy = *filter;
	struct list_view lists[WIRE_LIST_COUNT];

	view_lists(&copy, lists);
	for (unsigned int i = 0; i < WIRE_LIST_COUNT; i++)
		counts[i] = *lists[i].count;
}

static void fill_listen(struct wire_listen *listen, const struct wire_request *request)
{
	const struct procsieve_filter *filter = &request->filter;
	const struct procsieve_selection *selection = &request->selection;

	*listen = (struct wire_listen){
		.ring_size = request->ring_size,
		.events = filter->events,
		.sections = filter->sections,
		.flags = wire_flags(filter) | (request->existing ? WIRE_EXISTING : 0) |
			 (selection->mappings ? WIRE_MAPPINGS : 0) |
			 (selection->fds ? WIRE_FDS : 0),
		.strategy = selection->strategy,
		.root = selection->root,
		.states = selection->states,
		.process_sections = selection->sections,
	};
	memcpy(listen->codes, filter->statuses.codes, sizeof(listen->codes));
	memcpy(listen->signals, filter->statuses.signals, sizeof(listen->signals));
}

long wire_encode(const struct wire_request *request, void *packet, size_t room)
{
	struct procsieve_filter copy = request->filter;
	struct list_view lists[WIRE_LIST_COUNT];
	struct wire_listen listen;
	size_t size = sizeof(listen);

	view_lists(&copy, lists);
	fill_listen(&listen, request);
	for (unsigned int i = 0; i < WIRE_LIST_COUNT; i++) {
		size_t bytes = *lists[i].count * lists[i].size;

		if (*lists[i].count > lists[i].most)
			return -EINVAL;
		if (room < size || room - size < bytes)
			return -ENOSPC;
		if (bytes)
			memcpy((char *)packet + size, *lists[i].values, bytes);
		listen.counts[i] = *lists[i].count;
		size += bytes;
	}
	wire_head_set(&listen.head, request->operation, size);
	listen.head.pid = getpid();
	memcpy(packet, &listen, sizeof(listen));
	return size;
}

/* The buffer for the reason why a request is refused. */
struct refusal {
	char *text;
	size_t size;
};

__attribute__((format(printf, 2, 3))) static int refuse_request(const struct refusal *refusal,
								const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(refusal->text, refusal->size, format, args);
	va_end(args);
	return -EINVAL;
}

static int check_head(const struct wire_head *head, size_t size, const struct refusal *refusal)
{
	if (head->magic != WIRE_MAGIC)
		return refuse_request(refusal, "this is not a request of the procsieve protocol");
	if (head->version != WIRE_VERSION)
		return refuse_request(refusal,
				      "the request has protocol version %u; this server has %u",
				      head->version, WIRE_VERSION);
	if (head->size != size)
		return refuse_request(refusal, "the request claims %u bytes, but has %zu",
				      head->size, size);
	return 0;
}

static int check_listen(const struct wire_listen *listen, const struct refusal *refusal)
{
	if ((!listen->events && listen->head.operation == WIRE_LISTEN) ||
	    listen->events & ~PROCSIEVE_ALL_EVENTS)
		return refuse_request(refusal, "the request has no events, or unknown ones (%#llx)",
				      listen->events);
	if ((listen->sections | listen->process_sections) & ~KNOWN_SECTIONS)
		return refuse_request(refusal, "the request has unknown sections (%#x)",
				      (listen->sections | listen->process_sections) &
					      ~KNOWN_SECTIONS);
	if (listen->flags & ~KNOWN_FLAGS)
		return refuse_request(refusal, "the request has unknown flags (%#x)",
				      listen->flags & ~KNOWN_FLAGS);
	if (listen->flags & WIRE_FOLLOW && !listen->counts[WIRE_pids])
		return refuse_request(refusal, "the request follows processes, but names none");
	if (listen->counts[WIRE_cgroup_paths] && listen->head.operation == WIRE_SNAPSHOT)
		return refuse_request(refusal,
				      "a snapshot takes cgroups by their ids, not by paths");
	if (listen->strategy > PROCSIEVE_DESCENDANTS || listen->states >> PROCSIEVE_STATE_COUNT)
		return refuse_request(refusal,
				      "the request has an unknown strategy or process state");
	return 0;
}

/*
 * Returns whether this is a name: not empty, and zero from its end to the end of its space, so that
 * equal names have equal bytes.
 */
static bool is_name(const char *name, size_t size)
{
	size_t length = strnlen(name, size);

	if (!length || length == size)
		return false;
	for (; length < size; length++)
		if (name[length])
			return false;
	return true;
}

/* Returns whether a component of a path may be in a filter; it ends before `end`. */
static bool is_component(const char *at, const char *end)
{
	size_t length = end - at;
	const char *star = memchr(at, '*', length);

	if (!length || length > 255 || (length <= 2 && !memcmp(at, "..", length)))
		return false;
	return !star || !memchr(star + 1, '*', end - star - 1);
}

static bool is_cgroup_path(const char *path)
{
	const char *at = path, *end;
	unsigned int depth = 0;

	if (*path != '/' || !is_name(path, PROCSIEVE_CGROUP_PATH_SIZE))
		return false;
	for (; path[1] && *at; at = end) {
		end = at + 1 + strcspn(at + 1, "/");
		if (!is_component(at + 1, end) || ++depth > PROCSIEVE_CGROUP_PATH_DEPTH)
			return false;
	}
	return true;
}

static int check_cgroup_paths(const char *values, size_t count, const struct refusal *refusal)
{
	struct procsieve_cgroup_path path;
	size_t globs = 0;

	for (size_t i = 0; i < count; i++) {
		memcpy(&path, values + i * sizeof(path), sizeof(path));
		if (!is_cgroup_path(path.path))
			return refuse_request(refusal,
					      "a path of a cgroup in the request is invalid");
		globs += strchr(path.path, '*') != NULL;
	}
	if (globs > PROCSIEVE_CGROUP_GLOBS_MAX)
		return refuse_request(refusal,
				      "the request has %zu paths of cgroups with a '*', at most %d "
				      "are allowed",
				      globs, PROCSIEVE_CGROUP_GLOBS_MAX);
	return 0;
}

/* Returns the largest number that a list may contain. */
static __u64 largest_value(enum wire_list list)
{
	if (list == WIRE_cgroups)
		return ~0ull;
	return list == WIRE_auids ? PROCSIEVE_AUID_SET : 0xfffffffe;
}

static int check_values(enum wire_list list, const char *values, size_t count, size_t size,
			const struct refusal *refusal)
{
	const __u64 most = largest_value(list);
	__u64 number;

	if (list == WIRE_cgroup_paths)
		return check_cgroup_paths(values, count, refusal);
	for (size_t i = 0; i < count; i++) {
		if (list == WIRE_comms || list == WIRE_thread_comms || list == WIRE_envs) {
			if (!is_name(values + i * size, size))
				return refuse_request(
					refusal, "a name in the request is empty or has no end");
			continue;
		}
		memcpy(&number, values + i * size, sizeof(number));
		if (number > most || (list == WIRE_pids && !number))
			return refuse_request(refusal, "a number in the request is out of range");
	}
	return 0;
}

/* Copies the lists, which follow the fixed part, into the filter. */
static int decode_lists(const struct wire_listen *listen, const char *bytes, size_t left,
			struct procsieve_filter *filter, const struct refusal *refusal)
{
	struct list_view lists[WIRE_LIST_COUNT];

	view_lists(filter, lists);
	for (unsigned int i = 0; i < WIRE_LIST_COUNT; i++) {
		size_t count = listen->counts[i], size = count * lists[i].size;
		int err;

		if (count > lists[i].most || size > left)
			return refuse_request(refusal,
					      "a list in the request claims %zu values, too many",
					      count);
		err = check_values(i, bytes, count, lists[i].size, refusal);
		if (err)
			return err;
		if (count) {
			*lists[i].values = malloc(size);
			if (!*lists[i].values)
				return -ENOMEM;
			memcpy(*lists[i].values, bytes, size);
		}
		*lists[i].count = count;
		bytes += size;
		left -= size;
	}
	return left ? refuse_request(refusal, "the request has %zu bytes after its lists", left)
		    : 0;
}

static int decode_listen(const void *packet, size_t size, struct wire_request *request,
			 const struct refusal *refusal)
{
	struct procsieve_filter *filter = &request->filter;
	struct wire_listen listen;
	int err;

	if (size < sizeof(listen))
		return refuse_request(refusal, "the request is too short");
	memcpy(&listen, packet, sizeof(listen));
	err = check_listen(&listen, refusal);
	if (err)
		return err;
	request->ring_size = listen.ring_size;
	request->existing = listen.flags & WIRE_EXISTING;
	request->selection = (struct procsieve_selection){
		.strategy = listen.strategy,
		.root = listen.root,
		.states = listen.states,
		.sections = listen.process_sections,
		.mappings = listen.flags & WIRE_MAPPINGS,
		.fds = listen.flags & WIRE_FDS,
	};
	filter->events = listen.events;
	filter->sections = listen.sections;
	filter->threads = listen.flags & WIRE_THREADS;
	filter->no_args = listen.flags & WIRE_NO_ARGS;
	filter->follow = listen.flags & WIRE_FOLLOW;
	filter->statuses_set = listen.flags & WIRE_STATUSES;
	filter->statuses.core = listen.flags & WIRE_CORE;
	memcpy(filter->statuses.codes, listen.codes, sizeof(listen.codes));
	memcpy(filter->statuses.signals, listen.signals, sizeof(listen.signals));
	return decode_lists(&listen, (const char *)packet + sizeof(listen), size - sizeof(listen),
			    filter, refusal);
}

int wire_decode(const void *packet, size_t size, struct wire_request *request, char *reason,
		size_t reason_size)
{
	const struct refusal refusal = {reason, reason_size};
	struct wire_head head;
	int err;

	memset(request, 0, sizeof(*request));
	if (size < sizeof(head))
		return refuse_request(&refusal, "the request is too short");
	memcpy(&head, packet, sizeof(head));
	err = check_head(&head, size, &refusal);
	if (err)
		return err;
	request->operation = head.operation;
	request->pid = head.pid;
	if (head.operation == WIRE_LISTEN || head.operation == WIRE_SNAPSHOT)
		err = decode_listen(packet, size, request, &refusal);
	else if (head.operation != WIRE_STATUS || size != sizeof(head))
		err = refuse_request(&refusal, "the request has an unknown operation (%u)",
				     head.operation);
	if (err)
		wire_request_clear(request);
	return err;
}

void wire_request_clear(struct wire_request *request)
{
	struct list_view lists[WIRE_LIST_COUNT];

	view_lists(&request->filter, lists);
	for (unsigned int i = 0; i < WIRE_LIST_COUNT; i++)
		free(*lists[i].values);
	memset(&request->filter, 0, sizeof(request->filter));
}
