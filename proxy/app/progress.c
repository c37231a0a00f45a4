#include "progress.h"

#include <stdio.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "term.h"

enum { WAIT_MS = 500, BETWEEN_MS = 100, BAR = 20 };

void progress_begin(struct progress *p, const char *what)
{
    *p = (struct progress){
        .what = what,
        .begun_ms = clock_steady_ms(clock_system()),
        .is_tty = isatty(STDERR_FILENO),
    };
}

/* A line that went on in the next could not be taken back. */
static int line_most(void)
{
    struct winsize window = {0};
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 1;

    return known ? window.ws_col - 1 : TERM_USUAL - 1;
}

void progress_tell(struct progress *p, int64_t done, int64_t of, int64_t n)
{
    int64_t now = clock_steady_ms(clock_system());
    int64_t filled = of > 0 ? done * BAR / of : 0;
    struct text line = {0};

    if (!p->is_tty || now - p->begun_ms < WAIT_MS || now - p->told_ms < BETWEEN_MS)
        return;
    int most = line_most();

    p->told_ms = now;
    p->shown = true;
    if (most > 2 * BAR) {
        text_add_char(&line, '[');
        for (int64_t i = 0; i < BAR; i++)
            text_add_char(&line, i < filled ? '#' : '.');
        text_add(&line, "] ");
    }
    term_number(&line, n);
    text_printf(&line, " %s", p->what);
    fprintf(stderr, "\r%.*s\033[K", most, text_str(&line));
    fflush(stderr);
    text_fini(&line);
}

void progress_end(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}
