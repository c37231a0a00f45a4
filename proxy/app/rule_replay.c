#include "rule_replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "flow/flow_read.h"
#include "script/replay.h"

enum { WHERE_CAP = 32 };

/* One line of the log. The flow goes into the replay. */
static bool line_play(struct replay *r, const char *line, size_t len, size_t number, struct err *e)
{
    char where[WHERE_CAP];
    struct text out = {0};

    if (strspn(line, " \t\r\n") == len)
        return true;
    struct flow *f = flow_read(line, len, e);

    if (!f)
        return false;
    snprintf(where, sizeof where, "%zu", number);
    replay_flow(r, f, where, &out);
    fputs(text_str(&out), stdout);
    text_fini(&out);
    return true;
}

static bool lines_play(struct replay *r, FILE *log, const char *name, struct err *e)
{
    char *line = NULL;
    size_t cap = 0, number = 0;
    bool right = true;

    for (ssize_t n; right && (n = getline(&line, &cap, log)) >= 0;) {
        right = line_play(r, line, (size_t)n, ++number, e);
        if (!right)
            err_wrap(e, "%s:%zu", name, number);
    }
    free(line);
    return right;
}

static void sum_up(const struct replay *r)
{
    struct replay_tally t = replay_tally(r);

    printf("%zu connections, %zu spoken of, %zu calls", t.flows, t.spoken_of, t.calls);
    if (t.faults)
        printf(", %zu with a fault of a rule", t.faults);
    putchar('\n');
}

bool rule_replay(struct rules *rules, const struct rule_replay_ask *ask, struct err *e)
{
    bool is_stdin = strcmp(ask->on, "-") == 0;
    FILE *log = is_stdin ? stdin : fopen(ask->on, "re");
    struct replay *r = NULL;

    if (!log)
        return err_sys(e, "%s", ask->on);
    bool right = replay_new(rules, ask->names, ask->n_names, ask->why, &r, e) &&
                 lines_play(r, log, is_stdin ? "standard input" : ask->on, e);

    if (right)
        sum_up(r);
    replay_free(r);
    if (!is_stdin)
        fclose(log);
    return right;
}
