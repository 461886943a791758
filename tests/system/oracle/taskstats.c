// SPDX-License-Identifier: GPL-2.0-or-later
/* Taskstats with plain netlink sockets; see taskstats.h. */
#include "oracle/taskstats.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECEIVE_BUFFER (32 << 20)

/* The interval in ms at which the reader checks whether it should stop. */
#define SLICE_MS 50

/* The kernel accepts a CPU list of about one page at most. */
#define CPU_LIST_MAX 4000

/* Version 15 inserted fields in the middle of the structure; version 16 reverted that. */
#define VERSION_6_14 15
#define VERSION_IRQ  14

/* Version 14 added a count and a sum after the last fields of version 13. */
#define IRQ_DELAY_AT (offsetof(struct taskstats, wpcopy_delay_total) + 2 * sizeof(uint64_t))

#define AT(field)    offsetof(struct task_account, stats.field)
const struct taskstats_delay taskstats_delays[TASKSTATS_DELAYS] = {
	[TASKSTATS_CPU_DELAY] = {"cpu_delay_us", AT(cpu_delay_total)},
	{"blkio_delay_us", AT(blkio_delay_total)},
	{"swapin_delay_us", AT(swapin_delay_total)},
	{"reclaim_delay_us", AT(freepages_delay_total)},
	{"thrashing_delay_us", AT(thrashing_delay_total)},
	{"compact_delay_us", AT(compact_delay_total)},
	{"wpcopy_delay_us", AT(wpcopy_delay_total)},
	[TASKSTATS_IRQ_DELAY] = {"irq_delay_us", offsetof(struct task_account, irq_delay_total)},
};
#undef AT

int64_t taskstats_number(const struct task_account *account, size_t at)
{
	int64_t number;

	memcpy(&number, (const char *)account + at, sizeof(number));
	return number;
}

struct message {
	struct nlmsghdr header;
	struct genlmsghdr generic;
	char attributes[8192] __attribute__((aligned(NLA_ALIGNTO))); /* after the headers */
};

static const struct nlattr *attribute_next(const struct nlattr *attribute)
{
	return (const void *)((const char *)attribute + NLA_ALIGN(attribute->nla_len));
}

/* Finds an attribute of a type between two addresses; NULL if there is none. */
static const struct nlattr *attribute_find(const void *from, const void *end, int type)
{
	const struct nlattr *attribute = from;

	while ((const char *)(attribute + 1) <= (const char *)end &&
	       attribute->nla_len >= sizeof(*attribute) &&
	       (const char *)attribute + attribute->nla_len <= (const char *)end) {
		if ((attribute->nla_type & NLA_TYPE_MASK) == type)
			return attribute;
		attribute = attribute_next(attribute);
	}
	return NULL;
}

static const void *attribute_data(const struct nlattr *attribute)
{
	return (const char *)attribute + NLA_HDRLEN;
}

static size_t attribute_size(const struct nlattr *attribute)
{
	return attribute->nla_len - NLA_HDRLEN;
}

static const void *attribute_end(const struct nlattr *attribute)
{
	return (const char *)attribute + attribute->nla_len;
}

/* Sends a command with one attribute. */
static bool send_command(int fd, unsigned short family, unsigned char command, unsigned short type,
			 const void *data, size_t size)
{
	struct nlattr attribute = {.nla_len = NLA_HDRLEN + size, .nla_type = type};
	struct message message = {
		.header = {.nlmsg_type = family, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
		.generic = {.cmd = command, .version = 1},
	};

	if (size > CPU_LIST_MAX)
		return false;
	memcpy(message.attributes, &attribute, sizeof(attribute));
	memcpy(message.attributes + NLA_HDRLEN, data, size);
	message.header.nlmsg_len =
		offsetof(struct message, attributes) + NLA_ALIGN(NLA_HDRLEN + size);
	return send(fd, &message, message.header.nlmsg_len, 0) == message.header.nlmsg_len;
}

/*
 * Reads up to the acknowledgement that ends a request. `answer` receives the message before it, if
 * any.
 */
static bool receive_reply(int fd, struct message *answer)
{
	union {
		struct message message;
		struct {
			struct nlmsghdr header;
			struct nlmsgerr error;
		};
	} got;

	while (recv(fd, &got, sizeof(got), 0) > 0) {
		if (got.header.nlmsg_type == NLMSG_ERROR)
			return !got.error.error;
		if (answer)
			*answer = got.message;
	}
	return false;
}

static bool resolve(struct taskstats_client *client)
{
	struct message answer = {0};
	const struct nlattr *id;

	if (!send_command(client->fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME,
			  TASKSTATS_GENL_NAME, sizeof(TASKSTATS_GENL_NAME)) ||
	    !receive_reply(client->fd, &answer) || answer.header.nlmsg_len > sizeof(answer))
		return false;
	id = attribute_find(answer.attributes, (char *)&answer + answer.header.nlmsg_len,
			    CTRL_ATTR_FAMILY_ID);
	if (!id || attribute_size(id) < sizeof(client->family))
		return false;
	memcpy(&client->family, attribute_data(id), sizeof(client->family));
	return true;
}

/* Passes all possible CPUs, so that a CPU that comes online later is included. */
static bool send_cpus(struct taskstats_client *client, unsigned short type)
{
	int fd = open("/sys/devices/system/cpu/possible", O_RDONLY | O_CLOEXEC);
	char list[CPU_LIST_MAX];
	ssize_t size;

	if (fd < 0)
		return false;
	size = read(fd, list, sizeof(list) - 1);
	close(fd);
	if (size <= 1)
		return false;
	list[size - 1] = '\0'; /* overwrites the newline */
	return send_command(client->fd, client->family, TASKSTATS_CMD_GET, type, list, size);
}

static struct task_account *account_new(struct taskstats_client *client)
{
	if (client->count == client->room) {
		size_t room = 2 * client->room + 1000;
		void *grown = realloc(client->accounts, room * sizeof(*client->accounts));

		if (!grown)
			abort();
		client->accounts = grown;
		client->room = room;
	}
	client->accounts[client->count] = (struct task_account){0};
	return &client->accounts[client->count++];
}

/* The kernel's structure may be longer or shorter than the one in the header. */
static void copy_stats(struct task_account *account, const struct nlattr *stats)
{
	const char *data = attribute_data(stats);
	size_t size = attribute_size(stats);

	memcpy(&account->stats, data,
	       size < sizeof(account->stats) ? size : sizeof(account->stats));
	if (account->stats.version >= VERSION_IRQ && size >= IRQ_DELAY_AT + sizeof(uint64_t))
		memcpy(&account->irq_delay_total, data + IRQ_DELAY_AT, sizeof(uint64_t));
}

/* Stores an ID and its statistics. */
static void store_account(struct taskstats_client *client, const struct nlattr *pair, int id_type)
{
	const void *end = attribute_end(pair);
	const struct nlattr *id = attribute_find(attribute_data(pair), end, id_type);
	const struct nlattr *stats =
		attribute_find(attribute_data(pair), end, TASKSTATS_TYPE_STATS);
	struct task_account *account;

	if (!id || !stats || attribute_size(id) < sizeof(account->id))
		return;
	account = account_new(client);
	memcpy(&account->id, attribute_data(id), sizeof(account->id));
	account->group = id_type == TASKSTATS_TYPE_TGID;
	copy_stats(account, stats);
}

static void add_messages(struct taskstats_client *client, const struct message *message,
			 size_t size)
{
	const void *end = (const char *)message + size;
	const struct nlattr *pair;

	if (size < offsetof(struct message, attributes) ||
	    message->header.nlmsg_type != client->family)
		return;
	pair = attribute_find(message->attributes, end, TASKSTATS_TYPE_AGGR_PID);
	if (pair)
		store_account(client, pair, TASKSTATS_TYPE_PID);
	pair = attribute_find(message->attributes, end, TASKSTATS_TYPE_AGGR_TGID);
	if (pair)
		store_account(client, pair, TASKSTATS_TYPE_TGID);
}

static volatile bool ending;

static void *read_accounts(void *argument)
{
	struct taskstats_client *client = argument;
	struct pollfd ready = {.fd = client->fd, .events = POLLIN};
	struct message message;
	bool last;

	do {
		ssize_t size;

		last = ending;
		if (poll(&ready, 1, last ? 0 : SLICE_MS) <= 0)
			continue;
		last = false;
		size = recv(client->fd, &message, sizeof(message), MSG_DONTWAIT);
		if (size < 0)
			client->overrun |= errno == ENOBUFS;
		else
			add_messages(client, &message, size);
	} while (!last);
	return NULL;
}

static bool registered(struct taskstats_client *client)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK};

	return !bind(client->fd, (struct sockaddr *)&address, sizeof(address)) && resolve(client) &&
	       send_cpus(client, TASKSTATS_CMD_ATTR_REGISTER_CPUMASK);
}

bool taskstats_start(struct taskstats_client *client)
{
	int size = RECEIVE_BUFFER;

	*client = (struct taskstats_client){
		.fd = socket(PF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC)};
	if (client->fd < 0)
		return false;
	if (setsockopt(client->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	/* Accounts that arrive before the acknowledgement belong to other tasks. */
	if (!registered(client) || !receive_reply(client->fd, NULL)) {
		close(client->fd);
		return false;
	}
	ending = false;
	return !pthread_create(&client->thread, NULL, read_accounts, client);
}

void taskstats_stop(struct taskstats_client *client)
{
	ending = true;
	pthread_join(client->thread, NULL);
	send_cpus(client, TASKSTATS_CMD_ATTR_DEREGISTER_CPUMASK);
	close(client->fd);
	for (size_t i = 0; i < client->count; i++)
		client->overrun |= client->accounts[i].stats.version == VERSION_6_14;
}

bool taskstats_get(struct taskstats_client *client, pid_t task, bool group)
{
	const unsigned short type = group ? TASKSTATS_CMD_ATTR_TGID : TASKSTATS_CMD_ATTR_PID;
	uint32_t id = (uint32_t)task;
	struct message answer = {0};
	bool received;

	*client = (struct taskstats_client){
		.fd = socket(PF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC)};
	if (client->fd < 0)
		return false;
	received = resolve(client) &&
		   send_command(client->fd, client->family, TASKSTATS_CMD_GET, type, &id,
				sizeof(id)) &&
		   receive_reply(client->fd, &answer);
	close(client->fd);
	if (received)
		add_messages(client, &answer, answer.header.nlmsg_len);
	return client->count == 1 && client->accounts[0].stats.version != VERSION_6_14;
}

void taskstats_clear(struct taskstats_client *client)
{
	free(client->accounts);
	*client = (struct taskstats_client){0};
}
