// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads a snapshot; see <procsieve/snapshot.h>. All its streams are in the order of the process
 * ids. So the records of the other streams about a process are returned right after the process,
 * and nothing needs to be stored.
 */
#include <procsieve/snapshot.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <procsieve/read_record.h>

/* More than the kernel returns from one read(2), and so more than the longest record. */
#define BUFFER_SIZE (128 * 1024)

struct stream {
	int fd; /* -1: none */
	char *buffer;
	size_t at, end; /* the part of the buffer that was not returned yet */
	bool ended;
	const struct procsieve_frame *frame; /* the next one; NULL: not found yet */
};

struct procsieve_snapshot {
	struct stream streams[PROCSIEVE_STREAM_COUNT];
	struct procsieve_frame process; /* the last one returned */
	__u64 start_ns;	     /* its start: its id may be reused before another stream gets there */
	unsigned int stream; /* its stream that is read now; 0: none, the next process follows */
};

static size_t padded_size(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

/* Reads more into the buffer. Returns 0 or -errno; sets `ended` at the end of the stream. */
static int read_more(struct stream *stream)
{
	ssize_t got;

	memmove(stream->buffer, stream->buffer + stream->at, stream->end - stream->at);
	stream->end -= stream->at;
	stream->at = 0;
	do {
		/* EAGAIN: the kernel has passed very many tasks, none of them requested. */
		got = read(stream->fd, stream->buffer + stream->end, BUFFER_SIZE - stream->end);
	} while (got < 0 && (errno == EAGAIN || errno == EINTR));
	if (got < 0)
		return -errno;
	stream->ended = !got;
	stream->end += got;
	return 0;
}

/* Sets `frame` to the next frame if it is NULL; it stays NULL at the end. Returns 0 or -errno. */
static int find_frame(struct stream *stream)
{
	int err = 0;

	while (!stream->frame && stream->fd >= 0) {
		const struct procsieve_frame *frame = (void *)(stream->buffer + stream->at);
		size_t left = stream->end - stream->at;

		if (left >= sizeof(*frame) && left - sizeof(*frame) >= padded_size(frame->size))
			stream->frame = frame;
		else if (stream->ended || left == BUFFER_SIZE)
			return left ? -EPROTO : 0;
		else
			err = read_more(stream);
		if (err)
			return err;
	}
	return stream->frame && stream->frame->size < sizeof(struct procsieve_record) ? -EPROTO : 0;
}

static void skip_frame(struct stream *stream)
{
	stream->at += sizeof(*stream->frame) + padded_size(stream->frame->size);
	stream->frame = NULL;
}

static const struct procsieve_record *record_of(const struct stream *stream)
{
	return (const struct procsieve_record *)(stream->frame + 1);
}

/* Returns whether the next record is about another process that has the same id. */
static bool has_reused_id(const struct procsieve_snapshot *snapshot, const struct stream *stream)
{
	return stream->frame->order == snapshot->process.order &&
	       record_of(stream)->start_ns != snapshot->start_ns;
}

/*
 * Finds the next record of a stream that is about the current process. Returns 1: it is in `frame`;
 * 0: there is none; or -errno.
 */
static int find_frame_of_process(struct procsieve_snapshot *snapshot, struct stream *stream)
{
	int err;

	while (!(err = find_frame(stream)) && stream->frame &&
	       (stream->frame->order < snapshot->process.order || has_reused_id(snapshot, stream)))
		skip_frame(stream);
	return err ? err : stream->frame && stream->frame->order == snapshot->process.order;
}

static int find_next_frame(struct procsieve_snapshot *snapshot)
{
	int found = 0;

	while (!found && snapshot->stream && snapshot->stream < PROCSIEVE_STREAM_COUNT) {
		found = find_frame_of_process(snapshot, &snapshot->streams[snapshot->stream]);
		if (!found)
			snapshot->stream++;
	}
	if (found)
		return found;
	snapshot->stream = 0;
	found = find_frame(&snapshot->streams[0]);
	return found ? found : snapshot->streams[0].frame != NULL;
}

int procsieve_snapshot_next(struct procsieve_snapshot *snapshot,
			    const struct procsieve_record **record, size_t *size)
{
	int found = find_next_frame(snapshot);
	struct stream *stream = &snapshot->streams[snapshot->stream];

	if (found <= 0 || !stream->frame)
		return found;
	*record = record_of(stream);
	*size = stream->frame->size;
	/* Threads are in the order of their own ids, so they do not follow their process. */
	if (!snapshot->stream && !((*record)->flags & PROCSIEVE_F_THREAD)) {
		snapshot->process = *stream->frame;
		snapshot->start_ns = (*record)->start_ns;
		snapshot->stream = 1;
	}
	skip_frame(stream);
	return 1;
}

int procsieve_snapshot_adopt(struct procsieve_snapshot **snapshot,
			     const int fds[PROCSIEVE_STREAM_COUNT])
{
	struct procsieve_snapshot *created = calloc(1, sizeof(*created));
	bool complete = created != NULL;

	for (unsigned int i = 0; i < PROCSIEVE_STREAM_COUNT; i++) {
		if (!created) {
			if (fds[i] >= 0)
				close(fds[i]);
			continue;
		}
		created->streams[i].fd = fds[i];
		if (fds[i] >= 0)
			created->streams[i].buffer = malloc(BUFFER_SIZE);
		complete &= fds[i] < 0 || created->streams[i].buffer;
	}
	if (!complete) {
		procsieve_snapshot_close(created);
		return -ENOMEM;
	}
	*snapshot = created;
	return 0;
}

void procsieve_snapshot_close(struct procsieve_snapshot *snapshot)
{
	if (!snapshot)
		return;
	for (unsigned int i = 0; i < PROCSIEVE_STREAM_COUNT; i++) {
		if (snapshot->streams[i].fd >= 0)
			close(snapshot->streams[i].fd);
		free(snapshot->streams[i].buffer);
	}
	free(snapshot);
}
