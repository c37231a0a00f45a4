/* samples.h - the plugins under samples/, loaded one by one. */
#ifndef WHYTLS_TESTS_PLUGIN_SAMPLES_H
#define WHYTLS_TESTS_PLUGIN_SAMPLES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plugin_priv.h"

#define SAMPLE(name) SAMPLES "/" name ".so"

static inline bool sample_try(const char *file, const struct plugin_given *given, size_t n,
    struct plugins **out, struct err *e)
{
    const char *files[] = {file, NULL};

    return plugins_load(
        &(struct plugins_config){
            .files = files, .given = given, .n_given = n, .data_folder = SAMPLES},
        out, e);
}

static inline struct plugins *sample_load(const char *file)
{
    struct plugins *all = NULL;
    struct err e = {0};

    if (!sample_try(file, NULL, 0, &all, &e))
        fail_msg("%s", e.text);
    return all;
}

/* The text of a note, or NULL. */
static inline const char *note_text(const struct flow *f, const char *code)
{
    for (size_t i = 0; i < f->n_notes; i++)
        if (!strcmp(f->notes[i].code, code))
            return f->notes[i].text;
    return NULL;
}

#endif
