// SPDX-License-Identifier: GPL-2.0-or-later
/* Explains why no process of other users is reported; see own_only.h. */
#include "cli/own_only.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include <procsieve/procsieve.h>

#include "lib/connection.h"

static bool lists_only_others(const struct procsieve_list *uids)
{
	for (size_t i = 0; i < uids->count; i++)
		if (uids->values[i] == geteuid())
			return false;
	return uids->count;
}

/* Returns false without a server: only a privileged caller can do without, and it sees all. */
static bool is_restricted(const struct common_options *options)
{
	int connection = connection_open(options->socket ? options->socket : PROCSIEVE_SOCKET);
	struct wire_status status = {0};
	bool restricted;

	if (connection < 0)
		return false;
	restricted = !connection_status(connection, &status) && status.restricted;
	close(connection);
	return restricted;
}

void own_only_explain(const struct common_options *options)
{
	const struct procsieve_filter *filter = &options->filter;
	const bool euids = lists_only_others(&filter->euids);

	if (options->standalone || (!euids && !lists_only_others(&filter->uids)) ||
	    !is_restricted(options))
		return;
	fprintf(stderr,
		"procsieve: none of the users of %s is you (%u), and the server reports to you "
		"only processes that you own; root and members of --allow-group get all\n",
		euids ? "--euid" : "--user", geteuid());
}
