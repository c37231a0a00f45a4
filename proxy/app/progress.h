/* app/progress.h - one line on a terminal for work that takes its time: a bar, a count. Nothing is
 * shown where standard error is no terminal, and nothing for what is done within half a second. */
#ifndef WHYTLS_APP_PROGRESS_H
#define WHYTLS_APP_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what; /* "connections" */
    int64_t begun_ms, told_ms;
    bool is_tty, shown;
};

void progress_begin(struct progress *p, const char *what);
/* `done` of `of`; `n` is the count that is told. */
void progress_tell(struct progress *p, int64_t done, int64_t of, int64_t n);
/* The line goes. */
void progress_end(struct progress *p);

#endif
