// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds other tools that watch processes; see other_tools.h. Finds only known ones: the tools of
 * the table, by their names, and listeners of the proc connector.
 */
#include "other_tools.h"

#include <ctype.h>
#include <dirent.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {"procsieve", "exitsnoop", "execsnoop", "forkstat", "bpftrace"};

static bool is_watching_tool(const char *pid)
{
	char path[300], comm[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(comm, sizeof(comm), file))
		comm[0] = '\0';
	fclose(file);
	comm[strcspn(comm, "\n")] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(comm, names[i]))
			return true;
	return false;
}

static bool watching_tool_runs(void)
{
	struct dirent *entry;
	bool found = false;
	DIR *proc = opendir("/proc");

	while (proc && !found && (entry = readdir(proc)))
		found = isdigit((unsigned char)entry->d_name[0]) && is_watching_tool(entry->d_name);
	if (proc)
		closedir(proc);
	return found;
}

/* The kernel's own socket is not counted: it is in no multicast group. */
static bool connector_has_listener(void)
{
	FILE *file = fopen("/proc/net/netlink", "re");
	unsigned int protocol, groups;
	bool found = false;
	char line[256];

	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, "%*s %u %*u %x", &protocol, &groups) == 2 &&
			protocol == NETLINK_CONNECTOR && (groups & CN_IDX_PROC);
	if (file)
		fclose(file);
	return found;
}

bool other_tool_runs(void)
{
	return watching_tool_runs() || connector_has_listener();
}
