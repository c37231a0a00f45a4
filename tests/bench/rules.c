/* tests/bench/rules.c - what the shipped rules cost a connection: each line of a log lives again,
 * ROUNDS times, under all of them.
 *
 *   rules_bench RULES_FOLDER LIBRARY LOG [ROUNDS]
 *
 * Prints for each line its host, how many calls of rules it woke, and the microseconds of a life.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "flow/flow.h"
#include "flow/flow_read.h"
#include "hook/hook.h"
#include "script/rules.h"

enum { ROUNDS = 200, ROUNDS_MOST = 100000 };

/* A function of its own for callgrind's --toggle-collect. */
#define COUNTED __attribute__((noinline))

/* The moments that the relay would let it live through. */
COUNTED static size_t live(struct hooks *h, struct flow *f)
{
    size_t woken = f->client_leg ? hook_fire(h, MOMENT_HELLO, f, NULL) : 0;

    if (f->server_leg)
        woken += hook_fire(h, MOMENT_JUDGED, f, NULL);
    if (f->failed_leg)
        woken += hook_fire(h, MOMENT_TLS_FAILED, f, NULL);
    return woken + hook_fire(h, MOMENT_FINISH, f, NULL);
}

static double now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int line_measure(struct hooks *h, const char *line, size_t len, long rounds)
{
    double spent = 0;
    size_t woken = 0;
    struct err e = {0};
    char host[80] = "-";

    for (long i = 0; i < rounds; i++) {
        struct flow *f = flow_read(line, len, &e);

        if (!f) {
            fprintf(stderr, "%s\n", e.text);
            return 2;
        }
        f->notes = NULL;
        f->n_notes = 0;
        snprintf(host, sizeof host, "%s", f->target->host ? f->target->host : "-");
        double begin = now_us();

        woken += live(h, f);
        spent += now_us() - begin;
        flow_free(f);
    }
    printf("%-40s %5.1f calls %8.1f us\n", host, (double)woken / (double)rounds,
        spent / (double)rounds);
    return 0;
}

int main(int argc, char **argv)
{
    struct rules *rules;
    struct err e = {0};
    long rounds = argc > 4 ? strtol(argv[4], NULL, 10) : ROUNDS;
    FILE *log = argc > 3 ? fopen(argv[3], "re") : NULL;

    if (!log || rounds < 1 || rounds > ROUNDS_MOST) {
        fprintf(stderr, "usage: rules_bench RULES_FOLDER LIBRARY LOG [ROUNDS]\n");
        return 2;
    }
    const char *folders[] = {argv[1], NULL};
    struct hooks *h = hooks_new();

    if (!rules_load(&(struct rules_config){.folders = folders, .library = argv[2]}, NULL, NULL,
            &rules, &e) ||
        !rules_attach(rules, h, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return 2;
    }
    char *line = NULL;
    size_t cap = 0;
    int code = 0;

    for (ssize_t n; code == 0 && (n = getline(&line, &cap, log)) > 0;)
        code = line_measure(h, line, (size_t)n, rounds);
    free(line);
    fclose(log);
    hooks_free(h);
    rules_unref(rules);
    return code;
}
