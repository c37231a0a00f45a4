/* base/mailbox.h - a bounded queue between threads: many posters, one reader.
 *
 * The reader either sleeps in mailbox_wait (a plain thread) or is woken through a file descriptor
 * (an event loop). */
#ifndef WHYTLS_BASE_MAILBOX_H
#define WHYTLS_BASE_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"

struct mailbox;

/* At most `most` letters wait; mailbox_post says no to one more. */
struct mailbox *mailbox_new(size_t most);
/* Letters still inside are handed to `drop` (may be NULL). No other thread may hold the mailbox any
 * more. */
void mailbox_free(struct mailbox *m, void (*drop)(void *letter));
/* Thread: any. Ownership of the letter goes in when true. False: full, or closed. */
bool mailbox_post(struct mailbox *m, void *letter) MUST_USE;
/* The oldest letter, or NULL when there is none now. Reader only. */
void *mailbox_take(struct mailbox *m);
/* Waits up to timeout_ms (-1: for ever) for a letter. NULL: time is up, or closed and empty. Reader
 * only. */
void *mailbox_wait(struct mailbox *m, int timeout_ms);
/* Waits up to timeout_ms until `enough` letters are there, or it is closed, and takes none: fewer
 * wake nobody, so that a busy reader costs the posters nothing. Reader only. */
void mailbox_gather(struct mailbox *m, size_t enough, int timeout_ms);
/* No more letters are taken in; the reader still gets those inside. Thread: any. */
void mailbox_close(struct mailbox *m);
bool mailbox_is_closed(struct mailbox *m);
/* Letters waiting now; and how many were turned away so far. */
size_t mailbox_len(struct mailbox *m);
uint64_t mailbox_refused(struct mailbox *m);
/* A descriptor that is readable while letters wait, and for good once the mailbox is closed; the
 * reader's loop watches it. Owned by the mailbox; made when first asked for. -1 when the process
 * had no descriptor left. */
int mailbox_fd(struct mailbox *m);

#endif
