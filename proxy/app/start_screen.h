/* app/start_screen.h - what `whytls run` prints when it is ready: the facts, the square, the steps.
 */
#ifndef WHYTLS_APP_START_SCREEN_H
#define WHYTLS_APP_START_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ca;
struct guests;
struct mirror_plan;
struct reach;
struct term;
struct text;
struct upstreams;
struct web;

struct start_facts {
    const struct reach *reach;
    const struct ca *ca;
    const struct mirror_plan *mirror;  /* NULL: no fault is shown on purpose */
    const struct guests *guests;       /* NULL: no login is asked for */
    const struct upstreams *upstreams; /* NULL: no proxy beyond */
    const struct web *web;             /* NULL: no UI */
    const char *data_dir, *log;
    const char *roots;      /* whose list is gone by: "apple", "mozilla", "custom" */
    const char *roots_from; /* which one, or which file */
    size_t threads, rules, rules_awake, n_roots;
    bool root_made, lab, roots_old;
};

/* Appends it to `out`. */
void start_screen_write(const struct term *t, const struct start_facts *facts, struct text *out);
/* Prints it on standard error. */
void start_screen(const struct term *t, const struct start_facts *facts);

#endif
