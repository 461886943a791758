// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arbitrary bytes as a configuration file. The resulting settings, written to a file again, give
 * the same settings.
 */
#include "fuzz.h"

#include <ctype.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "parse/config_file.h"

/* The settings, as "name=value" lines. */
struct settings {
	char *text;
	size_t size, room;
};

static void require_trimmed(const char *text)
{
	size_t length = strlen(text);

	require(!strchr(text, '\n'));
	require(!length ||
		(!isspace((unsigned char)*text) && !isspace((unsigned char)text[length - 1])));
}

static int store_setting(void *context, const char *name, const char *value, struct reason *why)
{
	struct settings *settings = context;
	size_t left = settings->room - settings->size;
	int length;

	(void)why;
	require_trimmed(name);
	require_trimmed(value);
	require(*name && *name != '#' && !strchr(name, '='));
	length = snprintf(settings->text + settings->size, left, "%s=%s\n", name, value);
	require(length > 0 && (size_t)length < left);
	settings->size += length;
	return 0;
}

/*
 * Reads a file with these bytes. The settings take no more space than the file and the end of its
 * last line.
 */
static int read_bytes(const void *bytes, size_t size, struct settings *settings)
{
	static int fd = -1;
	struct reason why = {.text = ""};
	char path[32];
	int err;

	if (fd < 0)
		fd = memfd_create("config", MFD_CLOEXEC);
	require(!ftruncate(fd, 0));
	require(pwrite(fd, bytes, size, 0) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	*settings = (struct settings){.text = malloc(size + 2), .room = size + 2};
	require(settings->text);
	err = config_read(path, store_setting, settings, &why);
	require(!err == !why.text[0]);
	require(!err || why.status == STATUS_USAGE);
	require(strnlen(why.text, sizeof(why.text)) < sizeof(why.text));
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings first, again;

	read_bytes(data, size, &first);
	require(!read_bytes(first.text, first.size, &again));
	require(first.size == again.size && !memcmp(first.text, again.text, first.size));
	free(first.text);
	free(again.text);
	return 0;
}
